use beffroi_model::Platform;
use beffroi_sim::{CANARY, MeterViolation, Quotas, RunningSim};
use serde_json::{Value, json};

use crate::{
    accounts, france_with, one, secrets,
    support::{Response, post},
};

const PLATFORM: Platform = Platform::Tiktok;

async fn token_answer(sim: &RunningSim, secret: &str) -> Value {
    let id = secrets(PLATFORM).id.unwrap();
    let url = format!(
        "http://open.tiktokapis.test:{}/v2/oauth/token/",
        sim.http_port
    );
    let form = format!("client_key={id}&client_secret={secret}&grant_type=client_credentials");
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    post(sim, &url, headers, &form).await.json()
}

async fn token(sim: &RunningSim) -> String {
    let answer = token_answer(sim, secrets(PLATFORM).secret).await;
    assert_eq!(answer["expires_in"], 7200);
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn once(sim: &RunningSim, token: &str, path: &str, body: &Value) -> Response {
    let url = format!(
        "http://open.tiktokapis.test:{}/v2/research/{path}",
        sim.http_port
    );
    let headers = format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\n");
    post(sim, &url, &headers, &body.to_string()).await
}

/// Again, where the platform failed.
async fn ask(sim: &RunningSim, token: &str, path: &str, body: &Value) -> Response {
    let answer = once(sim, token, path, body).await;
    match answer.status {
        500.. => once(sim, token, path, body).await,
        _ => answer,
    }
}

const USER: &str = "user/info/?fields=follower_count,following_count,likes_count,video_count";
const VIDEOS: &str =
    "video/query/?fields=id,create_time,username,like_count,comment_count,share_count,view_count";
const COMMENTS: &str = "video/comment/list/?fields=id,video_id,text,parent_comment_id,reply_count";

fn plenty() -> Quotas {
    Quotas {
        tiktok_calls_per_day: 100_000,
        tiktok_calls_per_second: 100_000,
        ..Quotas::default()
    }
}

fn query(names: &[&str], from: &str, to: &str) -> Value {
    json!({
        "query": {"and": [{"operation": "IN", "field_name": "username", "field_values": names}]},
        "start_date": from, "end_date": to, "max_count": 100,
    })
}

/// All videos of some days, in halves where the platform loses its reader. Says how often it did.
async fn search(
    sim: &RunningSim,
    token: &str,
    names: &[&str],
    days: &[String],
) -> (Vec<Value>, usize) {
    let mut stretches = vec![days];
    let (mut videos, mut lost) = (Vec::new(), 0);
    while let Some(days) = stretches.pop() {
        let mut body = query(names, &days[0], &days[days.len() - 1]);
        let mut found = Vec::new();
        loop {
            let answer = ask(sim, token, VIDEOS, &body).await;
            let page = answer.json();
            if answer.status == 400 {
                assert_eq!(page["error"]["message"], "Invalid count or cursor");
                let (first, second) = days.split_at(days.len() / 2);
                stretches.extend([first, second]);
                lost += 1;
                break;
            }
            assert_eq!(answer.status, 200, "{}", answer.text());
            let shown = page["data"]["videos"].as_array().unwrap();
            let ids: Vec<u64> = shown.iter().map(|it| it["id"].as_u64().unwrap()).collect();
            assert!(ids.is_sorted_by(|a, b| a > b) && ids.len() <= 100);
            found.extend(shown.iter().cloned());
            if page["data"]["has_more"] != true {
                videos.append(&mut found);
                break;
            }
            body["cursor"] = page["data"]["cursor"].clone();
            body["search_id"] = page["data"]["search_id"].clone();
        }
    }
    (videos, lost)
}

/// The days of November and before it, as queries name them.
fn days(count: i64) -> Vec<String> {
    let last: jiff::civil::Date = "2026-11-23".parse().unwrap();
    let day = |back: i64| last.checked_sub(jiff::Span::new().days(back)).unwrap();
    (0..count)
        .rev()
        .map(|back| day(back).strftime("%Y%m%d").to_string())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_and_their_videos_are_as_the_truth_says() {
    let sim = france_with(plenty()).await;
    let token = token(&sim).await;
    let all = accounts(&sim, PLATFORM);
    let mut measured = Vec::new();
    for (account, truth) in &all {
        let answer = ask(&sim, &token, USER, &json!({"username": account.handle})).await;
        let body = answer.json();
        if truth.outcome != "measured" {
            assert!(matches!(answer.status, 400 | 404), "{}", answer.text());
            assert_eq!(body["error"]["code"], "invalid_params");
            continue;
        }
        assert_eq!(body["error"]["code"], "ok");
        let data = &body["data"];
        assert_eq!(truth.followers.known(), data["follower_count"].as_u64());
        assert_eq!(truth.following.known(), data["following_count"].as_u64());
        assert_eq!(truth.posts_total.known(), data["video_count"].as_u64());
        measured.push((account.handle.as_str(), truth));
    }
    assert!(measured.len() > 20 && measured.len() < all.len());
    let names: Vec<&str> = measured.iter().map(|(name, _)| *name).collect();
    let days = days(30);
    let (videos, lost) = search(&sim, &token, &names, &days).await;
    let begin: jiff::Timestamp = "2026-10-25T00:00:00Z".parse().unwrap();
    let mut expected = 0;
    for (name, truth) in &measured {
        for post in truth.posts.iter().filter(|post| post.published_at >= begin) {
            expected += 1;
            let id: u64 = post.id.parse().unwrap();
            let video = videos.iter().find(|video| video["id"] == id);
            let video = video.unwrap_or_else(|| panic!("{name} {}", post.id));
            assert_eq!(video["username"], *name);
            assert_eq!(video["create_time"], post.published_at.as_second());
            assert_eq!(video["like_count"].as_u64(), post.reactions.known());
            assert_eq!(video["comment_count"].as_u64(), post.comments.known());
            assert_eq!(video["share_count"].as_u64(), post.shares.known());
            assert_eq!(video["view_count"].as_u64(), post.views.known());
        }
    }
    assert_eq!(videos.len(), expected);
    assert!(expected > 300, "{expected} videos, lost {lost} times");
    let failures = sim.meters().platforms[&PLATFORM]["organisation"].refusals["failure"];
    assert!(failures > 0, "the platform fails now and then");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_come_without_authors_and_nest_by_their_parent() {
    let sim = france_with(plenty()).await;
    let token = token(&sim).await;
    let all = accounts(&sim, PLATFORM);
    let posts = all.iter().flat_map(|(_, truth)| &truth.posts);
    let is_old = |at: jiff::Timestamp| at < "2026-11-10T00:00:00Z".parse().unwrap();
    // Old enough for its counters to be whole.
    let settled = posts.filter(|post| is_old(post.published_at));
    let talked = settled.max_by_key(|post| post.comments.known()).unwrap();
    let video: u64 = talked.id.parse().unwrap();
    let (mut seen, mut cursor) = (0, json!(0));
    loop {
        let body = json!({"video_id": video, "max_count": 100, "cursor": cursor});
        let answer = ask(&sim, &token, COMMENTS, &body).await;
        assert!(answer.text().contains(CANARY));
        let data = answer.json()["data"].clone();
        for comment in data["comments"].as_array().unwrap() {
            assert_eq!(comment["parent_comment_id"], video);
            assert!(comment.get("username").is_none());
            seen += 1 + comment["reply_count"].as_u64().unwrap();
            let body = json!({"comment_id": comment["id"], "max_count": 100});
            let replies = ask(&sim, &token, COMMENTS, &body).await.json();
            let replies = replies["data"]["comments"].as_array().unwrap().clone();
            assert_eq!(
                replies.len() as u64,
                comment["reply_count"].as_u64().unwrap()
            );
            let below = |reply: &Value| reply["parent_comment_id"] == comment["id"];
            assert!(replies.iter().all(below));
        }
        if data["has_more"] != true {
            break;
        }
        cursor = data["cursor"].clone();
    }
    assert!(seen > 5, "{seen}");
    assert_eq!(talked.comments.known(), Some(seen));
    let both = json!({"video_id": video, "comment_id": 1});
    assert_eq!(ask(&sim, &token, COMMENTS, &both).await.status, 400);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_and_bad_queries_are_refused_in_the_words_of_the_platform() {
    let sim = france_with(plenty()).await;
    let secrets = secrets(PLATFORM);
    for secret in [secrets.expired, "nonsense"] {
        let answer = token_answer(&sim, secret).await;
        assert_eq!(answer["error"], "invalid_client");
        assert!(answer.get("access_token").is_none());
    }
    let (account, _) = one(&sim, PLATFORM, "measured");
    let user = json!({"username": account.handle});
    let answer = once(&sim, "clt.nonsense", USER, &user).await;
    assert_eq!(
        (answer.status, &answer.json()["error"]["code"]),
        (401, &"invalid_token".into())
    );
    let bare = token_answer(&sim, secrets.without_permission).await;
    let bare = bare["access_token"].as_str().unwrap();
    let answer = once(&sim, bare, USER, &user).await;
    assert_eq!(answer.json()["error"]["code"], "scope_not_authorized");
    let token = token(&sim).await;
    let names = [account.handle.as_str()];
    let mut wrong_search = query(&names, "20261101", "20261123");
    wrong_search["cursor"] = 20.into();
    wrong_search["search_id"] = "1".into();
    let mut too_many = query(&names, "20261101", "20261123");
    too_many["max_count"] = 101.into();
    for (path, body) in [
        (VIDEOS, query(&names, "20261001", "20261123")),
        (VIDEOS, wrong_search),
        (VIDEOS, too_many),
        (
            VIDEOS,
            json!({"start_date": "20261101", "end_date": "20261123"}),
        ),
        ("user/info/?fields=secret", user.clone()),
        ("user/info/", user.clone()),
        (USER, json!({})),
    ] {
        let answer = ask(&sim, &token, path, &body).await;
        assert_eq!(
            (answer.status, &answer.json()["error"]["code"]),
            (400, &"invalid_params".into())
        );
    }
    let empty = ask(
        &sim,
        &token,
        VIDEOS,
        &query(&["nobody"], "20261101", "20261123"),
    )
    .await;
    let data = empty.json()["data"].clone();
    assert_eq!(
        data,
        json!({"videos": [], "cursor": 0, "has_more": false, "search_id": ""})
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_the_organisations_and_failures_count() {
    let sim = france_with(Quotas {
        tiktok_calls_per_day: 20,
        tiktok_calls_per_second: 100_000,
        ..Quotas::default()
    })
    .await;
    let token = token(&sim).await;
    let user = json!({"username": "x"});
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(once(&sim, &token, USER, &user).await.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 500).count(), 1);
    let refused = once(&sim, &token, USER, &user).await;
    assert_eq!(refused.status, 429);
    assert_eq!(
        refused.json()["error"]["code"],
        "daily_quota_limit_exceeded"
    );
    let meters = sim.meters();
    let meter = &meters.platforms[&PLATFORM]["organisation"];
    assert_eq!(meter.units["day"], 20);
    assert_eq!(meter.violations[&MeterViolation::AbovePublished], 1);
    sim.stop().await;
}
