//! Pins the addresses that the guard has checked: the HTTP library's resolver answers from here
//! and from nowhere else, so that it can never connect to an address that was not checked.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use dashmap::DashMap;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::guard::Target;

type Pinned = DashMap<String, Vec<Arc<[IpAddr]>>>;

/// The checked addresses of the exchanges under way, by host.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pins(Arc<Pinned>);

/// Keeps addresses pinned for as long as it lives.
pub(crate) struct Pin {
    pins: Pins,
    host: String,
    addresses: Arc<[IpAddr]>,
}

/// A connection was wanted to a host that nobody checked: a bug, and the request fails.
#[derive(Debug, thiserror::Error)]
#[error("no checked address is pinned for `{0}`")]
pub(crate) struct NotPinned(String);

impl Pins {
    /// Pins a target's addresses. A host that is an address itself is never resolved.
    pub(crate) fn pin(&self, target: &Target) -> Option<Pin> {
        if !target.is_name {
            return None;
        }
        let addresses = target.addresses.clone();
        self.0
            .entry(target.host.clone())
            .or_default()
            .push(addresses.clone());
        Some(Pin {
            pins: self.clone(),
            host: target.host.clone(),
            addresses,
        })
    }

    /// The addresses that hold for every exchange under way with this host. (Two ports of one host
    /// can have different holes; the library does not say for which port it asks.)
    fn checked(&self, host: &str) -> Vec<IpAddr> {
        let Some(lists) = self.0.get(host) else {
            return Vec::new();
        };
        let Some((first, others)) = lists.split_first() else {
            return Vec::new();
        };
        let in_all = |address: &&IpAddr| others.iter().all(|list| list.contains(address));
        first.iter().filter(in_all).copied().collect()
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let is_last = self.pins.0.get_mut(&self.host).is_some_and(|mut lists| {
            if let Some(index) = lists
                .iter()
                .position(|list| Arc::ptr_eq(list, &self.addresses))
            {
                lists.swap_remove(index);
            }
            lists.is_empty()
        });
        if is_last {
            self.pins
                .0
                .remove_if(&self.host, |_, lists| lists.is_empty());
        }
    }
}

impl Resolve for Pins {
    fn resolve(&self, name: Name) -> Resolving {
        let addresses = self.checked(name.as_str());
        Box::pin(async move {
            if addresses.is_empty() {
                return Err(NotPinned(name.as_str().to_owned()).into());
            }
            // Port 0 leaves the port to the URL.
            let addresses = addresses
                .into_iter()
                .map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(port: u16, addresses: &[&str]) -> Target {
        Target {
            host: "mairie.example".to_owned(),
            port,
            addresses: addresses
                .iter()
                .map(|address| address.parse().unwrap())
                .collect(),
            is_name: true,
            group: crate::HostGroup::Domain("mairie.example".to_owned()),
        }
    }

    async fn resolve(pins: &Pins) -> Option<Vec<String>> {
        let addresses = pins.resolve("mairie.example".parse().unwrap()).await.ok()?;
        Some(addresses.map(|address| address.to_string()).collect())
    }

    #[tokio::test]
    async fn only_pinned_addresses_are_answered_and_only_while_pinned() {
        let pins = Pins::default();
        assert_eq!(resolve(&pins).await, None);
        let pin = pins.pin(&target(80, &["192.0.2.1"]));
        assert_eq!(resolve(&pins).await.unwrap(), ["192.0.2.1:0"]);
        let second = pins.pin(&target(80, &["192.0.2.1"]));
        drop(pin);
        assert_eq!(resolve(&pins).await.unwrap(), ["192.0.2.1:0"]);
        drop(second);
        assert_eq!(resolve(&pins).await, None);
        assert!(pins.0.is_empty(), "nothing is kept of a host that is done");
    }

    #[tokio::test]
    async fn an_address_must_be_good_for_every_exchange_under_way() {
        let pins = Pins::default();
        let _wide = pins.pin(&target(8480, &["127.0.0.1", "127.0.0.2"]));
        let _narrow = pins.pin(&target(8080, &["127.0.0.1"]));
        assert_eq!(resolve(&pins).await.unwrap(), ["127.0.0.1:0"]);
    }
}
