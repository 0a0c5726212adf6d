//! Whole visits to an API whose answers are recorded. Every person and place is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards, and
//! neither must the key.

mod absence;
mod api;
mod batches;
mod check;
mod dialogue;
mod keyless;
mod limits;
mod names;
mod posts;
mod profiles;
mod visits;

use std::{
    collections::HashMap,
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_fetch::FetchSettings;
use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, PostKind,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::api::{
    Api, channel, channel_with, comment, key_invalid, playlist, refusal_of, thread, upload, video,
};
use super::*;
use crate::{
    CredentialSettings, CredentialSource, Secret,
    recorded::{Answer, Asked, Server, measure_archived},
};

const CANARY: &str = "citizen-canary";
const KEY: &str = "AIza-hush-hush";
const ID: &str = "UCabcdefghijklmnopqrstuv";
const OTHER_ID: &str = "UCzyxwvutsrqponmlkjihgfe";
const HANDLE: &str = "@villedexemple";

fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn request(handle: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform: Platform::Youtube,
            handle: handle.to_owned(),
            url: "https://www.youtube.com/x".parse().unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(),
        previous_state: None,
        carried: None,
    }
}

fn settings(server: &Server) -> YoutubeSettings {
    YoutubeSettings {
        base_url: server.root().join("youtube/v3/").unwrap(),
        site_url: server.root(),
        credentials: keyed(KEY),
        requests_per_second: NonZeroU32::new(1000).unwrap(),
        rate_limit_pause: Duration::from_millis(30),
        ..YoutubeSettings::default()
    }
}

/// One key, as the configuration names it.
fn keyed(key: &str) -> CredentialSettings {
    let source = CredentialSource {
        secret: Some(Secret::new(key)),
        ..CredentialSource::default()
    };
    [("main".to_owned(), source)].into()
}

fn keyless(server: &Server) -> YoutubeSettings {
    YoutubeSettings {
        credentials: CredentialSettings::new(),
        ..settings(server)
    }
}

/// The polite client, hurried, towards one server.
fn connector(server: &Server, settings: YoutubeSettings) -> YoutubeConnector {
    let client = FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![server.authority()],
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        retries: 0,
        backoff_base: Duration::ZERO,
        ..FetchSettings::default()
    });
    let key = settings.credentials.get("main");
    let access = Access {
        credential: key.map(|key| key.read("main").unwrap()),
        ..Access::keyless(client.unwrap())
    };
    YoutubeConnector::new(access, settings)
}

async fn measure_by(connector: &YoutubeConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    let again = another(connector);
    let measured = measure_archived(connector, &again, batch, &[CANARY, KEY]).await;
    let shown = format!("{measured:?} {connector:?}");
    assert!(!shown.contains(CANARY), "a citizen is kept: {shown}");
    assert!(!shown.contains(KEY), "the key is kept: {shown}");
    let asked: Vec<_> = batch.iter().map(|request| &request.account).collect();
    let answered: Vec<_> = measured
        .iter()
        .map(|measured| &measured.measurement.account)
        .collect();
    assert_eq!(asked, answered, "one for each, in order");
    measured
}

async fn measure(
    server: &Server,
    settings: YoutubeSettings,
    batch: &[MeasureRequest],
) -> Vec<Measured> {
    measure_by(&connector(server, settings), batch).await
}

/// A visit to the channel by its id.
async fn visit(api: Api) -> Measured {
    let server = api.start().await;
    measure(&server, settings(&server), &[request(ID)])
        .await
        .remove(0)
}

async fn outcome(api: Api) -> Outcome {
    visit(api).await.measurement.outcome
}

/// A second visit a day later, after one to `first`: the methods it asked, and what it found.
async fn visit_again(first: Api, second: Api) -> (Vec<String>, Measured) {
    let first = visit(first).await.measurement;
    assert_eq!(first.outcome, Outcome::Measured);
    let mut request = request(ID);
    request.previous_state = first.state;
    request.as_of = "2026-11-24T00:00:00Z".parse().unwrap();
    let server = second.start().await;
    let measured = measure(&server, settings(&server), &[request])
        .await
        .remove(0);
    (methods(&server), measured)
}

fn methods(server: &Server) -> Vec<String> {
    let paths = server.take_paths();
    let names = paths.iter().filter_map(|path| path.rsplit('/').next());
    names.map(str::to_owned).collect()
}

/// A video with two visitors' threads, one of them answered.
fn talking() -> Api {
    Api::with_videos(&[("video10", "2026-11-20T17:00:03Z", 3)]).with_threads(vec![
        thread("video10", comment("c2", "2026-11-21T10:00:00Z"), vec![]),
        thread(
            "video10",
            comment("c1", "2026-11-20T18:00:00Z"),
            vec![comment("m1", "2026-11-20T18:40:00Z")],
        ),
    ])
}

fn post_ids(measured: &Measured) -> Vec<&str> {
    let posts = measured.measurement.posts.iter();
    posts.map(|post| post.post_id.as_str()).collect()
}

/// A connector without history and secret, for what is archived.
fn another(connector: &YoutubeConnector) -> YoutubeConnector {
    let client = connector.client.clone();
    let access = match &connector.key {
        Some(_) => Access::with(client, "none", None),
        None => Access::keyless(client),
    };
    YoutubeConnector::new(access, connector.settings.clone())
}
