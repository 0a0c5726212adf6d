//! What the token is good for: one question for the app's own consumption, which returns no user and
//! no post, and so is not billed (docs.x.com, "Usage", 50 requests in 15 minutes, 2026).

use std::num::NonZeroU32;

use beffroi_fetch::{BudgetSpec, Request, header::AUTHORIZATION};
use jiff::Timestamp;

use super::{
    XConnector, refusal, requests,
    wire::{Problem, Usage},
};
use crate::{CredentialCheck, api::Calls, credential::Givers};

/// X's own limit for these questions.
const REQUESTS: NonZeroU32 = NonZeroU32::new(50).expect("50 is not zero");

const CAN: &[&str] = &[
    "profiles with their followers",
    "posts with their counters",
    "replies of the last 7 days",
];

const GIVERS: Givers = Givers {
    credential: "a new bearer token, from the app's page `Keys and tokens` in X's developer console: this one \
                 is wrong or revoked",
    permission: "the app's enrolment for pay-per-use, which its owner makes in X's developer console",
};

/// Asks what the token is good for; `None` without a usable one.
pub(super) async fn check(connector: &XConnector) -> Option<CredentialCheck> {
    let settings = &connector.settings;
    let authorization = settings.authorization()?;
    let budget = BudgetSpec {
        requests: REQUESTS,
        per: settings.per,
        concurrency: NonZeroU32::MIN,
    };
    let request = Request::api(requests::usage(&settings.base_url), budget)
        .header(AUTHORIZATION, authorization);
    let mut calls = Calls::new(connector.client.clone());
    let answer = calls.get_or_error(request).await;
    let calls = calls.into_records().len();
    let reply = match answer {
        Ok(reply) => reply,
        Err(error) => {
            let setback = refusal::of_error(&error, Timestamp::now());
            return Some(CredentialCheck::of_setback(setback, None, &GIVERS, calls));
        }
    };
    let usage: Option<Usage> = reply.json();
    if reply.status() == 200
        && let Some(usage) = usage
    {
        let check = CredentialCheck::working(CAN, calls);
        return Some(match usage.spent_cap() {
            Some(cap) => check.missing(format!(
                "the project's cap of {cap} posts in a month is spent; it is renewed with the month, \
                 or raised in X's developer console"
            )),
            None => check,
        });
    }
    let problem: Option<Problem> = reply.json();
    let told = problem.and_then(|problem| {
        let words = [
            problem.kind(),
            problem.reason.as_deref().unwrap_or_default(),
        ];
        let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
        (!words.is_empty()).then(|| words.join(", "))
    });
    let setback = match reply.status() {
        200 => reply.setback(),
        _ => refusal::of_reply(&reply),
    };
    Some(CredentialCheck::of_setback(setback, told, &GIVERS, calls))
}
