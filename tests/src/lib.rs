#![doc = include_str!("../README.md")]
#![expect(
    clippy::unwrap_used,
    reason = "what fails in the harness ends the test"
)]

mod broker;
pub mod chaos;
mod engine;
mod http;
mod installation;
pub mod judge;
mod process;
mod simulator;
mod wait;
mod web;
mod wire;

pub use broker::{Broker, QueueSeen};
pub use engine::Engine;
pub use http::{Reply, get, post};
pub use installation::{Installation, Rows, temporary_folder};
pub use process::{Ended, Holdings, Running, dying_with_us};
pub use simulator::{Simulator, Weather};
pub use wait::{PATIENCE, wait_until};
pub use web::{Answer, Web};
pub use wire::Wire;
