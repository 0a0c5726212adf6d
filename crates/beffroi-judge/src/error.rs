//! What can go wrong with a judgement.

use beffroi_index::index::Conflict;
use beffroi_store::StoreError;
use jiff::civil::Date;

/// A judgement that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum JudgeError {
    /// There is nothing to judge.
    #[error(
        "the night of {night} has no figures to judge; compute them first: `beffroi rollup --night {night}`"
    )]
    NoFigures {
        /// Which night.
        night: Date,
    },
    /// The night's figures are another run's.
    #[error(
        "the figures of {night} are those of the run `{found}`, not of `{run_id}`; compute them again: `beffroi rollup --night {night}`"
    )]
    OtherRun {
        /// Which night.
        night: Date,
        /// Whose figures they are.
        found: String,
        /// Whose were asked for.
        run_id: String,
    },
    /// The store gave an account twice.
    #[error("the figures of {night} cannot be judged")]
    Conflict {
        /// Which night.
        night: Date,
        /// Which account.
        #[source]
        source: Conflict,
    },
    /// The computation broke off.
    #[error("the judgement of {night} broke off")]
    Panicked {
        /// Which night.
        night: Date,
        /// How.
        #[source]
        source: tokio::task::JoinError,
    },
    /// Reading or writing failed.
    #[error("failed to judge the night of {night}")]
    Store {
        /// Which night.
        night: Date,
        /// Why.
        #[source]
        source: StoreError,
    },
}
