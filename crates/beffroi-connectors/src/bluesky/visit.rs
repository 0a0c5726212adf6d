//! One visit to one account: who it is, its counters, its posts, its dialogue, in this order. What
//! fails on the way leaves what was brought before.

use std::collections::{BTreeMap, HashSet};

use beffroi_fetch::{FetchClient, Request};
use beffroi_model::{Absent, FetchRecord, FigureName, Forbidden, Measurement, MissingReason};
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    BlueskySettings, actor,
    observe::{self, Listing, Need},
    profiles, requests,
    wire::{Feed, Profile, Thread},
};
use crate::{
    MeasureRequest, Measured,
    api::{Calls, Reply, Setback},
    availability::note_missing_figures,
    conversation::ThreadTimes,
    dialogue::{Dialogue, Remembered},
    window::Window,
};

/// What a visit leaves for the next one: own ids and times alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct State {
    /// The account's DID, by which it is found again under another handle.
    did: String,
    /// Conversations, by the address of their post.
    conversations: BTreeMap<String, Remembered>,
}

/// A visit under way.
pub(super) struct Visit<'a> {
    settings: &'a BlueskySettings,
    request: &'a MeasureRequest,
    previous: Option<State>,
    calls: Calls,
    window: Window,
}

impl<'a> Visit<'a> {
    /// A visit of which nothing was asked yet.
    pub(super) fn new(
        client: &FetchClient,
        settings: &'a BlueskySettings,
        request: &'a MeasureRequest,
    ) -> Self {
        // A state that cannot be read (another version's) is as none.
        let previous = request.previous_state.as_deref();
        Self {
            settings,
            request,
            previous: previous.and_then(|state| serde_json::from_str(state).ok()),
            calls: Calls::new(client.clone()),
            window: Window::before(request.as_of, settings.window_days),
        }
    }

    /// Whom to ask for: the DID once it is known, which survives a change of handle. An actor that
    /// would be refused, or that is known not to count, is not asked.
    pub(super) fn actor(&self) -> Result<&str, Setback> {
        let handle = self.request.account.handle.as_str();
        if let Some(reason) = actor::refuse(handle) {
            return Err(Setback::absent(reason));
        }
        let did = self.previous.as_ref().map(|state| state.did.as_str());
        Ok(did
            .filter(|did| actor::refuse(did).is_none())
            .unwrap_or(handle))
    }

    /// Measures. `profile` is what the batch brought, `None` to ask for it alone; `records` are
    /// the batch's exchanges.
    pub(super) async fn measure(
        mut self,
        profile: Result<Option<Profile>, Setback>,
        mut records: Vec<FetchRecord>,
    ) -> Measured {
        let mut measurement = self.request.begun();
        let end = self.run(profile, &mut measurement).await;
        records.append(&mut self.calls.into_records());
        measurement.fetches = records;
        match end {
            Ok(()) => {
                note_missing_figures(&mut measurement);
                Measured::new(measurement, None)
            }
            Err(setback) => setback.end(measurement),
        }
    }

    async fn run(
        &mut self,
        profile: Result<Option<Profile>, Setback>,
        measurement: &mut Measurement,
    ) -> Result<(), Setback> {
        let profile = match profile? {
            Some(profile) => profile,
            None => {
                let actor = self.actor()?.to_owned();
                profiles::profile(&mut self.calls, self.settings, &actor).await?
            }
        };
        measurement.identity = observe::identity(&profile, &self.request.account.handle);
        let handle = profile.handle();
        if handle.is_some_and(|handle| actor::is_bridged(&handle)) {
            return Err(Setback::absent(Absent::Bridged));
        }
        if observe::opted_out(&profile) {
            return Err(Setback::forbidden(Forbidden::OptedOut));
        }
        let (mut listing, cut) = self.list(&profile.did).await;
        if listing.is_unreadable() {
            return Err(Setback::layout());
        }
        measurement.figures = observe::figures(&profile);
        measurement
            .unavailable
            .insert(FigureName::Views, MissingReason::NotGivenByPlatform);
        let mut dialogue = Dialogue::default();
        if let Some(reason) = cut {
            measurement.unavailable.insert(FigureName::Posts, reason);
            dialogue.miss(reason);
        }
        let conversations = self
            .converse(&profile.did, &mut listing, &mut dialogue)
            .await;
        if listing.is_restricted_throughout() {
            dialogue.miss(MissingReason::RepliesRestricted);
        }
        let state = State {
            did: profile.did,
            conversations,
        };
        let state = serde_json::to_string(&state).expect("text, times and numbers are JSON");
        measurement.state = Some(state);
        measurement.posts = listing
            .posts
            .into_iter()
            .map(|listed| listed.post)
            .collect();
        measurement.threads = dialogue.figure();
        Ok(())
    }

    /// Lists the account's feed back to the start of the window. The reason tells why the list is
    /// not whole, when it is not.
    async fn list(&mut self, did: &str) -> (Listing, Option<MissingReason>) {
        let mut listing = Listing::default();
        let mut cursor: Option<String> = None;
        for _ in 0..self.settings.max_pages.get() {
            let url = requests::feed(&self.settings.base_url, did, cursor.as_deref());
            let feed: Feed = match self.ask(url).await {
                Ok(feed) => feed,
                Err(setback) => return (listing, Some(setback.missing_reason())),
            };
            listing.add_page(feed.feed, did, self.window);
            let is_read = listing
                .oldest_read
                .is_some_and(|at| self.window.is_past(at));
            match feed.cursor {
                // A page may be short, even empty, as long as it names a next one.
                Some(next) if !is_read && cursor.as_ref() != Some(&next) => cursor = Some(next),
                Some(_) if !is_read => break,
                Some(_) | None => return (listing, None),
            }
        }
        (listing, Some(MissingReason::Truncated))
    }

    /// Reads the conversations below the posts, and returns what is to be remembered of them. The
    /// first call that fails ends the asking: the figure is lost by then. Posts that were deleted
    /// since they were listed are taken off the list.
    async fn converse(
        &mut self,
        did: &str,
        listing: &mut Listing,
        dialogue: &mut Dialogue,
    ) -> BTreeMap<String, Remembered> {
        let mut conversations = BTreeMap::new();
        let mut threads_left = self.settings.max_threads;
        let mut has_failed = false;
        let mut deleted = HashSet::new();
        for listed in &listing.posts {
            let post_uri = &listed.post.post_id;
            let overheard = listing.overhear(listed);
            let known = self.previous.as_ref().filter(|state| state.did == did);
            let remembered = known.and_then(|state| state.conversations.get(post_uri));
            let threads = match observe::need(&overheard, remembered) {
                Need::Nothing(threads) => {
                    dialogue.add(post_uri, &threads);
                    continue;
                }
                Need::Recall(remembered) => remembered.threads,
                Need::Ask if has_failed => continue,
                Need::Ask if threads_left == 0 => {
                    dialogue.miss(MissingReason::NotAsked);
                    continue;
                }
                Need::Ask => {
                    threads_left -= 1;
                    match self.thread(did, post_uri).await {
                        Ok(Some(threads)) => threads,
                        Ok(None) => {
                            deleted.insert(post_uri.clone());
                            continue;
                        }
                        Err(setback) => {
                            dialogue.miss(setback.missing_reason());
                            has_failed = true;
                            continue;
                        }
                    }
                }
            };
            dialogue.add(post_uri, &threads);
            if let Some(mark) = overheard.mark {
                let remembered = Remembered {
                    mark,
                    threads,
                    is_truncated: false,
                };
                conversations.insert(post_uri.clone(), remembered);
            }
        }
        listing
            .posts
            .retain(|listed| !deleted.contains(&listed.post.post_id));
        conversations
    }

    /// The threads below a post; `None` when the post is there no more.
    async fn thread(
        &mut self,
        did: &str,
        post_uri: &str,
    ) -> Result<Option<Vec<ThreadTimes>>, Setback> {
        let url = requests::thread(&self.settings.base_url, post_uri);
        let thread = match self.ask::<Thread>(url).await {
            Ok(thread) if thread.thread.not_found => return Ok(None),
            Err(setback) if setback == Setback::absent(Absent::NotFound) => return Ok(None),
            answer => answer?,
        };
        let conversation = observe::conversation(post_uri, did, &thread);
        Ok(Some(conversation.ok_or_else(Setback::layout)?.threads))
    }

    async fn ask<T: serde::de::DeserializeOwned>(&mut self, url: Url) -> Result<T, Setback> {
        let request = Request::api(url, self.settings.budget());
        let reply: Reply = self.calls.get(request).await?;
        match reply.status() {
            200 => reply.json().ok_or_else(|| reply.setback()),
            _ => Err(observe::refusal(&reply)),
        }
    }
}
