//! Hostile bodies and heads: never more bytes than allowed, whatever the server sends.

use std::{io::Write, num::NonZeroU64};

use beffroi_fetch::{BodySink, FetchClient, FetchError, FetchSettings, Head};
use beffroi_model::{Failed, Outcome};

use crate::server::{Reply, Server, fetch, page, settings};

const LIMIT: u64 = 100_000;

pub(crate) fn compressed(coding: &str, body: &[u8]) -> Vec<u8> {
    match coding {
        "gzip" => {
            let mut encoder =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "deflate" => {
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "br" => {
            let mut out = Vec::new();
            let params = brotli::enc::BrotliEncoderParams {
                quality: 5,
                ..Default::default()
            };
            brotli::BrotliCompress(&mut &body[..], &mut out, &params).unwrap();
            out
        }
        "zstd" => zstd::encode_all(body, 3).unwrap(),
        other => panic!("{other}"),
    }
}

/// Counts what arrives and keeps the largest part.
#[derive(Default)]
struct Meter {
    bytes: u64,
    largest: usize,
}

impl BodySink for Meter {
    fn start(&mut self, _: &Head) {
        *self = Self::default();
    }

    fn chunk(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.largest = self.largest.max(bytes.len());
    }
}

async fn meter(server: &Server) -> (Result<u64, FetchError>, Meter) {
    let settings = FetchSettings {
        max_page_bytes: NonZeroU64::new(LIMIT).unwrap(),
        ..settings(&[server])
    };
    let mut meter = Meter::default();
    let client = FetchClient::try_new(settings).unwrap();
    let fetched = client.get_into(page(server, "/"), &mut meter).await;
    (fetched.map(|fetched| fetched.body_bytes), meter)
}

#[tokio::test]
async fn a_bomb_ends_at_the_limit_in_every_coding() {
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let bomb = compressed(coding, &vec![0; 50 << 20]);
        assert!(
            (bomb.len() as u64) < LIMIT,
            "a bomb is small: {}",
            bomb.len()
        );
        let server =
            Server::start(move |_| Reply::new(200, &[("content-encoding", coding)], &bomb)).await;
        let (fetched, meter) = meter(&server).await;
        let error = fetched.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::TooLarge), "{coding}");
        assert_eq!(meter.bytes, LIMIT, "{coding}");
        assert!(meter.largest <= 128 * 1024, "{coding}: {}", meter.largest);
        assert_eq!(error.records.last().unwrap().body_bytes, LIMIT);
    }
}

#[tokio::test]
async fn a_bomb_within_a_bomb_ends_at_the_limit() {
    // 300 MiB, of which a single packet makes tens.
    let inner = compressed("gzip", &vec![0; 10 << 20]).repeat(30);
    let bomb = compressed("br", &inner);
    assert!(bomb.len() < 10_000, "{}", bomb.len());
    let headers = [("content-encoding", "gzip, br")];
    let server = Server::start(move |_| Reply::new(200, &headers, &bomb)).await;
    let (fetched, meter) = meter(&server).await;
    assert_eq!(
        fetched.unwrap_err().outcome,
        Outcome::Failed(Failed::TooLarge)
    );
    assert_eq!(meter.bytes, LIMIT);
    assert!(meter.largest <= 128 * 1024, "{}", meter.largest);
}

#[tokio::test]
async fn an_endless_body_that_decodes_to_nothing_ends_too() {
    let head = "HTTP/1.1 200 X\r\ncontent-encoding: deflate\r\n\r\n";
    // Stored blocks without a byte in them, bare.
    let nothing = [0, 0, 0, 0xff, 0xff].repeat(1_000);
    let server = Server::start(move |_| Reply::raw(head).then_endless(nothing.clone())).await;
    let (fetched, meter) = meter(&server).await;
    assert_eq!(
        fetched.unwrap_err().outcome,
        Outcome::Failed(Failed::TooLarge)
    );
    assert_eq!(meter.bytes, 0);
}

#[tokio::test]
async fn an_endless_body_ends_at_the_limit() {
    let head = "HTTP/1.1 200 X\r\n\r\n";
    let server = Server::start(move |_| Reply::raw(head).then_endless(vec![b'x'; 4096])).await;
    let (fetched, meter) = meter(&server).await;
    assert_eq!(
        fetched.unwrap_err().outcome,
        Outcome::Failed(Failed::TooLarge)
    );
    assert_eq!(meter.bytes, LIMIT);
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_even_begun() {
    let head = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\n\r\n", LIMIT + 1);
    let server = Server::start(move |_| Reply::raw(head.clone()).then_silence()).await;
    let (fetched, meter) = meter(&server).await;
    assert_eq!(
        fetched.unwrap_err().outcome,
        Outcome::Failed(Failed::TooLarge)
    );
    assert_eq!(meter.bytes, 0);
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_whole() {
    let server = Server::start(|_| Reply::page(vec![b'x'; LIMIT as usize])).await;
    assert_eq!(meter(&server).await.0.unwrap(), LIMIT);
}

#[tokio::test]
async fn corrupt_cut_and_unknown_codings_are_named() {
    let whole = compressed("gzip", "Bonjour ".repeat(1000).as_bytes());
    let mut corrupt = whole.clone();
    corrupt[20] ^= 0xff;
    let cut = whole[..whole.len() - 12].to_vec();
    for (coding, body) in [
        ("gzip", corrupt),
        ("gzip", cut),
        ("gzip", b"not compressed at all".to_vec()),
        ("gzip, br", whole.clone()),
        ("x-secret", whole),
    ] {
        let server =
            Server::start(move |_| Reply::new(200, &[("content-encoding", coding)], &body)).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert_eq!(
            error.outcome,
            Outcome::Failed(Failed::BadEncoding),
            "{coding}"
        );
        assert!(!error.is_transient);
    }
}

#[tokio::test]
async fn a_charset_where_a_coding_belongs_does_no_harm() {
    let server = Server::start(|_| Reply::new(200, &[("content-encoding", "UTF-8")], "été")).await;
    assert_eq!(fetch(&server, "/").await.unwrap().body, "été".as_bytes());
}

#[tokio::test]
async fn many_small_headers_are_read() {
    for count in [150, 510] {
        let headers = "x: y\r\n".repeat(count);
        let reply = format!("HTTP/1.1 200 X\r\ncontent-length: 1\r\n{headers}\r\nx");
        let server = Server::start(move |_| Reply::raw(reply.clone())).await;
        let fetched = fetch(&server, "/").await.unwrap();
        assert_eq!(fetched.head.headers.get_all("x").iter().count(), count);
    }
}

#[tokio::test]
async fn huge_heads_are_refused_by_size_and_by_number() {
    let huge = format!(
        "HTTP/1.1 200 X\r\nx: {}\r\ncontent-length: 0\r\n\r\n",
        "x".repeat(70_000)
    );
    let many = format!("HTTP/1.1 200 X\r\n{}\r\n", "a: b\r\n".repeat(5_000));
    let endless = "HTTP/1.1 200 X\r\n";
    for reply in [
        Reply::raw(huge),
        Reply::raw(many),
        Reply::raw(endless).then_endless("a: b\r\n"),
    ] {
        let server = Server::start(move |_| reply.clone()).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::HeadersTooLarge));
    }
}
