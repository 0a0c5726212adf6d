//! Redirects: each hop is guarded, paced and recorded anew.

use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings};
use beffroi_model::{Failed, Forbidden, Outcome};
use reqwest::header::{AUTHORIZATION, HeaderValue};

use crate::server::{Reply, Seen, Server, client, fetch, page, settings};

#[tokio::test]
async fn redirects_are_followed_and_recorded() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/" => Reply::new(301, &[("location", "/fr/")], "moved"),
        "/fr/" => Reply::redirect("accueil?x=1#haut"),
        _ => Reply::page("Bienvenue"),
    })
    .await;
    let fetched = fetch(&server, "/").await.unwrap();
    assert_eq!(fetched.head.url, server.url("/fr/accueil?x=1"));
    assert_eq!(fetched.redirects, [server.url("/"), server.url("/fr/")]);
    let statuses: Vec<_> = fetched
        .records
        .iter()
        .filter_map(|record| record.status)
        .collect();
    assert_eq!(statuses, [404, 301, 302, 200]);
}

#[tokio::test]
async fn loops_and_long_chains_end() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/self" => Reply::redirect("/self"),
        "/a" => Reply::redirect("/b"),
        "/b" => Reply::redirect("/a"),
        path => {
            let step: u32 = path[1..].parse().unwrap();
            Reply::redirect(&format!("/{}", step + 1))
        }
    })
    .await;
    for (path, requests) in [("/self", 1), ("/a", 2), ("/0", 11)] {
        let before = server.paths().len();
        let error = fetch(&server, path).await.unwrap_err();
        assert_eq!(
            error.outcome,
            Outcome::Failed(Failed::TooManyRedirects),
            "{path}"
        );
        assert_eq!(
            server.paths().len() - before,
            requests + 1,
            "{path}, and robots.txt"
        );
    }
}

#[tokio::test]
async fn a_site_that_wants_its_cookie_back_gets_it_within_the_fetch_only() {
    fn set(location: &str) -> Reply {
        let cookies = [
            ("location", location),
            ("set-cookie", "visite=1; Path=/; HttpOnly"),
            ("set-cookie", "ailleurs=1; Path=/admin"),
        ];
        Reply::new(302, &cookies, "")
    }
    let server = Server::start(|seen| {
        let has_cookie = seen
            .headers
            .get("cookie")
            .is_some_and(|it| it == "visite=1");
        match (seen.path.as_str(), has_cookie) {
            (_, true) => Reply::page("Bienvenue"),
            ("/", false) => set("/"),
            ("/a", false) => Reply::redirect("/b"),
            ("/b", false) => set("/c"),
            _ => unreachable!(),
        }
    })
    .await;
    let client = client(&[&server]);
    for _ in 0..2 {
        let fetched = client.get(page(&server, "/")).await.unwrap();
        assert_eq!(&fetched.body[..], b"Bienvenue");
        assert_eq!(fetched.redirects, [server.url("/")]);
    }
    let fetched = client.get(page(&server, "/a")).await.unwrap();
    assert_eq!(fetched.head.url, server.url("/c"));
    let bare = |seen: &&Seen| !seen.headers.contains_key("cookie");
    assert_eq!(server.seen().iter().filter(bare).count(), 1 + 2 + 2);
}

#[tokio::test]
async fn a_circle_in_which_no_new_cookie_is_set_is_left() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/same" => Reply::new(302, &[("location", "/same"), ("set-cookie", "a=1")], ""),
        "/ever" => {
            let cookie = format!("a={}", seen.earlier);
            Reply::new(302, &[("location", "/ever"), ("set-cookie", &cookie)], "")
        }
        _ => unreachable!(),
    })
    .await;
    for (path, requests) in [("/same", 2), ("/ever", 11)] {
        let before = server.paths().len();
        let error = fetch(&server, path).await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Failed(Failed::TooManyRedirects));
        assert_eq!(server.paths().len() - before, requests + 1, "{path}");
    }
}

#[tokio::test]
async fn a_cookie_is_not_shown_to_another_host() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/" => {
            let port = seen.headers["host"].rsplit(':').next().unwrap();
            let place = format!("http://localhost:{port}/there");
            let cookie = "a=1; Path=/; Domain=localhost";
            Reply::new(302, &[("location", &place), ("set-cookie", cookie)], "")
        }
        _ => Reply::page("x"),
    })
    .await;
    let settings = FetchSettings {
        dns: DnsSettings {
            server: None,
            hosts: [("localhost".to_owned(), vec!["127.0.0.1".to_owned()])].into(),
        },
        ..settings(&[&server])
    };
    let client = FetchClient::try_new(settings).unwrap();
    client.get(page(&server, "/")).await.unwrap();
    assert!(server.paths().contains(&"/there".to_owned()));
    let shown = |seen: &Seen| seen.headers.contains_key("cookie");
    assert!(!server.seen().iter().any(shown));
}

#[tokio::test]
async fn as_many_redirects_as_allowed_are_followed() {
    let server = Server::start(|seen| match seen.path[1..].parse::<u32>().unwrap() {
        2 => Reply::page("here"),
        step => Reply::redirect(&format!("/{}", step + 1)),
    })
    .await;
    for (max_redirects, arrives) in [(2, true), (1, false), (0, false)] {
        let settings = FetchSettings {
            max_redirects,
            ..settings(&[&server])
        };
        let fetched = FetchClient::try_new(settings)
            .unwrap()
            .get(page(&server, "/0"))
            .await;
        assert_eq!(fetched.is_ok(), arrives, "{max_redirects}");
    }
}

#[tokio::test]
async fn redirects_to_nowhere_are_bad() {
    for headers in [&[][..], &[("location", "")], &[("location", "http://[::1")]] {
        let server = Server::start(move |_| Reply::new(302, headers, "")).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert_eq!(
            error.outcome,
            Outcome::Failed(Failed::BadRedirect),
            "{headers:?}"
        );
        assert_eq!(error.status, Some(302));
    }
}

#[tokio::test]
async fn a_redirect_opens_no_door_that_the_guard_keeps_shut() {
    let secret = Server::start(|_| Reply::page("secret")).await;
    let port = secret.address.port();
    for (location, reason) in [
        (
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            Forbidden::PrivateAddress,
        ),
        (
            format!("http://127.0.0.1:{port}/"),
            Forbidden::PrivateAddress,
        ),
        (
            format!("http://2130706433:{port}/"),
            Forbidden::PrivateAddress,
        ),
        (
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            Forbidden::PrivateAddress,
        ),
        ("http://[::1]/".to_owned(), Forbidden::PrivateAddress),
        ("http://10.0.0.1/".to_owned(), Forbidden::PrivateAddress),
        ("file:///etc/passwd".to_owned(), Forbidden::RefusedUrl),
        ("ftp://ftp.example/".to_owned(), Forbidden::RefusedUrl),
        ("javascript:alert(1)".to_owned(), Forbidden::RefusedUrl),
        (
            "http://user:pass@mairie.example/".to_owned(),
            Forbidden::RefusedUrl,
        ),
    ] {
        let place = location.clone();
        let server = Server::start(move |_| Reply::redirect(&place)).await;
        let error = fetch(&server, "/").await.unwrap_err();
        assert_eq!(error.outcome, Outcome::Forbidden(reason), "{location}");
        assert_eq!(error.redirects, [server.url("/")]);
        assert!(!error.is_transient);
    }
    assert!(
        secret.paths().is_empty(),
        "not a single request got through"
    );
}

#[tokio::test]
async fn a_token_is_not_shown_to_another_host() {
    let other = Server::start(|_| Reply::page("x")).await;
    let place = other.url("/").to_string();
    let server = Server::start(move |seen| match seen.path.as_str() {
        "/" => Reply::redirect("/here"),
        _ => Reply::redirect(&place),
    })
    .await;
    let request = page(&server, "/").header(AUTHORIZATION, HeaderValue::from_static("Bearer t"));
    client(&[&server, &other]).get(request).await.unwrap();
    let shown = |server: &Server| {
        let seen = server.seen();
        seen.iter()
            .filter(|seen| seen.headers.contains_key("authorization"))
            .count()
    };
    assert_eq!((shown(&server), shown(&other)), (2, 0));
}

#[tokio::test]
async fn each_hop_asks_the_robots_of_its_own_site() {
    let strict = Server::start_whole(|seen| match seen.path.as_str() {
        "/robots.txt" => Reply::new(200, &[], "User-agent: *\nDisallow: /private"),
        _ => Reply::page("x"),
    })
    .await;
    let place = strict.url("/private/x").to_string();
    let server = Server::start(move |_| Reply::redirect(&place)).await;
    let error = client(&[&server, &strict])
        .get(page(&server, "/"))
        .await
        .unwrap_err();
    assert_eq!(
        error.outcome,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );
    assert_eq!(strict.paths(), ["/robots.txt"]);
}
