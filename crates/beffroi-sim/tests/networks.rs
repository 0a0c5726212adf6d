//! The open networks' APIs, read as a client would, against the truth.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use std::collections::HashMap;

use beffroi_model::Platform;
use beffroi_sim::{AccountTruth, CANARY, RunningSim, SocialTruth};
use serde_json::Value;
use support::{get, small_france, truth};

fn accounts(sim: &RunningSim, platform: Platform) -> Vec<(AccountTruth, SocialTruth)> {
    truth(sim)
        .into_iter()
        .flat_map(|line| line.accounts)
        .filter(|account| account.platform == platform)
        .filter_map(|account| Some((account.clone(), account.measure?)))
        .collect()
}

/// A conversation rebuilt from messages: threads by the id of the first post.
#[derive(Default)]
struct Messages {
    /// Id, parent, own, time.
    list: Vec<(String, String, bool, i64)>,
}

impl Messages {
    /// Times (milliseconds) of the threads below a post: opened, first own reply.
    fn threads(&self, root: &str) -> Vec<(i64, Option<i64>)> {
        let mut threads = Vec::new();
        for (id, _, own, at) in self.list.iter().filter(|(_, parent, ..)| parent == root) {
            if *own {
                threads.extend(self.threads(id));
            } else {
                threads.push((*at, self.first_own_below(id)));
            }
        }
        threads
    }

    fn first_own_below(&self, id: &str) -> Option<i64> {
        self.list
            .iter()
            .filter(|(_, parent, ..)| parent == id)
            .filter_map(|(child, _, own, at)| {
                let below = self.first_own_below(child);
                if *own {
                    Some(below.map_or(*at, |below| below.min(*at)))
                } else {
                    below
                }
            })
            .min()
    }
}

fn expected_threads(truth: &SocialTruth, root: &str) -> Vec<(i64, Option<i64>)> {
    let mut threads: Vec<_> = truth
        .threads
        .iter()
        .filter(|thread| thread.root_id == root)
        .map(|thread| {
            let replied = thread.replied_at.map(|at| at.as_millisecond());
            (thread.opened_at.as_millisecond(), replied)
        })
        .collect();
    threads.sort_unstable();
    threads
}

fn ms(value: &Value) -> i64 {
    value
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap()
        .as_millisecond()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mastodon_account_tells_what_the_truth_says() {
    let sim = small_france().await;
    let mut outcomes: HashMap<String, usize> = HashMap::new();
    let mut spent: HashMap<String, usize> = HashMap::new();
    let mut threads_seen = 0;
    for (account, truth) in accounts(&sim, Platform::Mastodon) {
        let reason = truth.reason.clone().unwrap_or(truth.outcome.clone());
        *outcomes.entry(reason.clone()).or_default() += 1;
        if reason == "dns_nxdomain" {
            continue;
        }
        let (name, host) = account.handle.split_once('@').unwrap();
        let origin = format!("http://{host}");
        let finger = get(
            &sim,
            &format!("{origin}/.well-known/webfinger?resource=acct:{name}@{host}"),
        )
        .await;
        let lookup = get(
            &sim,
            &format!("{origin}/api/v1/accounts/lookup?acct={name}"),
        )
        .await;
        match reason.as_str() {
            "not_found" => assert_eq!((finger.status, lookup.status), (404, 404)),
            "gone" => assert_eq!((finger.status, lookup.status), (410, 410)),
            "login_required" => assert_eq!((finger.status, lookup.status), (200, 401)),
            "not_this_platform" => assert_eq!((finger.status, lookup.status), (200, 404)),
            "suspended" => assert_eq!(lookup.json()["suspended"], true),
            "moved" => assert!(lookup.json()["moved"]["url"].is_string()),
            "measured" => {}
            other => panic!("{other}"),
        }
        if reason != "measured" {
            continue;
        }
        let subject = finger.json()["subject"].as_str().unwrap().to_owned();
        assert!(subject.starts_with(&format!("acct:{name}@")), "{subject}");
        let profile = lookup.json();
        let followers = profile["followers_count"].as_i64().unwrap();
        assert_eq!(truth.followers.known(), u64::try_from(followers).ok());
        assert_eq!(
            truth.posts_total.known(),
            profile["statuses_count"].as_u64()
        );
        // Page by page, as the Link header says.
        let id = profile["id"].as_str().unwrap();
        let mut next = Some(format!(
            "{origin}/api/v1/accounts/{id}/statuses?limit=40&exclude_reblogs=true"
        ));
        let mut statuses: Vec<Value> = Vec::new();
        let calls = spent.entry(host.to_owned()).or_default();
        while let Some(url) = next.take().filter(|_| *calls < 200) {
            *calls += 1;
            let page = get(&sim, &url).await;
            assert_eq!(page.status, 200, "{}", page.text());
            assert!(
                page.header("x-ratelimit-reset")
                    .unwrap()
                    .ends_with(".000000Z")
            );
            statuses.extend(page.json().as_array().unwrap().iter().cloned());
            next = page.header("link").and_then(|link| {
                link.split(", ")
                    .find(|part| part.ends_with("rel=\"next\""))
                    .map(|part| {
                        part.trim_start_matches('<')
                            .split('>')
                            .next()
                            .unwrap()
                            .to_owned()
                    })
            });
        }
        let posts: Vec<&Value> = statuses
            .iter()
            .filter(|status| status["in_reply_to_id"].is_null())
            .collect();
        let expected: Vec<_> = truth
            .posts
            .iter()
            .filter(|post| post.continues.is_none())
            .collect();
        assert_eq!(posts.len(), expected.len(), "{}", account.handle);
        for (post, expected) in posts.iter().zip(expected) {
            assert_eq!(post["id"], expected.id.as_str());
            assert_eq!(
                ms(&post["created_at"]),
                expected.published_at.as_millisecond()
            );
            assert_eq!(
                post["favourites_count"].as_u64(),
                expected.reactions.known()
            );
            assert_eq!(post["replies_count"].as_u64(), expected.comments.known());
            let quotes = post["quotes_count"].as_u64().unwrap_or(0);
            assert_eq!(
                Some(post["reblogs_count"].as_u64().unwrap() + quotes),
                expected.shares.known()
            );
        }
        let is_whole = truth.dialogue_missing.is_none();
        for post in posts
            .iter()
            .filter(|post| post["replies_count"] != 0 && is_whole)
            .take(6)
        {
            let root = post["id"].as_str().unwrap();
            let context = get(&sim, &format!("{origin}/api/v1/statuses/{root}/context")).await;
            assert!(context.text().contains(CANARY) || expected_threads(&truth, root).is_empty());
            let mut messages = Messages::default();
            for status in context.json()["descendants"].as_array().unwrap() {
                messages.list.push((
                    status["id"].as_str().unwrap().to_owned(),
                    status["in_reply_to_id"].as_str().unwrap().to_owned(),
                    status["account"]["id"] == id,
                    ms(&status["created_at"]),
                ));
            }
            let mut threads = messages.threads(root);
            threads.sort_unstable();
            threads_seen += threads.len();
            assert_eq!(
                threads,
                expected_threads(&truth, root),
                "{} {root}",
                account.handle
            );
        }
    }
    assert!(
        outcomes["measured"] > 15 && outcomes.len() >= 5,
        "{outcomes:?}"
    );
    assert!(threads_seen > 50, "{threads_seen}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_appview_tells_what_the_truth_says() {
    let sim = small_france().await;
    let appview = format!("http://api.bsky.test:{}/xrpc", sim.http_port);
    let mut outcomes: HashMap<String, usize> = HashMap::new();
    let (mut threads_seen, mut calls) = (0, 0);
    for (account, truth) in accounts(&sim, Platform::Bluesky) {
        let reason = truth.reason.clone().unwrap_or(truth.outcome.clone());
        *outcomes.entry(reason.clone()).or_default() += 1;
        if calls > 55 {
            continue; // Within one window, and before the burst of 502.
        }
        let actor = &account.handle;
        calls += 1;
        let profile = get(
            &sim,
            &format!("{appview}/app.bsky.actor.getProfile?actor={actor}"),
        )
        .await;
        let body = profile.json();
        match reason.as_str() {
            "not_found" => assert_eq!(body["message"], "Profile not found"),
            "suspended" => assert_eq!(body["error"], "AccountTakedown"),
            "deactivated" => assert_eq!(body["error"], "AccountDeactivated"),
            "opted_out" => assert_eq!(body["labels"][0]["val"], "!no-unauthenticated"),
            "measured" => assert_eq!(truth.followers.known(), body["followersCount"].as_u64()),
            other => panic!("{other}"),
        }
        if reason != "measured" {
            continue;
        }
        let did = body["did"].as_str().unwrap().to_owned();
        let mut cursor = String::new();
        let mut own: Vec<Value> = Vec::new();
        loop {
            calls += 1;
            let feed = get(
                &sim,
                &format!("{appview}/app.bsky.feed.getAuthorFeed?actor={did}&limit=100{cursor}"),
            )
            .await;
            assert_eq!(feed.status, 200, "{}", feed.text());
            let page = feed.json();
            own.extend(
                page["feed"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|item| item["reason"].is_null() && item["reply"].is_null())
                    .map(|item| item["post"].clone()),
            );
            match page["cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let expected: Vec<_> = truth
            .posts
            .iter()
            .filter(|post| post.continues.is_none())
            .collect();
        assert_eq!(own.len(), expected.len(), "{actor}");
        for (post, expected) in own.iter().zip(expected) {
            assert_eq!(post["uri"], expected.id.as_str());
            let at = ms(&post["record"]["createdAt"]).min(ms(&post["indexedAt"]));
            assert_eq!(at, expected.published_at.as_millisecond());
            assert_eq!(post["likeCount"].as_u64(), expected.reactions.known());
            let replies = post["replyCount"].as_u64();
            assert_eq!(replies, Some(expected.comments.known().unwrap_or(0)));
        }
        for post in own.iter().filter(|post| post["replyCount"] != 0).take(1) {
            let root = post["uri"].as_str().unwrap();
            calls += 1;
            let thread = get(
                &sim,
                &format!("{appview}/app.bsky.feed.getPostThread?uri={root}&depth=10"),
            )
            .await;
            let mut messages = Messages::default();
            gather(&thread.json()["thread"], &did, &mut messages);
            let mut threads = messages.threads(root);
            threads.sort_unstable();
            threads_seen += threads.len();
            assert_eq!(threads, expected_threads(&truth, root), "{root}");
        }
    }
    assert!(
        outcomes["measured"] > 15 && outcomes.len() >= 3,
        "{outcomes:?}"
    );
    assert!(threads_seen > 5, "{threads_seen}");
    sim.stop().await;
}

fn gather(node: &Value, did: &str, messages: &mut Messages) {
    let parent = node["post"]["uri"].as_str().unwrap();
    for reply in node["replies"].as_array().unwrap() {
        let post = &reply["post"];
        messages.list.push((
            post["uri"].as_str().unwrap().to_owned(),
            parent.to_owned(),
            post["author"]["did"] == did,
            ms(&post["record"]["createdAt"]).min(ms(&post["indexedAt"])),
        ));
        gather(reply, did, messages);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_leaves_out_silently_and_refuses_what_is_malformed() {
    let sim = small_france().await;
    let appview = format!("http://api.bsky.test:{}/xrpc", sim.http_port);
    let known: Vec<String> = accounts(&sim, Platform::Bluesky)
        .into_iter()
        .filter(|(_, truth)| truth.outcome == "measured")
        .map(|(account, _)| account.handle)
        .take(10)
        .collect();
    let actors: String = known
        .iter()
        .map(|actor| format!("actors={actor}&"))
        .collect();
    let batch = get(
        &sim,
        &format!("{appview}/app.bsky.actor.getProfiles?{actors}actors=nobody.test"),
    )
    .await;
    let batch = batch.json();
    let found: Vec<&str> = batch["profiles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|profile| profile["handle"].as_str().unwrap())
        .collect();
    assert_eq!(found.len(), known.len());
    let asked: Vec<&str> = known.iter().map(String::as_str).collect();
    assert_ne!(found, asked, "the order is the server's own");
    let malformed = get(
        &sim,
        &format!("{appview}/app.bsky.actor.getProfiles?actors=a.test,nobody"),
    )
    .await;
    assert_eq!(malformed.status, 400);
    let unknown = get(&sim, &format!("{appview}/app.bsky.actor.nothing")).await;
    assert_eq!(
        (unknown.status, &unknown.json()["error"]),
        (404, &"XRPCNotSupported".into())
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_enforced_and_announced() {
    let sim = small_france().await;
    let url = format!("http://social-0.test:{}/api/v2/instance", sim.http_port);
    let mut refused = 0;
    for _ in 0..310 {
        let answer = get(&sim, &url).await;
        if answer.status == 429 {
            refused += 1;
            assert_eq!(answer.header("x-ratelimit-remaining"), Some("0"));
            assert_eq!(answer.json()["error"], "Too many requests");
        }
    }
    // A new window may have begun in between.
    assert!(refused <= 10, "{refused}");
    let report = sim.referee();
    assert!(report.violations.values().sum::<u64>() >= 10, "{report:?}");
    sim.stop().await;
}
