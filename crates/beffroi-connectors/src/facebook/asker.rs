//! Asks the Graph API on behalf of one visit: within the budget, as fast as the answers allow, with
//! the token in a header.

use beffroi_fetch::{Request, header::AUTHORIZATION};
use beffroi_model::{Failed, FetchRecord, Outcome};
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    FacebookConnector,
    refusal::{self, Refusal, Told},
    requests,
    usage::Usage,
};
use crate::{
    access::bucket,
    api::{Calls, Reply, Setback},
};

/// The calls of one visit.
pub(super) struct Asker<'a> {
    connector: &'a FacebookConnector,
    calls: Calls,
    /// Why this page is not to be asked any more.
    page_spent: Option<Setback>,
}

impl<'a> Asker<'a> {
    /// No call yet.
    pub(super) fn new(connector: &'a FacebookConnector) -> Self {
        Self {
            connector,
            calls: Calls::new(connector.client.clone()),
            page_spent: None,
        }
    }

    /// Asks one address.
    pub(super) async fn ask<T: DeserializeOwned>(&mut self, url: Url) -> Result<T, Refusal> {
        if let Some(setback) = self.page_spent {
            return Err(setback.into());
        }
        let gate = &self.connector.gate;
        // Whoever is past the gate will ask. With no more of them than may ask at once, a token that is
        // refused is not shown again by those who waited for their turn.
        let slot = self.connector.slots.acquire().await;
        let _slot = slot.expect("the semaphore is never closed");
        gate.pass().await?;
        let mut request = Request::api(url, self.connector.budget);
        if let Some(authorization) = &self.connector.authorization {
            request = request.header(AUTHORIZATION, authorization.clone());
        }
        let spending = self.connector.purse.reserve(bucket::REQUESTS, 1).await;
        let spending = spending.map_err(Setback::from)?;
        let before = self.calls.count();
        let reply = self.calls.get(request).await;
        spending.settle(self.calls.since(before));
        let reply = reply.map_err(of_setback)?;
        let usage = self.heed(&reply);
        if reply.status() == 200
            && let Some(answer) = reply.json()
        {
            gate.note_read();
            return Ok(answer);
        }
        Err(match refusal::told(&reply) {
            Told::Refused(refusal) => refusal,
            Told::Spent(allowance) => gate.close(allowance).into(),
            Told::Barred(reason) => gate.bar(reason).into(),
            Told::PageSpent => {
                let setback = gate.page_spent(usage.page_blocked_for);
                self.page_spent = Some(setback);
                setback.into()
            }
        })
    }

    /// The records of all exchanges, as they may be kept.
    pub(super) fn into_records(self) -> Vec<FetchRecord> {
        let mut records = self.calls.into_records();
        for record in &mut records {
            if let Some(url) = requests::without_cursor(&record.url) {
                record.url = url;
            }
        }
        records
    }

    fn heed(&mut self, reply: &Reply) -> Usage {
        let (settings, gate) = (&self.connector.settings, &self.connector.gate);
        let usage = Usage::of(reply);
        if let Some(percent) = usage.app_percent {
            gate.heed(percent);
        }
        if usage.is_page_spent(settings.stop_at_percent) {
            self.page_spent = Some(gate.page_spent(usage.page_blocked_for));
        }
        usage
    }
}

/// A server that fails and is not to be left alone for a while may have been asked for too much:
/// "please reduce the amount of data" comes with status 500.
fn of_setback(setback: Setback) -> Refusal {
    let is_dated = setback
        .retry
        .is_some_and(|retry| retry.not_before.is_some());
    match setback.outcome {
        Outcome::Failed(Failed::Http5xx) if !is_dated => Refusal::TooMuch(setback),
        _ => setback.into(),
    }
}
