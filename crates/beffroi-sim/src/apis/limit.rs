//! Fixed windows aligned on the epoch, as Rack::Attack and the AppView count.

use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

/// Counts requests in windows of a fixed length.
#[derive(Debug)]
pub(crate) struct FixedWindow {
    limit: u32,
    length_secs: i64,
    /// Number of the present window and requests in it.
    state: Mutex<(i64, u32)>,
}

/// Where a client stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Unix seconds at which the window ends.
    pub(crate) reset_at: i64,
    pub(crate) exceeded: bool,
}

impl FixedWindow {
    pub(crate) fn new(limit: u32, length_secs: i64) -> Self {
        Self {
            limit,
            length_secs,
            state: Mutex::new((0, 0)),
        }
    }

    /// Counts a request made now.
    pub(crate) fn count(&self, now: Timestamp) -> Standing {
        let window = now.as_second().div_euclid(self.length_secs);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 != window {
            *state = (window, 0);
        }
        state.1 = state.1.saturating_add(1);
        Standing {
            limit: self.limit,
            remaining: self.limit.saturating_sub(state.1),
            reset_at: (window + 1) * self.length_secs,
            exceeded: state.1 > self.limit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_and_opens_again() {
        let window = FixedWindow::new(2, 300);
        let at = |secs| Timestamp::from_second(secs).unwrap();
        assert_eq!(window.count(at(600)).remaining, 1);
        assert!(!window.count(at(601)).exceeded);
        let full = window.count(at(899));
        assert!(full.exceeded);
        assert_eq!(full.reset_at, 900);
        assert!(!window.count(at(900)).exceeded);
    }
}
