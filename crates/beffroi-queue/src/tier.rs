//! The delays that jobs can be put off by.

use std::time::Duration;

/// A delay. Few and fixed: in one queue with a delay for each message a short one waits behind a long
/// one. Each is some three times the one before, so that nobody waits much longer than asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryTier {
    TenSeconds,
    ThirtySeconds,
    OneMinute,
    ThreeMinutes,
    TenMinutes,
    ThirtyMinutes,
    OneHour,
}

impl RetryTier {
    pub(crate) const ALL: [Self; 7] = [
        Self::TenSeconds,
        Self::ThirtySeconds,
        Self::OneMinute,
        Self::ThreeMinutes,
        Self::TenMinutes,
        Self::ThirtyMinutes,
        Self::OneHour,
    ];

    /// The shortest that is not shorter than `delay`; the longest when none is.
    pub(crate) fn at_least(delay: Duration) -> Self {
        let fitting = Self::ALL.into_iter().find(|tier| tier.delay() >= delay);
        fitting.unwrap_or(Self::OneHour)
    }

    pub(crate) fn delay(self) -> Duration {
        Duration::from_secs(match self {
            Self::TenSeconds => 10,
            Self::ThirtySeconds => 30,
            Self::OneMinute => 60,
            Self::ThreeMinutes => 180,
            Self::TenMinutes => 600,
            Self::ThirtyMinutes => 1800,
            Self::OneHour => 3600,
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::TenSeconds => "10s",
            Self::ThirtySeconds => "30s",
            Self::OneMinute => "1m",
            Self::ThreeMinutes => "3m",
            Self::TenMinutes => "10m",
            Self::ThirtyMinutes => "30m",
            Self::OneHour => "1h",
        }
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
        assert_eq!(tier(11), RetryTier::ThirtySeconds);
        assert_eq!(tier(601), RetryTier::ThirtyMinutes);
        assert_eq!(tier(86_400), RetryTier::OneHour);
    }

    #[test]
    fn nobody_waits_much_longer_than_asked_for() {
        for pair in RetryTier::ALL.windows(2) {
            assert!(pair[0].delay() < pair[1].delay());
            assert!(pair[1].delay() <= pair[0].delay() * 7 / 2);
        }
    }
}
