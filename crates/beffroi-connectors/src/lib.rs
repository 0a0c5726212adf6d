#![doc = include_str!("../README.md")]

mod connector;

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

pub use connector::{Connector, MeasureRequest, Measured, Retry};
