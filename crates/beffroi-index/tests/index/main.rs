//! Tests of the whole index on hand-built accounts.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod contest;
mod planted;
mod properties;
mod worked_example;
mod world;
