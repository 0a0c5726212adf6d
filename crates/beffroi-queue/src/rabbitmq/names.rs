//! Names of exchanges and queues. The queues' names are versioned: a queue keeps the properties it
//! was declared with for ever, so other properties need another name.

use std::time::Duration;

use beffroi_model::Lane;
use lapin::types::ShortString;

/// Version of the queues' properties.
const VERSION: &str = "v1";

/// Names under a prefix.
#[derive(Debug, Clone)]
pub(super) struct Names {
    prefix: String,
}

/// A delay that jobs can be put off by. Few and fixed: in one queue with a delay for each message a
/// short one waits behind a long one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RetryTier {
    TenSeconds,
    OneMinute,
    TenMinutes,
    OneHour,
}

impl RetryTier {
    pub(super) const ALL: [Self; 4] = [
        Self::TenSeconds,
        Self::OneMinute,
        Self::TenMinutes,
        Self::OneHour,
    ];

    /// The shortest that is not shorter than `delay`; the longest when none is.
    pub(super) fn at_least(delay: Duration) -> Self {
        let fitting = Self::ALL.into_iter().find(|tier| tier.delay() >= delay);
        fitting.unwrap_or(Self::OneHour)
    }

    pub(super) fn delay(self) -> Duration {
        Duration::from_secs(match self {
            Self::TenSeconds => 10,
            Self::OneMinute => 60,
            Self::TenMinutes => 600,
            Self::OneHour => 3600,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Self::TenSeconds => "10s",
            Self::OneMinute => "1m",
            Self::TenMinutes => "10m",
            Self::OneHour => "1h",
        }
    }
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
        format!("{}.{VERSION}.dead", self.prefix).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_is_never_cut_short_up_to_an_hour() {
        let tier = |secs| RetryTier::at_least(Duration::from_secs(secs));
        assert_eq!(tier(0), RetryTier::TenSeconds);
        assert_eq!(tier(10), RetryTier::TenSeconds);
        assert_eq!(tier(11), RetryTier::OneMinute);
        assert_eq!(tier(601), RetryTier::OneHour);
        assert_eq!(tier(86_400), RetryTier::OneHour);
    }

    #[test]
    fn the_names_are_those_of_the_design() {
        let names = Names::new("beffroi");
        assert_eq!(names.jobs_exchange().as_str(), "beffroi.jobs");
        assert_eq!(
            names.lane_queue(&Lane::host(7)).as_str(),
            "beffroi.v1.host.07"
        );
        assert_eq!(names.dead_exchange().as_str(), "beffroi.dead");
    }
}
