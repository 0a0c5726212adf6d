//! The websites that are served against the truth that is told of them.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod support;

use beffroi_model::FeedKind;
use std::sync::Arc;

use beffroi_sim::{AccountTruth, Expected, ObservedSite, RunningSim, SiteTruth, TruthLine};
use support::{Response, france, get, get_with, quiet, small_france, truth};

/// Sites that can be read in plain HTTP, with their truth.
fn readable(lines: &[TruthLine]) -> impl Iterator<Item = (&TruthLine, &SiteTruth)> {
    lines.iter().filter_map(|line| {
        let site = line.website.as_ref()?;
        let observed = site.observed.as_ref()?;
        (!observed.https).then_some((line, site))
    })
}

/// Visits many sites at once, since some are slow on purpose.
async fn visit_all<V, F>(sim: &Arc<RunningSim>, lines: Vec<TruthLine>, visit: V)
where
    V: Fn(Arc<RunningSim>, TruthLine, ObservedSite) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let mut visits = tokio::task::JoinSet::new();
    for line in lines {
        let observed = line.website.as_ref().and_then(|site| site.observed.clone());
        if let Some(observed) = observed.filter(|observed| !observed.https) {
            visits.spawn(visit(sim.clone(), line, observed));
        }
    }
    assert!(visits.len() > 100, "only {} sites", visits.len());
    while let Some(visit) = visits.join_next().await {
        visit.unwrap();
    }
}

/// GET, once more where a busy host sends the first visitor away.
async fn get_patiently(sim: &RunningSim, url: &str) -> Response {
    let response = get(sim, url).await;
    if response.status == 429 {
        get(sim, url).await
    } else {
        response
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn home_pages_are_what_the_truth_says() {
    let sim = Arc::new(small_france().await);
    visit_all(&sim, truth(&sim), |sim, line, observed| async move {
        let home = get_patiently(&sim, &observed.final_url).await;
        assert_eq!(home.status, observed.home_status, "{line:?}");
        assert_eq!(
            home.body.len() as u64,
            observed.home_bytes,
            "{}",
            observed.final_url
        );
        let encoding = encoding_rs::Encoding::for_label(observed.charset.as_bytes()).unwrap();
        let (text, _, broken) = encoding.decode(&home.body);
        assert!(!broken, "{} is {}", observed.final_url, observed.charset);
        assert!(
            text.contains(&line.name),
            "{} does not name {}",
            observed.final_url,
            line.name
        );
        assert_eq!(text.contains("newsletter_email"), observed.newsletter);
        if let Some(notice) = &observed.legal_notice_url {
            assert_eq!(get_patiently(&sim, notice).await.status, 200, "{notice}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_of_the_truth_is_on_a_page() {
    const PATHS: [&str; 20] = [
        "contact/",
        "contact",
        "contact.htm",
        "index.php/contact",
        "spip.php?page=contact",
        "mentions-legales/",
        "mentions-legales",
        "mentions.htm",
        "spip.php?article2",
        "index.php/mentions-legales",
        "actualites/",
        "actualites",
        "actualites.htm",
        "index.php/actualites",
        "spip.php?rubrique3",
        "blog/",
        "reseaux-sociaux/",
        "reseaux-sociaux",
        "reseaux.htm",
        "index.php/reseaux-sociaux",
    ];
    const MORE_PATHS: [&str; 3] = [
        "spip.php?article4",
        "pages/reseaux-sociaux.html",
        "pages/mentions-legales.html",
    ];
    let sim = Arc::new(small_france().await);
    let lines = truth(&sim);
    let count = |expected| {
        lines
            .iter()
            .flat_map(|l| &l.accounts)
            .filter(|a| a.expected == expected)
            .count()
    };
    assert!(count(Expected::Accept) > 300 && count(Expected::Trap) > 150);
    visit_all(&sim, lines, |sim, line, observed| async move {
        let home = &observed.final_url;
        let plain = |text: String| text.replace("&amp;", "&").replace("%2F", "/");
        let shows = |pages: &str, account: &AccountTruth| {
            let bare = account.handle.trim_start_matches('@').to_lowercase();
            pages.contains(&account.href) || pages.to_lowercase().contains(&bare)
        };
        let mut pages = plain(get_patiently(&sim, home).await.text());
        let base: url::Url = home.parse().unwrap();
        for path in PATHS.into_iter().chain(MORE_PATHS) {
            let is_due = |account: &&AccountTruth| account.expected != Expected::Moved;
            if line
                .accounts
                .iter()
                .filter(is_due)
                .all(|account| shows(&pages, account))
            {
                break;
            }
            pages.push_str(&plain(
                get(&sim, base.join(path).unwrap().as_str()).await.text(),
            ));
        }
        for account in &line.accounts {
            match account.expected {
                Expected::Accept | Expected::Trap => {
                    assert!(shows(&pages, account), "{home} lacks {account:?}");
                }
                Expected::Moved => assert!(!pages.contains(&account.href), "{account:?}"),
                Expected::Unreachable => panic!("{home} can be read"),
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_hold_the_publications_of_the_truth() {
    let sim = small_france().await;
    let lines = truth(&sim);
    let as_of = sim.as_of.as_second();
    let mut kinds = std::collections::HashMap::new();
    for (_, site) in readable(&lines) {
        let observed = site.observed.as_ref().unwrap();
        let Some(address) = &observed.feed_url else {
            continue;
        };
        let feed = get_patiently(&sim, address).await;
        assert_eq!(feed.status, 200, "{address}");
        let text = feed.text();
        let kind = observed.feed_kind.unwrap();
        let dates: Vec<i64> = match kind {
            FeedKind::Rss => between(&text, "<pubDate>", "</pubDate>")
                .map(|date| {
                    jiff::fmt::rfc2822::parse(date)
                        .unwrap()
                        .timestamp()
                        .as_second()
                })
                .collect(),
            FeedKind::Atom => between(&text, "<published>", "</published>")
                .map(seconds)
                .collect(),
            FeedKind::Json => between(&text, "\"date_published\":\"", "\"")
                .map(seconds)
                .collect(),
        };
        let past: Vec<i64> = dates.into_iter().filter(|at| *at <= as_of).collect();
        assert_eq!(past, observed.publications, "{address}");
        *kinds.entry(kind.to_string()).or_insert(0) += 1;
    }
    assert!(kinds["rss"] > 50 && kinds["atom"] > 5, "{kinds:?}");
    sim.stop().await;
}

fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(open)
        .skip(1)
        .map(move |rest| rest.split(close).next().unwrap())
}

fn seconds(date: &str) -> i64 {
    date.parse::<jiff::Timestamp>().unwrap().as_second()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let sim = small_france().await;
    let lines = truth(&sim);
    let mut unchanged = 0;
    for (_, site) in readable(&lines).take(60) {
        let address = &site.observed.as_ref().unwrap().final_url;
        let first = get(&sim, address).await;
        let Some(etag) = first.header("etag") else {
            continue;
        };
        let again = get_with(&sim, address, &format!("If-None-Match: {etag}\r\n")).await;
        assert_eq!((again.status, again.body.len()), (304, 0), "{address}");
        unchanged += 1;
    }
    assert!(unchanged > 5, "{unchanged}");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_control_endpoints_speak_json_and_csv() {
    let sim = small_france().await;
    let control = sim.control_url();
    let lines = get(&sim, &format!("{control}/truth.ndjson")).await.text();
    let told: Vec<TruthLine> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(told, truth(&sim));
    let csv = get(&sim, &format!("{control}/registry.csv")).await.text();
    assert_eq!(csv.lines().next(), Some("collectivity,field,value,note"));
    assert_eq!(csv.lines().count(), told.len() + 1);
    let import =
        beffroi_registry::import_reader("registry.csv", csv.as_bytes(), &Default::default());
    let import = import.unwrap();
    assert_eq!(import.issues, []);
    let report = get(&sim, &format!("{control}/referee")).await.json();
    assert_eq!(report["requests"], 0, "control requests are not judged");
    sim.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_high_world_has_the_accounts_of_the_calibration() {
    let sim = france(quiet()).await;
    let lines = truth(&sim);
    let count = |word: &str| {
        lines
            .iter()
            .flat_map(|line| &line.accounts)
            .filter(|account| {
                account.platform.as_str() == word
                    && matches!(account.expected, Expected::Accept | Expected::Unreachable)
            })
            .count()
    };
    let sites = lines.iter().filter(|line| line.website.is_some()).count();
    assert!((22_000..24_000).contains(&sites), "{sites} websites");
    for word in ["mastodon", "bluesky"] {
        assert!(
            (200..450).contains(&count(word)),
            "{} on {word}",
            count(word)
        );
    }
    // Counted in the table: 19,425 Facebook pages, 1,635 X, 1,440 YouTube, 1,446 Instagram.
    for (word, table) in [
        ("facebook", 19_425),
        ("x", 1_635),
        ("youtube", 1_440),
        ("instagram", 1_446),
    ] {
        let (count, share) = (count(word), table / 10);
        assert!(
            count.abs_diff(table) < share,
            "{count} on {word}, {table} in the table"
        );
    }
    sim.stop().await;
}
