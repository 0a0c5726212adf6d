//! What Meta's Graph APIs have in common, for Instagram and Threads: how a call is made with a
//! token, how its errors are read, and what the headers say of the allowance.
//!
//! Rules: a token stands in a header that no log shows, never in an address. A token that is
//! limited or refused rests; nothing is asked with it meanwhile.

mod ask;
mod error;
mod key;
mod recheck;
mod usage;

pub(crate) use ask::{Graph, NoAnswer, Session, Terms};
pub(crate) use error::Meaning;
pub(crate) use recheck::{Misses, is_due};
