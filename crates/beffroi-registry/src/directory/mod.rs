//! The State's directory (DILA, "Annuaire de l'administration", local bodies).
//!
//! The file is streamed, from the archive down to one body at a time: memory holds what is kept
//! and one body, never the file. Of a body only what `wire` names is read; persons, telephone
//! numbers and e-mail addresses never leave the parser.

mod choose;
mod encoding;
mod reading;
mod settings;
mod stream;
mod unpack;
mod wire;

pub use settings::DirectorySettings;

use std::io::Read;

use crate::{Import, Issue, Place, Severity, SourceKind};
use choose::Chosen;
use encoding::Utf8OrWindows1252;

/// Reads the directory, whatever it is packed in; the hash of the source is the caller's to fill
/// in. A file that is cut or corrupt yields what was read before, and an error.
pub(crate) fn import(file: &str, input: impl Read, settings: &DirectorySettings) -> Import {
    let mut import = Import::empty(SourceKind::Directory, file);
    let mut chosen = Chosen::new(file, settings);
    let mut rank = 0;
    let read = unpack::with_json(Box::new(input), &mut |json| {
        stream::for_each_body(Utf8OrWindows1252::new(json), &mut |text| {
            rank += 1;
            chosen.take(rank, text);
        })
        .map_err(|error| error.to_string())
    });
    if let Err(reason) = read {
        let place = if rank == 0 {
            Place::Line(1)
        } else {
            Place::Body(rank)
        };
        let reason = format!("{reason}; the {rank} bodies before are kept");
        import
            .issues
            .push(Issue::new(Severity::Error, file, place, None, "", reason));
    }
    import.source.rows = rank;
    chosen.finish(&mut import);
    import
}

#[cfg(test)]
mod tests;
