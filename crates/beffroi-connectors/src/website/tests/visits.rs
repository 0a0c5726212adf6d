//! Whole visits: home page, feed, sitemap, likely pages, and how a second visit is spared.

use beffroi_fetch::FetchClient;
use beffroi_model::{
    AccountRef, Figure, FindMethod, MissingReason, Outcome, Platform, PublicationSource,
    SiteObservation,
};
use jiff::Timestamp;
use url::Url;

use super::{
    golden::subject,
    server::{Doc, Site},
};
use crate::{
    Connector, MeasureRequest, Measured,
    website::{WebsiteConnector, WebsiteSettings, discover},
};

const HOST: &str = "www.exemple.example";
const AS_OF: &str = "2026-11-23T02:00:00Z";

const FEED: &str = r#"<rss version="2.0"><channel><title>t</title>
    <item><guid>1</guid><link>http://www.exemple.example/a</link><pubDate>Fri, 20 Nov 2026 17:00:00 +0100</pubDate></item>
    <item><guid>2</guid><link>http://www.exemple.example/b</link><pubDate>Mon, 02 Nov 2026 08:00:00 +0100</pubDate></item>
    <item><guid>3</guid><link>http://www.exemple.example/c</link><pubDate>Thu, 01 Jan 2026 08:00:00 +0100</pubDate></item>
    <item><guid>4</guid><link>http://www.exemple.example/d</link><pubDate>Thu, 24 Dec 2026 08:00:00 +0100</pubDate></item>
    </channel></rss>"#;

fn wordpress() -> Doc {
    Doc::html(include_bytes!("../testdata/wordpress.html").as_slice())
}

fn connector(client: FetchClient) -> WebsiteConnector {
    WebsiteConnector::new(client, WebsiteSettings::default())
}

async fn measure_at(
    connector: &WebsiteConnector,
    url: Url,
    as_of: &str,
    state: Option<String>,
) -> Measured {
    let request = MeasureRequest {
        account: AccountRef {
            platform: Platform::Website,
            handle: url.authority().to_owned(),
            url,
        },
        subjects: vec![subject("Exemple-sur-Loire")],
        as_of: as_of.parse().unwrap(),
        previous_state: state,
        carried: None,
    };
    connector.measure(&[request]).await.pop().unwrap()
}

async fn measure(site: &Site, path: &str) -> Measured {
    let connector = connector(site.client(&[HOST]));
    measure_at(&connector, site.url(HOST, path), AS_OF, None).await
}

fn seen(measured: &Measured) -> &SiteObservation {
    measured
        .measurement
        .site
        .as_ref()
        .expect("every visit of a site describes it")
}

#[tokio::test]
async fn a_site_with_a_feed_is_measured_and_its_accounts_found() {
    let site = Site::start(&[
        ("/", wordpress()),
        ("/feed/", Doc::xml(FEED)),
        (
            "/contact/",
            Doc::html(r#"<div class="social"><a href="https://www.tiktok.com/@exemplesurloire">T</a></div>"#),
        ),
        ("/mentions-legales/", Doc::html("<p>Mentions</p>").status(404)),
    ])
    .await;
    let measured = measure(&site, "/").await;
    let measurement = &measured.measurement;
    assert_eq!(measurement.outcome, Outcome::Measured);
    let observation = seen(&measured);
    assert!(observation.reachable && !observation.https);
    assert_eq!(observation.cms.as_deref(), Some("wordpress"));
    assert_eq!(observation.charset.as_deref(), Some("utf-8"));
    assert_eq!(
        observation.publication_source,
        Some(PublicationSource::Feed)
    );
    assert_eq!(observation.posts_28d, Figure::Known(2));
    let last: Timestamp = "2026-11-20T16:00:00Z".parse().unwrap();
    assert_eq!(observation.last_published_at, Figure::Known(last));
    assert!(
        observation
            .legal_notice_url
            .as_ref()
            .unwrap()
            .ends_with("/mentions-legales/")
    );
    assert_eq!(
        (observation.newsletter, observation.contact),
        (Some(true), Some(true))
    );
    assert_eq!(measurement.posts.len(), 2);
    assert_eq!(
        measurement.figures.followers.missing(),
        Some(MissingReason::NotGivenByPlatform)
    );
    let tiktok = measurement
        .finds
        .iter()
        .find(|f| f.account.platform == Platform::Tiktok)
        .unwrap();
    assert!(tiktok.confidence.is_accepted());
    assert!(tiktok.evidence[0].page.ends_with("/contact/"));
    assert_eq!(tiktok.evidence[0].how, FindMethod::Anchor);
    let asked = site.take_asked();
    assert_eq!(
        asked,
        [
            "/",
            "/feed/",
            "/contact/",
            "/mentions-legales/",
            "/actualites/"
        ]
    );
    assert_eq!(
        measurement
            .fetches
            .iter()
            .filter(|f| f.url.path() == "/")
            .count(),
        1
    );
}

#[tokio::test]
async fn an_unchanged_site_costs_two_conditional_requests_and_moves_its_window() {
    let site = Site::start(&[
        ("/", wordpress().header("etag", "\"home-1\"")),
        ("/feed/", Doc::xml(FEED).header("etag", "\"feed-1\"")),
    ])
    .await;
    let connector = connector(site.client(&[HOST]));
    let url = site.url(HOST, "/");
    let first = measure_at(&connector, url.clone(), AS_OF, None).await;
    site.take_asked();
    let state = first.measurement.state.clone();
    assert!(state.is_some());
    let second = measure_at(&connector, url.clone(), "2026-12-01T02:00:00Z", state).await;
    assert_eq!(second.measurement.outcome, Outcome::Unchanged);
    assert_eq!(site.take_asked(), ["/", "/feed/"]);
    // The item of 2 November has left the window; all else is as it was seen.
    assert_eq!(seen(&second).posts_28d, Figure::Known(1));
    assert_eq!(second.measurement.posts.len(), 1);
    let mut expected = seen(&first).clone();
    expected.posts_28d = Figure::Known(1);
    assert_eq!(seen(&second), &expected);

    let newer = FEED.replace("<item><guid>1<", "<item><guid>0</guid><pubDate>Mon, 30 Nov 2026 08:00:00 +0100</pubDate></item><item><guid>1<");
    site.put("/feed/", Doc::xml(newer).header("etag", "\"feed-2\""));
    let state = second.measurement.state.clone();
    let third = measure_at(&connector, url, "2026-12-01T02:00:00Z", state).await;
    assert_eq!(third.measurement.outcome, Outcome::Measured);
    assert_eq!(seen(&third).posts_28d, Figure::Known(2));
}

#[tokio::test]
async fn a_site_is_searched_again_only_after_the_interval_and_then_though_it_has_not_changed() {
    let home = wordpress().header("etag", "\"home-1\"");
    let site = Site::start(&[("/", home), ("/feed/", Doc::xml(FEED))]).await;
    let connector = connector(site.client(&[HOST]));
    let url = site.url(HOST, "/");
    let first = measure_at(&connector, url.clone(), AS_OF, None).await;
    site.take_asked();
    let second = measure_at(
        &connector,
        url.clone(),
        "2026-11-24T02:00:00Z",
        first.measurement.state.clone(),
    )
    .await;
    assert_eq!(site.take_asked(), ["/", "/feed/"]);
    let third = measure_at(
        &connector,
        url,
        "2026-12-24T02:00:00Z",
        second.measurement.state,
    )
    .await;
    assert_eq!(third.measurement.outcome, Outcome::Measured);
    assert!(site.take_asked().contains(&"/contact/".to_owned()));
    assert_eq!(third.measurement.finds, first.measurement.finds);
    assert!(!third.measurement.finds.is_empty());
}

#[tokio::test]
async fn without_a_feed_the_sitemap_tells() {
    let sitemap = r#"<urlset><url><loc>x</loc><lastmod>2026-11-20</lastmod></url>
        <url><loc>y</loc><lastmod>2026-11-10</lastmod></url>
        <url><loc>z</loc><lastmod>2026-01-10</lastmod></url></urlset>"#;
    let site = Site::start(&[
        (
            "/",
            Doc::html(include_bytes!("../testdata/latin1.html").as_slice()),
        ),
        ("/sitemap.xml", Doc::xml(sitemap)),
    ])
    .await;
    let measured = measure(&site, "/").await;
    let observation = seen(&measured);
    assert_eq!(observation.charset.as_deref(), Some("windows-1252"));
    assert_eq!(observation.sitemap, Some(true));
    assert_eq!(
        observation.publication_source,
        Some(PublicationSource::Sitemap)
    );
    assert_eq!(observation.posts_28d, Figure::Known(2));
    assert_eq!(site.take_asked()[..3], ["/", "/feed/", "/rss.xml"]);
    let facebook = &measured.measurement.finds[0];
    assert_eq!(facebook.account.platform, Platform::Facebook);
    assert!(facebook.confidence.is_accepted());
}

#[tokio::test]
async fn what_is_not_reached_is_asked_again_rather_than_said_not_to_be_there() {
    let home = Doc::html(include_bytes!("../testdata/latin1.html").as_slice());
    let site = Site::start(&[("/", home), ("/sitemap.xml", Doc::hung_up())]).await;
    let measured = measure(&site, "/").await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert!(measured.retry.is_some_and(|retry| retry.has_asked));
    assert_eq!(seen(&measured).sitemap, None, "unknown is not no");
    assert_eq!(
        seen(&measured).posts_28d,
        Figure::Missing(MissingReason::CallFailed)
    );

    // One that answers, if only that there is nothing, is believed.
    site.put("/sitemap.xml", Doc::html("").status(404));
    let measured = measure(&site, "/").await;
    assert_eq!(seen(&measured).sitemap, Some(false));
    assert_eq!(measured.retry, None);
}

#[tokio::test]
async fn an_agenda_is_not_taken_for_news() {
    let home = r#"<title>Mairie</title><p>Bonjour</p>
        <link rel="alternate" type="application/rss+xml" title="Sorties" href="/a/feed/">
        <link rel="alternate" type="application/rss+xml" title="Flux" href="/feed/">"#;
    let agenda = r#"<rss version="2.0"><channel><title>t</title><item><guid>9</guid>
        <pubDate>Thu, 24 Dec 2026 08:00:00 +0100</pubDate></item></channel></rss>"#;
    let site = Site::start(&[
        ("/", Doc::html(home)),
        ("/a/feed/", Doc::xml(agenda)),
        ("/feed/", Doc::xml(FEED)),
    ])
    .await;
    let measured = measure(&site, "/").await;
    assert_eq!(seen(&measured).posts_28d, Figure::Known(2));
    let feed_url = seen(&measured).feed_url.clone();
    assert_eq!(feed_url, Some(site.url(HOST, "/feed/").to_string()));
}

#[tokio::test]
async fn a_feed_with_items_of_unknown_date_has_no_count() {
    let home = r#"<title>Mairie</title><link rel="alternate" type="application/rss+xml"
        href="/feed/"><p>Bonjour</p>"#;
    let feed = FEED.replace("Mon, 02 Nov 2026 08:00:00 +0100", "la semaine dernière");
    let site = Site::start(&[("/", Doc::html(home)), ("/feed/", Doc::xml(feed))]).await;
    let measured = measure(&site, "/").await;
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(seen(&measured).posts_28d, missing);
    let last = "2026-11-20T16:00:00Z".parse().unwrap();
    assert_eq!(seen(&measured).last_published_at, Figure::Known(last));
}

#[tokio::test]
async fn a_site_with_neither_has_no_figure_and_no_zero() {
    let site = Site::start(&[(
        "/",
        Doc::html("<title>Mairie</title><p>Bonjour</p><a href=/x>x</a>"),
    )])
    .await;
    let measured = measure(&site, "/").await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(
        seen(&measured).posts_28d,
        Figure::Missing(MissingReason::NoData)
    );
    assert_eq!(seen(&measured).sitemap, Some(false));
}

#[tokio::test]
async fn every_end_of_a_visit_has_its_name() {
    let site = Site::start(&[
        ("/gone", Doc::html("").status(410)),
        (
            "/wall",
            Doc::html("<title>Just a moment...</title>").status(403),
        ),
        ("/teapot", Doc::html("x").status(418)),
        ("/empty", Doc::html("")),
        (
            "/pdf",
            Doc::html("%PDF-1.4 binary").header("content-type", "application/pdf"),
        ),
        (
            "/octets",
            Doc::html("<html><title>Mairie</title><a href=/x>x</a>")
                .header("content-type", "application/octet-stream"),
        ),
        (
            "/parked",
            Doc::html(include_bytes!("../testdata/parked.html").as_slice()),
        ),
        (
            "/hijacked",
            Doc::html(include_bytes!("../testdata/hijacked.html").as_slice()),
        ),
        (
            "/js",
            Doc::html(include_bytes!("../testdata/js_only.html").as_slice()),
        ),
        ("/down", Doc::html("x").status(500)),
        (
            "/loop",
            Doc::html(r#"<meta http-equiv=refresh content="0;url=/loop2">"#),
        ),
        (
            "/loop2",
            Doc::html(r#"<meta http-equiv=refresh content="0;url=/loop"><title>Mairie</title>"#),
        ),
    ])
    .await;
    for (path, outcome, reason) in [
        ("/missing", "absent", Some("not_found")),
        ("/gone", "absent", Some("gone")),
        ("/wall", "forbidden", Some("blocked")),
        ("/teapot", "failed", Some("http_4xx")),
        ("/empty", "failed", Some("empty_body")),
        ("/pdf", "failed", Some("not_html")),
        ("/octets", "measured", None),
        ("/parked", "absent", Some("parked")),
        ("/hijacked", "absent", Some("hijacked")),
        ("/js", "failed", Some("js_only")),
        ("/down", "failed", Some("http_5xx")),
        ("/loop", "measured", None),
    ] {
        let measured = measure(&site, path).await;
        let end = measured.measurement.outcome;
        assert_eq!(
            (end.kind().as_str(), end.reason()),
            (outcome, reason),
            "{path}"
        );
        assert_eq!(measured.retry.is_some(), path == "/down", "{path}");
        if outcome != "measured" {
            assert!(measured.measurement.finds.is_empty(), "{path}");
            assert_eq!(
                seen(&measured).posts_28d,
                Figure::Missing(MissingReason::NotMeasured)
            );
        }
    }
}

#[tokio::test]
async fn robots_txt_is_obeyed_from_the_first_page() {
    let site = Site::start(&[
        (
            "/robots.txt",
            Doc::html("User-agent: *\nDisallow: /\n").header("content-type", "text/plain"),
        ),
        ("/", wordpress()),
    ])
    .await;
    let measured = measure(&site, "/").await;
    assert_eq!(
        measured.measurement.outcome.reason(),
        Some("robots_disallowed")
    );
    assert_eq!(site.take_asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_declared_network_page_is_no_site_and_is_never_fetched() {
    let site = Site::start(&[]).await;
    let connector = connector(site.client(&[]));
    for (url, platform, accepted) in [
        (
            "https://www.facebook.com/exemplesurloire",
            Platform::Facebook,
            true,
        ),
        (
            "https://app.panneaupocket.com/ville/250252113-exemple-sur-loire-45000",
            Platform::Panneaupocket,
            true,
        ),
        (
            "https://www.intramuros.org/exemple-sur-loire",
            Platform::Intramuros,
            true,
        ),
    ] {
        let measured = measure_at(&connector, url.parse().unwrap(), AS_OF, None).await;
        let measurement = measured.measurement;
        assert_eq!(measurement.outcome.reason(), Some("not_own_site"), "{url}");
        assert_eq!(measurement.finds.len(), 1, "{url}");
        let find = &measurement.finds[0];
        assert_eq!(
            (find.account.platform, find.confidence.is_accepted()),
            (platform, accepted)
        );
        assert_eq!(find.evidence[0].how, FindMethod::Redirect);
        assert!(measurement.fetches.is_empty());
    }
}

#[tokio::test]
async fn a_page_that_only_leads_to_a_network_is_no_site() {
    let site = Site::start(&[(
        "/",
        Doc::html(r#"<meta http-equiv="refresh" content="0;url=https://www.facebook.com/exemplesurloire">"#),
    )])
    .await;
    let measured = measure(&site, "/").await;
    assert_eq!(measured.measurement.outcome.reason(), Some("not_own_site"));
    assert_eq!(
        measured.measurement.finds[0].account.handle,
        "exemplesurloire"
    );
}

#[tokio::test]
async fn a_name_that_does_not_exist_is_tried_without_www() {
    let site = Site::start(&[("/", wordpress()), ("/feed/", Doc::xml(FEED))]).await;
    let connector = connector(site.client(&["exemple.example"]));
    let measured = measure_at(&connector, site.url(HOST, "/"), AS_OF, None).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert!(
        seen(&measured)
            .final_url
            .as_ref()
            .unwrap()
            .starts_with("http://exemple.example")
    );

    let gone = measure_at(&connector, site.url("perdu.example", "/"), AS_OF, None).await;
    assert_eq!(gone.measurement.outcome.reason(), Some("dns_nxdomain"));
    let nothing = seen(&gone);
    assert!(!nothing.reachable);
    assert_eq!(
        (nothing.newsletter, nothing.contact),
        (None, None),
        "nothing was read"
    );
}

#[tokio::test]
async fn a_redirect_to_another_domain_is_noted_and_its_accounts_are_not_inherited() {
    let elsewhere = "www.troisrives.example";
    let site = Site::start(&[]).await;
    let target = site.url(elsewhere, "/");
    site.put(
        "/",
        Doc::html("")
            .status(301)
            .header("location", target.as_str()),
    );
    site.put(
        "www.troisrives.example /",
        Doc::html(
            r#"<title>Les Trois Rives</title><p>Mairie</p><div class="social">
               <a href="https://www.facebook.com/troisrives">F</a></div>"#,
        ),
    );
    let connector = connector(site.client(&[HOST, elsewhere]));
    let measured = measure_at(&connector, site.url(HOST, "/"), AS_OF, None).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(
        seen(&measured).redirected_to_domain.as_deref(),
        Some("troisrives.example")
    );
    assert!(
        measured
            .measurement
            .finds
            .iter()
            .all(|find| !find.confidence.is_accepted())
    );
}

#[tokio::test]
async fn frames_and_refreshes_are_followed_to_the_real_page() {
    let site = Site::start(&[
        ("/", Doc::html("<frameset><frame src=/vrai></frameset>")),
        (
            "/vrai",
            Doc::html(r#"<META HTTP-EQUIV="Refresh" CONTENT="0; URL='/accueil'">"#),
        ),
        ("/accueil", wordpress()),
        ("/feed/", Doc::xml(FEED)),
    ])
    .await;
    let measured = measure(&site, "/").await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert!(
        seen(&measured)
            .final_url
            .as_ref()
            .unwrap()
            .ends_with("/accueil")
    );
    assert_eq!(seen(&measured).posts_28d, Figure::Known(2));
}

#[tokio::test]
async fn a_page_on_a_portal_takes_neither_its_feed_nor_its_accounts() {
    let portal = "www.cctroisrives.example";
    let path = "/communes/exemple-sur-loire/";
    let site = Site::start(&[
        (
            path,
            Doc::html(include_bytes!("../testdata/typo3.html").as_slice()),
        ),
        ("/feed/", Doc::xml(FEED)),
        ("/rss.xml", Doc::xml(FEED)),
        ("/sitemap.xml", Doc::xml("<urlset></urlset>")),
    ])
    .await;
    let connector = connector(site.client(&[portal]));
    let measured = measure_at(&connector, site.url(portal, path), AS_OF, None).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(seen(&measured).feed_url, None);
    let accepted: Vec<&str> = measured
        .measurement
        .finds
        .iter()
        .filter(|find| find.confidence.is_accepted())
        .map(|find| find.account.handle.as_str())
        .collect();
    assert_eq!(accepted, ["exemplesurloire"]);
    assert_eq!(site.take_asked(), [path]);
}

#[tokio::test]
async fn the_one_shot_command_needs_no_subject() {
    let site = Site::start(&[("/", wordpress()), ("/feed/", Doc::xml(FEED))]).await;
    let client = site.client(&[HOST]);
    let found = discover(&client, &WebsiteSettings::default(), &site.url(HOST, "/")).await;
    let json = serde_json::to_value(&found).unwrap();
    assert_eq!(json["outcome"], "measured");
    assert_eq!(json["reason"], serde_json::Value::Null);
    assert_eq!(json["site"]["cms"], "wordpress");
    let first = &json["accounts"][0];
    assert_eq!(first["platform"], "facebook");
    assert_eq!(first["handle"], "exemplesurloire");
    assert_eq!(first["evidence"][0]["page"], site.url(HOST, "/").as_str());
    assert!(first["evidence"][0]["how"].is_string());
    assert!(first["confidence"].as_f64().unwrap() >= 0.9);
}

#[tokio::test]
async fn a_failed_visit_keeps_what_the_last_one_left() {
    let site = Site::start(&[("/", Doc::html("x").status(500))]).await;
    let connector = connector(site.client(&[HOST]));
    let left = Some("{\"version\":1}".to_owned());
    let measured = measure_at(&connector, site.url(HOST, "/"), AS_OF, left.clone()).await;
    assert_eq!(measured.measurement.state, left);
}

#[tokio::test]
async fn a_visit_of_a_host_that_is_known_to_want_patience_asks_nothing_and_says_so() {
    let site = Site::start(&[("/robots.txt", Doc::html("").status(429))]).await;
    let connector = connector(site.client(&[HOST, "mairie.exemple.example"]));
    let url = site.url(HOST, "/");
    let asked = measure_at(&connector, url.clone(), AS_OF, None).await;
    let retry = asked.retry.unwrap();
    assert!(retry.has_asked && retry.not_before.is_some());
    assert_eq!(asked.measurement.fetches.len(), 1);
    // Another site behind the same server.
    let neighbour = site.url("mairie.exemple.example", "/");
    for url in [url, neighbour] {
        let known = measure_at(&connector, url, AS_OF, None).await;
        assert_eq!(known.retry.unwrap().not_before, retry.not_before);
        assert!(!known.retry.unwrap().has_asked);
        assert_eq!(known.measurement.fetches, []);
    }
}
