//! The observations that a figure is made of: posts with the reading that counted, threads, followers. As
//! the runs up to the judged night saw them, so that a night of last year is explained as it was judged.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use beffroi_index::{
    catalogue::{Metric, Need},
    dialogue::SeenThread,
    engagement::{AccountPosts, Components, Overperformance, PostFigures, Weights, Window},
};
use beffroi_model::{AccountId, Figure, JobId, MissingReason, Platform, RunId};
use beffroi_store::{Store, explain};
use jiff::{SignedDuration, Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

use super::{account::Named, figures, read::Published};

/// Days within which a count of followers stands for another moment.
const NEAR_DAYS: i64 = 7;

/// Days before the window whose posts let expect something of those within.
const PAST_DAYS: i64 = 365;

/// What was observed.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) window: Window,
    /// The posts of the window, and before it those that let expect something.
    pub(super) posts: Vec<InputPost>,
    pub(super) threads: Vec<InputThread>,
    pub(super) series: Vec<Reading>,
    pub(super) inhabitants: Option<u32>,
    pub(super) night: Date,
    /// The night's own observation.
    pub(super) of_night: Option<usize>,
    pub(super) raids: Vec<Raid>,
    /// Whether the night's job ended with a measurement.
    pub(super) is_measured: bool,
    /// Why a website's publications are not known.
    site_lacks: Option<MissingReason>,
}

/// A post and the reading that counted.
#[derive(Debug, Clone)]
pub(super) struct InputPost {
    pub(super) figures: PostFigures,
    url: String,
    run_id: String,
    readings: u64,
    /// The run whose count of followers stands for those at publication.
    followers_run: Option<String>,
}

/// A visitor's thread.
#[derive(Debug, Clone)]
pub(super) struct InputThread {
    pub(super) seen: SeenThread,
    post_id: String,
    run_id: String,
}

/// An observation of the account.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Reading {
    pub(super) run_id: String,
    pub(super) night: Date,
    observed_at: i64,
    pub(super) followers: Option<u64>,
    threads_opened: Option<u32>,
    unavailable: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct JobRow {
    outcome: String,
    posts_reason: Option<String>,
}

/// A raid that the night told.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Raid {
    pub(super) day: Date,
    says_en: String,
}

#[derive(Deserialize)]
struct PostRow {
    post_id: String,
    url: String,
    /// Empty: not told.
    kind: String,
    published_at: i64,
    seen_at: i64,
    seen_in: String,
    readings: u64,
    reading_run: String,
    observed_at: i64,
    reactions: Option<u64>,
    comments: Option<u64>,
    shares: Option<u64>,
    views: Option<u64>,
}

#[derive(Deserialize)]
struct ThreadRow {
    post_id: String,
    opened_at: i64,
    replied_at: Option<i64>,
    seen_until: i64,
    reading_run: String,
}

fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn days(count: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * count)
}

fn nights_between(first: Date, last: Date) -> i64 {
    last.duration_since(first).as_hours() / 24
}

/// The day of a moment some days earlier; the calendar does not end there.
fn day_before(at: Timestamp, count: i64) -> String {
    let before = at.checked_sub(days(count)).unwrap_or(Timestamp::UNIX_EPOCH);
    TimeZone::UTC.to_datetime(before).date().to_string()
}

impl Inputs {
    pub(super) async fn read(
        store: &Store,
        named: &Named,
        published: &Published,
        window_days: u16,
        metric: &Metric,
    ) -> anyhow::Result<Self> {
        let window = Window {
            end: published.as_of,
            days: window_days,
        };
        let past = if metric.name == "overperformance" {
            PAST_DAYS
        } else {
            0
        };
        let first = window.start().checked_sub(days(past))?;
        let account = named.account_id.as_str();
        let night = published.night.to_string();
        let (start, end) = (
            first.as_millisecond().to_string(),
            window.end.as_millisecond().to_string(),
        );
        // A night's name is the day before for what is read after midnight.
        let first_night = day_before(first, 2);
        let of_threads = window.start().as_millisecond().to_string();
        let before_window = day_before(first, NEAR_DAYS + 2);
        let posts = [
            ("account", account),
            ("start", &start),
            ("end", &end),
            ("first_night", &first_night),
            ("night", &night),
        ];
        let mut threads = posts;
        threads[1] = ("start", &of_threads);
        let series = [
            ("account", account),
            ("first_night", &before_window),
            ("night", &night),
        ];
        let raids = [("account", account), ("night", night.as_str())];
        let run: RunId = published.run_id.parse()?;
        let job = JobId::new(&run, AccountId::from_uuid(account.parse()?)).to_string();
        let of_job = [
            ("account", account),
            ("run", run.as_str()),
            ("job", &job),
            ("night", &night),
        ];
        let (posts, threads, series, raids, jobs) = tokio::try_join!(
            store.json_rows::<PostRow>(explain::POSTS, &posts),
            store.json_rows::<ThreadRow>(explain::THREADS, &threads),
            store.json_rows::<Reading>(explain::SERIES, &series),
            store.json_rows::<Raid>(explain::RAIDS, &raids),
            store.json_rows::<JobRow>(explain::JOB, &of_job),
        )?;
        let mut inputs = Self {
            window,
            posts: Vec::new(),
            threads: threads
                .into_iter()
                .map(|row| InputThread::of(row, window.end))
                .collect(),
            night: published.night,
            of_night: series.iter().rposition(|it| it.run_id == published.run_id),
            series,
            inhabitants: published.population,
            raids,
            is_measured: jobs
                .iter()
                .any(|job| ["measured", "unchanged"].contains(&job.outcome.as_str())),
            site_lacks: jobs
                .iter()
                .find_map(|job| job.posts_reason.as_deref()?.parse().ok()),
        };
        // A network's post without a reading up to the night was found later; websites have none.
        let was_known = |row: &PostRow| published.platform == Platform::Website || row.readings > 0;
        inputs.posts = posts
            .into_iter()
            .filter(was_known)
            .map(|row| inputs.post(row))
            .collect();
        Ok(inputs)
    }

    fn post(&self, row: PostRow) -> InputPost {
        let has_reading = !row.reading_run.is_empty();
        let (run_id, observed_at) = if has_reading {
            (row.reading_run, row.observed_at)
        } else {
            (row.seen_in, row.seen_at)
        };
        let reasons = self.series.iter().find(|it| it.run_id == run_id);
        let counter = |value: Option<u64>, name: &str| {
            let reason = reasons.map_or(MissingReason::NoData, |it| it.reason(name));
            Figure::from_option(value, reason)
        };
        let published_at = moment(row.published_at);
        let followers = self.followers_at(published_at);
        InputPost {
            figures: PostFigures {
                post_id: row.post_id,
                kind: (!row.kind.is_empty()).then_some(row.kind),
                published_at,
                observed_at: moment(observed_at),
                reactions: counter(row.reactions, "reactions"),
                comments: counter(row.comments, "comments"),
                shares: counter(row.shares, "shares"),
                views: counter(row.views, "views"),
                followers: Figure::from_option(
                    followers.and_then(|it| it.followers),
                    MissingReason::NoData,
                ),
            },
            url: row.url,
            run_id,
            readings: if has_reading { row.readings } else { 0 },
            followers_run: followers.map(|it| it.run_id.clone()),
        }
    }

    /// The count of followers that stands for a moment: the latest known at or before it and at most
    /// seven days old, else the first within the seven days after.
    pub(super) fn followers_at(&self, at: Timestamp) -> Option<&Reading> {
        let known = || self.series.iter().filter(|it| it.followers.is_some());
        let age = |it: &Reading| at.duration_since(moment(it.observed_at));
        let near = days(NEAR_DAYS);
        let before = known().rfind(|it| !age(it).is_negative() && age(it) <= near);
        before.or_else(|| known().find(|it| age(it).is_negative() && -age(it) <= near))
    }

    /// Followers at the end of the window: those that the night itself saw.
    pub(super) fn followers_at_end(&self) -> Figure<u64> {
        match self.of_night.map(|index| &self.series[index]) {
            Some(reading) => Figure::from_option(reading.followers, reading.reason("followers")),
            None => Figure::Missing(MissingReason::NotMeasured),
        }
    }

    /// The reading that stands for the beginning of the window: the last one known at most a week before
    /// it, else the first within a week after, or within half of the window where that is less. By nights,
    /// as the roll-up has it.
    pub(super) fn first_reading(&self) -> Option<&Reading> {
        let days = i64::from(self.window.days);
        let after = NEAR_DAYS.min(days / 2);
        let nights_before = |it: &&Reading| nights_between(it.night, self.night);
        let known = || self.series.iter().filter(|it| it.followers.is_some());
        let key = |it: &&Reading| (it.night, it.observed_at, it.run_id.clone());
        let early = known().filter(|it| (days..=days + NEAR_DAYS).contains(&nights_before(it)));
        let late = known().filter(|it| (days - after..days).contains(&nights_before(it)));
        early.max_by_key(key).or_else(|| late.min_by_key(key))
    }

    /// Days over which followers have grown, from that reading to the night.
    pub(super) fn days_of_growth(&self) -> f64 {
        let first = self.first_reading();
        first.map_or(0.0, |it| nights_between(it.night, self.night) as f64)
    }

    pub(super) fn figures(&self) -> Vec<PostFigures> {
        self.posts.iter().map(|post| post.figures.clone()).collect()
    }

    pub(super) fn account_posts(&self) -> AccountPosts {
        AccountPosts {
            followers: self.followers_at_end(),
            inhabitants: self.inhabitants,
            posts: self.figures(),
        }
    }

    /// Why the night could not read something of the account.
    pub(super) fn night_lacks(&self, figure: &str) -> Option<MissingReason> {
        if figure == "posts" && self.site_lacks.is_some() {
            return self.site_lacks;
        }
        let reading = self.of_night.map(|index| &self.series[index])?;
        reading.unavailable.get(figure)?.parse().ok()
    }

    pub(super) fn threads(&self) -> Figure<Vec<SeenThread>> {
        let of_night = self.of_night.map(|index| &self.series[index]);
        let were_read = of_night.is_some_and(|it| it.threads_opened.is_some());
        if self.threads.is_empty() && !were_read {
            return Figure::Missing(match of_night {
                Some(reading) => reading.reason("dialogue"),
                None => MissingReason::NotMeasured,
            });
        }
        Figure::Known(self.threads.iter().map(|it| it.seen).collect())
    }

    /// The closed posts of the window.
    pub(super) fn closed(&self) -> Vec<&PostFigures> {
        let figures = self.posts.iter().map(|post| &post.figures);
        figures
            .filter(|it| self.window.holds(it.published_at) && !it.is_young())
            .collect()
    }

    /// The components of E over them.
    pub(super) fn components(&self) -> Components {
        Components::of(&self.closed())
    }

    /// The posts that a raid sets apart from the score.
    pub(super) fn set_apart(&self) -> BTreeSet<String> {
        let days: BTreeSet<Date> = self.raids.iter().map(|raid| raid.day).collect();
        let figures = self.posts.iter().map(|post| &post.figures);
        figures
            .filter(|it| days.contains(&TimeZone::UTC.to_datetime(it.published_at).date()))
            .map(|it| it.post_id.clone())
            .collect()
    }
}

impl fmt::Display for ShownExpectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = match self.expected_from {
            "kind" => "of its kind",
            _ => "of all kinds",
        };
        let (ratio, expected) = (self.ratio, self.expected);
        write!(f, "{ratio:.3}: {expected:.1} by {} {of}", self.past_posts)
    }
}

impl ShownExpectation {
    fn of(judged: &Overperformance) -> Self {
        Self {
            expected: judged.expected,
            expected_from: if judged.is_same_kind { "kind" } else { "all" },
            past_posts: judged.past_posts,
            ratio: judged.ratio,
        }
    }
}

impl InputThread {
    /// As it stood at the window's end.
    fn of(row: ThreadRow, end: Timestamp) -> Self {
        let replied_at = row.replied_at.map(moment);
        Self {
            seen: SeenThread {
                opened_at: moment(row.opened_at),
                replied_at: replied_at.filter(|at| *at <= end),
                seen_until: moment(row.seen_until).min(end),
            },
            post_id: row.post_id,
            run_id: row.reading_run,
        }
    }
}

impl Reading {
    fn reason(&self, figure: &str) -> MissingReason {
        let reason = self.unavailable.get(figure);
        reason
            .and_then(|it| it.parse().ok())
            .unwrap_or(MissingReason::NoData)
    }
}

/// A post as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct ShownPost {
    pub(super) post_id: String,
    pub(super) url: String,
    /// What it shows, where that is told.
    pub(super) kind: Option<String>,
    pub(super) published_at: String,
    pub(super) observed_at: String,
    pub(super) run_id: String,
    pub(super) readings: u64,
    pub(super) reactions: Option<u64>,
    pub(super) comments: Option<u64>,
    pub(super) shares: Option<u64>,
    pub(super) views: Option<u64>,
    pub(super) followers: Option<u64>,
    /// The run that counted them; of those assumed the judged one.
    pub(super) followers_run: Option<String>,
    pub(super) followers_assumed: bool,
    /// Interactions per thousand followers.
    pub(super) e: Option<f64>,
    /// Of overperformance: what the account's past lets expect of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expectation: Option<ShownExpectation>,
    pub(super) counts: bool,
    /// Why it does not count, or not for everything.
    pub(super) because: Option<&'static str>,
}

/// What the account's past lets expect of a post.
#[derive(Debug, Serialize)]
pub(super) struct ShownExpectation {
    /// Interactions.
    pub(super) expected: f64,
    /// `kind`: of its own kind; `all`: of all kinds, since fewer than ten are of its own.
    pub(super) expected_from: &'static str,
    /// How many past posts.
    pub(super) past_posts: usize,
    /// `(I + 1) / (expected + 1)`.
    pub(super) ratio: f64,
}

/// A thread as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct ShownThread {
    pub(super) post_id: String,
    pub(super) opened_at: String,
    pub(super) replied_at: Option<String>,
    pub(super) seen_until: String,
    pub(super) run_id: String,
    pub(super) promptness: Option<f64>,
}

/// A count of followers as it is shown.
#[derive(Debug, Serialize)]
pub(super) struct ShownReading {
    pub(super) used_as: &'static str,
    pub(super) run_id: String,
    pub(super) observed_at: String,
    pub(super) followers: Option<u64>,
}

/// Which inputs a metric has.
fn needs(metric: &Metric, any: &[Need]) -> bool {
    metric.needs.iter().any(|need| any.contains(need))
}

const OF_POSTS: [Need; 6] = [
    Need::Posts,
    Need::Reactions,
    Need::Comments,
    Need::Shares,
    Need::Interactions,
    Need::Views,
];

impl Inputs {
    /// The inputs that the metric has.
    pub(super) fn shown(
        &self,
        metric: &Metric,
    ) -> (Vec<ShownPost>, Vec<ShownThread>, Vec<ShownReading>) {
        let posts = if needs(metric, &OF_POSTS) {
            let components = self.components();
            let expectations = if metric.name == "overperformance" {
                figures::expectations(self)
            } else {
                BTreeMap::new()
            };
            let within = |it: &&InputPost| self.window.holds(it.figures.published_at);
            let posts = self.posts.iter().filter(within);
            let shown = |it: &InputPost| ShownPost {
                expectation: (expectations.get(&it.figures.post_id)).map(ShownExpectation::of),
                ..self.shown_post(it, components)
            };
            posts.map(shown).collect()
        } else {
            Vec::new()
        };
        // The index weighs dialogue without needing it.
        let threads = if needs(metric, &[Need::Dialogue]) || metric.name == "index_total" {
            self.threads.iter().map(InputThread::shown).collect()
        } else {
            Vec::new()
        };
        let mut followers = Vec::new();
        if needs(metric, &[Need::Followers]) {
            if metric.name == "weekly_growth"
                && let Some(first) = self.first_reading()
            {
                followers.push(first.shown("F0, at the beginning of the window"));
            }
            if let Some(index) = self.of_night {
                followers.push(self.series[index].shown("F, at its end"));
            }
        }
        (posts, threads, followers)
    }

    fn shown_post(&self, post: &InputPost, components: Components) -> ShownPost {
        let it = &post.figures;
        let assumed = it.followers.missing().is_some();
        let followers = it.followers.known().or(self.followers_at_end().known());
        let interactions = components.interactions(it, &Weights::EQUAL);
        let because = if it.is_young() {
            Some("young: read at an age below seven days")
        } else if interactions.missing().is_some() {
            Some("lacks a component that the others have")
        } else {
            None
        };
        let night = self.of_night.map(|index| self.series[index].run_id.clone());
        ShownPost {
            post_id: it.post_id.clone(),
            url: post.url.clone(),
            kind: it.kind.clone(),
            published_at: it.published_at.to_string(),
            observed_at: it.observed_at.to_string(),
            run_id: post.run_id.clone(),
            readings: post.readings,
            reactions: it.reactions.known(),
            comments: it.comments.known(),
            shares: it.shares.known(),
            views: it.views.known(),
            followers,
            followers_run: post.followers_run.clone().or(night),
            followers_assumed: assumed,
            e: match (interactions, followers) {
                (Figure::Known(sum), Some(count)) if count > 0 => Some(sum / count as f64 * 1000.0),
                _ => None,
            },
            expectation: None,
            counts: !it.is_young(),
            because,
        }
    }

    /// What is not in the figure, and why.
    pub(super) fn left_out(&self, metric: &Metric) -> Vec<String> {
        let mut lines = Vec::new();
        if needs(metric, &OF_POSTS) {
            let within = || {
                let figures = self.posts.iter().map(|post| &post.figures);
                figures.filter(|it| self.window.holds(it.published_at))
            };
            let young = within().filter(|it| it.is_young()).count();
            if young > 0 {
                lines.push(format!(
                    "{young} young posts: their counters were read at no age of seven days or more"
                ));
            }
            let components = self.components();
            let closed = self.closed();
            let lack = |it: &&&PostFigures| {
                components
                    .interactions(it, &Weights::EQUAL)
                    .missing()
                    .is_some()
            };
            let lacking = closed.iter().filter(lack).count();
            if lacking > 0 {
                lines.push(format!(
                    "{lacking} closed posts lack one of the components {components}"
                ));
            }
            if components.is_partial() && needs(metric, &[Need::Interactions]) {
                lines.push(format!(
                    "E is partial, over {components}: fewer than half of the posts give the others"
                ));
            }
        }
        if metric.needs.contains(&Need::Peers) {
            for raid in &self.raids {
                lines.push(format!(
                    "posts of {} are set apart: {}",
                    raid.day, raid.says_en
                ));
            }
        }
        if needs(metric, &[Need::Dialogue]) {
            let open = self
                .threads
                .iter()
                .filter(|it| !it.seen.is_closed())
                .count();
            if open > 0 {
                lines.push(format!(
                    "{open} threads were watched for less than seven days: censored, not unanswered"
                ));
            }
        }
        lines
    }
}

impl InputThread {
    fn shown(&self) -> ShownThread {
        ShownThread {
            post_id: self.post_id.clone(),
            opened_at: self.seen.opened_at.to_string(),
            replied_at: self.seen.replied_at.map(|at| at.to_string()),
            seen_until: self.seen.seen_until.to_string(),
            run_id: self.run_id.clone(),
            promptness: self.seen.promptness(),
        }
    }
}

impl Reading {
    fn shown(&self, used_as: &'static str) -> ShownReading {
        ShownReading {
            used_as,
            run_id: self.run_id.clone(),
            observed_at: moment(self.observed_at).to_string(),
            followers: self.followers,
        }
    }
}

#[cfg(test)]
impl Inputs {
    /// Nothing was observed.
    pub(super) fn for_testing() -> Self {
        Self {
            window: Window {
                end: Timestamp::UNIX_EPOCH,
                days: 90,
            },
            posts: Vec::new(),
            threads: Vec::new(),
            series: Vec::new(),
            inhabitants: Some(800),
            night: Date::constant(2026, 11, 26),
            of_night: None,
            raids: Vec::new(),
            is_measured: false,
            site_lacks: None,
        }
    }
}
