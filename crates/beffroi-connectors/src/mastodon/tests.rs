//! Whole visits to an instance whose answers are recorded. Every person and place is fictitious;
//! whatever a citizen wrote or is called holds `CANARY`, which must be found nowhere afterwards.

use std::{collections::HashMap, num::NonZeroU32, time::Duration};

use beffroi_model::{
    Absent, AccountRef, Category, CollectivityId, Failed, Figure, FigureName, FindMethod,
    Forbidden, MissingReason, Outcome, Platform, Siren, Subject,
};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::{
    Secret,
    recorded::{Answer, Asked, Server, client},
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
    let connector = MastodonConnector::new(client(&[server]), settings);
    let mut measured = connector.measure(&[request]).await;
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

#[tokio::test]
async fn a_visit_brings_counters_posts_and_dialogue() {
    let measured = visit(talking()).await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(812));
    assert_eq!(seen.figures.following, Figure::Known(35));
    assert_eq!(seen.figures.posts_total, Figure::Known(1450));
    let permanent_id = seen.identity.permanent_id.as_deref();
    assert_eq!(permanent_id, Some("https://social.example/users/mairie"));
    assert_eq!(seen.identity.renamed_to, None);
    let link = "https://www.exemple.fr/?a=1&b=2".to_owned();
    assert_eq!(seen.identity.profile_links, [(link, true)]);

    assert_eq!(seen.posts.len(), 1, "a reply is no post");
    let post = &seen.posts[0];
    assert_eq!(post.post_id, "10");
    assert_eq!(post.published_at.to_string(), "2026-11-21T09:15:02.123Z");
    assert_eq!(post.reactions, Figure::Known(9));
    assert_eq!(post.comments, Figure::Known(2));
    assert_eq!(post.shares, Figure::Known(6), "boosts and quotes");
    assert_eq!(
        post.views,
        Figure::Missing(MissingReason::NotGivenByPlatform)
    );

    let threads = seen.threads.known().unwrap();
    let delays: Vec<_> = threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect();
    assert_eq!(delays, [Some(5400), None]);
    let views = (FigureName::Views, MissingReason::NotGivenByPlatform);
    assert_eq!(seen.unavailable.into_iter().collect::<Vec<_>>(), [views]);
    assert_eq!(
        seen.fetches.len(),
        4,
        "webfinger, lookup, statuses, one context"
    );
}

#[tokio::test]
async fn an_account_without_posts_has_an_empty_dialogue() {
    let seen = visit(Instance::new(account(), Vec::new()))
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert!(seen.posts.is_empty());
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
}

#[tokio::test]
async fn boosts_private_statuses_and_those_outside_the_window_are_no_posts() {
    let mut boost = status("5", "2026-11-20T00:00:00Z", None, 0);
    boost["reblog"] = json!({"id": "c9", "account": {"id": CANARY}});
    let mut private = status("4", "2026-11-20T00:00:00Z", None, 0);
    private["visibility"] = json!("private");
    let mut unlisted = status("3", "2026-11-20T00:00:00Z", None, 0);
    unlisted["visibility"] = json!("unlisted");
    let statuses = vec![
        status("9", "2026-11-23T01:00:00Z", None, 0),
        boost,
        private,
        unlisted,
        status("1", "2026-10-25T00:00:00Z", None, 0),
    ];
    let seen = visit(Instance::new(account(), statuses)).await.measurement;
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, ["3"]);
}

#[tokio::test]
async fn a_thread_of_several_statuses_is_one_post_and_replies_below_it_count() {
    let statuses = vec![
        status("12", "2026-11-21T09:02:00Z", Some("11"), 1),
        status("11", "2026-11-21T09:01:00Z", Some("10"), 1),
        status("10", "2026-11-21T09:00:00Z", None, 1),
    ];
    let mut continuation = message("11", "2026-11-21T09:01:00Z", "10");
    continuation["id"] = json!("11");
    let mut end = message("12", "2026-11-21T09:02:00Z", "11");
    end["id"] = json!("12");
    let question = message("c1", "2026-11-21T10:00:00Z", "12");
    let instance =
        Instance::new(account(), statuses).with_context("10", vec![continuation, end, question]);
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.posts.len(), 1);
    let threads = seen.threads.known().unwrap();
    assert_eq!(threads.len(), 1);
    assert_eq!(threads[0].post_id, "10");
}

#[tokio::test]
async fn no_context_is_asked_where_nobody_else_replied() {
    let statuses = vec![
        status("11", "2026-11-21T09:01:00Z", Some("10"), 0),
        status("10", "2026-11-21T09:00:00Z", None, 1),
    ];
    let seen = visit(Instance::new(account(), statuses)).await.measurement;
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
    assert_eq!(seen.fetches.len(), 3);
}

#[tokio::test]
async fn accounts_that_are_not_there_are_told_apart() {
    let nobody = Instance::new(account(), Vec::new()).without("/api/v1/accounts/lookup");
    let gone = nobody
        .clone()
        .with("/.well-known/webfinger", Answer::error(410, "Gone"));
    let unknown = nobody
        .clone()
        .with("/.well-known/webfinger", Answer::error(404, ""));
    assert_eq!(outcome(nobody).await, Outcome::Absent(Absent::NotFound));
    assert_eq!(outcome(unknown).await, Outcome::Absent(Absent::NotFound));
    assert_eq!(outcome(gone).await, Outcome::Absent(Absent::Gone));

    let deleted = Instance::new(account(), Vec::new())
        .with("/api/v1/accounts/lookup", Answer::error(410, "Gone"));
    assert_eq!(outcome(deleted).await, Outcome::Absent(Absent::Gone));
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

#[tokio::test]
async fn a_server_that_asks_for_a_login_still_tells_whom_it_does_not_have() {
    let closed = Instance::new(account(), Vec::new())
        .with("/api/v1/accounts/lookup", Answer::error(401, "login"));
    let unknown = closed
        .clone()
        .with("/.well-known/webfinger", Answer::error(404, ""));
    let gone = closed.with("/.well-known/webfinger", Answer::error(410, ""));
    let login = Outcome::Forbidden(Forbidden::LoginRequired);
    assert_eq!(outcome(gone).await, Outcome::Absent(Absent::Gone));
    assert_eq!(
        outcome(unknown.clone()).await,
        login,
        "a server that does not speak for itself"
    );
    let speaking = running(unknown, "mastodon");
    assert_eq!(outcome(speaking).await, Outcome::Absent(Absent::NotFound));
}

#[tokio::test]
async fn a_suspended_account_is_absent_and_its_zeros_are_no_figures() {
    let suspended = account_with(json!({
        "suspended": true, "display_name": "", "note": "",
        "followers_count": 0, "following_count": 0, "statuses_count": 0,
    }));
    let instance = Instance::new(suspended, Vec::new())
        .with("/.well-known/webfinger", Answer::error(410, "Gone"));
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Suspended));
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
}

#[tokio::test]
async fn a_moved_account_names_its_successor() {
    let moved = account_with(json!({"moved": {
        "id": "7", "acct": "Mairie@Autre.example", "url": "https://autre.example/@mairie",
    }}));
    let seen = visit(Instance::new(moved, Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Moved));
    assert_eq!(seen.finds.len(), 1);
    let find = &seen.finds[0];
    assert_eq!(find.account.handle, "mairie@autre.example");
    assert_eq!(find.account.url.as_str(), "https://autre.example/@mairie");
    assert_eq!(find.evidence[0].how, FindMethod::Moved);
    assert!(find.confidence.is_accepted());
}

#[tokio::test]
async fn a_successor_on_the_same_server_gets_its_domain_and_a_loop_harms_nobody() {
    let moved = account_with(json!({"moved": {"id": OWN_ID, "acct": "mairie"}}));
    let server = Instance::new(moved, Vec::new()).start().await;
    let asked = request(&server);
    let seen = visit_with(&server, asked.clone(), settings())
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Moved));
    assert_eq!(seen.finds[0].account.handle, asked.account.handle);
}

#[tokio::test]
async fn limited_and_automated_accounts_are_measured_and_marked() {
    let account = account_with(json!({"limited": true, "bot": true}));
    let seen = visit(Instance::new(account, Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert!(seen.identity.is_limited);
    assert!(seen.identity.is_automated);
}

#[tokio::test]
async fn the_servers_own_actor_is_no_account() {
    let actor = account_with(json!({"username": "127.0.0.1", "bot": true}));
    let instance = Instance::new(actor, Vec::new());
    assert_eq!(
        outcome(instance).await,
        Outcome::Absent(Absent::NotAnAccount)
    );
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

#[tokio::test]
async fn a_server_that_asks_for_a_login_is_forbidden_and_not_absent() {
    let login = Outcome::Forbidden(Forbidden::LoginRequired);
    let server = members_only().await;
    let measured = visit_with(&server, request(&server), settings()).await;
    assert_eq!(measured.measurement.outcome, login);
    assert_eq!(measured.retry, None);
    for status in [403, 422] {
        let instance = Instance::new(account(), Vec::new())
            .with("/api/v1/accounts/lookup", Answer::error(status, "login"));
        assert_eq!(outcome(instance).await, login, "{status}");
    }
}

#[tokio::test]
async fn a_token_opens_its_instance_and_is_sent_to_its_api_alone() {
    let server = members_only().await;
    let mut settings = settings();
    let instance = InstanceSettings {
        token: Some(Secret::new("hush")),
        base_url: None,
    };
    settings.instances.insert(server.authority(), instance);
    let measured = visit_with(&server, request(&server), settings).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert!(!format!("{measured:?}").contains("hush"));
    for asked in server.asked() {
        let is_api = asked.path().starts_with("/api/");
        assert_eq!(asked.authorization.is_some(), is_api, "{}", asked.url);
    }
}

#[tokio::test]
async fn a_configured_address_is_asked_instead_of_the_handles_domain() {
    let server = talking().start().await;
    let mut request = request(&server);
    request.account.handle = "mairie@social.example".to_owned();
    request.account.url = "https://social.example/@mairie".parse().unwrap();
    let mut settings = settings();
    let instance = InstanceSettings {
        token: None,
        base_url: Some(server.root()),
    };
    settings
        .instances
        .insert("social.example".to_owned(), instance);
    let seen = visit_with(&server, request, settings).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(server.take_paths()[0], "/api/v1/accounts/lookup");
}

#[tokio::test]
async fn a_handle_on_another_domain_than_its_server_is_followed_and_reported() {
    let home = Instance::new(account(), Vec::new()).start().await;
    let home_authority = home.authority();
    let subject_home = home_authority.clone();
    // The domain of the commune, which knows its people and sends to the server.
    let domain = Server::start(move |asked| {
        let link = json!({"rel": "self", "href": format!("http://{home_authority}/users/mairie")});
        let subject = format!("acct:mairie@{home_authority}");
        assert_eq!(asked.path(), "/.well-known/webfinger");
        Answer::json(json!({"subject": subject, "links": [link]}))
    })
    .await;
    let asked = request(&domain);
    let connector = MastodonConnector::new(client(&[&home, &domain]), settings());
    let seen = connector.measure(&[asked]).await.remove(0).measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.identity.renamed_to,
        Some(format!("mairie@{subject_home}"))
    );
    let paths = home.take_paths();
    assert_eq!(
        paths[..2],
        ["/.well-known/webfinger", "/api/v1/accounts/lookup"]
    );
}

#[tokio::test]
async fn a_rate_limited_visit_is_tried_again_when_the_server_allows() {
    let reset = Timestamp::now()
        .checked_add(jiff::SignedDuration::from_mins(30))
        .unwrap();
    let reset = Timestamp::from_second(reset.as_second()).unwrap();
    let limited = Answer::error(429, "Too many requests")
        .header("x-ratelimit-limit", "300")
        .header("x-ratelimit-remaining", "0")
        .header("x-ratelimit-reset", format!("{reset:.6}"));
    let instance = Instance::new(account(), Vec::new()).with("/api/v1/accounts/lookup", limited);
    let measured = visit(instance).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    let not_before = measured.retry.unwrap().not_before.unwrap();
    assert!(not_before >= reset, "{not_before} is before {reset}");
}

#[tokio::test]
async fn a_server_in_trouble_is_tried_again() {
    let down = Answer::page(503, "<html><h1>Service unavailable</h1></html>");
    let instance = Instance::new(account(), Vec::new()).with("/api/v1/accounts/lookup", down);
    let measured = visit(instance).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::Http5xx)
    );
    assert!(measured.retry.is_some());
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let lookup = "/api/v1/accounts/lookup";
    let layout = Outcome::Failed(Failed::Layout);
    let blocked = Outcome::Forbidden(Forbidden::Blocked);
    let wall = "<!doctype html><title>Making sure you&#39;re not a bot!</title>";
    let mut cut = account().to_string();
    cut.truncate(40);
    let known = || running(Instance::new(account(), Vec::new()), "mastodon");
    for (answer, expected) in [
        (Answer::json(json!({"account": account()})), layout),
        (Answer::json(json!([])), layout),
        (Answer::page(200, &cut), layout),
        (
            Answer::page(200, "<html><body>Bienvenue</body></html>"),
            layout,
        ),
        (Answer::page(200, wall), blocked),
        (Answer::page(403, wall), blocked),
    ] {
        let instance = known().with(lookup, answer.clone());
        assert_eq!(outcome(instance).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_of_another_kind_is_not_this_platform() {
    let nobody = Instance::new(account(), Vec::new()).without("/api/v1/accounts/lookup");
    let peertube = running(nobody, "peertube");
    let elsewhere = Outcome::Absent(Absent::NotThisPlatform);
    assert_eq!(outcome(peertube).await, elsewhere);

    let blog = Server::start(|_| Answer::page(404, "<html>Page introuvable</html>")).await;
    let measured = visit_with(&blog, request(&blog), settings()).await;
    assert_eq!(measured.measurement.outcome, elsewhere);
}

#[tokio::test]
async fn hidden_and_missing_counters_are_never_zero() {
    let odd = account_with(json!({
        "followers_count": -1, "following_count": "35", "statuses_count": null,
    }));
    let mut bare = status("10", "2026-11-20T00:00:00Z", None, 0);
    for member in [
        "favourites_count",
        "reblogs_count",
        "quotes_count",
        "visibility",
        "url",
    ] {
        bare.as_object_mut().unwrap().remove(member);
    }
    bare["id"] = json!(10);
    let seen = visit(Instance::new(odd, vec![bare])).await.measurement;
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::HiddenByOwner)
    );
    assert_eq!(seen.figures.following, Figure::Known(35));
    assert_eq!(
        seen.figures.posts_total,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(seen.posts[0].post_id, "10");
    assert_eq!(
        seen.posts[0].reactions,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(
        seen.posts[0].shares,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(
        seen.unavailable[&FigureName::Followers],
        MissingReason::HiddenByOwner
    );
    assert_eq!(
        seen.unavailable[&FigureName::Shares],
        MissingReason::NotInAnswer
    );
}

/// A first page that names a second one.
fn paged(first: Value, second: Value) -> Instance {
    let next = format!(
        "<https://social.example{}?max_id=10>; rel=\"next\"",
        statuses_path()
    );
    Instance::new(account(), Vec::new())
        .with(&statuses_path(), Answer::json(first).header("link", next))
        .with(&format!("{}#10", statuses_path()), Answer::json(second))
}

#[tokio::test]
async fn pages_are_followed_by_their_link_even_when_short() {
    let instance = paged(
        json!([status("10", "2026-11-20T00:00:00Z", None, 0)]),
        json!([
            status("10", "2026-11-20T00:00:00Z", None, 0),
            status("9", "2026-11-19T00:00:00Z", None, 0),
        ]),
    );
    let seen = visit(instance).await.measurement;
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, ["10", "9"], "once each");
}

#[tokio::test]
async fn no_page_is_asked_beyond_the_window() {
    let instance = paged(
        json!([
            status("10", "2026-11-20T00:00:00Z", None, 0),
            status("9", "2026-10-01T00:00:00Z", None, 0),
        ]),
        json!([]),
    );
    assert_eq!(visit(instance).await.measurement.fetches.len(), 3);
}

#[tokio::test]
async fn a_window_longer_than_the_pages_allowed_is_truncated() {
    let server = paged(
        json!([status("10", "2026-11-20T00:00:00Z", None, 0)]),
        json!([]),
    )
    .start()
    .await;
    let settings = MastodonSettings {
        max_pages: std::num::NonZeroU16::MIN,
        ..settings()
    };
    let seen = visit_with(&server, request(&server), settings)
        .await
        .measurement;
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::Truncated
    );
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
}

#[tokio::test]
async fn a_conversation_cut_at_the_limit_makes_the_dialogue_unknown() {
    let replies = (0..requests::ANONYMOUS_DESCENDANTS)
        .map(|index| message(&format!("c{index}"), "2026-11-21T10:00:00Z", "10"))
        .collect();
    let instance = Instance::new(
        account(),
        vec![status("10", "2026-11-21T09:00:00Z", None, 70)],
    )
    .with_context("10", replies);
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
    assert_eq!(
        seen.unavailable[&FigureName::Dialogue],
        MissingReason::Truncated
    );
}

#[tokio::test]
async fn a_reply_that_seems_to_precede_its_question_answers_without_delay_figure() {
    let instance = Instance::new(
        account(),
        vec![status("10", "2026-11-21T09:00:00Z", None, 1)],
    )
    .with_context(
        "10",
        vec![
            message("c1", "2026-11-21T10:00:00Z", "10"),
            message("m1", "2026-11-21T09:59:00Z", "c1-citizen-canary"),
        ],
    );
    let threads = visit(instance).await.measurement.threads.known().unwrap();
    assert!(threads[0].replied_at.is_some());
    assert_eq!(threads[0].reply_delay_secs(), None);
}

#[tokio::test]
async fn a_context_that_fails_costs_the_dialogue_and_nothing_else() {
    for (answer, reason) in [
        (
            Answer::error(404, "Record not found"),
            MissingReason::CallFailed,
        ),
        (Answer::page(502, "<html>"), MissingReason::CallFailed),
        (Answer::page(200, "oops"), MissingReason::CallFailed),
        (Answer::error(401, "login"), MissingReason::LoginRequired),
    ] {
        let measured = visit(talking().with("/api/v1/statuses/10/context", answer)).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(measured.retry, None);
        assert_eq!(measured.measurement.posts.len(), 1);
        assert_eq!(measured.measurement.threads, Figure::Missing(reason));
    }
}

#[tokio::test]
async fn a_list_that_fails_leaves_the_counters() {
    let instance = talking().with(&statuses_path(), Answer::error(401, "login"));
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(812));
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::LoginRequired
    );
    assert_eq!(seen.threads, Figure::Missing(MissingReason::LoginRequired));
}

/// What a second visit asks and finds, after one to `talking` alone.
async fn second_visit(instance: Instance) -> (Vec<String>, Measured) {
    let first = visit(talking()).await.measurement;
    let server = instance.start().await;
    // The first server's port is not the second's; all else of the state holds.
    let mut state: Value = serde_json::from_str(&first.state.unwrap()).unwrap();
    state["root"] = json!(server.root());
    let mut request = request(&server);
    request.previous_state = Some(state.to_string());
    let measured = visit_with(&server, request, settings()).await;
    (server.take_paths(), measured)
}

#[tokio::test]
async fn a_second_visit_asks_only_for_what_moved() {
    let (paths, measured) = second_visit(talking()).await;
    assert_eq!(
        paths,
        [format!("/api/v1/accounts/{OWN_ID}"), statuses_path()]
    );
    let threads = measured.measurement.threads.known().unwrap();
    assert_eq!(threads.len(), 2);
    assert_eq!(threads[0].reply_delay_secs(), Some(5400));
}

#[tokio::test]
async fn a_new_reply_of_the_account_reopens_unanswered_conversations() {
    let statuses = json!([
        status("40", "2026-11-22T08:00:00Z", Some("c2-citizen-canary"), 0),
        status("30", "2026-11-21T11:30:00Z", Some("c1-citizen-canary"), 0),
        status("10", "2026-11-21T09:15:02.123Z", None, 2),
    ]);
    let context = vec![
        message("c1", "2026-11-21T10:00:00Z", "10"),
        message("m1", "2026-11-21T11:30:00Z", "c1-citizen-canary"),
        message("c2", "2026-11-21T12:00:00Z", "10"),
        message("m2", "2026-11-22T08:00:00Z", "c2-citizen-canary"),
    ];
    let instance = talking()
        .with(&statuses_path(), Answer::json(statuses))
        .with_context("10", context);
    let (paths, measured) = second_visit(instance).await;
    assert_eq!(paths.last().unwrap(), "/api/v1/statuses/10/context");
    let threads = measured.measurement.threads.known().unwrap();
    assert!(threads.iter().all(|thread| thread.replied_at.is_some()));
}

#[tokio::test]
async fn a_remembered_id_that_its_server_forgot_is_looked_up_again() {
    let instance = talking().without(&format!("/api/v1/accounts/{OWN_ID}"));
    let (paths, measured) = second_visit(instance).await;
    assert_eq!(
        paths[1..3],
        ["/.well-known/webfinger", "/api/v1/accounts/lookup"]
    );
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
}

#[tokio::test]
async fn a_visit_that_fails_keeps_what_the_last_one_left() {
    let server = members_only().await;
    let mut request = request(&server);
    request.previous_state = Some("{\"of\":\"another version\"}".to_owned());
    let measured = visit_with(&server, request.clone(), settings()).await;
    assert_eq!(measured.measurement.state, request.previous_state);
}

#[tokio::test]
async fn a_handle_that_is_none_is_refused_without_a_call() {
    let server = talking().start().await;
    let mut request = request(&server);
    request.account.handle = "mairie".to_owned();
    let measured = visit_with(&server, request, settings()).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Absent(Absent::NotAnAccount)
    );
    assert!(server.take_paths().is_empty());
}
