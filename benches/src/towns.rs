//! The jobs of made-up towns, and the addresses that they lead to.

use beffroi_model::{AccountRef, Category, CollectivityId, Job, Origin, Platform, RunId, Subject};
use beffroi_plan::Lanes;
use jiff::Timestamp;
use url::Url;

use crate::{feeds, pages, server};

/// Shards of host groups, as the default configuration has them.
const HOST_SHARDS: u16 = 64;

/// The lanes of the benchmark's nights.
pub fn lanes() -> Lanes {
    Lanes {
        host_shards: HOST_SHARDS,
        ..Lanes::default()
    }
}

/// One night over the towns of these numbers.
#[derive(Debug, Clone)]
pub struct Night {
    /// Its run.
    pub run_id: RunId,
    /// Port of the towns' servers.
    pub port: u16,
    /// Names among the towns: compressed pages are kept for a few of them only.
    pub names: usize,
}

impl Night {
    /// A night with a label of its own, so that several fit into one store.
    pub fn new(label: &str, port: u16) -> Self {
        let run_id = format!("2026-11-23.{label}").parse();
        Self {
            run_id: run_id.expect("labels here are lower-case words"),
            port,
            names: usize::MAX,
        }
    }

    /// The measurement of a town's website.
    pub fn site_job(&self, number: usize) -> Job {
        let url: Url = self.address(number, "/");
        let account = AccountRef {
            platform: Platform::Website,
            handle: url.authority().to_owned(),
            url,
        };
        self.job(number, account)
    }

    /// The measurement of a town's Bluesky account.
    pub fn bluesky_job(&self, number: usize) -> Job {
        let handle = feeds::handle(&server::town(number));
        let account = AccountRef {
            platform: Platform::Bluesky,
            url: format!("https://bsky.app/profile/{handle}")
                .parse()
                .expect("a plain address"),
            handle,
        };
        self.job(number, account)
    }

    /// The measurement of any account of a town.
    pub fn job(&self, number: usize, account: AccountRef) -> Job {
        let subject = Subject {
            collectivity_id: CollectivityId::from_stored(format!("{:09}", 210_000_000 + number)),
            name: format!("Sainte-Épreuve {}", server::town(number % self.names)),
            category: Category::Commune,
            insee_code: None,
            postal_codes: Vec::new(),
        };
        Job::new(
            self.run_id.clone(),
            Timestamp::now(),
            lanes().of(&account),
            account,
            vec![subject],
            Origin::Planned,
        )
    }

    /// What a first visit of a town's website asks for, in its order.
    pub fn site_requests(&self, number: usize) -> Vec<Url> {
        let paths = ["/robots.txt", "/", pages::FEED].into_iter();
        let likely = pages::LIKELY_PAGES.iter().map(|(path, _)| *path);
        paths
            .chain(likely)
            .map(|path| self.address(number, path))
            .collect()
    }

    /// What the measurement of a Bluesky account asks for, the profile apart, which comes with
    /// those of 24 others.
    pub fn bluesky_request(&self, number: usize) -> Url {
        let did = feeds::did(&server::town(number)).replace(':', "%3A");
        let query = format!("actor={did}&filter=posts_with_replies&limit=100");
        self.url(&format!(
            "http://127.0.0.1:{}/xrpc/app.bsky.feed.getAuthorFeed?{query}",
            self.port
        ))
    }

    /// The profiles of several accounts.
    pub fn profiles_request(&self, numbers: &[usize]) -> Url {
        let actors: Vec<String> = numbers
            .iter()
            .map(|&number| format!("actors={}", feeds::handle(&server::town(number))))
            .collect();
        let query = actors.join("&");
        self.url(&format!(
            "http://127.0.0.1:{}/xrpc/app.bsky.actor.getProfiles?{query}",
            self.port
        ))
    }

    fn address(&self, number: usize, path: &str) -> Url {
        self.url(&format!(
            "http://{}:{}{path}",
            server::address(number),
            self.port
        ))
    }

    fn url(&self, text: &str) -> Url {
        text.parse().expect("addresses of loopback are addresses")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_and_requests_meet_at_the_same_server() {
        let night = Night::new("test", 8080);
        let job = night.site_job(3);
        assert_eq!(job.account.url.as_str(), "http://127.1.0.4:8080/");
        assert_eq!(night.site_requests(3)[1], job.account.url);
        assert!(job.lane.as_str().starts_with("host."));
        assert_eq!(night.bluesky_job(3).lane.as_str(), "api.bluesky");
    }
}
