//! robots.txt as sites serve it: statuses, redirects, sizes, silence.

use std::{io::Write, time::Duration};

use beffroi_fetch::{FetchClient, FetchSettings};
use beffroi_model::{Failed, Forbidden, Outcome};

use crate::server::{Reply, Server, client, fetch, page, settings};

/// A site with this robots.txt.
async fn site(robots: Reply) -> Server {
    Server::start_whole(move |seen| match seen.path.as_str() {
        "/robots.txt" => robots.clone(),
        _ => Reply::page("x"),
    })
    .await
}

async fn outcome(server: &Server) -> Outcome {
    let settings = FetchSettings {
        read_timeout: Duration::from_millis(200),
        retries: 0,
        ..settings(&[server])
    };
    match FetchClient::try_new(settings)
        .unwrap()
        .get(page(server, "/x"))
        .await
    {
        Ok(_) => Outcome::Measured,
        Err(error) => error.outcome,
    }
}

const BAN: &str = "User-agent: beffroi\nDisallow: /\n";
const UNREACHABLE: Outcome = Outcome::Failed(Failed::RobotsUnreachable);

#[tokio::test]
async fn a_banned_page_is_never_asked_for() {
    let server = site(Reply::new(200, &[], BAN)).await;
    assert_eq!(
        outcome(&server).await,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );
    assert_eq!(server.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn a_site_without_rules_may_be_read() {
    for reply in [
        Reply::new(404, &[], BAN),
        Reply::new(403, &[], BAN),
        Reply::new(401, &[], BAN),
        Reply::new(410, &[], BAN),
        Reply::new(204, &[], ""),
        Reply::new(200, &[], ""),
        Reply::new(
            200,
            &[("content-type", "text/html")],
            "<html>Disallow: /</html>",
        ),
    ] {
        let server = site(reply).await;
        assert_eq!(outcome(&server).await, Outcome::Measured);
    }
}

#[tokio::test]
async fn a_site_whose_rules_cannot_be_read_is_left_alone() {
    for reply in [
        Reply::new(500, &[], ""),
        Reply::new(503, &[], ""),
        Reply::new(429, &[], ""),
        Reply::raw("").then_silence(),
        Reply::raw("garbage\r\n\r\n"),
        Reply::raw("HTTP/1.1 200 X\r\ncontent-length: 100\r\n\r\nUser-agent: *"),
        Reply::new(200, &[("content-encoding", "gzip")], "not gzip"),
        Reply::redirect("http://169.254.169.254/robots.txt"),
        Reply::redirect("http://10.0.0.1/robots.txt"),
        Reply::new(302, &[], ""),
    ] {
        let shown = format!("{reply:?}");
        let server = site(reply).await;
        assert_eq!(outcome(&server).await, UNREACHABLE, "{shown}");
        assert!(!server.paths().contains(&"/x".to_owned()));
    }
}

#[tokio::test]
async fn five_redirects_are_followed_and_a_sixth_means_no_file() {
    for (redirects, expected) in [
        (5, Outcome::Forbidden(Forbidden::RobotsDisallowed)),
        (6, Outcome::Measured),
    ] {
        let server = Server::start_whole(move |seen| {
            let step = match seen.path.as_str() {
                "/robots.txt" => 0,
                "/x" => return Reply::page("x"),
                path => path[1..].parse().unwrap(),
            };
            if step < redirects {
                Reply::redirect(&format!("/{}", step + 1))
            } else {
                Reply::new(200, &[], BAN)
            }
        })
        .await;
        assert_eq!(outcome(&server).await, expected, "{redirects}");
    }
}

#[tokio::test]
async fn a_redirected_file_holds_for_the_site_that_was_asked() {
    let other = site(Reply::new(200, &[], BAN)).await;
    let server = site(Reply::redirect(other.url("/robots.txt").as_str())).await;
    let error = client(&[&server, &other])
        .get(page(&server, "/x"))
        .await
        .unwrap_err();
    assert_eq!(
        error.outcome,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );
}

#[tokio::test]
async fn only_the_first_500_kib_are_read() {
    let beyond = format!("{}\n{BAN}", "#".repeat(600 * 1024));
    let server = site(Reply::new(200, &[], &beyond)).await;
    assert_eq!(outcome(&server).await, Outcome::Measured);

    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(BAN.as_bytes()).unwrap();
    bomb.write_all(&vec![b'\n'; 50 << 20]).unwrap();
    let server = site(Reply::new(
        200,
        &[("content-encoding", "gzip")],
        bomb.finish().unwrap(),
    ))
    .await;
    let error = fetch(&server, "/x").await.unwrap_err();
    assert_eq!(
        error.outcome,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );
    assert_eq!(
        error.records[0].body_bytes,
        500 * 1024 + 1,
        "a bomb is not read to its end"
    );
}

#[tokio::test]
async fn those_who_ask_at_once_share_one_robots() {
    let server = Server::start_whole(|seen| match seen.path.as_str() {
        "/robots.txt" => Reply::new(404, &[], "").after(Duration::from_millis(100)),
        _ => Reply::page("x"),
    })
    .await;
    let client = client(&[&server]);
    let visits = (0..5).map(|_| client.get(page(&server, "/x")));
    let fetched = futures::future::try_join_all(visits).await.unwrap();
    assert_eq!(
        server
            .paths()
            .iter()
            .filter(|path| *path == "/robots.txt")
            .count(),
        1
    );
    let records: usize = fetched.iter().map(|fetched| fetched.records.len()).sum();
    assert_eq!(records, 6, "each exchange is recorded once");
}

#[tokio::test]
async fn a_robots_is_believed_until_it_expires() {
    let server = Server::start_whole(|seen| match (seen.path.as_str(), seen.earlier) {
        ("/robots.txt", 0) => Reply::not_found(),
        ("/robots.txt", _) => Reply::new(200, &[], BAN),
        _ => Reply::page("x"),
    })
    .await;
    let settings = FetchSettings {
        robots_ttl: Duration::from_millis(200),
        ..settings(&[&server])
    };
    let client = FetchClient::try_new(settings).unwrap();
    client.get(page(&server, "/x")).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(10);
    let error = loop {
        match client.get(page(&server, "/x")).await {
            Err(error) => break error,
            Ok(_) => assert!(std::time::Instant::now() < deadline, "never asked again"),
        }
    };
    assert_eq!(
        error.outcome,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );
}

#[tokio::test]
async fn a_crawl_delay_is_kept_and_one_too_long_forbids() {
    let server = site(Reply::new(200, &[], "User-agent: *\nCrawl-delay: 0.4")).await;
    let client = client(&[&server]);
    for _ in 0..2 {
        client.get(page(&server, "/x")).await.unwrap();
    }
    assert!(
        server.gaps_ms().iter().all(|gap| *gap >= 400),
        "{:?}",
        server.gaps_ms()
    );
    let server = site(Reply::new(200, &[], "User-agent: *\nCrawl-delay: 61")).await;
    assert_eq!(
        outcome(&server).await,
        Outcome::Forbidden(Forbidden::CrawlDelayTooLong)
    );
    assert_eq!(server.paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn sitemaps_are_told_without_asking_twice() {
    let robots = "Sitemap: /a.xml\nUser-agent: *\nDisallow:\nSitemap: https://b.example/b.xml\n";
    let server = site(Reply::new(200, &[], robots)).await;
    let client = client(&[&server]);
    client.get(page(&server, "/x")).await.unwrap();
    let sitemaps = client.sitemaps(&server.url("/x")).await.unwrap();
    let expected = [
        server.url("/a.xml").to_string(),
        "https://b.example/b.xml".to_owned(),
    ];
    assert_eq!(
        sitemaps.iter().map(ToString::to_string).collect::<Vec<_>>(),
        expected
    );
    assert_eq!(server.paths(), ["/robots.txt", "/x"]);
    assert!(
        client
            .sitemaps(&"mailto:mairie@a.example".parse().unwrap())
            .await
            .is_err()
    );
}
