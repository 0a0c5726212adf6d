#![doc = include_str!("../README.md")]

mod check;
mod expiry;
mod metric;
mod read;
mod rules;
#[cfg(test)]
mod tests;

pub use expiry::Expiry;
pub use metric::Metric;
pub use read::{Problem, Wrong};
pub use rules::{
    Amendment, Combination, Notice, Policies, Policy, Publication, Rule, Shown, Source, Storage,
    Stored,
};

/// The shipped rules, `config/policies.toml`.
pub const DEFAULT_FILE: &str = include_str!("../../../config/policies.toml");
