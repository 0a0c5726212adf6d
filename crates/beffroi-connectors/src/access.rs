//! What a connector is given to work with.

use beffroi_budget::{Allowance, Ledger, Pace, Purse, Refused};
use beffroi_fetch::{BudgetSpec, FetchClient, note_cut};
use beffroi_model::{Failed, Outcome, Platform};
use jiff::Timestamp;

use crate::{Credential, Retry, api::Setback};

/// The way out, and by what right it is used.
#[derive(Debug, Clone)]
pub struct Access {
    /// The polite client.
    pub client: FetchClient,
    /// The credential, where the platform asks for one and there is one.
    pub credential: Option<Credential>,
    /// What may be spent by the day.
    pub ledger: Ledger,
}

impl Access {
    /// Without a credential, and with a ledger that ends with the program.
    pub fn keyless(client: FetchClient) -> Self {
        Self {
            client,
            credential: None,
            ledger: Ledger::in_memory(),
        }
    }

    /// The credential's buckets.
    pub(crate) fn purse(&self, platform: Platform, allowances: Vec<Allowance>) -> Purse {
        let name = self.credential.as_ref().map(|it| it.name.as_str());
        self.ledger.purse(platform, name, allowances)
    }

    /// A rate that this credential has for itself.
    pub(crate) fn budget(&self, budget: BudgetSpec) -> BudgetSpec {
        match &self.credential {
            Some(credential) => budget.held_by(&credential.name),
            None => budget,
        }
    }
}

impl From<Refused> for Setback {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Spent { until, .. } => {
                note_cut();
                Self {
                    outcome: Outcome::Failed(Failed::QuotaSpent),
                    retry: Some(Retry::unasked(until)),
                    is_backoff: false,
                }
            }
            Refused::Journal(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "nothing is spent while it is not known what is left"
                );
                Self {
                    outcome: Outcome::Failed(Failed::Internal),
                    retry: Some(Retry::after_a_try(None)),
                    is_backoff: false,
                }
            }
        }
    }
}

/// The pace of a budget, by a name under which calls share it.
pub(crate) fn pace(name: &'static str, budget: BudgetSpec, is_by_host: bool) -> Pace {
    Pace {
        name,
        requests: budget.requests.get(),
        per: budget.per,
        is_by_host,
    }
}

/// Names of buckets that several platforms have.
pub(crate) mod bucket {
    /// Requests of all kinds.
    pub(crate) const REQUESTS: &str = "requests";
    /// Millionths of a dollar.
    pub(crate) const MONEY: &str = "money";
}

/// What a spent allowance means for an account.
pub(crate) fn spent_until(until: Timestamp) -> Setback {
    Setback {
        outcome: Outcome::Failed(Failed::QuotaSpent),
        retry: Some(Retry::unasked(until)),
        is_backoff: false,
    }
}

#[cfg(test)]
impl Access {
    /// With a credential of the name `main`.
    pub(crate) fn with(client: FetchClient, secret: &str, id: Option<&str>) -> Self {
        Self {
            credential: Some(Credential {
                name: "main".to_owned(),
                id: id.map(str::to_owned),
                secret: crate::Secret::new(secret),
            }),
            ..Self::keyless(client)
        }
    }
}
