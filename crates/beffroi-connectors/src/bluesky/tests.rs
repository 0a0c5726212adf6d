//! Whole visits to an AppView whose answers are recorded. Every person and place is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards.

use std::{
    collections::HashMap,
    num::{NonZeroU16, NonZeroU32},
};

use beffroi_model::{
    Absent, AccountRef, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome, Platform,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::recorded::{Answer, Asked, Server, client};

const CANARY: &str = "citizen-canary";
const DID: &str = "did:plc:abcdefghijklmnopqrstuvwx";
const OTHER_DID: &str = "did:plc:zyxwvutsrqponmlkjihgfedc";
const HANDLE: &str = "mairie-exemple.fr";

/// What an AppView answers: profiles by actor, refusals by actor, feeds by cursor, threads by post.
#[derive(Clone, Default)]
struct AppView {
    profiles: Vec<Value>,
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
            let is_its =
                |profile: &&Value| profile["did"] == **actor || profile["handle"] == **actor;
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
    let connector = BlueskyConnector::new(client(&[server]), settings);
    let measured = connector.measure(batch).await;
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

#[tokio::test]
async fn a_visit_brings_counters_posts_and_dialogue() {
    let measured = visit(talking()).await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(421));
    assert_eq!(seen.figures.following, Figure::Known(37));
    assert_eq!(seen.figures.posts_total, Figure::Known(655));
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(DID));
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(
        seen.identity.profile_links,
        [("https://www.exemple.fr".to_owned(), false)]
    );

    assert_eq!(seen.posts.len(), 1, "a reply is no post");
    let post = &seen.posts[0];
    assert_eq!(post.post_id, uri(DID, "10"));
    let page = format!("https://bsky.app/profile/{DID}/post/10");
    assert_eq!(post.url.as_deref(), Some(page.as_str()));
    assert_eq!(post.reactions, Figure::Known(14));
    assert_eq!(post.comments, Figure::Known(2));
    assert_eq!(post.shares, Figure::Known(4), "reposts and quotes");

    let threads = seen.threads.known().unwrap();
    let delays: Vec<_> = threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect();
    assert_eq!(delays, [Some(2400), None]);
    let views = (FigureName::Views, MissingReason::NotGivenByPlatform);
    assert_eq!(seen.unavailable.into_iter().collect::<Vec<_>>(), [views]);
    assert_eq!(seen.fetches.len(), 3, "profile, feed, one thread");
}

#[tokio::test]
async fn an_account_without_posts_has_an_empty_dialogue() {
    let seen = visit(AppView::new(Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
}

#[tokio::test]
async fn a_conversation_that_the_feed_shows_whole_is_not_asked_for() {
    let question = reply("c1", "2026-11-20T17:30:00.000Z", "10", "10");
    let answer = reply("20", "2026-11-20T18:10:00.000Z", "10", "c1");
    let view = AppView::new(vec![
        reply_item(answer, question),
        json!({"post": post("10", "2026-11-20T17:00:00.000Z", 1)}),
    ]);
    let seen = visit(view).await.measurement;
    let threads = seen.threads.known().unwrap();
    assert_eq!(threads.len(), 1);
    assert_eq!(threads[0].reply_delay_secs(), Some(2400));
    assert_eq!(seen.fetches.len(), 2);
}

#[tokio::test]
async fn an_own_reply_whose_question_is_not_shown_makes_the_thread_be_asked_for() {
    for parent in [
        json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": true}),
        json!({"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": true, "author": {"did": CANARY}}),
    ] {
        let answer = reply("20", "2026-11-20T18:10:00.000Z", "10", "c1");
        let view = AppView::new(vec![
            reply_item(answer, parent),
            json!({"post": post("10", "2026-11-20T17:00:00.000Z", 1)}),
        ])
        .with_thread("10", vec![
            json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": true}),
            node(reply("c2", "2026-11-20T19:00:00.000Z", "10", "10"), vec![]),
        ]);
        let seen = visit(view).await.measurement;
        assert_eq!(seen.threads.known().unwrap().len(), 1);
        assert_eq!(seen.fetches.len(), 3);
    }
}

#[tokio::test]
async fn a_thread_of_several_posts_is_one_post_and_replies_below_it_count() {
    let mut second = reply("11", "2026-11-20T17:01:00.000Z", "10", "10");
    second["replyCount"] = json!(1);
    let question = reply("c1", "2026-11-20T18:00:00.000Z", "10", "11");
    let first = post("10", "2026-11-20T17:00:00.000Z", 1);
    let view = AppView::new(vec![
        reply_item(second.clone(), first.clone()),
        json!({ "post": first }),
    ])
    .with_thread("10", vec![node(second, vec![node(question, vec![])])]);
    let seen = visit(view).await.measurement;
    assert_eq!(seen.posts.len(), 1);
    let threads = seen.threads.known().unwrap();
    assert_eq!(threads.len(), 1);
    assert_eq!(threads[0].post_id, uri(DID, "10"));
}

#[tokio::test]
async fn reposts_pins_and_posts_outside_the_window_are_no_posts() {
    let repost = json!({
        "post": {"uri": uri(OTHER_DID, "3k"), "author": {"did": OTHER_DID}, "record": {}, "indexedAt": "2026-11-19T07:00:00Z"},
        "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2026-11-19T08:00:00Z"},
    });
    let pin = json!({
        "post": post("1", "2025-01-01T00:00:00Z", 0),
        "reason": {"$type": "app.bsky.feed.defs#reasonPin"},
    });
    let view = AppView::new(vec![
        pin,
        json!({"post": post("10", "2026-11-20T17:00:00Z", 0)}),
        repost,
        json!({"post": post("9", "2026-10-01T00:00:00Z", 0)}),
    ]);
    let seen = visit(view).await.measurement;
    let ids: Vec<_> = seen.posts.iter().map(|post| post.post_id.clone()).collect();
    assert_eq!(ids, [uri(DID, "10")]);
}

#[tokio::test]
async fn the_servers_clock_bounds_the_authors() {
    let mut future = post("10", "2026-11-20T17:00:00Z", 0);
    future["record"]["createdAt"] = json!("2031-01-01T00:00:00Z");
    let mut backdated = post("9", "2026-11-19T17:00:00Z", 0);
    backdated["record"]["createdAt"] = json!("2026-11-18T00:00:00Z");
    let view = AppView::new(vec![
        json!({ "post": future }),
        json!({ "post": backdated }),
    ]);
    let seen = visit(view).await.measurement;
    let times: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.published_at.to_string())
        .collect();
    assert_eq!(times, ["2026-11-20T17:00:00Z", "2026-11-18T00:00:00Z"]);
}

#[tokio::test]
async fn pages_are_followed_even_when_one_is_empty() {
    let view = AppView::default()
        .with_profile(profile())
        .with_page(
            "",
            json!({"cursor": "a", "feed": [{"post": post("10", "2026-11-20T17:00:00Z", 0)}]}),
        )
        .with_page("a", json!({"cursor": "b", "feed": []}))
        .with_page(
            "b",
            json!({"feed": [{"post": post("9", "2026-11-19T17:00:00Z", 0)}]}),
        );
    let seen = visit(view).await.measurement;
    assert_eq!(seen.posts.len(), 2);
    assert!(!seen.unavailable.contains_key(&FigureName::Posts));
}

#[tokio::test]
async fn no_page_is_asked_beyond_the_window() {
    let view = AppView::default().with_profile(profile()).with_page(
        "",
        json!({"cursor": "a", "feed": [{"post": post("9", "2026-10-01T00:00:00Z", 0)}]}),
    );
    assert_eq!(visit(view).await.measurement.fetches.len(), 2);
}

#[tokio::test]
async fn a_feed_without_end_is_truncated() {
    let item = json!({"post": post("10", "2026-11-20T17:00:00Z", 0)});
    let stuck = AppView::default()
        .with_profile(profile())
        .with_page("", json!({"cursor": "a", "feed": [item]}))
        .with_page("a", json!({"cursor": "a", "feed": []}));
    let server = stuck.start().await;
    for max_pages in [1, 10] {
        let settings = BlueskySettings {
            max_pages: NonZeroU16::new(max_pages).unwrap(),
            ..settings(&server)
        };
        let seen = measure(&server, settings, &[request(HANDLE)])
            .await
            .remove(0)
            .measurement;
        assert_eq!(seen.posts.len(), 1);
        assert_eq!(
            seen.unavailable[&FigureName::Posts],
            MissingReason::Truncated
        );
        assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
    }
}

#[tokio::test]
async fn accounts_that_are_not_there_are_told_apart() {
    for (error, message, expected) in [
        (
            "InvalidRequest",
            "Profile not found",
            Outcome::Absent(Absent::NotFound),
        ),
        (
            "InvalidRequest",
            "Unable to resolve handle",
            Outcome::Absent(Absent::NotFound),
        ),
        (
            "AccountTakedown",
            "Account has been suspended",
            Outcome::Absent(Absent::Suspended),
        ),
        (
            "AccountDeactivated",
            "Account is deactivated",
            Outcome::Absent(Absent::Deactivated),
        ),
        (
            "InvalidRequest",
            "something else",
            Outcome::Failed(Failed::Http4xx),
        ),
    ] {
        let view = AppView::default().refusing(HANDLE, error, message);
        let seen = visit(view).await.measurement;
        assert_eq!(seen.outcome, expected, "{error}: {message}");
        assert_eq!(
            seen.figures.followers,
            Figure::Missing(MissingReason::NotMeasured)
        );
    }
}

#[tokio::test]
async fn a_batch_joins_answers_in_any_order_and_asks_why_some_are_left_out() {
    let mut view = AppView::new(Vec::new()).refusing(
        "partie.bsky.social",
        "AccountDeactivated",
        "Account is deactivated",
    );
    view.profiles
        .push(json!({"did": OTHER_DID, "handle": "Autre.bsky.social"}));
    view.profiles[1]["handle"] = json!("autre.bsky.social");
    let server = view.start().await;
    let batch = [
        request("autre.bsky.social"),
        request("partie.bsky.social"),
        request("not a handle"),
        request(HANDLE),
        request("mairie.social.example.ap.brid.gy"),
        request("inconnue.bsky.social"),
        request(DID),
    ];
    let measured = measure(&server, settings(&server), &batch).await;
    let outcomes: Vec<_> = measured
        .iter()
        .map(|measured| measured.measurement.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Measured,
            Outcome::Absent(Absent::Deactivated),
            Outcome::Absent(Absent::NotAnAccount),
            Outcome::Measured,
            Outcome::Absent(Absent::Bridged),
            Outcome::Absent(Absent::NotFound),
            Outcome::Measured,
        ]
    );
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(measured[0].measurement.figures.followers, missing);
    assert_eq!(
        measured[3].measurement.figures.followers,
        Figure::Known(421)
    );
    let renamed_to = measured[6].measurement.identity.renamed_to.as_deref();
    assert_eq!(renamed_to, Some(HANDLE), "asked by DID");

    let asked = server.asked();
    let batches: Vec<_> = asked
        .iter()
        .filter(|asked| asked.path().ends_with("getProfiles"))
        .collect();
    assert_eq!(batches.len(), 1);
    assert_eq!(
        batches[0].query("actors").len(),
        5,
        "malformed ones spoil nobody's answer"
    );
}

#[tokio::test]
async fn a_batch_refused_as_a_whole_is_asked_one_by_one() {
    let view = AppView {
        batch: Some(invalid_request(
            "Error: actor must be a valid did or a handle",
        )),
        ..AppView::new(Vec::new())
    };
    let server = view.start().await;
    let batch = [request(HANDLE), request("inconnue.bsky.social")];
    let measured = measure(&server, settings(&server), &batch).await;
    assert_eq!(measured[0].measurement.outcome, Outcome::Measured);
    assert_eq!(
        measured[1].measurement.outcome,
        Outcome::Absent(Absent::NotFound)
    );
}

#[tokio::test]
async fn a_batch_that_fails_is_tried_again_for_everybody() {
    let view = AppView {
        batch: Some(Answer::error(502, "UpstreamFailure")),
        ..AppView::new(Vec::new())
    };
    let server = view.start().await;
    let batch = [request(HANDLE), request("autre.bsky.social")];
    for measured in measure(&server, settings(&server), &batch).await {
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Failed(Failed::Http5xx)
        );
        assert!(measured.retry.is_some());
        assert_eq!(measured.measurement.fetches.len(), 1);
    }
}

#[tokio::test]
async fn a_rate_limited_visit_is_tried_again_when_the_server_allows() {
    let reset = Timestamp::now().as_second() + 1800;
    let limited = Answer::error(429, "RateLimitExceeded")
        .header("ratelimit-limit", "3000")
        .header("ratelimit-remaining", "0")
        .header("ratelimit-reset", reset.to_string())
        .header("retry-after", "1800");
    let mut view = AppView::default();
    view.refusals.insert(HANDLE.to_owned(), limited);
    let measured = visit(view).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    let not_before = measured.retry.unwrap().not_before.unwrap();
    assert!(not_before.as_second() >= reset - 1, "{not_before}");
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let layout = Outcome::Failed(Failed::Layout);
    for (answer, expected) in [
        (Answer::page(200, "<html>oops</html>"), layout),
        (Answer::page(200, "{\"did\":\"did:plc:"), layout),
        (Answer::json(json!({"profile": profile()})), layout),
        (
            Answer::error(404, "XRPCNotSupported"),
            Outcome::Failed(Failed::Http4xx),
        ),
        (
            Answer::error(401, "AuthenticationRequired"),
            Outcome::Forbidden(Forbidden::LoginRequired),
        ),
        (
            Answer::page(403, "<html>Forbidden</html>"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
    ] {
        let mut view = AppView::default();
        view.refusals.insert(HANDLE.to_owned(), answer.clone());
        assert_eq!(outcome(view).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn an_account_that_asks_not_to_be_shown_is_not_read() {
    let label =
        |src: &str, neg: bool| json!({"src": src, "val": "!no-unauthenticated", "neg": neg});
    let with = |labels: Value| {
        AppView::new(Vec::new()).with_profile(profile_with(json!({ "labels": labels })))
    };
    let seen = visit(with(json!([label(DID, false)]))).await.measurement;
    assert_eq!(seen.outcome, Outcome::Forbidden(Forbidden::OptedOut));
    assert_eq!(seen.fetches.len(), 1);
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
    for labels in [
        json!([label(DID, false), label(DID, true)]),
        json!([label(OTHER_DID, false)]),
    ] {
        assert_eq!(outcome(with(labels)).await, Outcome::Measured);
    }
}

#[tokio::test]
async fn hidden_and_missing_counters_are_never_zero() {
    let bare = json!({"did": DID, "handle": HANDLE, "followersCount": "421", "labels": null});
    let mut post = post("10", "2026-11-20T17:00:00Z", 0);
    post.as_object_mut().unwrap().remove("likeCount");
    post.as_object_mut().unwrap().remove("quoteCount");
    let seen = visit(AppView::new(vec![json!({ "post": post })]).with_profile(bare))
        .await
        .measurement;
    assert_eq!(seen.figures.followers, Figure::Known(421));
    assert_eq!(
        seen.figures.following,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(
        seen.posts[0].reactions,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(seen.posts[0].shares, Figure::Known(3));
    assert_eq!(
        seen.unavailable[&FigureName::Reactions],
        MissingReason::NotInAnswer
    );
}

#[tokio::test]
async fn silence_under_restricted_posts_means_nothing() {
    let gated = |rkey: &str, gate: Value| {
        let mut post = post(rkey, "2026-11-20T17:00:00Z", 0);
        post["threadgate"] = gate;
        json!({ "post": post })
    };
    let closed = json!({"uri": "at://x", "record": {"allow": []}});
    let only_hides = json!({"uri": "at://x", "record": {"hiddenReplies": []}});

    let seen = visit(AppView::new(vec![gated("10", closed.clone())]))
        .await
        .measurement;
    let restricted = MissingReason::RepliesRestricted;
    assert_eq!(seen.posts[0].comments, Figure::Missing(restricted));
    assert_eq!(seen.threads, Figure::Missing(restricted));

    let seen = visit(AppView::new(vec![
        gated("10", closed),
        gated("9", only_hides),
    ]))
    .await
    .measurement;
    let comments: Vec<_> = seen.posts.iter().map(|post| post.comments).collect();
    assert_eq!(comments, [Figure::Missing(restricted), Figure::Known(0)]);
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
}

#[tokio::test]
async fn a_thread_that_fails_costs_the_dialogue_and_nothing_else() {
    for answer in [
        invalid_request("Post not found"),
        Answer::error(502, "UpstreamFailure"),
        Answer::json(json!({"thread": {"notFound": true}})),
    ] {
        let measured = visit(talking().with_thread_answer("10", answer)).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(measured.retry, None);
        assert_eq!(measured.measurement.posts.len(), 1);
        let failed = MissingReason::CallFailed;
        assert_eq!(measured.measurement.threads, Figure::Missing(failed));
    }
}

#[tokio::test]
async fn a_thread_nested_beyond_reason_is_a_failed_call() {
    let mut deep = String::new();
    for _ in 0..10_000 {
        deep.push_str(r#"{"post":{},"replies":["#);
    }
    let answer = Answer::page(200, &format!(r#"{{"thread":{deep}"#));
    let seen = visit(talking().with_thread_answer("10", answer))
        .await
        .measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
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

#[tokio::test]
async fn a_second_visit_asks_only_for_what_moved() {
    let (asked, measured) = second_visit(talking()).await;
    assert_eq!(asked, ["getProfile", "getAuthorFeed"]);
    assert_eq!(measured.measurement.threads.known().unwrap().len(), 2);

    let moved = json!({"feed": [{"post": post("10", "2026-11-20T17:00:00.000Z", 3)}]});
    let (asked, _) = second_visit(talking().with_page("", moved)).await;
    assert_eq!(asked, ["getProfile", "getAuthorFeed", "getPostThread"]);
}

#[tokio::test]
async fn a_renamed_account_is_found_again_by_its_did() {
    let renamed = profile_with(json!({"handle": "Ville-Exemple.fr"}));
    let (_, measured) = second_visit(talking().with_profile(renamed)).await;
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.account.handle, HANDLE,
        "the identity stays the handle asked for"
    );
    assert_eq!(
        seen.identity.renamed_to.as_deref(),
        Some("ville-exemple.fr")
    );

    let lost = profile_with(json!({"handle": "handle.invalid"}));
    let (_, measured) = second_visit(talking().with_profile(lost)).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(measured.measurement.identity.renamed_to, None);
}
