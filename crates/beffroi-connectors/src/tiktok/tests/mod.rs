//! Whole visits to a Research API whose answers are recorded. Every account is fictitious; names and
//! texts hold `CANARY`, which must be found nowhere afterwards.

mod absence;
mod batches;
mod check;
mod credentials;
mod limits;
mod posts;
mod server;
mod visits;

use std::num::NonZeroU32;

use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use self::server::{QUERY, TOKEN, Tiktok, USER, refusal, user, video};
use super::*;
use crate::{
    Secret,
    recorded::{Answer, Server, client},
};

const CANARY: &str = "citizen-canary";
const SECRET: &str = "hush-secret";
const NAME: &str = "villedetest";

fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn nights_later(nights: i64) -> Timestamp {
    let later = SignedDuration::from_hours(24 * nights);
    as_of().checked_add(later).unwrap()
}

fn request(handle: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform: Platform::Tiktok,
            handle: handle.to_owned(),
            url: format!("https://www.tiktok.com/@{handle}").parse().unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(),
        previous_state: None,
    }
}

fn credential() -> Credential {
    Credential {
        name: "project".to_owned(),
        id: Some("client-key".to_owned()),
        secret: Secret::new(SECRET),
    }
}

/// Settings that spend no time waiting.
fn settings(server: &Server) -> TiktokSettings {
    TiktokSettings {
        base_url: server.root(),
        requests_per_second: NonZeroU32::new(10_000).unwrap(),
        ..TiktokSettings::default()
    }
}

fn connector(server: &Server, settings: TiktokSettings) -> TiktokConnector {
    TiktokConnector::new(client(&[server]), settings, Some(credential()))
}

/// Measures, and looks whether a citizen, the secret or a token is kept.
async fn measure(connector: &TiktokConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    let measured = connector.measure(batch).await;
    let shown = format!("{connector:?} {measured:?}");
    for hidden in [CANARY, "hush"] {
        assert!(!shown.contains(hidden), "{hidden} is kept: {shown}");
    }
    let asked: Vec<_> = batch.iter().map(|request| &request.account).collect();
    let answered: Vec<_> = measured
        .iter()
        .map(|measured| &measured.measurement.account)
        .collect();
    assert_eq!(asked, answered, "one for each, in order");
    measured
}

async fn visit(tiktok: Tiktok) -> Measured {
    let server = tiktok.start().await;
    let connector = connector(&server, settings(&server));
    measure(&connector, &[request(NAME)]).await.remove(0)
}

async fn outcome(tiktok: Tiktok) -> Outcome {
    visit(tiktok).await.measurement.outcome
}

fn post_ids(measured: &Measured) -> Vec<&str> {
    let posts = measured.measurement.posts.iter();
    posts.map(|post| post.post_id.as_str()).collect()
}
