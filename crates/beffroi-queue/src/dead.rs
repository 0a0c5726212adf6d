//! What was buried.

use std::fmt::Write;

use beffroi_model::Job;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{QueueError, in_process, message, rabbitmq};

/// A message that nobody will work on any more, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct DeadLetter {
    /// The job's id where the message is a job, else 32 digits of the payload's SHA-256. A job that
    /// was buried twice is there twice under one id.
    pub id: String,
    /// The message as it was.
    pub payload: Vec<u8>,
    /// The lane it came from.
    pub lane: String,
    /// Why it was buried: what [`crate::Queue::bury`] was told, why it could not be read, or the
    /// broker's own word (`delivery_limit`).
    pub reason: String,
    /// When, as far as it is known.
    pub buried_at: Option<Timestamp>,
    /// What the broker wrote about the queues that the message left without an acknowledgement, the
    /// last one first. What was tried of a job is in the job.
    pub history: Vec<Departure>,
}

/// A queue that a message left: because its time there was up, or because it came back too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// The queue.
    pub queue: String,
    /// The broker's word for why: `expired`, `delivery_limit`.
    pub reason: String,
    /// How often it left this queue for this reason.
    pub count: u64,
    /// When it first did, to the second.
    pub at: Option<Timestamp>,
}

impl DeadLetter {
    /// The job, if the message is one that we can read; its `attempt` tells how often it had been
    /// tried before.
    pub fn job(&self) -> Option<Job> {
        message::decode(&self.payload).ok()
    }

    /// Names a message.
    pub(crate) fn id_of(payload: &[u8]) -> String {
        if let Ok(job) = message::decode(payload) {
            return job.job_id.to_string();
        }
        let digest = Sha256::digest(payload);
        let mut id = String::with_capacity(32);
        for byte in digest.iter().take(16) {
            // Writing to a string cannot fail.
            let _ = write!(id, "{byte:02x}");
        }
        id
    }
}

/// One pass over the dead letters that are there when it begins, as they were buried. Those that are not
/// taken go back when the pass is closed, dropped or dies with the program; after one that ended midway,
/// those it saw may come behind those that it did not reach.
///
/// While a pass is on, others see only the letters that it has not reached yet.
#[derive(Debug)]
pub struct DeadLetters {
    pub(crate) engine: DeadLettersEngine,
}

#[derive(Debug)]
pub(crate) enum DeadLettersEngine {
    InProcess(in_process::DeadPass),
    RabbitMq(rabbitmq::DeadPass),
}

impl DeadLetters {
    /// The next letter; the one before is kept unless it was taken. One call to the broker for each,
    /// some 500 a second.
    pub async fn next(&mut self) -> Result<Option<DeadLetter>, QueueError> {
        match &mut self.engine {
            DeadLettersEngine::InProcess(pass) => Ok(pass.next()),
            DeadLettersEngine::RabbitMq(pass) => pass.next().await,
        }
    }

    /// Takes the letter that `next` returned last: it is gone for good. On an error it may not be.
    pub async fn take(&mut self) -> Result<(), QueueError> {
        match &mut self.engine {
            DeadLettersEngine::InProcess(pass) => {
                pass.take();
                Ok(())
            }
            DeadLettersEngine::RabbitMq(pass) => pass.take().await,
        }
    }

    /// Gives back what was not taken: it is there again in a moment.
    pub async fn close(self) -> Result<(), QueueError> {
        match self.engine {
            DeadLettersEngine::InProcess(_) => Ok(()),
            DeadLettersEngine::RabbitMq(pass) => pass.close().await,
        }
    }
}
