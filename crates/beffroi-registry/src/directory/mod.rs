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

use crate::{Import, Place, SourceKind};
use choose::Chosen;
use encoding::Utf8OrWindows1252;

/// Types of bodies that a message lists.
const TYPES_SHOWN: usize = 5;

/// Reads the directory, whatever it is packed in; the hash of the source is the caller's to fill
/// in. A file that is cut or corrupt, or that holds no body of interest, is refused whole: the
/// directory replaces the one before, and a part of it would wipe the rest.
pub(crate) fn import(file: &str, input: impl Read, settings: &DirectorySettings) -> Import {
    let mut import = Import::empty(SourceKind::Directory, file);
    let mut chosen = Chosen::new(file, settings);
    let mut rank = 0;
    let read = unpack::with_json(Box::new(input), &mut |json| {
        stream::for_each_body(Utf8OrWindows1252::new(json), &mut |text| {
            rank += 1;
            chosen.take(rank, text);
        })
        .map_err(|error| unreadable(&error))
    });
    import.source.rows = rank;
    chosen.finish(&mut import);
    if let Err(reason) = read {
        let reason = match rank {
            0 => reason,
            _ => format!("{reason}; of the {rank} bodies before nothing is used"),
        };
        let place = match rank {
            0 => Place::Line(1),
            _ => Place::Body(rank),
        };
        import.refuse(place, "", reason);
    } else if let Some(reason) = says_nothing(&import) {
        import.refuse(Place::Line(1), "", reason);
    }
    import
}

fn unreadable(error: &serde_json::Error) -> String {
    if error.is_eof() {
        format!("the file ends too early, it is cut ({error}); download it again")
    } else if error.is_io() {
        format!("the file cannot be unpacked to its end ({error}); download it again")
    } else {
        format!(
            "not the directory's JSON: {error}; give its archive, its JSON, or a JSON export of its \
             API"
        )
    }
}

/// Why a directory that was read to its end is of no use, if so.
fn says_nothing(import: &Import) -> Option<String> {
    let counts = import.directory.as_ref()?;
    if import.source.rows == 0 {
        return Some("the list of bodies is empty; download the file again".to_owned());
    }
    if counts.of_interest > 0 {
        return None;
    }
    let mut types: Vec<_> = counts.other_types.iter().collect();
    types.sort_by_key(|(_, bodies)| std::cmp::Reverse(**bodies));
    let types: Vec<String> = types
        .into_iter()
        .filter(|(word, _)| !word.is_empty())
        .take(TYPES_SHOWN)
        .map(|(word, _)| format!("`{word}`"))
        .collect();
    let found = if types.is_empty() {
        "none has a type".to_owned()
    } else {
        format!("their types are {}", types.join(", "))
    };
    Some(format!(
        "none of its {} bodies is a collectivity ({found}); give the directory of local bodies, or \
         set `registry.types`",
        import.source.rows
    ))
}

#[cfg(test)]
mod tests;
