#![doc = include_str!("../README.md")]

mod call;
mod reader;
mod settings;
mod visit;
mod warc;
mod writer;

pub use reader::{ReadError, Reader};
pub use settings::ArchiveSettings;
pub use visit::{ArchivedRequest, Visit};
pub use writer::{Archive, StartError};
