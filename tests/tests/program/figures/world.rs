//! Random worlds of raw rows: accounts over sixty nights, with repeats, gaps and figures that are not
//! given. Drawn from a seed, written as SQL, and known as values to those who compute the same.

use std::collections::BTreeMap;

use beffroi_model::{AccountId, Platform};
use beffroi_tests::Engine;

/// Days since 1970 of the first night, 27 September 2026.
pub(super) const FIRST_NIGHT: i64 = 20_723;

/// How many nights there are.
pub(super) const NIGHTS: i64 = 60;

/// Milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;

/// Numbers drawn from a seed (Steele, Lea & Flood 2014: SplitMix64).
pub(super) struct Draw(pub(super) u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, end: i64) -> i64 {
        i64::try_from(self.next() % end.unsigned_abs()).unwrap()
    }

    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }
}

/// A reading of a post in a run.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) observed_at: i64,
    pub(super) counters: [Option<u64>; 4],
}

#[derive(Default)]
pub(super) struct Post {
    pub(super) published_at: i64,
    /// What it shows; empty: not told.
    pub(super) kind: &'static str,
    /// By run.
    pub(super) readings: BTreeMap<String, Reading>,
}

#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub(super) opened_at: i64,
    /// What each run saw: when, and the reply.
    pub(super) seen: Vec<(i64, Option<i64>)>,
}

pub(super) struct Account {
    pub(super) id: String,
    pub(super) platform: Platform,
    pub(super) handle: String,
    /// Followers by night; `None` where the observation did not give them.
    pub(super) followers: BTreeMap<i64, (i64, Option<u64>)>,
    pub(super) posts: BTreeMap<String, Post>,
    pub(super) threads: Vec<Thread>,
    /// Whether conversations can be read at all.
    pub(super) has_dialogue: bool,
    pub(super) population: u32,
}

pub(super) struct World {
    pub(super) accounts: Vec<Account>,
    /// Statements that write it, in the order in which a crawl would.
    pub(super) inserts: Vec<String>,
}

/// The date of a night.
pub(super) fn date(night: i64) -> String {
    beffroi_store::Day(u16::try_from(night).unwrap())
        .date()
        .to_string()
}

/// When the windows of a night end: at three in the morning, UTC.
pub(super) fn as_of(night: i64) -> i64 {
    night * DAY + 3 * 3_600_000
}

fn moment(at: i64) -> String {
    format!("fromUnixTimestamp64Milli({at}, 'UTC')")
}

fn null(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "NULL".to_owned(), |it| it.to_string())
}

impl World {
    pub(super) fn of(seed: u64, accounts: usize) -> Self {
        let mut draw = Draw(seed);
        let mut inserts = night_rows();
        let accounts = (0..accounts)
            .map(|number| account(number, &mut draw, &mut inserts))
            .collect();
        Self { accounts, inserts }
    }

    /// Writes it.
    pub(super) fn write(&self, engine: &Engine) {
        for insert in &self.inserts {
            engine.query(insert);
        }
    }
}

/// The runs, complete, and the registry.
fn night_rows() -> Vec<String> {
    let nights = FIRST_NIGHT..FIRST_NIGHT + NIGHTS;
    let runs: Vec<String> = nights
        .map(|night| {
            let (name, at) = (date(night), moment(as_of(night)));
            format!("('{name}', '{name}', 'complete', '{{}}', {at}, {at}, {at} + INTERVAL 6 HOUR, now64(3))")
        })
        .collect();
    vec![
        format!(
            "INSERT INTO beffroi.run (run_id, night, state, scope, as_of, started_at, ended_at, updated_at) VALUES {}",
            runs.join(", ")
        ),
        "INSERT INTO beffroi.registry_version (version) VALUES ('2026-09-01 00:00:00')".to_owned(),
    ]
}

fn account(number: usize, draw: &mut Draw, inserts: &mut Vec<String>) -> Account {
    let platform = [Platform::Mastodon, Platform::Bluesky, Platform::Youtube][number % 3];
    let handle = format!("mairie{number}.test");
    let id = AccountId::new(platform, &handle).as_uuid().to_string();
    let body = format!("{:09}", 200_000_000 + number);
    let population = 100 * u32::try_from(draw.below(500)).unwrap();
    let last = date(FIRST_NIGHT + NIGHTS - 1);
    inserts.push(format!(
        "INSERT INTO beffroi.collectivity (version, collectivity_id, category, population) \
         VALUES ('2026-09-01 00:00:00', '{body}', 'commune', {population})"
    ));
    inserts.push(format!(
        "INSERT INTO beffroi.job (run_id, job_id, night, account_id, platform, handle, collectivity_ids) \
         VALUES ('{last}', '{id}', '{last}', '{id}', '{platform}', '{handle}', ['{body}'])"
    ));
    inserts.push(format!(
        "INSERT INTO beffroi.job_outcome (run_id, job_id, night, account_id, platform, outcome) \
         VALUES ('{last}', '{id}', '{last}', '{id}', '{platform}', 'measured')"
    ));
    let mut account = Account {
        id,
        platform,
        handle,
        followers: BTreeMap::new(),
        posts: BTreeMap::new(),
        threads: Vec::new(),
        has_dialogue: draw.chance(75),
        population,
    };
    observe(&mut account, draw, inserts);
    publish(&mut account, draw, inserts);
    converse(&mut account, draw, inserts);
    account
}

/// Followers of each night, some not given, some nights missing, some written twice.
fn observe(account: &mut Account, draw: &mut Draw, inserts: &mut Vec<String>) {
    let gives = draw.chance(90);
    let mut rows = Vec::new();
    let mut count = draw.below(5_000);
    for night in FIRST_NIGHT..FIRST_NIGHT + NIGHTS {
        count += draw.below(20) - 5;
        if night != FIRST_NIGHT + NIGHTS - 1 && draw.chance(25) {
            continue;
        }
        let followers = (gives && draw.chance(90)).then(|| count.max(0).unsigned_abs());
        for again in 0..=i64::from(draw.chance(10)) {
            let at = as_of(night) + 60_000 * (1 + draw.below(100) + 200 * again);
            let followers = followers.map(|it| it + again.unsigned_abs());
            let threads = if account.has_dialogue { "0" } else { "NULL" };
            let why = if account.has_dialogue {
                "map()"
            } else {
                "map('dialogue', 'replies_restricted')"
            };
            rows.push(format!(
                "('{}', '{}', '{}', {}, '{}', {}, {threads}, {why})",
                account.id,
                date(night),
                date(night),
                moment(at),
                account.platform,
                null(followers)
            ));
            account.followers.insert(night, (at, followers));
        }
    }
    inserts.push(format!(
        "INSERT INTO beffroi.account_observation (account_id, run_id, night, observed_at, platform, followers, threads_opened, unavailable) VALUES {}",
        rows.join(", ")
    ));
}

/// Posts and what each night read of them: also twice, also not at all.
fn publish(account: &mut Account, draw: &mut Draw, inserts: &mut Vec<String>) {
    let gives: Vec<i64> = (0..4)
        .map(|_| [0, 40, 60, 100, 100][usize::try_from(draw.below(5)).unwrap()])
        .collect();
    // Some accounts are not told the kinds of, some have mostly one, some many.
    let kinds: &[&'static str] = [
        &[""][..],
        &["image", "image", "image", "video"],
        &["image", "link", "text", ""],
    ][usize::try_from(draw.below(3)).unwrap()];
    let (mut posts, mut rows) = (Vec::new(), Vec::new());
    for number in 0..draw.below(70) {
        let post_id = format!("p{number}");
        let mut post = Post {
            published_at: as_of(FIRST_NIGHT) + draw.below(NIGHTS * DAY),
            kind: kinds[usize::try_from(draw.below(kinds.len() as i64)).unwrap()],
            ..Post::default()
        };
        let most = 1 + draw.below(60);
        let given: Vec<bool> = gives.iter().map(|percent| draw.chance(*percent)).collect();
        for night in FIRST_NIGHT..FIRST_NIGHT + NIGHTS {
            let age = as_of(night) - post.published_at;
            if !(0..=28 * DAY).contains(&age) || draw.chance(20) {
                continue;
            }
            for again in 0..=i64::from(draw.chance(10)) {
                let at = as_of(night) + 1_000 * (1 + draw.below(6_000) + 8_000 * again);
                let mut counters = [None; 4];
                for (counter, is_given) in counters.iter_mut().zip(&given) {
                    let count = most.min(age / DAY + again) * draw.below(4) / 3;
                    *counter = is_given.then_some(count.unsigned_abs());
                }
                let run = date(night);
                rows.push(format!(
                    "('{}', '{post_id}', '{run}', '{run}', {}, '{}', {}, {}, {}, {})",
                    account.id,
                    moment(at),
                    account.platform,
                    null(counters[0]),
                    null(counters[1]),
                    null(counters[2]),
                    null(counters[3])
                ));
                let observed_at = at;
                post.readings.insert(
                    run,
                    Reading {
                        observed_at,
                        counters,
                    },
                );
            }
        }
        if let Some(last) = post.readings.values().next_back() {
            posts.push(format!(
                "('{}', '{post_id}', '{}', {}, '{}', '{}', {})",
                account.id,
                account.platform,
                moment(post.published_at),
                post.kind,
                post.readings.keys().next_back().unwrap(),
                moment(last.observed_at)
            ));
            account.posts.insert(post_id, post);
        }
    }
    if rows.is_empty() {
        return;
    }
    inserts.push(format!(
        "INSERT INTO beffroi.post (account_id, post_id, platform, published_at, kind, run_id, seen_at) VALUES {}",
        posts.join(", ")
    ));
    inserts.push(format!(
        "INSERT INTO beffroi.post_observation (account_id, post_id, run_id, night, observed_at, platform, reactions, comments, shares, views) VALUES {}",
        rows.join(", ")
    ));
}

/// Visitors' threads, answered at once, late, in the same second as others, or never.
fn converse(account: &mut Account, draw: &mut Draw, inserts: &mut Vec<String>) {
    let posts: Vec<(String, i64)> = (account.posts.iter())
        .map(|(id, post)| (id.clone(), post.published_at))
        .collect();
    if posts.is_empty() || !account.has_dialogue {
        return;
    }
    let answers = draw.below(100);
    let mut rows = Vec::new();
    for number in 0..draw.below(60) {
        let (post_id, published_at) =
            posts[usize::try_from(draw.below(posts.len() as i64)).unwrap()].clone();
        // Whole hours, so that delays tie, and threads of one millisecond.
        let opened_at = published_at + 3_600_000 * draw.below(100);
        let reply = draw
            .chance(answers)
            .then(|| opened_at - 1_000 + 3_600_000 * draw.below(10).pow(2) * draw.below(5));
        let mut thread = Thread {
            opened_at,
            seen: Vec::new(),
        };
        for night in FIRST_NIGHT..FIRST_NIGHT + NIGHTS {
            let age = as_of(night) - opened_at;
            if !(0..=20 * DAY).contains(&age) || draw.chance(30) {
                continue;
            }
            let at = as_of(night) + 1_000 * (1 + draw.below(9_000));
            let seen = reply.filter(|reply| *reply <= at);
            rows.push(format!(
                "('{}', '{post_id}', {}, {number}, '{}', '{}', {}, '{}', {})",
                account.id,
                moment(opened_at),
                date(night),
                date(night),
                moment(at),
                account.platform,
                null(seen.map(moment))
            ));
            thread.seen.push((at, seen));
        }
        if !thread.seen.is_empty() {
            account.threads.push(thread);
        }
    }
    if !rows.is_empty() {
        inserts.push(format!(
            "INSERT INTO beffroi.dialogue (account_id, post_id, opened_at, rank, run_id, night, observed_at, platform, replied_at) VALUES {}",
            rows.join(", ")
        ));
    }
}
