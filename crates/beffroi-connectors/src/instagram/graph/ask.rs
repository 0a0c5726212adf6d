//! One call: a token's turn, the request, and what the answer says of the token.

use std::{
    num::{NonZeroU16, NonZeroU32},
    time::Duration,
};

use beffroi_budget::{Allowance, Pace, Period, Purse, Unit};
use beffroi_fetch::{BudgetSpec, FetchClient, Holder, Request, header::AUTHORIZATION};
use beffroi_model::{Failed, FetchRecord, Forbidden, Outcome, Platform};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    error::{GraphError, Meaning, setback_without_envelope},
    key::{Key, Rest},
    usage::Usage,
};
use crate::{
    Access, Retry,
    access::bucket,
    api::{Calls, Reply, Setback},
};

/// How long a token that was refused is left alone: nothing but a person's deed changes it.
const REFUSED_FOR: Duration = Duration::from_secs(3600);

/// How long a call waits for an allowance that is spread over the night and used a little ahead.
const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// What a worker takes at once is to be ended within this time: RabbitMQ wants to hear of a job
/// within half an hour.
const PREFETCH_TIME: Duration = Duration::from_secs(10 * 60);

/// On which terms a platform is asked.
pub(crate) struct Terms {
    /// Which platform.
    pub(crate) platform: Platform,
    /// Requests that a token allows in a window.
    pub(crate) requests: NonZeroU32,
    /// Length of the window.
    pub(crate) per: Duration,
    /// Length of the window over which as many requests are spread, where that is less.
    pub(crate) pace: Duration,
    /// Requests at a time.
    pub(crate) concurrency: NonZeroU32,
    /// How long a limited token rests where the platform does not say.
    pub(crate) pause: Duration,
    /// The type of our use in `X-Business-Use-Case-Usage`.
    pub(crate) use_case: &'static str,
}

impl Terms {
    /// How fast it may be spent.
    pub(crate) fn pace(&self) -> Pace {
        Pace {
            name: "api",
            requests: self.requests.get(),
            per: self.pace,
            is_by_host: false,
        }
    }

    /// As many jobs as fit into some minutes at that pace.
    pub(crate) fn prefetch(&self) -> Option<NonZeroU16> {
        let jobs = PREFETCH_TIME.as_secs_f64() / self.pace().interval().as_secs_f64();
        NonZeroU16::new(jobs.clamp(1.0, f64::from(u16::MAX)) as u16)
    }

    /// What a token may spend.
    pub(crate) fn allowances(&self) -> Vec<Allowance> {
        vec![Allowance {
            bucket: bucket::REQUESTS,
            unit: Unit::Requests,
            amount: self.requests.get().into(),
            period: Period::Rolling(self.per),
        }]
    }
}

/// A Graph API and the token for it.
#[derive(Debug)]
pub(crate) struct Graph {
    client: FetchClient,
    key: Option<Key>,
    purse: Purse,
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

/// The calls made for one account.
pub(crate) struct Session<'a> {
    graph: &'a Graph,
    calls: Calls,
    /// The name of the last error.
    told: Option<String>,
}

impl Graph {
    /// Asks with one token, or, without one, not at all.
    pub(crate) fn new(access: Access, terms: &Terms) -> Self {
        let key = access.credential.as_ref();
        let budget = BudgetSpec {
            requests: terms.requests,
            per: terms.pace,
            concurrency: terms.concurrency,
            holder: Holder::default(),
        };
        Self {
            key: key.and_then(|it| Key::try_new(it, terms.requests.get(), terms.pace)),
            purse: access.purse(terms.platform, terms.allowances()),
            budget: access.budget(budget),
            client: access.client,
            pause: terms.pause,
            use_case: terms.use_case,
        }
    }

    /// Whether there is a token to ask with.
    pub(crate) fn has_token(&self) -> bool {
        self.key.is_some()
    }

    /// The calls for one account.
    pub(crate) fn session(&self) -> Session<'_> {
        Session {
            graph: self,
            calls: Calls::new(self.client.clone()),
            told: None,
        }
    }

    fn key(&self) -> Result<&Key, Setback> {
        let missing = Setback::forbidden(Forbidden::CredentialMissing);
        self.key.as_ref().ok_or(missing)
    }
}

impl Session<'_> {
    /// Asks the address that `address` makes of the id that the token is for.
    pub(crate) async fn get<T: DeserializeOwned>(
        &mut self,
        address: impl FnOnce(&str) -> Url + Send,
    ) -> Result<T, NoAnswer> {
        let key = self.graph.key().map_err(NoAnswer::Setback)?;
        key.turn().await.map_err(NoAnswer::Setback)?;
        let spending = self
            .graph
            .purse
            .reserve_within(bucket::REQUESTS, 1, PATIENCE)
            .await;
        let spending = spending.map_err(|refused| NoAnswer::Setback(refused.into()))?;
        let request = Request::api(address(&key.id), self.graph.budget)
            .header(AUTHORIZATION, key.authorization.clone());
        let before = self.calls.count();
        let answer = self.calls.get(request).await;
        spending.settle(self.calls.since(before));
        match answer {
            Ok(reply) => {
                self.graph.obey_usage(key, &reply);
                self.told = GraphError::read(&reply).and_then(|error| error.name());
                self.graph.read(key, &reply)
            }
            Err(setback) => Err(NoAnswer::Setback(self.graph.obey_429(key, setback))),
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
    fn read<T: DeserializeOwned>(&self, key: &Key, reply: &Reply) -> Result<T, NoAnswer> {
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
            Meaning::Limited => Err(NoAnswer::Setback(self.limited(key, setback))),
            Meaning::TokenRefused | Meaning::PolicyBlock => {
                let reason = setback.outcome.reason();
                tracing::error!(token.name = %key.name, reason, "the platform refuses a token, which now rests for an hour");
                key.rest(resting(REFUSED_FOR, setback.outcome, false));
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
    fn obey_usage(&self, key: &Key, reply: &Reply) {
        let app = reply.header("x-app-usage");
        let business = reply.header("x-business-use-case-usage");
        // They come only after some traffic: their absence says nothing.
        if app.is_none() && business.is_none() {
            return;
        }
        let usage = Usage::read(app, business, self.use_case);
        key.stretch(usage.stretch());
        let spent = Outcome::Failed(Failed::QuotaSpent);
        let rests = [usage.app.rest(self.pause), usage.business.rest(self.pause)];
        for rest in rests.into_iter().flatten() {
            key.rest(resting(rest, spent, true));
        }
    }

    /// An error of limits: the token rests, for as long as the headers said, which were obeyed before,
    /// or the usual pause. The job comes back when it is free.
    fn limited(&self, key: &Key, setback: Setback) -> Setback {
        let now = Timestamp::now();
        if key.resting(now).is_none() {
            key.rest(resting(self.pause, setback.outcome, true));
        }
        let not_before = key.resting(now).map(|rest| rest.until);
        Setback {
            retry: Some(Retry::after_a_try(not_before)),
            ..setback
        }
    }

    /// A 429 may come without a word of when to come back.
    fn obey_429(&self, key: &Key, setback: Setback) -> Setback {
        if setback.outcome != Outcome::Failed(Failed::RateLimited) {
            return setback;
        }
        if setback.is_dated() {
            return setback; // the client keeps to it by itself
        }
        self.limited(key, setback)
    }
}

fn resting(wait: Duration, outcome: Outcome, passes: bool) -> Rest {
    Rest {
        until: Timestamp::now().checked_add(wait).unwrap_or(Timestamp::MAX),
        outcome,
        passes,
    }
}
