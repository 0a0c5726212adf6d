//! robots.txt after RFC 9309: what a site's file says, and what may be fetched under it.

mod cache;
mod parse;
mod pattern;
mod visit;

pub(crate) use cache::{RobotsCache, SiteRobots, Verdict};
pub use parse::{AgentRules, Robots};

/// Bytes of a robots.txt that count; the RFC asks for 500 KiB at the least.
pub(crate) const MAX_ROBOTS_BYTES: usize = 500 * 1024;

/// The product token by which robots.txt files address us.
pub(crate) const PRODUCT_TOKEN: &str = "beffroi";
