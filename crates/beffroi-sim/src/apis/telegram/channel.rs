//! A channel as its preview shows it: messages with their numbers, pages of them, and numbers as
//! Telegram prints them.

use beffroi_model::PostKind;

use crate::{
    draw::Draw,
    world::{World, network::NetworkAccount},
};

/// Messages of a page.
const PAGE: usize = 20;

/// Share of the channels that allow reactions.
const REACTIONS_SHARE: f64 = 0.8;

/// A channel.
#[derive(Debug)]
pub(super) struct Channel {
    pub(super) title: String,
    pub(super) subscribers: u64,
    /// Oldest first.
    pub(super) messages: Vec<Message>,
    /// Whether its newest page shows any reaction.
    pub(super) shows_reactions: bool,
}

/// A message of a channel.
#[derive(Debug, Clone)]
pub(super) struct Message {
    /// Its number. Numbers have gaps: what was deleted, and the further pictures of an album.
    pub(super) number: u64,
    /// Unix seconds.
    pub(super) at: i64,
    /// It only tells that something was pinned or renamed.
    pub(super) is_service: bool,
    pub(super) is_forwarded: bool,
    /// Pictures: an album where there are several.
    pub(super) pictures: u64,
    pub(super) is_video: bool,
    /// What it shows where it shows neither: `Text` is nothing but words.
    pub(super) shows: PostKind,
    pub(super) is_reply: bool,
    pub(super) is_edited: bool,
    /// Some messages show none.
    pub(super) views: Option<u64>,
    /// Of each kind, none of them zero.
    pub(super) reactions: Vec<u64>,
    /// Stars, which are paid for and are no reactions of people.
    pub(super) stars: u64,
}

/// A page of a channel's messages, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) places: std::ops::Range<usize>,
    pub(super) has_older: bool,
    pub(super) has_newer: bool,
}

impl Channel {
    pub(super) fn of(world: &World, account: &NetworkAccount) -> Self {
        let life = account.life(world);
        let mut draw = account.draw("messages");
        let mut number = draw.between(3, 4_000) as u64;
        let mut messages = Vec::with_capacity(life.posts.len() + 8);
        for post in &life.posts {
            number += 1 + draw.below(3) as u64;
            let pictures = match draw.below(10) {
                0 => 2 + draw.below(4) as u64,
                1..5 => 1,
                _ => 0,
            };
            let is_forwarded = draw.chance(0.06);
            messages.push(Message {
                number,
                at: post.at,
                is_service: false,
                is_forwarded,
                pictures,
                is_video: pictures == 0 && draw.chance(0.15),
                shows: shows(post.at),
                is_reply: draw.chance(0.06),
                is_edited: draw.chance(0.1),
                views: (!draw.chance(0.02)).then(|| match is_forwarded {
                    // Those of the channel in which it was first.
                    true => post.views * 40 + 1_200,
                    false => post.views,
                }),
                reactions: kinds(post.reactions),
                stars: if draw.chance(0.03) { 50 } else { 0 },
            });
            number += pictures.saturating_sub(1);
            if draw.chance(0.05) {
                number += 1;
                messages.push(pinned(number, post.at + 1));
            }
        }
        let mut channel = Self {
            title: world.bodies[account.body as usize]
                .collectivity
                .name
                .clone(),
            subscribers: life.followers,
            messages,
            shows_reactions: false,
        };
        channel.settle_reactions(account.is("reactions", REACTIONS_SHARE));
        channel
    }

    /// A channel allows reactions or not; one that allows them and got none of late looks like one
    /// that does not, and so it is one here.
    fn settle_reactions(&mut self, allows: bool) {
        let newest = self.page(None, None, None).places;
        let shown = &self.messages[newest];
        self.shows_reactions = allows && shown.iter().any(|message| !message.reactions.is_empty());
        if !self.shows_reactions {
            for message in &mut self.messages {
                message.reactions.clear();
                message.stars = 0;
            }
        }
    }

    /// Its posts, oldest first.
    pub(super) fn posts(&self) -> impl DoubleEndedIterator<Item = &Message> {
        self.messages.iter().filter(|message| !message.is_service)
    }

    /// The newest page, the one that ends before a number, that begins after one, or that has one
    /// in its middle.
    pub(super) fn page(
        &self,
        before: Option<u64>,
        after: Option<u64>,
        around: Option<u64>,
    ) -> Page {
        let all = self.messages.len();
        let place_of = |number: u64| self.messages.partition_point(|it| it.number < number);
        let (start, end) = match (before, after, around) {
            (Some(before), _, _) => (place_of(before).saturating_sub(PAGE), place_of(before)),
            (None, Some(after), _) => {
                let start = place_of(after.saturating_add(1));
                (start, (start + PAGE).min(all))
            }
            (None, None, Some(around)) => {
                let start = place_of(around).saturating_sub(PAGE / 2);
                (start, (start + PAGE).min(all))
            }
            (None, None, None) => (all.saturating_sub(PAGE), all),
        };
        Page {
            places: start..end,
            has_older: start > 0 && start < end,
            has_newer: end < all && start < end,
        }
    }
}

/// What a message of that moment shows, unless there are pictures.
fn shows(at: i64) -> PostKind {
    match Draw::new(at.unsigned_abs(), "shows", 0).below(10) {
        0 => PostKind::Poll,
        1 => PostKind::Document,
        2 => PostKind::Audio,
        3..6 => PostKind::Link,
        _ => PostKind::Text,
    }
}

fn pinned(number: u64, at: i64) -> Message {
    Message {
        number,
        at,
        is_service: true,
        is_forwarded: false,
        pictures: 0,
        is_video: false,
        shows: PostKind::Text,
        is_reply: false,
        is_edited: false,
        views: None,
        reactions: Vec::new(),
        stars: 0,
    }
}

/// Reactions by kind, the most frequent first.
fn kinds(reactions: u64) -> Vec<u64> {
    let thumbs = reactions - reactions / 4 - reactions / 9;
    [thumbs, reactions / 4, reactions / 9]
        .into_iter()
        .filter(|number| *number > 0)
        .collect()
}

/// A number in about three figures, as it is printed: `986`, `1.2K`, `34.5K`, `1.02M`.
pub(super) fn abbreviated(number: u64) -> String {
    let (unit, letter) = match number {
        0..1_000 => return number.to_string(),
        1_000..1_000_000 => (1_000, 'K'),
        _ => (1_000_000, 'M'),
    };
    let whole = number / unit;
    let hundredths = number % unit * 100 / unit;
    let decimals = match whole {
        0..10 => format!("{hundredths:02}"),
        10..100 => (hundredths / 10).to_string(),
        _ => String::new(),
    };
    let decimals = decimals.trim_end_matches('0');
    match decimals {
        "" => format!("{whole}{letter}"),
        _ => format!("{whole}.{decimals}{letter}"),
    }
}

/// What an abbreviated number stands for.
pub(super) fn rounded(number: u64) -> u64 {
    let mut step = 1;
    while number / step >= 1_000 {
        step *= 10;
    }
    number / step * step
}

/// Words that differ from message to message.
pub(super) fn words(message: &Message) -> &'static str {
    let mut draw = Draw::new(message.number, "words", message.at.unsigned_abs());
    draw.pick(&[
        "Coupure d&#39;eau rue des Lilas<br/>de 9 h à 12 h",
        "Le conseil municipal se réunit jeudi à 19 h",
        "Marché de Noël : place de la Mairie",
        "Vigilance orange : vents violents",
        "Travaux rue de la Gare, circulation alternée",
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_in_three_figures_and_stand_for_those() {
        for (number, text, value) in [
            (0, "0", 0),
            (986, "986", 986),
            (999, "999", 999),
            (1_000, "1K", 1_000),
            (1_200, "1.2K", 1_200),
            (3_421, "3.42K", 3_420),
            (9_999, "9.99K", 9_990),
            (10_050, "10K", 10_000),
            (34_567, "34.5K", 34_500),
            (999_999, "999K", 999_000),
            (1_024_000, "1.02M", 1_020_000),
            (12_000_000, "12M", 12_000_000),
        ] {
            assert_eq!(
                (abbreviated(number).as_str(), rounded(number)),
                (text, value)
            );
        }
    }

    #[test]
    fn kinds_of_reactions_make_up_all_of_them() {
        for number in [0, 1, 3, 4, 9, 100, 12_345] {
            let kinds = kinds(number);
            assert_eq!(kinds.iter().sum::<u64>(), number);
            assert!(kinds.iter().all(|kind| *kind > 0));
        }
    }

    #[test]
    fn pages_go_back_and_forth_without_a_gap() {
        let messages = (0..45)
            .map(|place| pinned(100 + place * 3, place as i64))
            .collect();
        let channel = Channel {
            title: String::new(),
            subscribers: 0,
            messages,
            shows_reactions: false,
        };
        let newest = channel.page(None, None, None);
        assert_eq!((newest.places.clone(), newest.has_older), (25..45, true));
        let older = channel.page(Some(100 + 25 * 3), None, None);
        assert_eq!(
            (older.places, older.has_older, older.has_newer),
            (5..25, true, true)
        );
        let oldest = channel.page(Some(100 + 5 * 3), None, None);
        assert_eq!((oldest.places, oldest.has_older), (0..5, false));
        let newer = channel.page(None, Some(100 + 4 * 3), None);
        assert_eq!(newer.places, 5..25);
        let around = channel.page(None, None, Some(160));
        assert_eq!(around.places, 10..30);
        assert_eq!(channel.page(Some(1), None, None).places, 0..0);
    }
}
