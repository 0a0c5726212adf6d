//! The lanes there are.

use beffroi_model::{Lane, Platform};

/// Every lane: the shards of host groups, and one for each platform's API.
pub fn all_lanes(host_shards: u16, measurable: &[Platform]) -> Vec<Lane> {
    let hosts = (0..host_shards).map(Lane::host);
    let apis = measurable
        .iter()
        .filter(|p| **p != Platform::Website)
        .map(|p| Lane::api(*p));
    hosts.chain(apis).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn websites_have_shards_and_every_other_platform_its_api() {
        let lanes = all_lanes(2, &[Platform::Website, Platform::Bluesky]);
        let names: Vec<_> = lanes.iter().map(Lane::as_str).collect();
        assert_eq!(names, ["host.00", "host.01", "api.bluesky"]);
    }
}
