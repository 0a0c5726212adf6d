//! What can go wrong with the queue.

use std::time::Duration;

use beffroi_model::Lane;

/// Why the queue did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum QueueError {
    /// Nobody answers there, or not as a broker.
    #[error("cannot reach RabbitMQ at `{address}` within {patience:?}")]
    Unreachable {
        /// Host and port.
        address: String,
        /// How long it was tried.
        patience: Duration,
        /// The last failure, if one came back in time.
        #[source]
        source: Option<lapin::Error>,
    },
    /// It answers and does not let us in: wrong password, no such virtual host.
    #[error(
        "RabbitMQ at `{address}` refuses us (is the user, the password or the virtual host wrong?)"
    )]
    Refused {
        /// Host and port.
        address: String,
        /// Its answer.
        #[source]
        source: lapin::Error,
    },
    /// The broker has an exchange or queue of that name and with other properties.
    #[error(
        "`{name}` cannot be declared; if the broker has it with other properties, delete it there or use another `queue.prefix`"
    )]
    Topology {
        /// The exchange or queue.
        name: String,
        /// The broker's answer.
        #[source]
        source: lapin::Error,
    },
    /// No queue takes the jobs of the lane: it was not declared.
    #[error("no queue takes jobs of the lane `{lane}`; it has not been declared")]
    Unroutable {
        /// The lane.
        lane: Lane,
    },
    /// The broker failed for longer than we are willing to wait.
    #[error("the broker failed to {action}, for at most {patience:?}")]
    Outage {
        /// What was asked.
        action: &'static str,
        /// How long it was tried.
        patience: Duration,
        /// The last failure, if one came back in time.
        #[source]
        source: Option<lapin::Error>,
    },
    /// The acknowledgement may not have reached the broker: the job will be delivered again.
    #[error("the connection broke before the job was acknowledged; it will be delivered again")]
    NotAcknowledged,
}
