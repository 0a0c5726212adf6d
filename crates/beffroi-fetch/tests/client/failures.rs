//! Servers that fail: each way has its name, and only what may pass is tried again.

use std::time::Duration;

use beffroi_fetch::{Document, FetchClient, FetchError, FetchSettings, Request};
use beffroi_model::{Failed, Outcome};
use jiff::Timestamp;

use crate::server::{Reply, Server, client, fetch, page, settings};

fn impatient(server: &Server) -> FetchSettings {
    FetchSettings {
        read_timeout: Duration::from_millis(150),
        total_timeout: Duration::from_millis(400),
        retries: 0,
        ..settings(&[server])
    }
}

async fn class_of(server: &Server, settings: FetchSettings) -> Failed {
    let error = FetchClient::try_new(settings)
        .unwrap()
        .get(page(server, "/"))
        .await
        .unwrap_err();
    match error.outcome {
        Outcome::Failed(class) => class,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn silence_before_and_within_the_answer_is_a_read_timeout() {
    let mute = Server::start(|_| Reply::raw("").then_silence()).await;
    assert_eq!(class_of(&mute, impatient(&mute)).await, Failed::ReadTimeout);
    let half = "HTTP/1.1 200 X\r\ncontent-length: 10\r\n\r\nhalf";
    let stalled = Server::start(move |_| Reply::raw(half).then_silence()).await;
    assert_eq!(
        class_of(&stalled, impatient(&stalled)).await,
        Failed::ReadTimeout
    );
}

#[tokio::test]
async fn a_body_that_drips_is_a_total_timeout() {
    let server = Server::start(|_| {
        let mut reply = Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 1000\r\n\r\n");
        for _ in 0..100 {
            reply = reply.then_pause(Duration::from_millis(50)).then("x");
        }
        reply
    })
    .await;
    assert_eq!(
        class_of(&server, impatient(&server)).await,
        Failed::TotalTimeout
    );
}

#[tokio::test]
async fn answers_that_are_not_http_or_cut_short_are_malformed() {
    for raw in [
        "SSH-2.0-OpenSSH_9.6\r\n\r\n",
        "HTTP/1.1 banana\r\n\r\n",
        "HTTP/1.1 200 X\r\nno colon here\r\n\r\n",
        "HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\ncut",
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhe",
        "HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n",
        "HTTP/1.1 200 X\r\ncontent-length: -1\r\n\r\n",
        "HTTP/1.1 200 X\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nxx",
    ] {
        let server = Server::start(move |_| Reply::raw(raw)).await;
        assert_eq!(
            class_of(&server, impatient(&server)).await,
            Failed::MalformedResponse,
            "{raw}"
        );
    }
}

#[tokio::test]
async fn a_closed_port_is_refused_and_not_tried_again() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let settings = FetchSettings {
        allow_addresses: vec![address.to_string()],
        ..FetchSettings::default()
    };
    let url = format!("http://{address}/").parse().unwrap();
    let client = FetchClient::try_new(settings).unwrap();
    let error = client
        .get(Request::site(url, Document::Page))
        .await
        .unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::TcpRefused));
    assert_eq!(error.records.len(), 1);
    assert_eq!(error.records[0].error_class, Some("tcp_refused"));
}

#[tokio::test]
async fn a_connection_closed_without_a_word_is_tried_again() {
    let server = Server::start(|seen| match seen.earlier {
        0 => Reply::raw(""),
        _ => Reply::page("at last"),
    })
    .await;
    let fetched = fetch(&server, "/").await.unwrap();
    assert_eq!(&fetched.body[..], b"at last");
    let classes: Vec<_> = fetched
        .records
        .iter()
        .map(|record| record.error_class)
        .collect();
    assert_eq!(classes, [None, Some("connection_reset"), None]);
}

#[tokio::test]
async fn a_body_from_before_a_retry_is_forgotten() {
    let server = Server::start(|seen| match seen.earlier {
        0 => Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 9\r\n\r\nfirst").then_silence(),
        _ => Reply::page("second"),
    })
    .await;
    let settings = FetchSettings {
        read_timeout: Duration::from_millis(150),
        ..settings(&[&server])
    };
    let fetched = FetchClient::try_new(settings)
        .unwrap()
        .get(page(&server, "/"))
        .await
        .unwrap();
    assert_eq!(&fetched.body[..], b"second");
}

#[tokio::test]
async fn server_errors_are_tried_again_unless_they_are_for_good() {
    for (status, tries) in [(500, 3), (502, 3), (504, 3), (501, 1), (505, 1)] {
        let server = Server::start(move |_| Reply::new(status, &[], "oops")).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::Http5xx));
        assert_eq!(error.status, Some(status));
        assert_eq!(error.is_transient, tries > 1);
        assert!(error.not_before.is_none() && error.has_asked);
        assert_eq!(server.paths().len(), tries + 1, "{status}, and robots.txt");
    }
    let server = Server::start(|seen| match seen.earlier {
        0 => Reply::new(502, &[], ""),
        _ => Reply::page("up again"),
    })
    .await;
    assert_eq!(&fetch(&server, "/").await.unwrap().body[..], b"up again");
}

#[tokio::test]
async fn a_server_that_wants_patience_and_names_no_moment_gets_a_minute() {
    for (status, failed) in [(503, Failed::Http5xx), (429, Failed::RateLimited)] {
        let server = Server::start(move |_| Reply::new(status, &[], "oops")).await;
        let client = client(&[&server]);
        let error = client.get(page(&server, "/a")).await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(failed));
        assert!(error.is_transient && error.has_asked);
        assert!(is_in_a_minute(&error), "{error:?}");
        let again = client.get(page(&server, "/b")).await.unwrap_err();
        assert_eq!(again.not_before, error.not_before);
        assert!(!again.has_asked, "it was only known");
        assert!(error.is_backoff && !again.is_backoff);
        assert_eq!(server.paths(), ["/robots.txt", "/a"]);
        let memories = client.news().memories;
        let told = memories.iter().map(|memory| memory.blocked_until);
        assert!(told.clone().any(|until| until == error.not_before));
        assert_eq!(memories.len(), 2, "the host's and its group's");
    }
}

#[tokio::test]
async fn a_short_back_off_is_waited_for() {
    let server = Server::start(|seen| match seen.earlier {
        0 | 1 => Reply::new(503, &[], ""),
        _ => Reply::page("up again"),
    })
    .await;
    let settings = FetchSettings {
        backoff_base: Duration::from_millis(300),
        ..settings(&[&server])
    };
    let client = FetchClient::try_new(settings).unwrap();
    let fetched = client.get(page(&server, "/")).await.unwrap();
    assert_eq!(&fetched.body[..], b"up again");
    let gaps = server.gaps_ms();
    assert!(gaps[1] >= 299 && gaps[2] >= 599, "{gaps:?}");
}

fn is_in_a_minute(error: &FetchError) -> bool {
    let wait = error.not_before.unwrap().duration_since(Timestamp::now());
    (55..=75).contains(&wait.as_secs())
}

#[tokio::test]
async fn a_retry_after_that_fits_is_waited_for() {
    let server = Server::start(|seen| match seen.earlier {
        0 => Reply::new(429, &[("retry-after", "1")], ""),
        _ => Reply::page("welcome back"),
    })
    .await;
    assert!(fetch(&server, "/").await.is_ok());
    let wait = server.gaps_ms()[1];
    assert!((1_000..5_000).contains(&wait), "{wait}");
}

#[tokio::test]
async fn a_retry_after_that_does_not_fit_is_told_and_holds_for_all() {
    for (value, seconds) in [("3600", 3600), ("99999999999999999999", 1 << 32)] {
        let server = Server::start(move |_| Reply::new(429, &[("retry-after", value)], "")).await;
        let client = client(&[&server]);
        let error = client.get(page(&server, "/a")).await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::RateLimited));
        assert!(error.is_transient && !error.is_backoff);
        let wait = error.not_before.unwrap().as_second() - Timestamp::now().as_second();
        assert!(wait >= seconds - 1, "{value}: {wait}");
        let other = client.get(page(&server, "/b")).await.unwrap_err();
        assert_eq!(other.outcome, Outcome::Failed(Failed::RateLimited));
        assert_eq!(other.not_before, error.not_before);
        assert_eq!(
            server.paths(),
            ["/robots.txt", "/a"],
            "nothing more was sent"
        );
    }
}

#[tokio::test]
async fn an_absurd_retry_after_counts_as_none() {
    for value in ["-1", "soon", "1e9", ""] {
        let server = Server::start(move |_| Reply::new(503, &[("retry-after", value)], "")).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert!(is_in_a_minute(&error), "{value}");
    }
}

#[tokio::test]
async fn a_used_up_rate_closes_the_host_until_its_reset() {
    let server = Server::start(|_| {
        let reset = Timestamp::now() + Duration::from_secs(300);
        let headers = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", &reset.to_string()),
        ];
        Reply::new(200, &headers, "{}")
    })
    .await;
    let client = client(&[&server]);
    assert!(
        client.get(page(&server, "/a")).await.is_ok(),
        "the last that was allowed"
    );
    let error = client.get(page(&server, "/b")).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::RateLimited));
    let wait = error.not_before.unwrap().as_second() - Timestamp::now().as_second();
    assert!((298..=300).contains(&wait), "{wait}");
    assert_eq!(server.paths(), ["/robots.txt", "/a"]);
}

#[tokio::test]
async fn a_429_that_names_its_moment_in_any_way_is_not_tried_before() {
    for headers in [
        &[("ratelimit", "limit=10, remaining=0, reset=300")][..],
        &[("ratelimit", "\"default\";r=0;t=300")],
        &[("x-ratelimit-reset", "300")],
        &[("retry-after", "299.5")],
        &[("retry-after", "1"), ("retry-after", "300")],
    ] {
        let server = Server::start(move |_| Reply::new(429, headers, "")).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::RateLimited));
        let wait = error.not_before.unwrap().as_second() - Timestamp::now().as_second();
        assert!((298..=300).contains(&wait), "{headers:?}: {wait}");
        assert_eq!(server.paths(), ["/robots.txt", "/"], "{headers:?}");
    }
}

#[tokio::test]
async fn a_host_that_keeps_failing_is_left_alone() {
    let server = Server::start(|_| Reply::raw("")).await;
    let client = client(&[&server]);
    let error = client.get(page(&server, "/a")).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::ConnectionReset));
    let asked = server.paths().len();
    let error = client.get(page(&server, "/b")).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::ConnectionReset));
    assert_eq!(server.paths().len(), asked, "the last error, at once");
}
