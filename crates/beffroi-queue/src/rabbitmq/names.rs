//! Names of exchanges and queues. The queues' names are versioned: a queue keeps the properties it
//! was declared with for ever, so other properties need another name.

use beffroi_model::Lane;
use lapin::types::ShortString;

use crate::tier::RetryTier;

/// Version of the queues' properties.
const VERSION: &str = "v1";

/// Version of the dead queue's: the first had no delivery limit of its own, so that 4.x would drop a
/// letter that was looked at 20 times.
const DEAD_VERSION: &str = "v2";

/// Names under a prefix.
#[derive(Debug, Clone)]
pub(super) struct Names {
    prefix: String,
}

impl Names {
    pub(super) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
        }
    }

    pub(super) fn jobs_exchange(&self) -> ShortString {
        format!("{}.jobs", self.prefix).into()
    }

    pub(super) fn lane_queue(&self, lane: &Lane) -> ShortString {
        format!("{}.{VERSION}.{lane}", self.prefix).into()
    }

    pub(super) fn baton_queue(&self, lane: &Lane) -> ShortString {
        format!("{}.{VERSION}.baton.{lane}", self.prefix).into()
    }

    pub(super) fn retry_exchange(&self, tier: RetryTier) -> ShortString {
        format!("{}.retry.{}", self.prefix, tier.name()).into()
    }

    pub(super) fn retry_queue(&self, tier: RetryTier) -> ShortString {
        format!("{}.{VERSION}.retry.{}", self.prefix, tier.name()).into()
    }

    pub(super) fn workers_stream(&self) -> ShortString {
        format!("{}.{VERSION}.workers", self.prefix).into()
    }

    pub(super) fn dead_exchange(&self) -> ShortString {
        format!("{}.dead", self.prefix).into()
    }

    pub(super) fn dead_queue(&self) -> ShortString {
        format!("{}.{DEAD_VERSION}.dead", self.prefix).into()
    }

    /// Where the dead were before.
    pub(super) fn former_dead_queue(&self) -> ShortString {
        format!("{}.v1.dead", self.prefix).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_design() {
        let names = Names::new("beffroi");
        assert_eq!(names.jobs_exchange().as_str(), "beffroi.jobs");
        assert_eq!(
            names.lane_queue(&Lane::host(7)).as_str(),
            "beffroi.v1.host.07"
        );
        assert_eq!(
            names.baton_queue(&Lane::host(7)).as_str(),
            "beffroi.v1.baton.host.07"
        );
        assert_eq!(names.dead_queue().as_str(), "beffroi.v2.dead");
        assert_eq!(
            names.retry_queue(RetryTier::TenMinutes).as_str(),
            "beffroi.v1.retry.10m"
        );
        assert_eq!(names.dead_exchange().as_str(), "beffroi.dead");
    }
}
