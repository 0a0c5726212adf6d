#![doc = include_str!("../README.md")]

mod client;
mod error;
mod request;
mod settings;

pub use client::FetchClient;
pub use error::{BuildError, FetchError};
pub use request::{
    BodySink, BudgetSpec, Collect, Document, Fetched, Head, Request, RobotsPolicy, Validators,
};
pub use settings::FetchSettings;
