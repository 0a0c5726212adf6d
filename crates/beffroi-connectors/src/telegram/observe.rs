//! From pages to observations. Plain functions: what a name stands for, a channel's counters, and
//! its posts.

use std::collections::HashSet;

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post, PostKind};
use jiff::Timestamp;

use super::{
    count, name, requests,
    wire::{Card, Counter, Message, Page},
};
use crate::window::Window;

/// What a page says of the name that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// A channel with its preview.
    Previewed,
    /// A channel whose owner does not let it be previewed, with its subscribers.
    NotPreviewed(Figure<u64>),
    /// A group, a person, a bot.
    NoChannel,
    /// Nobody; or a person who shows nothing, which looks the same.
    Nobody,
    /// Neither page that we know.
    Unrecognised,
}

impl Standing {
    /// Judges a page.
    pub(super) fn of(page: &Page) -> Self {
        match &page.card {
            _ if page.has_channel => Self::Previewed,
            Some(card) => Self::of_card(card),
            None => Self::Unrecognised,
        }
    }

    /// The line below a card's title tells its kind: `3 421 subscribers`, `120 members, 3 online`,
    /// `@name`, `900 monthly users`. English is asked for; French is understood.
    fn of_card(card: &Card) -> Self {
        let extra = card.extra.trim();
        if extra.is_empty() {
            return match card.has_title {
                true => Self::Unrecognised,
                false => Self::Nobody,
            };
        }
        let words = extra.to_lowercase();
        let says = |known: &[&str]| known.iter().any(|word| words.contains(word));
        if words.starts_with('@') || says(&["member", "membre", "monthly", "utilisateur"]) {
            return Self::NoChannel;
        }
        if says(&["subscriber", "abonné"]) {
            let subscribers = count::leading(extra);
            return Self::NotPreviewed(Figure::from_option(
                subscribers,
                MissingReason::NotInAnswer,
            ));
        }
        Self::Unrecognised
    }
}

/// What counters of a channel count besides its subscribers.
const OTHER_COUNTERS: &[&str] = &["photo", "video", "file", "link", "audio", "voice", "music"];

/// Subscribers of a previewed channel: the first counter, whatever the language of its label,
/// unless that counts something else.
pub(super) fn subscribers(page: &Page) -> Figure<u64> {
    let first = page.counters.first();
    let is_of_people = |counter: &&Counter| {
        let label = counter.label.trim().to_lowercase();
        !OTHER_COUNTERS.iter().any(|other| label.starts_with(other))
    };
    let number = first
        .filter(is_of_people)
        .and_then(|counter| count::leading(&counter.value));
    Figure::from_option(number, MissingReason::NotInAnswer)
}

/// Counters of a channel; the others are not shown to anybody.
pub(super) fn figures(subscribers: Figure<u64>) -> Figures {
    Figures {
        followers: subscribers,
        ..Figures::missing(MissingReason::NotGivenByPlatform)
    }
}

/// Who the channel is. Its number is not on the page.
pub(super) fn identity(page: &Page, asked: &str) -> Identity {
    let today = page.username.trim().trim_start_matches('@').to_lowercase();
    let is_other = name::is_name(&today) && today != asked;
    Identity {
        renamed_to: is_other.then_some(today),
        ..Identity::default()
    }
}

/// The posts of a channel.
#[derive(Default)]
pub(super) struct Listing {
    posts: Vec<Listed>,
    /// When the oldest message read was published.
    pub(super) oldest_read: Option<Timestamp>,
    /// Whether some post shows a reaction, so that the channel allows them.
    has_reactions: bool,
    unreadable: usize,
    seen: HashSet<u64>,
}

struct Listed {
    number: u64,
    published_at: Timestamp,
    kind: PostKind,
    views: Figure<u64>,
    /// Where the post shows any.
    reactions: Option<Figure<u64>>,
}

impl Listing {
    /// Adds a page. Messages that tell of a pin or a new name are no posts, and one seen before
    /// counts once (pages shift while others are published).
    pub(super) fn add_page(&mut self, page: &Page, window: Window) {
        for message in &page.messages {
            let (Some(number), Some(at)) = (message.number, message.published_at) else {
                self.unreadable += usize::from(!message.is_service);
                continue;
            };
            self.oldest_read = Some(self.oldest_read.map_or(at, |oldest| oldest.min(at)));
            self.has_reactions |= !message.reactions.is_empty();
            if message.is_service || !window.contains(at) || !self.seen.insert(number) {
                continue;
            }
            self.posts.push(Listed {
                number,
                published_at: at,
                kind: kind(message),
                views: views(message),
                reactions: reactions(message),
            });
        }
    }

    /// Whether there are posts, of which none could be read: the layout has changed.
    pub(super) fn is_unreadable(&self) -> bool {
        self.oldest_read.is_none() && self.unreadable > 0
    }

    /// The posts, newest first. A post without reactions has none where the channel allows them,
    /// which only the others tell.
    pub(super) fn into_posts(mut self, name: &str) -> Vec<Post> {
        let none_shown = match self.has_reactions {
            true => Figure::Known(0),
            false => Figure::Missing(MissingReason::NotInAnswer),
        };
        self.posts
            .sort_unstable_by_key(|listed| (listed.published_at, listed.number));
        let posts = self.posts.into_iter().rev();
        posts
            .map(|listed| Post {
                post_id: listed.number.to_string(),
                url: Some(requests::post(name, listed.number)),
                published_at: listed.published_at,
                kind: Some(listed.kind),
                reactions: listed.reactions.unwrap_or(none_shown),
                comments: Figure::Missing(MissingReason::NotGivenByPlatform),
                shares: Figure::Missing(MissingReason::NotGivenByPlatform),
                views: listed.views,
            })
            .collect()
    }
}

/// What a post shows. A link's preview may stand below anything else.
fn kind(message: &Message) -> PostKind {
    let is_picture = |kind: &&PostKind| matches!(kind, PostKind::Image | PostKind::Video);
    let shows = |kind| message.shown.contains(&kind);
    let alone = [
        PostKind::Poll,
        PostKind::Video,
        PostKind::Audio,
        PostKind::Image,
        PostKind::Document,
        PostKind::Link,
    ];
    match message.shown.iter().filter(is_picture).count() {
        _ if message.is_forwarded => PostKind::Repost,
        2.. => PostKind::Album,
        _ => alone
            .into_iter()
            .find(|kind| shows(*kind))
            .unwrap_or(PostKind::Text),
    }
}

/// Views of a post; those of one written elsewhere are the original's.
fn views(message: &Message) -> Figure<u64> {
    if message.is_forwarded {
        return Figure::Missing(MissingReason::NotGivenByPlatform);
    }
    Figure::from_option(count::leading(&message.views), MissingReason::NotInAnswer)
}

/// Reactions of all kinds together; missing where one of them cannot be read.
fn reactions(message: &Message) -> Option<Figure<u64>> {
    if message.reactions.is_empty() {
        return None;
    }
    let mut sum: u64 = 0;
    for reaction in &message.reactions {
        match count::trailing(reaction) {
            Some(number) => sum = sum.saturating_add(number),
            None => return Some(Figure::Missing(MissingReason::NotInAnswer)),
        }
    }
    Some(Figure::Known(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(has_title: bool, extra: &str) -> Standing {
        Standing::of(&Page {
            card: Some(Card {
                has_title,
                extra: extra.to_owned(),
            }),
            ..Page::default()
        })
    }

    #[test]
    fn a_card_tells_channels_from_groups_people_and_bots() {
        for (extra, expected) in [
            (
                "3 421 subscribers",
                Standing::NotPreviewed(Figure::Known(3421)),
            ),
            ("1 subscriber", Standing::NotPreviewed(Figure::Known(1))),
            (
                "3\u{a0}421 abonnés",
                Standing::NotPreviewed(Figure::Known(3421)),
            ),
            (
                "many subscribers",
                Standing::NotPreviewed(Figure::Missing(MissingReason::NotInAnswer)),
            ),
            ("120 members, 3 online", Standing::NoChannel),
            ("\n @quelquun \n", Standing::NoChannel),
            ("900 monthly users", Standing::NoChannel),
            ("something new", Standing::Unrecognised),
        ] {
            assert_eq!(card(true, extra), expected, "{extra}");
        }
        assert_eq!(card(false, ""), Standing::Nobody);
        assert_eq!(card(true, " "), Standing::Unrecognised);
        assert_eq!(Standing::of(&Page::default()), Standing::Unrecognised);
    }

    #[test]
    fn subscribers_are_the_first_counter_unless_it_counts_something_else() {
        let page = |value: &str, label: &str| Page {
            counters: vec![Counter {
                value: value.to_owned(),
                label: label.to_owned(),
            }],
            ..Page::default()
        };
        let missing = Figure::Missing(MissingReason::NotInAnswer);
        assert_eq!(
            subscribers(&page("3.42K", "subscribers")),
            Figure::Known(3420)
        );
        assert_eq!(subscribers(&page("3", "подписчика")), Figure::Known(3));
        assert_eq!(subscribers(&page("512", "photos")), missing);
        assert_eq!(subscribers(&page("", "subscribers")), missing);
        assert_eq!(subscribers(&Page::default()), missing);
    }
}
