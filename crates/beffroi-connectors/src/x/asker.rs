//! How X is asked: with the token, within its rates, and not at all while credits or cap are known
//! to be spent.

use std::sync::{Mutex, PoisonError};

use beffroi_fetch::{
    BudgetSpec, Request,
    header::{AUTHORIZATION, HeaderValue},
};
use beffroi_model::{Failed, FetchRecord, Outcome};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use url::Url;

use super::{
    XConnector, XSettings,
    price::{Bill, Billed},
    refusal,
    wire::Answer,
};
use crate::api::{Calls, Setback};

/// Until when credits or cap are taken for spent, for all batches of the connector.
#[derive(Debug, Default)]
pub(super) struct Spent(Mutex<Option<(Timestamp, Setback)>>);

impl Spent {
    /// What every call ends as, while nothing is asked.
    fn believed(&self, now: Timestamp) -> Option<Setback> {
        let noted = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (until, setback) = noted?;
        (now < until).then_some(setback)
    }

    fn note(&self, setback: Setback, now: Timestamp) {
        let until = now.checked_add(refusal::SPENT_BELIEVED_FOR).ok();
        let noted = until.map(|until| (until, setback));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = noted;
    }
}

/// Asks on behalf of a batch.
pub(super) struct Asker<'a> {
    pub(super) settings: &'a XSettings,
    connector: &'a XConnector,
    authorization: &'a HeaderValue,
}

impl<'a> Asker<'a> {
    /// One that shows the connector's token; `None` without a usable one.
    pub(super) fn try_new(connector: &'a XConnector) -> Option<Self> {
        Some(Self {
            authorization: connector.authorization.as_ref()?,
            settings: &connector.settings,
            connector,
        })
    }

    /// Asks one address, which brings `at_most` objects, and adds the exchanges to `records`.
    pub(super) async fn ask<T: DeserializeOwned + Billed>(
        &self,
        url: Url,
        budget: BudgetSpec,
        at_most: usize,
        records: &mut Vec<FetchRecord>,
    ) -> Result<Answer<T>, Setback> {
        let XConnector {
            client,
            purse,
            spent,
            billed_today,
            ..
        } = self.connector;
        if let Some(setback) = spent.believed(Timestamp::now()) {
            return Err(setback);
        }
        let bill = Bill::reserve::<T>(purse, at_most as u64).await?;
        let request = Request::api(url, self.connector.held(budget))
            .header(AUTHORIZATION, self.authorization.clone());
        let mut calls = Calls::new(client.clone());
        let answer = calls.get_or_error(request).await;
        records.append(&mut calls.into_records());
        let now = Timestamp::now();
        let answer = match answer {
            Ok(reply) if reply.status() == 200 => {
                let answer: Option<Answer<T>> = reply.json();
                match &answer {
                    Some(answer) => bill.settle(answer, billed_today),
                    // Billed, and nobody knows how much: the reservation counts as spent whole.
                    None => drop(bill),
                }
                let readable = answer.filter(Answer::is_readable);
                readable.ok_or_else(|| reply.setback())
            }
            Ok(reply) => {
                bill.settle_nothing();
                Err(refusal::of_reply(&reply))
            }
            Err(error) => {
                bill.settle_nothing();
                Err(refusal::of_error(&error, now))
            }
        };
        if let Err(setback) = &answer
            && setback.outcome == Outcome::Failed(Failed::QuotaSpent)
        {
            spent.note(*setback, now);
        }
        answer
    }
}
