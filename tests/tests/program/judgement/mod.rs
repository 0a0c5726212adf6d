//! The judgement of a night, from the tables of figures on.

mod alerts;
mod country;
mod figures;
mod profiles;
mod scores;
mod tables;
