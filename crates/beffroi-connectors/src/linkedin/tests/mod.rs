//! Whole visits to an API whose answers are recorded. Every organisation is fictitious; whatever a
//! citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards.

mod absence;
mod check;
mod credentials;
mod figures;
mod limits;
mod posts;
mod server;
mod talk;
mod visits;

use std::num::{NonZeroU16, NonZeroU32};

use beffroi_model::{
    Absent, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform, PostKind,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use self::server::{Linkedin, comment, metadata, organization, post, problem};
use super::*;
use crate::{
    Secret,
    recorded::{self, Answer, Server, client, is_in_a_minute, measure_hiding, nights_later},
};

const CANARY: &str = "citizen-canary";
const TOKEN: &str = "hush-token";
const HANDLE: &str = "company:ville-de-test";
const ID: &str = "2414183";

fn request(handle: &str) -> MeasureRequest {
    let page = format!("https://www.linkedin.com/{}", handle.replace(':', "/"));
    recorded::request(Platform::Linkedin, handle, &page)
}

fn credential() -> Credential {
    Credential {
        name: "member".to_owned(),
        id: None,
        secret: Secret::new(TOKEN),
    }
}

/// Settings that spend no time waiting.
fn settings(server: &Server) -> LinkedinSettings {
    LinkedinSettings {
        base_url: server.root(),
        requests_per_second: NonZeroU32::new(10_000).unwrap(),
        ..LinkedinSettings::default()
    }
}

/// The same for an organisation that granted its posts.
fn granted(server: &Server) -> LinkedinSettings {
    LinkedinSettings {
        granted: vec![HANDLE.to_owned()],
        ..settings(server)
    }
}

fn connector(server: &Server, settings: LinkedinSettings) -> LinkedinConnector {
    let access = Access {
        credential: Some(credential()),
        ..Access::keyless(client(&[server]))
    };
    LinkedinConnector::new(access, settings)
}

/// Measures, and looks whether anything is kept that must not be.
async fn measure(connector: &LinkedinConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    measure_hiding(connector, &another(connector), batch, &[CANARY, "hush"]).await
}

async fn visit(linkedin: Linkedin) -> Measured {
    let server = linkedin.start().await;
    let connector = connector(&server, settings(&server));
    measure(&connector, &[request(HANDLE)]).await.remove(0)
}

async fn visit_granted(linkedin: Linkedin) -> Measured {
    let server = linkedin.start().await;
    let connector = connector(&server, granted(&server));
    measure(&connector, &[request(HANDLE)]).await.remove(0)
}

async fn outcome(linkedin: Linkedin) -> Outcome {
    visit(linkedin).await.measurement.outcome
}

/// A state as a visit leaves it that described the organisation and read its followers.
fn known_state() -> String {
    json!({"id": ID, "name": "ville-de-test", "described_at": "2026-11-23T00:00:00Z",
        "followers_at": "2026-11-23T00:00:00Z"})
    .to_string()
}

/// A connector without history and secret, for what is archived.
fn another(connector: &LinkedinConnector) -> LinkedinConnector {
    let access = Access::with(connector.client.clone(), "none", None);
    LinkedinConnector::new(access, connector.settings.clone())
}
