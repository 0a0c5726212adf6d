#![doc = include_str!("../README.md")]

mod connector;

pub mod accounts;
pub mod bluesky;
pub mod mastodon;
pub mod website;

pub use connector::{Connector, MeasureRequest, Measured, Retry};
