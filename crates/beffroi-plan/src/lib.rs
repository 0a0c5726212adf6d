#![doc = include_str!("../README.md")]

mod forecast;
mod lane;
mod plan;
mod rotation;
mod scope;

pub use forecast::{Cost, Forecast, Load, forecast};
pub use lane::{Lanes, domain_group, site_group, stable_hash};
pub use plan::{Bounds, Due, LanePlan, Night, Plan, WEBSITES, discovered_job, plan};
pub use rotation::{Bound, BucketState, Terms, Turns, nights_for_all, turns};
pub use scope::{InvalidScope, Scope};
