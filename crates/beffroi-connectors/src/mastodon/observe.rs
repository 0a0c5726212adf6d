//! From answers to observations. Plain functions: what is known of an account, its posts and its
//! conversations.

use std::{cmp::Reverse, collections::HashSet};

use beffroi_model::{
    AccountFind, AccountRef, Confidence, Evidence, Figure, Figures, FindMethod, Identity,
    MissingReason, Platform, Post, Subject,
};
use jiff::Timestamp;
use url::Url;

use super::{
    address::Handle,
    wire::{Account, Context, Moved, Status, Visibility},
};
use crate::{
    accounts,
    conversation::{self, Conversation, Message},
    dialogue::{Mark, Remembered},
    tolerant::{Count, Items},
    window::Window,
};

/// How sure one is of an account that its predecessor named: the word of the account itself.
const MOVED_CONFIDENCE: f32 = 0.95;

/// Most links read from a profile (Mastodon shows four fields, other servers more).
const MAX_PROFILE_LINKS: usize = 16;

/// Counters of the account.
pub(super) fn figures(account: &Account) -> Figures {
    Figures {
        followers: account.followers_count.figure(),
        following: account.following_count.figure(),
        posts_total: account.statuses_count.figure(),
    }
}

/// Who the account is. `today` is the handle it bears by its own server.
pub(super) fn identity(account: &Account, asked: &str, today: &Handle) -> Identity {
    let today = today.canonical();
    let links = account.fields.iter().filter_map(|field| {
        let link = first_link(field.value.as_deref()?)?;
        Some((link.to_string(), field.verified_at.is_some()))
    });
    Identity {
        permanent_id: account.uri.clone(),
        renamed_to: (today != asked).then_some(today),
        created_at: account.created_at,
        is_limited: account.limited,
        is_automated: account.bot,
        profile_links: links.take(MAX_PROFILE_LINKS).collect(),
    }
}

/// Whether the account stands for the server itself: an actor named as its domain.
pub(super) fn is_instance_actor(account: &Account, today: &Handle, api_host: &str) -> bool {
    let Some(username) = &account.username else {
        return false;
    };
    [today.domain.as_str(), api_host]
        .iter()
        .any(|domain| host_only(domain).eq_ignore_ascii_case(username))
}

/// The account's successor, as a find for each collectivity whose the account is. `local_domain`
/// completes the handle of a successor on the same server.
pub(super) fn successor(
    moved: &Moved,
    local_domain: &str,
    page: &Url,
    subjects: &[Subject],
) -> Vec<AccountFind> {
    let Some(account) = successor_account(moved, local_domain) else {
        return Vec::new();
    };
    let find = |subject: &Subject| AccountFind {
        collectivity_id: subject.collectivity_id.clone(),
        account: account.clone(),
        confidence: Confidence::new(MOVED_CONFIDENCE),
        evidence: vec![Evidence {
            page: page.to_string(),
            how: FindMethod::Moved,
        }],
    };
    subjects.iter().map(find).collect()
}

/// Its page's address tells the handle by which the account is known when it is found on a site,
/// and so is preferred to its name, which may bear another domain.
fn successor_account(moved: &Moved, local_domain: &str) -> Option<AccountRef> {
    let by_url = moved
        .url
        .as_deref()
        .and_then(|url| accounts::parse(url).account());
    let by_name = || {
        let acct = moved.acct.as_deref()?;
        let handle = match acct.contains('@') {
            true => format!("@{acct}"),
            false => format!("@{acct}@{local_domain}"),
        };
        accounts::parse(&handle).account()
    };
    by_url
        .filter(|account| account.platform == Platform::Mastodon)
        .or_else(by_name)
}

/// The account's own statuses, told apart.
#[derive(Default)]
pub(super) struct Listing {
    /// Posts of the window: public statuses that reply to nobody. A thread of several statuses is
    /// one post; the others are its continuations, and replies to them are replies to it.
    pub(super) posts: Vec<Post>,
    /// What the account wrote below statuses, its own or others'.
    pub(super) replies: Vec<OwnReply>,
    /// When the last status read was written.
    pub(super) oldest_read: Option<Timestamp>,
    unreadable: usize,
    seen: HashSet<String>,
}

/// A reply or continuation by the account.
pub(super) struct OwnReply {
    id: String,
    parent: String,
    at: Timestamp,
    replies: Count,
}

impl Listing {
    /// Adds a page. Boosts, statuses of others and those not meant for everybody are left out, and
    /// so is one seen before (pages shift while new statuses come in).
    ///
    /// When the status that one replies to is deleted, Mastodon forgets its id and keeps its
    /// author's (`db/schema.rb`: `in_reply_to_id` is nullified; read in 2026): such a reply is
    /// no post, and stands nowhere. One below a deleted status of the account's own is left as the
    /// first of its thread, and so is a post.
    pub(super) fn add_page(&mut self, page: Items<Status>, own_id: &str, window: Window) {
        self.unreadable += page.unreadable;
        for status in page.read {
            let kind = status.kind();
            let (id, at) = (status.id, status.created_at);
            self.oldest_read = Some(at);
            let is_own = status.account.is_none_or(|author| author.id == own_id);
            let is_wanted = is_own
                && status.reblog.is_none()
                && status.visibility == Visibility::Public
                && self.seen.insert(id.clone());
            if !is_wanted {
                continue;
            }
            if let Some(parent) = status.in_reply_to_id {
                self.replies.push(OwnReply {
                    id,
                    parent,
                    at,
                    replies: status.replies_count,
                });
                continue;
            }
            let was_reply_to_another = status
                .in_reply_to_account_id
                .is_some_and(|account_id| account_id != own_id);
            if !was_reply_to_another && window.contains(at) {
                self.posts.push(Post {
                    post_id: id,
                    url: status.url,
                    published_at: at,
                    kind,
                    reactions: status.favourites_count.figure(),
                    comments: status.replies_count.figure(),
                    shares: status.reblogs_count.plus_if_given(status.quotes_count),
                    views: Figure::Missing(MissingReason::NotGivenByPlatform),
                });
            }
        }
        self.posts.sort_by_key(|post| Reverse(post.published_at));
    }

    /// Whether there are statuses, of which none could be read: the layout has changed.
    pub(super) fn is_unreadable(&self) -> bool {
        self.oldest_read.is_none() && self.unreadable > 0
    }

    /// What the listing shows of the conversation below a post; `None` when a counter is missing.
    pub(super) fn mark(&self, post: &Post) -> Option<Mark> {
        let own: Vec<Message<'_>> = self.replies.iter().map(OwnReply::as_message).collect();
        let continuations = conversation::read(&post.post_id, &own).continuations;
        let mut replies = post.comments.known()?;
        for index in &continuations {
            replies = replies.saturating_add(self.replies[*index].replies.given()?);
        }
        Some(Mark {
            replies,
            own: continuations.len() as u64,
        })
    }

    /// When the account last wrote below a status.
    pub(super) fn last_reply_at(&self) -> Option<Timestamp> {
        self.replies.iter().map(|reply| reply.at).max()
    }
}

impl OwnReply {
    fn as_message(&self) -> Message<'_> {
        Message {
            id: &self.id,
            parent: &self.parent,
            is_own: true,
            at: self.at,
        }
    }
}

/// What has to be done to know a post's conversation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need<'a> {
    /// Nothing: nobody but the account wrote below it.
    Nothing,
    /// Nothing: it has not moved since the last visit.
    Recall(&'a Remembered),
    /// Its context has to be asked for.
    Ask,
}

/// Decides whether a context is asked for.
///
/// The listing does not tell under which post an own reply to a visitor stands. So, besides those
/// whose counters moved, conversations with an unanswered thread are asked again once the account
/// has replied to anybody since (`has_replied_since`). A visitor's message that is deleted while
/// another comes goes unnoticed until the next movement.
pub(super) fn need(
    mark: Option<Mark>,
    remembered: Option<&Remembered>,
    has_replied_since: bool,
) -> Need<'_> {
    let Some(mark) = mark else { return Need::Ask };
    if mark.replies == mark.own {
        return Need::Nothing;
    }
    match remembered {
        Some(remembered) if remembered.mark == mark => {
            let mut threads = remembered.threads.iter();
            let may_be_answered = threads.any(|thread| thread.replied_at.is_none());
            if has_replied_since && may_be_answered {
                Need::Ask
            } else {
                Need::Recall(remembered)
            }
        }
        _ => Need::Ask,
    }
}

/// Reads the conversation below a post; `None` when nothing of it can be read.
pub(super) fn conversation(post_id: &str, own_id: &str, context: &Context) -> Option<Conversation> {
    if context.descendants.is_unreadable() {
        return None;
    }
    let descendants = context.descendants.read.iter();
    let public = descendants.filter(|message| message.visibility == Visibility::Public);
    let messages: Vec<Message<'_>> = public
        .filter_map(|message| {
            Some(Message {
                id: &message.id,
                parent: message.in_reply_to_id.as_deref()?,
                is_own: message.account.id == own_id,
                at: message.created_at,
            })
        })
        .collect();
    Some(conversation::read(post_id, &messages))
}

/// The address of the first link of a profile field, which is sanitised HTML.
fn first_link(html: &str) -> Option<Url> {
    let (_, after) = html.split_once("href=\"")?;
    let (href, _) = after.split_once('"')?;
    let url = Url::parse(&href.replace("&amp;", "&")).ok()?;
    matches!(url.scheme(), "http" | "https").then_some(url)
}

fn host_only(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_link_of_a_field_is_read_and_only_a_web_address() {
        let link = |html: &str| first_link(html).map(String::from);
        let html = "<a href=\"https://www.exemple.fr/?a=1&amp;b=2\" rel=\"me\">exemple.fr</a>";
        assert_eq!(
            link(html).as_deref(),
            Some("https://www.exemple.fr/?a=1&b=2")
        );
        assert_eq!(link("<a href=\"javascript:alert(1)\">x</a>"), None);
        assert_eq!(link("Exemple, 04 00 00 00 00"), None);
    }

    #[test]
    fn a_conversation_is_asked_for_when_it_moved_or_may_have_been_answered() {
        let mark = Mark { replies: 2, own: 1 };
        let mut remembered = Remembered {
            mark,
            threads: vec![conversation::ThreadTimes {
                opened_at: Timestamp::UNIX_EPOCH,
                replied_at: None,
            }],
            is_truncated: false,
        };
        let moved = Some(Mark { replies: 3, own: 1 });
        let silent = Some(Mark { replies: 1, own: 1 });
        assert_eq!(need(silent, None, true), Need::Nothing);
        assert_eq!(
            need(None, Some(&remembered), false),
            Need::Ask,
            "a counter is missing"
        );
        assert_eq!(need(Some(mark), None, false), Need::Ask);
        assert_eq!(need(moved, Some(&remembered), false), Need::Ask);
        assert_eq!(
            need(Some(mark), Some(&remembered), false),
            Need::Recall(&remembered)
        );
        assert_eq!(need(Some(mark), Some(&remembered), true), Need::Ask);
        remembered.threads[0].replied_at = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(
            need(Some(mark), Some(&remembered), true),
            Need::Recall(&remembered)
        );
    }

    proptest! {
        #[test]
        fn no_text_of_a_profile_field_breaks_the_reading(html in ".{0,200}") {
            let link = first_link(&html);
            prop_assert!(link.is_none_or(|url| url.has_host()));
        }
    }
}
