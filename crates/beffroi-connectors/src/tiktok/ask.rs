//! Asks the Research API on behalf of one visit or batch: with a token that lasts, within the
//! budget, and not at all once the day's allowance is spent.

use beffroi_budget::Period;
use beffroi_fetch::{Repeat, Request};
use beffroi_model::{FetchRecord, Forbidden};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    TiktokConnector,
    refusal::Refusal,
    token::{NoToken, Tokens},
    wire::Envelope,
};
use crate::{
    access::{bucket, spent_until},
    api::{Calls, Reply, Setback},
    tolerant::Found,
};

/// Asks, and keeps the record of every exchange.
pub(super) struct Asker<'a> {
    connector: &'a TiktokConnector,
    tokens: &'a Tokens,
    calls: Calls,
    /// The code of the last refusal.
    pub(super) told: Option<String>,
}

impl<'a> Asker<'a> {
    /// Nothing asked yet.
    pub(super) fn new(connector: &'a TiktokConnector, tokens: &'a Tokens) -> Self {
        Self {
            connector,
            tokens,
            calls: Calls::new(connector.client.clone()),
            told: None,
        }
    }

    /// Asks; once more with another token, where the one shown has ended.
    pub(super) async fn ask<T: DeserializeOwned>(
        &mut self,
        (url, body): (Url, String),
    ) -> Result<T, Refusal> {
        match self.once(url.clone(), body.clone()).await {
            Err(Refusal::TokenEnded) => {}
            answer => return answer,
        }
        match self.once(url, body).await {
            // A fresh one is no better.
            Err(Refusal::TokenEnded) => Err(Refusal::Setback(
                self.tokens.refuse(Forbidden::CredentialRefused),
            )),
            answer => answer,
        }
    }

    async fn once<T: DeserializeOwned>(&mut self, url: Url, body: String) -> Result<T, Refusal> {
        let TiktokConnector { budget, purse, .. } = self.connector;
        let shown = (self.tokens)
            .authorization(&mut self.calls, self.connector)
            .await;
        let (name, value) = shown.map_err(|NoToken { setback, told }| {
            self.told = told;
            Refusal::Setback(setback)
        })?;
        let spending = purse.reserve(bucket::REQUESTS, 1).await;
        let spending = spending.map_err(|refused| Refusal::Setback(refused.into()))?;
        let before = self.calls.count();
        let media_type = "application/json";
        let request = Request::api_post(url, *budget, media_type, body, Repeat::Safe)
            .header(name, value.clone());
        let answer = self.calls.get_or_error(request).await;
        // Every try counts, also one that failed.
        spending.settle(self.calls.since(before));
        let (refusal, told) = match answer {
            Ok(reply) => match read(&reply) {
                Some(data) => return Ok(data),
                None => Refusal::of_reply(&reply),
            },
            Err(error) => Refusal::of_error(&error),
        };
        self.told = told;
        Err(match refusal {
            Refusal::DaySpent => {
                // Others spend of it too.
                let until = Period::UtcDay.counts_until(Timestamp::now());
                purse.note_spent(bucket::REQUESTS, until);
                Refusal::Setback(spent_until(until))
            }
            Refusal::ProjectRefused => {
                Refusal::Setback(self.tokens.refuse(Forbidden::PermissionMissing))
            }
            Refusal::TokenEnded => {
                self.tokens.forget(&value).await;
                refusal
            }
            Refusal::BadParameter | Refusal::CursorLost | Refusal::Setback(_) => refusal,
        })
    }

    /// The records of all exchanges.
    pub(super) fn into_records(self) -> Vec<FetchRecord> {
        self.calls.into_records()
    }
}

/// The data of an answer. `ok` is looked for even in a 200.
fn read<T: DeserializeOwned>(reply: &Reply) -> Option<T> {
    if reply.status() != 200 {
        return None;
    }
    let envelope: Envelope<T> = reply.json()?;
    match envelope.data {
        Found::Object(data) if envelope.error.code == "ok" => Some(data),
        Found::Object(_) | Found::Nothing | Found::Unreadable => None,
    }
}

/// An answer that says that all is well, without what was asked for.
pub(super) fn layout() -> Refusal {
    Refusal::Setback(Setback::layout())
}
