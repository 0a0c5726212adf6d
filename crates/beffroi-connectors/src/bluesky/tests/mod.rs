//! Whole visits to an AppView whose answers are recorded. Every person and place is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards.

mod absence;
mod batches;
mod dialogue;
mod limits;
mod posts;
mod profiles;
mod visits;

use std::{
    collections::HashMap,
    num::{NonZeroU16, NonZeroU32},
};

use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform,
    PostKind,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Answer, Asked, Server, client, measure_archived};

const CANARY: &str = "citizen-canary";
const DID: &str = "did:plc:abcdefghijklmnopqrstuvwx";
const OTHER_DID: &str = "did:plc:zyxwvutsrqponmlkjihgfedc";
const HANDLE: &str = "mairie-exemple.fr";

/// What an AppView answers: profiles by actor (or by a handle that they do not show), refusals by actor, feeds by cursor, threads by post.
#[derive(Clone, Default)]
struct AppView {
    profiles: Vec<Value>,
    aliases: HashMap<String, String>,
    refusals: HashMap<String, Answer>,
    feeds: HashMap<String, Value>,
    threads: HashMap<String, Answer>,
    batch: Option<Answer>,
}

impl AppView {
    fn new(feed: Vec<Value>) -> Self {
        Self {
            profiles: vec![profile()],
            ..Self::default()
        }
        .with_page("", json!({ "feed": feed }))
    }

    fn with_profile(mut self, profile: Value) -> Self {
        self.profiles = vec![profile];
        self
    }

    fn with_page(mut self, cursor: &str, page: Value) -> Self {
        self.feeds.insert(cursor.to_owned(), page);
        self
    }

    fn with_thread(self, rkey: &str, replies: Vec<Value>) -> Self {
        let post = post(rkey, "2026-11-20T17:00:00.000Z", 2);
        let thread = json!({"thread": {"post": post, "replies": replies}});
        self.with_thread_answer(rkey, Answer::json(thread))
    }

    fn with_thread_answer(mut self, rkey: &str, answer: Answer) -> Self {
        self.threads.insert(uri(DID, rkey), answer);
        self
    }

    fn refusing(mut self, actor: &str, error: &str, message: &str) -> Self {
        let envelope = json!({"error": error, "message": message});
        self.refusals
            .insert(actor.to_owned(), Answer::json(envelope).status(400));
        self
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let one = |name: &str| asked.query(name).pop().unwrap_or_default();
        let of = |actor: &String| {
            let did = self.aliases.get(actor).unwrap_or(actor);
            let is_its = |profile: &&Value| profile["did"] == **did || profile["handle"] == **actor;
            self.profiles.iter().find(is_its)
        };
        match asked.path().trim_start_matches("/xrpc/app.bsky.") {
            "actor.getProfiles" => self.batch.clone().unwrap_or_else(|| {
                // In another order than asked, as the real one may.
                let mut profiles: Vec<_> = asked.query("actors").iter().filter_map(of).collect();
                profiles.reverse();
                Answer::json(json!({ "profiles": profiles }))
            }),
            "actor.getProfile" => {
                let actor = one("actor");
                match (of(&actor), self.refusals.get(&actor)) {
                    (_, Some(refusal)) => refusal.clone(),
                    (Some(profile), None) => Answer::json(profile.clone()),
                    (None, None) => invalid_request("Profile not found"),
                }
            }
            "feed.getAuthorFeed" => match self.feeds.get(&one("cursor")) {
                Some(page) if one("actor") == DID => Answer::json(page.clone()),
                _ => Answer::json(json!({ "feed": [] })),
            },
            "feed.getPostThread" => match self.threads.get(&one("uri")) {
                Some(thread) => thread.clone(),
                None => invalid_request("Post not found"),
            },
            _ => Answer::error(404, "XRPCNotSupported"),
        }
    }

    async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

fn invalid_request(message: &str) -> Answer {
    Answer::json(json!({"error": "InvalidRequest", "message": message})).status(400)
}

fn profile() -> Value {
    json!({
        "did": DID, "handle": HANDLE, "displayName": "Mairie d'Exemple",
        "description": "Compte officiel", "website": "https://www.exemple.fr",
        "followersCount": 421, "followsCount": 37, "postsCount": 655,
        "labels": [], "createdAt": "2024-11-12T08:00:00.000Z",
        "viewer": {"muted": false, "blockedBy": false},
    })
}

fn profile_with(changes: Value) -> Value {
    let mut profile = profile();
    let members = profile.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    profile
}

fn uri(did: &str, rkey: &str) -> String {
    format!("at://{did}/app.bsky.feed.post/{rkey}")
}

/// An own post.
fn post(rkey: &str, at: &str, replies: u64) -> Value {
    json!({
        "uri": uri(DID, rkey), "cid": "bafyrei", "author": {"did": DID, "handle": HANDLE},
        "record": {"$type": "app.bsky.feed.post", "text": "Réunion publique", "createdAt": at},
        "replyCount": replies, "repostCount": 3, "likeCount": 14, "quoteCount": 1,
        "bookmarkCount": 0, "indexedAt": at,
    })
}

/// A post that replies; rkeys that begin with `c` are a citizen's.
fn reply(rkey: &str, at: &str, root: &str, parent: &str) -> Value {
    let author = |rkey: &str| {
        if rkey.starts_with('c') {
            format!("did:plc:{CANARY}")
        } else {
            DID.to_owned()
        }
    };
    let did = author(rkey);
    json!({
        "uri": uri(&did, rkey), "cid": "bafyrei",
        "author": {"did": did, "handle": format!("{CANARY}.bsky.social"), "displayName": CANARY},
        "record": {
            "$type": "app.bsky.feed.post", "text": format!("{CANARY} demande où"), "createdAt": at,
            "reply": {
                "root": {"uri": uri(DID, root), "cid": "bafy"},
                "parent": {"uri": uri(&author(parent), parent), "cid": "bafy"},
            },
        },
        "replyCount": 0, "repostCount": 0, "likeCount": 0, "quoteCount": 0, "indexedAt": at,
    })
}

/// A feed item of an own reply, with the post that it replies to.
fn reply_item(reply: Value, parent: Value) -> Value {
    json!({"post": reply, "reply": {"root": post("10", "2026-11-20T17:00:00.000Z", 2), "parent": parent}})
}

fn node(post: Value, replies: Vec<Value>) -> Value {
    json!({"$type": "app.bsky.feed.defs#threadViewPost", "post": post, "replies": replies})
}

fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn request(handle: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform: Platform::Bluesky,
            handle: handle.to_owned(),
            url: format!("https://bsky.app/profile/{handle}")
                .parse()
                .unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(),
        previous_state: None,
        carried: None,
    }
}

fn settings(server: &Server) -> BlueskySettings {
    BlueskySettings {
        base_url: server.root(),
        requests_per_second: NonZeroU32::new(1000).unwrap(),
        ..BlueskySettings::default()
    }
}

async fn measure(
    server: &Server,
    settings: BlueskySettings,
    batch: &[MeasureRequest],
) -> Vec<Measured> {
    let connector = BlueskyConnector::new(client(&[server]), settings.clone());
    let another = BlueskyConnector::new(client(&[]), settings);
    let measured = measure_archived(&connector, &another, batch, &[CANARY]).await;
    assert!(
        !format!("{measured:?}").contains(CANARY),
        "a citizen is kept: {measured:?}"
    );
    let asked: Vec<_> = batch.iter().map(|request| &request.account).collect();
    let answered: Vec<_> = measured
        .iter()
        .map(|measured| &measured.measurement.account)
        .collect();
    assert_eq!(asked, answered, "one for each, in order");
    measured
}

async fn visit(view: AppView) -> Measured {
    let server = view.start().await;
    measure(&server, settings(&server), &[request(HANDLE)])
        .await
        .remove(0)
}

async fn outcome(view: AppView) -> Outcome {
    visit(view).await.measurement.outcome
}

/// A post with two visitors' threads, one of them answered.
fn talking() -> AppView {
    let question = reply("c1", "2026-11-20T17:30:00.000Z", "10", "10");
    let answer = reply("20", "2026-11-20T18:10:00.000Z", "10", "c1");
    AppView::new(vec![
        reply_item(answer.clone(), question.clone()),
        json!({"post": post("10", "2026-11-20T17:00:00.000Z", 2)}),
    ])
    .with_thread(
        "10",
        vec![
            node(question, vec![node(answer, vec![])]),
            node(reply("c2", "2026-11-20T19:00:00.000Z", "10", "10"), vec![]),
        ],
    )
}

/// What a second visit asks and finds, after one to `talking`.
async fn second_visit(view: AppView) -> (Vec<String>, Measured) {
    let first = visit(talking()).await.measurement;
    let server = view.start().await;
    let mut request = request(HANDLE);
    request.previous_state = first.state;
    let measured = measure(&server, settings(&server), &[request])
        .await
        .remove(0);
    let paths = server.take_paths();
    let names = paths.iter().filter_map(|path| path.rsplit('.').next());
    (names.map(str::to_owned).collect(), measured)
}
