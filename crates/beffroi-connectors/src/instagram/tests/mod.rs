//! Whole visits to a Graph API whose answers are recorded. Every account is fictitious; captions
//! hold `CANARY`, as do names of citizens, and it must be found nowhere afterwards.

mod absence;
mod check;
mod credentials;
mod fields;
mod limits;
mod posts;
mod visits;

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use beffroi_model::{
    Absent, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform, PostKind,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::*;
use crate::recorded::{self, Answer, Asked, Server, client, measure_hiding, nights_later};

const CANARY: &str = "citizen-canary";
const TOKEN: &str = "EAAhush";
const OWN_ID: &str = "17841400000000009";
const ID: &str = "17841400000000001";
const NAME: &str = "mairie.exemple";

/// What the API answers: by the name asked for, with `#` and the cursor where there is one; calls
/// for a field that it refuses otherwise.
#[derive(Clone, Default)]
struct Discovery {
    answers: HashMap<String, Answer>,
    refused_fields: Vec<(&'static str, Answer)>,
}

impl Discovery {
    /// One account with these publications.
    fn new(media: Vec<Value>) -> Self {
        Self::default().with(NAME, found(account_with(json!({"media": {"data": media}}))))
    }

    fn with(mut self, key: &str, answer: Answer) -> Self {
        self.answers.insert(key.to_owned(), answer);
        self
    }

    fn refusing_field(mut self, field: &'static str, answer: Answer) -> Self {
        self.refused_fields.push((field, answer));
        self
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let fields = asked.query("fields").pop().unwrap_or_default();
        for (field, answer) in &self.refused_fields {
            if fields.contains(field) {
                return answer.clone();
            }
        }
        let within = |before: &str| {
            let (_, after) = fields.split_once(before)?;
            Some(after.split_once(')')?.0.to_owned())
        };
        let name = within("business_discovery.username(").unwrap_or_default();
        let key = match within("media.after(") {
            Some(cursor) => format!("{name}#{cursor}"),
            None => name,
        };
        self.answers.get(&key).cloned().unwrap_or_else(unknown_user)
    }

    async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

/// The answer that discovers an account.
fn found(account: Value) -> Answer {
    Answer::json(json!({"business_discovery": account, "id": OWN_ID}))
}

/// An error's envelope, as the platform writes it.
fn graph_error(status: u16, error: Value) -> Answer {
    let mut error = error;
    error["message"] = json!(format!("(#1) {CANARY} did something"));
    error["fbtrace_id"] = json!("Az");
    Answer::json(json!({ "error": error })).status(status)
}

fn unknown_user() -> Answer {
    let error = json!({
        "type": "OAuthException", "code": 110, "error_subcode": 2_207_013, "is_transient": false,
        "error_user_title": "Cannot find User",
    });
    graph_error(400, error)
}

fn account() -> Value {
    json!({
        "id": ID, "ig_id": 1_234_567, "username": NAME, "website": "https://www.exemple.fr",
        "followers_count": 8421, "follows_count": 120, "media_count": 932,
        "biography": CANARY, "name": CANARY,
    })
}

fn account_with(changes: Value) -> Value {
    let mut account = account();
    let members = account.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    account
}

/// A publication of the feed.
fn media(id: &str, at: &str) -> Value {
    json!({
        "id": id, "timestamp": at, "media_type": "CAROUSEL_ALBUM", "media_product_type": "FEED",
        "permalink": format!("https://www.instagram.com/p/{id}/"), "caption": CANARY,
        "username": NAME, "like_count": 143, "comments_count": 6,
    })
}

fn media_with(id: &str, at: &str, changes: Value) -> Value {
    let mut media = media(id, at);
    let members = media.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    media
}

/// A page of publications with the cursor of the next one.
fn page(media: Vec<Value>, next: &str) -> Value {
    json!({"data": media, "paging": {"cursors": {"before": "QVFIB", "after": next}}})
}

fn request(handle: &str) -> MeasureRequest {
    let page = format!("https://www.instagram.com/{handle}");
    recorded::request(Platform::Instagram, handle, &page)
}

/// Settings that spend no time waiting.
fn settings(server: &Server) -> InstagramSettings {
    InstagramSettings {
        base_url: server.root(),
        requests: NonZeroU32::new(10_000).unwrap(),
        per: Duration::from_secs(10),
        ..InstagramSettings::default()
    }
}

fn connector(server: &Server, settings: InstagramSettings) -> InstagramConnector {
    InstagramConnector::new(
        Access::with(client(&[server]), TOKEN, Some(OWN_ID)),
        settings,
    )
}

/// Measures, and looks whether anything is kept that must not be.
async fn measure(connector: &InstagramConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    measure_hiding(connector, &another(connector), batch, &[CANARY, "hush"]).await
}

async fn visit(discovery: Discovery) -> Measured {
    let server = discovery.start().await;
    let connector = connector(&server, settings(&server));
    measure(&connector, &[request(NAME)]).await.remove(0)
}

/// A connector without history and secret, for what is archived.
fn another(connector: &InstagramConnector) -> InstagramConnector {
    let access = Access::with(client(&[]), "none", Some(OWN_ID));
    InstagramConnector::new(access, connector.settings.clone())
}
