//! Meta's APIs, read as a client would, against the truth.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use beffroi_model::Platform;
use beffroi_sim::{
    AccountTruth, CANARY, Credentials, MeterViolation, Quotas, RunningSim, SimSettings, SocialTruth,
};
use serde_json::Value;
use support::{Response, france, get, get_with, post, quiet, small_france, truth};

/// Every account of a network.
fn accounts(sim: &RunningSim, platform: Platform) -> Vec<(AccountTruth, SocialTruth)> {
    truth(sim)
        .into_iter()
        .flat_map(|line| line.accounts)
        .filter(|account| account.platform == platform)
        .filter_map(|account| Some((account.clone(), account.measure?)))
        .collect()
}

fn secret(platform: Platform) -> &'static str {
    Credentials::of(platform).unwrap().secret
}

/// Asks Facebook's graph with the good token.
async fn facebook(sim: &RunningSim, path_and_query: &str) -> Response {
    let token = secret(Platform::Facebook);
    let url = format!(
        "http://graph.facebook.test:{}/v25.0{path_and_query}",
        sim.http_port
    );
    get_with(sim, &url, &format!("Authorization: Bearer {token}\r\n")).await
}

fn code(answer: &Response) -> (u16, u64, Option<u64>) {
    let error = &answer.json()["error"];
    assert!(
        error["fbtrace_id"].is_string() && error["type"].is_string(),
        "{error}"
    );
    let code = error["code"].as_u64().unwrap();
    (answer.status, code, error["error_subcode"].as_u64())
}

/// A measured page with many posts, asked for by a name.
fn busy_page(sim: &RunningSim) -> (AccountTruth, SocialTruth) {
    let mut pages = accounts(sim, Platform::Facebook).into_iter();
    pages
        .find(|(_, truth)| {
            truth.outcome == "measured" && truth.renamed_to.is_none() && truth.posts.len() > 60
        })
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_listed_to_its_end_by_the_addresses_that_answers_offer() {
    let sim = small_france().await;
    let (page, truth) = busy_page(&sim);
    let fields = "id,created_time,shares,reactions.limit(0).summary(total_count),\
                  comments.filter(stream).limit(0).summary(total_count),\
                  reactions.type(LIKE).limit(0).summary(total_count).as(likes),\
                  reactions.type(LOVE).limit(0).summary(total_count).as(loves)";
    let first = facebook(
        &sim,
        &format!("/{}/posts?limit=20&fields={fields}", page.handle),
    )
    .await;
    let mut answer = first.json();
    let mut posts: Vec<Value> = Vec::new();
    let mut is_short = false;
    loop {
        let rows = answer["data"].as_array().unwrap();
        is_short |= rows.len() < 20;
        posts.extend(rows.iter().cloned());
        let Some(next) = answer["paging"]["next"].as_str() else {
            break;
        };
        assert!(
            next.contains(secret(Platform::Facebook)),
            "it holds the token"
        );
        answer = get(&sim, next).await.json();
    }
    assert!(is_short, "the last page at least");
    assert_eq!(posts.len(), truth.posts.len());
    for (post, truth) in posts.iter().zip(&truth.posts) {
        assert_eq!(post["id"], truth.id.as_str());
        let at = post["created_time"].as_str().unwrap().replace("+0000", "Z");
        assert_eq!(at.parse::<jiff::Timestamp>().unwrap(), truth.published_at);
        let total = |name: &str| post[name]["summary"]["total_count"].as_u64();
        assert_eq!(total("reactions"), truth.reactions.known());
        assert!(total("likes").unwrap() + total("loves").unwrap() <= total("reactions").unwrap());
        assert_eq!(total("comments"), truth.comments.known());
        let shares = post["shares"]["count"].as_u64();
        assert_eq!(shares.unwrap_or(0), truth.shares.known().unwrap());
        assert_ne!(shares, Some(0), "left out when there are none");
    }
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_come_flat_or_by_level_and_name_no_person() {
    let sim = small_france().await;
    let (mut seen, mut named, mut texts) = (0, 0, 0);
    for (_, truth) in accounts(&sim, Platform::Facebook) {
        let threads_of = |id: &str| truth.threads.iter().filter(|it| it.post_id == id).count();
        let Some(post) = truth.posts.iter().find(|post| threads_of(&post.id) > 4) else {
            continue;
        };
        let fields = "fields=id,created_time,from,parent{id},comment_count,message&limit=100";
        let flat = format!(
            "/{}/comments?filter=stream&order=chronological&{fields}",
            post.id
        );
        let flat = facebook(&sim, &flat).await.json();
        let flat = flat["data"].as_array().unwrap();
        let top = format!("/{}/comments?{fields}&summary=total_count", post.id);
        let top = facebook(&sim, &top).await.json();
        let heads = top["data"].as_array().unwrap();
        assert!(top["summary"]["total_count"].as_u64().unwrap() >= heads.len() as u64);
        assert!(heads.iter().all(|comment| comment["parent"].is_null()));
        let of_level = flat.iter().filter(|comment| comment["parent"].is_null());
        assert_eq!(of_level.count(), heads.len());
        if heads.len() == 100 {
            continue;
        }
        for comment in flat {
            // Of people neither name nor number is given.
            if let Some(id) = comment["from"]["id"].as_str() {
                named += 1;
                let is_own = truth.permanent_id.as_deref() == Some(id);
                assert!(is_own || id.starts_with("99"), "{comment}");
            } else {
                texts += usize::from(comment["message"].as_str().unwrap().contains(CANARY));
            }
        }
        if let Some(head) = heads.iter().find(|head| head["comment_count"] != 0) {
            let id = head["id"].as_str().unwrap();
            let replies = facebook(&sim, &format!("/{id}/comments?{fields}"))
                .await
                .json();
            let replies = replies["data"].as_array().unwrap();
            assert_eq!(Some(replies.len() as u64), head["comment_count"].as_u64());
            assert!(replies.iter().all(|reply| reply["parent"]["id"] == id));
        }
        seen += 1;
        if seen == 15 {
            break;
        }
    }
    assert!(
        seen == 15 && named > 5 && texts > 50,
        "{seen} {named} {texts}"
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fate_of_a_page_has_its_error() {
    let sim = small_france().await;
    let mut codes = std::collections::BTreeMap::new();
    for (page, truth) in accounts(&sim, Platform::Facebook) {
        let answer = facebook(&sim, &format!("/{}?fields=id,fan_count", page.handle)).await;
        let reason = truth.reason.unwrap_or_default();
        if answer.status == 200 {
            assert_eq!(answer.json()["id"], truth.permanent_id.unwrap());
            continue;
        }
        let (status, code, subcode) = code(&answer);
        match (reason.as_str(), code, subcode) {
            ("not_found", 803, None) => assert!([400, 404].contains(&status)),
            ("http_4xx", 100, Some(33)) | ("not_an_account", 100, None) => {}
            // Merged: the message leads on.
            ("", 21, None) => {
                let message = answer.json()["error"]["message"].clone();
                let id = truth.permanent_id.unwrap();
                assert!(
                    message
                        .as_str()
                        .unwrap()
                        .contains(&format!("migrated to page ID {id}"))
                );
            }
            other => panic!("{} {other:?}", page.handle),
        }
        *codes.entry((code, subcode)).or_insert(0) += 1;
    }
    assert!(codes.len() == 4, "{codes:?}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_fail_together_and_entries_of_a_batch_alone_and_each_counts() {
    let sim = small_france().await;
    let pages: Vec<String> = accounts(&sim, Platform::Facebook)
        .into_iter()
        .filter(|(_, truth)| truth.outcome == "measured" && truth.renamed_to.is_none())
        .map(|(page, _)| page.handle)
        .take(3)
        .collect();
    let together = pages.join(",");
    let good = facebook(&sim, &format!("/?ids={together}&fields=id,followers_count")).await;
    assert_eq!(good.json().as_object().unwrap().len(), 3);
    let spoilt = facebook(&sim, &format!("/?ids={together},nobodyatall&fields=id")).await;
    assert_eq!(code(&spoilt).1, 803);
    let many = vec!["a"; 51].join(",");
    assert_eq!(code(&facebook(&sim, &format!("/?ids={many}")).await).1, 100);

    let entries: Vec<Value> = pages
        .iter()
        .map(String::as_str)
        .chain(["nobodyatall"])
        .map(|name| serde_json::json!({"method": "GET", "relative_url": format!("v25.0/{name}?fields=id")}))
        .collect();
    let form: String = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("batch", &Value::from(entries).to_string())
        .append_pair("include_headers", "false")
        .finish();
    sim.reset_meters();
    let url = format!("http://graph.facebook.test:{}/", sim.http_port);
    let header = format!("Authorization: Bearer {}\r\n", secret(Platform::Facebook));
    let batch = post(&sim, &url, &header, &form).await.json();
    let codes: Vec<u64> = batch
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["code"].as_u64().unwrap())
        .collect();
    assert_eq!(codes[..3], [200, 200, 200]);
    assert!(codes[3] >= 400);
    let body: Value = serde_json::from_str(batch[0]["body"].as_str().unwrap()).unwrap();
    assert!(body["id"].is_string() && batch[0].get("headers").is_none());
    let meter = sim.meters().platforms[&Platform::Facebook]["1"].clone();
    assert_eq!((meter.requests, meter.units["calls"]), (4, 4));
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_unknown_and_an_expression_that_is_none_are_refused() {
    let sim = small_france().await;
    let (page, _) = busy_page(&sim);
    let ask = async |fields: &str| {
        code(&facebook(&sim, &format!("/{}?fields={fields}", page.handle)).await)
    };
    assert_eq!(ask("id,shoe_size").await, (400, 100, None));
    assert_eq!(ask("id,posts.limit(101){id}").await, (400, 100, None));
    assert_eq!(ask("id,posts{").await.1, 2500);
    let answer = facebook(&sim, &format!("/{}/posts?after=QQ", page.handle)).await;
    assert_eq!(code(&answer), (400, 100, None));
    let url = format!("http://graph.facebook.test:{}/v3.0/x", sim.http_port);
    let header = format!("Authorization: Bearer {}\r\n", secret(Platform::Facebook));
    assert_eq!(code(&get_with(&sim, &url, &header).await).1, 2635);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_refused_in_the_platforms_words() {
    let sim = small_france().await;
    let known = Credentials::of(Platform::Threads).unwrap();
    let ask = async |token: &str| {
        let url = format!(
            "http://graph.threads.test:{}/v1.0/profile_lookup?username=x{token}",
            sim.http_port
        );
        code(&get(&sim, &url).await)
    };
    assert_eq!(ask("").await, (400, 104, None));
    let with = |secret: &str| format!("&access_token={secret}");
    assert_eq!(ask(&with(known.expired)).await, (401, 190, Some(463)));
    assert_eq!(ask(&with("nobody")).await, (400, 190, None));
    assert_eq!(ask(&with(known.without_permission)).await, (403, 10, None));
    assert_eq!(
        ask(&with(known.secret)).await,
        (400, 100, None),
        "no such user"
    );
    // A secret of another network is nobody's here.
    assert_eq!(
        ask(&with(secret(Platform::Facebook))).await,
        (400, 190, None)
    );
    let meters = sim.meters();
    let meter = |name: &str| meters.platforms[&Platform::Threads][name].clone();
    assert_eq!(meter("expired").refusals["expired"], 1);
    assert_eq!(meter("unknown").refusals["unknown"], 2);
    assert_eq!(meter("1").units["calls"], 1, "failures count");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn allowances_fill_are_told_and_run_out() {
    let sim = france(SimSettings {
        limit: Some(400),
        quotas: Quotas {
            facebook_calls_per_hour: 10,
            ..Quotas::default()
        },
        ..quiet()
    })
    .await;
    let (page, _) = busy_page(&sim);
    let ask = async || facebook(&sim, &format!("/{}?fields=id", page.handle)).await;
    let mut used = Vec::new();
    for _ in 0..10 {
        let answer = ask().await;
        assert_eq!(answer.status, 200);
        let usage: Value = serde_json::from_str(answer.header("x-app-usage").unwrap()).unwrap();
        used.push(usage["call_count"].as_u64().unwrap());
    }
    assert_eq!(used, [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    let refused = ask().await;
    assert_eq!(code(&refused).1, 4);
    assert!(
        refused
            .header("x-app-usage")
            .unwrap()
            .contains("\"call_count\":100")
    );
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    ask().await;
    let meter = sim.meters().platforms[&Platform::Facebook]["1"].clone();
    assert_eq!(meter.units["calls"], 10);
    assert_eq!(meter.violations[&MeterViolation::AfterTold], 1);
    assert_eq!(meter.refusals["calls"], 2);
    // Another credential has an allowance of its own.
    let url = format!(
        "http://graph.facebook.test:{}/v25.0/{}?fields=id",
        sim.http_port, page.handle
    );
    let header = format!("Authorization: Bearer {}-2\r\n", secret(Platform::Facebook));
    assert_eq!(get_with(&sim, &url, &header).await.status, 200);
    // And so over HTTP.
    let meters = get(&sim, &format!("{}/meters", sim.control_url()))
        .await
        .json();
    assert_eq!(meters["platforms"]["facebook"]["2"]["requests"], 1);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_an_allowance_of_its_own() {
    let sim = france(SimSettings {
        limit: Some(400),
        quotas: Quotas {
            facebook_page_calls_per_day: 2,
            ..Quotas::default()
        },
        ..quiet()
    })
    .await;
    let mut pages = accounts(&sim, Platform::Facebook).into_iter();
    let mut measured = pages
        .by_ref()
        .filter(|(_, it)| it.outcome == "measured" && it.renamed_to.is_none());
    let (first, second) = (measured.next().unwrap().0, measured.next().unwrap().0);
    let ask = async |page: &str| facebook(&sim, &format!("/{page}?fields=id")).await;
    for _ in 0..2 {
        assert_eq!(ask(&first.handle).await.status, 200);
    }
    let refused = ask(&first.handle).await;
    assert_eq!(code(&refused), (400, 80_001, None));
    let usage = refused.header("x-business-use-case-usage").unwrap();
    let usage: Value = serde_json::from_str(usage).unwrap();
    let minutes =
        usage.as_object().unwrap().values().next().unwrap()[0]["estimated_time_to_regain_access"]
            .as_u64();
    assert!(minutes.unwrap() > 1_400, "{usage}");
    assert_eq!(ask(&second.handle).await.status, 200);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_would_be_too_large_is_refused_and_half_of_it_is_not() {
    let sim = small_france().await;
    let mut refused = 0;
    for (page, truth) in accounts(&sim, Platform::Facebook) {
        if truth.threads.len() < 400 {
            continue;
        }
        let ask = async |posts: u8| {
            let fields =
                format!("id,posts.limit({posts}){{id,comments.filter(stream).limit(100)}}");
            facebook(&sim, &format!("/{}?fields={fields}", page.handle)).await
        };
        let whole = ask(100).await;
        if whole.status == 500 {
            refused += 1;
            assert_eq!(code(&whole), (500, 1, None));
            assert!(whole.text().contains("reduce the amount of data"));
            assert_eq!(ask(3).await.status, 200);
        }
    }
    assert!(refused > 0);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn instagram_shows_professional_accounts_alone_and_all_others_alike() {
    let sim = small_france().await;
    let known = Credentials::of(Platform::Instagram).unwrap();
    let own = known.id.unwrap();
    let ask = async |own: &str, expression: &str| {
        let url = format!(
            "http://graph.facebook.test:{}/v25.0/{own}?fields={expression}&access_token={}",
            sim.http_port, known.secret
        );
        get(&sim, &url).await
    };
    let (mut shown, mut hidden) = (0, 0);
    for (account, truth) in accounts(&sim, Platform::Instagram).into_iter().take(60) {
        let fields = "id,username,followers_count,follows_count,media_count,\
                      media.limit(10){id,like_count,comments_count,media_product_type,view_count}";
        let expression = format!(
            "business_discovery.username({}){{{fields}}}",
            account.handle
        );
        let answer = ask(own, &expression).await;
        if truth.outcome != "measured" {
            hidden += 1;
            assert_eq!(code(&answer), (400, 110, Some(2_207_013)));
            assert_eq!(
                answer.json()["error"]["error_user_title"],
                "Cannot find User"
            );
            continue;
        }
        shown += 1;
        let found = answer.json()["business_discovery"].clone();
        assert_eq!(found["followers_count"].as_u64(), truth.followers.known());
        assert_eq!(found["follows_count"].as_u64(), truth.following.known());
        assert_eq!(found["media_count"].as_u64(), truth.posts_total.known());
        let media = found["media"]["data"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        for (medium, truth) in media.iter().zip(&truth.posts) {
            assert_eq!(medium["id"], truth.id.as_str());
            assert_eq!(medium["like_count"].as_u64(), truth.reactions.known());
            assert_eq!(medium["view_count"].as_u64(), truth.views.known());
        }
    }
    assert!(shown > 30 && hidden > 3, "{shown} {hidden}");
    // One field that is not for us fails all; another's own account is nobody's.
    let (account, _) = accounts(&sim, Platform::Instagram)
        .into_iter()
        .find(|(_, truth)| truth.outcome == "measured")
        .unwrap();
    let with_shares = format!(
        "business_discovery.username({}){{id,media{{id,shares_count}}}}",
        account.handle
    );
    assert_eq!(code(&ask(own, &with_shares).await), (403, 10, None));
    let plain = format!("business_discovery.username({}){{id}}", account.handle);
    let foreign = ask("17841410000000000", &plain).await;
    assert_eq!(code(&foreign), (400, 100, Some(33)));
    let bad = ask(own, "business_discovery.username(a-b){id}").await;
    assert_eq!(code(&bad).1, 100);
    sim.stop().await;
}
