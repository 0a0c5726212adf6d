//! What a caller gets of an answer that arrives in good order.

use std::time::Duration;

use beffroi_fetch::{BudgetSpec, Document, Holder, Request, Validators};
use beffroi_model::{BodyHash, Failed, Outcome};

use crate::server::{Reply, Server, client, fetch, page};

#[tokio::test]
async fn a_page_comes_with_its_head_its_hash_and_its_records() {
    let server = Server::start(|_| {
        Reply::new(
            200,
            &[
                ("content-type", "text/html; charset=utf-8"),
                ("etag", "\"a\""),
            ],
            "Bonjour",
        )
    })
    .await;
    let fetched = fetch(&server, "/x?p=1#haut").await.unwrap();
    assert_eq!(&fetched.body[..], b"Bonjour");
    assert_eq!(fetched.body_bytes, 7);
    assert_eq!(fetched.body_hash, BodyHash::of(b"Bonjour"));
    assert_eq!(fetched.head.status, 200);
    assert_eq!(fetched.head.url, server.url("/x?p=1"));
    assert_eq!(fetched.head.charset().as_deref(), Some("utf-8"));
    assert_eq!(fetched.head.validators().etag.as_deref(), Some("\"a\""));
    let records: Vec<_> = fetched
        .records
        .iter()
        .map(|r| (r.url.path(), r.status))
        .collect();
    assert_eq!(records, [("/robots.txt", Some(404)), ("/x", Some(200))]);
    assert_eq!(fetched.records[1].body_hash, Some(fetched.body_hash));
    assert_eq!(fetched.records[1].body_bytes, 7);
}

#[tokio::test]
async fn the_server_learns_who_asks_and_where_to_complain() {
    let server = Server::start(|_| Reply::page("x")).await;
    fetch(&server, "/").await.unwrap();
    for seen in server.seen() {
        let expected = format!(
            "beffroi/{} (+https://beffroi.example/test)",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(seen.headers["user-agent"], expected);
        assert_eq!(seen.headers["accept-language"], "fr");
        let codings = &seen.headers["accept-encoding"];
        assert!(
            ["gzip", "br", "deflate", "zstd"]
                .iter()
                .all(|c| codings.contains(c)),
            "{codings}"
        );
    }
}

#[tokio::test]
async fn an_unchanged_page_costs_no_body() {
    let server = Server::start(|seen| {
        assert_eq!(
            seen.headers["if-modified-since"],
            "Mon, 23 Nov 2026 01:00:00 GMT"
        );
        match seen.headers["if-none-match"].as_str() {
            // A coding is named for a body that a 304 does not have.
            "\"a\"" => Reply::raw("HTTP/1.1 304 X\r\ncontent-encoding: gzip\r\n\r\n").kept_open(),
            _ => Reply::page("changed"),
        }
    })
    .await;
    let validators = Validators {
        etag: Some("\"a\"".to_owned()),
        last_modified: Some("Mon, 23 Nov 2026 01:00:00 GMT".to_owned()),
    };
    let request = page(&server, "/").if_changed_since(validators);
    let fetched = client(&[&server]).get(request).await.unwrap();
    assert_eq!((fetched.head.status, fetched.body_bytes), (304, 0));
}

#[tokio::test]
async fn an_unchanged_that_nobody_asked_for_is_no_answer() {
    let not_modified = || Reply::raw("HTTP/1.1 304 X\r\n\r\n").kept_open();
    let server = Server::start(move |_| not_modified()).await;
    let client = client(&[&server]);
    // What cannot be sent is not asked either.
    let unsendable = Validators {
        etag: Some("bad\nvalue".to_owned()),
        last_modified: None,
    };
    for validators in [Validators::default(), unsendable] {
        let request = page(&server, "/").if_changed_since(validators);
        let error = client.get(request).await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::MalformedResponse));
        assert_eq!(error.status, Some(304));
        let record = error.records.last().unwrap();
        assert_eq!(record.error_class, Some("malformed_response"));
    }
    let server = Server::start_whole(move |_| not_modified()).await;
    let error = fetch(&server, "/").await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::RobotsUnreachable));
}

#[tokio::test]
async fn a_failure_keeps_the_head_that_came() {
    const PDF: (&str, &str) = ("content-type", "application/pdf");
    for (status, headers, failed) in [
        (
            200,
            &[PDF, ("content-encoding", "secret")][..],
            Failed::BadEncoding,
        ),
        (
            404,
            &[PDF, ("content-encoding", "gzip")],
            Failed::BadEncoding,
        ),
        (302, &[PDF], Failed::BadRedirect),
        (429, &[PDF, ("retry-after", "300")], Failed::RateLimited),
        (501, &[PDF], Failed::Http5xx),
    ] {
        let server = Server::start(move |_| Reply::new(status, headers, "x")).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(failed));
        let head = error.head.unwrap();
        assert_eq!(head.status, status);
        assert_eq!(head.media_type().as_deref(), Some("application/pdf"));
    }
    let server = Server::start(|_| Reply::raw("")).await;
    assert!(fetch(&server, "/").await.unwrap_err().head.is_none());
}

#[tokio::test]
async fn statuses_of_the_4xx_family_are_answers_with_a_body() {
    let server =
        Server::start(|seen| Reply::new(seen.path[1..].parse().unwrap(), &[], "{\"error\":\"x\"}"))
            .await;
    for status in [400, 401, 403, 404, 410, 451] {
        let fetched = fetch(&server, &format!("/{status}")).await.unwrap();
        assert_eq!(
            (fetched.head.status, &fetched.body[..]),
            (status, &b"{\"error\":\"x\"}"[..])
        );
    }
}

#[tokio::test]
async fn an_api_is_asked_without_robots() {
    let server = Server::start_whole(|_| Reply::new(200, &[], "{}")).await;
    let one = std::num::NonZeroU32::MIN;
    let budget = BudgetSpec {
        requests: one,
        per: Duration::from_millis(1),
        concurrency: one,
        holder: Holder::default(),
    };
    let request = Request::api(server.url("/api/v1/x"), budget);
    client(&[&server]).get(request).await.unwrap();
    assert_eq!(server.paths(), ["/api/v1/x"]);
    assert!(server.seen()[0].headers["accept"].starts_with("application/json"));
}

#[tokio::test]
async fn counters_tell_what_was_done() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/bad" => Reply::new(500, &[], ""),
        _ => Reply::page("12345"),
    })
    .await;
    let client = client(&[&server]);
    client.get(page(&server, "/")).await.unwrap();
    client.get(page(&server, "/bad")).await.unwrap_err();
    let counters = client.counters();
    assert_eq!(
        counters.exchanges_total, 5,
        "robots, page, and three tries of the other"
    );
    assert_eq!(counters.failures_total["http_5xx"], 3);
    assert_eq!(counters.body_bytes_total, 5 + "nothing here".len() as u64);
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let server = Server::start(|_| Reply::page("x")).await;
    let client = client(&[&server]);
    for _ in 0..3 {
        client
            .get(Request::site(server.url("/"), Document::Page))
            .await
            .unwrap();
    }
    assert_eq!(server.paths().len(), 4, "one robots.txt for all");
}
