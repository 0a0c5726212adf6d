#![doc = include_str!("../README.md")]

mod announcement;
mod dead;
mod delivery;
mod error;
mod hold;
mod in_process;
mod message;
mod queue;
mod rabbitmq;
mod settings;
mod url;

pub use announcement::{Announcement, Announcements};
pub use dead::DeadLetter;
pub use delivery::{Consumer, Delivery};
pub use error::QueueError;
pub use hold::Hold;
pub use queue::Queue;
pub use settings::QueueSettings;
pub use url::{InvalidQueueUrl, QueueUrl};
