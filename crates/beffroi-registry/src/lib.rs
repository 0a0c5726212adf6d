#![doc = include_str!("../README.md")]

mod address;
mod body_key;
mod cells;
mod collectivities_csv;
mod corrections_csv;
mod csv_lines;
mod csv_source;
mod directory;
mod import;
mod index;
mod issue;
mod resolve;
mod shipped;
mod source;
mod websites_csv;

pub use body_key::{BodyKey, BodyKind, InvalidBodyKey};
pub use cells::ColumnValue;
pub use directory::DirectorySettings;
pub use import::{
    Correction, DeclaredAccount, DeclaredWebsite, DirectoryCounts, Import, SourceInfo, SourceKind,
    Verdict,
};
pub use index::Index;
pub use issue::{Column, Issue, Place, Severity};
pub use resolve::{OwnedAccount, OwnedCorrection, OwnedWebsite, Resolved, resolve};
pub use shipped::{ATTRIBUTION, shipped};
pub use source::{ImportError, import_file, import_reader};
