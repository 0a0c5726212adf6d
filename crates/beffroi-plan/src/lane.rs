//! Which lane an account's jobs go to.

use std::collections::BTreeMap;

use beffroi_model::{AccountId, AccountRef, Lane, Platform};
use url::Url;

/// Which lanes there are: the same for all that plan and work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lanes {
    /// Number of lanes over which websites are spread.
    pub host_shards: u16,
    /// The names of the credentials for each platform that asks for one.
    pub credentials: BTreeMap<Platform, Vec<String>>,
}

impl Lanes {
    /// The lane of an account: that of its platform's API or of the credential that asks for it, or for
    /// a website the shard of its host group.
    pub fn of(&self, account: &AccountRef) -> Lane {
        if account.platform == Platform::Website {
            return self.of_group(&site_group(&account.url));
        }
        match self.credential_of(account) {
            Some(name) => Lane::of_credential(account.platform, name),
            None => Lane::api(account.platform),
        }
    }

    /// The credential that asks for an account: always the same, whatever the others have left, since
    /// no platform wants its quota passed by a change of keys. When one comes or goes, no more accounts
    /// change hands than must (rendezvous hashing).
    pub fn credential_of(&self, account: &AccountRef) -> Option<&str> {
        let names = self.credentials.get(&account.platform)?;
        if let [only] = names.as_slice() {
            return Some(only);
        }
        let id = account.account_id();
        let best = names.iter().max_by_key(|name| (weight(id, name), *name));
        best.map(String::as_str)
    }

    /// The lane of the websites that share a pace, under whatever name they are known together.
    pub fn of_group(&self, group: &str) -> Lane {
        let shard = stable_hash(group.as_bytes()) % u64::from(self.host_shards.max(1));
        Lane::host(u16::try_from(shard).expect("a remainder of a u16"))
    }

    /// The lanes of websites.
    pub fn hosts(&self) -> impl Iterator<Item = Lane> + use<> {
        (0..self.host_shards).map(Lane::host)
    }

    /// Every lane for these platforms.
    pub fn all(&self, platforms: &[Platform]) -> Vec<Lane> {
        let mut lanes: Vec<Lane> = self.hosts().collect();
        for platform in platforms.iter().filter(|it| **it != Platform::Website) {
            match self.credentials.get(platform).map(Vec::as_slice) {
                None | Some([]) => lanes.push(Lane::api(*platform)),
                Some(names) => {
                    let of = |name: &String| Lane::of_credential(*platform, name);
                    lanes.extend(names.iter().map(of));
                }
            }
        }
        lanes
    }
}

fn weight(account: AccountId, name: &str) -> u64 {
    let mut bytes = account.as_uuid().as_bytes().to_vec();
    bytes.extend_from_slice(name.as_bytes());
    stable_hash(&bytes)
}

/// The name under which a site's jobs share a pace: the registrable domain, or, below a private entry
/// of the public suffix list, that entry (`x.e-monsite.com` and `y.e-monsite.com` are one company's
/// servers); the address itself where the host is one. Which address is behind a name only a name
/// server tells: who hands work to several workers asks it and takes
/// [`Lanes::of_group`].
pub fn site_group(url: &Url) -> String {
    // An address has no registrable domain, though the list's last rule would find one.
    match url.domain() {
        Some(name) => domain_group(name),
        None => url.host_str().unwrap_or_default().to_owned(),
    }
}

/// The same for a host's name.
pub fn domain_group(name: &str) -> String {
    let Some(domain) = psl::domain(name.as_bytes()) else {
        return name.to_owned();
    };
    let suffix = domain.suffix();
    let group = match suffix.typ() {
        Some(psl::Type::Private) => suffix.as_bytes(),
        Some(psl::Type::Icann) | None => domain.as_bytes(),
    };
    String::from_utf8_lossy(group).into_owned()
}

/// FNV-1a with a last stir (its low bits, from which lanes are taken, are weak): small, and the same
/// in every build and on every machine, as lanes and orders must be.
pub fn stable_hash(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes() -> Lanes {
        Lanes {
            host_shards: 64,
            ..Lanes::default()
        }
    }

    fn site(url: &str) -> AccountRef {
        let url: Url = url.parse().unwrap();
        AccountRef {
            platform: Platform::Website,
            handle: url.host_str().unwrap().to_owned(),
            url,
        }
    }

    #[test]
    fn the_sites_of_one_hosting_company_share_a_lane() {
        let one = lanes().of(&site("https://a.wixsite.com/mairie"));
        assert_eq!(one, lanes().of(&site("http://b.wixsite.com/")));
        assert_eq!(
            site_group(&"https://www.mairie.exemple.fr/x".parse().unwrap()),
            "exemple.fr"
        );
        assert_eq!(
            site_group(&"http://127.0.0.1:9000/".parse().unwrap()),
            "127.0.0.1"
        );
    }

    #[test]
    fn accounts_of_an_api_share_its_lane() {
        let account = AccountRef {
            platform: Platform::Bluesky,
            handle: "mairie.exemple.fr".to_owned(),
            url: "https://bsky.app/profile/mairie.exemple.fr"
                .parse()
                .unwrap(),
        };
        assert_eq!(lanes().of(&account).as_str(), "api.bluesky");
    }

    #[test]
    fn sites_spread_over_all_lanes() {
        let mut seen = std::collections::BTreeMap::new();
        for number in 0..6_400 {
            *seen
                .entry(lanes().of(&site(&format!("https://commune{number}.fr/"))))
                .or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 64);
        let (least, most) = (seen.values().min().unwrap(), seen.values().max().unwrap());
        assert!(*least > 60 && *most < 150, "{least} to {most} of 100");
    }

    fn channel(number: usize) -> AccountRef {
        AccountRef {
            platform: Platform::Youtube,
            handle: format!("@ville{number}"),
            url: format!("https://www.youtube.com/@ville{number}")
                .parse()
                .unwrap(),
        }
    }

    fn with_keys(names: &[&str]) -> Lanes {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Lanes {
            credentials: [(Platform::Youtube, names)].into(),
            ..lanes()
        }
    }

    #[test]
    fn each_credential_has_a_lane_and_accounts_of_its_own() {
        let (two, three) = (with_keys(&["a", "b"]), with_keys(&["a", "b", "c"]));
        let mut of_a = 0;
        for channel in (0..1_000).map(channel) {
            let before = two.credential_of(&channel).unwrap();
            of_a += usize::from(before == "a");
            let after = three.credential_of(&channel).unwrap();
            assert!(
                after == before || after == "c",
                "none changes hands without need"
            );
            assert_eq!(two.of(&channel).as_str(), format!("api.youtube.{before}"));
        }
        assert!((400..600).contains(&of_a), "{of_a} of 1,000");
        assert_eq!(with_keys(&[]).of(&channel(1)).as_str(), "api.youtube");
    }

    #[test]
    fn websites_have_shards_and_every_other_platform_its_api_or_its_credentials() {
        let lanes = Lanes {
            host_shards: 2,
            ..with_keys(&["a", "b"])
        };
        let all = lanes.all(&[Platform::Website, Platform::Bluesky, Platform::Youtube]);
        let names: Vec<_> = all.iter().map(Lane::as_str).collect();
        assert_eq!(
            names,
            [
                "host.00",
                "host.01",
                "api.bluesky",
                "api.youtube.a",
                "api.youtube.b"
            ]
        );
    }
}
