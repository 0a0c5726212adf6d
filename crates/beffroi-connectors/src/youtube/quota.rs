//! The day's allowances, which the ledger keeps, and the minute's: once one is spent, nothing more is
//! asked of it until it is renewed, since even a refused call costs a unit
//! (developers.google.com/youtube/v3/determine_quota_cost; read in 2026). Of the day's that is told
//! to the account; the minute's is waited for.

use std::{sync::Mutex, time::Duration};

use beffroi_budget::Period;
use beffroi_fetch::is_played;
use jiff::Timestamp;
use tokio::time::Instant;

/// The allowance of all methods together.
pub(super) const UNITS: &str = "units";

/// The allowance of `videos:batchGetStats`.
pub(super) const STATISTICS: &str = "statistics";

/// The minute's allowance.
#[derive(Debug, Default)]
pub(super) struct Minute {
    paused_until: Mutex<Option<Instant>>,
}

impl Minute {
    /// Has every call wait for `pause`: too much was asked within a minute.
    pub(super) fn pause(&self, pause: Duration) {
        let until = Instant::now() + pause;
        let mut paused_until = self
            .paused_until
            .lock()
            .expect("nothing panics while holding it");
        *paused_until = (*paused_until).max(Some(until));
    }

    /// Waits until the pause is over, if there is one.
    pub(super) async fn wait(&self) {
        let paused_until = *self
            .paused_until
            .lock()
            .expect("nothing panics while holding it");
        if let Some(until) = paused_until.filter(|_| !is_played()) {
            tokio::time::sleep_until(until).await;
        }
    }
}

/// When the allowances are renewed. The answer names no moment.
pub(super) fn renewal(now: Timestamp) -> Timestamp {
    Period::PacificDay.counts_until(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_waited_for_and_never_shortened() {
        let minute = Minute::default();
        let start = Instant::now();
        minute.wait().await;
        assert_eq!(Instant::now(), start);
        minute.pause(Duration::from_secs(60));
        minute.pause(Duration::from_secs(1));
        minute.wait().await;
        assert_eq!(Instant::now() - start, Duration::from_secs(60));
        minute.wait().await;
        assert_eq!(Instant::now() - start, Duration::from_secs(60));
    }
}
