//! Websites behind one address go to one lane, so that one worker keeps the address's pace.
//!
//! Within one process the polite client keeps it whatever the lanes. Between workers nothing but the
//! lane does. Which hosts share an address past nights tell, and of hosts that they do not know a name
//! server; where the address has changed since, the visit notices. A site whose name has no address
//! stays in the lane of its name.

use std::{collections::HashMap, net::IpAddr, time::Duration};

use beffroi_fetch::{FetchClient, HostGroup};
use beffroi_model::{Job, Platform};
use beffroi_plan::Lanes;
use beffroi_queue::QueueUrl;
use beffroi_store::Store;
use futures::{StreamExt, stream};
use url::Url;

use crate::{config::Config, services};

/// Names asked for at once: a distant name server answers in some 30 ms, so that all of France takes
/// three seconds, and the dead names among them some ten.
const NAMES_AT_ONCE: usize = 256;

/// How long names are asked for. Where the name server is away the night has other troubles, and its
/// plan need not wait for them.
const PATIENCE: Duration = Duration::from_secs(60);

/// Puts website jobs into the lanes of their host groups, where several workers may take them.
pub(crate) async fn place_by_address(
    config: &Config,
    store: &Store,
    client: &FetchClient,
    jobs: &mut [Job],
) -> anyhow::Result<()> {
    if config.queue.url == QueueUrl::InProcess {
        return Ok(());
    }
    let known = store.known_addresses().await?.into_iter().collect();
    place(client, known, jobs, &services::lanes(config)).await;
    Ok(())
}

async fn place(
    client: &FetchClient,
    known: HashMap<String, IpAddr>,
    jobs: &mut [Job],
    lanes: &Lanes,
) {
    let sites = jobs.iter().filter(|job| is_site(job));
    let urls: HashMap<String, Url> = sites
        .map(|job| (host(job), job.account.url.clone()))
        .collect();
    let mut groups: HashMap<String, Option<HostGroup>> = HashMap::new();
    let mut unknown = Vec::new();
    for (host, url) in urls {
        match known.get(&host) {
            Some(address) => {
                let group = client.group_at(&host, *address);
                groups.insert(host, Some(group));
            }
            None => unknown.push((host, url)),
        }
    }
    let hosts = groups.len() + unknown.len();
    tracing::debug!(
        hosts.known = groups.len(),
        hosts.unknown = unknown.len(),
        "addresses of the plan's hosts"
    );
    let asked = unknown
        .into_iter()
        .map(|(host, url)| async move { (host, client.host_group(&url).await) });
    let told: Vec<(String, Option<HostGroup>)> = stream::iter(asked)
        .buffer_unordered(NAMES_AT_ONCE)
        .take_until(tokio::time::sleep(PATIENCE))
        .collect()
        .await;
    groups.extend(told);
    if groups.len() < hosts {
        tracing::warn!(
            hosts.unanswered = hosts - groups.len(),
            "the name server is slow; hosts it did not tell of share no lane with their neighbours"
        );
    }
    for job in jobs.iter_mut().filter(|job| is_site(job)) {
        if let Some(Some(group)) = groups.get(&host(job)) {
            job.lane = lanes.of_group(&group.to_string());
        }
    }
}

fn is_site(job: &Job) -> bool {
    job.account.platform == Platform::Website
}

fn host(job: &Job) -> String {
    job.account.url.host_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use beffroi_fetch::FetchSettings;
    use beffroi_model::{AccountRef, Lane};
    use beffroi_plan::{Night, discovered_job};

    use super::*;

    fn lanes() -> Lanes {
        Lanes {
            host_shards: 64,
            ..Lanes::default()
        }
    }

    fn site(url: &str) -> Job {
        let url: Url = url.parse().unwrap();
        let handle = url.host_str().unwrap().to_owned();
        let night = Night {
            run_id: "2026-11-23".parse().unwrap(),
            as_of: "2026-11-23T01:00:00Z".parse().unwrap(),
            lanes: Arc::new(lanes()),
        };
        let account = AccountRef {
            platform: Platform::Website,
            handle,
            url,
        };
        discovered_job(&night, account, Vec::new())
    }

    #[tokio::test]
    async fn sites_behind_one_address_share_a_lane_and_nameless_ones_keep_theirs() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings: FetchSettings = toml::from_str(
            "allow_addresses = ['127.0.0.0/8:80']\n\
             dns = { server = '127.0.0.1:1', hosts = { 'a.test' = '127.0.0.7', 'b.test' = '127.0.0.7', \
             'c.test' = '127.0.0.8' } }",
        )
        .unwrap();
        let client = FetchClient::try_new(settings).unwrap();
        let mut jobs =
            ["a.test", "b.test", "c.test", "10.0.0.1"].map(|host| site(&format!("http://{host}/")));
        let by_name: Vec<Lane> = jobs.iter().map(|job| lanes().of(&job.account)).collect();
        assert_ne!(by_name[0], by_name[1], "names alone would part them");
        place(&client, HashMap::new(), &mut jobs, &lanes()).await;
        assert_eq!(jobs[0].lane, jobs[1].lane);
        assert_ne!(jobs[0].lane, jobs[2].lane);
        assert_eq!(jobs[3].lane, by_name[3], "an address that may not be asked");
    }

    #[tokio::test]
    async fn past_nights_tell_addresses_and_behind_a_front_domains_are_told_apart() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        // Nobody answers there, and nobody need.
        let settings: FetchSettings = toml::from_str("dns = { server = '127.0.0.1:1' }").unwrap();
        let client = FetchClient::try_new(settings).unwrap();
        client.learn_fronts(["192.0.2.80".parse().unwrap()].into());
        let hosts = ["a.exemple.fr", "b.test.fr", "www.c.fr", "c.fr", "www.d.fr"];
        let addresses = [
            "192.0.2.7",
            "192.0.2.7",
            "192.0.2.80",
            "192.0.2.80",
            "192.0.2.80",
        ];
        let known: HashMap<String, IpAddr> = std::iter::zip(hosts, addresses)
            .map(|(host, address)| (host.to_owned(), address.parse().unwrap()))
            .collect();
        let mut jobs = hosts.map(|host| site(&format!("https://{host}/")));
        place(&client, known, &mut jobs, &lanes()).await;
        let placed = jobs.each_ref().map(|job| job.lane.clone());
        let expected = ["192.0.2.7", "192.0.2.7", "c.fr", "c.fr", "d.fr"];
        assert_eq!(placed, expected.map(|group| lanes().of_group(group)));
        assert_ne!(placed[2], placed[4]);
    }
}
