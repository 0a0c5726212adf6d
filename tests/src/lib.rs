#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    reason = "what fails in the harness ends the test"
)]

mod engine;
mod http;
mod installation;
mod process;
mod simulator;
mod wait;
mod web;
mod wire;

pub use engine::Engine;
pub use http::{Reply, get, post};
pub use installation::{Installation, Rows, temporary_folder};
pub use process::{Ended, Running};
pub use simulator::Simulator;
pub use wait::{PATIENCE, wait_until};
pub use web::{Answer, Web};
pub use wire::Wire;
