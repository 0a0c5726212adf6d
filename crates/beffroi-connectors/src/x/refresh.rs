//! The counters of posts that are known: those of an account whose turn it is, a hundred of several
//! accounts in one request. Each post is billed $0.005 at every reading; a post that was listed in
//! this visit is not asked for again.

use std::collections::HashMap;

use beffroi_model::MissingReason;

use super::{
    asker::Asker,
    observe::Reading,
    refusal, requests,
    visit::Visit,
    wire::{Answer, Post},
};
use crate::api::Setback;

/// A post to be read: whose, its first id, and the id of today.
struct Wanted {
    visit: usize,
    post_id: String,
    id_today: String,
}

/// Reads the counters of all posts whose turn it is.
pub(super) async fn read(asker: &Asker<'_>, visits: &mut [Visit<'_>]) {
    let mut wanted = Vec::new();
    for (index, visit) in visits.iter_mut().enumerate() {
        if !visit.is_refresh_due() {
            continue;
        }
        let as_of = visit.as_of();
        let Some(state) = &mut visit.state else {
            continue;
        };
        // Taken back where a request fails.
        state.refreshed_at = Some(as_of);
        for (post_id, kept) in &state.posts {
            if !visit.readings.contains_key(post_id) {
                wanted.push(Wanted {
                    visit: index,
                    post_id: post_id.clone(),
                    id_today: kept.id_today(post_id).to_owned(),
                });
            }
        }
    }
    for wanted in wanted.chunks(requests::POSTS_PER_CALL) {
        read_some(asker, visits, wanted).await;
    }
}

async fn read_some(asker: &Asker<'_>, visits: &mut [Visit<'_>], wanted: &[Wanted]) {
    let settings = asker.settings;
    let mut ids: Vec<&str> = wanted.iter().map(|post| post.id_today.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let url = requests::posts(&settings.base_url, settings.field_names, &ids);
    let mut records = Vec::new();
    let budget = settings.post_budget();
    let answer = asker
        .ask::<Post>(url, budget, ids.len(), &mut records)
        .await;
    let mut of_visit = wanted.iter().map(|post| post.visit).collect::<Vec<_>>();
    of_visit.dedup();
    for index in of_visit {
        visits[index].records.extend_from_slice(&records);
    }
    match answer {
        Ok(answer) => take(visits, wanted, answer),
        Err(setback) => miss(visits, wanted, setback),
    }
}

/// Takes what was read. Posts that are not there any more are forgotten, with their conversations;
/// of one of which nothing is said the counters are missing.
fn take(visits: &mut [Visit<'_>], wanted: &[Wanted], answer: Answer<Post>) {
    let mut gone = Vec::new();
    for problem in &answer.errors {
        if refusal::of_account(problem).is_some() {
            gone.extend(
                [&problem.value, &problem.resource_id]
                    .into_iter()
                    .flatten()
                    .cloned(),
            );
        }
    }
    let posts = answer.into_items();
    let posts: HashMap<&str, &Post> = posts.iter().map(|post| (post.id.as_str(), post)).collect();
    for post in wanted {
        let visit = &mut visits[post.visit];
        if let Some(found) = posts.get(post.id_today.as_str()) {
            if let Some(state) = &mut visit.state
                && let Some(kept) = state.posts.get_mut(&post.post_id)
            {
                kept.is_restricted = found.is_restricted();
            }
            visit
                .readings
                .insert(post.post_id.clone(), Reading::of(found));
        } else if gone.contains(&post.id_today) {
            if let Some(state) = &mut visit.state {
                state.posts.remove(&post.post_id);
            }
        } else {
            let missing = Reading::missing(MissingReason::NotInAnswer);
            visit.readings.insert(post.post_id.clone(), missing);
        }
    }
}

/// The counters are missing, and asked for again at the next visit.
fn miss(visits: &mut [Visit<'_>], wanted: &[Wanted], setback: Setback) {
    let missing = Reading::missing(setback.missing_reason());
    for post in wanted {
        let visit = &mut visits[post.visit];
        visit.readings.insert(post.post_id.clone(), missing);
        if let Some(state) = &mut visit.state {
            state.refreshed_at = None;
        }
    }
}
