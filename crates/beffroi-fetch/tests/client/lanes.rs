//! Work for a lane: asked are its own servers alone, and only while it is held.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use beffroi_fetch::{
    BudgetSpec, Fence, FenceState, FetchClient, FetchSettings, Holder, HostGroup, LanePass,
    Request, Territory,
};
use beffroi_model::{Failed, Outcome};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    time::{Instant, sleep, timeout},
};

use crate::server::{Reply, Server, client, page, settings};

/// A hold that ends when the test says so.
#[derive(Debug)]
struct Hold(Mutex<FenceState>);

impl Hold {
    fn begun() -> Arc<Self> {
        let since = Instant::now();
        let until = since + Duration::from_secs(600);
        Arc::new(Self(Mutex::new(FenceState {
            hold: 1,
            since,
            until,
        })))
    }

    fn end(&self) {
        self.0.lock().unwrap().until = Instant::now();
    }
}

impl Fence for Hold {
    fn state(&self) -> FenceState {
        *self.0.lock().unwrap()
    }
}

/// One address is the lane's.
#[derive(Debug)]
struct Only(IpAddr);

impl Territory for Only {
    fn holds(&self, group: &HostGroup) -> bool {
        *group == HostGroup::Address(self.0)
    }
}

fn only(server: &Server) -> LanePass {
    LanePass {
        fence: Hold::begun(),
        territory: Some(Arc::new(Only(server.address.ip()))),
    }
}

fn group(server: &Server) -> HostGroup {
    HostGroup::Address(server.address.ip())
}

#[tokio::test]
async fn a_redirect_to_another_lanes_server_is_told_and_not_followed() {
    let there = Server::start_at("127.0.0.3", |_| Reply::page("there")).await;
    let location = there.url("/b").to_string();
    let here = Server::start_at("127.0.0.2", move |seen| match seen.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        "/" => Reply::redirect("/a"),
        _ => Reply::redirect(&location),
    })
    .await;
    let client = client(&[&here, &there]);
    let within = client.within(only(&here));
    let error = within.get(page(&here, "/")).await.unwrap_err();
    assert_eq!(error.elsewhere, Some(group(&there)));
    assert_eq!(error.url, there.url("/b"));
    assert_eq!(error.redirects, [here.url("/"), here.url("/a")]);
    assert_eq!(error.records.len(), 3, "robots.txt and two redirects");
    assert!(!error.has_asked && error.is_transient);
    assert_eq!(there.paths(), [""; 0], "not even its robots.txt");

    let fetched = client.get(page(&here, "/")).await.unwrap();
    assert_eq!(fetched.head.url, there.url("/b"), "who has no lane goes on");
    let error = within.get(page(&there, "/b")).await.unwrap_err();
    assert_eq!(
        error.elsewhere,
        Some(group(&there)),
        "not the first hop either"
    );
}

#[tokio::test]
async fn what_another_lane_followed_counts() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/loop" => Reply::redirect("/first"),
        "/long" => Reply::redirect("/x"),
        _ => Reply::page("x"),
    })
    .await;
    let client = client(&[&server]);
    let earlier = vec![server.url("/first")];
    let go_on = |path| page(&server, path).redirected_from(earlier.clone());
    let error = client.get(go_on("/loop")).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::TooManyRedirects));
    let fetched = client.get(go_on("/long")).await.unwrap();
    assert_eq!(
        fetched.redirects,
        [server.url("/first"), server.url("/long")]
    );
    let ten: Vec<_> = (0..10)
        .map(|step| server.url(&format!("/{step}")))
        .collect();
    let request = page(&server, "/long").redirected_from(ten);
    let error = client.get(request).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::TooManyRedirects));
}

#[tokio::test]
async fn a_site_whose_robots_txt_is_another_lanes_is_looked_for_there() {
    let there = Server::start_at("127.0.0.3", |seen| match seen.path.as_str() {
        "/robots.txt" => Reply::new(200, &[], "User-agent: *\nDisallow: /no"),
        _ => Reply::page("there"),
    })
    .await;
    let location = there.url("/robots.txt").to_string();
    let here = Server::start_at("127.0.0.2", move |seen| match seen.path.as_str() {
        "/robots.txt" => Reply::redirect(&location),
        _ => Reply::page("here"),
    })
    .await;
    let client = client(&[&here, &there]);
    let within = client.within(only(&here));
    let error = within.get(page(&here, "/a?b")).await.unwrap_err();
    assert_eq!(error.elsewhere, Some(group(&there)));
    assert_eq!(error.url, there.url("/a?b"));
    assert_eq!(
        here.paths(),
        ["/robots.txt"],
        "nothing is asked without rules"
    );
    assert_eq!(there.paths(), [""; 0]);
    let sitemaps = within.sitemaps(&here.url("/a")).await.unwrap_err();
    assert_eq!(sitemaps.elsewhere, Some(group(&there)));

    let fetched = client.get(page(&here, "/a")).await.unwrap();
    assert_eq!(&fetched.body[..], b"here", "its rules hold here too");
}

#[tokio::test]
async fn an_api_is_asked_wherever_it_is() {
    let server = Server::start(|_| Reply::new(200, &[], "{}")).await;
    let one = NonZeroU32::MIN;
    let budget = BudgetSpec {
        requests: one,
        per: Duration::from_millis(1),
        concurrency: one,
        holder: Holder::default(),
    };
    let nowhere = LanePass {
        fence: Hold::begun(),
        territory: Some(Arc::new(Only("192.0.2.1".parse().unwrap()))),
    };
    let client = client(&[&server]).within(nowhere);
    client
        .get(Request::api(server.url("/api"), budget))
        .await
        .unwrap();
    assert_eq!(server.paths(), ["/api"]);
}

#[tokio::test]
async fn behind_a_front_each_domain_is_a_group_of_its_own() {
    let server = Server::start(|_| Reply::page("x")).await;
    let port = server.address.port();
    let hosts = ["a.exemple.fr", "b.exemple.fr", "www.autre.fr"];
    let dns = hosts
        .map(|host| format!("'{host}' = '127.0.0.1'"))
        .join(",");
    let more: FetchSettings = toml::from_str(&format!("dns = {{ {dns} }}")).unwrap();
    let settings = FetchSettings {
        dns: more.dns,
        fronts: vec!["127.0.0.0/8".to_owned()],
        ..settings(&[&server])
    };
    let client = FetchClient::try_new(settings.clone()).unwrap();
    let group = async |client: &FetchClient, host: &str| {
        let url = format!("http://{host}:{port}/").parse().unwrap();
        client.host_group(&url).await.unwrap().to_string()
    };
    assert_eq!(group(&client, "a.exemple.fr").await, "exemple.fr");
    assert_eq!(group(&client, "b.exemple.fr").await, "exemple.fr");
    assert_eq!(group(&client, "www.autre.fr").await, "autre.fr");
    assert_eq!(
        client
            .group_at("www.autre.fr", server.address.ip())
            .to_string(),
        "autre.fr"
    );

    let client = FetchClient::try_new(FetchSettings {
        fronts: Vec::new(),
        ..settings
    })
    .unwrap();
    assert_eq!(group(&client, "www.autre.fr").await, "127.0.0.1");
    client.learn_fronts([server.address.ip()].into());
    assert_eq!(group(&client, "www.autre.fr").await, "autre.fr");
    let twin = client.within(only(&server));
    twin.learn_fronts([].into());
    assert_eq!(group(&client, "www.autre.fr").await, "127.0.0.1", "shared");
}

#[tokio::test]
async fn a_request_on_its_way_when_the_hold_ends_is_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let client = FetchClient::try_new(FetchSettings {
        allow_addresses: vec![address.to_string()],
        retries: 0,
        ..FetchSettings::default()
    })
    .unwrap();
    let hold = Hold::begun();
    let within = client.within(LanePass {
        fence: hold.clone(),
        territory: None,
    });
    // The first request is due a host's gap after the beginning of the hold.
    let server = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut hello = [0; 16];
        stream.read_exact(&mut hello).await.unwrap();
        hold.end();
        // No TLS: whoever still listened would say so, hang up and fail.
        stream.write_all(b"HTTP/1.1 400 X\r\n\r\n").await.unwrap();
        let mut rest = Vec::new();
        let silence = timeout(Duration::from_secs(1), stream.read_to_end(&mut rest)).await;
        assert!(
            silence.is_err(),
            "the connection is neither used nor closed"
        );
    };
    let url = format!("https://{address}/").parse().unwrap();
    let visit = within.get(Request::site(url, beffroi_fetch::Document::Page));
    tokio::select! {
        ended = visit => panic!("a visit without a hold has ended: {ended:?}"),
        () = server => {}
    }
}

#[tokio::test]
async fn an_answer_that_comes_after_the_hold_has_ended_is_nobodys() {
    let server = Server::start_whole(|_| Reply::page("x").after(Duration::from_millis(200))).await;
    let hold = Hold::begun();
    let within = client(&[&server]).within(LanePass {
        fence: hold.clone(),
        territory: None,
    });
    let visit = within.get(page(&server, "/"));
    let end = async {
        while server.paths().is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
        hold.end();
        sleep(Duration::from_secs(1)).await;
    };
    tokio::select! {
        ended = visit => panic!("a visit without a hold has ended: {ended:?}"),
        () = end => {}
    }
    assert_eq!(server.paths(), ["/robots.txt"], "nothing followed");
}

#[tokio::test]
async fn within_a_hold_a_failure_is_told_as_ever() {
    let server = Server::start(|_| Reply::new(501, &[], "")).await;
    let client = client(&[&server]).within(only(&server));
    let error = client.get(page(&server, "/")).await.unwrap_err();
    assert_eq!(error.outcome, Outcome::Failed(Failed::Http5xx));
    assert!(error.has_asked && error.elsewhere.is_none());
}
