//! Asks YouTube on behalf of one visit or batch: with the key, within the budget, after a pause where
//! too much was asked within a minute, and not at all while the day's allowance is spent.

use beffroi_fetch::{Document, Request, header::HeaderName};
use beffroi_model::{FetchRecord, Forbidden};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    YoutubeConnector, quota,
    refusal::Refusal,
    requests,
    wire::{List, Page},
};
use crate::api::{Calls, Reply, Setback};

/// The header in which Google's APIs take a key, so that it stands in no address.
pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-goog-api-key");

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

    /// Asks the API for a page of a list: one unit, and another where it had to wait for a minute.
    pub(super) async fn list<T: DeserializeOwned>(
        &mut self,
        url: Url,
        allowance: &'static str,
    ) -> Result<Page<T>, Refusal> {
        self.patiently(url, None, allowance).await
    }

    /// The same for comments, whose addresses may name a citizen's and are not recorded so.
    pub(super) async fn comments<T: DeserializeOwned>(
        &mut self,
        url: Url,
    ) -> Result<Page<T>, Refusal> {
        let shown = requests::shown(&url);
        self.patiently(url, Some(&shown), quota::UNITS).await
    }

    async fn patiently<T: DeserializeOwned>(
        &mut self,
        url: Url,
        shown: Option<&Url>,
        allowance: &'static str,
    ) -> Result<Page<T>, Refusal> {
        match self.once(url.clone(), shown, allowance).await {
            Err(Refusal::TooFast(_)) => {
                let pause = self.connector.settings.rate_limit_pause;
                self.connector.minute.pause(pause);
                self.once(url, shown, allowance).await
            }
            answer => answer,
        }
    }

    async fn once<T: DeserializeOwned>(
        &mut self,
        url: Url,
        shown: Option<&Url>,
        allowance: &'static str,
    ) -> Result<Page<T>, Refusal> {
        let YoutubeConnector {
            key,
            budget,
            purse,
            minute,
            ..
        } = self.connector;
        let missing = Refusal::Setback(Setback::forbidden(Forbidden::CredentialMissing));
        let key = key.clone().ok_or(missing)?;
        minute.wait().await;
        let spending = purse.reserve(allowance, 1).await;
        let spending = spending.map_err(|refused| Refusal::QuotaSpent(refused.into()))?;
        let request = Request::api(url, *budget).header(API_KEY, key);
        let before = self.calls.count();
        let reply = match shown {
            Some(shown) => self.calls.get_hidden(request, shown).await,
            None => self.calls.get(request).await,
        };
        // Every try is charged, also one that failed.
        spending.settle(self.calls.since(before));
        let reply = reply.map_err(Refusal::of_setback)?;
        if reply.status() == 200 {
            let list: Option<List<T>> = reply.json();
            let page = list.and_then(List::into_page);
            return page.ok_or_else(|| Refusal::Setback(reply.setback()));
        }
        let now = Timestamp::now();
        let refusal = Refusal::of(&reply, now);
        if matches!(refusal, Refusal::QuotaSpent(_)) {
            // Others spend of it too.
            purse.note_spent(allowance, quota::renewal(now));
        }
        Err(refusal)
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
