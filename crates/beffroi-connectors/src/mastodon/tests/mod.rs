//! Whole visits to an instance whose answers are recorded. Every person and place is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards.

mod absence;
mod dialogue;
mod homes;
mod limits;
mod logins;
mod posts;
mod profiles;
mod visits;

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use beffroi_model::{
    Absent, AccountRef, Category, CollectivityId, Failed, Figure, FigureName, FindMethod,
    Forbidden, MissingReason, Outcome, Platform, PostKind, Siren, Subject,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{
    Secret,
    recorded::{Answer, Asked, Server, client, measure_archived},
};

const CANARY: &str = "citizen-canary";
const OWN_ID: &str = "109876543210";

/// What an instance answers, by path; what is not here is 404.
#[derive(Clone)]
struct Instance {
    answers: HashMap<String, Answer>,
}

impl Instance {
    fn new(account: Value, statuses: Vec<Value>) -> Self {
        let instance = Self {
            answers: HashMap::new(),
        };
        instance
            .with("/api/v1/accounts/lookup", Answer::json(account.clone()))
            .with(&format!("/api/v1/accounts/{OWN_ID}"), Answer::json(account))
            .with(&statuses_path(), Answer::json(Value::Array(statuses)))
    }

    fn with(mut self, path: &str, answer: Answer) -> Self {
        self.answers.insert(path.to_owned(), answer);
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.answers.remove(path);
        self
    }

    fn with_context(self, id: &str, descendants: Vec<Value>) -> Self {
        let context = json!({ "ancestors": [], "descendants": descendants });
        self.with(
            &format!("/api/v1/statuses/{id}/context"),
            Answer::json(context),
        )
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let page = asked.query("max_id").pop();
        let path = match page {
            Some(max_id) => format!("{}#{max_id}", asked.path()),
            None => asked.path().to_owned(),
        };
        match self.answers.get(&path) {
            Some(answer) => answer.clone(),
            None if path == "/.well-known/webfinger" => webfinger(asked),
            None => Answer::error(404, "Record not found"),
        }
    }

    async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

fn statuses_path() -> String {
    format!("/api/v1/accounts/{OWN_ID}/statuses")
}

/// Every account lives on the host that is asked.
fn webfinger(asked: &Asked) -> Answer {
    let resource = asked.query("resource").remove(0);
    let self_link = format!("http://{}/users/mairie", asked.authority());
    Answer::json(json!({
        "subject": resource,
        "links": [
            {"rel": "http://webfinger.net/rel/profile-page", "href": "https://x.example/@mairie"},
            {"rel": "self", "type": "application/activity+json", "href": self_link},
        ],
    }))
}

fn account() -> Value {
    json!({
        "id": OWN_ID, "username": "mairie", "acct": "mairie", "display_name": "Mairie d'Exemple",
        "locked": false, "bot": false, "created_at": "2022-11-08T00:00:00.000Z",
        "note": "<p>Compte officiel</p>", "url": "https://social.example/@mairie",
        "uri": "https://social.example/users/mairie",
        "followers_count": 812, "following_count": 35, "statuses_count": 1450,
        "fields": [{
            "name": "Site",
            "value": "<a href=\"https://www.exemple.fr/?a=1&amp;b=2\" rel=\"me\">exemple.fr</a>",
            "verified_at": "2023-01-02T03:04:05.000+00:00",
        }],
    })
}

/// The account with other values in some members.
fn account_with(changes: Value) -> Value {
    let mut account = account();
    let members = account.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    account
}

/// An own status that replies to `parent`.
fn status(id: &str, created_at: &str, parent: Option<&str>, replies: u64) -> Value {
    json!({
        "id": id, "created_at": created_at, "in_reply_to_id": parent, "visibility": "public",
        "url": format!("https://social.example/@mairie/{id}"),
        "replies_count": replies, "reblogs_count": 5, "favourites_count": 9, "quotes_count": 1,
        "content": "<p>R&eacute;union publique</p>", "reblog": null,
        "account": {"id": OWN_ID, "acct": "mairie"},
    })
}

/// A message below a status; ids that begin with `c` are citizens'.
fn message(id: &str, created_at: &str, parent: &str) -> Value {
    let author = if id.starts_with('c') { CANARY } else { OWN_ID };
    json!({
        "id": format!("{id}-{author}"), "created_at": created_at, "in_reply_to_id": parent,
        "account": {"id": author, "acct": format!("{CANARY}@autre.example"), "display_name": CANARY},
        "content": format!("<p>{CANARY} demande où ?</p>"), "visibility": "public",
    })
}

fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn request(server: &Server) -> MeasureRequest {
    let siren: Siren = "217500016".parse().unwrap();
    MeasureRequest {
        account: AccountRef {
            platform: Platform::Mastodon,
            handle: format!("mairie@{}", server.authority()),
            url: server.root().join("@mairie").unwrap(),
        },
        subjects: vec![Subject {
            collectivity_id: CollectivityId::from_siren(siren),
            name: "Exemple".to_owned(),
            category: Category::Commune,
            insee_code: None,
            postal_codes: Vec::new(),
        }],
        as_of: as_of(),
        previous_state: None,
        carried: None,
    }
}

/// Settings that spend no time waiting.
fn settings() -> MastodonSettings {
    let plenty = NonZeroU32::new(10_000).unwrap();
    MastodonSettings {
        requests: plenty,
        per: Duration::from_secs(10),
        paging_requests: plenty,
        paging_per: Duration::from_secs(10),
        ..MastodonSettings::default()
    }
}

async fn visit_with(
    server: &Server,
    request: MeasureRequest,
    settings: MastodonSettings,
) -> Measured {
    let connector = MastodonConnector::new(client(&[server]), settings.clone());
    let another = MastodonConnector::new(client(&[]), settings);
    let mut measured = measure_archived(&connector, &another, &[request], &[CANARY]).await;
    assert_eq!(measured.len(), 1);
    let measured = measured.remove(0);
    assert!(
        !format!("{measured:?}").contains(CANARY),
        "a citizen is kept: {measured:?}"
    );
    measured
}

async fn visit(instance: Instance) -> Measured {
    let server = instance.start().await;
    visit_with(&server, request(&server), settings()).await
}

async fn outcome(instance: Instance) -> Outcome {
    visit(instance).await.measurement.outcome
}

/// An instance with one post, a visitor's question and the account's answer.
fn talking() -> Instance {
    let statuses = vec![
        status("30", "2026-11-21T11:30:00Z", Some("c1-citizen-canary"), 0),
        status("10", "2026-11-21T09:15:02.123Z", None, 2),
    ];
    Instance::new(account(), statuses).with_context(
        "10",
        vec![
            message("c1", "2026-11-21T10:00:00Z", "10"),
            message("m1", "2026-11-21T11:30:00Z", "c1-citizen-canary"),
            message("c2", "2026-11-21T12:00:00Z", "10"),
        ],
    )
}

/// What an instance says of its software.
fn running(instance: Instance, software: &str) -> Instance {
    let link = json!({
        "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0", "href": "/nodeinfo/2.0",
    });
    instance
        .with(
            "/.well-known/nodeinfo",
            Answer::json(json!({ "links": [link] })),
        )
        .with(
            "/nodeinfo/2.0",
            Answer::json(json!({"software": {"name": software}})),
        )
}

/// An instance that answers its API only with a token.
async fn members_only() -> Server {
    let open = talking();
    Server::start(move |asked| {
        let is_api = asked.path().starts_with("/api/");
        if is_api && asked.authorization.as_deref() != Some("Bearer hush") {
            Answer::error(401, "This API requires an authenticated user")
        } else {
            open.answer(asked)
        }
    })
    .await
}
