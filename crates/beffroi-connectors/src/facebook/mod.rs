//! Facebook. Its accounts are recognised by URL; nothing is asked of it yet.

pub(crate) mod accounts;
