//! Accounts: one collectivity's presence on one platform, and how we came to know of it.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use url::Url;
use uuid::Uuid;

use crate::{CollectivityId, Platform};

/// Namespace of every account id (RFC 9562, version 5), itself the version-5 UUID of the DNS name
/// `account.beffroi` so that anybody can recompute it.
const ACCOUNT_NAMESPACE: Uuid = Uuid::from_u128(0x31a3_9564_2a16_5497_b76a_6227_3590_88a9);

/// Identity of an account: the version-5 UUID of `platform:handle`, hence the same on every
/// machine and in every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountId(Uuid);

impl AccountId {
    /// The id of a platform's canonical handle.
    pub fn new(platform: Platform, handle: &str) -> Self {
        let name = format!("{platform}:{handle}");
        Self(Uuid::new_v5(&ACCOUNT_NAMESPACE, name.as_bytes()))
    }

    /// Takes back an id that was stored.
    pub fn from_uuid(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// The UUID itself.
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An account: a platform and its canonical handle, with the address at which people see it.
///
/// The handle is canonical by construction: only the parsers of account URLs and the registry make
/// one. For a website it is the host (with a port other than the scheme's own, and with the path
/// on a shared host), without scheme.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AccountRef {
    /// Where.
    pub platform: Platform,
    /// Canonical handle, unique within the platform.
    pub handle: String,
    /// Public address of the account.
    pub url: Url,
}

impl AccountRef {
    /// Its id.
    pub fn account_id(&self) -> AccountId {
        AccountId::new(self.platform, &self.handle)
    }
}

/// How sure one is that an account is the collectivity's own, in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(f32);

impl Confidence {
    /// Below this an account is kept as evidence but neither counted as presence nor measured.
    pub const ACCEPTED: Self = Self(0.5);

    /// Clamps into [0, 1]; what is not a number is 0.
    pub fn new(value: f32) -> Self {
        Self(if value.is_nan() {
            0.0
        } else {
            value.clamp(0.0, 1.0)
        })
    }

    /// The number.
    pub fn value(self) -> f32 {
        self.0
    }

    /// Whether the account counts as the collectivity's.
    pub fn is_accepted(self) -> bool {
        self >= Self::ACCEPTED
    }
}

/// How an account was found.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FindMethod {
    /// `sameAs` of a JSON-LD node of the body itself.
    JsonLd,
    /// `rel="me"` on a link or an anchor.
    RelMe,
    /// An anchor in the header, the footer or a block of network links.
    Anchor,
    /// An anchor in the text of an article.
    BodyAnchor,
    /// A meta tag (`twitter:site`, `fediverse:creator`, …).
    Meta,
    /// `itemprop=sameAs` or RDFa.
    Microdata,
    /// An embedded widget or iframe.
    Widget,
    /// Text alone, without a link.
    Text,
    /// A feed advertised by the page.
    Feed,
    /// The page is only a redirection to the account.
    Redirect,
    /// Data of a script of the page (`__NEXT_DATA__` and the like).
    Script,
    /// Declared in the State's directory.
    Directory,
    /// Declared in the registry (shipped or corrected by hand).
    Registry,
    /// The account named its own successor.
    Moved,
}

/// Where an account was seen and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Address of the page or name of the source.
    pub page: String,
    /// How it was seen there.
    pub how: FindMethod,
}

/// An account found for a collectivity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AccountFind {
    /// Whose account it would be.
    pub collectivity_id: CollectivityId,
    /// The account.
    #[serde(flatten)]
    pub account: AccountRef,
    /// How sure one is.
    pub confidence: Confidence,
    /// Why.
    pub evidence: Vec<Evidence>,
}

/// Folds a name for comparison: lower case, accents dropped, `œ` and `æ` opened, everything but
/// letters and digits turned into single spaces. `L'Haÿ-les-Roses` becomes `l hay les roses`.
pub fn fold_name(name: &str) -> String {
    // Every link of every page is folded, and most are plain: they need no tables.
    if name.is_ascii() {
        return join_ascii_words(name);
    }
    let lower = name
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .flat_map(char::to_lowercase);
    join_words(lower, name.len())
}

/// What [`join_words`] makes of plain letters, without looking at each as a character.
fn join_ascii_words(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    for word in words.filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded.make_ascii_lowercase();
    folded
}

/// Letters and digits, with one space in the place of anything between them.
fn join_words(lower: impl Iterator<Item = char>, capacity: usize) -> String {
    let mut folded = String::with_capacity(capacity);
    let mut space_due = false;
    for c in lower {
        let opened: &str = match c {
            'œ' => "oe",
            'æ' => "ae",
            'ß' => "ss",
            _ if c.is_alphanumeric() => {
                if space_due && !folded.is_empty() {
                    folded.push(' ');
                }
                space_due = false;
                folded.push(c);
                continue;
            }
            _ => {
                space_due = true;
                continue;
            }
        };
        if space_due && !folded.is_empty() {
            folded.push(' ');
        }
        space_due = false;
        folded.push_str(opened);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_depends_on_platform_and_handle_alone() {
        let id = AccountId::new(Platform::Mastodon, "mairie@social.example");
        assert_eq!(
            id,
            AccountId::new(Platform::Mastodon, "mairie@social.example")
        );
        assert_ne!(
            id,
            AccountId::new(Platform::Bluesky, "mairie@social.example")
        );
        // Written down: a change here would orphan every stored time series.
        assert_eq!(id.to_string(), "233d06d8-0f00-5b24-bf33-20d56eb390d1");
    }

    #[test]
    fn names_fold_to_plain_words() {
        assert_eq!(fold_name("L'Haÿ-les-Roses"), "l hay les roses");
        assert_eq!(fold_name("  Œuf-en-Ternois "), "oeuf en ternois");
        assert_eq!(fold_name("SAINT-ÉTIENNE"), "saint etienne");
    }

    #[test]
    fn a_confidence_stays_between_zero_and_one() {
        assert_eq!(Confidence::new(7.0).value(), 1.0);
        assert_eq!(Confidence::new(f32::NAN).value(), 0.0);
        assert!(Confidence::new(0.5).is_accepted());
    }
}
