//! What a connector brings back for one account. Nothing here can hold a citizen's name, id or
//! text: of a thread only its times are kept.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};
use url::Url;

use crate::{AccountFind, AccountRef, Outcome, PostKind, SiteObservation};

/// A figure that is known, or missing for a named reason. Unknown is never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Figure<T> {
    /// The figure.
    Known(T),
    /// Not to be had, and why.
    Missing(MissingReason),
}

impl<T> Figure<T> {
    /// The figure, where it is known.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Missing(_) => None,
        }
    }

    /// Why it is missing, where it is.
    pub fn missing(&self) -> Option<MissingReason> {
        match self {
            Self::Known(_) => None,
            Self::Missing(reason) => Some(*reason),
        }
    }

    /// A figure that the answer gave or, by leaving it out, did not.
    pub fn from_option(value: Option<T>, reason: MissingReason) -> Self {
        value.map_or(Self::Missing(reason), Self::Known)
    }
}

/// Why a figure is missing.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum MissingReason {
    /// The platform gives it to nobody.
    NotGivenByPlatform,
    /// The owner hides it.
    HiddenByOwner,
    /// The answer did not hold it this time.
    NotInAnswer,
    /// Asking for it was not worth its cost, or the budget did not allow.
    NotAsked,
    /// The call that gives it failed.
    CallFailed,
    /// The server gives it only to those who log in.
    LoginRequired,
    /// The platform gives it only with a permission that the credential lacks.
    PermissionMissing,
    /// The answer was cut at the platform's limit, so the true figure may be larger.
    Truncated,
    /// There is nothing to compute it from (no post, no thread).
    NoData,
    /// Replies are restricted by the owner, so their absence means nothing.
    RepliesRestricted,
    /// The outcome was not a measurement.
    NotMeasured,
    /// It was known, and the platform's terms did not allow to keep it for longer.
    RetentionExpired,
    /// It is known, and may not be published one account at a time: in the views for publication
    /// alone.
    NotPublishable,
}

/// The names of the figures of an account and of its posts, as in JSON and SQL.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum FigureName {
    /// People who follow the account.
    Followers,
    /// Accounts that it follows.
    Following,
    /// Posts since its creation, as the platform counts them.
    PostsTotal,
    /// Likes, favourites, reactions on a post.
    Reactions,
    /// Comments or direct replies under a post.
    Comments,
    /// Shares, reposts, boosts and quotes of a post.
    Shares,
    /// Views of a post.
    Views,
    /// The list of posts of the window itself.
    Posts,
    /// Visitors' threads under the posts, and the account's replies.
    Dialogue,
    /// A site's publications over 28 days.
    #[serde(rename = "posts_28d")]
    #[strum(serialize = "posts_28d")]
    Posts28d,
    /// A site's last publication.
    LastPublishedAt,
}

/// Counters of the account itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// People who follow it.
    pub followers: Figure<u64>,
    /// Accounts it follows.
    pub following: Figure<u64>,
    /// Posts since its creation, as the platform counts them.
    pub posts_total: Figure<u64>,
}

impl Figures {
    /// No figure at all, for one reason.
    pub fn missing(reason: MissingReason) -> Self {
        Self {
            followers: Figure::Missing(reason),
            following: Figure::Missing(reason),
            posts_total: Figure::Missing(reason),
        }
    }
}

/// A post of the account within the window, with its counters as seen now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The platform's id of the post (the account's own post, never a citizen's).
    pub post_id: String,
    /// Its public address, where the platform has one.
    pub url: Option<String>,
    /// When it was published.
    pub published_at: Timestamp,
    /// What it shows, where the answer tells.
    pub kind: Option<PostKind>,
    /// Likes, favourites, reactions.
    pub reactions: Figure<u64>,
    /// Comments or direct replies, as the platform counts them.
    pub comments: Figure<u64>,
    /// Shares, reposts, boosts and quotes.
    pub shares: Figure<u64>,
    /// Views.
    pub views: Figure<u64>,
}

/// A conversation that a visitor opened under one of the account's posts. A visitor's thread is a
/// direct reply, by somebody else, to a post of the account (or to the account's own continuation
/// of that post). It is answered when the account replied anywhere below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// The account's post under which it stands.
    pub post_id: String,
    /// When the visitor wrote.
    pub opened_at: Timestamp,
    /// When the account first replied; `None` while it has not.
    pub replied_at: Option<Timestamp>,
}

impl Thread {
    /// Seconds from the visitor's words to the account's first reply; `None` while unanswered. A reply
    /// cannot precede what it answers: where it seems to, the clocks of two servers disagree, and it
    /// counts as given at once. The times themselves are kept as they were told.
    pub fn reply_delay_secs(&self) -> Option<u64> {
        let delay = self.replied_at?.as_second() - self.opened_at.as_second();
        Some(u64::try_from(delay).unwrap_or(0))
    }
}

/// What the platform says of who the account is, beyond the handle we asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// The platform's permanent id (a DID, an ActivityPub URI).
    pub permanent_id: Option<String>,
    /// The handle it bears today, when it is not the one we asked for.
    pub renamed_to: Option<String>,
    /// When the account was created.
    pub created_at: Option<Timestamp>,
    /// Whether its server shows it only to those who look for it (silenced by the moderators).
    #[serde(default)]
    pub is_limited: bool,
    /// Whether it declares itself automated; often a mirror of another network.
    #[serde(default)]
    pub is_automated: bool,
    /// Links on the profile that prove or suggest the owner (the collectivity's site), with
    /// `true` where the platform has verified the back-link.
    pub profile_links: Vec<(String, bool)>,
}

/// SHA-256 of a body as received after decompression.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BodyHash(pub [u8; 32]);

impl BodyHash {
    /// The hash of a whole body.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }
}

impl fmt::Debug for BodyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0 {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// One exchange with a server: the source that every figure can be traced to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchRecord {
    /// When the request was sent.
    pub at: Timestamp,
    /// The address asked for. Never holds a credential nor a citizen's id.
    pub url: Url,
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// Name of the error class, when it failed.
    pub error_class: Option<&'static str>,
    /// Bytes of the body after decompression.
    pub body_bytes: u64,
    /// Hash of the body, when it was read whole.
    pub body_hash: Option<BodyHash>,
    /// Milliseconds from sending to the end of the body.
    pub duration_ms: u32,
}

/// All that one job brought back for one account.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Whose.
    pub account: AccountRef,
    /// How it ended.
    pub outcome: Outcome,
    /// When the figures were seen.
    pub observed_at: Timestamp,
    /// Who the account is.
    pub identity: Identity,
    /// Its counters.
    pub figures: Figures,
    /// Step to which the platform cuts the number of followers: 10,400 with a step of 100 stands for
    /// 10,400 to 10,499. `None` where the number is exact.
    pub followers_step: Option<u64>,
    /// Posts of the window, newest first.
    pub posts: Vec<Post>,
    /// Visitors' threads under these posts; missing where the platform does not show them.
    pub threads: Figure<Vec<Thread>>,
    /// Figures that are missing for the whole account or for all its posts, and why.
    pub unavailable: BTreeMap<FigureName, MissingReason>,
    /// What was seen of a website.
    pub site: Option<SiteObservation>,
    /// Accounts found on the way.
    pub finds: Vec<AccountFind>,
    /// Every exchange it took.
    pub fetches: Vec<FetchRecord>,
    /// What the connector wants to be handed at its next visit (validators, cursors): JSON of its
    /// own making, free of citizens' data.
    pub state: Option<String>,
}

impl Measurement {
    /// A job that ended without figures.
    pub fn without_figures(account: AccountRef, outcome: Outcome, observed_at: Timestamp) -> Self {
        Self {
            account,
            outcome,
            observed_at,
            identity: Identity::default(),
            figures: Figures::missing(MissingReason::NotMeasured),
            followers_step: None,
            posts: Vec::new(),
            threads: Figure::Missing(MissingReason::NotMeasured),
            unavailable: BTreeMap::new(),
            site: None,
            finds: Vec::new(),
            fetches: Vec::new(),
            state: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_that_seems_to_precede_its_question_was_given_at_once() {
        let at = |secs| Timestamp::from_second(secs).unwrap();
        let mut thread = Thread {
            post_id: "p".into(),
            opened_at: at(100),
            replied_at: None,
        };
        assert_eq!(thread.reply_delay_secs(), None);
        thread.replied_at = Some(at(160));
        assert_eq!(thread.reply_delay_secs(), Some(60));
        thread.replied_at = Some(at(90));
        assert_eq!(thread.reply_delay_secs(), Some(0));
    }

    #[test]
    fn a_body_hash_is_sha256() {
        let hex = format!("{:?}", BodyHash::of(b"abc"));
        assert_eq!(
            hex,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
