//! The guard: which URL may be asked for, and at which addresses.
//!
//! Every hop passes here. A name is resolved once; of its addresses only the good ones are kept,
//! and the connection is made to these and no others (`pins`).

use std::{net::IpAddr, sync::Arc};

use beffroi_model::{Failed, Forbidden, Outcome};
use url::{Host, Url};

use crate::{
    HostGroup,
    address::{AllowList, is_public},
    dns::{NameError, NameSource},
    group::Fronts,
};

/// Decides what may be connected to.
pub(crate) struct Guard {
    allowed: AllowList,
    names: NameSource,
    pub(crate) fronts: Fronts,
}

/// A URL that may be asked for.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The host as the URL writes it.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// The addresses that were checked, never empty.
    pub(crate) addresses: Arc<[IpAddr]>,
    /// Whether the host is a name (for which the addresses must be pinned).
    pub(crate) is_name: bool,
    /// The server behind it, by which its pace is kept.
    pub(crate) group: HostGroup,
}

impl Target {
    /// The lowest of its addresses, by which its group is told.
    pub(crate) fn lowest(&self) -> IpAddr {
        let lowest = self.addresses.iter().min();
        *lowest.expect("the guard lets no target pass without an address")
    }
}

/// Why a URL may not be asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the scheme, port or user part of the URL is refused")]
    Url,
    #[error("the address is not on the public internet")]
    PrivateAddress,
    #[error(transparent)]
    Name(#[from] NameError),
}

impl Refusal {
    pub(crate) fn outcome(&self) -> Outcome {
        match self {
            Self::Url => Outcome::Forbidden(Forbidden::RefusedUrl),
            Self::PrivateAddress => Outcome::Forbidden(Forbidden::PrivateAddress),
            Self::Name(error) => error.outcome,
        }
    }

    /// Whether another day may bring another answer.
    pub(crate) fn is_transient(&self) -> bool {
        matches!(
            self.outcome(),
            Outcome::Failed(Failed::DnsServfail | Failed::DnsTimeout)
        )
    }
}

impl Guard {
    pub(crate) fn new(allowed: AllowList, names: NameSource, fronts: Fronts) -> Self {
        Self {
            allowed,
            names,
            fronts,
        }
    }

    /// Resolves the URL's host and keeps the addresses that may be connected to.
    pub(crate) async fn admit(&self, url: &Url) -> Result<Target, Refusal> {
        let port = checked_port(url)?;
        let host = url.host().ok_or(Refusal::Url)?;
        let is_odd_port = !matches!(port, 80 | 443);
        let (candidates, is_name) = match host {
            Host::Ipv4(address) => (vec![IpAddr::V4(address)], false),
            Host::Ipv6(address) => (vec![IpAddr::V6(address)], false),
            // An odd port needs a hole; where there is none, no name server needs to be asked.
            Host::Domain(_) if is_odd_port && self.allowed.is_empty() => return Err(Refusal::Url),
            Host::Domain(name) => (self.names.addresses(name).await?, true),
        };
        let is_good = |address: IpAddr| {
            self.allowed.contains(address, port) || (!is_odd_port && is_public(address))
        };
        let addresses: Arc<[IpAddr]> = candidates
            .iter()
            .copied()
            .filter(|address| is_good(*address))
            .collect();
        let Some(lowest) = addresses.iter().min() else {
            let is_private = !candidates.iter().copied().all(is_public);
            return Err(if is_private {
                Refusal::PrivateAddress
            } else {
                Refusal::Url
            });
        };
        let host = url.host_str().unwrap_or_default().to_owned();
        Ok(Target {
            group: self.fronts.group(&host, *lowest),
            host,
            port,
            addresses,
            is_name,
        })
    }
}

/// Checks all that can be told from the URL alone, and gives its port.
fn checked_port(url: &Url) -> Result<u16, Refusal> {
    let is_web = matches!(url.scheme(), "http" | "https");
    let has_userinfo = !url.username().is_empty() || url.password().is_some();
    if !is_web || has_userinfo {
        return Err(Refusal::Url);
    }
    url.port_or_known_default()
        .filter(|port| *port != 0)
        .ok_or(Refusal::Url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FetchSettings;
    use beffroi_model::Absent;

    fn guard(allowed: &[&str]) -> Guard {
        let settings: FetchSettings = toml::from_str(
            "[dns]
            server = '127.0.0.1:1'
            [dns.hosts]
            'public.example' = '93.184.215.14'
            'private.example' = '10.0.0.1'
            'mixed.example' = ['127.0.0.1', '93.184.215.14', '169.254.169.254']
            'mapped.example' = '::ffff:10.0.0.1'
            'two.example' = ['127.0.0.1', '127.0.0.2']",
        )
        .unwrap();
        let allowed: Vec<String> = allowed.iter().map(|entry| (*entry).to_owned()).collect();
        Guard::new(
            AllowList::try_new(&allowed).unwrap(),
            NameSource::try_new(&settings.dns).unwrap(),
            Fronts::try_new(&settings.fronts).unwrap(),
        )
    }

    async fn verdict(guard: &Guard, url: &str) -> Result<Vec<String>, Outcome> {
        let admitted = guard.admit(&Url::parse(url).unwrap()).await;
        admitted
            .map(|target| target.addresses.iter().map(ToString::to_string).collect())
            .map_err(|refusal| refusal.outcome())
    }

    const PRIVATE: Result<Vec<String>, Outcome> =
        Err(Outcome::Forbidden(Forbidden::PrivateAddress));
    const REFUSED: Result<Vec<String>, Outcome> = Err(Outcome::Forbidden(Forbidden::RefusedUrl));

    #[tokio::test]
    async fn only_plain_web_urls_pass() {
        let guard = guard(&[]);
        for url in [
            "ftp://public.example/",
            "file:///etc/passwd",
            "data:text/html,x",
            "gopher://x.example/",
            "http://user@public.example/",
            "https://user:secret@public.example/",
            "https://:secret@public.example/",
            "http://public.example:8080/",
            "https://public.example:22/",
            "http://public.example:0/",
            "http://93.184.215.14:25/",
        ] {
            assert_eq!(verdict(&guard, url).await, REFUSED, "{url}");
        }
        for url in [
            "http://public.example",
            "https://PUBLIC.example/x",
            "http://public.example:443",
        ] {
            assert_eq!(
                verdict(&guard, url).await.unwrap(),
                ["93.184.215.14"],
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn odd_spellings_of_private_addresses_are_refused() {
        let guard = guard(&[]);
        for url in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://017700000001/",
            "http://0/",
            "http://127.0.0.1./",
            "http://１２７.0.0.1/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:7f00:1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[fe80::1]/",
            "http://2852039166/latest/meta-data/",
            "http://private.example/",
            "http://mapped.example/",
            "http://127.0.0.1:8080/",
        ] {
            assert_eq!(verdict(&guard, url).await, PRIVATE, "{url}");
        }
    }

    #[tokio::test]
    async fn of_a_name_with_good_and_bad_addresses_only_the_good_are_used() {
        assert_eq!(
            verdict(&guard(&[]), "http://mixed.example/").await.unwrap(),
            ["93.184.215.14"]
        );
    }

    #[tokio::test]
    async fn a_hole_opens_one_port_of_one_address() {
        let guard = guard(&["127.0.0.1:8080", "127.0.0.0/8:8480"]);
        assert_eq!(
            verdict(&guard, "http://two.example:8080/").await.unwrap(),
            ["127.0.0.1"]
        );
        assert_eq!(
            verdict(&guard, "http://two.example:8480/").await.unwrap(),
            ["127.0.0.1", "127.0.0.2"]
        );
        assert_eq!(verdict(&guard, "http://two.example:8081/").await, PRIVATE);
        assert_eq!(verdict(&guard, "http://two.example/").await, PRIVATE);
        assert_eq!(
            verdict(&guard, "http://public.example:8080/").await,
            REFUSED
        );
    }

    #[test]
    fn only_the_name_servers_own_failures_may_pass() {
        let refusal = |outcome| Refusal::from(NameError::for_testing(outcome));
        assert!(refusal(Outcome::Failed(Failed::DnsTimeout)).is_transient());
        assert!(!refusal(Outcome::Absent(Absent::DnsNxdomain)).is_transient());
        assert!(!Refusal::PrivateAddress.is_transient());
    }
}
