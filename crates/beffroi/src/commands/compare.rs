//! `beffroi sim compare`: every stored figure of a run against the simulator's truth.
//!
//! Both ways: what the truth holds must be stored, and what is stored must be in the truth.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt::Debug,
    process::ExitCode,
    time::Duration,
};

use anyhow::Context;
use beffroi_model::{FigureName, MissingReason, Platform, PostKind};
use beffroi_sim::{
    AccountTruth, Expected, FigureTruth, ObservedSite, PostTruth, SiteTruth, SocialTruth, TruthLine,
};
use beffroi_store::Store;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    commands::report::find_run,
    config::Config,
    output::{self, say},
    services::StoreService,
};

/// Examples kept of what is wrong.
const MAX_EXAMPLES: usize = 40;

/// The window of posts and threads, and of `posts_28d`.
const WINDOW: Duration = Duration::from_secs(28 * 24 * 3600);

/// The truth of all of France is some tens of megabytes.
const TRUTH_TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Debug, Deserialize)]
struct SiteRow {
    handle: String,
    outcome: String,
    reason: String,
    observed: u8,
    final_url: String,
    redirected_to_domain: String,
    https: u8,
    certificate_problem: String,
    home_status: Option<u16>,
    home_bytes: Option<u64>,
    cms: String,
    charset: String,
    feed_url: String,
    feed_kind: String,
    sitemap: Option<u8>,
    publication_source: String,
    posts_28d: Option<u32>,
    last_published_at: Option<i64>,
    legal_notice_url: String,
    newsletter: Option<u8>,
    contact: Option<u8>,
}

#[derive(Debug, Deserialize)]
struct PresenceRow {
    collectivity_id: String,
    platform: String,
    handle: String,
}

#[derive(Debug, Deserialize)]
struct SocialRow {
    platform: String,
    handle: String,
    outcome: String,
    reason: String,
    followers: Option<u64>,
    following: Option<u64>,
    posts_total: Option<u64>,
    threads_opened: Option<u32>,
    permanent_id: String,
    renamed_to: String,
    created_ms: Option<i64>,
    /// Missing figures, with the reasons.
    unavailable: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct PostRow {
    platform: String,
    handle: String,
    post_id: String,
    published_ms: i64,
    /// Empty: not told.
    kind: String,
    reactions: Option<u64>,
    comments: Option<u64>,
    shares: Option<u64>,
    views: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct ThreadRow {
    platform: String,
    handle: String,
    post_id: String,
    opened_ms: i64,
    replied_ms: Option<i64>,
}

/// What the comparison found.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Comparison {
    pub(crate) compared: u64,
    pub(crate) wrong: u64,
    /// Figures compared, by name.
    pub(crate) figures: BTreeMap<&'static str, u64>,
    /// Figures that are wrong, by name.
    pub(crate) wrong_figures: BTreeMap<&'static str, u64>,
    pub(crate) examples: Vec<String>,
}

pub(crate) async fn compare(
    config: &Config,
    truth: &str,
    run: Option<&str>,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let service = StoreService::open(config).await?;
    let result = of_run(&service.store, truth, run, &config.run.platforms).await;
    service.close().await?;
    let comparison = result?;
    if json {
        output::print_json(&comparison)?;
    } else {
        comparison.print()?;
    }
    Ok(if comparison.wrong == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Compares a run, which measured these platforms, with the truth of the simulator at that address.
pub(crate) async fn of_run(
    store: &Store,
    simulator: &str,
    run: Option<&str>,
    platforms: &[Platform],
) -> anyhow::Result<Comparison> {
    let run = find_run(store, run).await?;
    let truth = fetch_truth(simulator).await?;
    let stored = Stored::read(store, &run.run_id).await?;
    let mut comparison = Comparison::default();
    comparison.compare_all(&truth, &stored, run.as_of.timestamp(), platforms);
    Ok(comparison)
}

async fn fetch_truth(simulator: &str) -> anyhow::Result<Vec<TruthLine>> {
    let address = format!("{}/_sim/truth.ndjson", simulator.trim_end_matches('/'));
    let failed = || format!("the simulator's truth could not be read from `{address}`");
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(TRUTH_TIMEOUT)
        .build()?;
    let response = client.get(&address).send().await.with_context(failed)?;
    let text = response
        .error_for_status()
        .with_context(failed)?
        .text()
        .await
        .with_context(failed)?;
    text.lines()
        .map(|line| serde_json::from_str(line).context("the simulator's truth has another shape"))
        .collect()
}

type Key = (Platform, String);

struct Stored {
    sites: HashMap<String, SiteRow>,
    presence: HashMap<String, BTreeSet<Key>>,
    social: HashMap<Key, SocialRow>,
    posts: HashMap<Key, Vec<PostRow>>,
    threads: HashMap<Key, Vec<ThreadRow>>,
}

impl Stored {
    async fn read(store: &Store, run_id: &str) -> anyhow::Result<Self> {
        let run = [("run_id", run_id)];
        let sites: Vec<SiteRow> = store
            .json_rows(include_str!("compare/sites.sql"), &run)
            .await?;
        let presence: Vec<PresenceRow> = store
            .json_rows(include_str!("compare/presence.sql"), &run)
            .await?;
        let social: Vec<SocialRow> = store
            .json_rows(include_str!("compare/social.sql"), &run)
            .await?;
        let posts: Vec<PostRow> = store
            .json_rows(include_str!("compare/posts.sql"), &run)
            .await?;
        let threads: Vec<ThreadRow> = store
            .json_rows(include_str!("compare/threads.sql"), &run)
            .await?;
        let mut stored = Self {
            sites: sites
                .into_iter()
                .map(|row| (row.handle.clone(), row))
                .collect(),
            presence: HashMap::new(),
            social: HashMap::new(),
            posts: HashMap::new(),
            threads: HashMap::new(),
        };
        for row in presence {
            let key = key(&row.platform, &row.handle)?;
            stored
                .presence
                .entry(row.collectivity_id)
                .or_default()
                .insert(key);
        }
        for row in social {
            stored.social.insert(key(&row.platform, &row.handle)?, row);
        }
        for row in posts {
            stored
                .posts
                .entry(key(&row.platform, &row.handle)?)
                .or_default()
                .push(row);
        }
        for row in threads {
            stored
                .threads
                .entry(key(&row.platform, &row.handle)?)
                .or_default()
                .push(row);
        }
        Ok(stored)
    }
}

fn key(platform: &str, handle: &str) -> anyhow::Result<Key> {
    Ok((
        platform
            .parse()
            .context("the store holds an unknown platform")?,
        handle.to_owned(),
    ))
}

/// Reads a figure of a post in the truth and in the store.
type PostFigure = (
    FigureName,
    fn(&PostTruth) -> FigureTruth,
    fn(&PostRow) -> Option<u64>,
);

const POST_FIGURES: [PostFigure; 4] = [
    (
        FigureName::Reactions,
        |it| it.reactions,
        |row| row.reactions,
    ),
    (FigureName::Comments, |it| it.comments, |row| row.comments),
    (FigureName::Shares, |it| it.shares, |row| row.shares),
    (FigureName::Views, |it| it.views, |row| row.views),
];

impl Comparison {
    fn compare_all(
        &mut self,
        truth: &[TruthLine],
        stored: &Stored,
        as_of: Timestamp,
        platforms: &[Platform],
    ) {
        let mut measured: HashSet<Key> = HashSet::new();
        for line in truth {
            if let Some(site) = &line.website {
                // A "website" that is a page of a network is an account, and is compared as one.
                if site.reason.as_deref() != Some("not_own_site")
                    || stored.sites.contains_key(&site.handle)
                {
                    self.site(site, stored.sites.get(&site.handle), as_of);
                }
            }
            self.presence(line, stored.presence.get(&line.collectivity_id));
            for account in &line.accounts {
                let key = (account.platform, account.handle.clone());
                let is_due = matches!(account.expected, Expected::Accept | Expected::Moved)
                    && platforms.contains(&account.platform);
                if let Some(truth) = account.measure.as_ref().filter(|_| is_due)
                    && measured.insert(key.clone())
                {
                    self.social(&key, truth, stored, as_of);
                }
            }
        }
        for key in stored.social.keys() {
            let is_known = measured.contains(key);
            self.check("measured account", is_known, || {
                format!("{key:?} is measured, and no truth expects it")
            });
        }
    }

    fn check(&mut self, figure: &'static str, is_right: bool, example: impl FnOnce() -> String) {
        self.compared += 1;
        *self.figures.entry(figure).or_default() += 1;
        if !is_right {
            self.wrong += 1;
            *self.wrong_figures.entry(figure).or_default() += 1;
            if self.examples.len() < MAX_EXAMPLES {
                self.examples.push(format!("{figure}: {}", example()));
            }
        }
    }

    fn equal<T: PartialEq + Debug>(&mut self, figure: &'static str, of: &str, truth: T, stored: T) {
        let is_right = truth == stored;
        self.check(figure, is_right, || {
            format!("{of}: stored {stored:?}, true {truth:?}")
        });
    }

    fn site(&mut self, truth: &SiteTruth, row: Option<&SiteRow>, as_of: Timestamp) {
        let of = truth.url.as_str();
        let Some(row) = row else {
            return self.check("site", false, || format!("{of} was not visited"));
        };
        let reason = truth.reason.as_deref().unwrap_or_default();
        // What has not changed since an earlier night is measured as it was.
        let outcome = if row.outcome == "unchanged" {
            "measured"
        } else {
            row.outcome.as_str()
        };
        self.equal(
            "site outcome",
            of,
            (truth.outcome.as_str(), reason),
            (outcome, row.reason.as_str()),
        );
        match &truth.observed {
            Some(observed) if row.observed == 1 => self.observed(of, observed, row, as_of),
            Some(_) => self.check("site", false, || format!("{of} has no observation")),
            None => {}
        }
    }

    fn observed(&mut self, of: &str, truth: &ObservedSite, row: &SiteRow, as_of: Timestamp) {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        self.equal("final_url", of, &truth.final_url, &row.final_url);
        self.equal(
            "redirected_to_domain",
            of,
            text(&truth.redirected_to_domain),
            row.redirected_to_domain.clone(),
        );
        self.equal("https", of, truth.https, row.https == 1);
        let problem = truth
            .certificate_problem
            .map(|it| it.to_string())
            .unwrap_or_default();
        self.equal(
            "certificate_problem",
            of,
            &problem,
            &row.certificate_problem,
        );
        self.equal("home_status", of, Some(truth.home_status), row.home_status);
        self.equal("home_bytes", of, Some(truth.home_bytes), row.home_bytes);
        self.equal("cms", of, text(&truth.cms), row.cms.clone());
        self.equal(
            "charset",
            of,
            truth.charset.to_lowercase(),
            row.charset.to_lowercase(),
        );
        self.equal("feed_url", of, text(&truth.feed_url), row.feed_url.clone());
        let kind = truth.feed_kind.map(|it| it.to_string()).unwrap_or_default();
        self.equal("feed_kind", of, &kind, &row.feed_kind);
        if let Some(sitemap) = row.sitemap {
            self.equal("sitemap", of, truth.sitemap, sitemap == 1);
        }
        self.equal(
            "publication_source",
            of,
            text(&truth.publication_source),
            row.publication_source.clone(),
        );
        let from_feed = truth.publication_source.as_deref() == Some("feed");
        let posts = beffroi_sim::posts_28d(&truth.publications, from_feed, as_of);
        self.equal("posts_28d", of, posts, row.posts_28d);
        let last = truth
            .publications
            .iter()
            .copied()
            .filter(|at| *at <= as_of.as_second())
            .max();
        self.equal("last_published_at", of, last, row.last_published_at);
        self.equal(
            "legal_notice_url",
            of,
            text(&truth.legal_notice_url),
            row.legal_notice_url.clone(),
        );
        self.equal(
            "newsletter",
            of,
            Some(truth.newsletter),
            row.newsletter.map(|it| it == 1),
        );
        self.equal(
            "contact",
            of,
            Some(truth.contact),
            row.contact.map(|it| it == 1),
        );
    }

    /// Every account that is its own is found, and nothing else is.
    fn presence(&mut self, line: &TruthLine, stored: Option<&BTreeSet<Key>>) {
        let none = BTreeSet::new();
        let stored = stored.unwrap_or(&none);
        let expects = |wanted: fn(&AccountTruth) -> bool| -> BTreeSet<Key> {
            let wanted = line.accounts.iter().filter(|it| wanted(it));
            wanted.map(|it| (it.platform, it.handle.clone())).collect()
        };
        let due = expects(|it| matches!(it.expected, Expected::Accept | Expected::Moved));
        let name = &line.name;
        for account in &due {
            self.check("account found", stored.contains(account), || {
                format!("{name}: {account:?} was not found")
            });
        }
        let website = line
            .website
            .as_ref()
            .map(|site| (Platform::Website, site.handle.clone()));
        for account in stored {
            if website.as_ref() == Some(account) || account.0 == Platform::Website {
                continue;
            }
            self.check("account is its own", due.contains(account), || {
                format!("{name}: {account:?} was accepted and is not its own")
            });
        }
        for trap in expects(|it| it.expected == Expected::Trap) {
            if !due.contains(&trap) {
                self.check("trap avoided", !stored.contains(&trap), || {
                    format!("{name}: {trap:?}")
                });
            }
        }
    }

    fn social(&mut self, key: &Key, truth: &SocialTruth, stored: &Stored, as_of: Timestamp) {
        let of = format!("{} {}", key.0, key.1);
        let Some(row) = stored.social.get(key) else {
            return self.check("account measured", false, || {
                format!("{of} was not measured")
            });
        };
        let reason = truth.reason.as_deref().unwrap_or_default();
        self.equal(
            "account outcome",
            &of,
            (truth.outcome.as_str(), reason),
            (&row.outcome, &row.reason),
        );
        if truth.outcome != "measured" || row.outcome != "measured" {
            return;
        }
        self.identity(&of, truth, row);
        for (name, truth, value) in [
            (FigureName::Followers, truth.followers, row.followers),
            (FigureName::Following, truth.following, row.following),
            (FigureName::PostsTotal, truth.posts_total, row.posts_total),
        ] {
            self.equal(name.into(), &of, truth.known(), value);
            self.missing(&of, name, truth.missing(), row);
        }
        self.missing(&of, FigureName::Posts, truth.posts_missing, row);
        let begin = as_of - WINDOW;
        // What continues a post of the account's own belongs to that post.
        let is_counted = |post: &&PostTruth| post.published_at > begin && post.continues.is_none();
        let in_window: Vec<_> = truth.posts.iter().filter(is_counted).collect();
        let no_posts = Vec::new();
        let rows = stored.posts.get(key).unwrap_or(&no_posts);
        self.equal("number of posts", &of, in_window.len(), rows.len());
        let rows: HashMap<&str, &PostRow> =
            rows.iter().map(|row| (row.post_id.as_str(), row)).collect();
        for post in &in_window {
            let of = format!("{of} {}", post.id);
            let Some(row) = rows.get(post.id.as_str()) else {
                self.check("post", false, || format!("{of} is missing"));
                continue;
            };
            self.equal(
                "published_at",
                &of,
                post.published_at.as_millisecond(),
                row.published_ms,
            );
            let kind = post.kind.map(PostKind::as_str).unwrap_or_default();
            self.equal("kind", &of, kind, row.kind.as_str());
            for (name, truth, stored) in POST_FIGURES {
                self.equal(name.into(), &of, truth(post).known(), stored(row));
            }
        }
        // The store keeps the reason of a figure that no post has; of single posts it has none.
        for (name, truth, _) in POST_FIGURES {
            let mut reasons = in_window.iter().map(|post| truth(post).missing());
            if let Some(Some(reason)) = reasons.next()
                && reasons.all(|other| other == Some(reason))
            {
                self.missing(&of, name, Some(reason), row);
            }
        }
        let shown: HashSet<&str> = in_window.iter().map(|post| post.id.as_str()).collect();
        let missing = truth
            .dialogue_missing
            .as_ref()
            .filter(|missing| missing.holds(|id| shown.contains(id)));
        let reason = missing.map(|missing| missing.reason);
        self.missing(&of, FigureName::Dialogue, reason, row);
        if missing.is_some() {
            return;
        }
        let mut expected: Vec<_> = truth
            .threads
            .iter()
            .filter(|thread| shown.contains(thread.root_id.as_str()))
            .map(|thread| {
                let replied = thread.replied_at.map(Timestamp::as_millisecond);
                (
                    thread.root_id.as_str(),
                    thread.opened_at.as_millisecond(),
                    replied,
                )
            })
            .collect();
        let no_threads = Vec::new();
        let rows = stored.threads.get(key).unwrap_or(&no_threads);
        let mut found: Vec<_> = rows
            .iter()
            .map(|row| (row.post_id.as_str(), row.opened_ms, row.replied_ms))
            .collect();
        expected.sort_unstable();
        found.sort_unstable();
        self.equal(
            "threads_opened",
            &of,
            Some(expected.len() as u32),
            row.threads_opened,
        );
        self.equal("number of threads", &of, expected.len(), found.len());
        for (expected, found) in expected.iter().zip(&found) {
            self.equal("thread", &of, expected, found);
        }
    }

    /// Who the account is, where the truth knows it.
    fn identity(&mut self, of: &str, truth: &SocialTruth, row: &SocialRow) {
        if let Some(permanent_id) = &truth.permanent_id {
            self.equal("permanent_id", of, permanent_id, &row.permanent_id);
            let renamed_to = truth.renamed_to.clone().unwrap_or_default();
            self.equal("renamed_to", of, &renamed_to, &row.renamed_to);
        }
        if let Some(created_at) = truth.created_at {
            let created_ms = Some(created_at.as_millisecond());
            self.equal("created_at", of, created_ms, row.created_ms);
        }
    }

    /// What is missing in the truth is missing in the store, for the same reason.
    fn missing(
        &mut self,
        of: &str,
        name: FigureName,
        truth: Option<MissingReason>,
        row: &SocialRow,
    ) {
        let truth = truth.map(|reason| reason.to_string());
        let stored = row.unavailable.get(&name.to_string());
        self.check("why missing", truth.as_ref() == stored, || {
            format!("{of} {name}: stored {stored:?}, true {truth:?}")
        });
    }

    /// For people.
    pub(crate) fn print(&self) -> anyhow::Result<()> {
        let mut table = output::table(["figure", "compared", "wrong"], 1);
        for (figure, compared) in &self.figures {
            let wrong = self.wrong_figures.get(figure).copied().unwrap_or_default();
            table.add_row([
                (*figure).to_owned(),
                output::thousands(*compared),
                output::thousands(wrong),
            ]);
        }
        say!("{table}")?;
        for example in &self.examples {
            say!("  {example}")?;
        }
        say!(
            "{} figures compared with the truth, {} wrong",
            output::thousands(self.compared),
            output::thousands(self.wrong)
        )
    }
}
