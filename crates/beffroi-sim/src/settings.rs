//! What can be chosen of the simulated France. The rule: two simulators with equal settings and
//! equal registries serve the same bytes and tell the same truth.

use std::{path::PathBuf, time::Duration};

use jiff::Timestamp;
use jiff::fmt::serde::unsigned_duration::friendly::compact::required as duration_text;

/// Settings of the simulator.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct SimSettings {
    /// Everything is drawn from it. Default 1.
    pub seed: u64,
    /// How many collectivities are on the networks. Default `high`, the load a crawler must bear.
    pub population: Population,
    /// Port of plain HTTP, at every address of 127.0.0.0/8; 0 picks a free one. Default 8480.
    pub http_port: u16,
    /// Port of HTTPS (which also answers plain HTTP, as a fallback after a bad certificate needs);
    /// 0 picks a free one. Default 8443.
    pub https_port: u16,
    /// UDP port of the name server, at 127.0.0.1; 0 picks a free one. Default 8453.
    pub dns_port: u16,
    /// The moment up to which the world has published. Default: the beginning of the present hour.
    pub as_of: Option<Timestamp>,
    /// Keep only so many collectivities, of all strata. Default: all.
    pub limit: Option<usize>,
    /// Share of the websites that are served over https, in [0, 1]. Default 0.05.
    pub https_share: f64,
    /// The pace that the referee expects at a host: the least time between two arrivals. Default
    /// 250 ms; a site's Crawl-delay raises it.
    #[serde(with = "duration_text")]
    pub host_interval: Duration,
    /// The pace that the referee expects at an address shared by several hosts, on average.
    /// Default 50 ms.
    #[serde(with = "duration_text")]
    pub group_interval: Duration,
    /// Requests that may be under way at one address. Default 4.
    pub group_concurrency: u32,
    /// What the Bluesky AppView allows each client address, requests per second. Default 10.
    pub bluesky_requests_per_second: u32,
    /// What the networks' APIs allow each credential.
    pub quotas: Quotas,
    /// Share of the networks' answers that are spoilt (cut, a field renamed, numbers as texts), in
    /// [0, 1]; the same request is always answered alike. Default 0.
    pub malformed_share: f64,
    /// Whether APIs whose fields were renamed use the new names (X since its specification 2.167).
    /// Default no.
    pub new_field_names: bool,
    /// Time that every answer takes, robots.txt and the APIs' included. Default: none, and then some
    /// hosts have a latency of their own.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::optional")]
    pub latency: Option<Duration>,
    /// Whether it is written down who asked which host when (`/_sim/arrivals`). Default no: the list
    /// grows with every request.
    pub record_arrivals: bool,
    /// Folder for the certificate authority's file (`sim-ca.pem`). Default: the system's folder
    /// for temporary files.
    pub out: Option<PathBuf>,
}

impl Default for SimSettings {
    fn default() -> Self {
        Self {
            seed: 1,
            population: Population::High,
            http_port: 8480,
            https_port: 8443,
            dns_port: 8453,
            as_of: None,
            limit: None,
            https_share: 0.05,
            host_interval: Duration::from_millis(250),
            group_interval: Duration::from_millis(50),
            group_concurrency: 4,
            bluesky_requests_per_second: 10,
            quotas: Quotas::default(),
            malformed_share: 0.0,
            new_field_names: false,
            latency: None,
            record_arrivals: false,
            out: None,
        }
    }
}

/// The two presence columns of the calibration figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Population {
    /// What the observatoire counted in January 2025.
    Low,
    /// What field surveys find in small communes.
    High,
}

impl std::str::FromStr for Population {
    type Err = UnknownPopulation;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "low" => Ok(Self::Low),
            "high" => Ok(Self::High),
            other => Err(UnknownPopulation(other.to_owned())),
        }
    }
}

/// A word that names no population.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a population is `low` or `high`, found `{0}`")]
pub struct UnknownPopulation(String);

/// What each platform allows. The defaults are what it publishes or, where it publishes nothing,
/// what its users report; 0 refuses every call.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct Quotas {
    /// Facebook: calls of an application's token in any hour (200 for each of its daily users).
    /// Default 200,000.
    pub facebook_calls_per_hour: u64,
    /// Facebook: calls about one page in any 24 hours. Default 4,800, what is given for one
    /// engaged user.
    pub facebook_page_calls_per_day: u64,
    /// Instagram: calls of one token in any hour. Default 200, as users report.
    pub instagram_calls_per_hour: u64,
    /// Threads: calls of one user's token in any 24 hours. Default 1,000.
    pub threads_calls_per_day: u64,
    /// YouTube: units of a project in a Pacific day. Default 10,000.
    pub youtube_units_per_day: u64,
    /// YouTube: units of `videos:batchGetStats`, which has an allowance of its own. Default 10,000.
    pub youtube_statistics_per_day: u64,
    /// YouTube: requests of a project in a minute. Not published; default 1,800, chosen by us.
    pub youtube_requests_per_minute: u64,
    /// YouTube: videos of one `videos:batchGetStats`. Not published; default 50.
    pub youtube_statistics_ids: u64,
    /// X: requests of an app in 15 minutes for users, by each of the two ways. Default 300.
    pub x_user_requests: u64,
    /// X: the same for the posts of a user. Default 10,000.
    pub x_timeline_requests: u64,
    /// X: the same for posts by their ids. Default 3,500.
    pub x_post_requests: u64,
    /// X: the same for recent searches. Default 450.
    pub x_search_requests: u64,
    /// X: the same for mentions. Default 450.
    pub x_mention_requests: u64,
    /// X: the same for counts. Default 300.
    pub x_count_requests: u64,
    /// X: the same for one's own consumption. Default 50.
    pub x_usage_requests: u64,
    /// X: posts read in a billing cycle (30 days). Default 3,000,000.
    pub x_posts_per_cycle: u64,
    /// X: prepaid credit, in tenths of a US cent. Default 100,000,000 ($100,000), chosen by us.
    pub x_credit_mills: u64,
    /// Telegram: pages in a minute. Default 3,000: nothing is published, a flood is walled off.
    pub telegram_pages_per_minute: u64,
    /// PeerTube: calls of an instance's API in 10 seconds; one of the instances allows less.
    /// Default 50.
    pub peertube_calls_per_window: u64,
    /// LinkedIn: calls of each kind that an application makes in a UTC day. Default 500, and 100 of
    /// them for each member: what developers tell of applications under development.
    pub linkedin_calls_per_day: u64,
    /// LinkedIn: calls of each kind with one member's token in a UTC day. Default 100.
    pub linkedin_member_calls_per_day: u64,
    /// TikTok: research calls of all of an organisation's clients in a UTC day. Default 1,000.
    pub tiktok_calls_per_day: u64,
    /// TikTok: research calls in a second. Default 20: nothing is published.
    pub tiktok_calls_per_second: u64,
    /// Snapchat: pages in a minute. Default 3,000: nothing is published, a flood is walled off.
    pub snapchat_pages_per_minute: u64,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            facebook_calls_per_hour: 200_000,
            facebook_page_calls_per_day: 4_800,
            instagram_calls_per_hour: 200,
            threads_calls_per_day: 1_000,
            youtube_units_per_day: 10_000,
            youtube_statistics_per_day: 10_000,
            youtube_requests_per_minute: 1_800,
            youtube_statistics_ids: 50,
            x_user_requests: 300,
            x_timeline_requests: 10_000,
            x_post_requests: 3_500,
            x_search_requests: 450,
            x_mention_requests: 450,
            x_count_requests: 300,
            x_usage_requests: 50,
            x_posts_per_cycle: 3_000_000,
            x_credit_mills: 100_000_000,
            telegram_pages_per_minute: 3_000,
            peertube_calls_per_window: 50,
            linkedin_calls_per_day: 500,
            linkedin_member_calls_per_day: 100,
            tiktok_calls_per_day: 1_000,
            tiktok_calls_per_second: 20,
            snapchat_pages_per_minute: 3_000,
        }
    }
}

impl Quotas {
    /// What a whole night over all of France needs, whatever the platforms publish: for proofs of the
    /// figures, which the published allowances would spread over weeks.
    pub fn ample() -> Self {
        Self {
            instagram_calls_per_hour: 200_000,
            threads_calls_per_day: 100_000,
            youtube_units_per_day: 100_000,
            youtube_statistics_per_day: 100_000,
            x_user_requests: 3_000,
            x_search_requests: 4_500,
            peertube_calls_per_window: 500,
            linkedin_calls_per_day: 100_000,
            linkedin_member_calls_per_day: 100_000,
            tiktok_calls_per_day: 100_000,
            ..Self::default()
        }
    }
}

/// What world generation needs to know, ports bound and time fixed.
#[derive(Debug, Clone, PartialEq)]
pub struct WorldSettings {
    /// Everything is drawn from it.
    pub seed: u64,
    /// How many are on the networks.
    pub population: Population,
    /// The moment up to which the world has published.
    pub as_of: Timestamp,
    /// Share of websites over https.
    pub https_share: f64,
    /// Port in http URLs.
    pub http_port: u16,
    /// Port in https URLs.
    pub https_port: u16,
    /// Keep only so many collectivities.
    pub limit: Option<usize>,
}

impl WorldSettings {
    /// Whether the France is so small that what is rare would not be there at all.
    pub(crate) fn is_small(&self) -> bool {
        self.limit.is_some_and(|limit| limit < 5_000)
    }
}
