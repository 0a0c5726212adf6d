//! When a job is tried again: a pure function of its tries and of what the server asked for.

use std::time::Duration;

use jiff::Timestamp;

use crate::WorkerSettings;

/// What becomes of a failure that may pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Try again after this long.
    TryAgain(Duration),
    /// The tries are spent, or the server asks for more patience than the night has.
    GiveUp,
}

/// Decides. `attempt` counts the tries before the one that failed now.
pub(crate) fn next_try(
    settings: &WorkerSettings,
    attempt: u16,
    not_before: Option<Timestamp>,
    now: Timestamp,
) -> Next {
    if attempt + 1 >= settings.max_tries {
        return Next::GiveUp;
    }
    let growth = 4u32.saturating_pow(u32::from(attempt));
    let pause = settings.retry_pause.saturating_mul(growth);
    let asked = not_before.map_or(Duration::ZERO, |at| {
        Duration::try_from(at.duration_since(now)).unwrap_or_default()
    });
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

    #[test]
    fn pauses_grow_until_the_tries_are_spent() {
        let settings = WorkerSettings::default();
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(
            next_try(&settings, 0, None, now),
            Next::TryAgain(Duration::from_secs(60))
        );
        assert_eq!(
            next_try(&settings, 1, None, now),
            Next::TryAgain(Duration::from_secs(240))
        );
        assert_eq!(next_try(&settings, 2, None, now), Next::GiveUp);
    }

    #[test]
    fn what_the_server_asks_for_is_never_cut_short() {
        let settings = WorkerSettings::default();
        let now = Timestamp::UNIX_EPOCH;
        let at = |secs| Some(Timestamp::from_second(secs).unwrap());
        let asked = next_try(&settings, 0, at(600), now);
        assert_eq!(asked, Next::TryAgain(Duration::from_secs(600)));
        assert_eq!(next_try(&settings, 0, at(3 * 3600), now), Next::GiveUp);
        assert_eq!(
            next_try(&settings, 0, at(-5), now),
            Next::TryAgain(Duration::from_secs(60))
        );
    }
}
