//! Whole visits to an instance whose answers are recorded. Every person and place is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, and the numbers of citizens' comments begin
//! with `CANARY_NUMBER`: both must be found nowhere afterwards.

mod absence;
mod dialogue;
mod homes;
mod limits;
mod posts;
mod profiles;
mod visits;

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform,
    PostKind, Thread,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Answer, Asked, Server, client, measure_archived};

const CANARY: &str = "citizen-canary";
const CANARY_NUMBER: u64 = 770_077_000;
const HOST: &str = "video.example.fr";
const CHANNEL: &str = "channel:ville_exemple@video.example.fr";
const CHANNEL_PATH: &str = "/api/v1/video-channels/ville_exemple";
const VIDEOS_PATH: &str = "/api/v1/video-channels/ville_exemple/videos";

/// What an instance answers, by path, with `#start` behind it on further pages; what is not here
/// is 404 in PeerTube's words.
#[derive(Clone)]
struct Instance {
    answers: HashMap<String, Answer>,
}

impl Instance {
    /// An instance with one channel and its videos.
    fn new(videos: Vec<Value>) -> Self {
        let instance = Self {
            answers: HashMap::new(),
        };
        let total = videos.len();
        instance
            .with(CHANNEL_PATH, Answer::json(channel()))
            .with(VIDEOS_PATH, list(total, videos))
    }

    fn with(mut self, path: &str, answer: Answer) -> Self {
        self.answers.insert(path.to_owned(), answer);
        self
    }

    fn without(mut self, path: &str) -> Self {
        self.answers.remove(path);
        self
    }

    /// The threads below a video.
    fn with_threads(self, video: &str, heads: Vec<Value>) -> Self {
        let replies = heads
            .iter()
            .filter_map(|head| head["totalReplies"].as_u64());
        let all = heads.len() as u64 + replies.sum::<u64>();
        let threads = json!({
            "total": heads.len(), "totalNotDeletedComments": all, "data": heads,
        });
        self.with(&threads_path(video), Answer::json(threads))
    }

    /// A thread with its replies.
    fn with_thread(self, video: &str, number: u64, tree: Value) -> Self {
        let path = format!("{}/{number}", threads_path(video));
        self.with(&path, Answer::json(tree))
    }

    /// A video by itself, with these members.
    fn with_details(self, video: &str, details: Value) -> Self {
        self.with(&format!("/api/v1/videos/{video}"), Answer::json(details))
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let start = asked.query("start").pop().filter(|start| start != "0");
        let path = match start {
            Some(start) => format!("{}#{start}", asked.path()),
            None => asked.path().to_owned(),
        };
        let answer = self.answers.get(&path).cloned();
        answer.unwrap_or_else(|| problem(404, "Video channel not found"))
    }

    async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

fn problem(status: u16, detail: &str) -> Answer {
    let problem = json!({
        "type": "about:blank", "title": "Problem", "status": status, "detail": detail,
        "docs": "https://docs.joinpeertube.org/api-rest-reference.html", "error": detail,
    });
    Answer::json(problem).status(status)
}

fn threads_path(video: &str) -> String {
    format!("/api/v1/videos/{video}/comment-threads")
}

fn list(total: usize, data: Vec<Value>) -> Answer {
    Answer::json(json!({"total": total, "data": data}))
}

fn mairie() -> Value {
    json!({"id": 3, "name": "mairie", "host": HOST, "displayName": "Mairie", "followersCount": 4})
}

fn citizen() -> Value {
    json!({"id": 77, "name": CANARY, "host": "social.example", "displayName": CANARY})
}

fn channel() -> Value {
    json!({
        "id": 12, "url": "https://video.example.fr/video-channels/ville_exemple",
        "name": "ville_exemple", "host": HOST, "avatars": [], "banners": [],
        "followingCount": 0, "followersCount": 57, "createdAt": "2021-04-06T09:00:00.000Z",
        "updatedAt": "2026-11-20T10:00:00.000Z", "displayName": "Ville d'Exemple",
        "description": "Chaîne officielle de la [ville](https://www.exemple.fr/).",
        "support": null, "isLocal": true, "ownerAccount": mairie(),
    })
}

/// The JSON with other values in some members; a member that becomes `null` is left out.
fn with(mut value: Value, changes: Value) -> Value {
    let members = value.as_object_mut().unwrap();
    for (name, change) in changes.as_object().unwrap() {
        match change {
            Value::Null => members.remove(name),
            change => members.insert(name.clone(), change.clone()),
        };
    }
    value
}

/// A video of a version that does not count comments.
fn video(uuid: &str, published_at: &str) -> Value {
    json!({
        "id": 901, "uuid": uuid, "shortUUID": "kkGMgK9ZtnKfYAgnEtQxbv", "name": "Conseil municipal",
        "isLive": false, "isLocal": true, "nsfw": false, "createdAt": "2026-10-01T16:00:00.000Z",
        "publishedAt": published_at, "originallyPublishedAt": null,
        "privacy": {"id": 1, "label": "Public"}, "duration": 5400,
        "views": 212, "viewers": 0, "likes": 6, "dislikes": 2,
        "url": format!("https://video.example.fr/videos/watch/{uuid}"),
        "account": mairie(), "channel": {"id": 12, "name": "ville_exemple", "host": HOST},
    })
}

/// A video of a version that counts them.
fn counting(uuid: &str, published_at: &str, comments: u64) -> Value {
    with(video(uuid, published_at), json!({"comments": comments}))
}

/// A comment, a citizen's unless it is of the mairie.
fn comment(number: u64, created_at: &str, account: Value) -> Value {
    json!({
        "id": number, "text": format!("<p>{CANARY} demande où ?</p>"), "threadId": number,
        "inReplyToCommentId": null, "videoId": 901, "createdAt": created_at,
        "updatedAt": created_at, "deletedAt": null, "isDeleted": false, "heldForReview": false,
        "account": account,
    })
}

/// The head of a visitor's thread with so many replies, so many of them of the video's owner.
fn head(number: u64, created_at: &str, replies: u64, own: u64) -> Value {
    with(
        comment(number, created_at, citizen()),
        json!({"totalReplies": replies, "totalRepliesFromVideoAuthor": own}),
    )
}

fn tree(comment: Value, children: Vec<Value>) -> Value {
    json!({"comment": comment, "children": children})
}

fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

fn request(handle: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform: Platform::Peertube,
            handle: handle.to_owned(),
            url: format!("https://{HOST}/c/ville_exemple").parse().unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(),
        previous_state: None,
        carried: None,
    }
}

/// Settings by which the instance is found, and that spend no time waiting.
fn settings(server: &Server) -> PeertubeSettings {
    let instance = PeertubeInstance {
        base_url: Some(server.root()),
    };
    PeertubeSettings {
        requests: NonZeroU32::new(10_000).unwrap(),
        per: Duration::from_secs(10),
        instances: [(HOST.to_owned(), instance)].into(),
        ..PeertubeSettings::default()
    }
}

async fn visit_with(
    server: &Server,
    request: MeasureRequest,
    settings: PeertubeSettings,
) -> Measured {
    let connector = PeertubeConnector::new(client(&[server]), settings);
    let another = PeertubeConnector::new(client(&[server]), connector.settings.clone());
    let hidden = [CANARY, &(CANARY_NUMBER / 1000).to_string()];
    let mut measured = measure_archived(&connector, &another, &[request], &hidden).await;
    assert_eq!(measured.len(), 1);
    let measured = measured.remove(0);
    let shown = format!("{measured:?}");
    for canary in hidden {
        assert!(!shown.contains(canary), "a citizen is kept: {shown}");
    }
    measured
}

async fn visit(instance: Instance) -> Measured {
    let server = instance.start().await;
    let settings = settings(&server);
    visit_with(&server, request(CHANNEL), settings).await
}

async fn outcome(instance: Instance) -> Outcome {
    visit(instance).await.measurement.outcome
}

fn ids(measured: &Measured) -> Vec<&str> {
    let posts = measured.measurement.posts.iter();
    posts.map(|post| post.post_id.as_str()).collect()
}

/// What the first question and its answer below the first video are: asked at 18:00, answered at
/// 20:00, with a further question in between and another reply afterwards.
fn answered_tree() -> Value {
    tree(
        comment(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z", citizen()),
        vec![
            tree(
                comment(CANARY_NUMBER + 3, "2026-11-20T19:00:00.000Z", citizen()),
                vec![tree(
                    comment(58, "2026-11-20T20:00:00.000Z", mairie()),
                    vec![],
                )],
            ),
            tree(comment(59, "2026-11-21T08:00:00.000Z", mairie()), vec![]),
        ],
    )
}

/// An instance with one video and two visitors' threads below it, one of them answered.
fn talking() -> Instance {
    let heads = vec![
        head(CANARY_NUMBER + 2, "2026-11-21T10:00:00.000Z", 0, 0),
        head(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z", 3, 2),
    ];
    Instance::new(vec![video("u-1", "2026-11-20T17:00:00.000Z")])
        .with_threads("u-1", heads)
        .with_thread("u-1", CANARY_NUMBER + 1, answered_tree())
}

/// The threads' delays, by time of opening.
fn delays(measured: &Measured) -> Vec<Option<u64>> {
    let threads = measured.measurement.threads.clone().known().unwrap();
    threads.iter().map(Thread::reply_delay_secs).collect()
}

/// What a second visit asks and finds, after one to another instance.
async fn second_visit(first: Instance, second: Instance) -> (Vec<String>, Measured) {
    let first = visit(first).await.measurement;
    let server = second.start().await;
    let mut request = request(CHANNEL);
    request.previous_state = first.state;
    let settings = settings(&server);
    let measured = visit_with(&server, request, settings).await;
    (server.take_paths(), measured)
}
