//! What clients may do, and what they cannot break.

use std::{io::Write, net::Shutdown};

use beffroi_engine::Lifetime;

use crate::{
    Test,
    support::{Folder, ask, connect, credentials, query, send},
};

pub(crate) const TESTS: &[Test] = &[
    (
        "an_engine_started_by_us_stores_and_answers_and_stops_with_us",
        stores_and_answers,
    ),
    (
        "without_a_right_password_no_query_is_taken",
        without_a_password,
    ),
    (
        "the_reader_reads_and_cannot_write_nor_lift_its_time_limit",
        the_reader,
    ),
    (
        "malformed_requests_do_not_end_the_engine",
        malformed_requests,
    ),
    ("a_query_beyond_the_memory_limit_fails_alone", memory_limit),
];

fn stores_and_answers() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    assert!(engine.is_owned());
    let endpoint = engine.endpoint();
    assert!(
        endpoint.url.starts_with("http://127.0.0.1:"),
        "{endpoint:?}"
    );
    assert_eq!(query(endpoint, "SELECT version()"), endpoint.version);
    query(endpoint, "CREATE DATABASE observatory");
    query(
        endpoint,
        "CREATE TABLE observatory.fact (n UInt64) ENGINE = ReplacingMergeTree ORDER BY n",
    );
    query(
        endpoint,
        "INSERT INTO observatory.fact SELECT number % 10 FROM numbers(100)",
    );
    let kept = query(
        endpoint,
        "SELECT count(), sum(n) FROM observatory.fact FINAL",
    );
    assert_eq!(kept, "10\t45");
    engine.stop().unwrap();
    folder.wait_until_stopped();
    assert!(!folder.file("endpoint.json").exists());
}

fn without_a_password() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    let endpoint = engine.endpoint();
    for headers in [
        String::new(),
        credentials("default", ""),
        credentials(endpoint.user, ""),
        credentials(endpoint.user, "wrong"),
        credentials(endpoint.reader_user, endpoint.password.expose()),
        // `default` without a password.
        "Authorization: Basic ZGVmYXVsdDo=\r\n".to_owned(),
        "Authorization: Basic YmVmZnJvaTo=\r\n".to_owned(),
    ] {
        let (status, body) = ask(endpoint, &headers, "SELECT 1");
        assert!(matches!(status, 401 | 403), "{headers}: {status} {body}");
    }
    let smuggled = send(
        endpoint,
        b"GET /?user=default&query=SELECT%201 HTTP/1.0\r\nX-ClickHouse-User: beffroi\r\n\r\n",
    );
    assert!(!smuggled.contains(" 200 "), "{smuggled}");
}

fn the_reader() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    let endpoint = engine.endpoint();
    query(endpoint, "CREATE DATABASE d");
    query(
        endpoint,
        "CREATE TABLE d.t ENGINE = MergeTree ORDER BY n AS SELECT 7 AS n",
    );
    let reader = credentials(endpoint.reader_user, endpoint.reader_password.expose());
    assert_eq!(
        ask(endpoint, &reader, "SELECT n FROM d.t"),
        (200, "7\n".to_owned())
    );
    for refused in [
        "INSERT INTO d.t VALUES (8)",
        "DROP TABLE d.t",
        "CREATE TABLE d.u (n UInt8) ENGINE = Memory",
        "SELECT n FROM d.t SETTINGS max_execution_time = 0",
        "SELECT n FROM d.t SETTINGS max_execution_time = 3600",
        "SELECT * FROM file('/etc/passwd', LineAsString)",
    ] {
        let (status, body) = ask(endpoint, &reader, refused);
        assert_ne!(status, 200, "{refused}: {body}");
    }
    assert_eq!(query(endpoint, "SELECT count() FROM d.t"), "1");
}

fn malformed_requests() {
    let folder = Folder::new();
    let engine = folder.start(Lifetime::WithOwner);
    let endpoint = engine.endpoint();
    let long_line = [b"GET /".as_slice(), &[b'a'; 1 << 20], b" HTTP/1.1\r\n\r\n"].concat();
    for _ in 0..5 {
        for bytes in [
            b"\r\n\r\n".as_slice(),
            b"\0\xff\xfe\x01 nonsense",
            b"GET / HTTP/9.9\r\n\r\n",
            b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
            &long_line,
        ] {
            // It may hang up before everything is sent.
            let mut stream = connect(endpoint);
            let _ = stream.write_all(bytes);
            let _ = stream.shutdown(Shutdown::Both);
        }
        for cut in [
            "GE",
            "GET /ping HTT",
            "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nSELECT",
        ] {
            connect(endpoint).write_all(cut.as_bytes()).unwrap();
        }
        assert_eq!(query(endpoint, "SELECT 1"), "1");
    }
    engine.stop().unwrap();
}

fn memory_limit() {
    let mut folder = Folder::new();
    folder.settings.memory_mb = 512;
    let engine = folder.start(Lifetime::WithOwner);
    let endpoint = engine.endpoint();
    let admin = credentials(endpoint.user, endpoint.password.expose());
    let greedy = "SELECT length(groupArray(number)) FROM numbers(200000000)";
    let (status, body) = ask(endpoint, &admin, greedy);
    assert_eq!(status, 500, "{body}");
    assert!(body.contains("Code: 241"), "{body}");
    assert_eq!(query(endpoint, "SELECT 1"), "1");
}
