//! Whole visits to a Threads API whose answers are recorded. Every account is fictitious; texts
//! hold `CANARY`, as do names of citizens, and it must be found nowhere afterwards.

mod absence;
mod check;
mod credentials;
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
const TOKEN: &str = "THhush";
const NAME: &str = "mairie.exemple";
const LOOKUP: &str = "/profile_lookup";
const POSTS: &str = "/profile_posts";

/// What the API answers: by path and name, with `#` and the cursor where there is one.
#[derive(Clone, Default)]
struct Api {
    answers: HashMap<String, Answer>,
}

impl Api {
    /// One account with these posts.
    fn new(posts: Vec<Value>) -> Self {
        Self::default()
            .with(LOOKUP, Answer::json(profile()))
            .with(POSTS, Answer::json(json!({ "data": posts })))
    }

    /// The answer of a path for [`NAME`].
    fn with(self, path: &str, answer: Answer) -> Self {
        self.with_key(format!("{path}?{NAME}"), answer)
    }

    fn with_page(self, cursor: &str, page: Value) -> Self {
        self.with_key(format!("{POSTS}?{NAME}#{cursor}"), Answer::json(page))
    }

    fn with_key(mut self, key: String, answer: Answer) -> Self {
        self.answers.insert(key, answer);
        self
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let name = asked.query("username").pop().unwrap_or_default();
        let mut key = format!("{}?{name}", asked.path());
        if let Some(cursor) = asked.query("after").pop() {
            key = format!("{key}#{cursor}");
        }
        self.answers.get(&key).cloned().unwrap_or_else(not_shown)
    }

    async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

/// An error's envelope, as the platform writes it.
fn graph_error(status: u16, code: u64, message: &str) -> Answer {
    let error = json!({
        "message": format!("{message} ({CANARY})"), "type": "OAuthException", "code": code,
        "fbtrace_id": "A",
    });
    Answer::json(json!({ "error": error })).status(status)
}

fn not_shown() -> Answer {
    let message = "The requested user cannot be found or is not eligible";
    graph_error(400, 100, message)
}

fn profile() -> Value {
    json!({
        "username": NAME, "name": CANARY, "is_verified": false, "biography": CANARY,
        "follower_count": 2310, "likes_count": 190, "quotes_count": 2, "replies_count": 31,
        "reposts_count": 12, "views_count": 15400,
    })
}

fn profile_with(changes: Value) -> Value {
    let mut profile = profile();
    let members = profile.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    profile
}

fn post(id: &str, at: &str) -> Value {
    json!({
        "id": id, "media_product_type": "THREADS", "media_type": "TEXT_POST", "timestamp": at,
        "permalink": format!("https://www.threads.com/@{NAME}/post/{id}"), "has_replies": true,
        "text": CANARY,
    })
}

/// A page of posts with the cursor of the next one.
fn page(posts: Vec<Value>, next: &str) -> Value {
    json!({"data": posts, "paging": {"cursors": {"before": "QQ", "after": next}}})
}

fn request(handle: &str) -> MeasureRequest {
    let page = format!("https://www.threads.com/@{handle}");
    recorded::request(Platform::Threads, handle, &page)
}

/// Settings that spend no time waiting.
fn settings(server: &Server) -> ThreadsSettings {
    ThreadsSettings {
        base_url: server.root(),
        requests: NonZeroU32::new(10_000).unwrap(),
        per: Duration::from_secs(10),
        ..ThreadsSettings::default()
    }
}

fn connector(server: &Server, settings: ThreadsSettings) -> ThreadsConnector {
    ThreadsConnector::new(Access::with(client(&[server]), TOKEN, None), settings)
}

/// Measures, and looks whether anything is kept that must not be.
async fn measure(connector: &ThreadsConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    measure_hiding(connector, &another(connector), batch, &[CANARY, "hush"]).await
}

async fn visit(api: Api) -> Measured {
    let server = api.start().await;
    let connector = connector(&server, settings(&server));
    measure(&connector, &[request(NAME)]).await.remove(0)
}

/// A connector without history and secret, for what is archived.
fn another(connector: &ThreadsConnector) -> ThreadsConnector {
    let access = Access::with(client(&[]), "none", None);
    ThreadsConnector::new(access, connector.settings.clone())
}
