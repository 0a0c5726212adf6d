//! The bluesky connector.

pub(crate) mod accounts;
