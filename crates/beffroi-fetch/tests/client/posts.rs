//! POSTs to APIs: what they carry, when they are sent again, and that they are led nowhere.

use std::{num::NonZeroU32, time::Duration};

use beffroi_fetch::{
    BudgetSpec, FetchClient, FetchError, FetchSettings, Fetched, Holder, Repeat, Request,
};
use beffroi_model::{Failed, Outcome};

use crate::server::{Reply, Server, client, settings};

const BUDGET: BudgetSpec = BudgetSpec {
    requests: NonZeroU32::new(1000).unwrap(),
    per: Duration::from_secs(1),
    concurrency: NonZeroU32::new(4).unwrap(),
    holder: Holder::ANYBODY,
};

const FORM: &str = "application/x-www-form-urlencoded";

fn form(server: &Server, path: &str, repeat: Repeat) -> Request {
    Request::api_post(server.url(path), BUDGET, FORM, "client_secret=hush", repeat)
}

async fn post(server: &Server, path: &str, repeat: Repeat) -> Result<Fetched, FetchError> {
    client(&[server]).get(form(server, path, repeat)).await
}

#[tokio::test]
async fn a_post_carries_its_body_and_shows_it_to_the_server_alone() {
    let server = Server::start(|_| Reply::new(200, &[], "{}")).await;
    let request = form(&server, "/token", Repeat::IfNotSent);
    assert!(!format!("{request:?}").contains("hush"), "{request:?}");
    let fetched = client(&[&server]).get(request).await.unwrap();
    assert_eq!(&fetched.body[..], b"{}");
    let seen = server.seen();
    assert_eq!(seen.len(), 1, "robots.txt is not asked for");
    assert_eq!(seen[0].method, "POST");
    assert_eq!(seen[0].body, "client_secret=hush");
    assert_eq!(seen[0].headers["content-type"], FORM);
    assert_eq!(seen[0].headers["content-length"], "18");
    assert_eq!(fetched.records.len(), 1);
    assert!(!format!("{:?}", fetched.records).contains("hush"));
}

#[tokio::test]
async fn a_failed_post_is_sent_again_only_where_that_is_safe() {
    for (repeat, sent) in [(Repeat::IfNotSent, 1), (Repeat::Safe, 3)] {
        let server = Server::start(|_| Reply::new(502, &[], "")).await;
        let error = post(&server, "/query", repeat).await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::Http5xx));
        assert_eq!(server.seen().len(), sent, "{repeat:?}, refused");
        assert_eq!(error.records.len(), sent);
    }
    for (repeat, sent) in [(Repeat::IfNotSent, 1), (Repeat::Safe, 3)] {
        let server = Server::start(|_| Reply::raw("")).await;
        let error = post(&server, "/query", repeat).await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::ConnectionReset));
        assert_eq!(server.seen().len(), sent, "{repeat:?}, cut");
    }
}

#[tokio::test]
async fn a_post_that_was_turned_away_unread_is_sent_again_with_its_body() {
    let server = Server::start(|seen| match seen.earlier {
        0 => Reply::new(429, &[("retry-after", "0")], ""),
        _ => Reply::new(200, &[], "{}"),
    })
    .await;
    let fetched = post(&server, "/token", Repeat::IfNotSent).await.unwrap();
    assert_eq!(fetched.head.status, 200);
    let bodies: Vec<_> = server.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, ["client_secret=hush"; 2]);
}

#[tokio::test]
async fn a_post_is_led_nowhere() {
    let other = Server::start(|_| Reply::new(200, &[], "{}")).await;
    let target = other.url("/steal").to_string();
    for status in [301, 302, 303, 307, 308] {
        let target = target.clone();
        let server = Server::start(move |_| Reply::new(status, &[("location", &target)], "")).await;
        let error = client(&[&server, &other])
            .get(form(&server, "/token", Repeat::Safe))
            .await
            .unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::BadRedirect));
        assert_eq!(error.status, Some(status));
        assert!(!error.is_transient);
    }
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn a_body_beyond_all_measure_is_not_sent() {
    let server = Server::start(|_| Reply::new(200, &[], "{}")).await;
    let body = vec![b'x'; 256 * 1024 + 1];
    let request = Request::api_post(server.url("/"), BUDGET, FORM, body, Repeat::Safe);
    let client = FetchClient::try_new(FetchSettings {
        retries: 2,
        ..settings(&[&server])
    });
    let error = client.unwrap().get(request).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::Internal));
    assert!(error.records.is_empty() && server.seen().is_empty());
}

#[tokio::test]
async fn an_api_tells_with_a_429_which_limit_is_met_and_a_website_is_not_listened_to() {
    let said = r#"{"error":{"code":"daily_quota_limit_exceeded"}}"#;
    let long = format!("{said}{}", " ".repeat(10_000));
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/long" => Reply::new(429, &[], &long),
        "/cut" => Reply::raw(format!(
            "HTTP/1.1 429 X\r\ncontent-length: 500\r\n\r\n{said}"
        )),
        _ => Reply::new(429, &[], said),
    })
    .await;
    let impatient = FetchSettings {
        retries: 0,
        ..settings(&[&server])
    };
    for path in ["/query", "/long", "/cut"] {
        let client = FetchClient::try_new(impatient.clone()).unwrap();
        let request = form(&server, path, Repeat::Safe);
        let error = client.get(request).await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::RateLimited));
        assert!(error.words.0.starts_with(said.as_bytes()), "{path}");
        assert!(error.words.0.len() <= 4096);
        assert!(!format!("{error:?}").contains("daily_quota"));
    }
    let client = FetchClient::try_new(impatient).unwrap();
    let error = client.get(crate::server::page(&server, "/")).await;
    assert!(error.unwrap_err().words.0.is_empty());
}
