//! One call: a token's turn, the request, and what the answer says of the token.

use std::{collections::BTreeMap, num::NonZeroU32, time::Duration};

use beffroi_fetch::{BudgetSpec, FetchClient, Request, header::AUTHORIZATION};
use beffroi_model::{Failed, FetchRecord, Outcome};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    error::{GraphError, Meaning, setback_without_envelope},
    keys::{KeyIndex, Keys, Rest},
    usage::Usage,
};
use crate::{
    Retry, Secret,
    api::{Calls, Reply, Setback},
};

/// How long a token that was refused is left alone: nothing but a person's deed changes it.
const REFUSED_FOR: Duration = Duration::from_secs(3600);

/// On which terms a platform is asked.
pub(crate) struct Terms<'a> {
    /// The tokens, by their names in the settings.
    pub(crate) tokens: &'a BTreeMap<String, Secret>,
    /// Requests that each token allows in a window.
    pub(crate) requests: NonZeroU32,
    /// Length of the window.
    pub(crate) per: Duration,
    /// Requests at a time, with all tokens together.
    pub(crate) concurrency: NonZeroU32,
    /// How long a limited token rests where the platform does not say.
    pub(crate) pause: Duration,
    /// The type of our use in `X-Business-Use-Case-Usage`.
    pub(crate) use_case: &'static str,
}

/// A Graph API and the tokens for it.
#[derive(Debug)]
pub(crate) struct Graph {
    client: FetchClient,
    keys: Keys,
    budget: BudgetSpec,
    pause: Duration,
    use_case: &'static str,
}

/// Why a call brought nothing.
pub(crate) enum NoAnswer {
    /// The platform refuses this very question: its account, a field, a permission.
    Refused(GraphError),
    /// Anything else.
    Setback(Setback),
}

impl NoAnswer {
    /// How the job ends if nothing else does.
    pub(crate) fn setback(&self) -> Setback {
        match self {
            Self::Refused(error) => error.setback(),
            Self::Setback(setback) => *setback,
        }
    }
}

/// The calls made for one account: all with one token, since a cursor need not be valid for
/// another.
pub(crate) struct Session<'a> {
    graph: &'a Graph,
    calls: Calls,
    key: Option<KeyIndex>,
    /// The name of the last error.
    told: Option<String>,
}

impl Graph {
    /// Asks through `client`.
    pub(crate) fn new(client: FetchClient, terms: &Terms<'_>) -> Self {
        let keys = Keys::new(terms.tokens, terms.requests.get(), terms.per);
        let count = u32::try_from(keys.count()).ok().and_then(NonZeroU32::new);
        let requests = count.map_or(terms.requests, |count| terms.requests.saturating_mul(count));
        Self {
            client,
            keys,
            budget: BudgetSpec {
                requests,
                per: terms.per,
                concurrency: terms.concurrency,
            },
            pause: terms.pause,
            use_case: terms.use_case,
        }
    }

    /// Whether there is a token to ask with.
    pub(crate) fn has_tokens(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The calls for one account.
    pub(crate) fn session(&self) -> Session<'_> {
        Session {
            graph: self,
            calls: Calls::new(self.client.clone()),
            key: None,
            told: None,
        }
    }
}

impl Session<'_> {
    /// Asks the address that `address` makes of the name of the token used.
    pub(crate) async fn get<T: DeserializeOwned>(
        &mut self,
        address: impl FnOnce(&str) -> Url + Send,
    ) -> Result<T, NoAnswer> {
        let turn = self.graph.keys.turn(self.key).await;
        let index = turn.map_err(NoAnswer::Setback)?;
        self.key = Some(index);
        let key = self.graph.keys.key(index);
        let request = Request::api(address(&key.name), self.graph.budget)
            .header(AUTHORIZATION, key.authorization.clone());
        match self.calls.get(request).await {
            Ok(reply) => {
                self.graph.obey_usage(index, &reply);
                self.told = GraphError::read(&reply).and_then(|error| error.name());
                self.graph.read(index, &reply)
            }
            Err(setback) => Err(NoAnswer::Setback(self.graph.obey_429(index, setback))),
        }
    }

    /// The code and type of the last answer, where it was an error.
    pub(crate) fn take_told(&mut self) -> Option<String> {
        self.told.take()
    }

    /// The records of all exchanges.
    pub(crate) fn into_records(self) -> Vec<FetchRecord> {
        self.calls.into_records()
    }
}

impl Graph {
    fn read<T: DeserializeOwned>(&self, index: KeyIndex, reply: &Reply) -> Result<T, NoAnswer> {
        if reply.status() == 200
            && let Some(answer) = reply.json()
        {
            return Ok(answer);
        }
        let Some(error) = GraphError::read(reply) else {
            return Err(NoAnswer::Setback(setback_without_envelope(reply)));
        };
        let setback = error.setback();
        match error.meaning() {
            Meaning::AppLimited => Err(NoAnswer::Setback(self.limited(None, setback))),
            Meaning::TokenLimited => Err(NoAnswer::Setback(self.limited(Some(index), setback))),
            Meaning::TokenRefused | Meaning::PolicyBlock => {
                let name = &self.keys.key(index).name;
                let reason = setback.outcome.reason();
                tracing::error!(token.name = %name, reason, "the platform refuses a token, which now rests for an hour");
                self.rest(Some(index), REFUSED_FOR, setback.outcome, false);
                Err(NoAnswer::Setback(setback))
            }
            Meaning::Passing => Err(NoAnswer::Setback(setback)),
            Meaning::PermissionMissing
            | Meaning::UnknownUser
            | Meaning::BadRequest
            | Meaning::Other => Err(NoAnswer::Refused(error)),
        }
    }

    /// Slows down, or lets rest, what the answer's headers say is nearly spent.
    fn obey_usage(&self, index: KeyIndex, reply: &Reply) {
        let app = reply.header("x-app-usage");
        let business = reply.header("x-business-use-case-usage");
        // They come only after some traffic: their absence says nothing.
        if app.is_none() && business.is_none() {
            return;
        }
        let usage = Usage::read(app, business, self.use_case);
        self.keys.stretch(index, usage.stretch());
        let spent = Outcome::Failed(Failed::QuotaSpent);
        if let Some(rest) = usage.app.rest(self.pause) {
            self.rest(None, rest, spent, true);
        }
        if let Some(rest) = usage.business.rest(self.pause) {
            self.rest(Some(index), rest, spent, true);
        }
    }

    /// An error of limits: what it concerns rests, for as long as the headers said, which were
    /// obeyed before, or the usual pause. The job comes back when a token is free.
    fn limited(&self, only: Option<KeyIndex>, setback: Setback) -> Setback {
        let now = Timestamp::now();
        let is_told = only.is_some_and(|index| self.keys.rests(index, now));
        if !is_told {
            self.rest(only, self.pause, setback.outcome, true);
        }
        let not_before = self.keys.all_rest(now).map(|rest| rest.until);
        Setback {
            retry: Some(Retry { not_before }),
            ..setback
        }
    }

    /// A 429 may come without a word of when to come back.
    fn obey_429(&self, index: KeyIndex, setback: Setback) -> Setback {
        if setback.outcome != Outcome::Failed(Failed::RateLimited) {
            return setback;
        }
        let told = setback.retry.and_then(|retry| retry.not_before);
        match told {
            // The client keeps to it by itself.
            Some(_) => setback,
            None => self.limited(Some(index), setback),
        }
    }

    fn rest(&self, only: Option<KeyIndex>, wait: Duration, outcome: Outcome, passes: bool) {
        let now = Timestamp::now();
        let until = now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let rest = Rest {
            until,
            outcome,
            passes,
        };
        self.keys.rest(only, rest);
    }
}
