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
mod tier;
mod url;

pub use announcement::{Announcement, Announcements};
pub use dead::{DeadLetter, DeadLetters, Departure};
pub use delivery::{Consumer, Delivery, Parting};
pub use error::QueueError;
pub use hold::Hold;
pub use queue::{LaneDepth, Queue, RetryDepth};
pub use settings::QueueSettings;
pub use url::{InvalidQueueUrl, QueueUrl};
