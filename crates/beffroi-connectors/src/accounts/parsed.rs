//! What a text or a URL turned out to be.
//!
//! A handle is only ever set in its canonical form, and together with the canonical URL and the
//! platform; parsing that URL again gives the same handle and the same URL.

use beffroi_model::{AccountRef, Platform};
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr};
use url::Url;

/// What kind of thing a URL leads to.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Display, EnumString, IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// An account (or, of a presence-only service, the collectivity's own page).
    Account,
    /// One publication; the handle is its author's when the URL tells.
    Post,
    /// A button by which a visitor shares a page.
    Share,
    /// Something of a platform that is neither: its home page, a group, an asset, a short link.
    Other,
    /// Nothing of a known platform.
    NotSocial,
}

/// How far the URL alone proves that the account is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Strength {
    /// The shape fits, but any site may use it: only a call can tell (`/@name` on an unknown host).
    Candidate,
    /// The platform is sure, but the account is only named in passing (the author of a post), or
    /// the presence has no page of its own (the home page of an alert app's vendor).
    Weak,
    /// The URL is the account's own.
    Strong,
}

/// What a text or a URL turned out to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Parsed {
    /// The platform it belongs to, if any.
    pub platform: Option<Platform>,
    /// Canonical handle of the account, or of the author when the kind is not an account.
    pub handle: Option<String>,
    /// Canonical URL of that account.
    pub url: Option<Url>,
    /// What it is.
    pub kind: Kind,
    /// Why it is not simply an account: one of the words of [`reason`](super::reason).
    pub reason: Option<&'static str>,
    /// How far the URL alone proves it.
    #[serde(skip)]
    pub strength: Strength,
    /// The account's name as the URL spells it, where that says more than the handle (capitals,
    /// the name beside a number): for display, and to compare with the collectivity's name.
    #[serde(skip)]
    pub spelling: Option<String>,
}

impl Parsed {
    /// The account, when the URL is an account's.
    pub fn account(&self) -> Option<AccountRef> {
        match self.kind {
            Kind::Account => self.owner(),
            Kind::Post | Kind::Share | Kind::Other | Kind::NotSocial => None,
        }
    }

    /// The account named by the URL, whatever its kind: a post's author, the `via` of a share
    /// button. Weaker evidence than [`account`](Self::account).
    pub fn owner(&self) -> Option<AccountRef> {
        Some(AccountRef {
            platform: self.platform?,
            handle: self.handle.clone()?,
            url: self.url.clone()?,
        })
    }

    pub(crate) fn not_social(reason: Option<&'static str>) -> Self {
        Self::without_account(Kind::NotSocial, None, reason)
    }

    pub(crate) fn other(platform: Platform, reason: &'static str) -> Self {
        Self::without_account(Kind::Other, Some(platform), Some(reason))
    }

    pub(crate) fn without_account(
        kind: Kind,
        platform: Option<Platform>,
        reason: Option<&'static str>,
    ) -> Self {
        Self {
            platform,
            handle: None,
            url: None,
            kind,
            reason,
            strength: Strength::Weak,
            spelling: None,
        }
    }
}
