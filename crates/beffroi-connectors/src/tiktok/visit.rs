//! One visit to one account: its counters where their turn has come, and its part of the videos that
//! are read for the whole batch. What fails on the way leaves what was brought before.

use std::cmp::Reverse;

use beffroi_model::{Absent, FetchRecord, FigureName, Figures, Measurement, MissingReason, Post};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    TiktokConnector,
    accounts::is_user_name,
    ask::{self, Asker},
    observe,
    refusal::Refusal,
    requests,
    token::Tokens,
    videos::Cut,
    wire::User,
};
use crate::{
    MeasureRequest, Measured,
    api::Setback,
    availability::note_missing_figures,
    turns::{Misses, is_turn},
};

/// What a visit leaves for the next one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// The run in which the counters were last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    profile_at: Option<Timestamp>,
    /// The runs since in which the account was not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    misses: Option<Misses>,
}

/// A visit under way.
pub(super) struct Visit<'a> {
    connector: &'a TiktokConnector,
    request: &'a MeasureRequest,
    state: State,
    measurement: Measurement,
    /// The exchanges that brought something of this account, shared ones included.
    pub(super) records: Vec<FetchRecord>,
    /// Why there is no measurement, once that is known.
    end: Option<Setback>,
    user: Option<User>,
    posts: Vec<Post>,
    cut: Option<Cut>,
}

impl<'a> Visit<'a> {
    /// A visit of which nothing was asked yet.
    pub(super) fn new(connector: &'a TiktokConnector, request: &'a MeasureRequest) -> Self {
        let measurement = request.begun();
        // A state that cannot be read (another version's) is as none.
        let state = request.previous_state.as_deref();
        let state = state.and_then(|state| serde_json::from_str(state).ok());
        let mut visit = Self {
            connector,
            request,
            state: state.unwrap_or_default(),
            measurement,
            records: Vec::new(),
            end: None,
            user: None,
            posts: Vec::new(),
            cut: None,
        };
        if !is_user_name(visit.name()) {
            visit.close(Setback::absent(Absent::NotAnAccount));
        }
        visit
    }

    /// The account's name.
    pub(super) fn name(&self) -> &'a str {
        &self.request.account.handle
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

    /// Reads the counters, where their turn has come.
    pub(super) async fn meet(mut self, tokens: &'a Tokens) -> Self {
        if !self.is_open() {
            return self;
        }
        let settings = &self.connector.settings;
        let not_shown = Setback::absent(Absent::NotFound);
        let is_due = match self.state.misses {
            Some(misses) if misses.are_due(self.as_of(), settings.recheck_days) => true,
            Some(_) => {
                self.close(not_shown);
                return self;
            }
            None => {
                let (days, last) = (settings.profile_days.get(), self.state.profile_at);
                is_turn(self.name(), days, last, self.as_of())
            }
        };
        if !is_due {
            return self;
        }
        let mut asker = Asker::new(self.connector, tokens);
        let asked = requests::user(&settings.base_url, self.name());
        let answer = asker.ask::<User>(asked).await;
        self.records.append(&mut asker.into_records());
        match answer.and_then(|user| user.is_readable().then_some(user).ok_or_else(ask::layout)) {
            Ok(user) => {
                self.measurement.identity = observe::identity(&user, self.name());
                self.user = Some(user);
                self.state = State {
                    profile_at: Some(self.as_of()),
                    misses: None,
                };
            }
            // Private, a minor's, renamed, or not there.
            Err(Refusal::BadParameter) => {
                self.state.misses = Some(Misses::after(self.state.misses, self.as_of()));
                self.measurement.state = Some(self.written());
                self.close(not_shown);
            }
            Err(refusal) => self.close(refusal.setback()),
        }
        self
    }

    /// Takes the account's videos, and why they may not be all.
    pub(super) fn take_posts(&mut self, posts: Vec<Post>, cut: Option<Cut>) {
        self.posts = posts;
        self.cut = cut;
        // Where nothing else was asked, a failed call is all there is to tell.
        if let Some(Cut::Failed(setback)) = cut
            && self.user.is_none()
            && self.posts.is_empty()
        {
            self.close(setback);
        }
    }

    /// The measurement.
    pub(super) fn finish(mut self) -> Measured {
        self.measurement.fetches = std::mem::take(&mut self.records);
        if let Some(end) = self.end {
            self.measurement.figures = Figures::missing(MissingReason::NotMeasured);
            return end.end(self.measurement);
        }
        self.measurement.state = Some(self.written());
        let mut measurement = self.measurement;
        measurement.figures = observe::figures(self.user.as_ref());
        measurement.threads = observe::NO_DIALOGUE;
        measurement.posts = self.posts;
        measurement
            .posts
            .sort_by_key(|post| Reverse((post.published_at, post.post_id.clone())));
        if let Some(cut) = self.cut {
            measurement
                .unavailable
                .insert(FigureName::Posts, cut.reason());
        }
        note_missing_figures(&mut measurement);
        Measured::new(measurement, None)
    }

    fn written(&self) -> String {
        serde_json::to_string(&self.state).expect("times are JSON")
    }
}
