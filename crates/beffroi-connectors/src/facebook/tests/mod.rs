//! Whole visits to a Graph API whose answers are recorded. Every person and place is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards,
//! nor may `TOKEN`.

mod absence;
mod check;
mod comments;
mod credentials;
mod limits;
mod paging;
mod posts;
mod shapes;
mod visits;

use std::{collections::HashMap, num::NonZeroU32};

use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform,
    PostKind,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Answer, Asked, Server, client, measure_archived};

const CANARY: &str = "citizen-canary";
const TOKEN: &str = "EAAB-token-canary";
const PAGE_ID: &str = "123456789012";
const HANDLE: &str = "mairieexemple";

/// What a Graph API answers, by path below the version. A path with `!` before it answers only to
/// calls that ask for no posts; one with a cursor behind `#` only to calls with that cursor.
#[derive(Clone, Default)]
struct Graph {
    answers: HashMap<String, Vec<Answer>>,
}

impl Graph {
    /// A graph with one page, by its name and its number.
    fn with_page(page: Value) -> Self {
        Self::default()
            .with(HANDLE, Answer::json(page.clone()))
            .with(PAGE_ID, Answer::json(page))
    }

    fn with(mut self, path: &str, answer: Answer) -> Self {
        self.answers.insert(path.to_owned(), vec![answer]);
        self
    }

    /// Answers one after the other, of which the last stays.
    fn with_each(mut self, path: &str, mut answers: Vec<Answer>) -> Self {
        answers.reverse();
        self.answers.insert(path.to_owned(), answers);
        self
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        let path = asked.path().trim_start_matches("/v25.0/").to_owned();
        let asks_posts = asked.query("fields").concat().contains("posts.since(");
        let key = match asked.query("after").pop() {
            Some(cursor) => format!("{path}#{cursor}"),
            None if !asks_posts && self.answers.contains_key(&format!("!{path}")) => {
                format!("!{path}")
            }
            None => path,
        };
        match self.answers.get_mut(&key) {
            Some(answers) if answers.len() > 1 => answers.pop().unwrap(),
            Some(answers) => answers[0].clone(),
            None => error(404, 803, None, "(#803) Some of the aliases do not exist"),
        }
    }

    async fn start(self) -> Server {
        let graph = std::sync::Mutex::new(self);
        Server::start(move |asked| graph.lock().unwrap().answer(asked)).await
    }
}

fn error(status: u16, code: u32, subcode: Option<u32>, message: &str) -> Answer {
    let error = json!({
        "message": message, "type": "OAuthException", "code": code, "error_subcode": subcode,
        "fbtrace_id": "AbC1",
    });
    Answer::json(json!({ "error": error })).status(status)
}

/// A page with these posts.
fn page(posts: Vec<Value>) -> Value {
    json!({
        "id": PAGE_ID, "username": "Mairie.Exemple", "website": "https://www.exemple.fr",
        "is_published": true, "fan_count": 5120, "followers_count": 5388,
        "posts": {"data": posts, "paging": {"cursors": {"before": "B1", "after": "A1"}}},
    })
}

fn page_with(changes: Value) -> Value {
    with(page(Vec::new()), changes)
}

fn with(mut object: Value, changes: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    members.extend(changes.as_object().unwrap().clone());
    object
}

/// A post with these comments.
fn post(id: &str, at: &str, comments: Vec<Value>) -> Value {
    json!({
        "id": format!("{PAGE_ID}_{id}"), "created_time": at,
        "permalink_url": format!("https://www.facebook.com/{PAGE_ID}/posts/{id}"),
        "shares": {"count": 4}, "reactions": {"data": [], "summary": {"total_count": 61}},
        "comments": {
            "summary": {"order": "chronological", "total_count": comments.len(), "can_comment": false},
            "data": comments, "paging": {"cursors": {"before": "QQ", "after": "ZZ"}},
        },
    })
}

/// A comment, directly below the post or below another comment; of a citizen's the author is
/// withheld.
fn comment(id: &str, at: &str, parent: Option<&str>) -> Value {
    let parent = parent.map(|parent| json!({"id": format!("90_{parent}"), "created_time": at}));
    json!({
        "id": format!("90_{CANARY}{id}"), "created_time": at, "comment_count": 1, "parent": parent,
        "message": format!("{CANARY} demande où"),
    })
}

/// A comment of the page.
fn own_comment(id: &str, at: &str, parent: Option<&str>) -> Value {
    with(
        comment(id, at, parent),
        json!({"from": {"name": "Mairie d'Exemple", "id": PAGE_ID}}),
    )
}

/// The id of a comment as another comment names it as its parent.
fn below(id: &str) -> String {
    format!("{CANARY}{id}")
}

/// A post with two visitors' threads, one of them answered after forty minutes.
fn talking() -> Vec<Value> {
    let answered = below("1");
    vec![post(
        "10",
        "2026-11-20T17:00:00+0000",
        vec![
            comment("1", "2026-11-20T17:30:00+0000", None),
            own_comment("2", "2026-11-20T18:10:00+0000", Some(&answered)),
            comment("3", "2026-11-20T19:00:00+0000", None),
        ],
    )]
}

fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn request(handle: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform: Platform::Facebook,
            handle: handle.to_owned(),
            url: format!("https://www.facebook.com/{handle}")
                .parse()
                .unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(),
        previous_state: None,
        carried: None,
    }
}

fn request_after(earlier: &Measured) -> MeasureRequest {
    MeasureRequest {
        previous_state: earlier.measurement.state.clone(),
        account: earlier.measurement.account.clone(),
        ..request(HANDLE)
    }
}

fn settings(server: &Server) -> FacebookSettings {
    FacebookSettings {
        base_url: server.root(),
        requests: NonZeroU32::new(1000).unwrap(),
        ..FacebookSettings::default()
    }
}

fn connector(server: &Server, settings: FacebookSettings) -> FacebookConnector {
    FacebookConnector::new(Access::with(client(&[server]), TOKEN, None), settings)
}

/// Measures, and checks what must hold of every visit.
async fn measure(
    server: &Server,
    connector: &FacebookConnector,
    batch: &[MeasureRequest],
) -> Vec<Measured> {
    let again = another(connector);
    let measured = measure_archived(connector, &again, batch, &[CANARY, TOKEN]).await;
    let shown = format!("{connector:?} {measured:?}");
    assert!(!shown.contains(CANARY), "a citizen is kept: {shown}");
    assert!(!shown.contains(TOKEN), "the token is shown: {shown}");
    for asked in server.asked() {
        assert!(!asked.url.as_str().contains(TOKEN), "{}", asked.url);
        assert_eq!(asked.authorization, Some(format!("Bearer {TOKEN}")));
    }
    let asked: Vec<_> = batch.iter().map(|request| &request.account).collect();
    let answered: Vec<_> = measured
        .iter()
        .map(|measured| &measured.measurement.account)
        .collect();
    assert_eq!(asked, answered, "one for each, in order");
    measured
}

async fn visit_with(
    graph: Graph,
    request: MeasureRequest,
    change: impl FnOnce(&mut FacebookSettings),
) -> (Measured, Vec<String>) {
    let server = graph.start().await;
    let mut settings = settings(&server);
    change(&mut settings);
    let connector = connector(&server, settings);
    let measured = measure(&server, &connector, &[request]).await.remove(0);
    let paths = server.take_paths();
    let paths = paths.iter().map(|path| path.replace("/v25.0/", ""));
    (measured, paths.collect())
}

async fn visit(graph: Graph) -> Measured {
    visit_with(graph, request(HANDLE), |_| {}).await.0
}

async fn outcome(graph: Graph) -> Outcome {
    visit(graph).await.measurement.outcome
}

fn delays(measured: &Measured) -> Vec<Option<u64>> {
    let threads = measured.measurement.threads.clone().known().unwrap();
    threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect()
}

/// A connector without history and secret, for what is archived.
fn another(connector: &FacebookConnector) -> FacebookConnector {
    let access = Access::with(connector.client.clone(), "none", None);
    FacebookConnector::new(access, connector.settings.clone())
}
