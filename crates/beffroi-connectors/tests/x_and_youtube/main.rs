//! The connectors of X and YouTube against a simulated France: every account of it, two nights, held
//! against the truth; and what the nights cost, by the simulator's meters.
#![allow(
    clippy::unwrap_used,
    reason = "a test may stop at what it does not expect"
)]

mod compare;
mod france;
mod x;
mod youtube;
