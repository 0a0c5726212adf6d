//! Sites whose https does not answer: http is tried, and where it is no better, the first problem
//! is the one that is told.

use std::{net::SocketAddr, time::Duration};

use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings};
use beffroi_model::Failed;
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::server::{Doc, Site};
use crate::website::{Discovery, WebsiteSettings, discover};

const HOST: &str = "www.exemple.example";

async fn discover_over_https(address: SocketAddr) -> Discovery {
    let here = vec![address.ip().to_string()];
    let client = FetchClient::try_new(FetchSettings {
        allow_addresses: vec![address.to_string()],
        connect_timeout: Duration::from_millis(200),
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        retries: 0,
        dns: DnsSettings {
            server: None,
            hosts: [(HOST.to_owned(), here)].into(),
        },
        ..FetchSettings::default()
    })
    .unwrap();
    let url = format!("https://{HOST}:{}/", address.port());
    discover(&client, &WebsiteSettings::default(), &url.parse().unwrap()).await
}

/// Stands before a site and says nothing to those who begin with TLS.
async fn mute_to_tls(listener: TcpListener, site: SocketAddr) {
    const HANDSHAKE: u8 = 0x16;
    let mut connections = JoinSet::new();
    while let Ok((mut stream, _)) = listener.accept().await {
        connections.spawn(async move {
            let mut first = [0];
            stream.peek(&mut first).await.unwrap();
            if first == [HANDSHAKE] {
                std::future::pending::<()>().await;
            }
            let mut onward = TcpStream::connect(site).await.unwrap();
            drop(copy_bidirectional(&mut stream, &mut onward).await);
        });
    }
}

#[tokio::test]
async fn a_site_that_is_mute_over_https_is_read_over_http() {
    let page = "<html><title>Mairie d'Exemple</title><p>Bienvenue</p><a href=/a>Actualités</a>";
    let site = Site::start(&[("/", Doc::html(page))]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let front = tokio::spawn(mute_to_tls(listener, site.address));
    let report = discover_over_https(address).await;
    front.abort();
    assert_eq!((report.outcome, report.reason), ("measured", None));
    assert_eq!(site.take_asked()[0], "/");
}

#[tokio::test]
async fn a_site_that_is_mute_over_both_is_told_by_its_https() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let front = tokio::spawn(async move {
        let mut held = Vec::new();
        // The second, http, is cut.
        while let Ok((stream, _)) = listener.accept().await {
            if held.is_empty() {
                held.push(stream);
            }
        }
    });
    let report = discover_over_https(address).await;
    front.abort();
    assert_eq!(
        (report.outcome, report.reason),
        ("failed", Some("tcp_timeout"))
    );
}

#[tokio::test]
async fn bad_tls_is_told_also_where_http_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let front = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        drop(listener);
        stream.readable().await.unwrap();
    });
    let report = discover_over_https(address).await;
    front.await.unwrap();
    assert_eq!(
        (report.outcome, report.reason),
        ("failed", Some("tls_protocol"))
    );
    assert_eq!(report.site.certificate_problem, Some(Failed::TlsProtocol));
}
