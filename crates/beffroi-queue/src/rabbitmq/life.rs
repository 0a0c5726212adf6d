//! One life of a lane's channel: consumed, shown again and again to be alive at the broker, closed.
//!
//! What must hold: the broker makes another consumer of the lane active only when this channel has
//! ended there. So a call on this very channel that was answered proves that nobody else was active
//! when it was made. One broker knows that for sure; in a cluster that is cut in two, its parts may
//! each believe it for as long as they take to miss each other (see the README).
//!
//! Whoever is made active rests until the one before must be silent, unless that one has left the
//! lane's *baton*: a message in a queue beside the lane, put there on the channel of the lane's own life
//! after its last request. Whoever is made active takes it away before the first request, so that a
//! baton serves one successor: that there is one says that nobody has asked since it was left.

use std::{collections::BTreeSet, num::NonZero, sync::Arc};

use beffroi_model::Lane;
use lapin::{
    BasicProperties, Channel, Confirmation,
    options::{
        BasicConsumeOptions, BasicGetOptions, BasicPublishOptions, BasicQosOptions,
        ConfirmSelectOptions,
    },
    types::{FieldTable, ShortString},
};
use tokio::time::{Duration, Instant, sleep_until, timeout};

use super::{Broker, CALL_TIMEOUT, call, link::Session, topology::unroutable};
use crate::{Hold, QueueError};

/// Proofs in the time that one is worth: four may be late or lost before the hold runs out.
const PROOFS_IN_A_TERM: u32 = 5;

/// How long the broker has to answer the farewell of a channel on which it was silent already.
const FAREWELL: Duration = Duration::from_secs(1);

/// One life of the lane's channel.
pub(super) struct Life {
    pub(super) channel: Channel,
    pub(super) messages: lapin::Consumer,
    /// Delivery tags handed out and not settled.
    pub(super) unsettled: BTreeSet<u64>,
    pub(super) hold: Hold,
    baton: ShortString,
    keeper: Keeper,
    session: Arc<Session>,
}

/// Why a life ended.
#[derive(Debug)]
pub(super) enum End {
    /// Nobody wants the lane any more.
    LetGo,
    /// The channel broke.
    Broken(Option<lapin::Error>),
    /// The hold ran out: the broker did not answer for too long, or we did not run.
    RanOut,
}

impl Life {
    /// Begins to consume. Fails at once when the lane does not exist.
    pub(super) async fn begin(
        broker: &Broker,
        lane: &Lane,
        prefetch: NonZero<u16>,
    ) -> Result<Self, QueueError> {
        let settings = &broker.settings;
        let session = broker.consuming.session(settings.outage_timeout).await?;
        let channel = match call("open a channel", session.connection().create_channel()).await {
            Ok(channel) => channel,
            Err(error) => {
                broker.consuming.discard(&session).await;
                return Err(error);
            }
        };
        let hold = Hold::begin(settings.hold);
        let keeper = Keeper {
            channel: channel.clone(),
            prefetch,
            hold: hold.clone(),
            interval: settings.hold / PROOFS_IN_A_TERM,
        };
        let asked = Instant::now();
        match consume(broker, &channel, lane, prefetch).await {
            Ok(messages) => {
                // The first proof: deliveries may come before the next one.
                hold.prove(asked);
                Ok(Self {
                    channel,
                    messages,
                    unsettled: BTreeSet::new(),
                    hold,
                    baton: broker.names.baton_queue(lane),
                    keeper,
                    session,
                })
            }
            Err(error) => {
                // Where the broker was only late, its consumer would become the lane's active one,
                // with nobody behind it.
                let closed = channel.close(200, "too late".into());
                let _ = call("close a channel", closed).await;
                Err(error)
            }
        }
    }

    /// Who keeps the hold, beside whatever else is done with this life.
    pub(super) fn keeper(&self) -> Keeper {
        self.keeper.clone()
    }

    /// Begins to hold the lane: the first delivery came. Takes the baton away, if it is there.
    pub(super) async fn activate(&self) -> Result<(), End> {
        // Acknowledged with the answer: from then on nobody else can have it, killed broker or not.
        let taking = self
            .channel
            .basic_get(self.baton.clone(), BasicGetOptions { no_ack: true });
        match call("take a lane's baton", taking).await {
            Ok(baton) => {
                self.hold.activate(baton.is_some());
                Ok(())
            }
            Err(QueueError::Outage { source, .. }) => Err(End::Broken(source)),
            Err(_) => Err(End::Broken(None)),
        }
    }

    /// Ends the hold, then closes the channel: what is unsettled goes back to the broker, in its
    /// order. `is_silent`: none of ours asks anything more, so that the next one need not wait; it is
    /// told only by who could ask, for whoever still rests knows nothing of the one before.
    pub(super) async fn close(self, broker: &Broker, end: &End, is_silent: bool) {
        let may_ask = self.hold.is_open();
        self.hold.end();
        // A broker in need stops reading from a connection that publishes, and over this one all lanes
        // are held.
        let is_blocked = broker.publisher.link().is_blocked();
        if matches!(end, End::LetGo) && is_silent && may_ask && !is_blocked {
            let left = timeout(FAREWELL, self.leave_baton()).await;
            if !matches!(left, Ok(Ok(true))) {
                tracing::debug!("the next one in the lane does not know that it need not rest");
            }
        }
        let patience = match end {
            End::LetGo => CALL_TIMEOUT,
            End::Broken(_) | End::RanOut => FAREWELL,
        };
        match timeout(patience, self.channel.close(200, "done".into())).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                tracing::debug!(error, "channel was gone already");
            }
            // The next life must not wait on a connection on which nobody answers.
            Err(_) => broker.consuming.discard(&self.session).await,
        }
    }
}

impl Life {
    /// Returns whether the broker has the baton. It is confirmed before the channel is closed, so that
    /// it cannot reach its queue after another was made active.
    async fn leave_baton(&self) -> lapin::Result<bool> {
        let channel = &self.channel;
        channel
            .confirm_select(ConfirmSelectOptions::default())
            .await?;
        let published = channel
            .basic_publish(
                "".into(),
                self.baton.clone(),
                BasicPublishOptions::default(),
                &[],
                BasicProperties::default(),
            )
            .await?;
        Ok(matches!(published.await?, Confirmation::Ack(_)))
    }
}

/// Keeps a hold by one call after the other, never two at once.
#[derive(Clone)]
pub(super) struct Keeper {
    channel: Channel,
    prefetch: NonZero<u16>,
    hold: Hold,
    interval: Duration,
}

impl Keeper {
    /// Returns when the hold cannot be kept. May be dropped at any moment.
    pub(super) async fn keep(self) -> End {
        loop {
            let asked = Instant::now();
            // The bound is what it was: a quorum queue took its consumer's once and for all when it
            // was consumed. The channel itself answers, however busy the queue is.
            let prefetch = self.prefetch.get();
            let answer = self.channel.basic_qos(prefetch, BasicQosOptions::default());
            tokio::select! {
                answer = answer => match answer {
                    Ok(()) if self.hold.prove(asked) => {}
                    Ok(()) => return End::RanOut,
                    Err(error) => return End::Broken(Some(error)),
                },
                () = self.hold.lapse() => return End::RanOut,
            }
            tokio::select! {
                () = sleep_until(asked + self.interval) => {}
                () = self.hold.lapse() => return End::RanOut,
            }
        }
    }
}

async fn consume(
    broker: &Broker,
    channel: &Channel,
    lane: &Lane,
    prefetch: NonZero<u16>,
) -> Result<lapin::Consumer, QueueError> {
    let bounded = channel.basic_qos(prefetch.get(), BasicQosOptions::default());
    call("bound a lane", bounded).await?;
    let consuming = channel.basic_consume(
        broker.names.lane_queue(lane),
        "".into(),
        BasicConsumeOptions::default(),
        FieldTable::default(),
    );
    call("let a lane be consumed", consuming)
        .await
        .map_err(|error| unroutable(error, lane))
}
