//! Sites whose way leads from one lane's server to another's: handed over, they end as if one client
//! had gone the whole way.

use std::{net::IpAddr, sync::Arc, time::Duration};

use beffroi_fetch::{
    DnsSettings, Fence, FenceState, FetchClient, FetchSettings, HostGroup, LanePass, Territory,
};
use beffroi_model::{AccountRef, Failed, FetchRecord, Outcome, Platform};
use tokio::time::Instant;
use url::Url;

use super::{
    golden::subject,
    server::{Doc, Site},
};
use crate::{
    Connector, MeasureRequest, Measured,
    website::{WebsiteConnector, WebsiteSettings},
};

/// The bare name, at 127.0.0.2, and the full one, at 127.0.0.3.
const BARE: &str = "exemple.example";
const FULL: &str = "www.exemple.example";
/// A name that does not exist without its `www.`, at 127.0.0.3 as well.
const ONLY_FULL: &str = "www.autre.example";

/// Always held.
#[derive(Debug)]
struct Held(Instant);

impl Fence for Held {
    fn state(&self) -> FenceState {
        FenceState {
            hold: 1,
            since: self.0,
            until: self.0 + Duration::from_secs(3600),
        }
    }
}

/// One address, or nothing at all.
#[derive(Debug)]
struct Only(Option<IpAddr>);

impl Territory for Only {
    fn holds(&self, group: &HostGroup) -> bool {
        self.0.map(HostGroup::Address).as_ref() == Some(group)
    }
}

/// The two servers.
struct Stage {
    bare: Site,
    full: Site,
}

impl Stage {
    async fn new(bare: &[(&str, Doc)], full: &[(&str, Doc)]) -> Self {
        Self {
            bare: Site::start_at("127.0.0.2", bare).await,
            full: Site::start_at("127.0.0.3", full).await,
        }
    }

    fn client(&self) -> FetchClient {
        let at = |site: &Site| vec![site.address.ip().to_string()];
        let hosts = [
            (BARE.to_owned(), at(&self.bare)),
            (FULL.to_owned(), at(&self.full)),
            (ONLY_FULL.to_owned(), at(&self.full)),
        ];
        FetchClient::try_new(FetchSettings {
            contact: "mailto:observatory@example.org".to_owned(),
            allow_addresses: vec![self.bare.address.to_string(), self.full.address.to_string()],
            host_interval: Duration::ZERO,
            group_interval: Duration::ZERO,
            retries: 0,
            dns: DnsSettings {
                server: Some(self.bare.name_server.to_string()),
                hosts: hosts.into(),
            },
            ..FetchSettings::default()
        })
        .unwrap()
    }

    /// What one client brings back that may go everywhere.
    async fn alone(&self, url: &Url) -> Measured {
        measure(self.client(), url, None).await
    }

    /// What lanes bring back that ask one server each, and how often the job changed hands. Each has a
    /// client of its own, as a process would.
    async fn over_lanes(&self, url: &Url, first: &Site) -> (Measured, usize) {
        let lane = |address: IpAddr| {
            self.client().within(LanePass {
                fence: Arc::new(Held(Instant::now())),
                territory: Some(Arc::new(Only(Some(address)))),
            })
        };
        let lanes = [&self.bare, &self.full].map(|site| {
            let address = site.address.ip();
            (HostGroup::Address(address), lane(address))
        });
        let mut group = HostGroup::Address(first.address.ip());
        let (mut carried, mut records) = (None, Vec::new());
        for hand_overs in 0.. {
            let (_, client) = lanes.iter().find(|(of, _)| *of == group).unwrap();
            let mut measured = measure(client.clone(), url, carried).await;
            records.append(&mut measured.measurement.fetches);
            let Some(elsewhere) = measured.elsewhere.take() else {
                measured.measurement.fetches = records;
                return (measured, hand_overs);
            };
            assert!(measured.retry.is_none());
            (group, carried) = (elsewhere.group, Some(elsewhere.carried));
        }
        unreachable!()
    }
}

async fn measure(client: FetchClient, url: &Url, carried: Option<String>) -> Measured {
    let request = MeasureRequest {
        account: AccountRef {
            platform: Platform::Website,
            handle: url.authority().to_owned(),
            url: url.clone(),
        },
        subjects: vec![subject("Exemple-sur-Loire")],
        as_of: "2026-11-23T02:00:00Z".parse().unwrap(),
        previous_state: None,
        carried,
    };
    let connector = WebsiteConnector::new(client, WebsiteSettings::default());
    connector.measure(&[request]).await.pop().unwrap()
}

/// All that was brought back but the times, and each exchange.
fn figures(measured: &Measured) -> (String, Vec<String>) {
    let mut measurement = measured.measurement.clone();
    let exchange = |it: &FetchRecord| format!("{} {:?} {:?}", it.url, it.status, it.error_class);
    let exchanges = measurement.fetches.drain(..);
    let exchanges = exchanges.map(|it| exchange(&it)).collect();
    measurement.observed_at = jiff::Timestamp::UNIX_EPOCH;
    (format!("{measurement:?} {:?}", measured.retry), exchanges)
}

fn home() -> Doc {
    Doc::html(include_bytes!("../testdata/wordpress.html").as_slice())
}

const FEED: &str = r#"<rss version="2.0"><channel><title>t</title><item><guid>1</guid>
    <link>http://www.exemple.example/a</link>
    <pubDate>Fri, 20 Nov 2026 17:00:00 +0100</pubDate></item></channel></rss>"#;

fn led_to(url: &Url) -> Doc {
    Doc::html("").status(302).header("location", url.as_str())
}

#[tokio::test]
async fn a_site_that_has_moved_to_another_lane_is_measured_as_by_one_client() {
    let stage = Stage::new(&[], &[("/", home()), ("/feed/", Doc::xml(FEED))]).await;
    let full = stage.full.url(FULL, "/");
    let url = stage.bare.url(BARE, "/");
    let refresh = format!("<meta http-equiv=refresh content='0;url={full}'><p>Mairie</p>");
    let script = format!("<title>Mairie</title><script>location.href = '{full}'</script>");
    for way in [led_to(&full), Doc::html(refresh), Doc::html(script)] {
        stage.bare.put("/", way);
        let alone = stage.alone(&url).await;
        assert_eq!(alone.measurement.outcome, Outcome::Measured);
        let site = alone.measurement.site.as_ref().unwrap();
        assert_eq!(site.final_url.as_deref(), Some(full.as_str()));
        assert!(!alone.measurement.posts.is_empty() && !alone.measurement.finds.is_empty());
        let (over_lanes, hand_overs) = stage.over_lanes(&url, &stage.bare).await;
        assert_eq!(hand_overs, 1);
        assert_eq!(figures(&over_lanes), figures(&alone));
        // A plan that was wrong about the first server, too.
        let (misplanned, hand_overs) = stage.over_lanes(&url, &stage.full).await;
        assert_eq!(hand_overs, 2);
        assert_eq!(figures(&misplanned), figures(&alone));
    }
}

#[tokio::test]
async fn what_was_met_before_the_hand_over_is_not_forgotten() {
    let stage = Stage::new(&[], &[("/", home())]).await;
    stage.bare.put("/", led_to(&stage.full.url(FULL, "/")));
    // Nobody speaks TLS there.
    let mut url = stage.bare.url(BARE, "/");
    url.set_scheme("https").unwrap();
    let alone = stage.alone(&url).await;
    let site = alone.measurement.site.as_ref().unwrap();
    assert_eq!(site.certificate_problem, Some(Failed::TlsProtocol));
    assert_eq!(alone.measurement.outcome, Outcome::Measured);
    let (over_lanes, hand_overs) = stage.over_lanes(&url, &stage.bare).await;
    assert_eq!(hand_overs, 1);
    assert_eq!(figures(&over_lanes), figures(&alone));

    let url = stage.full.url("autre.example", "/");
    let alone = stage.alone(&url).await;
    let site = alone.measurement.site.as_ref().unwrap();
    assert!(site.final_url.as_ref().unwrap().contains(ONLY_FULL));
    let (over_lanes, hand_overs) = stage.over_lanes(&url, &stage.bare).await;
    assert_eq!(hand_overs, 1);
    assert_eq!(figures(&over_lanes), figures(&alone));
}

#[tokio::test]
async fn ends_without_a_site_are_the_same_too() {
    let stage = Stage::new(&[], &[]).await;
    let url = stage.bare.url(BARE, "/");
    let there = stage.full.url(FULL, "/x");
    stage.bare.put("/", led_to(&there));
    for (doc, outcome) in [
        (Doc::html("").status(410), "gone"),
        (Doc::html("").status(500), "http_5xx"),
        (led_to(&url), "too_many_redirects"),
        (Doc::html("").status(403), "blocked"),
    ] {
        stage.full.put("/x", doc);
        let alone = stage.alone(&url).await;
        assert_eq!(alone.measurement.outcome.reason(), Some(outcome));
        let (over_lanes, hand_overs) = stage.over_lanes(&url, &stage.bare).await;
        assert_eq!(hand_overs, 1);
        assert_eq!(figures(&over_lanes), figures(&alone));
    }
}

#[tokio::test]
async fn a_site_whose_robots_txt_has_moved_along_is_read_where_that_is() {
    let full = [("/", home()), ("/feed/", Doc::xml(FEED))];
    let stage = Stage::new(&[], &full).await;
    let url = stage.bare.url(BARE, "/");
    for path in ["/", "/robots.txt"] {
        let there = stage.full.url(FULL, path);
        stage.bare.put(path, led_to(&there));
    }
    let (over_lanes, hand_overs) = stage.over_lanes(&url, &stage.bare).await;
    assert_eq!(hand_overs, 1);
    // One client asks for the bare name's home page as well.
    assert_eq!(figures(&over_lanes).0, figures(&stage.alone(&url).await).0);
}

#[tokio::test]
async fn a_visit_that_no_lane_takes_ends() {
    let stage = Stage::new(&[("/", home())], &[]).await;
    let url = stage.bare.url(BARE, "/");
    let nowhere = stage.client().within(LanePass {
        fence: Arc::new(Held(Instant::now())),
        territory: Some(Arc::new(Only(None))),
    });
    let mut carried = None;
    for _ in 0..4 {
        let measured = measure(nowhere.clone(), &url, carried).await;
        let elsewhere = measured.elsewhere.unwrap();
        assert_eq!(elsewhere.group.to_string(), "127.0.0.2");
        carried = Some(elsewhere.carried);
    }
    let measured = measure(nowhere, &url, carried).await;
    assert_eq!(measured.elsewhere, None);
    let failed = Outcome::Failed(Failed::TooManyRedirects);
    assert_eq!(measured.measurement.outcome, failed);
    assert_eq!(stage.bare.take_asked(), [""; 0], "nothing was asked");
}

#[tokio::test]
async fn what_another_version_carried_lets_the_visit_begin_anew() {
    let stage = Stage::new(&[("/", home())], &[]).await;
    let url = stage.bare.url(BARE, "/");
    let alone = figures(&stage.alone(&url).await);
    for carried in ["", "{}", r#"{"version":9,"at":"http://autre.example/"}"#] {
        let measured = measure(stage.client(), &url, Some(carried.to_owned())).await;
        assert_eq!(figures(&measured), alone, "{carried}");
    }
}

#[tokio::test]
async fn feeds_and_pages_of_another_lane_are_not_there() {
    let stage = Stage::new(&[], &[("/feed", Doc::xml(FEED)), ("/contact", home())]).await;
    let (feed, contact) = (
        stage.full.url(FULL, "/feed"),
        stage.full.url(FULL, "/contact"),
    );
    let page = format!(
        "<html><head><title>Mairie d'Exemple-sur-Loire</title>\
         <link rel=alternate type=application/rss+xml href='{feed}'></head>\
         <body><p>Bienvenue</p><a href='{contact}'>Contact</a></body></html>"
    );
    stage.bare.put("/", Doc::html(page));
    let url = stage.bare.url(BARE, "/");
    let (measured, hand_overs) = stage.over_lanes(&url, &stage.bare).await;
    assert_eq!(hand_overs, 0);
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(measured.measurement.site.unwrap().feed_url, None);
    assert_eq!(stage.full.take_asked(), [""; 0]);
    let alone = stage.alone(&url).await;
    let feed_url = alone.measurement.site.unwrap().feed_url;
    assert_eq!(feed_url.as_deref(), Some(feed.as_str()), "alone they are");
}
