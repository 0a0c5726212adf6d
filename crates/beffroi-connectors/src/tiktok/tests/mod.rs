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
    Absent, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform, PostKind,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::server::{QUERY, TOKEN, Tiktok, USER, refusal, user, video};
use super::*;
use crate::{
    Credential, Secret,
    recorded::{self, Answer, Server, client, is_in_a_minute, measure_hiding, nights_later},
};

const CANARY: &str = "citizen-canary";
const SECRET: &str = "hush-secret";
const NAME: &str = "villedetest";

fn request(handle: &str) -> MeasureRequest {
    let page = format!("https://www.tiktok.com/@{handle}");
    recorded::request(Platform::Tiktok, handle, &page)
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
    let access = Access {
        credential: Some(credential()),
        ..Access::keyless(client(&[server]))
    };
    TiktokConnector::new(access, settings)
}

/// Measures, and looks whether anything is kept that must not be.
async fn measure(connector: &TiktokConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    measure_hiding(connector, &another(connector), batch, &[CANARY, "hush"]).await
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

/// A connector without history and secret, for what is archived.
fn another(connector: &TiktokConnector) -> TiktokConnector {
    let access = Access::with(connector.client.clone(), "none", Some("id"));
    TiktokConnector::new(access, connector.settings.clone())
}
