#![doc = include_str!("../README.md")]

mod answer;
mod apis;
mod dns;
mod draw;
mod pages;
mod referee;
mod running;
mod server;
mod settings;
#[cfg(test)]
mod testing;
mod tls;
mod truth;
mod world;

pub use apis::{CANARY, LOGIN_TOKEN};
pub use referee::{RefereeReport, Violation};
pub use running::{RunningSim, SimError, crawler_config, serve};
pub use settings::{Population, SimSettings, UnknownPopulation, WorldSettings};
pub use truth::{
    AccountTruth, DialogueMissing, Expected, ObservedSite, PostTruth, SiteTruth, SocialTruth,
    ThreadTruth, TruthLine,
};
pub use world::{Case, World, posts_28d};
