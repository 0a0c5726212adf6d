//! Whole visits to an X whose answers are written after its documentation. Every person and place
//! is fictitious; whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere
//! afterwards, nor may the citizen's ids.

mod absence;
mod batches;
mod check;
mod credentials;
mod dialogue;
mod layouts;
mod limits;
mod money;
mod posts;
mod profiles;
mod server;
mod visits;

use std::{
    num::{NonZeroU16, NonZeroU32},
    sync::OnceLock,
};

use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, Measurement, MissingReason, Outcome,
    PostKind,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::server::{X, unauthorized};
use super::*;
use crate::recorded::{Answer, Asked, Server, client, measure_archived};

const CANARY: &str = "citizen-canary";
const CITIZEN: &str = "888777666555";
const TOKEN: &str = "hush-AAAA%2F";
const ID: &str = "1001";
const OTHER_ID: &str = "1002";
const HANDLE: &str = "villedetest";
const OTHER: &str = "autreville";

/// So many days that a second turn does not come.
const NEVER: NonZeroU16 = NonZeroU16::MAX;

fn user(id: &str, username: &str, posts: usize) -> Value {
    json!({
        "id": id, "username": username, "name": "Ville de Test", "protected": false,
        "verified": true, "verified_type": "government",
        "created_at": "2011-05-02T09:00:00.000Z", "url": "https://t.co/abc",
        "entities": {"url": {"urls": [{"url": "https://t.co/abc",
            "expanded_url": "https://www.ville-de-test.example/"}]}},
        "public_metrics": {"followers_count": 9120, "following_count": 310,
            "tweet_count": posts, "listed_count": 140},
    })
}

/// The end of a night's window: two days ago, one day ago, a few minutes ago. Searches go back 7
/// days from the real present.
fn as_of(night: i64) -> Timestamp {
    static LAST: OnceLock<Timestamp> = OnceLock::new();
    let last = LAST.get_or_init(|| {
        let seconds = Timestamp::now().as_second();
        Timestamp::from_second(seconds - 120).unwrap()
    });
    *last - SignedDuration::from_hours(24 * (2 - night))
}

/// A moment so many hours before the end of the first night's window.
fn ago(hours: i64) -> Timestamp {
    as_of(0) - SignedDuration::from_hours(hours)
}

/// The id of what was written then.
fn id_at(at: Timestamp) -> String {
    ((at.as_millisecond() - 1_288_834_974_657) << 22).to_string()
}

/// A post of the account.
fn post(at: Timestamp, replies: u64) -> Value {
    post_of(ID, at, replies)
}

fn post_of(author: &str, at: Timestamp, replies: u64) -> Value {
    let id = id_at(at);
    json!({
        "id": id, "text": "Réunion publique", "author_id": author, "created_at": at.to_string(),
        "conversation_id": id, "edit_history_tweet_ids": [id], "reply_settings": "everyone",
        "public_metrics": {"retweet_count": 3, "reply_count": replies, "like_count": 14,
            "quote_count": 1, "bookmark_count": 0, "impression_count": 2100},
    })
}

/// A reply, written at one moment to what was written at another, below the post of a third.
fn reply(author: &str, at: Timestamp, to: Timestamp, top: Timestamp) -> Value {
    let id = id_at(at);
    json!({
        "id": id, "text": format!("{CANARY} demande où"), "author_id": author,
        "created_at": at.to_string(), "conversation_id": id_at(top), "in_reply_to_user_id": ID,
        "edit_history_tweet_ids": [id], "reply_settings": "everyone",
        "referenced_tweets": [{"type": "replied_to", "id": id_at(to)}],
        "public_metrics": {"retweet_count": 0, "reply_count": 0, "like_count": 0,
            "quote_count": 0, "bookmark_count": 0, "impression_count": 20},
    })
}

fn request(handle: &str, night: i64) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform: Platform::X,
            handle: handle.to_owned(),
            url: format!("https://x.com/{handle}").parse().unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(night),
        previous_state: None,
        carried: None,
    }
}

fn settings(server: &Server) -> XSettings {
    let fast = NonZeroU32::new(1_000_000).unwrap();
    XSettings {
        base_url: server.root(),
        user_requests: fast,
        timeline_requests: fast,
        post_requests: fast,
        search_requests: fast,
        ..XSettings::default()
    }
}

/// Measures, and makes sure that neither a citizen nor the token is kept anywhere.
async fn measure(server: &Server, settings: XSettings, batch: &[MeasureRequest]) -> Vec<Measured> {
    let connector = XConnector::new(Access::with(client(&[server]), TOKEN, None), settings);
    measure_with(&connector, batch).await
}

async fn measure_with(connector: &XConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    let again = another(connector);
    let measured = measure_archived(connector, &again, batch, &[CANARY, CITIZEN, "hush"]).await;
    let shown = format!("{measured:?} {connector:?}");
    for hidden in [CANARY, CITIZEN, "hush"] {
        assert!(!shown.contains(hidden), "{hidden} is kept: {shown}");
    }
    let asked: Vec<_> = batch.iter().map(|request| &request.account).collect();
    let answered = measured
        .iter()
        .map(|measured| &measured.measurement.account);
    assert_eq!(
        asked,
        answered.collect::<Vec<_>>(),
        "one for each, in order"
    );
    measured
}

async fn visit(x: X) -> Measured {
    let server = x.start().await;
    let batch = [request(HANDLE, 0)];
    measure(&server, settings(&server), &batch).await.remove(0)
}

async fn outcome(x: X) -> Outcome {
    visit(x).await.measurement.outcome
}

/// Visits an account in two nights, of which the second finds another X. Gives what the second asked
/// and found.
async fn two_nights(first: X, second: X, change: fn(&mut XSettings)) -> (Vec<Asked>, Measurement) {
    let server = first.start().await;
    let mut settings_then = settings(&server);
    change(&mut settings_then);
    let first = measure(&server, settings_then, &[request(HANDLE, 0)]).await;
    let server = second.start().await;
    let mut settings_now = settings(&server);
    change(&mut settings_now);
    let mut again = request(HANDLE, 1);
    again.previous_state = first.into_iter().next().unwrap().measurement.state;
    let measured = measure(&server, settings_now, &[again]).await.remove(0);
    (server.asked(), measured.measurement)
}

/// The paths asked, without their common beginning.
fn paths(asked: &[Asked]) -> Vec<&str> {
    let paths = asked.iter().map(Asked::path);
    paths.map(|path| path.trim_start_matches("/2/")).collect()
}

/// A post with two visitors' threads, one of them answered.
fn talking() -> X {
    let question = reply(CITIZEN, ago(9), ago(10), ago(10));
    let answer = reply(ID, ago(8), ago(9), ago(10));
    X::new(vec![post(ago(10), 2), answer])
        .replying(vec![question, reply(CITIZEN, ago(7), ago(10), ago(10))])
}

fn delays(measurement: &Measurement) -> Vec<Option<u64>> {
    let threads = measurement.threads.clone().known().unwrap();
    threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect()
}

/// A connector without history and secret, for what is archived.
fn another(connector: &XConnector) -> XConnector {
    let access = Access::with(connector.client.clone(), "none", None);
    XConnector::new(access, connector.settings.clone())
}
