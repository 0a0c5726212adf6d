//! Comments below a page's post, as the Graph API tells them: two levels, flat if asked for so. Of
//! people the author is withheld; of pages it is given, on pages where it is given at all.

use crate::world::network::{NetworkAccount, Post};

/// Share of the pages below whose posts the author of pages' comments is given (sns-sdks/
/// python-facebook #95: not everywhere).
const AUTHORS_SHOWN: f64 = 0.85;

/// Share of the posts whose total counts comments that are never listed (Facepager #68).
const UNLISTED: f64 = 0.1;

/// One visitor in so many is a page, which has a name.
const PAGE_AMONG_VISITORS: u32 = 50;

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// Unix seconds; its number, too.
    pub(super) at: i64,
    /// The comment to which it replies.
    pub(super) parent: Option<i64>,
    pub(super) author: Author,
    /// Replies to it.
    pub(super) replies: u64,
}

/// Who wrote a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    /// The page itself.
    Own,
    /// Another page.
    Page(u32),
    /// A person.
    Person(u32),
}

/// Whether authors that are pages are given on this page.
pub(super) fn shows_authors(account: &NetworkAccount) -> bool {
    account.is("authors", AUTHORS_SHOWN)
}

/// Comments of all levels, oldest first.
pub(super) fn of_post(post: &Post) -> Vec<Comment> {
    let mut comments: Vec<Comment> = post
        .own_comments
        .iter()
        .map(|at| Comment {
            at: *at,
            parent: None,
            author: Author::Own,
            replies: 0,
        })
        .collect();
    for thread in &post.threads {
        let opened = thread.opened_ms / 1000;
        let author = match thread.visitor % PAGE_AMONG_VISITORS {
            0 => Author::Page(thread.visitor),
            _ => Author::Person(thread.visitor),
        };
        comments.push(Comment {
            at: opened,
            parent: None,
            author,
            replies: thread.steps.len() as u64,
        });
        comments.extend(thread.steps.iter().map(|step| Comment {
            at: step.at_ms / 1000,
            parent: Some(opened),
            author: match step.own {
                true => Author::Own,
                // Somebody else than who opened the thread.
                false => Author::Person(thread.visitor | 1),
            },
            replies: 0,
        }));
    }
    comments.sort_by_key(|comment| comment.at);
    comments
}

/// How many comments the platform counts: of all levels, or of the first. More than it lists.
pub(super) fn total(account: &NetworkAccount, post: &Post, all_levels: bool) -> u64 {
    let listed = match all_levels {
        true => post.all_comments(),
        false => post.direct_comments(),
    };
    let subject = format!("unlisted {}", post.at);
    listed + if account.is(&subject, UNLISTED) { 2 } else { 0 }
}

/// Whether a client that reads all comments below a post sees the author of any.
pub(super) fn proves_authors(account: &NetworkAccount, post: &Post) -> bool {
    let is_named = |comment: &Comment| !matches!(comment.author, Author::Person(_));
    shows_authors(account) && of_post(post).iter().any(is_named)
}
