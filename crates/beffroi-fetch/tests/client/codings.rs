//! Bodies in the codings that servers really send, in their spellings and combinations.

use std::io::Write;

use beffroi_fetch::FetchError;
use beffroi_model::{BodyHash, Forbidden, Outcome};

use crate::{
    bounds::compressed,
    server::{Reply, Server, fetch},
};

fn text() -> Vec<u8> {
    "Conseil municipal du 12 novembre. "
        .repeat(3_000)
        .into_bytes()
}

fn bare_deflate(body: &[u8]) -> Vec<u8> {
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

/// The body of a page that says so of its coding, with its hash proved.
async fn body_of(headers: &[(&str, &str)], coded: &[u8]) -> Result<Vec<u8>, FetchError> {
    let reply = Reply::new(200, headers, coded);
    let server = Server::start(move |_| reply.clone()).await;
    let fetched = fetch(&server, "/").await?;
    assert_eq!(fetched.body_hash, BodyHash::of(&fetched.body));
    assert_eq!(fetched.body_bytes, fetched.body.len() as u64);
    Ok(fetched.body.into())
}

#[tokio::test]
async fn every_coding_is_undone_as_servers_spell_it() {
    let body = text();
    let gzip = compressed("gzip", &body);
    let both = compressed("br", &gzip);
    for (codings, coded) in [
        (&["gzip"][..], gzip.clone()),
        (&["GZIP"], gzip.clone()),
        (&["x-gzip"], gzip.clone()),
        (&["gzip, identity"], gzip.clone()),
        (&["deflate"], compressed("deflate", &body)),
        (&["deflate"], bare_deflate(&body)),
        (&["br"], compressed("br", &body)),
        (&["zstd"], compressed("zstd", &body)),
        (&["gzip, br"], both.clone()),
        (&["gzip", "br"], both),
        (&["br, gzip"], compressed("gzip", &compressed("br", &body))),
        (&["gzip, gzip"], compressed("gzip", &gzip)),
        (&[], body.clone()),
    ] {
        let headers: Vec<_> = codings.iter().map(|it| ("content-encoding", *it)).collect();
        let decoded = body_of(&headers, &coded).await;
        assert!(decoded.is_ok_and(|it| it == body), "{codings:?}");
    }
}

#[tokio::test]
async fn gzip_of_several_members_is_read_to_its_end() {
    let (first, second) = (text(), b"<p>Fin</p>".repeat(50));
    let members = [compressed("gzip", &first), compressed("gzip", &second)].concat();
    let decoded = body_of(&[("content-encoding", "gzip")], &members).await;
    assert!(decoded.unwrap() == [first, second].concat());
}

#[tokio::test]
async fn what_trails_a_complete_stream_does_no_harm() {
    let body = text();
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let coded = [&compressed(coding, &body)[..], b"\r\n<!-- cached -->"].concat();
        let decoded = body_of(&[("content-encoding", coding)], &coded).await;
        assert!(decoded.is_ok_and(|it| it == body), "{coding}");
    }
}

#[tokio::test]
async fn an_empty_body_needs_no_stream() {
    let reply = "HTTP/1.1 200 X\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n\
                 0\r\n\r\n";
    let server = Server::start(move |_| Reply::raw(reply)).await;
    assert_eq!(fetch(&server, "/").await.unwrap().body_bytes, 0);
}

#[tokio::test]
async fn the_rules_of_a_coded_robots_are_all_read() {
    let first = compressed(
        "gzip",
        b"Sitemap: /a.xml\nUser-agent: *\nDisallow: /prive\n",
    );
    let second = compressed("gzip", b"User-agent: beffroi\nDisallow: /\n");
    let members = [first, second].concat();
    let bare = bare_deflate(b"User-agent: *\nDisallow: /\n");
    for (coding, coded) in [("x-gzip", members), ("deflate", bare)] {
        let robots = Reply::new(200, &[("content-encoding", coding)], coded);
        let server = Server::start_whole(move |seen| match seen.path.as_str() {
            "/robots.txt" => robots.clone(),
            _ => Reply::page("x"),
        })
        .await;
        assert_eq!(
            fetch(&server, "/x").await.unwrap_err().outcome,
            Outcome::Forbidden(Forbidden::RobotsDisallowed),
            "{coding}"
        );
        assert_eq!(server.paths(), ["/robots.txt"]);
    }
}
