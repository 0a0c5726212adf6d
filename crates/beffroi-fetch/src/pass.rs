//! The right of a lane's worker to ask: for how long, and which servers.
//!
//! A worker holds a lane for seconds at a time and proves it again and again (`Fence`). No request
//! begins outside of a hold, and one that is on its way to be sent when the hold ends is not sent:
//! whoever holds the lane next is asking already. Such a call never ends; the worker drops it with
//! the rest of the lane's work.

use std::{future::poll_fn, pin::pin, sync::Arc, task::Poll, time::Duration};

use tokio::time::{Instant, sleep_until};

use crate::HostGroup;

/// Time between two looks at a fence that is closed.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// Tells for how long a lane is held.
pub trait Fence: std::fmt::Debug + Send + Sync {
    /// The hold as it is now. Looked at before each request and while waiting for its answer: it
    /// must be cheap.
    fn state(&self) -> FenceState;
}

/// A hold of a lane.
#[derive(Debug, Clone, Copy)]
pub struct FenceState {
    /// Its number, which rises with every hold of the lane by this process.
    pub hold: u64,
    /// No request may begin before; whoever held the lane earlier may have asked until then.
    pub since: Instant,
    /// No request may begin at or after this moment. It moves on for as long as the lane is held.
    pub until: Instant,
}

impl FenceState {
    /// Whether a request may begin at this moment.
    fn is_open(&self, now: Instant) -> bool {
        self.since <= now && now < self.until
    }
}

/// Tells which servers a lane may ask.
pub trait Territory: std::fmt::Debug + Send + Sync {
    /// Whether the group is this lane's.
    fn holds(&self, group: &HostGroup) -> bool;
}

/// What a client needs to work for a lane.
#[derive(Debug, Clone)]
pub struct LanePass {
    /// For how long.
    pub fence: Arc<dyn Fence>,
    /// Which servers' sites may be asked; `None` where the lane is an API's.
    pub territory: Option<Arc<dyn Territory>>,
}

impl LanePass {
    /// Waits until the lane is held. Gives the hold with its beginning.
    pub(crate) async fn begun(&self) -> (Held<'_>, Instant) {
        loop {
            let (held, state) = Held::now(self);
            if held.lasts() {
                return (held, state.since);
            }
            // Whether it is not proved yet or over is not seen from here.
            let soon = Instant::now() + LOOK_AGAIN;
            sleep_until(state.since.max(soon)).await;
        }
    }
}

/// A hold under which something has begun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held<'a> {
    fence: &'a dyn Fence,
    hold: u64,
}

impl<'a> Held<'a> {
    fn now(pass: &'a LanePass) -> (Self, FenceState) {
        let fence = &*pass.fence;
        let state = fence.state();
        let hold = state.hold;
        (Self { fence, hold }, state)
    }

    /// Whether it lasts. A hold that was lost does not come back with the next one.
    pub(crate) fn lasts(self) -> bool {
        let state = self.fence.state();
        state.hold == self.hold && state.is_open(Instant::now())
    }
}

/// Polls a future only while the hold lasts under which it was begun. Once that has ended it is never
/// polled again and never ends: also where the process was stopped in the middle of connecting and
/// goes on a minute later, nothing is written. Without a hold nothing is in the way.
pub(crate) async fn fenced<F: Future>(held: Option<Held<'_>>, inner: F) -> F::Output {
    let mut inner = pin!(inner);
    let mut is_closed = false;
    poll_fn(|context| {
        is_closed |= held.is_some_and(|held| !held.lasts());
        if is_closed {
            return Poll::Pending;
        }
        inner.as_mut().poll(context)
    })
    .await
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;
    use std::sync::{Mutex, PoisonError};

    /// A fence that a test opens and closes.
    #[derive(Debug)]
    pub(crate) struct Gate(Mutex<FenceState>);

    impl Gate {
        pub(crate) fn new(hold: u64, since: Instant, until: Instant) -> Arc<Self> {
            Arc::new(Self(Mutex::new(FenceState { hold, since, until })))
        }

        pub(crate) fn set(&self, hold: u64, since: Instant, until: Instant) {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) =
                FenceState { hold, since, until };
        }

        pub(crate) fn pass(self: &Arc<Self>) -> LanePass {
            LanePass {
                fence: self.clone(),
                territory: None,
            }
        }
    }

    impl Fence for Gate {
        fn state(&self) -> FenceState {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{testing::Gate, *};
    use futures::poll;
    use std::cell::Cell;

    const SECOND: Duration = Duration::from_secs(1);

    fn held(pass: &LanePass) -> Option<Held<'_>> {
        Some(Held::now(pass).0)
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_fenced_is_not_polled_once_the_hold_has_ended() {
        let begin = Instant::now();
        let gate = Gate::new(1, begin, begin + 5 * SECOND);
        let pass = gate.pass();
        let polls = Cell::new(0);
        let inner = poll_fn(|_| {
            polls.set(polls.get() + 1);
            if polls.get() < 4 {
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        });
        let mut visit = pin!(fenced(held(&pass), inner));
        assert!(poll!(&mut visit).is_pending());
        tokio::time::advance(4 * SECOND).await;
        assert!(poll!(&mut visit).is_pending());
        assert_eq!(polls.get(), 2);
        gate.set(1, begin, begin + 9 * SECOND);
        tokio::time::advance(3 * SECOND).await;
        assert!(poll!(&mut visit).is_pending());
        assert_eq!(polls.get(), 3, "the hold went on");
        tokio::time::advance(2 * SECOND).await;
        assert!(poll!(&mut visit).is_pending());
        gate.set(1, begin, begin + 60 * SECOND);
        assert!(poll!(&mut visit).is_pending());
        assert_eq!(polls.get(), 3, "a hold that ended does not begin again");
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_hold_does_not_send_what_the_last_one_began() {
        let begin = Instant::now();
        let gate = Gate::new(1, begin, begin + 5 * SECOND);
        let pass = gate.pass();
        let mut old = pin!(fenced(held(&pass), async {}));
        gate.set(2, begin, begin + 60 * SECOND);
        assert!(poll!(&mut old).is_pending());
        let mut anew = pin!(fenced(held(&pass), async {}));
        assert!(poll!(&mut anew).is_ready());
        let mut free = pin!(fenced(None, async {}));
        assert!(poll!(&mut free).is_ready(), "who has no lane has no fence");
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_that_has_ended_is_waited_for_in_vain() {
        let begin = Instant::now();
        let pass = Gate::new(1, begin, begin).pass();
        let waited = tokio::time::timeout(3600 * SECOND, pass.begun()).await;
        assert!(waited.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_beginning_of_a_hold_is_waited_for_also_when_it_is_put_off() {
        let begin = Instant::now();
        let gate = Gate::new(1, begin + 6 * SECOND, begin + 60 * SECOND);
        let pass = gate.pass();
        let later = async {
            tokio::time::sleep(3 * SECOND).await;
            gate.set(2, begin + 9 * SECOND, begin + 60 * SECOND);
        };
        let ((_, since), ()) = tokio::join!(pass.begun(), later);
        assert_eq!(since, begin + 9 * SECOND);
        assert_eq!(begin.elapsed(), 9 * SECOND);
    }
}
