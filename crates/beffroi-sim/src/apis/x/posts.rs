//! What an account wrote, what was written to it, and posts by their ids (fact sheet, sections 3 and
//! 4).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    super::network::{Call, Service},
    answers::Reply,
    message::{self, Author, Finder, Kind, Message},
    problem::{Missing, Problem, missing},
    user::{self, By, User},
    users::is_id,
    words::{self, PostWishes},
};
use crate::draw::hash;

const MAX_IDS: usize = 100;

/// What a timeline and a list of mentions go back to.
const MAX_TIMELINE: usize = 3_200;
const MAX_MENTIONS: usize = 800;

pub(super) fn timeline(
    service: &Service<'_>,
    call: &Call<'_>,
    segments: &[&str],
) -> Result<Reply, Problem> {
    let excluded = call.parameter("exclude").unwrap_or_default();
    let excluded: Vec<&str> = excluded.split(',').filter(|it| !it.is_empty()).collect();
    if let Some(other) = excluded
        .iter()
        .find(|it| !matches!(**it, "retweets" | "replies"))
    {
        return Err(Problem::invalid(
            "exclude",
            other,
            "It is not one of [retweets,replies]",
        ));
    }
    let is_wanted = |message: &Message| {
        message.author == Author::Account
            && match message.kind {
                Kind::Post(_) => true,
                Kind::Reply { .. } => !excluded.contains(&"replies"),
                Kind::Repost { .. } => !excluded.contains(&"retweets"),
            }
    };
    of_user(service, call, segments, MAX_TIMELINE, is_wanted)
}

pub(super) fn mentions(
    service: &Service<'_>,
    call: &Call<'_>,
    segments: &[&str],
) -> Result<Reply, Problem> {
    let is_wanted = |message: &Message| {
        matches!(message.author, Author::Visitor(_))
            && matches!(
                message.kind,
                Kind::Reply {
                    to: Author::Account,
                    ..
                }
            )
    };
    of_user(service, call, segments, MAX_MENTIONS, is_wanted)
}

fn of_user(
    service: &Service<'_>,
    call: &Call<'_>,
    segments: &[&str],
    reach: usize,
    is_wanted: impl Fn(&Message) -> bool,
) -> Result<Reply, Problem> {
    let id = segments.get(2).copied().unwrap_or_default();
    if !is_id(id) {
        return Err(Problem::invalid(
            "id",
            id,
            "It does not match ^[0-9]{1,19}$",
        ));
    }
    let query = Query::of(call, service.settings.new_field_names, 5..=100)?;
    let user = match user::find(service, By::Id(id)) {
        Ok(user) if user.is_protected => {
            let error = missing(Missing::Protected, "user", "id", id);
            // Both are seen.
            return match user.id % 2 {
                0 => Err(Problem::hidden(error)),
                _ => Ok(Reply::of(Vec::new(), vec![error])),
            };
        }
        Ok(user) => user,
        Err(reason) => {
            let error = missing(reason, "user", "id", id);
            return Ok(Reply::of(Vec::new(), vec![error]));
        }
    };
    let mut messages = message::all(&user, message::shown_until_ms(service.world));
    messages.retain(|message| is_wanted(message));
    messages.truncate(reach);
    let messages = messages.into_iter().map(|message| (&user, message));
    Ok(query.page(service, messages.collect()))
}

/// What a list is asked for by.
pub(super) struct Query<'c> {
    wishes: PostWishes<'c>,
    max_results: usize,
    since_id: u64,
    until_id: u64,
    /// Unix milliseconds; the start belongs to it, the end does not.
    pub(super) start_ms: i64,
    pub(super) end_ms: i64,
    /// How many were given before.
    start: usize,
    seal: u64,
}

impl<'c> Query<'c> {
    pub(super) fn of(
        call: &'c Call<'_>,
        is_new: bool,
        sizes: std::ops::RangeInclusive<usize>,
    ) -> Result<Self, Problem> {
        let invalid = |name: &str| {
            let value = call.parameter(name).unwrap_or_default();
            Problem::invalid(name, value, "It is not valid")
        };
        let size = call.parameter("max_results").map(str::parse::<usize>);
        let max_results = match size {
            None => 10,
            Some(Ok(size)) if sizes.contains(&size) => size,
            Some(_) => return Err(invalid("max_results")),
        };
        let number = |name: &str, default: u64| match call.parameter(name) {
            None => Ok(default),
            Some(text) => text.parse().map_err(|_| invalid(name)),
        };
        let moment = |name: &str, default: i64| match call.parameter(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<Timestamp>()
                .map(|moment| moment.as_millisecond())
                .map_err(|_| invalid(name)),
        };
        let tokens = ["pagination_token", "next_token"];
        let sealed = call
            .parameters
            .iter()
            .filter(|(name, _)| !tokens.contains(&name.as_str()));
        let seal = sealed.fold(hash(call.path.as_bytes()), |seal, (name, value)| {
            seal.rotate_left(7) ^ hash(format!("{name}={value}").as_bytes())
        });
        let token = tokens.into_iter().find_map(|name| call.parameter(name));
        let start = match token {
            None => 0,
            Some(token) => token
                .strip_prefix("7140")
                .and_then(|number| u64::from_str_radix(number, 36).ok())
                .map(|number| (number ^ seal) as usize)
                .filter(|start| *start <= 100_000)
                .ok_or_else(|| invalid("pagination_token"))?,
        };
        Ok(Self {
            wishes: words::post_wishes(call, is_new)?,
            max_results,
            since_id: number("since_id", 0)?,
            until_id: number("until_id", u64::MAX)?,
            start_ms: moment("start_time", i64::MIN)?,
            end_ms: moment("end_time", i64::MAX)?,
            start,
            seal,
        })
    }

    /// Whether a message lies within the bounds.
    pub(super) fn holds(&self, message: &Message) -> bool {
        message.id > self.since_id
            && message.id < self.until_id
            && (self.start_ms..self.end_ms).contains(&message.at_ms)
    }

    /// A page of messages, which are newest first. Some pages are shorter than asked for though
    /// more is to come.
    pub(super) fn page(&self, service: &Service<'_>, messages: Vec<(&User<'_>, Message)>) -> Reply {
        let mut messages = messages;
        messages.retain(|(_, message)| self.holds(message));
        let length = match self.seal % 4 {
            0 => (self.max_results * 4 / 5).max(1),
            _ => self.max_results,
        };
        let start = self.start.min(messages.len());
        let end = (start + length).min(messages.len());
        let shown = &messages[start..end];
        let mut reply = Reply::of(
            shown
                .iter()
                .map(|(user, message)| message::shown(user, message, &self.wishes.fields))
                .collect(),
            Vec::new(),
        );
        reply.posts = shown.iter().map(|(_, message)| message.id).collect();
        let mut meta = json!({"result_count": shown.len()});
        if let (Some((_, newest)), Some((_, oldest))) = (shown.first(), shown.last()) {
            meta["newest_id"] = newest.id.to_string().into();
            meta["oldest_id"] = oldest.id.to_string().into();
        }
        if end < messages.len() {
            meta["next_token"] = format!("7140{}", base36(self.seal ^ end as u64)).into();
        }
        reply.value["meta"] = meta;
        if self.wishes.with_references {
            let parents = shown.iter().filter_map(|(_, message)| match message.kind {
                Kind::Reply { parent, .. } | Kind::Repost { of: parent } => Some(parent),
                Kind::Post(_) => None,
            });
            include(service, &mut reply, parents, &self.wishes.fields);
        }
        reply
    }
}

/// Puts what is referred to into `includes`, as far as it is known here.
fn include(
    service: &Service<'_>,
    reply: &mut Reply,
    parents: impl Iterator<Item = u64>,
    fields: &[&str],
) {
    let mut ids: Vec<u64> = parents.collect();
    ids.sort_unstable();
    ids.dedup();
    let mut finder = Finder::default();
    let mut included: Vec<Value> = Vec::new();
    for id in ids {
        if let Ok((user, message)) = finder.find(service, id) {
            reply.posts.push(message.id);
            included.push(message::shown(user, &message, fields));
        }
    }
    if !included.is_empty() {
        reply.value["includes"] = json!({"tweets": included});
    }
}

pub(super) fn lookup(service: &Service<'_>, call: &Call<'_>) -> Result<Reply, Problem> {
    let wishes = words::post_wishes(call, service.settings.new_field_names)?;
    let ids: Vec<&str> = call
        .parameter("ids")
        .unwrap_or_default()
        .split(',')
        .collect();
    if ids.len() > MAX_IDS {
        return Err(Problem::invalid(
            "ids",
            "…",
            "size must be between 1 and 100",
        ));
    }
    if let Some(wrong) = ids.iter().find(|id| !is_id(id)) {
        return Err(Problem::invalid(
            "ids",
            wrong,
            "It does not match ^[0-9]{1,19}$",
        ));
    }
    let (mut data, mut errors, mut posts) = (Vec::new(), Vec::new(), Vec::new());
    let mut parents = Vec::new();
    let mut finder = Finder::default();
    for id in ids {
        let found = match id.parse() {
            Ok(number) => finder.find(service, number),
            Err(_) => Err(Missing::NotFound),
        };
        match found {
            Ok((user, message)) => {
                posts.push(message.id);
                if let Kind::Reply { parent, .. } = message.kind {
                    parents.push(parent);
                }
                data.push(message::shown(user, &message, &wishes.fields));
            }
            Err(reason) => errors.push(missing(reason, "tweet", "ids", id)),
        }
    }
    let mut reply = Reply::of(data, errors);
    reply.posts = posts;
    if wishes.with_references {
        include(service, &mut reply, parents.into_iter(), &wishes.fields);
    }
    Ok(reply)
}

fn base36(mut number: u64) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from(
            b"0123456789abcdefghijklmnopqrstuvwxyz"[(number % 36) as usize],
        ));
        number /= 36;
        if number == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}
