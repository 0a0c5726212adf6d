#![doc = include_str!("../README.md")]

mod lane;
mod plan;
mod scope;

pub use lane::{Lanes, site_group};
pub use plan::{Due, Night, PlanSummary, discovered_job, plan, summarise};
pub use scope::{InvalidScope, Scope};
