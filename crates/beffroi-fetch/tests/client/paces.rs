//! Paces, proved by arrival times at the server.

use std::{
    num::{NonZeroU32, NonZeroUsize},
    time::Duration,
};

use beffroi_fetch::{
    BudgetSpec, DnsSettings, Document, FetchClient, FetchSettings, Holder, Request,
};

use crate::server::{Reply, Server, page, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_to_a_host_never_arrive_closer_than_its_interval() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/redirect" => Reply::redirect("/target"),
        "/slow" => Reply::page("x").after(Duration::from_millis(70)),
        _ => Reply::page("x"),
    })
    .await;
    let settings = FetchSettings {
        host_interval: Duration::from_millis(60),
        ..settings(&[&server])
    };
    let client = FetchClient::try_new(settings).unwrap();
    let paths = ["/a", "/slow", "/b", "/redirect", "/c"];
    futures::future::try_join_all(paths.iter().map(|path| client.get(page(&server, path))))
        .await
        .unwrap();
    let gaps = server.gaps_ms();
    assert_eq!(
        gaps.len(),
        6,
        "robots.txt and the redirect's target count too"
    );
    assert!(gaps.iter().all(|gap| *gap >= 60), "{gaps:?}");
    assert!(
        gaps.iter().any(|gap| *gap >= 130),
        "the gap counts from the end: {gaps:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_behind_one_address_keep_its_interval_together() {
    let server = Server::start_whole(|seen| match seen.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ => Reply::page("x"),
    })
    .await;
    let hosts: Vec<String> = (0..6).map(|host| format!("h{host}.example")).collect();
    let settings = FetchSettings {
        group_interval: Duration::from_millis(50),
        group_concurrency: NonZeroUsize::new(2).unwrap(),
        dns: DnsSettings {
            server: None,
            hosts: hosts
                .iter()
                .map(|host| (host.clone(), vec!["127.0.0.1".to_owned()]))
                .collect(),
        },
        ..settings(&[&server])
    };
    let client = FetchClient::try_new(settings).unwrap();
    let port = server.address.port();
    let visits = hosts.iter().map(|host| {
        let url = format!("http://{host}:{port}/").parse().unwrap();
        client.get(Request::site(url, Document::Page))
    });
    futures::future::try_join_all(visits).await.unwrap();
    let seen = server.seen();
    assert_eq!(seen.len(), 12);
    let whole = seen[11].at - seen[0].at;
    // The start of each is 50 ms after the last; the network may shift the ends by a little.
    assert!(whole >= Duration::from_millis(11 * 50 - 10), "{whole:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_apis_budget_is_never_exceeded_in_any_window() {
    let server = Server::start_whole(|_| Reply::new(200, &[], "{}")).await;
    let count = |number| NonZeroU32::new(number).unwrap();
    let per = Duration::from_millis(1_000);
    let budget = BudgetSpec {
        requests: count(20),
        per,
        concurrency: count(4),
        holder: Holder::default(),
    };
    let client = FetchClient::try_new(settings(&[&server])).unwrap();
    let calls =
        (0..60).map(|call| client.get(Request::api(server.url(&format!("/{call}")), budget)));
    futures::future::try_join_all(calls).await.unwrap();
    let seen = server.seen();
    for first in &seen {
        let within = seen
            .iter()
            .filter(|s| s.at >= first.at && s.at < first.at + per)
            .count();
        assert!(within <= 20, "{within} in a window");
    }
    let whole = seen[59].at - seen[0].at;
    assert!(
        whole <= Duration::from_millis(59 * 50 * 100 / 95),
        "95 % are used: {whole:?}"
    );
}
