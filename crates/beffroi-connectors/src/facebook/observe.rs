//! From answers to observations. Plain functions: what is known of a page, its posts and the
//! comments below them.

use std::{cmp::Reverse, collections::HashSet};

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post, PostKind};
use jiff::Timestamp;

use super::{
    accounts,
    wire::{Comment, Edge, Page, PostNode, Rest, Totalled},
};
use crate::{
    conversation::{self, Conversation, Message},
    dialogue::{Mark, Remembered},
    tolerant::{Count, Found, Items},
    window::Window,
};

/// Most addresses read from the field of a page's website, which is a text of the owner's.
const MAX_PROFILE_LINKS: usize = 4;

/// Longest handle that is asked; user names have 50 characters at the most.
const MAX_HANDLE_CHARS: usize = 100;

/// Whether a handle can be a page's. `me` is whoever the token belongs to.
pub(super) fn is_askable(handle: &str) -> bool {
    let is_of_name = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    (1..=MAX_HANDLE_CHARS).contains(&handle.chars().count())
        && handle.chars().all(is_of_name)
        && handle != "me"
}

/// Counters of the page. Pages that have no followers of their own have fans.
pub(super) fn figures(page: &Page) -> Figures {
    let followers = match page.followers_count {
        Count::Absent => page.fan_count,
        count @ (Count::Given(_) | Count::Hidden) => count,
    };
    Figures {
        followers: followers.figure(),
        following: Figure::Missing(MissingReason::PermissionMissing),
        posts_total: Figure::Missing(MissingReason::NotGivenByPlatform),
    }
}

/// Who the page is. One that was asked for by its number bears no other name than before; one of
/// which the number is another today was merged into it, or is a page of the new kind, whose
/// address shows a number of its own.
pub(super) fn identity(page: &Page, asked: &str) -> Identity {
    let name = page.username.as_deref().and_then(canonical);
    let today = match is_number(asked) {
        true if asked == page.id => None,
        true => Some(name.unwrap_or_else(|| page.id.clone())),
        false => name.filter(|name| Some(name) != canonical(asked).as_ref()),
    };
    Identity {
        permanent_id: Some(page.id.clone()),
        renamed_to: today.filter(|today| today != asked),
        profile_links: profile_links(page.website.as_deref().unwrap_or_default()),
        ..Identity::default()
    }
}

/// A user name as handles are written: without capitals and dots.
fn canonical(name: &str) -> Option<String> {
    let account = accounts::account(&name.to_lowercase()).account();
    account.map(|account| account.handle)
}

fn is_number(handle: &str) -> bool {
    handle.bytes().all(|b| b.is_ascii_digit())
}

fn profile_links(website: &str) -> Vec<(String, bool)> {
    website
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|'))
        .filter(|word| word.contains('.') && !word.contains('@'))
        .take(MAX_PROFILE_LINKS)
        .map(|word| (word.to_owned(), false))
        .collect()
}

/// The page's posts of the window.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) posts: Vec<Listed>,
    /// When the last post read was published.
    pub(super) oldest_read: Option<Timestamp>,
    unreadable: usize,
    seen: HashSet<String>,
}

/// A post of the window, with what came of its comments.
pub(super) struct Listed {
    pub(super) post: Post,
    /// The comments, when the answer says anything of them.
    pub(super) shown: Option<Shown>,
}

/// Comments below a post as far as they were read, and what is left.
pub(super) struct Shown {
    pub(super) comments: Vec<Comment>,
    pub(super) rest: Rest,
}

impl Listing {
    /// Adds a page of the list. `is_nested`: comments were asked for, not their total alone.
    pub(super) fn add_page(&mut self, items: Items<PostNode>, window: Window, is_nested: bool) {
        self.unreadable += items.unreadable;
        for node in items.read {
            self.oldest_read = Some(node.created_time);
            if window.contains(node.created_time) && self.seen.insert(node.id.clone()) {
                self.posts.push(listed(node, is_nested));
            }
        }
        self.posts
            .sort_by_key(|listed| Reverse(listed.post.published_at));
    }

    /// Whether there are posts, of which none could be read: the layout has changed.
    pub(super) fn is_unreadable(&self) -> bool {
        self.oldest_read.is_none() && self.unreadable > 0
    }
}

fn listed(node: PostNode, is_nested: bool) -> Listed {
    let total = node.comments.as_ref().map_or(Count::Absent, Edge::total);
    let shares = match &node.shares {
        Found::Object(shares) => shares.count.figure(),
        // Facebook leaves the object out when there are none (Page Feed reference).
        Found::Nothing => Figure::Known(0),
        Found::Unreadable => Figure::Missing(MissingReason::NotInAnswer),
    };
    let reactions = node
        .reactions
        .as_ref()
        .map_or(Count::Absent, Totalled::total);
    Listed {
        shown: node.comments.map(|edge| shown(edge, total, is_nested)),
        post: Post {
            url: node.permalink_url.and_then(web_address),
            post_id: node.id,
            published_at: node.created_time,
            kind: node.status_type.as_deref().and_then(kind),
            reactions: reactions.figure(),
            comments: total.figure(),
            shares,
            views: Figure::Missing(MissingReason::PermissionMissing),
        },
    }
}

fn shown(edge: Edge<Comment>, total: Count, is_nested: bool) -> Shown {
    let rest = if !is_nested {
        match total {
            Count::Given(0) => Rest::Nothing,
            Count::Given(_) | Count::Hidden | Count::Absent => Rest::All,
        }
    } else if edge.data.is_unreadable() {
        // Asked for once more, alone.
        Rest::All
    } else {
        edge.rest()
    };
    Shown {
        comments: edge.data.read,
        rest,
    }
}

/// What a post shows, by the values of `status_type` (Graph API, "Page Post"). One photo is not told from
/// several, nor a link from a post of somebody else; the others say nothing of what is shown.
fn kind(status_type: &str) -> Option<PostKind> {
    match status_type {
        "mobile_status_update" => Some(PostKind::Text),
        "added_photos" => Some(PostKind::Image),
        "added_video" => Some(PostKind::Video),
        "shared_story" => Some(PostKind::Link),
        "created_event" => Some(PostKind::Event),
        _ => None,
    }
}

/// Some kinds of posts have their address without host.
fn web_address(permalink: String) -> Option<String> {
    if permalink.starts_with("https://") {
        return Some(permalink);
    }
    let is_path = permalink.starts_with('/') && !permalink.starts_with("//");
    is_path.then(|| format!("https://www.facebook.com{permalink}"))
}

/// What has to be done to know the conversation below a post.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need<'a> {
    /// Nothing: all comments came with it.
    Nothing,
    /// Nothing: it has not moved since the last visit.
    Recall(&'a Remembered),
    /// The rest of the comments has to be asked for.
    Ask,
}

/// Decides whether comments are asked for. A comment that is deleted while another comes goes
/// unnoticed until the next movement.
pub(super) fn need<'a>(
    rest: &Rest,
    mark: Option<Mark>,
    remembered: Option<&'a Remembered>,
) -> Need<'a> {
    match (rest, mark, remembered) {
        (Rest::Nothing, _, _) => Need::Nothing,
        (_, Some(mark), Some(remembered)) if remembered.mark == mark => Need::Recall(remembered),
        _ => Need::Ask,
    }
}

/// By what the movement of a conversation is seen: the total, and how many of the comments that
/// came with the post are the page's. `None` when there is no total.
pub(super) fn mark(post: &Post, comments: &[Comment], page_id: &str) -> Option<Mark> {
    let own = comments.iter().filter(|comment| comment.is_by(page_id));
    Some(Mark {
        replies: post.comments.known()?,
        own: own.count() as u64,
    })
}

/// Reads the conversation below a post.
///
/// Ids of comments begin with that of their post; of each the last part is compared, so that it
/// does not matter how many parts come before.
pub(super) fn conversation(post_id: &str, page_id: &str, comments: &[Comment]) -> Conversation {
    let root = last_part(post_id);
    let messages: Vec<Message<'_>> = comments
        .iter()
        .map(|comment| Message {
            id: last_part(&comment.id),
            parent: match &comment.parent {
                Found::Object(parent) => last_part(&parent.id),
                Found::Nothing => root,
                // It stands somewhere, but not directly below the post.
                Found::Unreadable => "",
            },
            is_own: comment.is_by(page_id),
            at: comment.created_time,
        })
        .collect();
    conversation::read(root, &messages)
}

fn last_part(id: &str) -> &str {
    id.rsplit('_').next().unwrap_or(id)
}

impl Comment {
    /// Whether the page of this number wrote it. Of people the author is withheld.
    fn is_by(&self, page_id: &str) -> bool {
        self.from.as_ref().is_some_and(|from| from.id == page_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page(username: serde_json::Value) -> Page {
        serde_json::from_value(json!({"id": "123456789", "username": username})).unwrap()
    }

    #[test]
    fn handles_that_mean_something_else_are_not_asked() {
        for handle in ["mairieexemple", "123456789", "mairie-d-évry", "mairie_x"] {
            assert!(is_askable(handle), "{handle}");
        }
        for handle in ["", "me", "..", "a/b", "a?fields=x", "a b", &"x".repeat(101)] {
            assert!(!is_askable(handle), "{handle}");
        }
    }

    #[test]
    fn a_page_is_renamed_when_its_name_differs_by_more_than_spelling() {
        let renamed = |username, asked: &str| identity(&page(username), asked).renamed_to;
        let new = Some("villedexemple".to_owned());
        assert_eq!(renamed(json!("Mairie.Exemple"), "mairieexemple"), None);
        assert_eq!(renamed(json!("VilledExemple"), "mairieexemple"), new);
        assert_eq!(renamed(json!(null), "mairieexemple"), None);
        assert_eq!(renamed(json!("VilledExemple"), "123456789"), None);
        assert_eq!(renamed(json!("VilledExemple"), "987654321"), new);
        let number = Some("123456789".to_owned());
        assert_eq!(renamed(json!(null), "987654321"), number);
    }

    #[test]
    fn addresses_are_picked_from_what_an_owner_writes_as_website() {
        let links = |text: &str| {
            let links = profile_links(text).into_iter().map(|(link, _)| link);
            links.collect::<Vec<_>>()
        };
        assert_eq!(links("http://www.exemple.fr"), ["http://www.exemple.fr"]);
        assert_eq!(
            links("www.exemple.fr, https://agglo.example ; mairie@exemple.fr rien"),
            ["www.exemple.fr", "https://agglo.example"]
        );
        assert!(links("").is_empty());
    }

    #[test]
    fn addresses_of_posts_are_whole() {
        let address = |permalink: &str| web_address(permalink.to_owned());
        let whole = "https://www.facebook.com/123/videos/4/";
        assert_eq!(address(whole).as_deref(), Some(whole));
        assert_eq!(address("/123/videos/4/").as_deref(), Some(whole));
        assert_eq!(address("//evil.example/4"), None);
        assert_eq!(address("javascript:x"), None);
    }

    #[test]
    fn comments_are_asked_for_when_some_are_left_and_the_total_moved() {
        let mark = Mark {
            replies: 60,
            own: 2,
        };
        let remembered = Remembered {
            mark,
            threads: Vec::new(),
            is_truncated: false,
        };
        let after = Rest::After("QQ".to_owned());
        let moved = Mark {
            replies: 61,
            own: 2,
        };
        let need = |rest, mark| need(rest, mark, Some(&remembered));
        assert_eq!(need(&Rest::Nothing, Some(moved)), Need::Nothing);
        assert_eq!(need(&after, Some(mark)), Need::Recall(&remembered));
        assert_eq!(need(&after, Some(moved)), Need::Ask);
        assert_eq!(need(&after, None), Need::Ask, "a total is missing");
        assert_eq!(need(&Rest::OutOfReach, Some(moved)), Need::Ask);
    }
}
