#![doc = include_str!("../README.md")]

mod answer;
mod apis;
mod arrivals;
mod dns;
mod draw;
mod meters;
mod pages;
mod referee;
mod running;
mod server;
mod settings;
#[cfg(test)]
mod testing;
mod tls;
mod truth;
mod weather;
mod world;

pub use apis::{CANARY, CREDENTIALS, Credentials, LOGIN_TOKEN};
pub use arrivals::Arrival;
pub use meters::{CredentialMeter, MeterViolation, MetersReport};
pub use referee::{RefereeReport, Violation};
pub use running::{RunningSim, SimError, crawler_config, serve, served_platforms};
pub use settings::{Population, Quotas, SimSettings, UnknownPopulation, WorldSettings};
pub use truth::{
    AccountTruth, DialogueMissing, Expected, FigureTruth, ObservedSite, PostTruth, SiteTruth,
    SocialTruth, ThreadTruth, TruthLine,
};
pub use world::{
    AccountHistory, Case, Event, EventKind, HistoryPost, HistoryThread, World, posts_28d,
};
