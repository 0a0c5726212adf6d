//! When a job is tried again: a pure function of its tries and of what the server asked for.

use std::time::Duration;

use beffroi_connectors::Retry;
use jiff::Timestamp;

use crate::WorkerSettings;

/// What becomes of a failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Try again after this long.
    TryAgain(Duration),
    /// It was not tried: its host wants no request for so long.
    Wait(Duration),
    /// The tries are spent, or the server asks for more patience than the night has.
    GiveUp,
}

/// Decides. `attempt` counts the tries before the one that failed now.
pub(crate) fn next_try(
    settings: &WorkerSettings,
    attempt: u16,
    retry: Retry,
    now: Timestamp,
) -> Next {
    let asked = retry.not_before.map_or(Duration::ZERO, |at| {
        Duration::try_from(at.duration_since(now)).unwrap_or_default()
    });
    // With its moment past nothing holds the host back: what still refuses (a robots.txt that is
    // believed unreachable for a while) would have the job come and go until it is forgotten.
    if !retry.has_asked && !asked.is_zero() && asked <= settings.max_put_off {
        return Next::Wait(asked);
    }
    if attempt + 1 >= settings.max_tries {
        return Next::GiveUp;
    }
    let growth = 4u32.saturating_pow(u32::from(attempt));
    let pause = settings.retry_pause.saturating_mul(growth);
    let delay = pause.max(asked);
    if delay > settings.max_put_off {
        Next::GiveUp
    } else {
        Next::TryAgain(delay)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(not_before: Option<i64>) -> Retry {
        Retry {
            not_before: not_before.map(|second| Timestamp::from_second(second).unwrap()),
            has_asked: true,
        }
    }

    #[test]
    fn pauses_grow_until_the_tries_are_spent() {
        let settings = WorkerSettings::default();
        let next = |attempt| next_try(&settings, attempt, failed(None), Timestamp::UNIX_EPOCH);
        assert_eq!(next(0), Next::TryAgain(Duration::from_secs(60)));
        assert_eq!(next(1), Next::TryAgain(Duration::from_secs(240)));
        assert_eq!(next(2), Next::GiveUp);
    }

    #[test]
    fn what_the_server_asks_for_is_never_cut_short() {
        let settings = WorkerSettings::default();
        let next = |second| next_try(&settings, 0, failed(Some(second)), Timestamp::UNIX_EPOCH);
        assert_eq!(next(600), Next::TryAgain(Duration::from_secs(600)));
        assert_eq!(next(3 * 3600), Next::GiveUp);
        assert_eq!(next(-5), Next::TryAgain(Duration::from_secs(60)));
    }

    #[test]
    fn waiting_without_asking_costs_no_try() {
        let settings = WorkerSettings::default();
        let waiting = |second| Retry {
            has_asked: false,
            ..failed(Some(second))
        };
        let next = |retry| next_try(&settings, 2, retry, Timestamp::UNIX_EPOCH);
        assert_eq!(next(waiting(600)), Next::Wait(Duration::from_secs(600)));
        assert_eq!(next(waiting(3 * 3600)), Next::GiveUp);
        // Nor is there anything to wait for when the moment has passed.
        assert_eq!(next(waiting(-5)), Next::GiveUp);
    }
}
