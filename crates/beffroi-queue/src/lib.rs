#![doc = include_str!("../README.md")]

mod dead;
mod delivery;
mod error;
mod in_process;
mod message;
mod queue;
mod rabbitmq;
mod settings;
mod url;

pub use dead::DeadLetter;
pub use delivery::{Consumer, Delivery};
pub use error::QueueError;
pub use queue::Queue;
pub use settings::QueueSettings;
pub use url::{InvalidQueueUrl, QueueUrl};
