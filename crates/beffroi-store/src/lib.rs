#![doc = include_str!("../README.md")]

mod budget;
mod checksum;
mod client;
mod clock;
mod error;
pub mod explain;
mod generate;
mod hosts;
mod judge;
mod lease;
mod migrate;
mod outcomes;
mod plausibility;
mod policy;
mod raw;
mod registry;
mod reparse;
pub mod replay;
pub mod reports;
mod retention;
mod rollup;
mod rows;
mod run;
mod settings;
mod state;
mod swap;
mod writer;

pub use budget::BudgetEntryRow;
pub use client::Store;
pub use clock::MAX_CLOCK_OFFSET;
pub use error::StoreError;
pub use generate::GeneratedWorld;
pub use hosts::{HostMemoryRow, HostSeenRow};
pub use judge::{
    AccountDaysRow, AccountRange, AccountScoreRow, AccountTrendRow, AlertRow, CollectivityScoreRow,
    DayPost, DiscoveryRecallRow, InteractionWeights, JudgedTable, LookBack, ProfileRow,
    Replacement, RoutesRow,
};
pub use lease::{Claimant, Held, Lease, LeaseRefused, LeaseTerm, LeaseTerms};
pub use migrate::{Migration, MigrationReport};
pub use policy::PolicyRow;
pub use raw::{Format, ReportColumn, ReportRows};
pub use registry::{DueAccount, FactRow, ImportRow, OwnAccount, RegistryVersionRow};
pub use reparse::{OldFind, Reread};
pub use replay::CorrectionRow;
pub use retention::{Removed, TooOld, retention_knows};
pub use rollup::{
    FigureSettings, JudgedNight, RollupError, RollupReport, TableReport, kept_nights,
};
pub use rows::{
    AccountObservationRow, AccountRow, AccountStateRow, CollectivityRow, Day, DialogueRow,
    FetchLogRow, JobOutcomeRow, JobRow, JobRows, Millis, PostObservationRow, PostRow, RunRow,
    SiteObservationRow,
};
pub use run::{CertificateLine, Progress, run_state};
pub use settings::StoreSettings;
pub use writer::{
    Durable, Writer, WriterCounts, WriterError, WriterStopped, WriterTask, WriterWatch,
};
