//! The mastodon connector.

pub(crate) mod accounts;
