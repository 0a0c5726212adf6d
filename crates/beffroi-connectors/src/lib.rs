#![doc = include_str!("../README.md")]

mod access;
mod api;
mod availability;
mod check;
mod connector;
mod conversation;
mod credential;
mod dialogue;
mod fediverse;
mod graph_error;
mod kept;
mod platforms;
#[cfg(test)]
mod recorded;
mod report;
mod secret;
mod tolerant;
mod turns;
mod window;

pub mod accounts;
pub mod bluesky;
pub mod facebook;
pub mod instagram;
pub mod linkedin;
pub mod mastodon;
pub mod peertube;
pub mod snapchat;
pub mod telegram;
pub mod threads;
pub mod tiktok;
pub mod website;
pub mod x;
pub mod youtube;

pub use access::Access;
pub use check::Checked;
pub use connector::{Connector, Elsewhere, MeasureRequest, Measured, Retry};
pub use credential::{
    Credential, CredentialCheck, CredentialProblem, CredentialSettings, CredentialSource,
};
pub use kept::{KeptAnswers, without_visitors};
pub use platforms::{MEASURABLE, PlatformSettings, Settings};
pub use report::{Report, ReportedAccount, ReportedDialogue, ReportedFigures, ReportedPost};
pub use secret::Secret;
