//! One visit to one page: who it is, its counters, its posts, its dialogue, in this order, most of
//! it in one call. What fails on the way leaves what was brought before.

use std::collections::BTreeMap;

use beffroi_model::{Absent, Failed, FigureName, Forbidden, Measurement, MissingReason, Outcome};
use serde::{Deserialize, Serialize};

use super::{
    FacebookConnector,
    asker::Asker,
    comments::Comments,
    observe::{self, Listing},
    refusal::Refusal,
    requests::{self, Depth, Stretch},
    wire::{Edge, Page, PostNode, Rest},
};
use crate::{
    MeasureRequest, Measured,
    api::Setback,
    dialogue::{Dialogue, Remembered},
    tolerant::Found,
    window::Window,
};

/// Pages merged into pages that were merged: how often one is followed.
const MAX_MERGES: usize = 3;

/// Visits in a row that must find nothing before a page is said not to be there: that answer also
/// comes of pages that are closed or restricted for a while.
const UNSEEN_VISITS: u32 = 2;

/// What a visit leaves for the next one: the page's own ids, times and counts alone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct State {
    /// The page's number, by which it is found again under another name.
    id: Option<String>,
    /// Visits in a row that found nothing.
    #[serde(default)]
    unseen_visits: u32,
    /// Whether the author of any comment was ever given.
    #[serde(default)]
    has_seen_authors: bool,
    /// Conversations that did not come whole with their post, by the id of the post.
    #[serde(default)]
    conversations: BTreeMap<String, Remembered>,
}

/// Measures a page.
pub(super) async fn measure(connector: &FacebookConnector, request: &MeasureRequest) -> Measured {
    let mut measurement = request.begun();
    if !connector.settings.is_configured() {
        return Setback::forbidden(Forbidden::CredentialMissing).end(measurement);
    }
    let days = connector.settings.window_days;
    let mut visit = Visit {
        connector,
        request,
        asker: Asker::new(connector),
        window: Window::before(request.as_of, days),
        stretch: Stretch::around(request.as_of, days),
    };
    let end = visit.run(&mut measurement).await;
    measurement.fetches = visit.asker.into_records();
    Measured::ended(measurement, end)
}

struct Visit<'a> {
    connector: &'a FacebookConnector,
    request: &'a MeasureRequest,
    asker: Asker<'a>,
    window: Window,
    stretch: Stretch,
}

impl Visit<'_> {
    async fn run(&mut self, measurement: &mut Measurement) -> Result<(), Setback> {
        let handle = &self.request.account.handle;
        if !observe::is_askable(handle) {
            return Err(Setback::absent(Absent::NotAnAccount));
        }
        let previous = self.previous_state();
        let (mut page, depth) = match self.find(previous.id.as_deref()).await {
            Ok(found) => found,
            Err(Refusal::Unseen) => return Err(unseen(previous, measurement)),
            Err(refusal) => return Err(end_of(refusal)),
        };
        measurement.identity = observe::identity(&page, handle);
        if page.is_unpublished {
            return Err(Setback::absent(Absent::Deactivated));
        }
        let posts = std::mem::take(&mut page.posts);
        let (mut listing, cut) = self.list(&page.id, posts, depth).await?;
        if listing.is_unreadable() {
            return Err(Setback::layout());
        }
        measurement.figures = observe::figures(&page);
        measurement
            .unavailable
            .insert(FigureName::Views, MissingReason::PermissionMissing);
        let mut dialogue = Dialogue::default();
        if let Some(reason) = cut {
            measurement.unavailable.insert(FigureName::Posts, reason);
            dialogue.miss(reason);
        }
        // Of another page nothing is remembered.
        let known = Some(&page.id) == previous.id.as_ref();
        let previous = if known { previous } else { State::default() };
        let mut comments = Comments {
            asker: &mut self.asker,
            settings: &self.connector.settings,
            page_id: &page.id,
            calls_left: self.connector.settings.max_comment_calls,
            has_seen_authors: previous.has_seen_authors,
        };
        let conversations = comments
            .read(&mut listing, &previous.conversations, &mut dialogue)
            .await;
        let state = State {
            has_seen_authors: comments.has_seen_authors,
            id: Some(page.id),
            unseen_visits: 0,
            conversations,
        };
        measurement.state = Some(state.to_json());
        measurement.posts = listing
            .posts
            .into_iter()
            .map(|listed| listed.post)
            .collect();
        measurement.threads = dialogue.figure();
        Ok(())
    }

    /// What the last visit left; a state that cannot be read (another version's) is as none.
    fn previous_state(&self) -> State {
        let text = self.request.previous_state.as_deref().unwrap_or_default();
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Finds the page by its number once that is known, which survives a change of name; when
    /// there is no such page any more, by its handle. If that is nobody's either, the less certain
    /// of the two answers holds: a page that is closed for a while may have no name.
    async fn find(&mut self, page_id: Option<&str>) -> Result<(Page, Depth), Refusal> {
        let handle = &self.request.account.handle;
        let Some(page_id) = page_id.filter(|page_id| *page_id != handle.as_str()) else {
            return self.page(handle).await;
        };
        match self.page(page_id).await {
            Err(refusal) if is_unknown(&refusal) => match self.page(handle).await {
                Err(by_name) if refusal == Refusal::Unseen && is_unknown(&by_name) => Err(refusal),
                by_name => by_name,
            },
            found => found,
        }
    }

    /// Asks for a page: with less where that is too much, alone where its posts are not for us,
    /// and under the number of the page that it was merged into. Tells with it how much was asked.
    async fn page(&mut self, target: &str) -> Result<(Page, Depth), Refusal> {
        let mut target = target.to_owned();
        let mut depth = Depth::Whole;
        let mut merges = 0;
        loop {
            let settings = &self.connector.settings;
            let url = requests::page(settings, &target, depth, self.stretch);
            let could_read = self.connector.gate.has_read();
            match self.asker.ask(url).await {
                Ok(page) => return Ok((page, depth)),
                Err(Refusal::Migrated(successor)) if merges < MAX_MERGES => {
                    merges += 1;
                    target = successor;
                }
                Err(Refusal::TooMuch(setback)) => {
                    let gate = &self.connector.gate;
                    depth = match depth.less() {
                        Some(less) if !gate.is_in_trouble() => less,
                        Some(_) => return Err(setback.into()),
                        None => {
                            gate.note_trouble();
                            return Err(setback.into());
                        }
                    };
                }
                Err(refusal) if depth.asks_posts() && needs_permission(&refusal) => {
                    depth = Depth::PageAlone;
                }
                // That message is of a page which is not there as well: so it is, for a token that
                // reads others.
                Err(Refusal::NeedsFeature) if could_read => return Err(Refusal::Unseen),
                Err(refusal) => return Err(refusal),
            }
        }
    }

    /// Lists the posts back to the start of the window. The reason tells why the list is not whole,
    /// when it is not.
    async fn list(
        &mut self,
        page_id: &str,
        posts: Found<Edge<PostNode>>,
        mut depth: Depth,
    ) -> Result<(Listing, Option<MissingReason>), Setback> {
        let settings = &self.connector.settings;
        let mut listing = Listing::default();
        if !depth.asks_posts() {
            return Ok((listing, Some(MissingReason::PermissionMissing)));
        }
        let mut edge = match posts {
            Found::Object(edge) => edge,
            // A list without rows is left out.
            Found::Nothing => return Ok((listing, None)),
            Found::Unreadable => return Err(Setback::layout()),
        };
        let mut last_cursor = None;
        let mut pages_left = settings.max_pages.get();
        loop {
            let rest = edge.rest();
            listing.add_page(edge.data, self.window, depth.nests_comments(settings));
            pages_left -= 1;
            let is_read = listing
                .oldest_read
                .is_some_and(|at| self.window.is_past(at));
            let cursor = match rest {
                Rest::Nothing => return Ok((listing, None)),
                _ if is_read => return Ok((listing, None)),
                Rest::After(cursor) if pages_left > 0 && last_cursor.as_ref() != Some(&cursor) => {
                    cursor
                }
                Rest::After(_) | Rest::All | Rest::OutOfReach => {
                    return Ok((listing, Some(MissingReason::Truncated)));
                }
            };
            edge = loop {
                let url = requests::posts(settings, page_id, depth, self.stretch, &cursor);
                match self.asker.ask(url).await {
                    Ok(edge) => break edge,
                    Err(Refusal::TooMuch(setback)) => match depth.less() {
                        Some(less) => depth = less,
                        None => return Ok((listing, Some(missing_reason(setback.into())))),
                    },
                    Err(refusal) => return Ok((listing, Some(missing_reason(refusal)))),
                }
            };
            last_cursor = Some(cursor);
        }
    }
}

impl State {
    fn to_json(&self) -> String {
        serde_json::to_string(self).expect("text, times and numbers are JSON")
    }
}

/// How a visit ends that found nothing, and what it leaves.
fn unseen(previous: State, measurement: &mut Measurement) -> Setback {
    let state = State {
        unseen_visits: previous.unseen_visits.saturating_add(1),
        ..previous
    };
    measurement.state = Some(state.to_json());
    if state.unseen_visits >= UNSEEN_VISITS {
        Setback::absent(Absent::NotFound)
    } else {
        Setback::lasting(Outcome::Failed(Failed::Http4xx))
    }
}

/// Whether there is nothing of the name or number asked for.
pub(super) fn is_unknown(refusal: &Refusal) -> bool {
    let not_found = Setback::absent(Absent::NotFound);
    matches!(refusal, Refusal::Unseen) || *refusal == Refusal::Setback(not_found)
}

fn needs_permission(refusal: &Refusal) -> bool {
    let missing = Setback::forbidden(Forbidden::PermissionMissing);
    matches!(refusal, Refusal::NeedsFeature) || *refusal == Refusal::Setback(missing)
}

/// How a visit ends when this is all that it brought.
fn end_of(refusal: Refusal) -> Setback {
    match refusal {
        Refusal::Setback(setback) | Refusal::TooMuch(setback) => setback,
        Refusal::NeedsFeature => Setback::forbidden(Forbidden::PermissionMissing),
        Refusal::Unseen => Setback::lasting(Outcome::Failed(Failed::Http4xx)),
        // Merged without end, and a list that ends where none was read on.
        Refusal::Migrated(_) | Refusal::ListEnds => Setback::layout(),
    }
}

/// Why a figure is missing when only the call that gives it ended so.
pub(super) fn missing_reason(refusal: Refusal) -> MissingReason {
    if refusal == Refusal::ListEnds {
        return MissingReason::Truncated;
    }
    let setback = end_of(refusal);
    match setback.outcome {
        Outcome::Failed(Failed::QuotaSpent | Failed::RateLimited) => MissingReason::NotAsked,
        Outcome::Forbidden(Forbidden::PermissionMissing) => MissingReason::PermissionMissing,
        _ => setback.missing_reason(),
    }
}
