//! One visit to one account: what it wants and what it has been told so far; `conclude.rs` makes the
//! measurement of it. The asking is done for the whole batch, in `profiles.rs`, `listing.rs`,
//! `hearing.rs` and `refresh.rs`, in this order; what fails on the way leaves what was brought
//! before.

use std::collections::HashMap;

use beffroi_model::{Absent, FetchRecord, Forbidden, Measurement, MissingReason};
use jiff::{SignedDuration, Timestamp};

use super::{
    XSettings,
    name::{self, Whom},
    observe::{self, Reading},
    requests::Since,
    state::{Kept, State},
    talk::{Message, Talk},
    wire::{self, User},
};
use crate::{MeasureRequest, api::Setback, turns::is_turn, window::Window};

/// How long an unmoved counter of posts is believed: a post that came while another was deleted
/// does not move it.
const COUNTER_BELIEVED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A visit under way.
pub(super) struct Visit<'a> {
    pub(super) settings: &'a XSettings,
    pub(super) request: &'a MeasureRequest,
    pub(super) window: Window,
    pub(super) measurement: Measurement,
    /// The exchanges that brought something of this account, shared ones included.
    pub(super) records: Vec<FetchRecord>,
    /// Why there is no measurement, once that is known.
    pub(super) end: Option<Setback>,
    /// What is known of the account; `None` until its id is.
    pub(super) state: Option<State>,
    /// Whether the profile was read in this visit.
    pub(super) is_met: bool,
    /// Whether the remembered id is no user's any more.
    is_forgotten: bool,
    /// The profile's count of posts.
    total: Option<u64>,
    /// Counters read in this visit, by first id.
    pub(super) readings: HashMap<String, Reading>,
    /// The account's own replies.
    pub(super) own: Vec<Reply>,
    /// Why posts of the window may be missing.
    pub(super) posts_missing: Option<MissingReason>,
    /// Visitors' replies to the account.
    pub(super) heard: Vec<Reply>,
    /// Why visitors' replies may be missing.
    pub(super) heard_missing: Option<MissingReason>,
}

/// A reply in a conversation. It may hold a citizen's id, so that it cannot be printed and ends with
/// the visit.
pub(super) struct Reply {
    /// The first id of the post at the top, when that is the account's.
    pub(super) post_id: String,
    pub(super) id: String,
    pub(super) parent: String,
    pub(super) at: Timestamp,
}

impl<'a> Visit<'a> {
    /// A visit of which nothing was asked yet.
    pub(super) fn new(settings: &'a XSettings, request: &'a MeasureRequest) -> Self {
        let measurement = request.begun();
        let window = Window::before(request.as_of, settings.window_days);
        let mut state = request.previous_state.as_deref().and_then(State::read);
        if let Some(state) = &mut state {
            state.posts.retain(|_, kept| window.contains(kept.at));
        }
        let refused = name::read(&request.account.handle).is_none();
        Self {
            settings,
            request,
            window,
            measurement,
            records: Vec::new(),
            end: refused.then(|| Setback::absent(Absent::NotAnAccount)),
            state,
            is_met: false,
            is_forgotten: false,
            total: None,
            readings: HashMap::new(),
            own: Vec::new(),
            posts_missing: None,
            heard: Vec::new(),
            heard_missing: None,
        }
    }

    /// A visit that ends before it begins.
    pub(super) fn refused(
        settings: &'a XSettings,
        request: &'a MeasureRequest,
        setback: Setback,
    ) -> Self {
        Self {
            end: Some(setback),
            ..Self::new(settings, request)
        }
    }

    /// End of the window.
    pub(super) fn as_of(&self) -> Timestamp {
        self.request.as_of
    }

    /// Whether it is still worth asking.
    pub(super) fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// Ends the visit without a measurement.
    pub(super) fn close(&mut self, setback: Setback) {
        self.end.get_or_insert(setback);
    }

    /// Whose profile is wanted, if its turn has come.
    pub(super) fn whom(&self) -> Option<Whom<'_>> {
        if !self.is_open() || self.is_met {
            return None;
        }
        let by_handle = name::read(&self.request.account.handle);
        match &self.state {
            Some(_) if self.is_forgotten => by_handle,
            Some(state) => {
                let days = self.settings.profile_days.get();
                let is_due = is_turn(&state.id, days, state.profile_at, self.as_of());
                is_due.then_some(Whom::Id(&state.id))
            }
            None => by_handle,
        }
    }

    /// Takes the profile, or why there is none.
    pub(super) fn meet(&mut self, user: Result<&User, Setback>) {
        let handle = &self.request.account.handle;
        let user = match user {
            Ok(user) if name::is_id(&user.id) && name::is_username(&user.username) => user,
            Ok(_) => return self.close(Setback::layout()),
            Err(setback) => return self.miss(setback),
        };
        self.is_met = true;
        self.measurement.identity = observe::identity(user, handle);
        if user.protected {
            return self.close(Setback::forbidden(Forbidden::PrivateAccount));
        }
        self.measurement.figures = observe::figures(user);
        self.total = user.metrics().posts().given();
        let as_of = self.request.as_of;
        let known = self.state.take().filter(|state| state.id == user.id);
        let mut state = known.unwrap_or_else(|| State::new(&user.id, &user.username));
        state.username.clone_from(&user.username);
        state.profile_at = Some(as_of);
        self.state = Some(state);
    }

    /// The user is not shown. One whose id is forgotten is asked for by name once more; who is not
    /// found by that either was here and is no more.
    fn miss(&mut self, setback: Setback) {
        let is_unknown = setback == Setback::absent(Absent::NotFound);
        let is_named = matches!(
            name::read(&self.request.account.handle),
            Some(Whom::Name(_))
        );
        match (is_unknown && self.state.is_some(), self.is_forgotten) {
            (true, false) if is_named => self.is_forgotten = true,
            (true, _) => self.close(Setback::absent(Absent::Gone)),
            (false, _) => self.close(setback),
        }
    }

    /// The account and from where on its posts are to be listed, if they are: when the counter has
    /// moved or is not known. An answer without posts costs nothing.
    pub(super) fn listing(&self) -> Option<(&State, Since<'_>)> {
        let state = self.state.as_ref().filter(|_| self.is_open())?;
        let is_recent = |at: Timestamp| self.as_of().duration_since(at) < COUNTER_BELIEVED_FOR;
        let is_unmoved = self.total.is_some() && self.total == state.total;
        if is_unmoved && state.listed_to.is_some_and(is_recent) {
            return None;
        }
        let start = self.window.start();
        Some(match (&state.since_id, state.listed_to) {
            (Some(id), Some(to)) if to >= start => (state, Since::Post(id)),
            (None, Some(to)) if to >= start => (state, Since::Moment(to)),
            _ => (state, Since::Moment(start)),
        })
    }

    /// Takes a post or reply of the account.
    pub(super) fn note(&mut self, post: &wire::Post, at: Timestamp) {
        let Some(state) = &mut self.state else { return };
        if post.is_repost() {
            return;
        }
        if post.is_reply() {
            let Some(parent) = post.parent() else { return };
            let conversation = post.conversation_id.as_deref();
            if let Some(post_id) = conversation {
                self.own.push(Reply {
                    post_id: post_id.to_owned(),
                    id: post.id.clone(),
                    parent: parent.to_owned(),
                    at,
                });
            }
            return;
        }
        if !self.window.contains(at) {
            return;
        }
        let post_id = post.first_id();
        let kept = state
            .posts
            .entry(post_id.to_owned())
            .or_insert_with(|| Kept {
                at,
                edited: None,
                kind: None,
                is_restricted: false,
                is_whole: false,
                talk: Talk::default(),
            });
        kept.edited = (post.id != post_id).then(|| post.id.clone());
        kept.kind = post.kind();
        kept.is_restricted = post.is_restricted();
        self.readings.insert(post_id.to_owned(), Reading::of(post));
    }

    /// Notes that the posts are listed up to now. `newest` is the id of the newest of them,
    /// `cut_at` the time of the oldest where the list was cut; `has_later` tells that some are left
    /// for the next visit.
    pub(super) fn note_listed(
        &mut self,
        newest: Option<String>,
        cut_at: Option<Timestamp>,
        has_later: bool,
    ) {
        let (as_of, start) = (self.request.as_of, self.window.start());
        let total = self.total.filter(|_| !has_later);
        let Some(state) = &mut self.state else { return };
        let is_from_start = state.listed_to.is_none_or(|to| to < start);
        if let Some(cut_at) = cut_at {
            state.whole_since = Some(cut_at);
        } else if is_from_start {
            state.whole_since = Some(start);
            // All posts of the window have just been read.
            state.refreshed_at = Some(as_of);
        }
        if newest.is_some() {
            state.since_id = newest;
        }
        state.listed_to = Some(as_of);
        state.total = total;
    }

    /// Whether the turn of the known posts has come.
    pub(super) fn is_refresh_due(&self) -> bool {
        let Some(state) = self.state.as_ref().filter(|_| self.is_open()) else {
            return false;
        };
        let days = self.settings.refresh_days.get();
        is_turn(&state.id, days, state.refreshed_at, self.as_of())
    }
}

impl Reply {
    pub(super) fn as_message(&self) -> Message<'_> {
        Message {
            id: &self.id,
            parent: &self.parent,
            at: self.at,
        }
    }
}
