//! Account URLs: which platform, which canonical handle, or why it is no account.
//!
//! The rules of a platform are in its own folder (`accounts.rs` there), mostly as data; here is
//! what they share. Nothing here waits or asks: a URL alone is judged, and any text may be given.

mod app_links;
mod dispatch;
pub mod hosts;
mod link;
mod outsiders;
mod parsed;
mod placeholders;
mod presence;
pub mod reason;
mod shorteners;
mod text;

#[cfg(test)]
pub(crate) mod tests;

use beffroi_model::Platform;
use url::Url;

pub(crate) use link::{Link, fediverse_origin, is_locale};
pub use parsed::{Kind, Parsed, Strength};
pub(crate) use placeholders::is_placeholder;
pub(crate) use text::{cleaned, first_address, is_email, to_url, trimmed};

/// Version of the rules, stored beside what they decided; raised whenever an answer may change.
pub const RULES_VERSION: u32 = 2;

/// How the URLs of a platform are recognised.
pub(crate) struct Service {
    /// The platform.
    pub(crate) platform: Platform,
    /// Its domains; each stands for all its sub-domains.
    pub(crate) domains: &'static [&'static str],
    /// Judges any URL on one of them.
    pub(crate) judge: fn(&Link<'_>) -> Parsed,
}

/// Judges any text: a URL with or without scheme, `@user@host`, `acct:`, `at://`, or junk.
pub fn parse(input: &str) -> Parsed {
    text::judge(input, 0)
}

/// Judges a URL.
pub fn parse_url(url: &Url) -> Parsed {
    dispatch::judge_url(url, 0)
}

/// Websites: canonical form of a site's address and reading of a declared one.
pub mod website {
    pub use crate::website::accounts::{
        DeclaredSite, InvalidSite, SiteNote, canonical_site, is_home_path, parse_declared,
    };
}
