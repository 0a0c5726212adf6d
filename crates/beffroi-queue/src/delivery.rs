//! Taking jobs: a consumer of a lane, and its deliveries.

use beffroi_model::Job;

use crate::{Hold, QueueError, in_process, rabbitmq};

/// A consumer of one lane. While it is active, no other consumer of the lane gets a job.
///
/// Dropping or closing it stops the taking; the lane itself is let go of when the last of its
/// deliveries is settled, so that two never work in one lane.
#[derive(Debug)]
pub struct Consumer {
    pub(crate) engine: ConsumerEngine,
}

#[derive(Debug)]
pub(crate) enum ConsumerEngine {
    InProcess(in_process::Consumer),
    RabbitMq(rabbitmq::Consumer),
}

impl Consumer {
    /// The next job, as soon as there is one and fewer than `prefetch` are unsettled. `None` when
    /// the broker has been away for too long: [`Consumer::close`] then tells why. Cancel safe.
    pub async fn next(&mut self) -> Option<Delivery> {
        match &mut self.engine {
            ConsumerEngine::InProcess(consumer) => Some(consumer.next().await),
            ConsumerEngine::RabbitMq(consumer) => consumer.next().await,
        }
    }

    /// Stops taking, at once. Jobs not yet handed out stay in the queue, in their order; those handed
    /// out are still to be settled, and the lane is let go of with the last of them and the parting:
    /// dropping them all lets go of it now.
    pub async fn close(self) -> Result<Parting, QueueError> {
        let engine = match self.engine {
            ConsumerEngine::InProcess(_) => None,
            ConsumerEngine::RabbitMq(consumer) => Some(consumer.close().await?),
        };
        Ok(Parting { engine })
    }
}

/// A lane of which nothing more is taken. It is let go of when the parting and all deliveries are gone.
#[derive(Debug)]
pub struct Parting {
    /// `None` where the queue is in process: there nobody rests.
    engine: Option<rabbitmq::Parting>,
}

impl Parting {
    /// Lets go, and has the next one told that he need not rest. To be said when nothing of this process
    /// asks anything for the lane any more or will, and all it has learnt is where the next one reads it.
    pub fn silent(self) {
        if let Some(parting) = self.engine {
            parting.silent();
        }
    }
}

/// A job that was taken. Dropping it without a word gives it back, to be delivered again.
#[derive(Debug)]
pub struct Delivery {
    job: Job,
    redelivered: bool,
    hold: Hold,
    receipt: Receipt,
}

/// Dropped unused, a receipt gives the job back.
#[derive(Debug)]
pub(crate) enum Receipt {
    InProcess(in_process::Receipt),
    RabbitMq(rabbitmq::Receipt),
}

impl Delivery {
    pub(crate) fn new(job: Job, redelivered: bool, hold: Hold, receipt: Receipt) -> Self {
        Self {
            job,
            redelivered,
            hold,
            receipt,
        }
    }

    /// The job.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Whether it may have been delivered before.
    pub fn is_redelivered(&self) -> bool {
        self.redelivered
    }

    /// The right under which it may be worked on: once it is lost, the job is another's.
    pub fn hold(&self) -> &Hold {
        &self.hold
    }

    /// The job is done: the queue forgets it. On an error it will be delivered again.
    pub async fn ack(self) -> Result<(), QueueError> {
        match self.receipt {
            Receipt::InProcess(receipt) => {
                receipt.ack();
                Ok(())
            }
            Receipt::RabbitMq(receipt) => receipt.ack().await,
        }
    }

    /// Gives the job back at once, as dropping does.
    pub fn release(self) {
        drop(self);
    }
}
