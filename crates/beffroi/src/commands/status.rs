//! `beffroi status`: what is under way, from any machine that reaches the broker and the store.
//!
//! Progress is the store's, depths are the broker's, and who holds which lane is what the workers tell
//! each other: their heartbeats are heard for a moment. It only looks: nothing is declared, taken or
//! changed.

mod fleet;
mod runs;
mod show;
mod snapshot;
mod warnings;

use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
    time::Duration,
};

use beffroi_model::Lane;
use beffroi_queue::{Announcements, Queue, QueueUrl};
use beffroi_store::Store;
use jiff::Timestamp;
use tokio::time::{self, Instant};

use self::{
    fleet::Fleet,
    runs::StoreView,
    snapshot::{BrokerView, Status},
};
use crate::{
    cli::StatusArgs,
    config::Config,
    output::{self, say, tell},
    services::{self, StoreService},
};

/// How long workers are listened to at first: some of their heartbeats.
const LISTEN: Duration = Duration::from_millis(2500);

/// What was announced before we came and may still hold: those that are remembered.
const REACH: Duration = Duration::from_secs(60);

pub(crate) async fn status(config: &Config, args: StatusArgs) -> anyhow::Result<ExitCode> {
    // Not `open`: whoever looks does not bring the schema of those who work up to date.
    let service = StoreService::connect(config).await?;
    let result = look(config, service.reader(), &args).await;
    service.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

async fn look(config: &Config, store: &Store, args: &StatusArgs) -> anyhow::Result<()> {
    let mut broker = match config.queue.url {
        QueueUrl::InProcess => None,
        QueueUrl::RabbitMq(_) => Some(Broker::connect(config).await?),
    };
    let clears = args.watch.is_some() && !args.json && io::stdout().is_terminal();
    let pause = args.watch.map(|secs| Duration::from_secs(secs.get()));
    let mut next = Instant::now() + LISTEN;
    loop {
        // With an in-process queue nothing can be heard of the workers.
        if let Some(broker) = &mut broker {
            broker.listen(next).await;
        }
        match now(config, store, broker.as_mut()).await {
            Ok(status) if args.json => output::print_json(&status)?,
            Ok(status) if clears => {
                // To the upper left, and clear what was there.
                output::write(format_args!("\x1b[H\x1b[2J{}", show::text(&status)))?;
            }
            Ok(status) => output::write(format_args!("{}", show::text(&status)))?,
            // Whoever watches wants to see it come back.
            Err(error) if pause.is_some() => tell!("{} not known: {error:#}", Timestamp::now()),
            Err(error) => return Err(error),
        }
        let Some(pause) = pause else {
            break;
        };
        if !args.json && !clears {
            say!("")?;
        }
        next = Instant::now() + pause;
        if broker.is_none() {
            time::sleep_until(next).await;
        }
    }
    if let Some(broker) = broker {
        broker.queue.close().await;
    }
    Ok(())
}

/// The state at this moment.
async fn now(
    config: &Config,
    store: &Store,
    broker: Option<&mut Broker>,
) -> anyhow::Result<Status> {
    let view = StoreView::read(config, store).await?;
    let Some(broker) = broker else {
        return Ok(Status::of(view, None, &[], Timestamp::now()));
    };
    let told = broker.read().await?;
    let now = Timestamp::now();
    broker.fleet.forget(now);
    Ok(Status::of(view, Some(told), &broker.fleet.workers(), now))
}

/// The broker, and what is heard through it.
struct Broker {
    queue: Queue,
    lanes: Vec<Lane>,
    announcements: Announcements,
    fleet: Fleet,
}

impl Broker {
    async fn connect(config: &Config) -> anyhow::Result<Self> {
        let queue = services::open_queue(config).await?;
        let announcements = queue.announcements(REACH).await?;
        Ok(Self {
            queue,
            lanes: services::lanes(config).all(&config.run.platforms),
            announcements,
            fleet: Fleet::default(),
        })
    }

    /// Listens to the workers until then.
    async fn listen(&mut self, until: Instant) {
        while let Ok(Some(heard)) = time::timeout_at(until, self.announcements.next()).await {
            let now = Timestamp::now();
            self.fleet.hear(&heard.payload, heard.is_history, now);
        }
        // The queue was closed, or the time has come.
        time::sleep_until(until).await;
    }

    async fn read(&self) -> anyhow::Result<BrokerView> {
        let (depths, retries, dead) = tokio::try_join!(
            self.queue.depths(&self.lanes),
            self.queue.retry_depths(),
            self.queue.dead_count(),
        )?;
        Ok(BrokerView {
            depths,
            retries,
            dead,
        })
    }
}

#[cfg(test)]
mod tests;
