//! The second budget of an instance: requests that page.
//!
//! Mastodon counts anonymous requests with `max_id`, `min_id`, `since_id` or `page` a second time,
//! 300 in 15 minutes for an address (`config/initializers/rack_attack.rb`, read in 2026). They are
//! spread evenly: one of them every `per / requests` and a little, so that no window of that
//! length, wherever it begins, holds more than allowed.

use std::{collections::HashMap, num::NonZeroU32, sync::Mutex, time::Duration};

use tokio::time::Instant;

/// Instances remembered at once; those whose turn is past are forgotten first.
const MAX_INSTANCES: usize = 4096;

/// Longest wait for a turn; beyond it the rest of the list is given up for this visit.
const MAX_WAIT: Duration = Duration::from_secs(600);

/// Hands out turns to page, one queue for each instance.
#[derive(Debug)]
pub(super) struct PagingPace {
    interval: Duration,
    next_turn: Mutex<HashMap<String, Instant>>,
}

/// The queue of an instance is too long.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the paging budget of `{instance}` is spent for longer than {}s", MAX_WAIT.as_secs())]
pub(super) struct PagingSpent {
    instance: String,
}

impl PagingPace {
    /// At most `requests` in any window of `per`.
    pub(super) fn new(requests: NonZeroU32, per: Duration) -> Self {
        // 2 % slower than allowed: the network may bunch what was sent apart.
        let interval = (per / requests.get()).mul_f64(1.02);
        Self {
            interval,
            next_turn: Mutex::new(HashMap::new()),
        }
    }

    /// Waits until a page of `instance` may be asked.
    pub(super) async fn turn(&self, instance: &str) -> Result<(), PagingSpent> {
        let turn = self.take_turn(instance, Instant::now())?;
        tokio::time::sleep_until(turn).await;
        Ok(())
    }

    fn take_turn(&self, instance: &str, now: Instant) -> Result<Instant, PagingSpent> {
        let mut next_turn = self
            .next_turn
            .lock()
            .expect("nothing panics while holding it");
        if next_turn.len() >= MAX_INSTANCES {
            next_turn.retain(|_, turn| *turn > now);
        }
        let turn = next_turn.get(instance).map_or(now, |turn| (*turn).max(now));
        if turn - now > MAX_WAIT {
            return Err(PagingSpent {
                instance: instance.to_owned(),
            });
        }
        next_turn.insert(instance.to_owned(), turn + self.interval);
        Ok(turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> PagingPace {
        PagingPace::new(NonZeroU32::new(300).unwrap(), Duration::from_secs(900))
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_holds_more_pages_than_allowed() {
        let pace = pace();
        let mut turns = Vec::new();
        for _ in 0..400 {
            pace.turn("social.example").await.unwrap();
            turns.push(Instant::now());
        }
        let crowded = turns
            .windows(301)
            .any(|w| w[300] - w[0] <= Duration::from_secs(900));
        assert!(!crowded);
    }

    #[tokio::test(start_paused = true)]
    async fn instances_do_not_wait_for_each_other() {
        let pace = pace();
        let start = Instant::now();
        pace.turn("one.example").await.unwrap();
        pace.turn("other.example").await.unwrap();
        assert_eq!(Instant::now(), start);
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_is_too_long_is_refused_rather_than_joined() {
        let pace = pace();
        let now = Instant::now();
        let refused = (0..400)
            .map(|_| pace.take_turn("social.example", now))
            .find(Result::is_err);
        assert!(refused.is_some());
    }
}
