//! Which engine wrote a folder, and whether the installed one may go on with it.
//!
//! The rule: same kind, same major version, and not older than the one that wrote last. It is
//! checked before ClickHouse sees the files.

use std::{fmt, fs, io, path::Path, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{EngineError, folder::DataFolder};

/// Version of the files around ClickHouse's own.
const LAYOUT: u32 = 1;

/// What runs ClickHouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum EngineKind {
    /// A `clickhouse` executable.
    #[strum(serialize = "a `clickhouse` executable")]
    Executable,
    /// ClickHouse as a library.
    #[strum(serialize = "the library `libchdb.so`")]
    Library,
}

/// A ClickHouse version as far as it matters for the files: `26.7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EngineVersion {
    major: u32,
    minor: u32,
}

impl FromStr for EngineVersion {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut numbers = text.split('.').map(str::parse::<u32>);
        match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => Ok(Self { major, minor }),
            _ => Err(format!("`{text}` is not a ClickHouse version")),
        }
    }
}

impl TryFrom<String> for EngineVersion {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<EngineVersion> for String {
    fn from(version: EngineVersion) -> Self {
        version.to_string()
    }
}

impl fmt::Display for EngineVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The content of `VERSION`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FolderVersion {
    layout: u32,
    /// The kind of engine that made the folder.
    pub(crate) kind: EngineKind,
    engine: EngineVersion,
}

impl FolderVersion {
    /// What the installed engine would write.
    pub(crate) fn installed(kind: EngineKind, engine: EngineVersion) -> Self {
        Self {
            layout: LAYOUT,
            kind,
            engine,
        }
    }

    /// What the folder says; `None` on a new folder. A layout that we do not know is refused here,
    /// before anything else of the file is believed.
    pub(crate) fn read(folder: &DataFolder) -> Result<Option<Self>, EngineError> {
        #[derive(Deserialize)]
        struct LayoutOnly {
            layout: u32,
        }
        let path = folder.version_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(EngineError::file("read", path)(error)),
        };
        let LayoutOnly { layout } = parse(&path, &text)?;
        if layout != LAYOUT {
            return Err(EngineError::Layout {
                folder: folder.root().to_owned(),
                found: layout,
                known: LAYOUT,
            });
        }
        parse(&path, &text).map(Some)
    }

    /// Whether the installed engine may open the folder that says `self`.
    pub(crate) fn admits(&self, installed: &Self, folder: &DataFolder) -> Result<(), EngineError> {
        if self.kind != installed.kind {
            return Err(EngineError::Kind {
                folder: folder.root().to_owned(),
                found: self.kind,
                installed: installed.kind,
            });
        }
        let same_major = self.engine.major == installed.engine.major;
        if !same_major || installed.engine < self.engine {
            return Err(EngineError::Version {
                folder: folder.root().to_owned(),
                found: self.engine,
                installed: installed.engine,
            });
        }
        Ok(())
    }

    /// Marks the folder as written by this engine.
    pub(crate) fn write(&self, folder: &DataFolder) -> Result<(), EngineError> {
        let text = serde_json::to_string(self).expect("a version is plain JSON");
        folder.write_private(&folder.version_file(), &format!("{text}\n"))
    }
}

fn parse<'a, T: Deserialize<'a>>(path: &Path, text: &'a str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| EngineError::Damaged {
        path: path.to_owned(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(dir.path()).unwrap();
        (dir, folder)
    }

    fn version(text: &str) -> FolderVersion {
        FolderVersion::installed(EngineKind::Library, text.parse().unwrap())
    }

    #[test]
    fn a_newer_minor_may_go_on_and_an_older_or_another_major_may_not() {
        let (_dir, folder) = folder();
        let written = version("26.7.3");
        assert!(written.admits(&version("26.7.2.1"), &folder).is_ok());
        assert!(written.admits(&version("26.9.1"), &folder).is_ok());
        for refused in ["26.6.9", "27.1.1", "25.8.1"] {
            let error = written.admits(&version(refused), &folder).unwrap_err();
            let EngineError::Version {
                found, installed, ..
            } = error
            else {
                panic!("{error}");
            };
            assert_eq!(found, written.engine);
            assert_eq!(installed, refused.parse().unwrap());
        }
    }

    #[test]
    fn a_folder_stays_with_the_kind_that_made_it() {
        let (_dir, folder) = folder();
        let executable =
            FolderVersion::installed(EngineKind::Executable, "26.7.1".parse().unwrap());
        let error = version("26.7.3").admits(&executable, &folder).unwrap_err();
        assert!(error.to_string().contains("libchdb.so"), "{error}");
    }

    #[test]
    fn a_version_reads_back_and_a_new_folder_has_none() {
        let (_dir, folder) = folder();
        assert_eq!(FolderVersion::read(&folder).unwrap(), None);
        version("26.7.3").write(&folder).unwrap();
        let read = FolderVersion::read(&folder).unwrap();
        assert_eq!(
            read,
            Some(version("26.7.9")),
            "only major and minor are kept"
        );
    }

    #[test]
    fn an_unknown_layout_and_a_damaged_file_are_told_apart() {
        let (_dir, folder) = folder();
        fs::write(folder.version_file(), r#"{"layout":7,"shape":"unknown"}"#).unwrap();
        let error = FolderVersion::read(&folder).unwrap_err();
        assert!(
            matches!(error, EngineError::Layout { found: 7, .. }),
            "{error}"
        );
        fs::write(folder.version_file(), "26.7").unwrap();
        let error = FolderVersion::read(&folder).unwrap_err();
        assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
    }

    #[test]
    fn a_version_needs_two_numbers() {
        for bad in ["", "26", "26.x", "v26.7"] {
            assert!(bad.parse::<EngineVersion>().is_err(), "{bad}");
        }
    }
}
