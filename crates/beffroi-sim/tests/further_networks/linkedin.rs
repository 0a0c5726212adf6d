use beffroi_model::{MissingReason, Platform};
use beffroi_sim::{CANARY, Quotas, RunningSim};
use serde_json::Value;

use crate::{
    accounts, france_with, one, secrets,
    support::{Response, get_with},
};

const PLATFORM: Platform = Platform::Linkedin;

/// Last month's version.
fn version() -> String {
    let now = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::UTC);
    let before = now.checked_sub(jiff::Span::new().months(1)).unwrap();
    before.strftime("%Y%m").to_string()
}

async fn ask_as(sim: &RunningSim, secret: &str, path: &str) -> Response {
    let url = format!("http://api.linkedin.test:{}/rest/{path}", sim.http_port);
    let headers = format!(
        "Authorization: Bearer {secret}\r\nLinkedIn-Version: {}\r\n\
         X-Restli-Protocol-Version: 2.0.0\r\nX-RestLi-Method: FINDER\r\n",
        version()
    );
    get_with(sim, &url, &headers).await
}

async fn ask(sim: &RunningSim, path: &str) -> Response {
    ask_as(sim, secrets(PLATFORM).secret, path).await
}

fn encoded(urn: &str) -> String {
    urn.replace(':', "%3A")
        .replace('(', "%28")
        .replace(')', "%29")
        .replace(',', "%2C")
}

fn plenty() -> Quotas {
    Quotas {
        linkedin_calls_per_day: 100_000,
        linkedin_member_calls_per_day: 100_000,
        ..Quotas::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn organisations_are_found_by_name_and_followed_as_the_truth_says() {
    let sim = france_with(plenty()).await;
    let (mut granted, mut posts_seen, mut threads_seen) = (0, 0, 0);
    for (account, truth) in accounts(&sim, PLATFORM) {
        let name = account.handle.strip_prefix("company:").unwrap();
        let finder = format!("organizations?q=vanityName&vanityName={name}");
        let found = ask(&sim, &finder).await;
        assert_eq!(found.status, 200);
        let found = found.json()["elements"][0].clone();
        if truth.outcome != "measured" {
            assert_eq!(found, Value::Null);
            continue;
        }
        let urn = format!("urn:li:organization:{}", found["id"]);
        assert_eq!(truth.permanent_id.as_deref(), Some(&*urn));
        let size = format!(
            "networkSizes/{}?edgeType=COMPANY_FOLLOWED_BY_MEMBER",
            encoded(&urn)
        );
        let size = ask(&sim, &size).await.json();
        assert_eq!(truth.followers.known(), size["firstDegreeSize"].as_u64());
        let lookup = format!("organizationsLookup?ids=List({},999)", found["id"]);
        let lookup = ask(&sim, &lookup).await.json();
        assert_eq!(
            lookup["results"][found["id"].to_string()]["vanityName"],
            name
        );
        assert_eq!(lookup["statuses"]["999"], 404);
        let list = format!("posts?author={}&q=author&count=100", encoded(&urn));
        let posts = ask(&sim, &list).await;
        if truth.posts_missing.is_some() {
            assert_eq!(truth.posts_missing, Some(MissingReason::PermissionMissing));
            assert_eq!(posts.status, 403);
            assert_eq!(posts.json()["code"], "ACCESS_DENIED");
            continue;
        }
        granted += 1;
        let mut urns: Vec<String> = Vec::new();
        for start in (0..).step_by(100) {
            let page = ask(&sim, &format!("{list}&start={start}")).await.json();
            let elements = page["elements"].as_array().unwrap();
            let published = elements
                .iter()
                .filter(|it| it["lifecycleState"] == "PUBLISHED");
            urns.extend(published.map(|it| it["id"].as_str().unwrap().to_owned()));
            if page["paging"]["links"].as_array().unwrap().is_empty() {
                break;
            }
        }
        assert_eq!(urns.len(), truth.posts.len());
        for post in truth.posts.iter().take(12) {
            assert!(urns.contains(&post.id));
            posts_seen += 1;
            let asked = format!("socialMetadata?ids=List({})", encoded(&post.id));
            let metadata = ask(&sim, &asked).await.json()["results"][&post.id].clone();
            let kinds = metadata["reactionSummaries"].as_object().unwrap().values();
            let sum = kinds.map(|kind| kind["count"].as_u64().unwrap()).sum();
            assert_eq!(post.reactions.known(), Some(sum));
            assert_eq!(
                post.comments.known(),
                metadata["commentSummary"]["count"].as_u64()
            );
            let below = format!("socialActions/{}/comments?count=100", encoded(&post.id));
            let below = ask(&sim, &below).await;
            let text = below.text();
            let comments = below.json()["elements"].as_array().unwrap().clone();
            let visitors = comments.iter().filter(|it| it["actor"] != urn.as_str());
            let mut opened: Vec<i64> = visitors
                .map(|it| it["created"]["time"].as_i64().unwrap())
                .collect();
            threads_seen += opened.len();
            assert!(opened.is_empty() || text.contains(CANARY));
            let threads = truth
                .threads
                .iter()
                .filter(|thread| thread.root_id == post.id);
            let mut truly: Vec<i64> = threads.map(|it| it.opened_at.as_millisecond()).collect();
            opened.sort_unstable();
            truly.sort_unstable();
            assert_eq!(opened, truly[..opened.len()], "a page is 100 comments");
            assert!(opened.len() == truly.len() || comments.len() == 100);
            for comment in comments
                .iter()
                .filter(|it| it["commentsSummary"].is_object())
            {
                let path = format!(
                    "socialActions/{}/comments",
                    encoded(comment["$URN"].as_str().unwrap())
                );
                let replies = ask(&sim, &path).await.json();
                let replies = replies["elements"].as_array().unwrap().clone();
                let own = replies.iter().filter(|it| it["actor"] == urn.as_str());
                let first = own.map(|it| it["created"]["time"].as_i64().unwrap()).min();
                let opened = comment["created"]["time"].as_i64().unwrap();
                let thread = truth
                    .threads
                    .iter()
                    .find(|it| it.root_id == post.id && it.opened_at.as_millisecond() == opened);
                let replied = thread.unwrap().replied_at.map(|at| at.as_millisecond());
                assert_eq!(first, replied);
            }
        }
    }
    assert!(granted > 5 && posts_seen > 20 && threads_seen > 10);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_headers_and_spellings_are_insisted_on() {
    let sim = france_with(plenty()).await;
    let secrets = secrets(PLATFORM);
    let (account, truth) = one(&sim, PLATFORM, "measured");
    let name = account.handle.strip_prefix("company:").unwrap();
    let finder = format!("organizations?q=vanityName&vanityName={name}");
    for (secret, status, code, number) in [
        (secrets.expired, 401, "EXPIRED_ACCESS_TOKEN", 65602),
        ("nonsense", 401, "INVALID_ACCESS_TOKEN", 65600),
        (secrets.without_permission, 403, "ACCESS_DENIED", 100),
    ] {
        let answer = ask_as(&sim, secret, &finder).await;
        let problem = answer.json();
        assert_eq!(
            (answer.status, problem["code"].as_str()),
            (status, Some(code))
        );
        assert_eq!(problem["serviceErrorCode"], number);
    }
    let url = format!("http://api.linkedin.test:{}/rest/{finder}", sim.http_port);
    let token = format!("Authorization: Bearer {}\r\n", secrets.secret);
    for (headers, status, code) in [
        ("", 400, "VERSION_MISSING"),
        ("LinkedIn-Version: 202401\r\n", 426, "NONEXISTENT_VERSION"),
        (
            &*format!("LinkedIn-Version: {}\r\n", version()),
            400,
            "ILLEGAL_ARGUMENT",
        ),
    ] {
        let answer = get_with(&sim, &url, &format!("{token}{headers}")).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (status, Some(code))
        );
    }
    let urn = truth.permanent_id.unwrap();
    let id = urn.rsplit(':').next().unwrap();
    for path in [
        format!("networkSizes/{urn}?edgeType=COMPANY_FOLLOWED_BY_MEMBER"),
        format!(
            "networkSizes/{}?edgeType=CompanyFollowedByMember",
            encoded(&urn)
        ),
        format!("organizationsLookup?ids=List%28{id}%29"),
    ] {
        assert_eq!(ask(&sim, &path).await.status, 400, "{path}");
    }
    assert_eq!(ask(&sim, &format!("organizations/{id}")).await.status, 403);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_each_kind_of_call_is_the_members_and_the_applications() {
    let sim = france_with(Quotas {
        linkedin_calls_per_day: 5,
        linkedin_member_calls_per_day: 3,
        ..Quotas::default()
    })
    .await;
    let first = secrets(PLATFORM).secret;
    let second = format!("{first}-2");
    let finder = "organizations?q=vanityName&vanityName=x";
    for _ in 0..3 {
        assert_eq!(ask(&sim, finder).await.status, 200);
    }
    let refused = ask(&sim, finder).await;
    assert_eq!(
        (refused.status, &refused.json()["serviceErrorCode"]),
        (429, &101.into())
    );
    assert!(refused.text().contains("throttle MEMBER DAY limit"));
    for _ in 0..2 {
        assert_eq!(ask_as(&sim, &second, finder).await.status, 200);
    }
    let refused = ask_as(&sim, &second, finder).await;
    assert!(refused.text().contains("throttle APPLICATION DAY limit"));
    let other = ask(&sim, "organizationsLookup?ids=List(1)").await;
    assert_eq!(other.status, 200, "another kind of call");
    sim.stop().await;
}
