//! Which software answers on a host, by nodeinfo: asked only when an answer leaves doubt, and
//! remembered for a week.

use std::{collections::HashMap, sync::Mutex, time::Duration};

use tokio::time::Instant;
use url::Url;

use super::{requests, visit::Asker};
use crate::fediverse::{NodeInfo, NodeInfoIndex};

/// Servers that answer the routes of Mastodon's client API that we use (nodeinfo names).
const MASTODON_LIKE: &[&str] = &[
    "akkoma",
    "ecko",
    "fedibird",
    "firefish",
    "friendica",
    "glitchcafe",
    "glitch-soc",
    "gotosocial",
    "hometown",
    "iceshrimp",
    "kmyblue",
    "mastodon",
    "mitra",
    "pixelfed",
    "pleroma",
    "sharkey",
    "snac",
    "takahe",
];

/// How long an answer is believed.
const BELIEVED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// Hosts remembered at once; when there are more, all are forgotten.
const MAX_HOSTS: usize = 1024;

/// What a host runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Software {
    /// A server that speaks Mastodon's API.
    MastodonLike,
    /// Something else.
    Other,
    /// It does not say.
    Unknown,
}

impl Software {
    fn named(name: &str) -> Self {
        let name = name.to_lowercase();
        if MASTODON_LIKE.contains(&name.as_str()) {
            Self::MastodonLike
        } else {
            Self::Other
        }
    }
}

/// What is remembered of hosts.
#[derive(Debug, Default)]
pub(super) struct SoftwareCache {
    known: Mutex<HashMap<String, (Software, Instant)>>,
}

impl SoftwareCache {
    fn get(&self, host: &str) -> Option<Software> {
        let known = self.known.lock().expect("nothing panics while holding it");
        let (software, at) = known.get(host)?;
        (at.elapsed() < BELIEVED_FOR).then_some(*software)
    }

    fn put(&self, host: String, software: Software) {
        let mut known = self.known.lock().expect("nothing panics while holding it");
        if known.len() >= MAX_HOSTS {
            known.clear();
        }
        known.insert(host, (software, Instant::now()));
    }
}

/// Which software answers at `root`. A host that cannot be asked now is unknown, and not
/// remembered as such.
pub(super) async fn software(asker: &mut Asker<'_>, cache: &SoftwareCache, root: &Url) -> Software {
    if let Some(software) = cache.get(root.authority()) {
        return software;
    }
    let software = ask(asker, root).await.unwrap_or(Software::Unknown);
    if software != Software::Unknown {
        cache.put(root.authority().to_owned(), software);
    }
    software
}

async fn ask(asker: &mut Asker<'_>, root: &Url) -> Option<Software> {
    let reply = asker.get(requests::nodeinfo(root)).await.ok()?;
    let index: NodeInfoIndex = reply.json()?;
    let url = index.document(root)?;
    let document: NodeInfo = asker.get(url).await.ok()?.json()?;
    Some(Software::named(&document.software.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_are_told_apart_by_name() {
        assert_eq!(Software::named("Mastodon"), Software::MastodonLike);
        assert_eq!(Software::named("peertube"), Software::Other);
    }

    #[test]
    fn the_memory_of_hosts_is_bounded() {
        let cache = SoftwareCache::default();
        for index in 0..3 * MAX_HOSTS {
            cache.put(format!("h{index}.example"), Software::Other);
        }
        assert!(cache.known.lock().unwrap().len() <= MAX_HOSTS);
        let last = format!("h{}.example", 3 * MAX_HOSTS - 1);
        assert_eq!(cache.get(&last), Some(Software::Other));
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_host_runs_is_forgotten_after_a_week() {
        let cache = SoftwareCache::default();
        cache.put("social.example".to_owned(), Software::MastodonLike);
        tokio::time::advance(BELIEVED_FOR).await;
        assert_eq!(cache.get("social.example"), None);
    }
}
