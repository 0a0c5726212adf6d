//! From answers to observations. Plain functions: what is known of an account, its posts and its
//! conversations, and what a refusal means.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use beffroi_model::{Absent, Failed, Figure, Figures, Identity, MissingReason, Outcome, Post};
use jiff::Timestamp;

use super::{
    actor,
    wire::{FeedItem, Node, PostView, Profile, Thread, XrpcError},
};
use crate::{
    api::{Reply, Setback},
    conversation::{self, Conversation, Message, ThreadTimes},
    dialogue::{Mark, Remembered},
    tolerant::{Count, Found, Items},
    window::Window,
};

/// The label by which an account asks not to be shown to those who are not logged in
/// (`com.atproto.label.defs`).
const NO_UNAUTHENTICATED: &str = "!no-unauthenticated";

/// Counters of the account.
pub(super) fn figures(profile: &Profile) -> Figures {
    Figures {
        followers: profile.followers_count.figure(),
        following: profile.follows_count.figure(),
        posts_total: profile.posts_count.figure(),
    }
}

/// Who the account is. One that was asked for by its DID bears no other name than before.
pub(super) fn identity(profile: &Profile, asked: &str) -> Identity {
    let today = profile.handle();
    let website = profile
        .website
        .clone()
        .filter(|website| !website.is_empty());
    Identity {
        permanent_id: Some(profile.did.clone()),
        renamed_to: today
            .filter(|today| !actor::is_did(asked) && !today.eq_ignore_ascii_case(asked)),
        created_at: profile.created_at,
        profile_links: website
            .map(|website| (website, false))
            .into_iter()
            .collect(),
        ..Identity::default()
    }
}

/// Whether the account itself asks not to be shown to those who are not logged in.
pub(super) fn opted_out(profile: &Profile) -> bool {
    let own = |label: &&super::wire::Label| {
        label.src.as_ref().is_none_or(|src| *src == profile.did)
            && label.val.as_deref() == Some(NO_UNAUTHENTICATED)
    };
    let mut labels = profile.labels.iter().filter(own);
    labels.next_back().is_some_and(|label| !label.neg)
}

/// What an answer means that is not the one asked for.
pub(super) fn refusal(reply: &Reply) -> Setback {
    // An unknown method or a server that is not the AppView: nothing that we learn of the account.
    if matches!(reply.status(), 404 | 410) {
        return Setback::lasting(Outcome::Failed(Failed::Http4xx));
    }
    let error = (reply.status() == 400).then(|| reply.json::<XrpcError>());
    match error.flatten().and_then(|error| absence(&error)) {
        Some(reason) => Setback::absent(reason),
        None => reply.setback(),
    }
}

/// The names and messages of `getProfile` (bluesky-social/atproto, `packages/bsky/src/api`); the
/// `Repo…` ones are those of `com.atproto.sync`.
fn absence(error: &XrpcError) -> Option<Absent> {
    match error.error.as_str() {
        "AccountTakedown" | "AccountSuspended" | "RepoTakendown" | "RepoSuspended" => {
            Some(Absent::Suspended)
        }
        "AccountDeactivated" | "RepoDeactivated" => Some(Absent::Deactivated),
        "HandleNotFound" | "RepoNotFound" | "NotFound" => Some(Absent::NotFound),
        "InvalidRequest" => {
            let message = error.message.as_deref().unwrap_or_default().to_lowercase();
            if message.contains("not found") || message.contains("unable to resolve") {
                Some(Absent::NotFound)
            } else if message.contains("actor must be") {
                Some(Absent::NotAnAccount)
            } else {
                None
            }
        }
        _ => None,
    }
}

/// What the account's own feed shows.
#[derive(Default)]
pub(super) struct Listing {
    /// Posts of the window: those of the account that reply to nobody. A thread of several is one
    /// post; the others are its continuations, and replies to them are replies to it.
    pub(super) posts: Vec<Listed>,
    /// When the last item read came into the feed.
    pub(super) oldest_read: Option<Timestamp>,
    has_read: bool,
    unreadable: usize,
    below: HashMap<String, Vec<Heard>>,
    seen: HashSet<String>,
}

/// A post of the window, with what its counters say before they become figures.
pub(super) struct Listed {
    pub(super) post: Post,
    replies: Count,
    is_restricted: bool,
}

/// A message below a post, known from the feed: an own reply, or what that one replied to.
struct Heard {
    uri: String,
    parent: String,
    is_own: bool,
    at: Timestamp,
    replies: Count,
}

impl Listing {
    /// Adds a page. Reposts and pins are left out (a pinned post comes in its own place too), and
    /// so is a post of somebody else, or seen before.
    pub(super) fn add_page(&mut self, items: Items<FeedItem>, did: &str, window: Window) {
        self.unreadable += items.unreadable;
        for item in items.read {
            let FeedItem {
                post,
                reply,
                reason,
            } = item;
            let Some(published_at) = post.published_at() else {
                self.unreadable += 1;
                continue;
            };
            self.oldest_read = match &reason {
                Found::Object(reason) => reason.indexed_at.or(self.oldest_read),
                Found::Unreadable => self.oldest_read,
                Found::Nothing => Some(published_at),
            };
            self.has_read = true;
            let is_wanted = !reason.is_something()
                && post.author.did == did
                && self.seen.insert(post.uri.clone());
            if !is_wanted {
                continue;
            }
            if post.is_reply() {
                self.hear(&post, did);
                if let Some(parent) = reply.and_then(|reply| reply.parent) {
                    self.hear(&parent, did);
                }
            } else if window.contains(published_at) {
                self.posts.push(Listed {
                    replies: post.reply_count,
                    is_restricted: post.is_restricted(),
                    post: observe_post(published_at, &post),
                });
            }
        }
        self.posts
            .sort_by_key(|listed| Reverse(listed.post.published_at));
    }

    /// Keeps where a reply stands. `conversation::read` drops those heard twice.
    fn hear(&mut self, post: &PostView, did: &str) {
        let (Some((root, parent)), Some(at)) = (post.stands_below(), post.published_at()) else {
            return;
        };
        self.below.entry(root.to_owned()).or_default().push(Heard {
            uri: post.uri.clone(),
            parent: parent.to_owned(),
            is_own: post.author.did == did,
            at,
            replies: post.reply_count,
        });
    }

    /// Whether there are items, of which none could be read: the layout has changed.
    pub(super) fn is_unreadable(&self) -> bool {
        !self.has_read && self.unreadable > 0
    }

    /// Whether replies to every post are restricted: those who may reply are not the citizens at
    /// large, and their silence means nothing.
    pub(super) fn is_restricted_throughout(&self) -> bool {
        !self.posts.is_empty() && self.posts.iter().all(|listed| listed.is_restricted)
    }

    /// What the feed shows of the conversation below a post.
    pub(super) fn overhear(&self, listed: &Listed) -> Overheard {
        let (post_uri, replies) = (&listed.post.post_id, listed.replies);
        let heard = self.below.get(post_uri).map_or(&[][..], Vec::as_slice);
        let messages: Vec<Message<'_>> = heard.iter().map(Heard::as_message).collect();
        let conversation = conversation::read(post_uri, &messages);

        let continuations = conversation
            .continuations
            .iter()
            .map(|index| &heard[*index]);
        let direct = sum(replies, continuations);
        let known = conversation.threads.len() + conversation.continuations.len();
        let is_whole = direct == Some(known as u64) && conversation.unplaced_own == 0;

        let mut own_uris = HashSet::new();
        let own: Vec<&Heard> = heard
            .iter()
            .filter(|heard| heard.is_own && own_uris.insert(&heard.uri))
            .collect();
        let mark = sum(replies, own.iter().copied()).map(|replies| Mark {
            replies,
            own: own.len() as u64,
        });
        Overheard {
            whole: is_whole.then_some(conversation.threads),
            mark,
        }
    }
}

impl Heard {
    fn as_message(&self) -> Message<'_> {
        Message {
            id: &self.uri,
            parent: &self.parent,
            is_own: self.is_own,
            at: self.at,
        }
    }
}

/// What the feed alone tells of a conversation.
pub(super) struct Overheard {
    /// All its threads, when the feed shows as many direct replies as the counters count.
    pub(super) whole: Option<Vec<ThreadTimes>>,
    /// By what its movement is seen; `None` when a counter is missing.
    pub(super) mark: Option<Mark>,
}

/// What has to be done to know a post's conversation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing: the feed showed it all.
    Nothing(Vec<ThreadTimes>),
    /// Nothing: it has not moved since the last visit.
    Recall(Remembered),
    /// Its thread has to be asked for.
    Ask,
}

/// Decides whether a thread is asked for. A visitor's message that is deleted while another comes
/// goes unnoticed until the next movement.
pub(super) fn need(overheard: &Overheard, remembered: Option<&Remembered>) -> Need {
    if let Some(threads) = &overheard.whole {
        return Need::Nothing(threads.clone());
    }
    match (remembered, overheard.mark) {
        (Some(remembered), Some(mark)) if remembered.mark == mark => {
            Need::Recall(remembered.clone())
        }
        _ => Need::Ask,
    }
}

/// Reads the conversation below a post; `None` when the answer does not show the post, or replies
/// of which none can be read.
pub(super) fn conversation(post_uri: &str, did: &str, thread: &Thread) -> Option<Conversation> {
    let root = &thread.thread;
    if root.post.is_none() || root.replies.is_unreadable() {
        return None;
    }
    let mut messages = Vec::new();
    for node in &root.replies.read {
        flatten(node, post_uri, did, &mut messages);
    }
    Some(conversation::read(post_uri, &messages))
}

/// Below a message that is not shown (deleted, blocked) nothing is shown either. The depth is
/// bounded by the JSON parser.
fn flatten<'a>(node: &'a Node, parent: &'a str, did: &str, messages: &mut Vec<Message<'a>>) {
    let Some(post) = &node.post else { return };
    let Some(at) = post.published_at() else {
        return;
    };
    messages.push(Message {
        id: &post.uri,
        parent,
        is_own: post.author.did == did,
        at,
    });
    for reply in &node.replies.read {
        flatten(reply, &post.uri, did, messages);
    }
}

fn observe_post(published_at: Timestamp, post: &PostView) -> Post {
    let comments = match post.reply_count.figure() {
        Figure::Known(0) if post.is_restricted() => {
            Figure::Missing(MissingReason::RepliesRestricted)
        }
        figure => figure,
    };
    Post {
        url: web_address(&post.uri),
        post_id: post.uri.clone(),
        published_at,
        kind: post.kind(),
        reactions: post.like_count.figure(),
        comments,
        shares: post.repost_count.plus_if_given(post.quote_count),
        views: Figure::Missing(MissingReason::NotGivenByPlatform),
    }
}

/// The page of a post: `at://did/app.bsky.feed.post/rkey` is shown at `/profile/did/post/rkey`.
fn web_address(uri: &str) -> Option<String> {
    let (did, rkey) = uri
        .strip_prefix("at://")?
        .split_once("/app.bsky.feed.post/")?;
    Some(format!("https://bsky.app/profile/{did}/post/{rkey}"))
}

/// The direct replies to a post and to own messages; `None` when a counter is missing.
fn sum<'a>(replies: Count, own: impl IntoIterator<Item = &'a Heard>) -> Option<u64> {
    let mut sum = replies.given()?;
    for heard in own {
        sum = sum.saturating_add(heard.replies.given()?);
    }
    Some(sum)
}
