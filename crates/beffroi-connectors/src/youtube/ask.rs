//! Asks YouTube on behalf of one visit or batch: with the key, within the budget, and not at all
//! while the day's allowance is spent.

use beffroi_fetch::{
    Document, Request,
    header::{HeaderName, HeaderValue},
};
use beffroi_model::FetchRecord;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    YoutubeConnector,
    quota::Allowance,
    refusal::Refusal,
    requests,
    wire::{List, Page},
};
use crate::api::{Calls, Reply, Setback};

/// The header in which Google's APIs take a key, so that it stands in no address.
const API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

/// Asks, and keeps the record of every exchange.
pub(super) struct Asker<'a> {
    connector: &'a YoutubeConnector,
    calls: Calls,
}

impl<'a> Asker<'a> {
    /// Nothing asked yet.
    pub(super) fn new(connector: &'a YoutubeConnector) -> Self {
        Self {
            connector,
            calls: Calls::new(connector.client.clone()),
        }
    }

    /// Asks the API for a page of a list: one unit.
    pub(super) async fn list<T: DeserializeOwned>(
        &mut self,
        url: Url,
        allowance: Allowance,
    ) -> Result<Page<T>, Refusal> {
        let request = self.request(url, allowance)?;
        let reply = self.calls.get(request).await.map_err(Refusal::Setback)?;
        self.read(&reply, allowance)
    }

    /// The same for comments, whose addresses may name a citizen's and are not recorded so.
    pub(super) async fn comments<T: DeserializeOwned>(
        &mut self,
        url: Url,
    ) -> Result<Page<T>, Refusal> {
        let shown = requests::shown(&url);
        let request = self.request(url, Allowance::Common)?;
        let reply = self.calls.get_hidden(request, &shown).await;
        self.read(&reply.map_err(Refusal::Setback)?, Allowance::Common)
    }

    fn request(&self, url: Url, allowance: Allowance) -> Result<Request, Refusal> {
        let settings = &self.connector.settings;
        let credential = settings.credential();
        let credential: HeaderValue =
            credential.map_err(|reason| Refusal::Setback(Setback::forbidden(reason)))?;
        match self.connector.quotas.setback(allowance, Timestamp::now()) {
            Some(setback) => Err(Refusal::QuotaSpent(setback)),
            None => Ok(Request::api(url, settings.budget()).header(API_KEY, credential)),
        }
    }

    fn read<T: DeserializeOwned>(
        &self,
        reply: &Reply,
        allowance: Allowance,
    ) -> Result<Page<T>, Refusal> {
        let now = Timestamp::now();
        if reply.status() != 200 {
            let refusal = Refusal::of(reply, now);
            if matches!(refusal, Refusal::QuotaSpent(_)) {
                self.connector.quotas.spend(allowance, now);
            }
            return Err(refusal);
        }
        let list: Option<List<T>> = reply.json();
        list.and_then(List::into_page)
            .ok_or_else(|| Refusal::Setback(reply.setback()))
    }

    /// Asks the site for a page or feed, as robots.txt allows and without the key.
    pub(super) async fn site(&mut self, url: Url, document: Document) -> Result<Reply, Setback> {
        self.calls.get(Request::site(url, document)).await
    }

    /// The records of all exchanges.
    pub(super) fn into_records(self) -> Vec<FetchRecord> {
        self.calls.into_records()
    }
}
