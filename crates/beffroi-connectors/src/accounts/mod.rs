//! Account URLs: which platform, which canonical handle, or why it is no account.
//!
//! Rules are data beside each platform; see `rules.rs`.

use beffroi_model::AccountRef;

/// What a URL turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub enum Recognised {
    /// An account.
    Account(AccountRef),
}
