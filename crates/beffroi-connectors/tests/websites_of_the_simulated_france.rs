//! The website connector against a simulated France: what it stores of every site, and which
//! accounts it takes for a body's own, held against the truth.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use beffroi_connectors::{
    Connector, MeasureRequest,
    accounts::website::parse_declared,
    website::{WebsiteConnector, WebsiteSettings},
};
use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings};
use beffroi_model::{Collectivity, Measurement, Platform};
use beffroi_sim::{Expected, RunningSim, SimSettings, SiteTruth, TruthLine, serve};
use tokio::{sync::Semaphore, task::JoinSet};

/// Bodies of the test's France.
const BODIES: usize = 300;
/// Sites under way at once.
const AT_ONCE: usize = 24;

async fn small_france() -> (RunningSim, Vec<Collectivity>) {
    let bodies = beffroi_registry::shipped().collectivities;
    let settings = SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        as_of: Some("2026-11-23T05:00:00Z".parse().unwrap()),
        limit: Some(BODIES),
        host_interval: Duration::from_millis(20),
        group_interval: Duration::ZERO,
        ..SimSettings::default()
    };
    (serve(settings, bodies.clone()).await.unwrap(), bodies)
}

fn client(sim: &RunningSim) -> FetchClient {
    FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![
            format!("127.0.0.0/8:{}", sim.http_port),
            format!("127.0.0.0/8:{}", sim.https_port),
        ],
        dns: DnsSettings {
            server: Some(format!("127.0.0.1:{}", sim.dns_port)),
            hosts: BTreeMap::new(),
        },
        extra_ca: vec![sim.authority.clone()],
        host_interval: Duration::from_millis(25),
        group_interval: Duration::from_millis(5),
        read_timeout: Duration::from_secs(4),
        total_timeout: Duration::from_secs(6),
        retry_base: Duration::from_millis(50),
        ..FetchSettings::default()
    })
    .unwrap()
}

async fn measure_all(
    sim: &RunningSim,
    lines: &[TruthLine],
    bodies: &[Collectivity],
) -> Vec<(TruthLine, SiteTruth, Measurement)> {
    let connector = Arc::new(WebsiteConnector::new(
        client(sim),
        WebsiteSettings::default(),
    ));
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut visits = JoinSet::new();
    for line in lines {
        let Some(site) = line.website.clone() else {
            continue;
        };
        let declared = parse_declared(&site.url).unwrap();
        let body = bodies
            .iter()
            .find(|body| body.collectivity_id.as_str() == line.collectivity_id);
        let request = MeasureRequest {
            account: declared.account,
            subjects: vec![body.unwrap().subject()],
            as_of: sim.as_of,
            previous_state: None,
            carried: None,
        };
        let (connector, places, line) = (Arc::clone(&connector), Arc::clone(&places), line.clone());
        visits.spawn(async move {
            let _place = places.acquire_owned().await.unwrap();
            let measured = connector.measure(&[request]).await.pop().unwrap();
            (line, site, measured.measurement)
        });
    }
    visits.join_all().await
}

/// What differs between what was stored and what is true.
fn differences(site: &SiteTruth, found: &Measurement, sim: &RunningSim) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut compare = |what: &str, stored: String, truth: String| {
        if stored != truth {
            wrong.push(format!(
                "{}: {what} is `{stored}`, truly `{truth}`",
                site.url
            ));
        }
    };
    let outcome = (found.outcome.kind().as_str(), found.outcome.reason());
    compare(
        "outcome",
        format!("{outcome:?}"),
        format!("{:?}", (site.outcome.as_str(), site.reason.as_deref())),
    );
    let (Some(truth), Some(seen)) = (&site.observed, &found.site) else {
        return wrong;
    };
    if outcome.0 != "measured" {
        return wrong;
    }
    let text = |value: &Option<String>| format!("{value:?}");
    // The canonical address of a page on a shared host has no slash at its end.
    let final_url = seen.final_url.as_deref().unwrap_or_default();
    compare(
        "final_url",
        final_url.trim_end_matches('/').to_owned(),
        truth.final_url.trim_end_matches('/').to_owned(),
    );
    compare(
        "redirected_to_domain",
        text(&seen.redirected_to_domain),
        text(&truth.redirected_to_domain),
    );
    compare("https", seen.https.to_string(), truth.https.to_string());
    compare(
        "certificate_problem",
        format!("{:?}", seen.certificate_problem),
        format!("{:?}", truth.certificate_problem),
    );
    compare(
        "home_bytes",
        format!("{:?}", seen.home_bytes),
        format!("Some({})", truth.home_bytes),
    );
    compare("cms", text(&seen.cms), text(&truth.cms));
    compare(
        "charset",
        text(&seen.charset.as_ref().map(|name| name.to_lowercase())),
        format!("{:?}", Some(truth.charset.to_lowercase())),
    );
    compare("feed_url", text(&seen.feed_url), text(&truth.feed_url));
    compare(
        "feed_kind",
        format!("{:?}", seen.feed_kind),
        format!("{:?}", truth.feed_kind),
    );
    compare(
        "publication_source",
        format!(
            "{:?}",
            seen.publication_source.map(|source| source.to_string())
        ),
        format!("{:?}", truth.publication_source),
    );
    let from_feed = truth.publication_source.as_deref() == Some("feed");
    let posts = beffroi_sim::posts_28d(&truth.publications, from_feed, sim.as_of);
    compare(
        "posts_28d",
        format!("{:?}", seen.posts_28d.known()),
        format!("{posts:?}"),
    );
    let end = sim.as_of.as_second();
    let last = truth
        .publications
        .iter()
        .copied()
        .filter(|date| *date <= end)
        .max();
    let seen_last = seen.last_published_at.known().map(|date| date.as_second());
    compare(
        "last_published_at",
        format!("{seen_last:?}"),
        format!("{last:?}"),
    );
    compare(
        "legal_notice_url",
        text(&seen.legal_notice_url),
        text(&truth.legal_notice_url),
    );
    compare(
        "newsletter",
        format!("{:?}", seen.newsletter),
        format!("{:?}", Some(truth.newsletter)),
    );
    compare(
        "contact",
        format!("{:?}", seen.contact),
        format!("{:?}", Some(truth.contact)),
    );
    wrong
}

/// Accounts missed, and accounts taken that are not the body's.
fn misjudged(line: &TruthLine, found: &Measurement) -> (Vec<String>, Vec<String>) {
    let is_accepted = |platform: Platform, handle: &str| {
        found.finds.iter().any(|find| {
            find.account.platform == platform
                && find.account.handle == handle
                && find.confidence.is_accepted()
        })
    };
    let (mut missed, mut trapped) = (Vec::new(), Vec::new());
    for account in &line.accounts {
        let accepted = is_accepted(account.platform, &account.handle);
        let text = format!(
            "{} {}: {} ({:?})",
            line.name,
            account.href,
            account.handle,
            found
                .finds
                .iter()
                .find(|f| f.account.handle == account.handle)
                .map(|f| (f.confidence, &f.evidence))
        );
        match account.expected {
            Expected::Accept if !accepted => missed.push(text),
            Expected::Trap if accepted => trapped.push(text),
            Expected::Accept | Expected::Trap | Expected::Moved | Expected::Unreachable => {}
        }
    }
    (missed, trapped)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_of_a_site_is_true_and_no_trap_is_taken() {
    let (sim, bodies) = small_france().await;
    let lines: Vec<TruthLine> = (0..sim.world().len())
        .map(|index| sim.world().truth(index))
        .collect();
    let visits = measure_all(&sim, &lines, &bodies).await;
    let (mut wrong, mut missed, mut trapped, mut accounts) = (vec![], vec![], vec![], 0);
    for (line, site, found) in &visits {
        wrong.extend(differences(site, found, &sim));
        if matches!(site.outcome.as_str(), "measured" | "absent") {
            let (more_missed, more_trapped) = misjudged(line, found);
            accounts += line.accounts.len();
            missed.extend(more_missed);
            trapped.extend(more_trapped);
        }
    }
    println!("{} sites, {accounts} accounts", visits.len());
    for (what, list) in [
        ("wrong", &wrong),
        ("missed", &missed),
        ("trapped", &trapped),
    ] {
        println!("{what}: {}", list.len());
        list.iter().for_each(|line| println!("  {line}"));
    }
    sim.stop().await;
    assert!(visits.len() > 100 && accounts > 100);
    assert!(wrong.is_empty() && missed.is_empty() && trapped.is_empty());
}
