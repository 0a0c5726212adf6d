#![doc = include_str!("../README.md")]

mod account;
mod collectivity;
mod job;
mod measurement;
mod outcome;
mod platform;
mod post_kind;
mod site;
mod stratum;

pub use account::{
    ACCOUNT_RULES_VERSION, AccountFind, AccountId, AccountRef, Confidence, Evidence, FindMethod,
    fold_name,
};
pub use collectivity::{
    Category, Collectivity, CollectivityId, InseeCode, InvalidInseeCode, InvalidSiren, Siren,
    Subject,
};
pub use job::{InvalidRunId, Job, JobId, Lane, Origin, RunId, Try};
pub use measurement::{
    BodyHash, FetchRecord, Figure, FigureName, Figures, Identity, Measurement, MissingReason, Post,
    Thread,
};
pub use outcome::{Absent, Failed, Forbidden, Outcome, OutcomeKind};
pub use platform::Platform;
pub use post_kind::PostKind;
pub use site::{FeedKind, PublicationSource, SiteObservation};
pub use stratum::{ObservatoireBand, Stratum};
