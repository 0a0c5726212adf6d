//! The polite client: what callers hold.

use std::{collections::HashSet, net::IpAddr, sync::Arc, time::Duration};

use beffroi_model::BodyHash;
use bytes::Bytes;
use url::Url;

use crate::{
    BodySink, BuildError, Collect, CountersSnapshot, FetchError, FetchSettings, Fetched, HostGroup,
    HostMemory, LanePass, News, Request,
    address::AllowList,
    counters::Counters,
    dns::NameSource,
    exchange::{BodyLimit, Exchanger},
    group::Fronts,
    guard::Guard,
    journey::{Errand, Journey},
    pace::Pace,
    robots::RobotsCache,
    tape::Tape,
};

/// The polite client. Cheap to clone; all clones share paces, budgets, robots and connections.
#[derive(Clone)]
pub struct FetchClient {
    pub(crate) inner: Arc<Inner>,
    /// The lane that is worked for.
    pub(crate) pass: Option<LanePass>,
}

/// What all clones share.
pub(crate) struct Inner {
    pub(crate) settings: FetchSettings,
    pub(crate) guard: Guard,
    pub(crate) pace: Pace,
    pub(crate) exchanger: Exchanger,
    pub(crate) robots: RobotsCache,
    pub(crate) counters: Counters,
}

impl FetchClient {
    /// Builds the client; needs no runtime yet.
    pub fn try_new(settings: FetchSettings) -> Result<Self, BuildError> {
        settings.check()?;
        let allowed = AllowList::try_new(&settings.allow_addresses)?;
        if !allowed.is_empty() {
            tracing::warn!(
                addresses = ?settings.allow_addresses,
                "THE ADDRESS GUARD IS OPEN: `fetch.allow_addresses` lets pages lead the crawler to \
                 these addresses; for tests and demonstrations only"
            );
        }
        let names = NameSource::try_new(&settings.dns)?;
        let fronts = Fronts::try_new(&settings.fronts)?;
        let inner = Inner {
            guard: Guard::new(allowed, names, fronts),
            pace: Pace::new(&settings),
            exchanger: Exchanger::try_new(&settings)?,
            robots: RobotsCache::new(settings.robots_ttl),
            counters: Counters::default(),
            settings,
        };
        Ok(Self {
            inner: Arc::new(inner),
            pass: None,
        })
    }

    /// The same client, with all that is shared, for the work of one lane: it asks only while the
    /// lane is held, and where the pass has a territory, only sites within it. A call that is under
    /// way when the hold ends never ends: whoever made it drops it.
    #[must_use]
    pub fn within(&self, pass: LanePass) -> Self {
        Self {
            inner: self.inner.clone(),
            pass: Some(pass),
        }
    }

    /// Fetches a document whole, or what a POST answers. Within a [`crate::played`] visit the tape
    /// answers, and within a [`crate::recorded`] one it keeps the answer.
    pub async fn get(&self, request: Request) -> Result<Fetched, FetchError> {
        let Some(tape) = Tape::current() else {
            return self.fetch(request).await;
        };
        let (url, asked) = (request.url.clone(), request.asked());
        if let Some(answer) = tape.answer(&url, asked.clone()) {
            return answer;
        }
        let answer = self.fetch(request).await;
        tape.keep(url, asked, &answer);
        answer
    }

    async fn fetch(&self, request: Request) -> Result<Fetched, FetchError> {
        let mut whole = Collect::default();
        let mut fetched = self.send_into(request, &mut whole).await?;
        fetched.body = Bytes::from(whole.body);
        Ok(fetched)
    }

    /// Fetches a document into a sink, part by part. On tapes as [`Self::get`] is: the body is then held
    /// whole, within the document's bound.
    pub async fn get_into(
        &self,
        request: Request,
        sink: &mut dyn BodySink,
    ) -> Result<Fetched, FetchError> {
        if Tape::current().is_none() {
            return self.send_into(request, sink).await;
        }
        let mut fetched = self.get(request).await?;
        sink.start(&fetched.head);
        sink.chunk(&fetched.body);
        fetched.body = Bytes::new();
        Ok(fetched)
    }

    async fn send_into(
        &self,
        request: Request,
        sink: &mut dyn BodySink,
    ) -> Result<Fetched, FetchError> {
        let errand = Errand {
            headers: request.all_headers(),
            limit: BodyLimit::FailAt(self.inner.settings.max_bytes(request.document)),
            max_redirects: self.inner.settings.max_redirects,
            robots: request.robots,
            budget: request.budget,
            post: request.post,
            url: request.url,
        };
        let mut journey = Journey::after(request.redirects);
        let answer = self.run(errand, sink, &mut journey).await?;
        Ok(Fetched {
            body: Bytes::new(),
            body_bytes: answer.body_bytes,
            body_hash: answer.body_hash.unwrap_or_else(|| BodyHash::of(&[])),
            head: answer.head,
            redirects: journey.redirects,
            records: journey.records,
        })
    }

    /// The sitemaps that the site's robots.txt names, in its order. Fetches robots.txt where it is
    /// not known yet.
    pub async fn sitemaps(&self, url: &Url) -> Result<Vec<Url>, FetchError> {
        let mut journey = Journey::default();
        match self.site_robots(url, &mut journey).await {
            Ok(robots) => Ok(robots.sitemaps.clone()),
            Err(failure) => Err(journey.into_error(url.clone(), failure)),
        }
    }

    /// The group by whose pace a URL's host is asked; `None` where it may not or cannot be asked.
    /// Only a name server is.
    pub async fn host_group(&self, url: &Url) -> Option<HostGroup> {
        let admitted = self.inner.guard.admit(url).await;
        admitted.ok().map(|target| target.group)
    }

    /// The group of a host whose address is known from earlier (`HostSeen`): nobody is asked.
    pub fn group_at(&self, host: &str, address: IpAddr) -> HostGroup {
        self.inner.guard.fronts.group(host, address)
    }

    /// Replaces the shared fronts that past nights showed; those of the settings stay.
    pub fn learn_fronts(&self, fronts: HashSet<IpAddr>) {
        self.inner.guard.fronts.learn(fronts);
    }

    /// The least time between two requests to a host.
    pub fn host_interval(&self) -> Duration {
        self.inner.settings.host_interval
    }

    /// Takes over what another process, or an earlier one, knew of hosts that asked for patience. What
    /// is known here already is never shortened.
    pub fn recall(&self, memories: Vec<HostMemory>) {
        self.inner.pace.recall(memories);
    }

    /// What is worth remembering and has not been taken yet: memories that changed, sites seen.
    pub fn news(&self) -> News {
        self.inner.pace.notebook.take()
    }

    /// Returns once a memory has changed that [`Self::news`] has not given yet.
    pub async fn news_waiting(&self) {
        self.inner.pace.notebook.has_memories().await;
    }

    /// The User-Agent that servers see.
    pub fn user_agent(&self) -> String {
        self.inner.settings.user_agent()
    }

    /// What all clones have done so far.
    pub fn counters(&self) -> CountersSnapshot {
        self.inner.counters.snapshot()
    }
}

impl std::fmt::Debug for FetchClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FetchClient")
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DnsSettings;

    #[test]
    fn a_client_is_built_without_a_runtime() {
        let dns = DnsSettings {
            server: Some("127.0.0.1".to_owned()),
            ..DnsSettings::default()
        };
        let client = FetchClient::try_new(FetchSettings {
            dns,
            ..FetchSettings::default()
        });
        let user_agent = client.unwrap().user_agent();
        assert!(user_agent.starts_with("beffroi/") && user_agent.contains(" (+https://"));
    }

    #[test]
    fn settings_of_no_use_are_refused_by_key_and_value() {
        let server = Some("resolver.example".to_owned());
        for (settings, key, value) in [
            (
                FetchSettings {
                    allow_addresses: vec!["localhost".to_owned()],
                    ..FetchSettings::default()
                },
                "fetch.allow_addresses",
                "`localhost`",
            ),
            (
                FetchSettings {
                    dns: DnsSettings {
                        server,
                        ..DnsSettings::default()
                    },
                    ..FetchSettings::default()
                },
                "fetch.dns",
                "`resolver.example`",
            ),
            (
                FetchSettings {
                    max_header_bytes: 7,
                    ..FetchSettings::default()
                },
                "fetch.max_header_bytes",
                "`7`",
            ),
        ] {
            let error = FetchClient::try_new(settings).unwrap_err().to_string();
            assert!(error.contains(key) && error.contains(value), "{error}");
            assert!(error.contains("expected"), "{error}");
        }
    }
}
