//! What all visits share: whether the token may be used at all, and how fast.
//!
//! No call is made while an allowance is spent, since calls that are refused count as well and
//! lengthen the refusal; nor ever again with a token that is known to be no good.

use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use beffroi_fetch::{is_played, note_cut};
use beffroi_model::{Failed, Forbidden, Outcome};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::{FacebookSettings, refusal::Allowance};
use crate::{Retry, api::Setback};

/// Longest wait before a call, just below the percentage at which none is made any more. A call
/// every ten seconds at a time lets the usage of a rolling hour fall.
const SLOWEST: Duration = Duration::from_secs(10);

/// How long a usage is believed: the headers are left out when there is little traffic.
const USAGE_BELIEVED_FOR: Duration = Duration::from_secs(300);

/// How long a server that fails whatever is asked of it is not asked for less: it would be asked
/// three times for each page.
const TROUBLE_BELIEVED_FOR: Duration = Duration::from_secs(60);

/// Keeps all visits within the token's allowance.
#[derive(Debug)]
pub(super) struct Gate {
    slow_from: f64,
    stop_at: f64,
    pause: Duration,
    standing: Mutex<Standing>,
    has_read: AtomicBool,
}

#[derive(Debug, Default)]
struct Standing {
    /// Why no call helps until somebody acts.
    barred: Option<Forbidden>,
    /// Until when no call is made, and which allowance is spent.
    spent: Option<(Allowance, Timestamp)>,
    /// The usage last told, in percent, and when.
    usage: Option<(f64, Instant)>,
    /// When the server last failed although little was asked of it.
    trouble: Option<Instant>,
}

impl Gate {
    /// A gate that stands open.
    pub(super) fn new(settings: &FacebookSettings) -> Self {
        Self {
            slow_from: f64::from(settings.slow_from_percent),
            stop_at: f64::from(settings.stop_at_percent),
            pause: settings.pause,
            standing: Mutex::default(),
            has_read: AtomicBool::new(false),
        }
    }

    /// Waits until a call may be made, or tells why none may.
    pub(super) async fn pass(&self) -> Result<(), Setback> {
        let wait = self.wait(Instant::now(), Timestamp::now());
        if wait.is_err_and(|refused| refused.outcome == Outcome::Failed(Failed::QuotaSpent)) {
            note_cut();
        }
        let wait = wait?;
        if !wait.is_zero() && !is_played() {
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }

    fn wait(&self, now: Instant, today: Timestamp) -> Result<Duration, Setback> {
        let mut standing = self.standing();
        if let Some(reason) = standing.barred {
            return Err(Setback::forbidden(reason));
        }
        match standing.spent {
            Some((allowance, until)) if until > today => return Err(spent(allowance, until)),
            _ => standing.spent = None,
        }
        let usage = standing
            .usage
            .filter(|(_, told)| now - *told < USAGE_BELIEVED_FOR);
        Ok(usage.map_or(Duration::ZERO, |(percent, _)| self.slowness(percent)))
    }

    /// Nothing below the first percentage, then in proportion.
    fn slowness(&self, percent: f64) -> Duration {
        let range = (self.stop_at - self.slow_from).max(1.0);
        SLOWEST.mul_f64(((percent - self.slow_from) / range).clamp(0.0, 1.0))
    }

    /// Takes in the usage that an answer tells.
    pub(super) fn heed(&self, percent: f64) {
        if percent >= self.stop_at {
            tracing::warn!(
                percent,
                "the allowance of Facebook's application is nearly spent"
            );
            self.close(Allowance::Quota);
        }
        self.standing().usage = Some((percent, Instant::now()));
    }

    /// Makes no call for a while. How the refused one ends.
    pub(super) fn close(&self, allowance: Allowance) -> Setback {
        let until = self.back_at(None);
        let mut standing = self.standing();
        let until = standing
            .spent
            .map_or(until, |(_, already)| already.max(until));
        standing.spent = Some((allowance, until));
        spent(allowance, until)
    }

    /// Makes no call any more. How the refused one ends.
    pub(super) fn bar(&self, reason: Forbidden) -> Setback {
        let mut standing = self.standing();
        if standing.barred.is_none() {
            tracing::error!(
                reason = %reason,
                "Facebook refuses the token; no more is asked of it until beffroi is started again"
            );
        }
        standing.barred = Some(reason);
        Setback::forbidden(reason)
    }

    /// How the visit of a page ends whose own allowance is spent, which does not concern others.
    pub(super) fn page_spent(&self, blocked_for: Option<Duration>) -> Setback {
        spent(Allowance::Quota, self.back_at(blocked_for))
    }

    /// Notes that the server failed although no less could be asked of it.
    pub(super) fn note_trouble(&self) {
        self.standing().trouble = Some(Instant::now());
    }

    /// Whether it failed so a moment ago, so that less asked would not help.
    pub(super) fn is_in_trouble(&self) -> bool {
        let trouble = self.standing().trouble;
        trouble.is_some_and(|since| since.elapsed() < TROUBLE_BELIEVED_FOR)
    }

    /// Notes that the token could read a page.
    pub(super) fn note_read(&self) {
        self.has_read.store(true, Ordering::Relaxed);
    }

    /// Whether the token could read any page so far.
    pub(super) fn has_read(&self) -> bool {
        self.has_read.load(Ordering::Relaxed)
    }

    fn back_at(&self, blocked_for: Option<Duration>) -> Timestamp {
        let length = blocked_for.unwrap_or(self.pause);
        let length = SignedDuration::try_from(length).unwrap_or(SignedDuration::MAX);
        let back = Timestamp::now().checked_add(length);
        back.unwrap_or(Timestamp::MAX)
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing
            .lock()
            .expect("nothing panics while holding it")
    }
}

fn spent(allowance: Allowance, until: Timestamp) -> Setback {
    Setback {
        outcome: Outcome::Failed(match allowance {
            Allowance::Quota => Failed::QuotaSpent,
            Allowance::Rate => Failed::RateLimited,
        }),
        retry: Some(Retry::unasked(until)),
        is_backoff: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate() -> Gate {
        Gate::new(&FacebookSettings::default())
    }

    fn in_minutes(minutes: i64) -> Timestamp {
        Timestamp::now()
            .checked_add(SignedDuration::from_mins(minutes))
            .unwrap()
    }

    #[test]
    fn calls_slow_down_in_proportion_and_stop() {
        let gate = gate();
        let wait = |percent: f64| {
            gate.heed(percent);
            gate.wait(Instant::now(), Timestamp::now())
        };
        assert_eq!(wait(12.0), Ok(Duration::ZERO));
        assert_eq!(wait(70.0), Ok(Duration::ZERO));
        assert_eq!(wait(82.5), Ok(Duration::from_secs(5)));
        assert_eq!(wait(94.9).map(|wait| wait.as_secs()), Ok(9));
        let stopped = wait(95.0).unwrap_err();
        assert_eq!(stopped.outcome, Outcome::Failed(Failed::QuotaSpent));
        let until = stopped.retry.unwrap().not_before.unwrap();
        assert!(until > in_minutes(59) && until < in_minutes(61));
        assert!(
            wait(12.0).is_err(),
            "a low figure does not shorten the pause"
        );
    }

    #[test]
    fn the_gate_opens_again_after_the_pause_and_forgets_an_old_usage() {
        let gate = gate();
        gate.heed(90.0);
        let later = Instant::now() + USAGE_BELIEVED_FOR;
        assert_eq!(gate.wait(later, Timestamp::now()), Ok(Duration::ZERO));
        let refused = gate.close(Allowance::Rate);
        assert_eq!(refused.outcome, Outcome::Failed(Failed::RateLimited));
        assert_eq!(gate.wait(later, Timestamp::now()), Err(refused));
        assert_eq!(gate.wait(later, in_minutes(61)), Ok(Duration::ZERO));
    }

    #[test]
    fn a_page_that_is_spent_closes_nothing() {
        let gate = gate();
        let blocked = gate.page_spent(Some(Duration::from_secs(19 * 60)));
        let until = blocked.retry.unwrap().not_before.unwrap();
        assert!(until > in_minutes(18) && until < in_minutes(20));
        assert_eq!(
            gate.wait(Instant::now(), Timestamp::now()),
            Ok(Duration::ZERO)
        );
    }

    #[test]
    fn a_token_that_was_refused_is_never_used_again() {
        let gate = gate();
        gate.bar(Forbidden::CredentialRefused);
        let refused = Err(Setback::forbidden(Forbidden::CredentialRefused));
        assert_eq!(gate.wait(Instant::now(), in_minutes(600)), refused);
    }
}
