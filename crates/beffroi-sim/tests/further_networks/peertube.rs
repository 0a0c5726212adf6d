use beffroi_model::{MissingReason, Platform};
use beffroi_sim::{CANARY, Quotas, RunningSim, SocialTruth};
use serde_json::Value;

use crate::{accounts, france_with, one, support::get};

const PLATFORM: Platform = Platform::Peertube;

/// The root of the API and the bare name of a handle.
fn home(handle: &str) -> (String, &str) {
    let (name, host) = handle
        .strip_prefix("channel:")
        .unwrap()
        .split_once('@')
        .unwrap();
    (format!("http://{host}/api/v1"), name)
}

fn seconds(value: &Value) -> i64 {
    let at: jiff::Timestamp = value.as_str().unwrap().parse().unwrap();
    at.as_second()
}

/// The times of the owner's replies in a tree, all levels.
fn own_replies(tree: &Value, owner: &Value) -> Vec<i64> {
    let mut times = Vec::new();
    for child in tree["children"].as_array().unwrap() {
        let account = &child["comment"]["account"];
        if account["name"] == owner["name"] && account["host"] == owner["host"] {
            times.push(seconds(&child["comment"]["createdAt"]));
        }
        times.extend(own_replies(child, owner));
    }
    times
}

/// The threads below a video, as the API tells them.
async fn threads(sim: &RunningSim, base: &str, video: &Value) -> Vec<(i64, Option<i64>)> {
    let address = format!(
        "{base}/videos/{}/comment-threads",
        video["uuid"].as_str().unwrap()
    );
    let owner = &video["account"];
    let mut threads = Vec::new();
    let mut start = 0;
    loop {
        let page = get(sim, &format!("{address}?start={start}&count=100")).await;
        let page = page.json();
        let heads = page["data"].as_array().unwrap();
        for head in heads {
            let is_own = head["account"]["name"] == owner["name"];
            if head["isDeleted"] == true || is_own {
                continue;
            }
            let mut replies = Vec::new();
            if head["totalReplies"].as_u64().unwrap() > 0 {
                let tree = get(sim, &format!("{address}/{}", head["id"])).await.json();
                replies = own_replies(&tree, owner);
            }
            let by_list = head["totalRepliesFromVideoAuthor"].as_u64().unwrap();
            assert_eq!(by_list as usize, replies.len());
            threads.push((seconds(&head["createdAt"]), replies.into_iter().min()));
        }
        start += heads.len();
        if start as u64 >= page["total"].as_u64().unwrap() {
            break;
        }
    }
    threads.sort_unstable();
    threads
}

fn expected(truth: &SocialTruth, video: &str) -> Vec<(i64, Option<i64>)> {
    let threads = truth
        .threads
        .iter()
        .filter(|thread| thread.root_id == video);
    let mut threads: Vec<_> = threads
        .map(|it| {
            (
                it.opened_at.as_second(),
                it.replied_at.map(|at| at.as_second()),
            )
        })
        .collect();
    threads.sort_unstable();
    threads
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_videos_and_threads_are_as_the_truth_says() {
    let quotas = Quotas {
        peertube_calls_per_window: 100_000,
        ..Quotas::default()
    };
    let sim = france_with(quotas).await;
    let (mut channels, mut seen, mut closed, mut restricted, mut skipped) = (0, 0, 0, 0, 0);
    for (account, truth) in accounts(&sim, PLATFORM) {
        let (base, name) = home(&account.handle);
        let channel = get(&sim, &format!("{base}/video-channels/{name}")).await;
        if truth.outcome != "measured" {
            assert_eq!(channel.status, 404);
            assert_eq!(channel.json()["detail"], "Video channel not found");
            continue;
        }
        channels += 1;
        let channel = channel.json();
        assert_eq!(truth.followers.known(), channel["followersCount"].as_u64());
        assert_eq!(truth.permanent_id.as_deref(), channel["url"].as_str());
        assert_eq!(
            truth.created_at.unwrap().as_second(),
            seconds(&channel["createdAt"])
        );
        let owner = channel["ownerAccount"]["name"].as_str().unwrap();
        let by_owner = get(&sim, &format!("{base}/accounts/{owner}/videos?nsfw=both")).await;
        let mut videos: Vec<Value> = Vec::new();
        loop {
            let start = videos.len();
            let address = format!("{base}/video-channels/{name}/videos");
            let address = format!("{address}?sort=-publishedAt&nsfw=both&count=100&start={start}");
            let page = get(&sim, &address).await.json();
            assert_eq!(truth.posts_total.known(), page["total"].as_u64());
            assert_eq!(page["total"], by_owner.json()["total"]);
            videos.extend(page["data"].as_array().unwrap().iter().cloned());
            if videos.len() as u64 >= page["total"].as_u64().unwrap() {
                break;
            }
        }
        skipped += videos.len();
        videos.retain(|video| video["isLocal"] == true);
        skipped -= videos.len();
        assert_eq!(videos.len(), truth.posts.len());
        closed += usize::from(truth.dialogue_missing.is_some());
        for (video, post) in videos.iter().zip(&truth.posts).take(40) {
            assert_eq!(video["uuid"], post.id.as_str());
            let at = match &video["publishedAt"] {
                Value::Null => &video["createdAt"],
                at => at,
            };
            assert_eq!(seconds(at), post.published_at.as_second());
            assert_eq!(video["likes"].as_u64(), post.reactions.known());
            assert_eq!(video["views"].as_u64(), post.views.known());
            let short = video["shortUUID"].as_str().unwrap();
            let details = get(&sim, &format!("{base}/videos/{short}")).await.json();
            assert_eq!(details["uuid"], video["uuid"]);
            let is_open = match details["commentsPolicy"]["id"].as_u64() {
                Some(policy) => policy == 1,
                None => details["commentsEnabled"] == true,
            };
            let list = format!("{base}/videos/{}/comment-threads?count=0", post.id);
            let number = get(&sim, &list).await.json()["totalNotDeletedComments"].as_u64();
            if number == Some(0) && !is_open {
                restricted += 1;
                let reason = MissingReason::RepliesRestricted;
                assert_eq!(post.comments.missing(), Some(reason));
            } else {
                assert_eq!(post.comments.known(), number);
            }
            let threads = threads(&sim, &base, video).await;
            seen += threads.len();
            assert_eq!(threads, expected(&truth, &post.id));
        }
    }
    assert!(
        channels > 20 && seen > 300,
        "{channels} channels, {seen} threads"
    );
    assert!(
        closed > 0 && restricted > 0 && skipped > 0,
        "{closed} {restricted} {skipped}"
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_refused_in_words_of_peertube() {
    let sim = france_with(Quotas::default()).await;
    let (account, _) = one(&sim, PLATFORM, "measured");
    let (base, name) = home(&account.handle);
    for query in ["count=101", "sort=-random", "start=x"] {
        let answer = get(
            &sim,
            &format!("{base}/video-channels/{name}/videos?{query}"),
        )
        .await;
        assert_eq!(answer.status, 400);
        assert!(
            answer
                .header("content-type")
                .unwrap()
                .starts_with("application/problem+json")
        );
        let parameter = query.split('=').next().unwrap();
        assert!(answer.json()["invalid-params"][parameter].is_object());
    }
    let usual = get(&sim, &format!("{base}/video-channels/{name}/videos"))
        .await
        .json();
    assert!(usual["data"].as_array().unwrap().len() <= 15);
    for path in [
        "accounts/nobody".to_owned(),
        "videos/00000000-0a1e-484a-b099-000000000000".to_owned(),
        "videos/x/comment-threads".to_owned(),
        format!("video-channels/{name}@elsewhere.test"),
    ] {
        let answer = get(&sim, &format!("{base}/{path}")).await;
        assert_eq!(
            (answer.status, answer.json()["title"].as_str()),
            (404, Some("Not Found"))
        );
    }
    let root = base.trim_end_matches("/api/v1");
    let index = get(&sim, &format!("{root}/.well-known/nodeinfo"))
        .await
        .json();
    let software = get(&sim, index["links"][0]["href"].as_str().unwrap())
        .await
        .json();
    assert_eq!(software["software"]["name"], "peertube");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_instance_has_its_own_window() {
    let sim = france_with(Quotas {
        peertube_calls_per_window: 10,
        ..Quotas::default()
    })
    .await;
    let ask = async |instance: u32| {
        let host = format!("video-{instance}.test:{}", sim.http_port);
        get(&sim, &format!("http://{host}/api/v1/config")).await
    };
    // Within one window of ten seconds: a new one begins first.
    let into_window = jiff::Timestamp::now().as_millisecond().rem_euclid(10_000) as u64;
    if into_window > 7_000 {
        tokio::time::sleep(std::time::Duration::from_millis(10_050 - into_window)).await;
    }
    for (instance, limit) in [(0, 10), (3, 8)] {
        for left in (0..limit).rev() {
            let answer = ask(instance).await;
            assert_eq!(answer.status, 200);
            let remaining = answer.header("x-ratelimit-remaining");
            assert_eq!(remaining, Some(&*left.to_string()));
        }
        let refused = ask(instance).await;
        assert_eq!(refused.status, 429);
        let reset: i64 = refused
            .header("x-ratelimit-reset")
            .unwrap()
            .parse()
            .unwrap();
        let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
        let now = jiff::Timestamp::now().as_second();
        assert!((1..=10).contains(&wait) && (0..=10).contains(&(reset - now)));
    }
    assert_eq!(
        sim.meters().violations(),
        1,
        "the other limit is the instance's own"
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_citizens_wrote_is_marked() {
    let sim = france_with(Quotas::default()).await;
    let of = accounts(&sim, PLATFORM).into_iter();
    let mut of = of.filter_map(|(account, truth)| Some((account, truth.threads.first()?.clone())));
    let (account, thread) = of.next().unwrap();
    let (base, _) = home(&account.handle);
    let list = format!("{base}/videos/{}/comment-threads", thread.post_id);
    assert!(get(&sim, &list).await.text().contains(CANARY));
    sim.stop().await;
}
