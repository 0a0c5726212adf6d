//! Telegram, PeerTube, LinkedIn, TikTok and Snapchat, read as a client would, against the truth; and
//! how they refuse.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

#[path = "../support/mod.rs"]
mod support;

mod linkedin;
mod peertube;
mod snapchat;
mod telegram;
mod tiktok;

use beffroi_model::Platform;
use beffroi_sim::{AccountTruth, Credentials, Quotas, RunningSim, SimSettings, SocialTruth};

/// A small France with these quotas.
async fn france_with(quotas: Quotas) -> RunningSim {
    support::france(SimSettings {
        limit: Some(600),
        quotas,
        ..support::quiet()
    })
    .await
}

/// The accounts of a network with their truth.
fn accounts(sim: &RunningSim, platform: Platform) -> Vec<(AccountTruth, SocialTruth)> {
    support::truth(sim)
        .into_iter()
        .flat_map(|line| line.accounts)
        .filter(|account| account.platform == platform)
        .filter_map(|account| Some((account.clone(), account.measure?)))
        .collect()
}

/// The first account that ends so: a reason, or `measured`.
fn one(sim: &RunningSim, platform: Platform, end: &str) -> (AccountTruth, SocialTruth) {
    let found = accounts(sim, platform).into_iter().find(|(_, truth)| {
        let reason = truth.reason.as_deref();
        reason.unwrap_or(&truth.outcome) == end
    });
    found.unwrap_or_else(|| panic!("no {platform} account ends as {end}"))
}

/// The secrets of a platform.
fn secrets(platform: Platform) -> Credentials {
    Credentials::of(platform).unwrap()
}
