//! The right to work a lane, for seconds at a time (decision 0017).
//!
//! What must hold: whoever reads the clock sees a hold that ran out as lost, also when nothing of
//! this program has run meanwhile (a stopped process). So nothing here waits for a timer to fire.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// How much longer than the term a lane rests when it changes hands, for whatever lies between a
/// look at the clock and the request on the wire.
const MARGIN: Duration = Duration::from_secs(1);

/// "For ever", far enough from the end of the clock to be added to.
const EVER: Duration = Duration::from_secs(30 * 365 * 86_400);

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

/// One life of a lane's consumption by this process: from the first delivery of a channel until the
/// channel ends. Cheap to clone; clones are the same hold.
///
/// A request of the lane may begin at a moment `t` with `since() <= t < until()`, looked at last
/// thing before. A hold never comes back once it was lost.
#[derive(Debug, Clone)]
pub struct Hold {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    number: u64,
    /// How long a proof is worth; none for a hold that needs no proof.
    term: Option<Duration>,
    state: Mutex<State>,
    lost: CancellationToken,
}

#[derive(Debug, Clone, Copy)]
struct State {
    /// When the first delivery came, and for how long nobody may ask from then on.
    active: Option<Active>,
    until: Instant,
    ended_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
struct Active {
    at: Instant,
    rest: Duration,
}

impl Hold {
    /// A hold that begins with its first delivery and lasts `term` after each proof.
    pub(crate) fn begin(term: Duration) -> Self {
        Self::new(Some(term), None, Instant::now())
    }

    /// A hold that is valid now and until it is let go of.
    pub(crate) fn for_ever() -> Self {
        let now = Instant::now();
        let active = Active {
            at: now,
            rest: Duration::ZERO,
        };
        Self::new(None, Some(active), now + EVER)
    }

    fn new(term: Option<Duration>, active: Option<Active>, until: Instant) -> Self {
        Self {
            inner: Arc::new(Inner {
                number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
                term,
                state: Mutex::new(State {
                    active,
                    until,
                    ended_at: None,
                }),
                lost: CancellationToken::new(),
            }),
        }
    }

    /// Tells it from all other holds of this process: rises with every one, never 0.
    pub fn number(&self) -> u64 {
        self.inner.number
    }

    /// Before this moment no request may go: whoever held the lane before may still ask. One term
    /// and a second after the first delivery, or at once where the one before has said that it asks
    /// nothing more; years away while there was no delivery.
    pub fn since(&self) -> Instant {
        match self.state().active {
            Some(Active { at, rest }) => at + rest,
            None => Instant::now() + EVER,
        }
    }

    /// At or after this moment no request may begin. Moves on with each proof; in the past once the
    /// lane is lost or let go of.
    pub fn until(&self) -> Instant {
        let State {
            until, ended_at, ..
        } = *self.state();
        ended_at.map_or(until, |at| at.min(until))
    }

    /// Whether the lane is ours: it has delivered, and is neither lost nor let go of. Says nothing
    /// of [`Hold::since`].
    pub fn is_valid(&self) -> bool {
        self.is_active() && Instant::now() < self.until()
    }

    /// Returns once the lane is lost or let go of. Cancel safe. A hold that runs out is noticed
    /// within milliseconds; to be exact, compare [`Hold::until`] with the clock.
    pub async fn lost(&self) {
        self.inner.lost.cancelled().await;
    }

    /// Whether the first delivery came.
    pub(crate) fn is_active(&self) -> bool {
        self.state().active.is_some()
    }

    /// The first delivery came. `is_handed_over`: whoever held the lane before has said that it asks
    /// nothing more.
    pub(crate) fn activate(&self, is_handed_over: bool) {
        let rest = match self.inner.term {
            Some(term) if !is_handed_over => term + MARGIN,
            _ => Duration::ZERO,
        };
        let at = Instant::now();
        self.state().active.get_or_insert(Active { at, rest });
    }

    /// Whether a request may begin now.
    pub(crate) fn is_open(&self) -> bool {
        let now = Instant::now();
        self.since() <= now && now < self.until()
    }

    /// The broker has answered a call made at `asked` on the channel of this life. False when it
    /// comes too late: the hold has run out before.
    pub(crate) fn prove(&self, asked: Instant) -> bool {
        let Some(term) = self.inner.term else {
            return true;
        };
        if self.lapses_at().is_some_and(|at| Instant::now() >= at) {
            return false;
        }
        let mut state = self.state();
        state.until = state.until.max(asked + term);
        true
    }

    /// Returns when the hold has run out for want of a proof.
    pub(crate) async fn lapse(&self) {
        loop {
            match self.lapses_at() {
                Some(at) if Instant::now() >= at => return,
                Some(at) => sleep_until(at).await,
                // In line, nothing can be lost.
                None => sleep(self.inner.term.unwrap_or(EVER)).await,
            }
        }
    }

    /// It is lost, or let go of.
    pub(crate) fn end(&self) {
        let now = Instant::now();
        self.state().ended_at.get_or_insert(now);
        self.inner.lost.cancel();
    }

    /// Whether it has ended, or run out.
    pub(crate) fn is_over(&self) -> bool {
        let now = Instant::now();
        self.state().ended_at.is_some() || self.lapses_at().is_some_and(|at| now >= at)
    }

    /// When it runs out; the first proof after the first delivery has a whole term to come.
    fn lapses_at(&self) -> Option<Instant> {
        let State { active, until, .. } = *self.state();
        let term = self.inner.term.unwrap_or(EVER);
        active.map(|active| until.max(active.at + term))
    }

    /// Nothing under this lock panics midway.
    fn state(&self) -> MutexGuard<'_, State> {
        let state = self.inner.state.lock();
        state.unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::{advance, timeout};

    use super::*;

    const TERM: Duration = Duration::from_secs(5);
    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_hold_is_valid_from_the_first_delivery_until_a_term_after_the_last_proof() {
        let hold = Hold::begin(TERM);
        assert!(hold.prove(Instant::now()));
        assert!(!hold.is_valid(), "in line");
        assert!(hold.since() > Instant::now() + 1000 * TERM);
        advance(3 * SECOND).await;
        let asked = Instant::now();
        advance(SECOND).await;
        assert!(hold.prove(asked));
        let active_at = Instant::now();
        hold.activate(false);
        assert!(hold.is_valid());
        assert_eq!(hold.since(), active_at + TERM + SECOND);
        advance(2 * SECOND).await;
        hold.activate(false);
        assert_eq!(
            hold.since(),
            active_at + TERM + SECOND,
            "one rest for each life"
        );
        assert_eq!(hold.until(), asked + TERM);
        assert!(hold.prove(asked + SECOND));
        assert!(hold.prove(asked), "an older proof takes nothing away");
        assert_eq!(hold.until(), asked + SECOND + TERM);
    }

    #[tokio::test(start_paused = true)]
    async fn a_lane_that_was_handed_over_does_not_rest() {
        for (is_handed_over, rest) in [(true, Duration::ZERO), (false, TERM + SECOND)] {
            let hold = Hold::begin(TERM);
            assert!(hold.prove(Instant::now()));
            hold.activate(is_handed_over);
            assert_eq!(hold.since(), Instant::now() + rest);
            assert_eq!(hold.is_open(), is_handed_over);
            hold.activate(!is_handed_over);
            assert_eq!(hold.since(), Instant::now() + rest, "said once and for all");
            advance(TERM).await;
            assert!(!hold.is_open(), "without a proof it ends all the same");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_that_ran_out_is_lost_whatever_comes_after() {
        let hold = Hold::begin(TERM);
        hold.activate(false);
        let begun = Instant::now();
        assert!(hold.prove(begun));
        advance(SECOND).await;
        let asked = Instant::now();
        // The process is stopped here: nothing runs, the answer waits.
        advance(4 * SECOND).await;
        assert!(!hold.is_valid() && hold.is_over());
        assert!(!hold.prove(asked), "the answer comes too late");
        assert_eq!(hold.until(), begun + TERM);
        timeout(Duration::ZERO, hold.lapse()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn who_stood_in_line_for_long_has_a_term_for_the_first_proof() {
        let hold = Hold::begin(TERM);
        assert!(hold.prove(Instant::now()));
        advance(100 * SECOND).await;
        assert!(!hold.is_over(), "nothing can be lost in line");
        hold.activate(false);
        assert!(!hold.is_valid() && !hold.is_over());
        advance(4 * SECOND).await;
        assert!(hold.prove(Instant::now()) && hold.is_valid());
        assert!(timeout(4 * SECOND, hold.lapse()).await.is_err());
        timeout(SECOND, hold.lapse()).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_let_go_of_is_over_at_once_and_its_watchers_wake() {
        for hold in [Hold::begin(TERM), Hold::for_ever()] {
            hold.activate(false);
            assert!(hold.prove(Instant::now()) && hold.is_valid());
            let watcher = tokio::spawn({
                let hold = hold.clone();
                async move { hold.lost().await }
            });
            assert!(timeout(SECOND, hold.lost()).await.is_err());
            hold.end();
            watcher.await.unwrap();
            assert!(!hold.is_valid() && hold.until() <= Instant::now());
            advance(SECOND).await;
            hold.prove(Instant::now());
            assert!(!hold.is_valid() && hold.until() <= Instant::now());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_in_process_is_valid_at_once_and_for_ever() {
        let hold = Hold::for_ever();
        assert!(hold.number() > 0 && Hold::for_ever().number() > hold.number());
        assert!(hold.since() <= Instant::now() && hold.is_valid());
        advance(1_000_000 * SECOND).await;
        assert!(hold.is_valid() && !hold.is_over());
    }
}
