//! From answers to observations. Plain functions: what is known of a channel or account, its videos
//! and the comments below them.

use std::{cmp::Reverse, collections::HashSet};

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post, PostKind};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    address::Handle,
    wire::{Actor, Author, CommentTree, Constant, Video, VideoDetails, VideoPage},
};
use crate::{
    conversation::{self, Message, ThreadTimes},
    tolerant::Count,
    window::Window,
};

/// Most links read from a description.
const MAX_PROFILE_LINKS: usize = 16;

/// Counters of the actor. PeerTube counts no videos for it: `videos` is the length of their list.
pub(super) fn figures(actor: &Actor, videos: Figure<u64>) -> Figures {
    Figures {
        followers: actor.followers_count.figure(),
        following: actor.following_count.figure(),
        posts_total: videos,
    }
}

/// Who the actor is.
pub(super) fn identity(actor: &Actor, asked: &Handle) -> Identity {
    let host = actor.host.as_deref().unwrap_or(&asked.domain);
    let today = Handle::new(asked.kind, &actor.name, host).filter(|today| today != asked);
    let texts = [&actor.description, &actor.support];
    let links = texts.into_iter().flatten().flat_map(|text| links(text));
    Identity {
        permanent_id: actor.url.clone(),
        renamed_to: today.map(|today| today.canonical()),
        created_at: actor.created_at,
        profile_links: links
            .take(MAX_PROFILE_LINKS)
            .map(|link| (link, false))
            .collect(),
        ..Identity::default()
    }
}

/// The addresses in a text of Markdown.
pub(super) fn links(text: &str) -> impl Iterator<Item = String> {
    let words = text.split(|c: char| c.is_whitespace() || "<>()[]\"'*".contains(c));
    words.filter_map(|word| {
        let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        let is_address = word.starts_with("http://") || word.starts_with("https://");
        let url = is_address.then(|| Url::parse(word).ok())?;
        url.map(String::from)
    })
}

/// Who may comment on a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Openness {
    /// Anybody.
    Open,
    /// Nobody, or those whose comments the owner approves: having none means nothing.
    Restricted,
}

impl Openness {
    /// What a video says of itself.
    pub(super) fn of_details(details: &VideoDetails) -> Option<Self> {
        Self::read(details.comments_policy.as_ref(), details.comments_enabled)
    }

    /// What a list says of a video; most versions do not.
    fn of_listed(video: &Video) -> Option<Self> {
        Self::read(video.comments_policy.as_ref(), video.comments_enabled)
    }

    /// The policy by its label, else by its number (`constants.ts`, VIDEO_COMMENTS_POLICY, and
    /// `video-comment-policy.enum.ts`, read in 2026). Versions before 6.2 have a flag instead.
    fn read(policy: Option<&Constant>, enabled: Option<bool>) -> Option<Self> {
        let by_flag = enabled.map(|enabled| match enabled {
            true => Self::Open,
            false => Self::Restricted,
        });
        let Some(policy) = policy else {
            return by_flag;
        };
        let label = policy.label.as_deref().unwrap_or_default();
        let label = label.trim().to_ascii_lowercase();
        match (label.as_str(), policy.id) {
            ("enabled", _) => Some(Self::Open),
            ("disabled", _) => Some(Self::Restricted),
            (label, _) if label.contains("approval") => Some(Self::Restricted),
            (_, Count::Given(1)) => Some(Self::Open),
            (_, Count::Given(2 | 3)) => Some(Self::Restricted),
            _ => by_flag,
        }
    }
}

/// The videos of a channel or account.
#[derive(Default)]
pub(super) struct Listing {
    /// Those of the window, newest first.
    pub(super) videos: Vec<Listed>,
    /// When the last one read was published.
    pub(super) oldest_read: Option<Timestamp>,
    unreadable: usize,
    seen: HashSet<String>,
}

/// A video of the window.
pub(super) struct Listed {
    pub(super) post: Post,
    /// Comments as the list counts them.
    pub(super) comments: Count,
    /// Who may comment, where the list says so.
    pub(super) openness: Option<Openness>,
    /// The account that answers for it.
    pub(super) owner: Option<Author>,
}

impl Listing {
    /// Adds a page. Copies of other instances' videos are left out (their counters are those of
    /// the copy), and so is a video seen before: pages shift while others are published. One that
    /// lost the date of its publication is dated by its arrival on the instance.
    pub(super) fn add_page(&mut self, page: VideoPage, window: Window) {
        self.unreadable += page.data.unreadable;
        for video in page.data.read {
            let Some(published_at) = video.published_at.or(video.created_at) else {
                self.unreadable += 1;
                continue;
            };
            self.oldest_read = Some(published_at);
            let is_wanted = video.is_local != Some(false)
                && window.contains(published_at)
                && self.seen.insert(video.uuid.clone());
            if is_wanted {
                self.videos.push(Listed::new(video, published_at));
            }
        }
        self.videos
            .sort_by_key(|listed| Reverse(listed.post.published_at));
    }

    /// Whether there are videos, of which none could be read: the layout has changed.
    pub(super) fn is_unreadable(&self) -> bool {
        self.oldest_read.is_none() && self.unreadable > 0
    }
}

impl Listed {
    fn new(video: Video, published_at: Timestamp) -> Self {
        Self {
            comments: video.comments,
            openness: Openness::of_listed(&video),
            owner: video.account,
            post: Post {
                post_id: video.uuid,
                url: video.url,
                published_at,
                kind: Some(match video.is_live {
                    true => PostKind::Live,
                    false => PostKind::Video,
                }),
                reactions: video.likes.figure(),
                comments: video.comments.figure(),
                shares: Figure::Missing(MissingReason::NotGivenByPlatform),
                views: video.views.figure(),
            },
        }
    }
}

/// The number of comments as a figure: where not everybody may comment, none is no figure, and so
/// it is where that is not known.
pub(super) fn comments(number: u64, openness: Option<Openness>) -> Figure<u64> {
    match (number, openness) {
        (0, Some(Openness::Restricted)) => Figure::Missing(MissingReason::RepliesRestricted),
        (0, None) => Figure::Missing(MissingReason::NotInAnswer),
        (number, _) => Figure::Known(number),
    }
}

/// The visitors' threads in one thread of comments. Where the account began it, those are the
/// replies to it; a deleted comment opens none, and stands where others replied to it in a thread.
pub(super) fn threads(tree: &CommentTree, owner: &Author) -> Vec<ThreadTimes> {
    const VIDEO: &str = "";
    let mut messages = Vec::new();
    gather(tree, VIDEO, Below::Post, owner, &mut messages);
    conversation::read(VIDEO, &messages).threads
}

/// Where a comment stands.
#[derive(Clone, Copy)]
enum Below {
    /// Below the video, or the account's own comments on it.
    Post,
    /// Below a visitor's comment.
    Visitor,
}

fn gather<'a>(
    tree: &'a CommentTree,
    parent: &'a str,
    below: Below,
    owner: &Author,
    messages: &mut Vec<Message<'a>>,
) {
    let comment = &tree.comment;
    let is_own = comment.account.as_ref().is_some_and(|by| by.is(owner));
    let below = match below {
        Below::Post if comment.is_deleted => return,
        Below::Post if is_own => Below::Post,
        Below::Post | Below::Visitor => Below::Visitor,
    };
    messages.push(Message {
        id: &comment.id,
        parent,
        is_own,
        at: comment.created_at,
    });
    for child in &tree.children.read {
        gather(child, &comment.id, below, owner, messages);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn links_are_read_out_of_markdown_and_only_web_addresses() {
        let text = "Site : [exemple.fr](https://www.exemple.fr/a?b=1). Aussi <http://x.example>, \
                    https://y.example! javascript:alert(1) mailto:a@b.example";
        let found: Vec<String> = links(text).collect();
        assert_eq!(
            found,
            [
                "https://www.exemple.fr/a?b=1",
                "http://x.example/",
                "https://y.example/",
            ]
        );
    }

    #[test]
    fn who_may_comment_is_read_in_each_spelling() {
        let read = |json: &str| {
            let details: VideoDetails = serde_json::from_str(json).unwrap();
            Openness::of_details(&details)
        };
        let (open, restricted) = (Some(Openness::Open), Some(Openness::Restricted));
        for (json, expected) in [
            (r#"{"commentsPolicy":{"id":1,"label":"Enabled"}}"#, open),
            (
                r#"{"commentsPolicy":{"id":2,"label":"Disabled"}}"#,
                restricted,
            ),
            (
                r#"{"commentsPolicy":{"id":3,"label":"Requires approval"}}"#,
                restricted,
            ),
            // Another number than we know: the label decides.
            (r#"{"commentsPolicy":{"id":2,"label":"Enabled"}}"#, open),
            (r#"{"commentsPolicy":{"id":"2"}}"#, restricted),
            (r#"{"commentsPolicy":{"id":1}}"#, open),
            (r#"{"commentsEnabled":false}"#, restricted),
            (r#"{"commentsEnabled":true}"#, open),
            (
                r#"{"commentsEnabled":true,"commentsPolicy":{"id":9,"label":"?"}}"#,
                open,
            ),
            (r#"{"commentsPolicy":{"id":9,"label":"?"}}"#, None),
            (
                r#"{"commentsPolicy":null,"commentsEnabled":"perhaps"}"#,
                None,
            ),
            ("{}", None),
        ] {
            assert_eq!(read(json), expected, "{json}");
        }
    }

    #[test]
    fn no_comments_are_a_figure_only_where_anybody_may_comment() {
        let restricted = Figure::Missing(MissingReason::RepliesRestricted);
        assert_eq!(comments(0, Some(Openness::Restricted)), restricted);
        assert_eq!(comments(0, Some(Openness::Open)), Figure::Known(0));
        assert_eq!(comments(3, Some(Openness::Restricted)), Figure::Known(3));
        assert_eq!(
            comments(0, None),
            Figure::Missing(MissingReason::NotInAnswer)
        );
        assert_eq!(comments(3, None), Figure::Known(3));
    }

    #[test]
    fn replies_are_read_to_a_depth_that_no_conversation_has() {
        let tree = |depth: usize| {
            let comment = r#"{"comment":{"id":1,"createdAt":"2026-11-20T18:00:00Z"},"children":["#;
            let json = comment.repeat(depth) + &"]}".repeat(depth);
            serde_json::from_str::<CommentTree>(&json)
        };
        assert!(tree(50).is_ok());
        assert!(tree(10_000).is_err(), "and no stack overflows");
    }

    proptest! {
        #[test]
        fn no_description_breaks_the_reading(text in ".{0,200}") {
            prop_assert!(links(&text).all(|link| Url::parse(&link).is_ok_and(|url| url.has_host())));
        }
    }
}
