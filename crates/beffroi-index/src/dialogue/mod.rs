//! Whether and how fast an account answers those who write under its posts.

mod kaplan_meier;
mod replies;
mod share;

pub use kaplan_meier::{Curve, Duration, Quantile, Step};
pub use replies::{Dialogue, MIN_THREADS, REPLY_DAYS, SeenThread};
pub use share::{Share, wilson};
