//! What Meta's Graph APIs have in common, for Instagram and Threads: how a call is made with one of
//! several tokens, how its errors are read, and what the headers say of the allowance.
//!
//! Rules: a token stands in a header that no log shows, never in an address. A token that is
//! limited or refused rests; nothing is asked with it meanwhile.

mod ask;
mod error;
mod keys;
mod paging;
mod usage;

pub(crate) use ask::{Graph, NoAnswer, Session, Terms};
pub(crate) use error::Meaning;
pub(crate) use keys::refuse_token;
pub(crate) use paging::Paging;
