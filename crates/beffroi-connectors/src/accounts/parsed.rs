//! What a text or a URL turned out to be.
//!
//! A handle is only ever set in its canonical form, and together with the canonical URL and the
//! platform; parsing that URL again gives the same handle and the same URL.

use beffroi_model::{AccountRef, Platform};
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr};
use url::Url;

use super::reason;

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
    /// Why it is not simply an account: one of the words of [`reason`].
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

    /// An account, by its canonical handle and URL.
    pub(crate) fn at(platform: Platform, handle: impl Into<String>, url: &str) -> Self {
        let Ok(url) = Url::parse(url) else {
            return Self::other(platform, reason::INVALID_HANDLE);
        };
        Self {
            platform: Some(platform),
            handle: Some(handle.into()),
            url: Some(url),
            kind: Kind::Account,
            reason: None,
            strength: Strength::Strong,
            spelling: None,
        }
    }

    /// A publication that does not name its author.
    pub(crate) fn content(platform: Platform) -> Self {
        Self::bare(Kind::Post, Some(platform), reason::CONTENT)
    }

    /// A share button.
    pub(crate) fn share(platform: impl Into<Option<Platform>>) -> Self {
        Self::bare(Kind::Share, platform.into(), reason::SHARE_BUTTON)
    }

    /// Of the platform, but neither account nor post nor share button.
    pub(crate) fn other(platform: impl Into<Option<Platform>>, reason: &'static str) -> Self {
        Self::bare(Kind::Other, platform.into(), reason)
    }

    /// Of no platform, for no reason worth naming: an ordinary link.
    pub(crate) fn not_social() -> Self {
        Self {
            reason: None,
            ..Self::bare(Kind::NotSocial, None, reason::NOT_A_URL)
        }
    }

    /// No address that could be of a platform.
    pub(crate) fn unusable(reason: &'static str) -> Self {
        Self::bare(Kind::NotSocial, None, reason)
    }

    /// The same account as the author of a publication. What is no account stays as it is.
    pub(crate) fn into_post(self) -> Self {
        self.demoted(Kind::Post, None, Strength::Weak)
    }

    /// The same account, only named in passing by something else.
    pub(crate) fn named_by(self, kind: Kind, reason: &'static str, strength: Strength) -> Self {
        self.demoted(kind, Some(reason), strength)
    }

    /// The same account, less surely.
    pub(crate) fn weakened(self, strength: Strength, reason: Option<&'static str>) -> Self {
        self.demoted(Kind::Account, reason, strength)
    }

    /// The same, with the spelling found in the URL when it differs from the handle.
    pub(crate) fn spelt(mut self, spelling: &str) -> Self {
        if self
            .handle
            .as_deref()
            .is_some_and(|handle| handle != spelling)
        {
            self.spelling = Some(spelling.to_owned());
        }
        self
    }

    fn demoted(self, kind: Kind, reason: Option<&'static str>, strength: Strength) -> Self {
        if self.kind != Kind::Account {
            return self;
        }
        Self {
            kind,
            reason,
            strength: self.strength.min(strength),
            ..self
        }
    }

    fn bare(kind: Kind, platform: Option<Platform>, reason: &'static str) -> Self {
        Self {
            platform,
            handle: None,
            url: None,
            kind,
            reason: Some(reason),
            strength: Strength::Weak,
            spelling: None,
        }
    }
}
