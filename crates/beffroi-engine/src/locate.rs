//! Which ClickHouse is installed here.

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use crate::{EngineError, EngineSettings, version::EngineKind};

/// Names the library file, for those who have it elsewhere.
const LIBRARY_VARIABLE: &str = "BEFFROI_CHDB_LIB";
/// Where `make engine` puts the library.
const VENDORED: &str = ".vendor/chdb/libchdb.so";
/// Names of the executable, the preferred one first.
const EXECUTABLES: [&str; 2] = ["clickhouse", "clickhouse-server"];

/// An installed engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Installed {
    /// `clickhouse` or `clickhouse-server`.
    Executable(PathBuf),
    /// `libchdb.so`.
    Library(PathBuf),
}

impl Installed {
    pub(crate) fn kind(&self) -> EngineKind {
        match self {
            Self::Executable(_) => EngineKind::Executable,
            Self::Library(_) => EngineKind::Library,
        }
    }
}

/// What the search depends on.
#[derive(Debug, Default)]
struct Surroundings {
    search_path: Option<OsString>,
    library_variable: Option<OsString>,
    current_dir: Option<PathBuf>,
    own_executable: Option<PathBuf>,
}

/// Finds the engine to use. A folder that was made by one kind of engine prefers that kind.
pub(crate) fn locate(
    settings: &EngineSettings,
    preferred: Option<EngineKind>,
) -> Result<Installed, EngineError> {
    let surroundings = Surroundings {
        search_path: env::var_os("PATH"),
        library_variable: env::var_os(LIBRARY_VARIABLE),
        current_dir: env::current_dir().ok(),
        own_executable: env::current_exe().ok(),
    };
    locate_in(&surroundings, settings.library.as_deref(), preferred)
}

fn locate_in(
    surroundings: &Surroundings,
    configured: Option<&Path>,
    preferred: Option<EngineKind>,
) -> Result<Installed, EngineError> {
    // What was asked for by name is used or refused, never silently replaced.
    if let Some(path) = configured {
        return if path.is_file() {
            Ok(Installed::Library(path.to_owned()))
        } else {
            let looked_for = format!("`{}` (`engine.library`)", path.display());
            Err(EngineError::NotInstalled { looked_for })
        };
    }
    let libraries = library_places(surroundings);
    let executable = surroundings
        .search_path
        .as_deref()
        .and_then(find_executable)
        .map(Installed::Executable);
    let library = libraries
        .iter()
        .find(|path| path.is_file())
        .cloned()
        .map(Installed::Library);
    let (first, second) = match preferred {
        Some(EngineKind::Library) => (library, executable),
        Some(EngineKind::Executable) | None => (executable, library),
    };
    first.or(second).ok_or_else(|| EngineError::NotInstalled {
        looked_for: describe(&libraries),
    })
}

fn library_places(surroundings: &Surroundings) -> Vec<PathBuf> {
    let named = surroundings.library_variable.as_ref().map(PathBuf::from);
    let below_current = surroundings.current_dir.as_ref();
    let beside_executable = surroundings
        .own_executable
        .as_deref()
        .and_then(Path::parent);
    named
        .into_iter()
        .chain(below_current.map(|dir| dir.join(VENDORED)))
        .chain(beside_executable.map(|dir| dir.join(VENDORED)))
        .collect()
}

fn find_executable(search_path: &OsStr) -> Option<PathBuf> {
    EXECUTABLES.iter().find_map(|name| {
        env::split_paths(search_path)
            .map(|dir| dir.join(name))
            .find(|path| is_executable(path))
    })
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata()
        .is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

fn describe(libraries: &[PathBuf]) -> String {
    let mut places = vec![
        "`clickhouse` and `clickhouse-server` on PATH".to_owned(),
        format!("the file named by `{LIBRARY_VARIABLE}`"),
    ];
    places.extend(libraries.iter().map(|path| format!("`{}`", path.display())));
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    /// A folder with a library where it is vendored and an executable in `bin`.
    fn both() -> (tempfile::TempDir, Surroundings) {
        let dir = tempfile::tempdir().unwrap();
        let bin = dir.path().join("bin");
        for file in [dir.path().join(VENDORED), bin.join("clickhouse")] {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, "").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let surroundings = Surroundings {
            search_path: Some(bin.into_os_string()),
            current_dir: Some(dir.path().to_owned()),
            ..Surroundings::default()
        };
        (dir, surroundings)
    }

    fn kind(surroundings: &Surroundings, preferred: Option<EngineKind>) -> EngineKind {
        locate_in(surroundings, None, preferred).unwrap().kind()
    }

    #[test]
    fn an_executable_is_preferred_unless_the_folder_is_of_the_library() {
        let (_dir, mut surroundings) = both();
        assert_eq!(kind(&surroundings, None), EngineKind::Executable);
        let of_library = Some(EngineKind::Library);
        assert_eq!(kind(&surroundings, of_library), EngineKind::Library);
        surroundings.search_path = None;
        assert_eq!(kind(&surroundings, None), EngineKind::Library);
    }

    #[test]
    fn a_file_that_cannot_be_executed_is_no_engine() {
        let (dir, surroundings) = both();
        let executable = dir.path().join("bin/clickhouse");
        fs::set_permissions(&executable, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(kind(&surroundings, None), EngineKind::Library);
    }

    #[test]
    fn the_variable_and_the_place_beside_the_executable_count() {
        let (dir, _) = both();
        let beside = Surroundings {
            own_executable: Some(dir.path().join("beffroi")),
            ..Surroundings::default()
        };
        assert_eq!(kind(&beside, None), EngineKind::Library);
        let named = dir.path().join("bin/clickhouse");
        let by_variable = Surroundings {
            library_variable: Some(named.clone().into_os_string()),
            ..beside
        };
        let found = locate_in(&by_variable, None, None).unwrap();
        assert_eq!(found, Installed::Library(named));
    }

    #[test]
    fn a_configured_library_that_is_missing_is_not_replaced_by_another() {
        let (_dir, surroundings) = both();
        let missing = Path::new("/nowhere/libchdb.so");
        let error = locate_in(&surroundings, Some(missing), None).unwrap_err();
        assert!(error.to_string().contains("/nowhere/libchdb.so"), "{error}");
    }

    #[test]
    fn when_nothing_is_installed_the_message_names_the_places_and_the_remedy() {
        let surroundings = Surroundings {
            current_dir: Some(PathBuf::from("/nowhere")),
            ..Surroundings::default()
        };
        let message = locate_in(&surroundings, None, None)
            .unwrap_err()
            .to_string();
        for part in [
            "on PATH",
            "BEFFROI_CHDB_LIB",
            "/nowhere/.vendor/chdb/libchdb.so",
            "make engine",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}
