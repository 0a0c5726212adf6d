#![doc = include_str!("../README.md")]

mod config;
mod credentials;
mod endpoint;
mod error;
mod executable;
mod folder;
mod library;
mod library_engine;
mod locate;
mod ping;
mod serve;
mod settings;
mod start;
mod stop;
mod version;

pub use credentials::Secret;
pub use endpoint::Endpoint;
pub use error::EngineError;
pub use serve::{Lifetime, ServeRequest, serve};
pub use settings::{EngineSettings, LogLevel};
pub use start::{RunningEngine, start};
pub use stop::{EngineStatus, Stopped, status, stop};
pub use version::EngineKind;
