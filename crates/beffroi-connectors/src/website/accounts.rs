//! The identity of a website: its host (and its path where the host is shared).

use beffroi_model::AccountRef;
use url::Url;

/// Why a declared website is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSite {
    /// Nothing was declared.
    #[error("no website is given")]
    Empty,
    /// An e-mail address.
    #[error("`{0}` is an e-mail address, not a website")]
    Email(String),
    /// Not a web address at all.
    #[error("`{0}` is not a web address")]
    NotAUrl(String),
}

/// A declared website, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredSite {
    /// The site, or the account when the "website" is a page of a network.
    pub account: AccountRef,
    /// What had to be repaired, if anything.
    pub note: Option<&'static str>,
}

/// Canonical handle and URL of the website to which an address belongs.
pub fn canonical_site(url: &Url) -> (String, Url) {
    (url.host_str().unwrap_or_default().to_owned(), url.clone())
}

/// Reads the website that somebody declared, however it was typed.
pub fn parse_declared(cell: &str) -> Result<DeclaredSite, InvalidSite> {
    Err(InvalidSite::NotAUrl(cell.to_owned()))
}
