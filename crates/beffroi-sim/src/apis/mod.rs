//! The networks' APIs, by their fact sheets: the two open networks', then those in [`APIS`].

pub(crate) mod bluesky;
mod citizen;
mod graph;
mod limit;
mod linkedin;
mod malformed;
pub(crate) mod mastodon;
pub(crate) mod network;
mod peertube;
mod snapchat;
mod telegram;
mod threads;
mod tiktok;
mod tokens;
mod x;
mod youtube;

use std::collections::HashMap;

use beffroi_model::Platform;

pub use self::{
    citizen::CANARY,
    mastodon::LOGIN_TOKEN,
    tokens::{CREDENTIALS, Credentials},
};
pub(crate) use self::{limit::FixedWindow, malformed::spoil, network::NetworkApi};
use crate::world::World;

/// The networks' APIs. A new one is a file in this folder and a line here.
pub(crate) static APIS: [&dyn NetworkApi; 9] = [
    &graph::MetaGraph,
    &linkedin::Linkedin,
    &peertube::Peertube,
    &snapchat::Snapchat,
    &telegram::Telegram,
    &threads::Threads,
    &tiktok::Tiktok,
    &x::X,
    &youtube::Youtube,
];

/// The API that serves a network's accounts, where the simulator has it.
pub(crate) fn api_of(platform: Platform) -> Option<&'static dyn NetworkApi> {
    APIS.into_iter()
        .find(|api| api.platforms().contains(&platform))
}

/// Finds social accounts by what an API is asked for.
#[derive(Debug, Default)]
pub(crate) struct SocialIndex {
    /// Mastodon: (instance, user name).
    mastodon: HashMap<(u16, Box<str>), u32>,
    /// Bluesky: handle or DID.
    bluesky: HashMap<Box<str>, u32>,
}

impl SocialIndex {
    pub(crate) fn new(world: &World) -> Self {
        let mut index = Self::default();
        for account in &world.social {
            if account.platform == Platform::Mastodon {
                index
                    .mastodon
                    .insert((account.instance, account.name.clone()), account.index);
            } else {
                index.bluesky.insert(account.name.clone(), account.index);
                index.bluesky.insert(account.did.clone(), account.index);
            }
        }
        index
    }
}

/// The parameters of a query, decoded.
pub(crate) fn parameters(query: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

fn parameter<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.as_str())
}

/// `2026-11-21T09:15:02.123Z`.
fn iso_ms(ms: i64) -> String {
    let timestamp = jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    timestamp.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}
