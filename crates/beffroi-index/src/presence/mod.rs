//! Who is where, how much of it we know, and who is there without being there.

mod capture;
mod state;

pub use capture::{Capture, InvalidCapture, capture_recapture};
pub use state::{DORMANT_AFTER_DAYS, HOSTING_MIN_POSTS, Hosting, Liveliness, hosting, liveliness};
