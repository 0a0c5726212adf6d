//! Account URLs: which platform, which canonical handle, or why it is no account.
//!
//! The rules of a platform are in its own folder (`accounts.rs` there), mostly as data; here is
//! what they share. Nothing here waits or asks: a URL alone is judged.

mod dispatch;
pub mod hosts;
mod parsed;
pub mod reason;

pub use parsed::{Kind, Parsed, Strength};

use url::Url;

/// Version of the rules, stored beside what they decided; raised whenever an answer may change.
pub const RULES_VERSION: u32 = 1;

/// Judges any text: a URL with or without scheme, `@user@host`, `acct:`, `at://`, or junk.
pub fn parse(input: &str) -> Parsed {
    match Url::parse(input) {
        Ok(url) => parse_url(&url),
        Err(_) => Parsed::not_social(None),
    }
}

/// Judges a URL.
pub fn parse_url(_url: &Url) -> Parsed {
    Parsed::not_social(None)
}

/// Websites: canonical form of a site's address and reading of a declared one.
pub mod website {
    pub use crate::website::accounts::{InvalidSite, canonical_site, parse_declared};
}
