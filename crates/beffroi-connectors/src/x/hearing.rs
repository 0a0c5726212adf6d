//! What visitors replied to the accounts: a search for the replies to 20 accounts at a time, since
//! the last one. Each reply is billed $0.005; an answer without replies is free. X's search goes
//! back 7 days (docs.x.com, "Recent search", 2026), so that conversations are known from then on.

use beffroi_fetch::visit_time;
use beffroi_model::MissingReason;
use jiff::{SignedDuration, Timestamp};

use super::{
    asker::Asker,
    requests,
    state::Heard,
    time,
    visit::{Reply, Visit},
    wire::Post,
};
use crate::api::Setback;

/// How far back the search goes, less the time that a night's searches may take to come to their
/// turn: a start that is too early is refused (400).
const REACH: SignedDuration = SignedDuration::from_mins(7 * 24 * 60 - 10);

/// What was written in the last moments is not in the search yet (docs.x.com, "Recent search").
const LAG: SignedDuration = SignedDuration::from_secs(30);

/// Hears the replies to all accounts that have posts in the window.
pub(super) async fn hear(asker: &Asker<'_>, visits: &mut [Visit<'_>]) {
    if !asker.settings.dialogue {
        return;
    }
    let now = visit_time();
    let mut due: Vec<(Span, usize)> = Vec::new();
    for (index, visit) in visits.iter_mut().enumerate() {
        if let Some(span) = span(visit, now) {
            due.push((span, index));
        }
    }
    // A search goes back to the earliest of its accounts' times. Those that were heard last night
    // do not go together with those of whom a week is wanted, and near times go together, so that
    // little is read, and billed, twice.
    due.sort_unstable_by_key(|(span, _)| (span.is_gapless, span.until, span.from));
    let alike = due.chunk_by(|(one, _), (other, _)| one.is_gapless == other.is_gapless);
    for group in alike.flat_map(|alike| alike.chunks(requests::ACCOUNTS_PER_SEARCH)) {
        let (from, until) = bounds(group);
        let heard = search(asker, visits, group, from, until).await;
        for (span, index) in group {
            let visit = &mut visits[*index];
            match &heard {
                Ok(cut_at) => note_heard(visit, *span, *cut_at),
                Err(setback) => {
                    visit.heard.clear();
                    visit.heard_missing = Some(setback.missing_reason());
                }
            }
        }
    }
}

/// The time to be heard for one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Span {
    /// Its start: the end of what was heard before, or the first post.
    from: Timestamp,
    /// Its end, excluded.
    until: Timestamp,
    /// Whether it follows what was heard before without a gap.
    is_gapless: bool,
}

/// What is to be heard of an account. Where no post can have been replied to, nothing is, and the
/// time counts as heard.
fn span(visit: &mut Visit<'_>, now: Timestamp) -> Option<Span> {
    let is_listed = visit.posts_missing.is_none();
    let last_moment = visit.as_of().min(now - LAG);
    let until = time::whole_second(last_moment);
    let is_open = visit.is_open();
    let state = visit.state.as_mut().filter(|_| is_open)?;
    let Some(first_post_at) = state.posts.values().map(|kept| kept.at).min() else {
        if is_listed {
            let since = until;
            state.heard = Some(Heard { since, to: until });
        }
        return None;
    };
    let earliest = time::whole_second(now - REACH);
    let first_post_at = time::whole_second(first_post_at);
    let heard_to = state.heard.map(|heard| heard.to);
    let is_gapless = heard_to.is_some_and(|to| to >= earliest);
    let start = heard_to.filter(|_| is_gapless).unwrap_or(earliest);
    Some(Span {
        from: start.max(first_post_at).min(until),
        until,
        is_gapless,
    })
}

/// The time that one search has to cover.
fn bounds(group: &[(Span, usize)]) -> (Timestamp, Timestamp) {
    let from = group.iter().map(|(span, _)| span.from).min();
    let until = group.iter().map(|(span, _)| span.until).max();
    (from.unwrap_or_default(), until.unwrap_or_default())
}

/// Searches, page by page, and hands every reply to the account it is for. Gives the time of the
/// oldest reply where the list was cut.
async fn search(
    asker: &Asker<'_>,
    visits: &mut [Visit<'_>],
    group: &[(Span, usize)],
    from: Timestamp,
    until: Timestamp,
) -> Result<Option<Timestamp>, Setback> {
    if from >= until {
        return Ok(None);
    }
    let settings = asker.settings;
    let names: Vec<String> = group
        .iter()
        .filter_map(|(_, index)| visits[*index].state.as_ref())
        .map(|state| state.username.clone())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut token: Option<String> = None;
    let mut oldest: Option<Timestamp> = None;
    for _ in 0..settings.max_search_pages.get() {
        let (base, words) = (&settings.base_url, settings.field_names);
        let url = requests::replies(base, words, &names, from, until, token.as_deref());
        let mut records = Vec::new();
        let budget = settings.search_budget();
        let page = asker
            .ask::<Post>(url, budget, requests::POSTS_PER_PAGE, &mut records)
            .await;
        for (_, index) in group {
            visits[*index].records.extend_from_slice(&records);
        }
        let page = page?;
        if page.data.is_none() && page.meta.is_none() {
            return Err(Setback::layout());
        }
        token = page.next_token().map(str::to_owned);
        for post in page.into_items() {
            let Some(at) = post.at() else { continue };
            oldest = Some(oldest.map_or(at, |oldest| oldest.min(at)));
            for (span, index) in group {
                if span.from <= at && at < span.until {
                    hand(&mut visits[*index], &post, at);
                }
            }
        }
        if token.is_none() {
            return Ok(None);
        }
    }
    Ok(Some(oldest.unwrap_or(until)))
}

/// Hands a reply to an account, if it stands below one of its posts and is not its own.
fn hand(visit: &mut Visit<'_>, post: &Post, at: Timestamp) {
    let (Some(state), Some(conversation), Some(parent)) = (
        visit.state.as_ref(),
        post.conversation_id.as_deref(),
        post.parent(),
    ) else {
        return;
    };
    if post.author_id.as_ref() == Some(&state.id) || post.is_repost() {
        return;
    }
    let Some(post_id) = state.post_of(conversation) else {
        return;
    };
    let reply = Reply {
        post_id: post_id.to_owned(),
        id: post.id.clone(),
        parent: parent.to_owned(),
        at,
    };
    visit.heard.push(reply);
}

/// Notes the time that was heard. After a gap nothing is known of the conversations before it.
fn note_heard(visit: &mut Visit<'_>, span: Span, cut_at: Option<Timestamp>) {
    let Some(state) = &mut visit.state else {
        return;
    };
    let cut_at = cut_at.filter(|at| *at > span.from);
    let since = match (cut_at, state.heard) {
        (None, Some(heard)) if span.is_gapless => heard.since,
        (cut_at, _) => cut_at.unwrap_or(span.from),
    };
    let is_broken = cut_at.is_some() || !span.is_gapless;
    if is_broken {
        for kept in state.posts.values_mut() {
            kept.is_whole = false;
        }
    }
    if cut_at.is_some() {
        visit.heard_missing = Some(MissingReason::Truncated);
    }
    state.heard = Some(Heard {
        since,
        to: span.until,
    });
}
