//! What the referee catches over real HTTP, what the name server answers, which certificates are
//! shown.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use beffroi_model::Failed;
use beffroi_sim::{SimSettings, SiteTruth, Violation, crawler_config};
use hickory_proto::{op::ResponseCode, rr::RecordType};
use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use support::{address, ask, france, get, quiet, small_france, truth};
use tokio::net::TcpStream;

async fn sites() -> (beffroi_sim::RunningSim, Vec<SiteTruth>) {
    let sim = small_france().await;
    let sites = truth(&sim)
        .into_iter()
        .filter_map(|line| line.website)
        .collect();
    (sim, sites)
}

fn origin(url: &str) -> String {
    let url: url::Url = url.parse().unwrap();
    url.origin().ascii_serialization()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_polite_visit_leaves_no_trace_and_a_rude_one_does() {
    let (sim, sites) = sites().await;
    let mut plain = sites
        .iter()
        .filter_map(|site| site.observed.as_ref())
        .filter(|observed| !observed.https && observed.certificate_problem.is_none())
        .map(|observed| origin(&observed.final_url));
    let (polite, rude) = (plain.next().unwrap(), plain.next().unwrap());
    get(&sim, &format!("{polite}/robots.txt")).await;
    for path in ["/", "/contact"] {
        tokio::time::sleep(Duration::from_millis(260)).await;
        get(&sim, &format!("{polite}{path}")).await;
    }
    let report = sim.referee();
    assert!(report.violations.is_empty(), "{report:?}");
    assert_eq!(report.requests, 3);
    for path in ["/", "/contact"] {
        get(&sim, &format!("{rude}{path}")).await;
    }
    let report = sim.referee();
    assert_eq!(
        report.violations[&Violation::RobotsNotAsked],
        2,
        "{report:?}"
    );
    assert_eq!(report.violations[&Violation::HostPace], 1, "{report:?}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_takes_its_latency_and_every_arrival_is_kept_where_asked_for() {
    let latency = Duration::from_millis(120);
    let sim = france(SimSettings {
        limit: Some(50),
        latency: Some(latency),
        record_arrivals: true,
        ..quiet()
    })
    .await;
    let api = format!("http://api.bsky.test:{}/xrpc/none", sim.http_port);
    let begin = Instant::now();
    assert_eq!(get(&sim, &api).await.status, 404);
    assert!(begin.elapsed() >= latency, "{:?}", begin.elapsed());
    get(&sim, &api).await;
    let lines = get(&sim, &format!("{}/places", sim.control_url())).await;
    let lines: Vec<serde_json::Value> = lines
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let asked: Vec<_> = lines
        .iter()
        .filter(|line| line["arrivals_ms"] != serde_json::json!([]))
        .collect();
    let [bluesky] = asked.as_slice() else {
        panic!("{asked:?}");
    };
    assert_eq!(bluesky["hosts"], serde_json::json!(["api.bsky.test"]));
    let moments = bluesky["arrivals_ms"].as_array().unwrap();
    assert_eq!(moments.len(), 2);
    let gap = moments[1].as_i64().unwrap() - moments[0].as_i64().unwrap();
    assert!(gap >= 120, "{gap}");
    assert!(
        lines.len() > 20,
        "addresses that were not asked are told too"
    );
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_closed_by_robots_is_caught() {
    let (sim, sites) = sites().await;
    let closed = sites
        .iter()
        .find(|site| site.reason.as_deref() == Some("robots_disallowed"))
        .map(|site| origin(&site.url));
    let unreachable = sites
        .iter()
        .find(|site| site.reason.as_deref() == Some("robots_unreachable"))
        .map(|site| origin(&site.url));
    let mut expected = HashMap::new();
    for (site, violation) in [
        (closed, Violation::RobotsDisallowed),
        (unreachable, Violation::RobotsUnreachable),
    ] {
        let Some(site) = site else { continue };
        get(&sim, &format!("{site}/robots.txt")).await;
        tokio::time::sleep(Duration::from_millis(260)).await;
        get(&sim, &format!("{site}/")).await;
        expected.insert(violation, 1);
    }
    assert!(!expected.is_empty());
    let found: HashMap<Violation, u64> = sim.referee().violations.into_iter().collect();
    assert_eq!(found, expected);
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_name_server_answers_for_its_world_alone() {
    let (sim, sites) = sites().await;
    let host_of = |site: &SiteTruth| -> String {
        site.url
            .parse::<url::Url>()
            .unwrap()
            .host_str()
            .unwrap()
            .to_owned()
    };
    let alive = sites
        .iter()
        .find(|site| site.outcome == "measured")
        .map(host_of)
        .unwrap();
    let found = address(&sim, &alive).await.unwrap();
    assert!(found.is_loopback() && found.to_string() != "127.0.0.1");
    assert_eq!(
        address(&sim, &alive.to_uppercase()).await,
        Some(found),
        "case does not matter"
    );
    let v6 = ask(&sim, &alive, RecordType::AAAA).await;
    assert_eq!(v6.metadata.response_code, ResponseCode::NoError);
    assert!(v6.answers.is_empty());
    let abroad = ask(&sim, "www.rust-lang.org", RecordType::A).await;
    assert_eq!(abroad.metadata.response_code, ResponseCode::NXDomain);
    for (reason, code) in [
        ("dns_nxdomain", ResponseCode::NXDomain),
        ("dns_servfail", ResponseCode::ServFail),
    ] {
        let dead = sites
            .iter()
            .find(|site| site.reason.as_deref() == Some(reason));
        if let Some(dead) = dead {
            let reply = ask(&sim, &host_of(dead), RecordType::A).await;
            assert_eq!(reply.metadata.response_code, code);
        }
    }
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_as_good_or_bad_as_the_truth_says() {
    let settings = beffroi_sim::SimSettings {
        https_share: 0.7,
        limit: Some(400),
        ..support::quiet()
    };
    let sim = support::france(settings).await;
    let mut roots = rustls::RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(&sim.authority).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let mut seen: HashMap<Option<Failed>, usize> = HashMap::new();
    for site in truth(&sim).into_iter().filter_map(|line| line.website) {
        let Some(observed) = site.observed else {
            continue;
        };
        if !observed.https && observed.certificate_problem.is_none() {
            continue;
        }
        let url: url::Url = observed.final_url.parse().unwrap();
        let name = url.host_str().unwrap().to_owned();
        let at = (address(&sim, &name).await.unwrap(), sim.https_port);
        let stream = TcpStream::connect(at).await.unwrap();
        let shaken = connector
            .connect(ServerName::try_from(name).unwrap(), stream)
            .await;
        let problem = shaken.err().map(|error| {
            match error
                .get_ref()
                .and_then(|source| source.downcast_ref::<rustls::Error>())
            {
                Some(rustls::Error::InvalidCertificate(problem)) => match problem {
                    rustls::CertificateError::ExpiredContext { .. } => Failed::TlsExpired,
                    rustls::CertificateError::NotValidForNameContext { .. } => {
                        Failed::TlsNameMismatch
                    }
                    rustls::CertificateError::UnknownIssuer => Failed::TlsUntrustedChain,
                    other => panic!("{other:?}"),
                },
                other => panic!("{other:?}"),
            }
        });
        assert_eq!(problem, observed.certificate_problem, "{url}");
        *seen.entry(problem).or_default() += 1;
        if problem.is_some() && seen[&problem] < 4 {
            // The way out: plain HTTP at the same port.
            let status = get(&sim, url.as_str()).await.status;
            assert!(matches!(status, 200 | 429), "{url}: {status}");
        }
    }
    assert!(seen.len() == 4 && seen[&None] > 50, "{seen:?}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_crawlers_configuration_names_the_ports() {
    let sim = small_france().await;
    let config = crawler_config(&sim);
    for line in [
        format!("\"127.0.0.0/8:{}\"", sim.http_port),
        format!("dns = \"127.0.0.1:{}\"", sim.dns_port),
        format!("base_url = \"http://api.bsky.test:{}\"", sim.http_port),
    ] {
        assert!(config.contains(&line), "{config}");
    }
    sim.stop().await;
}
