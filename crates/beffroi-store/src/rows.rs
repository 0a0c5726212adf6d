//! Rows as ClickHouse has them, field by field in the order of the tables, and their making from a
//! measurement. Texts that are absent are empty, figures that are missing are NULL.

use beffroi_model::{
    ACCOUNT_RULES_VERSION, FetchRecord, Figure, FigureName, Job, Measurement, MissingReason,
    Outcome, RunId,
};
use clickhouse::Row;
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A moment as `DateTime64(3)`: milliseconds since 1970, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Millis(pub i64);

impl Millis {
    /// The present.
    pub fn now() -> Self {
        Timestamp::now().into()
    }

    /// The moment; one outside of the years that jiff knows is taken as the epoch.
    pub fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl From<Timestamp> for Millis {
    fn from(at: Timestamp) -> Self {
        Self(at.as_millisecond())
    }
}

/// A day as `Date`: days since 1970.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Day(pub u16);

impl Day {
    /// The date.
    pub fn date(self) -> Date {
        // The last of them is in the year 2149.
        let days = jiff::Span::new().days(i64::from(self.0));
        Date::constant(1970, 1, 1).saturating_add(days)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let days = (date - Date::constant(1970, 1, 1)).get_days();
        Self(u16::try_from(days).unwrap_or_default())
    }
}

type Unavailable = Vec<(String, String)>;

/// `collectivity`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct CollectivityRow {
    pub version: Millis,
    pub collectivity_id: String,
    pub siren: String,
    pub insee_code: String,
    pub name: String,
    pub category: String,
    pub population: u32,
    pub department_code: String,
    pub region_code: String,
    pub epci_siren: String,
    pub postal_codes: Vec<String>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
}

/// `account`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct AccountRow {
    pub collectivity_id: String,
    pub platform: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub source: String,
    pub seen_in: String,
    pub handle: String,
    pub url: String,
    pub verdict: String,
    pub confidence: f32,
    pub evidence_pages: Vec<String>,
    pub evidence_how: Vec<String>,
    pub night: Day,
    pub seen_at: Millis,
    pub rules_version: u32,
    pub superseded_by: u32,
}

/// `run`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct RunRow {
    pub run_id: String,
    pub night: Day,
    pub state: String,
    pub reason: String,
    pub scope: String,
    pub as_of: Millis,
    pub started_at: Millis,
    pub ended_at: Option<Millis>,
    pub program: String,
    pub certificate: String,
    pub updated_at: Millis,
}

/// `job`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct JobRow {
    pub run_id: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub job_id: Uuid,
    pub night: Day,
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub platform: String,
    pub handle: String,
    pub url: String,
    pub lane: String,
    pub collectivity_ids: Vec<String>,
    pub origin: String,
    pub planned_at: Millis,
}

impl JobRow {
    /// The plan's row of a job.
    pub fn of(job: &Job, planned_at: Timestamp) -> Self {
        let origin: &'static str = job.origin.into();
        Self {
            run_id: job.run_id.to_string(),
            job_id: job.job_id.as_uuid(),
            night: job.run_id.date().into(),
            account_id: job.account.account_id().as_uuid(),
            platform: job.account.platform.to_string(),
            handle: job.account.handle.clone(),
            url: job.account.url.to_string(),
            lane: job.lane.to_string(),
            collectivity_ids: job
                .subjects
                .iter()
                .map(|subject| subject.collectivity_id.to_string())
                .collect(),
            origin: origin.to_owned(),
            planned_at: planned_at.into(),
        }
    }
}

/// `job_outcome`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct JobOutcomeRow {
    pub run_id: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub job_id: Uuid,
    pub night: Day,
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub platform: String,
    pub outcome: String,
    pub reason: String,
    pub attempt: u16,
    pub fetches: u32,
    pub worker: String,
    pub ended_at: Millis,
}

impl JobOutcomeRow {
    /// The end of a job.
    pub fn of(
        job: &Job,
        outcome: Outcome,
        fetches: usize,
        worker: &str,
        ended_at: Timestamp,
    ) -> Self {
        Self {
            run_id: job.run_id.to_string(),
            job_id: job.job_id.as_uuid(),
            night: job.run_id.date().into(),
            account_id: job.account.account_id().as_uuid(),
            platform: job.account.platform.to_string(),
            outcome: outcome.kind().to_string(),
            reason: outcome.reason().unwrap_or_default().to_owned(),
            attempt: job.attempt,
            fetches: u32::try_from(fetches).unwrap_or(u32::MAX),
            worker: worker.to_owned(),
            ended_at: ended_at.into(),
        }
    }
}

/// `account_observation`, but for what is computed from it once the run has ended (`implausible`).
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct AccountObservationRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub run_id: String,
    pub night: Day,
    pub observed_at: Millis,
    pub platform: String,
    pub followers: Option<u64>,
    pub followers_step: Option<u64>,
    pub following: Option<u64>,
    pub posts_total: Option<u64>,
    pub threads_opened: Option<u32>,
    pub threads_answered: Option<u32>,
    pub permanent_id: String,
    pub renamed_to: String,
    pub created_at: Option<Millis>,
    pub unavailable: Unavailable,
}

/// `post`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct PostRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub post_id: String,
    pub platform: String,
    pub published_at: Millis,
    pub url: String,
    pub run_id: String,
    pub seen_at: Millis,
    pub kind: String,
}

/// `post_observation`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct PostObservationRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub post_id: String,
    pub run_id: String,
    pub night: Day,
    pub observed_at: Millis,
    pub platform: String,
    pub reactions: Option<u64>,
    pub comments: Option<u64>,
    pub shares: Option<u64>,
    pub views: Option<u64>,
}

/// `dialogue`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct DialogueRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub post_id: String,
    pub opened_at: Millis,
    pub rank: u16,
    pub run_id: String,
    pub night: Day,
    pub observed_at: Millis,
    pub platform: String,
    pub replied_at: Option<Millis>,
}

/// `site_observation`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct SiteObservationRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub run_id: String,
    pub night: Day,
    pub observed_at: Millis,
    pub reachable: u8,
    pub https: u8,
    pub certificate_problem: String,
    pub final_url: String,
    pub redirected_to_domain: String,
    pub home_status: Option<u16>,
    pub home_bytes: Option<u64>,
    pub cms: String,
    pub charset: String,
    pub feed_url: String,
    pub feed_kind: String,
    pub sitemap: Option<u8>,
    pub publication_source: String,
    pub posts_28d: Option<u32>,
    pub last_published_at: Option<Millis>,
    pub legal_notice_url: String,
    pub newsletter: Option<u8>,
    pub contact: Option<u8>,
    pub unavailable: Unavailable,
}

/// `fetch_log`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct FetchLogRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub run_id: String,
    #[serde(with = "clickhouse::serde::uuid")]
    pub job_id: Uuid,
    pub night: Day,
    pub fetched_at: Millis,
    pub sequence: u16,
    pub url: String,
    pub status: Option<u16>,
    pub error_class: String,
    pub body_bytes: u64,
    pub body_sha256: String,
    pub duration_ms: u32,
    pub connector: String,
}

/// `account_state`.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct AccountStateRow {
    #[serde(with = "clickhouse::serde::uuid")]
    pub account_id: Uuid,
    pub run_id: String,
    pub night: Day,
    pub state: String,
    pub written_at: Millis,
}

/// All rows of one job, table by table; the outcome apart, since it is written last.
#[derive(Debug, Clone, PartialEq, Default)]
#[expect(missing_docs, reason = "one field a table")]
pub struct JobRows {
    pub jobs: Vec<JobRow>,
    pub accounts: Vec<AccountRow>,
    pub account_observations: Vec<AccountObservationRow>,
    pub posts: Vec<PostRow>,
    pub post_observations: Vec<PostObservationRow>,
    pub dialogues: Vec<DialogueRow>,
    pub site_observations: Vec<SiteObservationRow>,
    pub fetches: Vec<FetchLogRow>,
    pub states: Vec<AccountStateRow>,
    pub outcomes: Vec<JobOutcomeRow>,
}

impl JobRows {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.jobs.len()
            + self.accounts.len()
            + self.account_observations.len()
            + self.posts.len()
            + self.post_observations.len()
            + self.dialogues.len()
            + self.site_observations.len()
            + self.fetches.len()
            + self.states.len()
            + self.outcomes.len()
    }

    /// Whether there is no row at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Moves all rows of `other` to the end of these.
    pub fn append(&mut self, other: &mut Self) {
        self.jobs.append(&mut other.jobs);
        self.accounts.append(&mut other.accounts);
        self.account_observations
            .append(&mut other.account_observations);
        self.posts.append(&mut other.posts);
        self.post_observations.append(&mut other.post_observations);
        self.dialogues.append(&mut other.dialogues);
        self.site_observations.append(&mut other.site_observations);
        self.fetches.append(&mut other.fetches);
        self.states.append(&mut other.states);
        self.outcomes.append(&mut other.outcomes);
    }

    /// The rows of a job that ended with this measurement.
    pub fn of(job: &Job, measurement: &Measurement, worker: &str, ended_at: Timestamp) -> Self {
        let mut rows = Self::default();
        rows.add_fetches(job, &measurement.fetches);
        rows.outcomes.push(JobOutcomeRow::of(
            job,
            measurement.outcome,
            measurement.fetches.len(),
            worker,
            ended_at,
        ));
        rows.add_finds(job, measurement);
        rows.add_site(job, measurement);
        if matches!(measurement.outcome, Outcome::Measured | Outcome::Unchanged) {
            // A website's figures are those of site_observation.
            if measurement.site.is_none() {
                rows.add_figures(job, measurement);
            }
            rows.add_posts(job, measurement);
            rows.add_dialogue(job, measurement);
        }
        if let Some(state) = &measurement.state {
            rows.states.push(AccountStateRow {
                account_id: job.account.account_id().as_uuid(),
                run_id: job.run_id.to_string(),
                night: job.run_id.date().into(),
                state: state.clone(),
                written_at: ended_at.into(),
            });
        }
        rows
    }

    /// The log of exchanges alone: a try that will be repeated.
    pub fn of_failed_try(job: &Job, fetches: &[FetchRecord]) -> Self {
        let mut rows = Self::default();
        rows.add_fetches(job, fetches);
        rows
    }

    fn add_figures(&mut self, job: &Job, measurement: &Measurement) {
        let (opened, answered) = match &measurement.threads {
            Figure::Known(threads) => {
                let answered = threads.iter().filter(|t| t.replied_at.is_some()).count();
                (
                    u32::try_from(threads.len()).ok(),
                    u32::try_from(answered).ok(),
                )
            }
            Figure::Missing(_) => (None, None),
        };
        let figures = &measurement.figures;
        self.account_observations.push(AccountObservationRow {
            account_id: job.account.account_id().as_uuid(),
            run_id: job.run_id.to_string(),
            night: job.run_id.date().into(),
            observed_at: measurement.observed_at.into(),
            platform: job.account.platform.to_string(),
            followers: figures.followers.known(),
            followers_step: measurement.followers_step,
            following: figures.following.known(),
            posts_total: figures.posts_total.known(),
            threads_opened: opened,
            threads_answered: answered,
            permanent_id: measurement
                .identity
                .permanent_id
                .clone()
                .unwrap_or_default(),
            renamed_to: measurement.identity.renamed_to.clone().unwrap_or_default(),
            created_at: measurement.identity.created_at.map(Millis::from),
            unavailable: unavailable(measurement),
        });
    }

    fn add_posts(&mut self, job: &Job, measurement: &Measurement) {
        let account_id = job.account.account_id().as_uuid();
        let has_counters = measurement.site.is_none();
        for post in &measurement.posts {
            self.posts.push(PostRow {
                account_id,
                post_id: post.post_id.clone(),
                platform: job.account.platform.to_string(),
                published_at: post.published_at.into(),
                url: post.url.clone().unwrap_or_default(),
                run_id: job.run_id.to_string(),
                seen_at: measurement.observed_at.into(),
                kind: post.kind.map(|kind| kind.to_string()).unwrap_or_default(),
            });
            if has_counters {
                self.post_observations.push(PostObservationRow {
                    account_id,
                    post_id: post.post_id.clone(),
                    run_id: job.run_id.to_string(),
                    night: job.run_id.date().into(),
                    observed_at: measurement.observed_at.into(),
                    platform: job.account.platform.to_string(),
                    reactions: post.reactions.known(),
                    comments: post.comments.known(),
                    shares: post.shares.known(),
                    views: post.views.known(),
                });
            }
        }
    }

    fn add_dialogue(&mut self, job: &Job, measurement: &Measurement) {
        let Figure::Known(threads) = &measurement.threads else {
            return;
        };
        let mut threads: Vec<_> = threads.iter().collect();
        threads.sort_by(|a, b| {
            (&a.post_id, a.opened_at, a.replied_at).cmp(&(&b.post_id, b.opened_at, b.replied_at))
        });
        let mut rank = 0;
        let mut previous: Option<(&str, i64)> = None;
        for thread in threads {
            let place = (thread.post_id.as_str(), thread.opened_at.as_millisecond());
            rank = if previous == Some(place) { rank + 1 } else { 0 };
            previous = Some(place);
            self.dialogues.push(DialogueRow {
                account_id: job.account.account_id().as_uuid(),
                post_id: thread.post_id.clone(),
                opened_at: thread.opened_at.into(),
                rank,
                run_id: job.run_id.to_string(),
                night: job.run_id.date().into(),
                observed_at: measurement.observed_at.into(),
                platform: job.account.platform.to_string(),
                replied_at: thread.replied_at.map(Millis::from),
            });
        }
    }

    fn add_site(&mut self, job: &Job, measurement: &Measurement) {
        let Some(site) = &measurement.site else {
            return;
        };
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let mut unavailable = Unavailable::new();
        let mut note = |name: FigureName, reason: Option<MissingReason>| {
            if let Some(reason) = reason {
                unavailable.push((name.to_string(), reason.to_string()));
            }
        };
        note(FigureName::Posts28d, site.posts_28d.missing());
        note(
            FigureName::LastPublishedAt,
            site.last_published_at.missing(),
        );
        self.site_observations.push(SiteObservationRow {
            account_id: job.account.account_id().as_uuid(),
            run_id: job.run_id.to_string(),
            night: job.run_id.date().into(),
            observed_at: measurement.observed_at.into(),
            reachable: site.reachable.into(),
            https: site.https.into(),
            certificate_problem: site
                .certificate_problem
                .map(|p| p.to_string())
                .unwrap_or_default(),
            final_url: text(&site.final_url),
            redirected_to_domain: text(&site.redirected_to_domain),
            home_status: site.home_status,
            home_bytes: site.home_bytes,
            cms: text(&site.cms),
            charset: text(&site.charset),
            feed_url: text(&site.feed_url),
            feed_kind: site
                .feed_kind
                .map(|kind| kind.to_string())
                .unwrap_or_default(),
            sitemap: site.sitemap.map(u8::from),
            publication_source: site
                .publication_source
                .map(|source| source.to_string())
                .unwrap_or_default(),
            posts_28d: site.posts_28d.known(),
            last_published_at: site.last_published_at.known().map(Millis::from),
            legal_notice_url: text(&site.legal_notice_url),
            newsletter: site.newsletter.map(u8::from),
            contact: site.contact.map(u8::from),
            unavailable,
        });
    }

    fn add_finds(&mut self, job: &Job, measurement: &Measurement) {
        for find in &measurement.finds {
            self.accounts.push(AccountRow {
                collectivity_id: find.collectivity_id.to_string(),
                platform: find.account.platform.to_string(),
                account_id: find.account.account_id().as_uuid(),
                source: "discovery".to_owned(),
                seen_in: job.run_id.to_string(),
                handle: find.account.handle.clone(),
                url: find.account.url.to_string(),
                verdict: "own".to_owned(),
                confidence: find.confidence.value(),
                evidence_pages: find.evidence.iter().map(|it| it.page.clone()).collect(),
                evidence_how: find.evidence.iter().map(|it| it.how.to_string()).collect(),
                night: job.run_id.date().into(),
                seen_at: measurement.observed_at.into(),
                rules_version: ACCOUNT_RULES_VERSION,
                superseded_by: 0,
            });
        }
    }

    fn add_fetches(&mut self, job: &Job, fetches: &[FetchRecord]) {
        let connector = format!("{} {}", job.account.platform, env!("CARGO_PKG_VERSION"));
        for (sequence, fetch) in fetches.iter().enumerate() {
            self.fetches.push(FetchLogRow {
                account_id: job.account.account_id().as_uuid(),
                run_id: job.run_id.to_string(),
                job_id: job.job_id.as_uuid(),
                night: job.run_id.date().into(),
                fetched_at: fetch.at.into(),
                sequence: u16::try_from(sequence).unwrap_or(u16::MAX),
                url: fetch.url.to_string(),
                status: fetch.status,
                error_class: fetch.error_class.unwrap_or_default().to_owned(),
                body_bytes: fetch.body_bytes,
                body_sha256: fetch
                    .body_hash
                    .map(|hash| format!("{hash:?}"))
                    .unwrap_or_default(),
                duration_ms: fetch.duration_ms,
                connector: connector.clone(),
            });
        }
    }
}

/// Every figure of the account that is missing, with its reason.
fn unavailable(measurement: &Measurement) -> Unavailable {
    let figures = &measurement.figures;
    let mut all = measurement.unavailable.clone();
    let mut note = |name: FigureName, reason: Option<MissingReason>| {
        if let Some(reason) = reason {
            all.entry(name).or_insert(reason);
        }
    };
    note(FigureName::Followers, figures.followers.missing());
    note(FigureName::Following, figures.following.missing());
    note(FigureName::PostsTotal, figures.posts_total.missing());
    note(FigureName::Dialogue, measurement.threads.missing());
    all.into_iter()
        .map(|(name, reason)| (name.to_string(), reason.to_string()))
        .collect()
}

/// The run's night as the tables have it.
pub(crate) fn night(run: &RunId) -> Day {
    run.date().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_counted_from_1970() {
        assert_eq!(Day::from(Date::constant(1970, 1, 2)), Day(1));
        assert_eq!(Day::from(Date::constant(2026, 11, 23)), Day(20_780));
        let at: Timestamp = "2026-11-23T01:02:03.456Z".parse().unwrap();
        assert_eq!(Millis::from(at).timestamp(), at);
    }
}
