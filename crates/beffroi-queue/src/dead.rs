//! What was buried.

use beffroi_model::Job;
use jiff::Timestamp;

use crate::message;

/// A message that nobody will work on any more, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// The message as it was.
    pub payload: Vec<u8>,
    /// The lane it came from.
    pub lane: String,
    /// Why it was buried: what [`crate::Queue::bury`] was told, why it could not be read, or the
    /// broker's own word (`delivery_limit`).
    pub reason: String,
    /// When, unless the broker did it by itself.
    pub buried_at: Option<Timestamp>,
}

impl DeadLetter {
    /// The job, if the message is one; its `attempt` tells how often it had been tried before.
    pub fn job(&self) -> Option<Job> {
        message::decode(&self.payload).ok()
    }
}
