//! One visit to one channel or account: who it is, its counters, its videos, the comments below
//! them, in this order. What fails on the way leaves what was brought before.
//!
//! It costs 2 calls, 1 for each video of the window whose comments may have moved, 1 a week for
//! each without comments, and 1 for each thread that the account has newly answered.

use beffroi_fetch::{BudgetSpec, Request};
use beffroi_model::{Absent, Figure, FigureName, Measurement, MissingReason};
use url::Url;

use super::{
    PeertubeConnector,
    address::{Handle, Kind},
    comments::CommentReader,
    observe::{self, Listing, Openness},
    requests, resolve,
    state::State,
    wire::{Actor, Author, VideoPage},
};
use crate::{
    MeasureRequest, Measured,
    api::{Calls, Reply, Setback},
    dialogue::Dialogue,
    window::Window,
};

/// Videos of a page that are read again with the next one: as many may be deleted in between
/// without one being missed.
const OVERLAP: usize = 5;

/// Asks an instance on behalf of one visit, within its budget.
pub(super) struct Asker {
    budget: BudgetSpec,
    calls: Calls,
}

impl Asker {
    /// Asks one address.
    pub(super) async fn get(&mut self, url: Url) -> Result<Reply, Setback> {
        self.calls.get(Request::api(url, self.budget)).await
    }
}

/// Measures a channel or an account.
pub(super) async fn measure(connector: &PeertubeConnector, request: &MeasureRequest) -> Measured {
    let mut measurement = request.begun();
    let mut visit = Visit {
        connector,
        request,
        asker: Asker {
            budget: connector.settings.budget(),
            calls: Calls::new(connector.client.clone()),
        },
        window: Window::before(request.as_of, connector.settings.window_days),
    };
    let end = visit.run(&mut measurement).await;
    measurement.fetches = visit.asker.calls.into_records();
    for record in &mut measurement.fetches {
        record.url = requests::for_the_record(record.url.clone());
    }
    Measured::ended(measurement, end)
}

struct Visit<'a> {
    connector: &'a PeertubeConnector,
    request: &'a MeasureRequest,
    asker: Asker,
    window: Window,
}

/// The list of videos, as far as it could be read.
struct List {
    listing: Listing,
    /// Its whole length.
    total: Figure<u64>,
    /// Why it is not whole, when it is not.
    cut: Option<MissingReason>,
}

impl Visit<'_> {
    async fn run(&mut self, measurement: &mut Measurement) -> Result<(), Setback> {
        let no_handle = || Setback::absent(Absent::NotAnAccount);
        let account = &self.request.account;
        let handle = Handle::parse(&account.handle).ok_or_else(no_handle)?;
        let configured = self.connector.settings.base_url(&handle.domain);
        let root = configured
            .or_else(|| handle.root(&account.url))
            .ok_or_else(no_handle)?;
        let actor = resolve::find_actor(&mut self.asker, &root, &handle).await?;
        measurement.identity = observe::identity(&actor, &handle);
        let List {
            mut listing,
            total,
            cut,
        } = self.list(&root, &handle).await;
        if listing.is_unreadable() {
            return Err(Setback::layout());
        }
        measurement.figures = observe::figures(&actor, total);
        measurement
            .unavailable
            .insert(FigureName::Shares, MissingReason::NotGivenByPlatform);
        let mut dialogue = Dialogue::default();
        if let Some(reason) = cut {
            measurement.unavailable.insert(FigureName::Posts, reason);
            dialogue.miss(reason);
        }
        let state = self.converse(&root, handle.kind, actor, &mut listing, &mut dialogue);
        measurement.state = Some(state.await);
        measurement.posts = listing
            .videos
            .into_iter()
            .map(|listed| listed.post)
            .collect();
        measurement.threads = dialogue.figure();
        Ok(())
    }

    /// Lists the videos back to the start of the window.
    async fn list(&mut self, root: &Url, handle: &Handle) -> List {
        let mut list = List {
            listing: Listing::default(),
            total: Figure::Missing(MissingReason::CallFailed),
            cut: None,
        };
        let mut start = 0;
        for _ in 0..self.connector.settings.max_pages.get() {
            let page = match self.page(requests::videos(root, handle, start)).await {
                Ok(page) => page,
                Err(reason) => {
                    if start == 0 {
                        list.total = Figure::Missing(reason);
                    }
                    list.cut = Some(reason);
                    return list;
                }
            };
            if start == 0 {
                list.total = page.total.figure();
            }
            let total = page.total.given();
            let shown = page.data.read.len() + page.data.unreadable;
            list.listing.add_page(page, self.window);
            let read_to = start + shown;
            let is_read = list
                .listing
                .oldest_read
                .is_some_and(|at| self.window.is_past(at));
            let has_more = match total {
                Some(total) => u64::try_from(read_to).is_ok_and(|read_to| read_to < total),
                None => shown >= requests::ITEMS_PER_PAGE,
            };
            if is_read || !has_more || shown <= OVERLAP {
                return list;
            }
            start = read_to - OVERLAP;
        }
        list.cut = Some(MissingReason::Truncated);
        list
    }

    async fn page(&mut self, url: Url) -> Result<VideoPage, MissingReason> {
        let reply = self.asker.get(url).await.map_err(Setback::missing_reason)?;
        match reply.status() {
            200 => reply.json().ok_or(MissingReason::CallFailed),
            _ => Err(reply.setback().missing_reason()),
        }
    }

    /// Reads the comments below the videos, and returns what the next visit is to be handed.
    async fn converse(
        &mut self,
        root: &Url,
        kind: Kind,
        actor: Actor,
        listing: &mut Listing,
        dialogue: &mut Dialogue,
    ) -> String {
        let permanent_id = actor.url.unwrap_or_default();
        let owner = match kind {
            Kind::Channel => actor.owner_account,
            Kind::Account => actor.host.map(|host| Author {
                name: actor.name,
                host,
            }),
        };
        // A state that cannot be read (another version's) is as none.
        let previous = self.request.previous_state.as_deref();
        let previous: Option<State> = previous.and_then(|text| serde_json::from_str(text).ok());
        let previous = previous.filter(|state| state.actor == permanent_id);
        let max_calls = self.connector.settings.max_comment_calls;
        let mut reader = CommentReader::new(&mut self.asker, root, owner.as_ref(), max_calls);
        let videos = reader.read(listing, previous.as_ref(), dialogue).await;
        let is_restricted = |id: &String| {
            let seen = videos.get(id).and_then(|now| now.openness);
            seen.is_some_and(|seen| seen.openness == Openness::Restricted)
        };
        let mut ids = listing.videos.iter().map(|listed| &listed.post.post_id);
        if !listing.videos.is_empty() && ids.all(is_restricted) {
            // Those who may comment are not the citizens at large: their silence means nothing.
            dialogue.miss(MissingReason::RepliesRestricted);
        }
        let state = State {
            actor: permanent_id,
            videos,
        };
        serde_json::to_string(&state).expect("text, times and numbers are JSON")
    }
}
