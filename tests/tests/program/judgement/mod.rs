//! The judgement of a night, from the tables of figures on.

mod alerts;
mod country;
mod figures;
mod profiles;
mod scores;
mod tables;

pub(crate) use scores::{judge, shipped};
pub(crate) use tables::Night;
