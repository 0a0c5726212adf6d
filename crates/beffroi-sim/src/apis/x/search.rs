//! The recent search: what was written in the last seven days, found by whose it is (fact sheet,
//! sections 3 and 5). Words alone are not searched for: the simulator would have to read everything.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::json;

use super::{
    super::network::{Call, Service},
    answers::Reply,
    message::{self, Author, Finder, Kind, Message},
    posts::Query,
    problem::Problem,
    query::{self, Term},
    user::{self, By, SEARCH_SECS, User},
};

/// What was written in the last moments is not found yet, and may not be asked for.
const UNFOUND_MS: i64 = 30_000;
const UNASKED_MS: i64 = 10_000;

pub(super) fn recent(service: &Service<'_>, call: &Call<'_>) -> Result<Reply, Problem> {
    let mut query = Query::of(call, service.settings.new_field_names, 10..=100)?;
    if !matches!(
        call.parameter("sort_order"),
        None | Some("recency" | "relevancy")
    ) {
        return Err(invalid(call, "sort_order"));
    }
    let term = term(call)?;
    bound(call, &mut query.start_ms, &mut query.end_ms)?;
    let users = users(service, &term);
    let found = found(service, &term, &users);
    Ok(query.page(service, found))
}

/// How much would be found, by hour or day. The request itself is billed.
pub(super) fn counts(service: &Service<'_>, call: &Call<'_>) -> Result<Reply, Problem> {
    let secs = match call.parameter("granularity") {
        None | Some("hour") => 3_600,
        Some("day") => 86_400,
        Some("minute") => 60,
        Some(_) => return Err(invalid(call, "granularity")),
    };
    let moment = |name: &str| call.parameter(name).map(str::parse::<Timestamp>);
    let (mut start_ms, mut end_ms) = (i64::MIN, i64::MAX);
    for (name, bound) in [("start_time", &mut start_ms), ("end_time", &mut end_ms)] {
        match moment(name) {
            None => {}
            Some(Ok(moment)) => *bound = moment.as_millisecond(),
            Some(Err(_)) => return Err(invalid(call, name)),
        }
    }
    let term = term(call)?;
    bound(call, &mut start_ms, &mut end_ms)?;
    let users = users(service, &term);
    let mut periods: BTreeMap<i64, u64> = BTreeMap::new();
    let mut period = start_ms.div_euclid(secs * 1000);
    while period * secs * 1000 < end_ms {
        periods.insert(period, 0);
        period += 1;
    }
    for (_, message) in found(service, &term, &users) {
        if (start_ms..end_ms).contains(&message.at_ms) {
            *periods
                .entry(message.at_ms.div_euclid(secs * 1000))
                .or_default() += 1;
        }
    }
    let total: u64 = periods.values().sum();
    let iso = |ms: i64| super::super::iso_ms(ms);
    let data: Vec<_> = periods
        .into_iter()
        .map(|(period, count)| {
            let start = (period * secs * 1000).max(start_ms);
            let end = ((period + 1) * secs * 1000).min(end_ms);
            json!({"start": iso(start), "end": iso(end), "tweet_count": count})
        })
        .collect();
    let mut reply = Reply::of(data, Vec::new());
    reply.value["meta"] = json!({"total_tweet_count": total});
    reply.is_charged = true;
    Ok(reply)
}

fn term(call: &Call<'_>) -> Result<Term, Problem> {
    let text = call.parameter("query").unwrap_or_default();
    query::read(text).ok_or_else(|| invalid(call, "query"))
}

fn invalid(call: &Call<'_>, name: &str) -> Problem {
    let value = call.parameter(name).unwrap_or_default();
    Problem::invalid(name, value, "It is not valid")
}

/// The time that may be searched.
fn bound(call: &Call<'_>, start_ms: &mut i64, end_ms: &mut i64) -> Result<(), Problem> {
    let now_ms = call.now.as_millisecond();
    let earliest = now_ms - SEARCH_SECS * 1000;
    if *start_ms == i64::MIN {
        *start_ms = earliest;
    }
    if *start_ms < earliest {
        return Err(invalid(call, "start_time"));
    }
    if *end_ms == i64::MAX {
        *end_ms = now_ms - UNFOUND_MS;
    }
    if *end_ms > now_ms - UNASKED_MS || *end_ms <= *start_ms {
        return Err(invalid(call, "end_time"));
    }
    *end_ms = (*end_ms).min(now_ms - UNFOUND_MS);
    Ok(())
}

/// The users of a query by their lower-case names: those who are shown.
fn users<'a>(service: &Service<'a>, term: &Term) -> BTreeMap<String, User<'a>> {
    let mut users = BTreeMap::new();
    gather(term, &mut |name| {
        if let Ok(user) = user::find(service, By::Name(name))
            && !user.is_protected
        {
            users.insert(name.to_owned(), user);
        }
    });
    let mut by_conversation = Vec::new();
    conversations(term, &mut by_conversation);
    for id in by_conversation {
        if let Ok((user, _)) = Finder::default().find(service, id) {
            let name = user::name(service.world, user.account);
            let user = User::new(service.world, user.account, false);
            users.insert(name, user);
        }
    }
    users
}

fn gather(term: &Term, found: &mut impl FnMut(&str)) {
    match term {
        Term::All(terms) | Term::Any(terms) => {
            for term in terms {
                gather(term, found);
            }
        }
        Term::From(name) | Term::To(name) => found(name),
        Term::Not(_)
        | Term::Conversation(_)
        | Term::InReplyTo(_)
        | Term::IsReply
        | Term::IsRetweet
        | Term::MinReplies(_) => {}
    }
}

fn conversations(term: &Term, found: &mut Vec<u64>) {
    match term {
        Term::All(terms) | Term::Any(terms) => {
            for term in terms {
                conversations(term, found);
            }
        }
        Term::Conversation(id) | Term::InReplyTo(id) => found.push(*id),
        _ => {}
    }
}

/// All that the query finds, newest first.
fn found<'u>(
    service: &Service<'_>,
    term: &Term,
    users: &'u BTreeMap<String, User<'_>>,
) -> Vec<(&'u User<'u>, Message)> {
    let mut all: Vec<(&User<'_>, Message)> = Vec::new();
    for (name, user) in users {
        let messages = message::all(user, message::shown_until_ms(service.world));
        let found = messages
            .into_iter()
            // Since May 2026 reposts are not found any more.
            .filter(|message| !matches!(message.kind, Kind::Repost { .. }))
            .filter(|message| term.holds(name, user, message));
        all.extend(found.map(|message| (user, message)));
    }
    all.sort_by_key(|(_, message)| std::cmp::Reverse(message.id));
    all
}

impl Term {
    /// Whether it holds for a message in the conversations of a user of that name.
    fn holds(&self, name: &str, user: &User<'_>, message: &Message) -> bool {
        match self {
            Self::All(terms) => terms.iter().all(|term| term.holds(name, user, message)),
            Self::Any(terms) => terms.iter().any(|term| term.holds(name, user, message)),
            Self::Not(term) => !term.holds(name, user, message),
            Self::From(author) => author == name && message.author == Author::Account,
            Self::To(author) => {
                let to_account = matches!(
                    message.kind,
                    Kind::Reply {
                        to: Author::Account,
                        ..
                    }
                );
                author == name && to_account
            }
            Self::Conversation(id) => message.conversation == *id,
            Self::InReplyTo(id) => {
                matches!(message.kind, Kind::Reply { parent, .. } if parent == *id)
            }
            Self::IsReply => matches!(message.kind, Kind::Reply { .. }),
            Self::IsRetweet => matches!(message.kind, Kind::Repost { .. }),
            Self::MinReplies(least) => match message.kind {
                Kind::Post(number) => user.life.posts[number].direct_comments() >= *least,
                Kind::Reply { .. } | Kind::Repost { .. } => *least == 0,
            },
        }
    }
}
