//! The website connector.

pub(crate) mod accounts;
