//! Which lane an account's jobs go to.

use beffroi_model::{AccountRef, Lane, Platform};
use url::Url;

/// The lane of an account: its platform's API, or for a website the shard of its host group.
pub fn lane_of(account: &AccountRef, host_shards: u16) -> Lane {
    match account.platform {
        Platform::Website => lane_of_group(&site_group(&account.url), host_shards),
        platform => Lane::api(platform),
    }
}

/// The lane of the websites that share a pace, under whatever name they are known together.
pub fn lane_of_group(group: &str, host_shards: u16) -> Lane {
    let shard = stable_hash(group.as_bytes()) % u64::from(host_shards.max(1));
    Lane::host(u16::try_from(shard).expect("a remainder of a u16"))
}

/// The name under which a site's jobs share a pace: the registrable domain, or, below a private entry
/// of the public suffix list, that entry (`x.e-monsite.com` and `y.e-monsite.com` are one company's
/// servers); the address itself where the host is one. Which address is behind a name only a name
/// server tells: who hands work to several workers asks it and takes [`lane_of_group`].
pub fn site_group(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    // An address has no registrable domain, though the list's last rule would find one.
    let Some(domain) = url.domain().and_then(|name| psl::domain(name.as_bytes())) else {
        return host.to_owned();
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
pub(crate) fn stable_hash(bytes: &[u8]) -> u64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let one = lane_of(&site("https://a.wixsite.com/mairie"), 64);
        assert_eq!(one, lane_of(&site("http://b.wixsite.com/"), 64));
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
        assert_eq!(lane_of(&account, 64).as_str(), "api.bluesky");
    }

    #[test]
    fn sites_spread_over_all_lanes() {
        let mut seen = std::collections::BTreeMap::new();
        for number in 0..6_400 {
            *seen
                .entry(lane_of(&site(&format!("https://commune{number}.fr/")), 64))
                .or_insert(0) += 1;
        }
        assert_eq!(seen.len(), 64);
        let (least, most) = (seen.values().min().unwrap(), seen.values().max().unwrap());
        assert!(*least > 60 && *most < 150, "{least} to {most} of 100");
    }
}
