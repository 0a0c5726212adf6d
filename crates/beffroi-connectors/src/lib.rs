#![doc = include_str!("../README.md")]

mod access;
mod api;
mod availability;
mod check;
mod connector;
mod conversation;
mod credential;
mod dialogue;
#[cfg(test)]
mod recorded;
mod report;
mod secret;
mod settings;
mod tolerant;
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
pub use connector::{Connector, MeasureRequest, Measured, Retry};
pub use credential::{Credential, CredentialProblem, CredentialSettings, CredentialSource};
pub use report::{Report, ReportedAccount, ReportedDialogue, ReportedFigures, ReportedPost};
pub use secret::Secret;
pub use settings::{MEASURABLE, PlatformSettings, Settings};
