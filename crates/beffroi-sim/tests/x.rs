//! X's API, read as a client would, against the truth and the fact sheet.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use beffroi_model::Platform;
use beffroi_sim::{AccountTruth, Credentials, Expected, RunningSim, SimSettings, SocialTruth};
use jiff::{Timestamp, ToSpan};
use serde_json::Value;
use support::{Response, france, get_with, quiet, truth};

const PLATFORM: Platform = Platform::X;

/// The search goes back from now: so does this France.
async fn small(choose: impl FnOnce(&mut SimSettings)) -> RunningSim {
    let mut settings = SimSettings {
        limit: Some(400),
        as_of: None,
        ..quiet()
    };
    choose(&mut settings);
    france(settings).await
}

async fn ask_with(sim: &RunningSim, token: &str, path: &str) -> Response {
    let url = format!("http://api.x.test:{}/2/{path}", sim.http_port);
    get_with(sim, &url, &format!("Authorization: Bearer {token}\r\n")).await
}

async fn ask(sim: &RunningSim, path: &str) -> Response {
    ask_with(sim, Credentials::of(PLATFORM).unwrap().secret, path).await
}

fn accounts(sim: &RunningSim) -> Vec<(AccountTruth, SocialTruth)> {
    let accounts = truth(sim).into_iter().flat_map(|line| line.accounts);
    let accounts = accounts.filter(|it| it.platform == PLATFORM && it.expected == Expected::Accept);
    accounts
        .filter_map(|account| Some((account.clone(), account.measure?)))
        .collect()
}

fn kind(problem: &Value) -> &str {
    problem["type"]
        .as_str()
        .unwrap()
        .rsplit('/')
        .next()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_users_are_told_apart_and_each_is_billed_once() {
    let sim = small(|_| {}).await;
    let accounts = accounts(&sim);
    let some = &accounts[..accounts.len().min(100)];
    let names: Vec<&str> = some
        .iter()
        .map(|(account, _)| account.handle.as_str())
        .collect();
    let path = format!(
        "users/by?usernames={}&user.fields=public_metrics,protected,created_at",
        names.join(",")
    );
    let answer = ask(&sim, &path).await;
    assert_eq!(answer.header("x-rate-limit-remaining"), Some("299"));
    let answer = answer.json();
    let (data, errors) = (
        answer["data"].as_array().unwrap(),
        answer["errors"].as_array().unwrap(),
    );
    for (account, truth) in some {
        let user = data.iter().find(|user| {
            user["username"]
                .as_str()
                .unwrap()
                .eq_ignore_ascii_case(&account.handle)
        });
        let error = errors
            .iter()
            .find(|error| error["value"] == account.handle.as_str());
        assert!(user.is_some() != error.is_some(), "{}", account.handle);
        match truth.reason.as_deref() {
            None => {
                let metrics = &user.unwrap()["public_metrics"];
                assert_eq!(metrics["followers_count"].as_u64(), truth.followers.known());
                assert_eq!(metrics["following_count"].as_u64(), truth.following.known());
                assert_eq!(metrics["tweet_count"].as_u64(), truth.posts_total.known());
            }
            Some("private_account") => assert_eq!(user.unwrap()["protected"], true),
            Some("suspended") => {
                // Its type is that of one who is not there.
                assert_eq!(kind(error.unwrap()), "resource-not-found");
                assert!(
                    error.unwrap()["detail"]
                        .as_str()
                        .unwrap()
                        .contains("suspended")
                );
            }
            Some("blocked") => assert_eq!(kind(error.unwrap()), "resource-unavailable"),
            Some("not_found") => assert_eq!(error.unwrap()["title"], "Not Found Error"),
            Some(other) => panic!("{other}"),
        }
    }
    ask(&sim, &path).await;
    let meter = &sim.meters().platforms[&PLATFORM]["1"];
    let users = data.len() as u64;
    assert_eq!((meter.objects["user"], meter.again["user"]), (users, users));
    assert_eq!(meter.cost_mills, 10 * users);
    // One malformed name spoils the request; if all fail there is no data.
    let malformed = ask(&sim, "users/by?usernames=a,ville-de-test").await;
    assert_eq!(
        (malformed.status, kind(&malformed.json())),
        (400, "invalid-request")
    );
    let none = ask(&sim, "users/by?usernames=nobodyatall").await;
    assert!(none.status == 200 && none.json().get("data").is_none());
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_judged_as_x_judges_them() {
    let sim = small(|_| {}).await;
    let secrets = Credentials::of(PLATFORM).unwrap();
    for token in ["", "nobodys", secrets.expired] {
        let answer = ask_with(&sim, token, "users?ids=1").await;
        assert_eq!(
            (answer.status, answer.json()["title"].clone()),
            (401, "Unauthorized".into())
        );
    }
    let answer = ask_with(&sim, secrets.without_permission, "users?ids=1").await;
    assert_eq!(
        (answer.status, kind(&answer.json())),
        (403, "client-forbidden")
    );
    assert_eq!(answer.json()["reason"], "client-not-enrolled");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn windows_cap_and_credits_run_out_each_in_its_own_way() {
    let sim = small(|settings| settings.quotas.x_user_requests = 2).await;
    let statuses = [
        ask(&sim, "users?ids=1").await.status,
        ask(&sim, "users?ids=1").await.status,
        ask(&sim, "users/by?usernames=a").await.status,
    ];
    assert_eq!(statuses, [200; 3], "each way has a window of its own");
    let refused = ask(&sim, "users?ids=1").await;
    assert_eq!(
        (refused.status, refused.header("x-rate-limit-remaining")),
        (429, Some("0"))
    );
    assert!(refused.header("retry-after").is_none());
    let reset: i64 = refused
        .header("x-rate-limit-reset")
        .unwrap()
        .parse()
        .unwrap();
    let wait = reset - Timestamp::now().as_second();
    assert!((-1..=900).contains(&wait), "{wait}");
    sim.stop().await;

    for (status, title) in [(429, "UsageCapExceeded"), (402, "CreditsDepleted")] {
        let sim = small(|settings| match status {
            429 => settings.quotas.x_posts_per_cycle = 5,
            _ => settings.quotas.x_credit_mills = 20,
        })
        .await;
        let accounts = accounts(&sim);
        let (_, lively) = accounts
            .iter()
            .max_by_key(|(_, truth)| truth.posts.len())
            .unwrap();
        let path = format!(
            "users/{}/tweets?max_results=100",
            lively.permanent_id.as_deref().unwrap()
        );
        assert_eq!(ask(&sim, &path).await.status, 200);
        let spent = ask(&sim, &path).await;
        assert_eq!(
            (spent.status, spent.json()["title"].clone()),
            (status, title.into())
        );
        assert_ne!(spent.header("x-rate-limit-remaining"), Some("0"));
        sim.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn timelines_are_given_page_by_page_and_their_counters_are_true() {
    let sim = small(|_| {}).await;
    let mut posts = 0;
    for (account, truth) in accounts(&sim).iter().take(60) {
        let Some(id) = truth.permanent_id.as_deref() else {
            continue;
        };
        let path = format!(
            "users/{id}/tweets?max_results=100&exclude=retweets,replies\
             &tweet.fields=public_metrics,created_at,conversation_id,referenced_tweets"
        );
        let (mut token, mut found) = (String::new(), Vec::new());
        loop {
            let page = ask(&sim, &format!("{path}{token}")).await.json();
            found.extend(page["data"].as_array().cloned().unwrap_or_default());
            match page["meta"]["next_token"].as_str() {
                Some(next) => token = format!("&pagination_token={next}"),
                None => break,
            }
        }
        assert_eq!(found.len(), truth.posts.len(), "{}", account.handle);
        for truth in &truth.posts {
            // An edited post has another id, and stands where that one belongs.
            let is_it = |post: &&Value| post["edit_history_tweet_ids"][0] == truth.id.as_str();
            let post = found.iter().find(is_it).unwrap();
            assert_eq!(post["conversation_id"], truth.id.as_str());
            let metrics = &post["public_metrics"];
            assert_eq!(metrics["like_count"].as_u64(), truth.reactions.known());
            let replies = metrics["reply_count"].as_u64().unwrap();
            assert_eq!(truth.comments.known().unwrap_or(0), replies);
            posts += 1;
        }
    }
    assert!(posts > 300, "{posts}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_hears_what_was_written_to_an_account_within_seven_days() {
    let sim = small(|_| {}).await;
    let since = sim.as_of.checked_sub((24 * 6).hours()).unwrap();
    let (start, end) = (
        since.to_string(),
        sim.as_of.checked_sub(60.seconds()).unwrap().to_string(),
    );
    let mut heard = 0;
    for (account, truth) in accounts(&sim)
        .iter()
        .filter(|(_, truth)| truth.permanent_id.is_some())
        .take(60)
    {
        let query = format!("(to:{0})%20-from:{0}%20-is:retweet", account.handle);
        let bounds = format!("start_time={start}&end_time={end}");
        let page = ask(&sim, &format!("tweets/search/recent?query={query}&{bounds}&max_results=100&tweet.fields=created_at,in_reply_to_user_id")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        let found = page["data"].as_array().cloned().unwrap_or_default();
        for message in &found {
            assert_eq!(
                message["in_reply_to_user_id"],
                truth.permanent_id.as_deref().unwrap()
            );
            let at: Timestamp = message["created_at"].as_str().unwrap().parse().unwrap();
            assert!(at >= since);
        }
        if page["meta"].get("next_token").is_some() {
            continue;
        }
        // Every thread that was opened in that time, and what visitors answered besides.
        let opened = truth
            .threads
            .iter()
            .filter(|it| it.opened_at >= since)
            .count();
        assert!(found.len() >= opened, "{}", account.handle);
        let count = ask(
            &sim,
            &format!("tweets/counts/recent?query={query}&{bounds}&granularity=day"),
        )
        .await
        .json();
        assert_eq!(
            count["meta"]["total_tweet_count"].as_u64(),
            Some(found.len() as u64)
        );
        heard += found.len();
    }
    assert!(heard > 50, "{heard}");
    let early = Timestamp::now().checked_sub((24 * 7 + 1).hours()).unwrap();
    for wrong in [
        format!("query=to:a&start_time={early}"),
        "query=to:a&max_results=5".to_owned(),
        format!("query={}", "to:unnomdequinzeca%20OR%20".repeat(30) + "to:a"),
        "query=has:dragons".to_owned(),
    ] {
        let answer = ask(&sim, &format!("tweets/search/recent?{wrong}")).await;
        assert_eq!(
            (answer.status, kind(&answer.json())),
            (400, "invalid-request"),
            "{wrong}"
        );
    }
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newer_words_replace_the_older_where_they_are_chosen() {
    let sim = small(|settings| settings.new_field_names = true).await;
    let accounts = accounts(&sim);
    let (_, truth) = accounts
        .iter()
        .max_by_key(|(_, truth)| truth.posts.len())
        .unwrap();
    let id = truth.permanent_id.as_deref().unwrap();
    let path = format!(
        "users/{id}/tweets?post.fields=public_metrics&expansions=referenced_posts&max_results=100"
    );
    let page = ask(&sim, &path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(
        page.text().contains("\"repost_count\"")
            && page.text().contains("\"edit_history_post_ids\"")
    );
    assert!(!page.text().contains("tweet"), "{}", page.text());
    sim.stop().await;
    let sim = small(|_| {}).await;
    assert_eq!(
        ask(&sim, &path).await.status,
        400,
        "the older API does not know them"
    );
    sim.stop().await;
}
