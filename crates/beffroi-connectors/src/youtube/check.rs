//! What the key is good for: one call of `channels`, which costs a unit of the day's 10,000, as the
//! cheapest call does.

use beffroi_fetch::Request;
use jiff::Timestamp;

use super::{
    YoutubeConnector,
    ask::API_KEY,
    refusal::Refusal,
    requests,
    wire::{Channel, List, Problem},
};
use crate::{CredentialCheck, api::Calls, credential::Givers};

/// YouTube's own channel. Whether it is there does not matter: a list without it is an answer.
const ANY_CHANNEL: &str = "UCBR8-60-B28hp2BmDPdntcQ";

const CAN: &[&str] = &[
    "channels with their subscribers",
    "videos with their counters",
    "comments and replies",
];

const GIVERS: Givers = Givers {
    credential: "a new API key, from the project's page `Credentials` at console.cloud.google.com: \
                 this one is wrong, expired or deleted",
    permission: "the service `YouTube Data API v3`, which the project's owner switches on at \
                 console.cloud.google.com and allows to the key",
};

/// Asks what the key is good for; `None` without a key.
pub(super) async fn check(connector: &YoutubeConnector) -> Option<CredentialCheck> {
    let settings = &connector.settings;
    let credential = settings.credential().ok()?;
    let url = requests::channels(&settings.base_url, &[ANY_CHANNEL]);
    let request = Request::api(url, settings.budget()).header(API_KEY, credential);
    let mut calls = Calls::new(connector.client.clone());
    let answer = calls.get(request).await;
    let calls = calls.into_records().len();
    let reply = match answer {
        Ok(reply) => reply,
        Err(setback) => {
            let setback = Refusal::of_setback(setback).setback();
            return Some(CredentialCheck::of_setback(setback, None, &GIVERS, calls));
        }
    };
    let list = reply.json::<List<Channel>>().and_then(List::into_page);
    if reply.status() == 200 && list.is_some() {
        return Some(CredentialCheck::working(CAN, calls));
    }
    let problem: Option<Problem> = reply.json();
    let reasons: Option<Vec<&str>> = problem.as_ref().map(|it| it.reasons().collect());
    let told = reasons
        .filter(|reasons| !reasons.is_empty())
        .map(|reasons| reasons.join(", "));
    let setback = match reply.status() {
        200 => reply.setback(),
        _ => Refusal::of(&reply, Timestamp::now()).setback(),
    };
    Some(CredentialCheck::of_setback(setback, told, &GIVERS, calls))
}
