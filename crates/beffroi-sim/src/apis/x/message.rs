//! What was written: an account's posts, reposts and replies, and visitors' replies below. The id of
//! a message holds its time, as X's ids do, and whose conversation it stands in, so that it is found
//! without a list of all.

use std::collections::HashMap;

use beffroi_model::PostKind;
use serde_json::{Value, json};

use super::{
    super::{citizen, iso_ms, network::Service},
    PLATFORM,
    problem::Missing,
    user::{self, By, User},
};
use crate::{
    draw::Draw,
    world::{World, kinds},
};

/// First millisecond of the ids.
const EPOCH_MS: i64 = 1_288_834_974_657;
/// Bits below the time; they hold the account's number.
const LOWER_BITS: u32 = 22;

/// Share of the posts that were edited, and how long after.
const EDITED: f64 = 0.03;
const EDITED_AFTER_MS: i64 = 600_500;

/// Ids of citizens: nobody else's begin like this.
const CITIZENS: u64 = 8_888_000_000_000_000_000;

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Author {
    Account,
    Visitor(u32),
}

/// What kind of message it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The account's post of that number.
    Post(usize),
    /// A reply to the message of that id, by that author.
    Reply { parent: u64, to: Author },
    /// The account passes on somebody's post.
    Repost { of: u64 },
}

/// A message.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) id: u64,
    /// All ids it has had, the first one first.
    pub(super) history: Vec<u64>,
    /// Unix milliseconds of its first publication.
    pub(super) at_ms: i64,
    pub(super) author: Author,
    pub(super) kind: Kind,
    /// The message at the top.
    pub(super) conversation: u64,
}

/// The id of what was written then in an account's conversations.
pub(super) fn id(account: u32, at_ms: i64) -> u64 {
    ((at_ms - EPOCH_MS).max(0) as u64) << LOWER_BITS | u64::from(account)
}

/// Account and millisecond of an id.
fn read(id: u64) -> (u32, i64) {
    let account = (id & ((1 << LOWER_BITS) - 1)) as u32;
    (account, (id >> LOWER_BITS) as i64 + EPOCH_MS)
}

/// The first id of a post.
pub(super) fn first_id(user: &User<'_>, at: i64) -> u64 {
    id(user.account.index, at * 1000)
}

pub(super) fn author_id(user: &User<'_>, author: Author) -> u64 {
    match author {
        Author::Account => user.id,
        Author::Visitor(visitor) => CITIZENS + u64::from(visitor),
    }
}

/// The last millisecond that is shown.
pub(super) fn shown_until_ms(world: &World) -> i64 {
    let present = world.settings.as_of.as_second();
    world.shown_until().min(present) * 1000
}

/// All that stands in an account's conversations and in its timeline, newest first.
pub(super) fn all(user: &User<'_>, shown_until_ms: i64) -> Vec<Message> {
    let index = user.account.index;
    let at_id = |at_ms: i64| id(index, at_ms);
    let mut messages = Vec::new();
    for (number, post) in user.life.posts.iter().enumerate() {
        let at_ms = post.at * 1000;
        let first = at_id(at_ms);
        let mut draw = Draw::new(user.account.key, "edited", post.at as u64);
        let edited_ms = at_ms + EDITED_AFTER_MS;
        let is_edited = draw.chance(EDITED) && edited_ms <= shown_until_ms;
        let edited = is_edited.then(|| at_id(edited_ms));
        messages.push(Message {
            id: edited.unwrap_or(first),
            history: [first].into_iter().chain(edited).collect(),
            at_ms,
            author: Author::Account,
            kind: Kind::Post(number),
            conversation: first,
        });
        // Who replies, replies to the version of the moment.
        let version = |reply_ms: i64| match edited {
            Some(edited) if reply_ms > edited_ms => edited,
            _ => first,
        };
        let mut reply = |at_ms, author, parent, to| {
            messages.push(Message {
                id: at_id(at_ms),
                history: vec![at_id(at_ms)],
                at_ms,
                author,
                kind: Kind::Reply { parent, to },
                conversation: first,
            });
        };
        for at in &post.own_comments {
            let at_ms = at * 1000;
            reply(at_ms, Author::Account, version(at_ms), Author::Account);
        }
        for thread in &post.threads {
            let opened_ms = thread.opened_ms;
            let opener = Author::Visitor(thread.visitor);
            reply(opened_ms, opener, version(opened_ms), Author::Account);
            let mut above = (at_id(opened_ms), opener);
            for step in &thread.steps {
                let author = match step.own {
                    true => Author::Account,
                    false => Author::Visitor(thread.visitor + 1),
                };
                reply(step.at_ms, author, above.0, above.1);
                above = (at_id(step.at_ms), author);
            }
        }
    }
    messages.extend(elsewhere(user, shown_until_ms));
    messages.sort_by_key(|message| std::cmp::Reverse(message.id));
    messages
}

/// Reposts, and replies below others' posts.
fn elsewhere(user: &User<'_>, shown_until_ms: i64) -> Vec<Message> {
    let mut draw = user.account.draw("elsewhere");
    let Some(first) = user.life.posts.first() else {
        return Vec::new();
    };
    let index = user.account.index;
    let mut messages = Vec::new();
    for number in 0..draw.poisson(3.0) {
        // A quarter of a second: nothing else is written then.
        let at_ms = (first.at + draw.between(60, 55 * 86_400)) * 1000 + 250;
        let theirs = id(index, at_ms - 3_600_250) | 1 << (LOWER_BITS - 1);
        let visitor = draw.below(1_000_000) as u32;
        let is_repost = number % 2 == 0;
        if at_ms > shown_until_ms {
            continue;
        }
        let own = id(index, at_ms);
        messages.push(Message {
            id: own,
            history: vec![own],
            at_ms,
            author: Author::Account,
            kind: match is_repost {
                true => Kind::Repost { of: theirs },
                false => Kind::Reply {
                    parent: theirs,
                    to: Author::Visitor(visitor),
                },
            },
            conversation: if is_repost { own } else { theirs },
        });
    }
    messages.dedup_by_key(|message| message.id);
    messages
}

/// Replies of the account: `tweet_count` holds them too.
pub(super) fn count(user: &User<'_>, messages: &[Message]) -> u64 {
    let others = messages
        .iter()
        .filter(|it| it.author == Author::Account && !matches!(it.kind, Kind::Post(_)));
    user.life.posts_total + others.count() as u64
}

/// Messages by their ids, each account's drawn once.
#[derive(Default)]
pub(super) struct Finder<'a> {
    accounts: HashMap<u32, Result<(User<'a>, Vec<Message>), Missing>>,
}

impl<'a> Finder<'a> {
    /// The message of an id with its conversation's owner, or why it is not shown. An edited post is
    /// found by each of its ids.
    pub(super) fn find(
        &mut self,
        service: &Service<'a>,
        id: u64,
    ) -> Result<(&User<'a>, Message), Missing> {
        let (index, _) = read(id);
        let known = self
            .accounts
            .entry(index)
            .or_insert_with(|| conversations(service, index));
        let (user, messages) = known.as_ref().map_err(|reason| *reason)?;
        let mut messages = messages.iter();
        let found = messages.find(|message| message.history.contains(&id));
        let mut found = found.ok_or(Missing::NotFound)?.clone();
        found.id = id;
        Ok((user, found))
    }
}

fn conversations<'a>(
    service: &Service<'a>,
    index: u32,
) -> Result<(User<'a>, Vec<Message>), Missing> {
    let accounts = &service.world.networks.accounts;
    let account = accounts.get(index as usize).ok_or(Missing::NotFound)?;
    if account.platform != PLATFORM {
        return Err(Missing::NotFound);
    }
    let user = user::find(service, By::Id(&user::id(account).to_string()))?;
    if user.is_protected {
        return Err(Missing::Protected);
    }
    let messages = all(&user, shown_until_ms(service.world));
    Ok((user, messages))
}

/// A message as an answer shows it, with the fields asked for.
pub(super) fn shown(user: &User<'_>, message: &Message, fields: &[&str]) -> Value {
    let post = match message.kind {
        Kind::Post(number) => Some(&user.life.posts[number]),
        Kind::Reply { .. } | Kind::Repost { .. } => None,
    };
    let text = match (message.author, message.kind) {
        (Author::Visitor(visitor), _) => citizen::text(visitor),
        (Author::Account, Kind::Repost { .. }) => "RT @prefet: vigilance".to_owned(),
        (Author::Account, _) => "Réunion publique à 18 h".to_owned(),
    };
    let history: Vec<String> = message.history.iter().map(u64::to_string).collect();
    let mut value = json!({
        "id": message.id.to_string(),
        "text": text,
        "edit_history_tweet_ids": history,
    });
    let shows = post.map(|post| (kinds::kind(PLATFORM, post.at), post.at));
    let references = match message.kind {
        Kind::Post(_) => match shows {
            Some((Some(PostKind::Repost), at)) => Some(("quoted", at.unsigned_abs())),
            _ => None,
        },
        Kind::Reply { parent, .. } => Some(("replied_to", parent)),
        Kind::Repost { of } => Some(("retweeted", of)),
    };
    for field in fields {
        match *field {
            "created_at" => value["created_at"] = iso_ms(message.at_ms).into(),
            "author_id" => {
                value["author_id"] = author_id(user, message.author).to_string().into();
            }
            "conversation_id" => {
                value["conversation_id"] = message.conversation.to_string().into();
            }
            "in_reply_to_user_id" => {
                if let Kind::Reply { to, .. } = message.kind {
                    value["in_reply_to_user_id"] = author_id(user, to).to_string().into();
                }
            }
            "referenced_tweets" => {
                if let Some((kind, id)) = references {
                    value["referenced_tweets"] = json!([{"type": kind, "id": id.to_string()}]);
                }
            }
            "reply_settings" => {
                let is_restricted = post.is_some() && user.restricts_replies();
                let who = if is_restricted {
                    "mentionedUsers"
                } else {
                    "everyone"
                };
                value["reply_settings"] = who.into();
            }
            "attachments" => {
                if let Some(attached) = shows.and_then(|(kind, at)| attachments(kind, at)) {
                    value["attachments"] = attached;
                }
            }
            "entities" => {
                let kind = shows.and_then(|(kind, _)| kind);
                if let Some(entities) = entities(kind) {
                    value["entities"] = entities;
                }
            }
            "lang" => value["lang"] = "fr".into(),
            "possibly_sensitive" => value["possibly_sensitive"] = false.into(),
            "public_metrics" => {
                value["public_metrics"] = json!({
                    "retweet_count": post.map_or(0, |post| post.shares),
                    "reply_count": post.map_or(0, |post| post.direct_comments()),
                    "like_count": post.map_or(1, |post| post.reactions),
                    "quote_count": post.map_or(0, |post| post.quotes),
                    "bookmark_count": 0,
                    "impression_count": post.map_or(3, |post| post.views),
                });
            }
            _ => {}
        }
    }
    value
}

/// What is attached to a post; left out where there is nothing.
fn attachments(kind: Option<PostKind>, at: i64) -> Option<Value> {
    let key = |media: u8, number: i64| format!("{media}_{}", number.unsigned_abs());
    Some(match kind? {
        PostKind::Image => json!({"media_keys": [key(3, at)]}),
        PostKind::Album => json!({"media_keys": [key(3, at), key(3, at + 1)]}),
        PostKind::Video => {
            let media = [7, 13, 16][at.rem_euclid(3) as usize];
            json!({"media_keys": [key(media, at)]})
        }
        PostKind::Poll => json!({"poll_ids": [at.to_string()]}),
        _ => return None,
    })
}

/// Links in a post's words: to its own pictures too, and to what it quotes.
fn entities(kind: Option<PostKind>) -> Option<Value> {
    let link = match kind? {
        PostKind::Text | PostKind::Poll => return None,
        PostKind::Link => "https://www.mairie.test/",
        _ => "https://x.com/mairie/status/1/photo/1",
    };
    Some(json!({"urls": [{"start": 24, "end": 47, "url": "https://t.co/a", "expanded_url": link}]}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_holds_time_and_account() {
        for (account, at_ms) in [(0, EPOCH_MS + 1), (4_000_000, 1_790_000_000_500)] {
            assert_eq!(read(id(account, at_ms)), (account, at_ms));
        }
        assert!(id(5, 1_790_000_001_000) > id(4_000_000, 1_790_000_000_999));
        assert!(id(1, 1_790_000_000_000) < i64::MAX as u64);
    }
}
