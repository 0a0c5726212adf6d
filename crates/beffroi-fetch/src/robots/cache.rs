//! Robots rules of the sites met of late: asked for once, believed for a day, bounded in bytes.
//!
//! Whoever asks while another is fetching waits for that one answer.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use jiff::Timestamp;
use moka::{Expiry, future::Cache};
use url::Url;

use super::{AgentRules, PRODUCT_TOKEN, Robots};
use crate::FetchError;

/// Bytes of rules kept, roughly: tens of thousands of usual files, a hundred monstrous ones.
const MAX_CACHED_BYTES: u64 = 32 * 1024 * 1024;

/// How long "unreachable" is believed at most: the file is not asked for again and again, and yet
/// a job that is tried again later finds out anew.
const MAX_UNREACHABLE: Duration = Duration::from_secs(600);

/// Sitemap lines kept of one file; a site needs one or two.
const MAX_SITEMAPS: usize = 64;

/// What a site's robots.txt says to us.
#[derive(Debug, Clone, Default)]
pub(crate) struct SiteRobots {
    /// The rules that hold for us.
    pub(crate) rules: AgentRules,
    /// Addresses of sitemaps.
    pub(crate) sitemaps: Vec<Url>,
}

impl SiteRobots {
    /// Keeps what matters to us of a file.
    pub(crate) fn read(bytes: &[u8], origin: &Url) -> Self {
        let robots = Robots::parse(bytes);
        let sitemaps = robots
            .sitemaps()
            .iter()
            .filter_map(|sitemap| origin.join(sitemap).ok())
            .take(MAX_SITEMAPS)
            .collect();
        Self {
            rules: robots.rules_for(PRODUCT_TOKEN),
            sitemaps,
        }
    }
}

/// What is known of a site's robots.txt.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    /// It was read, or the site has none.
    Rules(Arc<SiteRobots>),
    /// It could not be read: nothing may be fetched for now.
    Unreachable {
        status: Option<u16>,
        not_before: Option<Timestamp>,
        is_transient: bool,
    },
}

/// The verdicts, by origin.
#[derive(Clone)]
pub(crate) struct RobotsCache(Cache<String, Verdict>);

impl RobotsCache {
    pub(crate) fn new(ttl: Duration) -> Self {
        let weight = |origin: &String, verdict: &Verdict| {
            let rules = match verdict {
                Verdict::Rules(site) => {
                    let sitemaps = site.sitemaps.iter().map(|sitemap| sitemap.as_str().len());
                    site.rules.weight() + sitemaps.sum::<usize>()
                }
                Verdict::Unreachable { .. } => 0,
            };
            u32::try_from(origin.len() + rules + 256).unwrap_or(u32::MAX)
        };
        Self(
            Cache::builder()
                .max_capacity(MAX_CACHED_BYTES)
                .weigher(weight)
                .expire_after(BelievedFor { ttl })
                .build(),
        )
    }

    /// The verdict on an origin, from `fetch` when there is none. Its error is handed to everybody
    /// who waited for it, and not kept.
    pub(crate) async fn get(
        &self,
        origin: &Url,
        fetch: impl Future<Output = Result<Verdict, FetchError>>,
    ) -> Result<Verdict, Arc<FetchError>> {
        self.0
            .try_get_with(origin.origin().ascii_serialization(), fetch)
            .await
    }

    /// The verdict on an origin, when there is one.
    pub(crate) async fn peek(&self, origin: &Url) -> Option<Verdict> {
        self.0.get(&origin.origin().ascii_serialization()).await
    }
}

struct BelievedFor {
    ttl: Duration,
}

impl Expiry<String, Verdict> for BelievedFor {
    fn expire_after_create(&self, _: &String, verdict: &Verdict, _: Instant) -> Option<Duration> {
        Some(match verdict {
            Verdict::Rules(_) => self.ttl,
            Verdict::Unreachable { .. } => self.ttl.min(MAX_UNREACHABLE),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn origin() -> Url {
        Url::parse("https://mairie.example/x").unwrap()
    }

    #[tokio::test]
    async fn those_who_ask_at_once_share_one_fetch() {
        let cache = RobotsCache::new(Duration::from_secs(60));
        let fetches = AtomicUsize::new(0);
        let fetch = || async {
            fetches.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Ok(Verdict::Rules(Arc::default()))
        };
        let origin = origin();
        let (first, second) =
            tokio::join!(cache.get(&origin, fetch()), cache.get(&origin, fetch()));
        assert!(first.is_ok() && second.is_ok());
        assert!(cache.peek(&origin).await.is_some());
        assert_eq!(fetches.load(Ordering::SeqCst), 1);
    }

    #[tokio::test]
    async fn one_who_gives_up_does_not_block_the_others() {
        let cache = RobotsCache::new(Duration::from_secs(60));
        let origin = origin();
        let never = cache.get(&origin, std::future::pending());
        let gone = tokio::time::timeout(Duration::from_millis(1), never).await;
        assert!(gone.is_err());
        let next = cache
            .get(&origin, async { Ok(Verdict::Rules(Arc::default())) })
            .await;
        assert!(next.is_ok());
    }

    #[test]
    fn a_verdict_of_unreachable_is_soon_forgotten() {
        let believed = BelievedFor {
            ttl: Duration::from_secs(86_400),
        };
        let rules = Verdict::Rules(Arc::default());
        let unreachable = Verdict::Unreachable {
            status: Some(503),
            not_before: None,
            is_transient: true,
        };
        let life = |verdict| believed.expire_after_create(&String::new(), verdict, Instant::now());
        assert_eq!(life(&rules), Some(Duration::from_secs(86_400)));
        assert_eq!(life(&unreachable), Some(MAX_UNREACHABLE));
    }

    #[test]
    fn sitemaps_are_absolute_and_bounded() {
        let lines = "Sitemap: /a.xml\n".repeat(1_000);
        let site = SiteRobots::read(lines.as_bytes(), &origin());
        assert_eq!(site.sitemaps.len(), MAX_SITEMAPS);
        assert_eq!(site.sitemaps[0].as_str(), "https://mairie.example/a.xml");
    }
}
