//! Asks the API on behalf of one visit or batch: with the token, within the budget, and not at all
//! once the day's allowance of a kind of call is spent.

use beffroi_budget::Period;
use beffroi_fetch::{
    Request,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use beffroi_model::{FetchRecord, Forbidden, Platform};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;

use super::{LinkedinConnector, refusal::Refusal};
use crate::{
    access::spent_until,
    api::{Calls, Setback},
};

const VERSION: HeaderName = HeaderName::from_static("linkedin-version");
const PROTOCOL: HeaderName = HeaderName::from_static("x-restli-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("x-restli-method");

/// A kind of call: each has an allowance of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::EnumIter, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Kind {
    ByName,
    Lookup,
    NetworkSize,
    Posts,
    SocialMetadata,
    Comments,
}

impl Kind {
    /// The name of its bucket.
    pub(super) fn bucket(self) -> &'static str {
        self.into()
    }
}

/// Asks, and keeps the record of every exchange.
pub(super) struct Asker<'a> {
    connector: &'a LinkedinConnector,
    calls: Calls,
    /// The code of the last refusal.
    pub(super) told: Option<String>,
}

impl<'a> Asker<'a> {
    /// Nothing asked yet.
    pub(super) fn new(connector: &'a LinkedinConnector) -> Self {
        Self {
            connector,
            calls: Calls::new(connector.client.clone()),
            told: None,
        }
    }

    /// Asks an address.
    pub(super) async fn ask<T: DeserializeOwned>(
        &mut self,
        kind: Kind,
        url: Url,
    ) -> Result<T, Refusal> {
        self.ask_shown_as(kind, url, None).await
    }

    /// Asks an address that may name a citizen's comment, and is recorded as `shown`.
    pub(super) async fn ask_shown_as<T: DeserializeOwned>(
        &mut self,
        kind: Kind,
        url: Url,
        shown: Option<&Url>,
    ) -> Result<T, Refusal> {
        let LinkedinConnector {
            settings,
            budget,
            purse,
            barred,
            authorization,
            ..
        } = self.connector;
        let missing = || Setback::forbidden(Forbidden::CredentialMissing);
        let authorization = authorization.as_ref();
        let authorization = authorization.ok_or_else(|| Refusal::Setback(missing()))?;
        if let Some(setback) = barred.setback() {
            return Err(Refusal::Setback(setback));
        }
        let spending = purse.reserve(kind.bucket(), 1).await;
        let spending = spending.map_err(|refused| Refusal::Setback(refused.into()))?;
        let before = self.calls.count();
        let mut request = Request::api(url, *budget)
            .header(AUTHORIZATION, authorization.clone())
            .header(PROTOCOL, HeaderValue::from_static("2.0.0"));
        if let Ok(version) = HeaderValue::from_str(&settings.api_version) {
            request = request.header(VERSION, version);
        }
        if kind == Kind::Posts {
            request = request.header(METHOD, HeaderValue::from_static("FINDER"));
        }
        let answer = match shown {
            None => self.calls.get_or_error(request).await,
            Some(shown) => self.calls.get_hidden_or_error(request, shown).await,
        };
        // Every try counts, also one that failed.
        spending.settle(self.calls.since(before));
        let (refusal, told) = match answer {
            Ok(reply) if reply.status() == 200 => match reply.json() {
                Some(answer) => return Ok(answer),
                None => Refusal::of_reply(&reply),
            },
            Ok(reply) => Refusal::of_reply(&reply),
            Err(error) => Refusal::of_error(&error),
        };
        self.told = told;
        Err(match refusal {
            Refusal::DaySpent => {
                // Others spend of it too.
                let until = Period::UtcDay.counts_until(Timestamp::now());
                purse.note_spent(kind.bucket(), until);
                Refusal::Setback(spent_until(until))
            }
            Refusal::TokenRefused => {
                Refusal::Setback(barred.bar(Platform::Linkedin, Forbidden::CredentialRefused))
            }
            Refusal::VersionEnded => {
                tracing::error!(
                    version = %settings.api_version,
                    "LinkedIn answers this version of its API no more: \
                     `platforms.linkedin.api_version` must be a newer one"
                );
                refusal
            }
            Refusal::NotAllowed | Refusal::NotThere | Refusal::Setback(_) => refusal,
        })
    }

    /// The records of all exchanges.
    pub(super) fn into_records(self) -> Vec<FetchRecord> {
        self.calls.into_records()
    }
}
