//! How long a server is left alone after it asked for it.
//!
//! Where the server names a moment, that moment holds. Where it names none, the wait doubles with each
//! offence: by its *level*, which falls again after answers in good order or with time (the README has
//! the table). A moment is never brought forward.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::FetchSettings;

/// A moment so late that nobody waits for it, where the server's own cannot be held.
pub(super) const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Time without a further offence, after the end of the last block, that makes up for one level.
pub(super) const FORGIVEN_AFTER: Duration = Duration::from_secs(3600);

/// Answers in good order that make up for one level of back-off.
const GOOD_FOR_BACKOFF: u32 = 10;

/// Answers in good order of a group that make up for one doubling of its interval.
const GOOD_FOR_SLOWED: u32 = 20;

/// Doublings of a group's interval: at most 16 times the usual.
const MOST_SLOWED: u8 = 4;

/// The waits after offences.
#[derive(Debug, Clone, Copy)]
pub(super) struct Backoff {
    base: Duration,
    max: Duration,
}

impl Backoff {
    pub(super) fn new(settings: &FetchSettings) -> Self {
        Self {
            base: settings.backoff_base,
            max: settings.backoff_max,
        }
    }

    /// The shortest wait at a level; none at level 0.
    fn bound(self, level: u8) -> Duration {
        if level == 0 {
            return Duration::ZERO;
        }
        let doubled = 2_u32.saturating_pow(u32::from(level) - 1);
        self.base.saturating_mul(doubled).min(self.max)
    }

    /// The level from which on the wait does not grow.
    fn highest(self) -> u8 {
        let reaches = |level: &u8| self.bound(*level) >= self.max;
        (1..=32).find(reaches).unwrap_or(32)
    }

    /// The wait at a level, up to a quarter longer than need be: those who were refused together do
    /// not come back together.
    fn wait(self, level: u8) -> Duration {
        let bound = self.bound(level);
        (bound + (bound / 4).mul_f64(rand::random::<f64>())).min(self.max)
    }
}

/// How often a server was offended of late.
#[derive(Debug, Default)]
pub(super) struct Level {
    value: u8,
    /// Answers in good order since the last change.
    good: u32,
    offended_at: Option<Instant>,
    /// From when on time forgives.
    calm_since: Option<Instant>,
}

impl Level {
    /// The level, after what time has forgiven.
    pub(super) fn now(&mut self, now: Instant) -> u8 {
        while self.value > 0
            && let Some(since) = self.calm_since
            && since + FORGIVEN_AFTER <= now
        {
            self.value -= 1;
            self.good = 0;
            self.calm_since = Some(since + FORGIVEN_AFTER);
        }
        self.value
    }

    /// A request that began at `asked_at` was an offence. Those that were under way when the last one
    /// was known are part of that one. Whether it is one of its own.
    fn raise(&mut self, asked_at: Instant, most: u8) -> bool {
        let now = Instant::now();
        self.now(now);
        self.good = 0;
        self.calm_since = self.calm_since.max(Some(now));
        let is_new = self.offended_at.is_none_or(|last| last <= asked_at);
        if is_new {
            self.value = self.value.saturating_add(1).min(most);
            self.offended_at = Some(now);
        }
        is_new
    }

    /// A request was answered in good order; whether the level fell.
    fn forgive(&mut self, asked_at: Instant, enough: u32) -> bool {
        if self.value == 0 || self.offended_at.is_some_and(|last| asked_at < last) {
            return false;
        }
        self.good += 1;
        if self.good < enough {
            return false;
        }
        self.value -= 1;
        self.good = 0;
        true
    }

    /// What another process knew: a level as it was, and the time that has passed in calm since.
    fn recall(&mut self, value: u8, calm: Duration, most: u8) {
        let now = Instant::now();
        let hours = calm.as_secs() / FORGIVEN_AFTER.as_secs();
        let left = value.min(most);
        let left = left.saturating_sub(u8::try_from(hours).unwrap_or(u8::MAX));
        if left > self.now(now) {
            self.value = left;
            self.good = 0;
            self.calm_since = self.calm_since.max(Some(now));
        }
    }
}

/// How patient one has to be with a server, or with whoever keeps an API's budget.
#[derive(Debug, Default)]
pub(super) struct Patience {
    blocked: Option<(Instant, Timestamp)>,
    level: Level,
}

impl Patience {
    /// Until when it is left alone, if it is.
    pub(super) fn blocked(&self, now: Instant) -> Option<(Instant, Timestamp)> {
        self.blocked.filter(|(moment, _)| *moment > now)
    }

    pub(super) fn level(&mut self, now: Instant) -> u8 {
        self.level.now(now)
    }

    /// Leaves it alone until then, or longer where that was known. Whether anything changed.
    pub(super) fn block(&mut self, until: Timestamp) -> bool {
        let Ok(wait) = Duration::try_from(until.duration_since(Timestamp::now())) else {
            return false; // the moment has passed
        };
        let now = Instant::now();
        let moment = now.checked_add(wait.min(NEVER)).unwrap_or(now);
        let is_later = self.blocked.is_none_or(|(earlier, _)| moment > earlier);
        if is_later {
            self.blocked = Some((moment, until));
            // What is forgiven with time is forgiven after the block.
            self.level.calm_since = self.level.calm_since.max(Some(moment));
        }
        is_later
    }

    /// It refused a request that began at `asked_at`, and perhaps named a moment. Gives the moment
    /// until which it should be left alone; nothing is blocked yet.
    pub(super) fn offend(
        &mut self,
        asked_at: Instant,
        named: Option<Timestamp>,
        backoff: Backoff,
    ) -> Timestamp {
        let is_new = self.level.raise(asked_at, backoff.highest());
        let now = Timestamp::now();
        if let Some(named) = named {
            return named.max(now);
        }
        let known = self.blocked(Instant::now()).map(|(_, until)| until);
        if let Some(until) = known.filter(|_| !is_new) {
            return until;
        }
        let wait = backoff.wait(self.level.value);
        now.checked_add(wait).unwrap_or(Timestamp::MAX)
    }

    /// A request was answered in good order; whether a level was forgiven.
    pub(super) fn forgive(&mut self, asked_at: Instant) -> bool {
        self.level.forgive(asked_at, GOOD_FOR_BACKOFF)
    }

    /// What another process knew.
    pub(super) fn recall(
        &mut self,
        blocked_until: Option<Timestamp>,
        level: u8,
        calm: Duration,
        backoff: Backoff,
    ) {
        self.level.recall(level, calm, backoff.highest());
        if let Some(until) = blocked_until {
            self.block(until);
        }
    }

    /// Whether a fresh one would behave in the same way.
    pub(super) fn is_idle(&mut self, now: Instant) -> bool {
        self.blocked(now).is_none() && self.level(now) == 0
    }
}

/// By how much a group's interval is widened: doubled as many times.
#[derive(Debug, Default)]
pub(super) struct Slowed(Level);

impl Slowed {
    pub(super) fn level(&mut self, now: Instant) -> u8 {
        self.0.now(now)
    }

    pub(super) fn offend(&mut self, asked_at: Instant) {
        self.0.raise(asked_at, MOST_SLOWED);
    }

    pub(super) fn forgive(&mut self, asked_at: Instant) -> bool {
        self.0.forgive(asked_at, GOOD_FOR_SLOWED)
    }

    pub(super) fn recall(&mut self, level: u8, calm: Duration) {
        self.0.recall(level, calm, MOST_SLOWED);
    }
}

#[cfg(test)]
mod tests;
