//! Waiting for a state, with a limit.

use std::{
    thread,
    time::{Duration, Instant},
};

/// Longer than anything here takes on a loaded machine.
pub const PATIENCE: Duration = Duration::from_secs(100);

/// Pause between two looks.
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Waits until `look` says yes.
///
/// # Panics
///
/// When it has not within [`PATIENCE`].
pub fn wait_until(what: &str, mut look: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !look() {
        assert!(Instant::now() < deadline, "not within {PATIENCE:?}: {what}");
        thread::sleep(LOOK_INTERVAL);
    }
}
