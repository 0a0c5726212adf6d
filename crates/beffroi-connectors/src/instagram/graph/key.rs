//! The token of one connector: its pace, and its rest when it is limited.
//!
//! What must hold: it is used at most once in its interval, and never while it rests. Turns are handed
//! out in order of arrival.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use beffroi_fetch::{header::HeaderValue, is_played, note_cut};
use beffroi_model::{Failed, Outcome};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use crate::{Credential, Retry, api::Setback};

/// The token and its turns.
#[derive(Debug)]
pub(super) struct Key {
    /// Its name in the settings.
    pub(super) name: String,
    /// Whose it is, where the platform wants to be told.
    pub(super) id: String,
    /// Marked as sensitive, so that it prints nowhere.
    pub(super) authorization: HeaderValue,
    interval: Duration,
    pace: Mutex<Pace>,
    /// Held by the one who waits for the next turn: an async lock, for it is the queue itself.
    queue: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct Pace {
    next: Option<Instant>,
    stretch: Option<f64>,
    rest: Option<Rest>,
}

/// Why and until when the token is not used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rest {
    pub(super) until: Timestamp,
    /// How jobs end meanwhile.
    pub(super) outcome: Outcome,
    /// Whether a job may be tried again then.
    pub(super) passes: bool,
}

impl Key {
    /// A token that may be used `requests` times in any window of `per`; `None` for one that cannot be
    /// sent.
    pub(super) fn try_new(credential: &Credential, requests: u32, per: Duration) -> Option<Self> {
        Some(Self {
            name: credential.name.clone(),
            id: credential.id.clone().unwrap_or_default(),
            authorization: credential.bearer()?,
            // 2 % slower than allowed: the network may bunch what was sent apart.
            interval: (per / requests.max(1)).mul_f64(1.02),
            pace: Mutex::default(),
            queue: tokio::sync::Mutex::new(()),
        })
    }

    /// Waits until the token may be used, and spends its turn. Ends at once when it rests.
    pub(super) async fn turn(&self) -> Result<(), Setback> {
        let _first = self.queue.lock().await;
        loop {
            let turn = self.take_turn(Instant::now(), Timestamp::now());
            if turn.is_err_and(|rest| rest.outcome == Outcome::Failed(Failed::QuotaSpent)) {
                note_cut();
            }
            match turn? {
                None => return Ok(()),
                Some(_) if is_played() => return Ok(()),
                // The token may be put to rest meanwhile: it is looked at again.
                Some(moment) => sleep_until(moment).await,
            }
        }
    }

    /// Lets the token rest. A longer rest is not cut short.
    pub(super) fn rest(&self, rest: Rest) {
        let mut pace = self.pace();
        if pace.rest.is_none_or(|known| known.until < rest.until) {
            pace.rest = Some(rest);
        }
    }

    /// Slows the token down, `1.0` being the pace allowed.
    pub(super) fn stretch(&self, stretch: f64) {
        self.pace().stretch = Some(stretch);
    }

    /// Its rest, if it rests.
    pub(super) fn resting(&self, now: Timestamp) -> Option<Rest> {
        self.pace().rest.filter(|rest| rest.until > now)
    }

    /// Takes the turn, or tells when it is.
    fn take_turn(&self, now: Instant, wall: Timestamp) -> Result<Option<Instant>, Setback> {
        let mut pace = self.pace();
        if let Some(rest) = pace.rest.filter(|rest| rest.until > wall) {
            return Err(rest.setback());
        }
        if let Some(due) = pace.next.filter(|due| *due > now) {
            return Ok(Some(due));
        }
        pace.next = Some(now + self.interval.mul_f64(pace.stretch.unwrap_or(1.0)));
        Ok(None)
    }

    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().expect("nothing panics while holding it")
    }
}

impl Rest {
    /// How a job ends that finds nothing but this.
    pub(super) fn setback(self) -> Setback {
        Setback {
            outcome: self.outcome,
            retry: self.passes.then_some(Retry::unasked(self.until)),
            is_backoff: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;

    fn key() -> Key {
        let credential = Credential {
            name: "main".to_owned(),
            id: None,
            secret: Secret::new("hush"),
        };
        Key::try_new(&credential, 10, Duration::from_secs(100)).unwrap()
    }

    fn limited(minutes: i64) -> Rest {
        let wait = jiff::SignedDuration::from_mins(minutes);
        Rest {
            until: Timestamp::now().checked_add(wait).unwrap(),
            outcome: Outcome::Failed(Failed::QuotaSpent),
            passes: true,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_token_is_used_twice_in_its_interval() {
        let key = key();
        let begin = Instant::now();
        for number in 0..10 {
            key.turn().await.unwrap();
            assert!(begin.elapsed() >= number * Duration::from_secs(10));
        }
        assert!(begin.elapsed() < Duration::from_secs(95));
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_whose_allowance_runs_low_is_used_less() {
        let key = key();
        key.stretch(5.0);
        let begin = Instant::now();
        key.turn().await.unwrap();
        key.turn().await.unwrap();
        assert!(begin.elapsed() >= Duration::from_secs(50));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_ends_and_is_not_cut_short() {
        let key = key();
        let long = limited(30);
        key.rest(long);
        key.rest(limited(1));
        assert_eq!(key.turn().await, Err(long.setback()));
        assert_eq!(key.resting(Timestamp::now()), Some(long));
        let fresh = self::key();
        fresh.rest(Rest {
            until: Timestamp::UNIX_EPOCH,
            ..long
        });
        assert!(fresh.turn().await.is_ok());
    }

    #[test]
    fn a_token_prints_nowhere() {
        assert!(!format!("{:?}", key()).contains("hush"));
    }
}
