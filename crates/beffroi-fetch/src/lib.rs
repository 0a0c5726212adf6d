#![doc = include_str!("../README.md")]

mod address;
mod client;
mod coding;
mod cookies;
mod counters;
mod decode;
mod dns;
mod dns_settings;
mod error;
mod exchange;
mod failure;
mod fronts;
mod group;
mod guard;
mod hints;
mod journey;
mod memory;
mod pace;
mod pass;
mod pins;
mod post;
mod rate;
mod redirects;
mod request;
mod retry;
mod robots;
mod settings;
mod tape;
mod tls;

pub use client::FetchClient;
/// Names and values of headers, as [`Request::header`] takes them.
pub use reqwest::header;

pub use counters::CountersSnapshot;
pub use decode::{TextDecoder, TextKind, decode_whole};
pub use dns_settings::DnsSettings;
pub use error::{BuildError, FetchError, Words};
pub use group::HostGroup;
pub use memory::{HostMemory, HostSeen, News};
pub use pass::{Fence, FenceState, LanePass, Territory};
pub use post::Repeat;
pub use rate::{BudgetSpec, Holder};
pub use request::{BodySink, Collect, Document, Fetched, Head, Request, RobotsPolicy, Validators};
pub use robots::{AgentRules, Robots};
pub use settings::FetchSettings;
pub use tape::{
    Played, Recording, Take, TakenAnswer, is_played, is_played_without, note_cut, played, recorded,
    visit_time,
};
