//! What the accounts wrote since the last visit: a page of up to 100 posts and own replies at a
//! time, one account a request. Each post is billed $0.005, once in a UTC day; an answer without
//! posts is free.

use beffroi_model::{Absent, Forbidden, Outcome};
use futures::{StreamExt, stream};
use jiff::Timestamp;

use super::{
    asker::Asker,
    refusal, requests, time,
    visit::Visit,
    wire::{Answer, Post},
};
use crate::api::Setback;

/// Lists the posts of all accounts that have moved.
pub(super) async fn read(asker: &Asker<'_>, visits: &mut [Visit<'_>]) {
    let at_once = asker.settings.concurrency.get() as usize;
    let mut listings = Vec::new();
    for visit in visits.iter_mut().filter(|visit| visit.listing().is_some()) {
        listings.push(Box::pin(list(asker, visit)));
    }
    let mut listings = stream::iter(listings).buffer_unordered(at_once);
    while let Some(()) = listings.next().await {}
}

/// What was read so far of one account's list.
#[derive(Default)]
struct Progress {
    newest: Option<String>,
    oldest_at: Option<Timestamp>,
    has_later: bool,
    has_read: bool,
    has_unreadable: bool,
}

async fn list(asker: &Asker<'_>, visit: &mut Visit<'_>) {
    let settings = asker.settings;
    let mut progress = Progress::default();
    let mut token: Option<String> = None;
    for _ in 0..settings.max_pages.get() {
        let Some((state, since)) = visit.listing() else {
            return;
        };
        progress.newest = progress.newest.or_else(|| state.since_id.clone());
        let url = requests::timeline(
            &settings.base_url,
            settings.field_names,
            &state.id,
            since,
            settings.dialogue,
            token.as_deref(),
        );
        let budget = settings.timeline_budget();
        let page = asker
            .ask::<Post>(url, budget, requests::POSTS_PER_PAGE, &mut visit.records)
            .await;
        let page = match page.and_then(told) {
            Ok(page) => page,
            Err(setback) => return fail(visit, setback),
        };
        let next = page.next_token().map(str::to_owned);
        progress.take(visit, page);
        if progress.has_unreadable && !progress.has_read {
            return fail(visit, Setback::layout());
        }
        if next.is_none() {
            return visit.note_listed(progress.newest, None, progress.has_later);
        }
        token = next;
    }
    let cut_at = progress.oldest_at.unwrap_or(visit.as_of());
    visit.note_listed(progress.newest, Some(cut_at), progress.has_later);
}

/// An answer that tells only why there is none: the account itself is not shown. Problems with posts
/// that others refer to stand beside the data and do not matter.
fn told(answer: Answer<Post>) -> Result<Answer<Post>, Setback> {
    if answer.data.is_some() || answer.meta.is_some() {
        return Ok(answer);
    }
    let told = answer.errors.iter().find_map(refusal::of_account);
    Err(told.unwrap_or_else(Setback::layout))
}

/// Of an account that is not there or not shown there is no measurement. Else the profile stands,
/// where it was read.
fn fail(visit: &mut Visit<'_>, setback: Setback) {
    let is_final = matches!(
        setback.outcome,
        Outcome::Absent(Absent::NotFound | Absent::Suspended)
            | Outcome::Forbidden(Forbidden::PrivateAccount)
    );
    if is_final || !visit.is_met {
        visit.close(setback);
    } else {
        visit.posts_missing = Some(setback.missing_reason());
    }
}

impl Progress {
    /// Takes a page. What was published after the end of the window is left for the next visit,
    /// which is told so, or it would find the counter unmoved.
    fn take(&mut self, visit: &mut Visit<'_>, page: Answer<Post>) {
        self.has_unreadable |= page.data.as_ref().is_some_and(|data| data.unreadable > 0);
        let own_id = visit.state.as_ref().map(|state| state.id.clone());
        for post in page.into_items() {
            let Some(at) = post.at() else {
                self.has_unreadable = true;
                continue;
            };
            self.has_read = true;
            if post.author_id.is_some() && post.author_id != own_id {
                continue;
            }
            if at > visit.as_of() {
                self.has_later = true;
                continue;
            }
            self.oldest_at = Some(self.oldest_at.map_or(at, |oldest| oldest.min(at)));
            let newest = self.newest.as_deref();
            if newest.is_none_or(|newest| time::is_later(&post.id, newest)) {
                self.newest = Some(post.id.clone());
            }
            visit.note(&post, at);
        }
    }
}
