//! The tables of figures, filled as a roll-up would fill them.

use std::fmt::Write as _;

use beffroi_index::engagement::{AccountPosts, Engagement, Weights, Window, rhythm};
use beffroi_model::{Figure, MissingReason, Stratum};
use beffroi_tests::Engine;
use jiff::{Timestamp, civil::Date};

use super::figures::Account;

/// A judged night.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Night {
    pub(crate) date: Date,
    pub(crate) as_of: Timestamp,
}

impl Night {
    /// The night of a date, with its windows' end at two in the morning.
    pub(crate) fn of(date: Date) -> Self {
        let as_of = format!("{date}T02:00:00Z").parse().unwrap();
        Self { date, as_of }
    }

    pub(crate) fn run_id(&self) -> String {
        self.date.to_string()
    }

    pub(crate) fn window(&self) -> Window {
        Window {
            end: self.as_of,
            days: 90,
        }
    }
}

/// Rows sent in one statement: an insert makes a part of each partition that it touches, and there are many.
const ROWS: usize = 1_000_000;

/// Rows of a table in the format TSV.
struct Table<'a> {
    engine: &'a Engine,
    into: &'static str,
    text: String,
    rows: usize,
}

impl<'a> Table<'a> {
    fn new(engine: &'a Engine, into: &'static str) -> Self {
        Self {
            engine,
            into,
            text: String::new(),
            rows: 0,
        }
    }

    fn add(&mut self, fields: &[String]) {
        writeln!(self.text, "{}", fields.join("\t")).unwrap();
        self.rows += 1;
        if self.rows == ROWS {
            self.send();
        }
    }

    fn send(&mut self) {
        if self.rows > 0 {
            let (into, text) = (self.into, &self.text);
            self.engine
                .query(&format!("INSERT INTO beffroi.{into} FORMAT TSV\n{text}"));
        }
        self.text.clear();
        self.rows = 0;
    }
}

impl Drop for Table<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.send();
        }
    }
}

fn optional(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "\\N".to_owned(), |value| value.to_string())
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S.%3f").to_string()
}

/// Writes the posts, threads and observations of accounts: what all nights share.
pub(crate) fn write_histories(engine: &Engine, accounts: &[Account]) {
    let mut posts = Table::new(
        engine,
        "post_figure (account_id, post_id, platform, published_at, observed_at, run_id, is_young, \
         reactions, comments, shares, followers)",
    );
    let mut threads = Table::new(
        engine,
        "thread_figure (account_id, post_id, opened_at, rank, platform, replied_at, seen_until, run_id)",
    );
    let mut observations = Table::new(
        engine,
        "account_observation (account_id, run_id, night, observed_at, platform, followers)",
    );
    for account in accounts {
        let id = &account.figures.key;
        let platform = account.figures.platform.to_string();
        for post in account.figures.posts.clone().known().unwrap_or_default() {
            let run = post.observed_at.strftime("%Y-%m-%d").to_string();
            posts.add(&[
                id.clone(),
                post.post_id.clone(),
                platform.clone(),
                moment(post.published_at),
                moment(post.observed_at),
                run,
                u8::from(post.is_young()).to_string(),
                optional(post.reactions.known()),
                optional(post.comments.known()),
                optional(post.shares.known()),
                optional(post.followers.known()),
            ]);
        }
        let seen = account.figures.threads.clone().known().unwrap_or_default();
        for (rank, thread) in seen.iter().enumerate() {
            threads.add(&[
                id.clone(),
                "post".to_owned(),
                moment(thread.opened_at),
                (rank % 60_000).to_string(),
                platform.clone(),
                optional(thread.replied_at.map(moment)),
                moment(thread.seen_until),
                "2026-11-23".to_owned(),
            ]);
        }
        for (date, followers) in &account.followers {
            let observed_at = format!("{date} 03:00:00.000");
            let run = date.to_string();
            observations.add(&[
                id.clone(),
                run.clone(),
                run,
                observed_at,
                platform.clone(),
                followers.to_string(),
            ]);
        }
    }
}

/// Writes a night: its run, the figures of its accounts as they were known by then, its coverage.
pub(crate) fn write_night(engine: &Engine, accounts: &[Account], night: Night) {
    let (run_id, as_of) = (night.run_id(), moment(night.as_of));
    engine.query(&format!(
        "INSERT INTO beffroi.run (run_id, night, state, scope, as_of, started_at, program, certificate, \
         updated_at) VALUES ('{run_id}', '{run_id}', 'complete', '{{}}', '{as_of}', '{as_of}', '', '', '{as_of}')"
    ));
    let mut rows = Table::new(
        engine,
        "account_figure (night, run_id, window_days, account_id, platform, handle, collectivity_id, category, \
         stratum, population, department_code, followers, coverage, posts_per_week, interactions, threads, \
         components, unavailable)",
    );
    for account in accounts {
        let known = account.known_by(night);
        let followers = known.followers;
        let found = Engagement::of(
            &AccountPosts {
                followers,
                inhabitants: known.population,
                posts: known.posts.clone().known().unwrap_or_default(),
            },
            night.window(),
            &Weights::EQUAL,
        );
        let per_week = match &known.posts {
            Figure::Known(posts) => Figure::Known(rhythm(posts, night.window()).posts_per_week),
            Figure::Missing(reason) => Figure::Missing(*reason),
        };
        let coverage = beffroi_index::engagement::coverage(followers, known.population);
        let e = match known.posts.missing() {
            Some(reason) => Figure::Missing(reason),
            None => match found.e_of_posts {
                Figure::Known(spread) => Figure::Known(spread.mean),
                Figure::Missing(reason) => Figure::Missing(reason),
            },
        };
        let threads = match &known.threads {
            Figure::Known(threads) => Figure::Known(threads.len() as f64),
            Figure::Missing(reason) => Figure::Missing(*reason),
        };
        let missing: Vec<(&str, Option<MissingReason>)> = vec![
            ("followers", followers.missing()),
            ("coverage", coverage.missing()),
            ("posts_per_week", per_week.missing()),
            ("e_post_mean", e.missing()),
            ("threads", threads.missing()),
        ];
        let unavailable: Vec<String> = missing
            .into_iter()
            .filter_map(|(name, reason)| Some(format!("'{name}':'{}'", reason?)))
            .collect();
        let population = known.population;
        rows.add(&[
            run_id.clone(),
            run_id.clone(),
            "90".to_owned(),
            known.key.clone(),
            known.platform.to_string(),
            account.handle.clone(),
            account.collectivity_id.clone(),
            known.category.to_string(),
            population.map_or(String::new(), |count| Stratum::of(count).to_string()),
            optional(population),
            "35".to_owned(),
            optional(followers.known()),
            optional(coverage.known()),
            optional(per_week.known()),
            optional(found.interactions.known()),
            optional(threads.known()),
            found
                .components
                .to_string()
                .replace('+', "")
                .replace("none", ""),
            format!("{{{}}}", unavailable.join(",")),
        ]);
    }
    drop(rows);
    engine.query(&format!(
        "INSERT INTO beffroi.stratum_coverage SELECT '{run_id}', '{run_id}', platform, category, stratum, \
         count(), count(), 1, stratum != '<500' FROM beffroi.account_figure WHERE night = '{run_id}' \
         GROUP BY platform, category, stratum"
    ));
}
