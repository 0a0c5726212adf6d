//! YouTube's API and site, read as a client would, against the truth and the fact sheet.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use beffroi_model::Platform;
use beffroi_sim::{
    AccountTruth, Credentials, Expected, MeterViolation, RunningSim, SimSettings, SocialTruth,
};
use serde_json::Value;
use support::{Response, france, get, get_with, quiet, truth};

const PLATFORM: Platform = Platform::Youtube;

fn secrets() -> Credentials {
    Credentials::of(PLATFORM).unwrap()
}

async fn small(choose: impl FnOnce(&mut SimSettings)) -> RunningSim {
    let mut settings = SimSettings {
        limit: Some(400),
        ..quiet()
    };
    choose(&mut settings);
    france(settings).await
}

async fn ask(sim: &RunningSim, method: &str) -> Response {
    let url = format!(
        "http://youtube.googleapis.test:{}/youtube/v3/{method}",
        sim.http_port
    );
    let key = format!("X-Goog-Api-Key: {}\r\n", secrets().secret);
    get_with(sim, &url, &key).await
}

fn channels(sim: &RunningSim) -> Vec<(AccountTruth, SocialTruth)> {
    let accounts = truth(sim).into_iter().flat_map(|line| line.accounts);
    let accounts = accounts.filter(|it| it.platform == PLATFORM && it.expected == Expected::Accept);
    accounts
        .filter_map(|account| Some((account.clone(), account.measure?)))
        .collect()
}

fn reason(answer: &Response) -> Value {
    answer.json()["error"]["errors"][0]["reason"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_of_channels_tells_what_the_truth_says_in_any_order() {
    let sim = small(|_| {}).await;
    let channels = channels(&sim);
    let here: Vec<&SocialTruth> = channels
        .iter()
        .map(|(_, truth)| truth)
        .filter(|truth| truth.permanent_id.is_some())
        .take(49)
        .collect();
    assert_eq!(here.len(), 49);
    let ids: Vec<&str> = here
        .iter()
        .filter_map(|it| it.permanent_id.as_deref())
        .collect();
    let list = format!("{},UCnobodynobodynobodynobo", ids.join(","));
    let answer = ask(
        &sim,
        &format!("channels?part=id,statistics,snippet&maxResults=50&id={list}"),
    )
    .await;
    let answer = answer.json();
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), 49);
    let order: Vec<&str> = items
        .iter()
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_ne!(order, ids, "the order is the server's own");
    let (mut hidden, mut cut) = (0, 0);
    for truth in here {
        let id = truth.permanent_id.as_deref().unwrap();
        let item = items.iter().find(|item| item["id"] == id).unwrap();
        let statistics = &item["statistics"];
        let count = |name: &str| {
            statistics[name]
                .as_str()
                .map(|text| text.parse::<u64>().unwrap())
        };
        assert_eq!(count("videoCount"), truth.posts_total.known());
        match statistics["hiddenSubscriberCount"].as_bool().unwrap() {
            true => {
                assert_eq!(truth.followers.known(), None);
                assert!(matches!(count("subscriberCount"), None | Some(0)));
                hidden += 1;
            }
            false => {
                let told = count("subscriberCount").unwrap();
                assert_eq!(truth.followers.known(), Some(told));
                cut += u32::from(told >= 1_000 && told % 10 == 0);
                assert!(told < 1_000 || told % 10 == 0, "{told}");
            }
        }
    }
    assert!(hidden > 0 && cut > 0, "{hidden} {cut}");
    // Where nothing is found there is no list at all.
    let none = ask(&sim, "channels?part=id&forHandle=@nobody").await;
    assert_eq!(
        (
            none.status,
            none.json()["pageInfo"]["totalResults"].as_u64()
        ),
        (200, Some(0))
    );
    assert!(none.json().get("items").is_none());
    let many = ["UCnobodynobodynobodynobo"; 51].join(",");
    let many = ask(&sim, &format!("channels?part=id&id={many}")).await;
    assert_eq!(many.status, 400);
    let meter = &sim.meters().platforms[&PLATFORM]["1"];
    assert_eq!(meter.units["common"], 3, "a call in vain costs as much");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_are_given_page_by_page_and_their_counters_are_true() {
    let sim = small(|_| {}).await;
    let mut videos = 0;
    for (account, truth) in channels(&sim) {
        let Some(id) = truth.permanent_id.as_deref() else {
            continue;
        };
        let list = format!(
            "playlistItems?part=contentDetails&maxResults=50&playlistId=UU{}",
            &id[2..]
        );
        let (mut token, mut found) = (String::new(), Vec::new());
        for page in 0.. {
            let answer = ask(&sim, &format!("{list}{token}")).await;
            if truth.posts_total.known() == Some(0) {
                assert_eq!(
                    (answer.status, reason(&answer)),
                    (404, "playlistNotFound".into())
                );
                break;
            }
            let answer = answer.json();
            found.extend(answer["items"].as_array().unwrap().iter().map(|item| {
                item["contentDetails"]["videoId"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            }));
            match answer["nextPageToken"].as_str().filter(|_| page < 2) {
                Some(next) => token = format!("&pageToken={next}"),
                None => break,
            }
        }
        for post in truth.posts.iter().take(40) {
            assert!(found.contains(&post.id), "{} {}", account.handle, post.id);
        }
        let ids: Vec<&str> = truth
            .posts
            .iter()
            .take(50)
            .map(|post| post.id.as_str())
            .collect();
        if ids.is_empty() {
            continue;
        }
        let older = ask(
            &sim,
            &format!("videos?part=statistics&id={}", ids.join(",")),
        )
        .await
        .json();
        let newer = ask(
            &sim,
            &format!(
                "videos:batchGetStats?part=id,statistics,snippet&id={}",
                ids.join(",")
            ),
        )
        .await
        .json();
        for post in truth.posts.iter().take(50) {
            let item = |list: &Value| {
                let items = list["items"].as_array().unwrap();
                items
                    .iter()
                    .find(|item| item["id"] == post.id.as_str())
                    .unwrap()
                    .clone()
            };
            let (older, newer) = (item(&older), item(&newer));
            assert_eq!(older["statistics"], newer["statistics"]);
            assert_eq!(
                newer["snippet"]["publishTime"],
                post.published_at.to_string()
            );
            let count = |name: &str| {
                newer["statistics"][name]
                    .as_str()
                    .map(|it| it.parse::<u64>().unwrap())
            };
            assert_eq!(count("viewCount"), post.views.known());
            assert_eq!(count("likeCount"), post.reactions.known());
            assert_eq!(count("commentCount"), post.comments.known());
            videos += 1;
        }
    }
    assert!(videos > 200, "{videos}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_judged_as_google_judges_them() {
    let sim = small(|_| {}).await;
    let secrets = secrets();
    for (key, status, told) in [
        (None, 403, "CONSUMER_INVALID"),
        (Some("nobodys"), 400, "API_KEY_INVALID"),
        (Some(secrets.expired), 400, "API_KEY_INVALID"),
        (
            Some(secrets.without_permission),
            403,
            "API_KEY_SERVICE_BLOCKED",
        ),
    ] {
        let key = key.map_or(String::new(), |key| format!("&key={key}"));
        let url = format!(
            "http://youtube.googleapis.test:{}/youtube/v3/channels?part=id&forHandle=@x{key}",
            sim.http_port
        );
        let answer = get(&sim, &url).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.json()["error"]["details"][0]["reason"], told);
    }
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_allowance_runs_out_for_itself_and_wrong_calls_are_named() {
    let sim = small(|settings| settings.quotas.youtube_units_per_day = 4).await;
    for (method, expected) in [
        ("channels?id=UCx", "missingRequiredParameter"),
        ("channels?part=id", "missingRequiredParameter"),
        (
            "channels?part=id&id=UCx&forHandle=@x",
            "incompatibleParameters",
        ),
        (
            "channels?part=id&id=UCx&fields=items(dragons)",
            "invalidParameter",
        ),
        ("channels?part=id&id=UCx", "quotaExceeded"),
    ] {
        let answer = ask(&sim, method).await;
        assert_eq!(reason(&answer), expected, "{method}");
        assert!(answer.header("retry-after").is_none());
    }
    let other = ask(&sim, "videos:batchGetStats?part=id&id=abcdefghijk").await;
    assert_eq!(other.status, 200);
    let meter = &sim.meters().platforms[&PLATFORM]["1"];
    assert_eq!((meter.units["common"], meter.units["statistics"]), (4, 1));
    assert_eq!(meter.refusals["common"], 1);
    assert_eq!(meter.violations[&MeterViolation::AbovePublished], 1);
    sim.stop().await;
    let sim = small(|settings| settings.quotas.youtube_requests_per_minute = 0).await;
    let answer = ask(&sim, "channels?part=id&id=UCx").await;
    assert_eq!(
        (answer.status, reason(&answer)),
        (403, "rateLimitExceeded".into())
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_is_out_of_order_now_and_then() {
    let sim = small(|_| {}).await;
    let channels = channels(&sim);
    let (_, truth) = channels
        .iter()
        .find(|(_, truth)| !truth.posts.is_empty())
        .unwrap();
    let id = truth.permanent_id.as_deref().unwrap();
    let url = format!(
        "http://www.youtube.test:{}/feeds/videos.xml?channel_id={id}",
        sim.http_port
    );
    let (mut good, mut bad) = (0, 0);
    for _ in 0..60 {
        let feed = get(&sim, &url).await;
        match feed.status {
            200 => {
                assert!(
                    feed.text()
                        .contains(&format!("<yt:videoId>{}", truth.posts[0].id))
                );
                assert!(feed.text().contains(&format!("<yt:channelId>{}", &id[2..])));
                good += 1;
            }
            404 | 500 => bad += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((good, bad), (58, 2));
    sim.stop().await;
}
