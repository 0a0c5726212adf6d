//! What can go wrong.

use strum::{Display, EnumIter, EnumString, IntoEnumIterator};

/// A kind of fault, each really done to real processes.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumIter, EnumString,
)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Nothing: what the others are held against.
    Calm,
    /// `kill -9` of a worker, and a new one a little later.
    WorkerKilled,
    /// One more worker.
    WorkerJoins,
    /// SIGTERM to a worker.
    WorkerLeaves,
    /// SIGSTOP to a worker, SIGCONT later.
    WorkerPaused,
    /// A worker whose clock is some seconds off, as much as is accepted.
    WorkerClockSkewed,
    /// A worker whose clock is minutes off, which must refuse to work.
    WorkerClockWrong,
    /// `kill -9` of `beffroi run`, and `beffroi run --resume`.
    CoordinatorKilled,
    /// `kill -9` of RabbitMQ, and a start on the same data.
    BrokerKilled,
    /// RabbitMQ's memory alarm: whoever publishes is blocked.
    BrokerAlarm,
    /// `kill -9` of ClickHouse, and a start on the same data.
    StoreKilled,
    /// ClickHouse's disk is full.
    StoreDiskFull,
    /// Connections between a worker and the broker are reset, new ones too.
    WorkerBrokerCut,
    /// Between a worker and the broker nothing moves, both keep their sockets.
    WorkerBrokerStalled,
    /// Between a worker and the broker everything is late.
    WorkerBrokerSlow,
    /// The same three between a worker and the store.
    WorkerStoreCut,
    /// See above.
    WorkerStoreStalled,
    /// See above.
    WorkerStoreSlow,
    /// The same between the coordinator and the broker.
    CoordinatorBrokerCut,
    /// See above.
    CoordinatorBrokerStalled,
    /// The same between the coordinator and the store.
    CoordinatorStoreCut,
    /// See above.
    CoordinatorStoreStalled,
    /// Every site answers late.
    SitesSlow,
    /// Every site takes requests and says nothing.
    SitesSilent,
    /// Every site resets connections.
    SitesReset,
}

impl Kind {
    /// All of them, in the order of the table.
    pub fn all() -> Vec<Self> {
        Self::iter().collect()
    }

    /// Whether it takes a lane's owner out of work for a while, so that another has to go on.
    pub fn moves_lanes(self) -> bool {
        matches!(
            self,
            Self::WorkerKilled
                | Self::WorkerLeaves
                | Self::WorkerPaused
                | Self::WorkerBrokerCut
                | Self::WorkerBrokerStalled
                | Self::BrokerKilled
        )
    }

    /// The wire that it is about, and what is done to it.
    pub(crate) fn of_a_wire(self) -> Option<OfAWire> {
        use {
            Server::{Broker, Store},
            Side::{Coordinator, Worker},
            Trouble::{Cut, Slow, Stalled},
        };
        let (side, server, trouble) = match self {
            Self::WorkerBrokerCut => (Worker, Broker, Cut),
            Self::WorkerBrokerStalled => (Worker, Broker, Stalled),
            Self::WorkerBrokerSlow => (Worker, Broker, Slow),
            Self::WorkerStoreCut => (Worker, Store, Cut),
            Self::WorkerStoreStalled => (Worker, Store, Stalled),
            Self::WorkerStoreSlow => (Worker, Store, Slow),
            Self::CoordinatorBrokerCut => (Coordinator, Broker, Cut),
            Self::CoordinatorBrokerStalled => (Coordinator, Broker, Stalled),
            Self::CoordinatorStoreCut => (Coordinator, Store, Cut),
            Self::CoordinatorStoreStalled => (Coordinator, Store, Stalled),
            _ => return None,
        };
        Some(OfAWire {
            side,
            server,
            trouble,
        })
    }

    /// Whether it is the sites that are sick.
    pub(crate) fn is_weather(self) -> bool {
        matches!(self, Self::SitesSlow | Self::SitesSilent | Self::SitesReset)
    }

    /// Whether the servers themselves are hit: another fault beside it would only hide it.
    pub(crate) fn is_of_servers(self) -> bool {
        matches!(
            self,
            Self::BrokerKilled | Self::BrokerAlarm | Self::StoreKilled | Self::StoreDiskFull
        )
    }
}

/// A wire, and what is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OfAWire {
    pub(crate) side: Side,
    pub(crate) server: Server,
    pub(crate) trouble: Trouble,
}

/// Whose wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Worker,
    Coordinator,
}

/// To which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Broker,
    Store,
}

/// What is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    Cut,
    Stalled,
    Slow,
}
