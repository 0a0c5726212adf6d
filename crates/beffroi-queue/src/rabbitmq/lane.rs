//! Consuming a lane. One task owns the lane's channel; consumers and deliveries talk to it.
//!
//! What must hold: the broker makes the next consumer of a lane active as soon as ours is cancelled,
//! even while our deliveries are unsettled (measured with 3.10). So the channel is closed, never the
//! consumer cancelled, and only when nobody holds a delivery any more, or the hold is lost.
//!
//! When a life of the channel ends, the broker gives our unsettled deliveries to another consumer or
//! to us again; their receipts, of an older life, are then worth nothing.

use std::{collections::BTreeSet, num::NonZero, sync::Arc};

use beffroi_model::Lane;
use futures::StreamExt;
use lapin::{
    message::Delivery as Message,
    options::{BasicAckOptions, BasicNackOptions},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Duration, Instant, sleep},
};

use super::{
    Broker,
    life::{End, Life},
    unreadable,
};
use crate::{Delivery, Hold, QueueError, delivery, message};

/// Pause before a lane is consumed again after a failure.
const PAUSE: Duration = Duration::from_millis(200);

/// A consumer of a lane.
#[derive(Debug)]
pub(crate) struct Consumer {
    inbox: mpsc::Receiver<Delivery>,
    receipts: mpsc::WeakUnboundedSender<Settlement>,
    silent: oneshot::Sender<()>,
    task: JoinHandle<Result<(), QueueError>>,
}

/// Keeps the lane from being let go of.
#[derive(Debug)]
pub(crate) struct Parting {
    /// `None` where nobody holds it any more.
    _receipts: Option<mpsc::UnboundedSender<Settlement>>,
    silent: oneshot::Sender<()>,
}

impl Parting {
    pub(crate) fn silent(self) {
        // A lane that was lost meanwhile has nothing to say.
        let _ = self.silent.send(());
    }
}

impl Consumer {
    pub(crate) async fn next(&mut self) -> Option<Delivery> {
        loop {
            let delivery = self.inbox.recv().await?;
            // One of an older life has waited here: it is delivered again.
            if !delivery.hold().is_over() {
                return Some(delivery);
            }
        }
    }

    pub(crate) async fn close(self) -> Result<Parting, QueueError> {
        // The task's end of the inbox is gone: it has ended by itself, and tells why.
        if self.inbox.is_closed() {
            self.task
                .await
                .expect("a lane's task neither panics nor is aborted")?;
        }
        Ok(Parting {
            _receipts: self.receipts.upgrade(),
            silent: self.silent,
        })
    }
}

/// How a delivery was settled.
#[derive(Debug)]
enum Settling {
    Ack(oneshot::Sender<()>),
    GiveBack,
}

/// A word to the lane's task.
#[derive(Debug)]
struct Settlement {
    /// Number of its hold.
    life: u64,
    tag: u64,
    settling: Settling,
}

/// The right to settle a delivery; dropped unused, it gives the job back.
#[derive(Debug)]
pub(crate) struct Receipt {
    /// Of its life.
    hold: Hold,
    tag: u64,
    /// Unbounded, because dropping cannot wait; holds at most one word for each delivery of the
    /// prefetch. `None` once used.
    lane: Option<mpsc::UnboundedSender<Settlement>>,
}

impl Receipt {
    /// Returns when the acknowledgement is on its way to the broker.
    pub(crate) async fn ack(mut self) -> Result<(), QueueError> {
        let (sent, is_sent) = oneshot::channel();
        self.say(Settling::Ack(sent));
        tokio::select! {
            biased;
            is_sent = is_sent => is_sent.map_err(|_| QueueError::NotAcknowledged),
            // The task may be long in beginning the next life.
            () = self.hold.lost() => Err(QueueError::NotAcknowledged),
        }
    }

    fn say(&mut self, settling: Settling) {
        if let Some(lane) = self.lane.take() {
            let (life, tag) = (self.hold.number(), self.tag);
            // A task that has ended has closed its channel: the broker gives the job to another.
            let _ = lane.send(Settlement {
                life,
                tag,
                settling,
            });
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        self.say(Settling::GiveBack);
    }
}

/// The task of a lane.
pub(super) struct LaneTask {
    broker: Arc<Broker>,
    lane: Lane,
    prefetch: NonZero<u16>,
    outbox: mpsc::Sender<Delivery>,
    /// Ends when the consumer and all its deliveries are gone: only the weak end is kept here.
    settlements: mpsc::UnboundedReceiver<Settlement>,
    receipts: mpsc::WeakUnboundedSender<Settlement>,
    /// Told when none of ours asks anything more.
    silent: oneshot::Receiver<()>,
}

impl LaneTask {
    /// Begins to consume. Fails at once when the lane does not exist.
    pub(super) async fn start(
        broker: Arc<Broker>,
        lane: &Lane,
        prefetch: NonZero<u16>,
    ) -> Result<Consumer, QueueError> {
        // One: what is not asked for stays with the client library, and comes back to the broker
        // with the channel.
        let (outbox, inbox) = mpsc::channel(1);
        let (receipts, settlements) = mpsc::unbounded_channel();
        let (say_silent, silent) = oneshot::channel();
        let task = Self {
            lane: lane.clone(),
            prefetch,
            outbox,
            settlements,
            receipts: receipts.downgrade(),
            silent,
            broker: Arc::clone(&broker),
        };
        let first_life = Life::begin(&broker, lane, prefetch).await?;
        Ok(Consumer {
            inbox,
            receipts: receipts.downgrade(),
            silent: say_silent,
            task: broker.tasks.spawn(task.run(first_life, receipts)),
        })
    }

    /// `receipts` keeps the settlements open while the consumer may hand out more.
    async fn run(
        mut self,
        first_life: Life,
        receipts: mpsc::UnboundedSender<Settlement>,
    ) -> Result<(), QueueError> {
        let mut receipts = Some(receipts);
        let mut life = first_life;
        loop {
            let keeper = life.keeper();
            let end = tokio::select! {
                end = keeper.keep() => end,
                end = self.live(&mut life, &mut receipts) => end,
            };
            let is_silent = self.silent.try_recv().is_ok();
            life.close(&self.broker, &end, is_silent).await;
            match end {
                End::LetGo => return Ok(()),
                End::RanOut => tracing::warn!(
                    lane = %self.lane,
                    "lane lost: the broker has not shown for {:?} that it is ours",
                    self.broker.settings.hold
                ),
                End::Broken(error) => {
                    let error = error.as_ref().map(|error| error as &dyn std::error::Error);
                    tracing::debug!(lane = %self.lane, error, "lane's channel broke");
                }
            }
            if receipts.is_none() {
                // Nobody takes any more, and what is held has gone back to the broker already.
                return Ok(());
            }
            sleep(PAUSE).await;
            life = self.begin_next_life().await?;
        }
    }

    /// Consumes until the lane is let go of or the channel breaks. May be dropped at any moment, with
    /// the life.
    async fn live(
        &mut self,
        life: &mut Life,
        receipts: &mut Option<mpsc::UnboundedSender<Settlement>>,
    ) -> End {
        let closing = self.broker.closing.clone();
        let outbox = self.outbox.clone();
        let mut offered: Option<Delivery> = None;
        loop {
            let is_taking = receipts.is_some();
            tokio::select! {
                settlement = self.settlements.recv() => match settlement {
                    None => return End::LetGo,
                    Some(settlement) => {
                        if let Err(error) = self.settle(life, settlement, is_taking).await {
                            return End::Broken(Some(error));
                        }
                    }
                },
                permit = outbox.reserve(), if offered.is_some() => match permit {
                    Ok(permit) => permit.send(offered.take().expect("just looked")),
                    // The consumer is gone; what was offered gives itself back.
                    Err(_) => (offered, *receipts) = (None, None),
                },
                () = outbox.closed(), if is_taking => (offered, *receipts) = (None, None),
                () = closing.cancelled(), if is_taking => (offered, *receipts) = (None, None),
                next = life.messages.next(), if is_taking && offered.is_none() => match next {
                    Some(Ok(message)) => {
                        if !life.hold.is_active()
                            && let Err(end) = life.activate().await
                        {
                            return end;
                        }
                        offered = self.open(life, message);
                    }
                    Some(Err(error)) => return End::Broken(Some(error)),
                    None => return End::Broken(None),
                },
            }
        }
    }

    /// Reads a message; has it put aside when it cannot be read.
    fn open(&self, life: &mut Life, message: Message) -> Option<Delivery> {
        let tag = message.delivery_tag;
        life.unsettled.insert(tag);
        let receipt = Receipt {
            hold: life.hold.clone(),
            tag,
            lane: self.receipts.upgrade(),
        };
        match message::decode(&message.data) {
            Ok(job) => {
                let hold = life.hold.clone();
                let receipt = delivery::Receipt::RabbitMq(receipt);
                Some(Delivery::new(job, message.redelivered, hold, receipt))
            }
            Err(unreadable) => {
                let broker = Arc::clone(&self.broker);
                let lane = self.lane.clone();
                // Beside the lane's other work, for a broker in need may take nothing for long. Of
                // these too there are no more than the prefetch.
                self.broker.tasks.spawn(async move {
                    let put_aside = unreadable::put_aside(&broker, &lane, message, &unreadable);
                    // Not acknowledged unless it is elsewhere: the broker delivers it again.
                    if put_aside.await.is_ok() {
                        let _ = receipt.ack().await;
                    }
                });
                None
            }
        }
    }

    /// Passes this settlement on, and those that have come meanwhile. What is given back while we let
    /// go goes back with the channel: now it would only come to us again.
    async fn settle(
        &mut self,
        life: &mut Life,
        first: Settlement,
        is_taking: bool,
    ) -> Result<(), lapin::Error> {
        let mut acked = BTreeSet::new();
        let mut told = Vec::new();
        let mut next = Some(first);
        while let Some(Settlement {
            life: of,
            tag,
            settling,
        }) = next
        {
            // What was offered is given back when the consumer goes, before we are told that it went.
            let is_taking = is_taking && !self.outbox.is_closed();
            if of == life.hold.number() {
                match settling {
                    Settling::Ack(sent) => {
                        life.unsettled.remove(&tag);
                        acked.insert(tag);
                        told.push(sent);
                    }
                    Settling::GiveBack if !is_taking => {}
                    Settling::GiveBack => {
                        life.unsettled.remove(&tag);
                        let options = BasicNackOptions {
                            requeue: true,
                            ..BasicNackOptions::default()
                        };
                        life.channel.basic_nack(tag, options).await?;
                    }
                }
            }
            // A receipt of an older life is dropped, and with it the hope of its holder.
            next = self.settlements.try_recv().ok();
        }
        for (tag, multiple) in acknowledgements(&acked, life.unsettled.first()) {
            let options = BasicAckOptions { multiple };
            life.channel.basic_ack(tag, options).await?;
        }
        for sent in told {
            // Who does not wait for the answer need not have it.
            let _ = sent.send(());
        }
        Ok(())
    }

    async fn begin_next_life(&self) -> Result<Life, QueueError> {
        let deadline = Instant::now() + self.broker.settings.outage_timeout;
        loop {
            match Life::begin(&self.broker, &self.lane, self.prefetch).await {
                Err(QueueError::Outage { action, .. }) if Instant::now() < deadline => {
                    tracing::warn!(lane = %self.lane, "the broker does not {action}, trying again");
                    sleep(PAUSE).await;
                }
                life => return life,
            }
        }
    }
}

/// The fewest acknowledgements for these tags: one for all below the lowest tag that is still
/// unsettled (which triples the rate), and one for each of the others.
fn acknowledgements(acked: &BTreeSet<u64>, lowest_unsettled: Option<&u64>) -> Vec<(u64, bool)> {
    let bound = lowest_unsettled.copied().unwrap_or(u64::MAX);
    let together = acked.range(..bound).next_back().map(|tag| (*tag, true));
    let alone = acked.range(bound..).map(|tag| (*tag, false));
    together.into_iter().chain(alone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_below_the_lowest_unsettled_are_acknowledged_together() {
        let acked = BTreeSet::from([1, 2, 3, 5, 7]);
        assert_eq!(acknowledgements(&acked, None), [(7, true)]);
        assert_eq!(
            acknowledgements(&acked, Some(&4)),
            [(3, true), (5, false), (7, false)]
        );
        let all_alone: Vec<_> = acked.iter().map(|tag| (*tag, false)).collect();
        assert_eq!(acknowledgements(&acked, Some(&0)), all_alone);
        assert_eq!(acknowledgements(&BTreeSet::new(), Some(&4)), []);
    }
}
