//! The engine's folder: where its files are, who holds it, whether there is room.
//!
//! Everything in it is readable by its owner alone (the passwords are there). The lock says who
//! lives: it is given back by the kernel at any death, so no process id is ever trusted for that.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::EngineError;

/// How long an opener tries for the lock: a `status` or `stop` may hold it for a microsecond.
const LOCK_PATIENCE: Duration = Duration::from_millis(500);

/// The engine's folder. See the README for its files.
#[derive(Debug, Clone)]
pub(crate) struct DataFolder {
    root: PathBuf,
}

/// Held by a serving process for its whole life.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

/// Who holds the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holder {
    /// Nobody.
    Nobody,
    /// A serving process of ours; its id once it has written it.
    Server(Option<u32>),
    /// A ClickHouse whose serving process was killed and which lives on.
    LeftBehind(Option<u32>),
}

impl Holder {
    /// The process to name in a message.
    pub(crate) fn pid(self) -> Option<u32> {
        match self {
            Self::Nobody => None,
            Self::Server(pid) | Self::LeftBehind(pid) => pid,
        }
    }
}

impl DataFolder {
    /// The folder at `root`, made with its parents when missing.
    pub(crate) fn create(root: &Path) -> Result<Self, EngineError> {
        make_private_dir(root)?;
        let root = fs::canonicalize(root).map_err(EngineError::file("open", root))?;
        let folder = Self { root };
        make_private_dir(&folder.data_dir())?;
        make_private_dir(&folder.log_dir())?;
        Ok(folder)
    }

    /// The folder at `root`, or `None` when there is none.
    pub(crate) fn existing(root: &Path) -> Result<Option<Self>, EngineError> {
        match fs::canonicalize(root) {
            Ok(root) => Ok(Some(Self { root })),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(EngineError::file("open", root)(error)),
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn data_dir(&self) -> PathBuf {
        self.root.join("data")
    }

    pub(crate) fn run_dir(&self) -> PathBuf {
        self.root.join("run")
    }

    pub(crate) fn log_dir(&self) -> PathBuf {
        self.root.join("log")
    }

    pub(crate) fn log_file(&self) -> PathBuf {
        self.log_dir().join("engine.log")
    }

    pub(crate) fn version_file(&self) -> PathBuf {
        self.root.join("VERSION")
    }

    pub(crate) fn endpoint_file(&self) -> PathBuf {
        self.root.join("endpoint.json")
    }

    fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    /// Takes the folder for this process, until the lock is dropped.
    pub(crate) fn lock(&self) -> Result<FolderLock, EngineError> {
        let path = self.lock_file();
        let mut file = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(EngineError::file("open", &path))?;
        let deadline = Instant::now() + LOCK_PATIENCE;
        while let Err(error) = file.try_lock() {
            match error {
                TryLockError::WouldBlock if Instant::now() < deadline => {
                    thread::sleep(Duration::from_millis(20));
                }
                TryLockError::WouldBlock => return Err(self.in_use(self.holder()?)),
                TryLockError::Error(error) => return Err(EngineError::file("lock", path)(error)),
            }
        }
        let holder = self.left_behind()?;
        if holder != Holder::Nobody {
            return Err(self.in_use(holder));
        }
        file.set_len(0)
            .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()))
            .map_err(EngineError::file("write", path))?;
        Ok(FolderLock { _file: file })
    }

    /// Who holds the folder now.
    pub(crate) fn holder(&self) -> Result<Holder, EngineError> {
        let path = self.lock_file();
        if is_locked(&path)? {
            let text = fs::read_to_string(&path).map_err(EngineError::file("read", &path))?;
            return Ok(Holder::Server(text.trim().parse().ok()));
        }
        self.left_behind()
    }

    /// Whether ClickHouse itself still holds its files, by its own lock on `status`. Only a
    /// `clickhouse` executable can outlive its serving process.
    fn left_behind(&self) -> Result<Holder, EngineError> {
        let path = self.data_dir().join("status");
        if !is_locked(&path)? {
            return Ok(Holder::Nobody);
        }
        let text = fs::read_to_string(&path).map_err(EngineError::file("read", &path))?;
        let pid = text.lines().find_map(|line| line.strip_prefix("PID: "));
        Ok(Holder::LeftBehind(
            pid.and_then(|pid| pid.trim().parse().ok()),
        ))
    }

    fn in_use(&self, holder: Holder) -> EngineError {
        EngineError::InUse {
            folder: self.root.clone(),
            pid: holder
                .pid()
                .map_or_else(|| "unknown".to_owned(), |pid| pid.to_string()),
        }
    }

    /// Refuses to start where there is no room to write.
    pub(crate) fn require_free_mb(&self, needed_mb: u64) -> Result<(), EngineError> {
        let room = nix::sys::statvfs::statvfs(&self.root)
            .map_err(|error| EngineError::file("measure", &self.root)(error.into()))?;
        // Widths differ between systems: u32 counts on macOS, u64 on Linux.
        #[allow(clippy::useless_conversion, reason = "needed on macOS")]
        let free_mb = (u64::from(room.blocks_available()) * u64::from(room.fragment_size())) >> 20;
        if free_mb < needed_mb {
            return Err(EngineError::DiskFull {
                folder: self.root.clone(),
                free_mb,
                needed_mb,
            });
        }
        Ok(())
    }

    /// An empty `run` folder. Only for the holder of the lock.
    pub(crate) fn fresh_run_dir(&self) -> Result<PathBuf, EngineError> {
        let run = self.run_dir();
        match fs::remove_dir_all(&run) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(EngineError::file("empty", run)(error));
            }
            _ => {}
        }
        make_private_dir(&run)?;
        Ok(run)
    }

    /// Sets the last start's log aside, so that logs do not grow for ever.
    pub(crate) fn rotate_log(&self) -> Result<(), EngineError> {
        let log = self.log_file();
        match fs::rename(&log, self.log_dir().join("engine.log.1")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(EngineError::file("rename", log)(error))
            }
            _ => Ok(()),
        }
    }

    /// Writes a file of mode 600 in one step: a reader sees the old text or the new one, and a
    /// full disk leaves the old one.
    pub(crate) fn write_private(&self, path: &Path, text: &str) -> Result<(), EngineError> {
        let new = path.with_extension("new");
        let write = || {
            // A leftover of a start that was killed would keep its own mode.
            match fs::remove_file(&new) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&new)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&new, path)
        };
        write().map_err(EngineError::file("write", path))
    }
}

/// Makes a folder that its owner alone can read, with its parents.
fn make_private_dir(path: &Path) -> Result<(), EngineError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(EngineError::file("create", path))
}

/// Whether another open file holds the lock of `path`.
fn is_locked(path: &Path) -> Result<bool, EngineError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(EngineError::file("open", path)(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(EngineError::file("lock", path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder() -> (tempfile::TempDir, DataFolder) {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(&dir.path().join("a/b")).unwrap();
        (dir, folder)
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_and_its_secrets_are_for_their_owner_alone() {
        let (_dir, folder) = folder();
        let secret = folder.root().join("secret");
        fs::write(
            folder.root().join("secret.new"),
            "a leftover anyone can read",
        )
        .unwrap();
        folder.write_private(&secret, "word").unwrap();
        assert_eq!(mode(folder.root()), 0o700);
        assert_eq!(mode(&secret), 0o600);
        assert_eq!(fs::read_to_string(&secret).unwrap(), "word");
    }

    #[test]
    fn a_second_opener_is_refused_and_told_who_holds_the_folder() {
        let (_dir, folder) = folder();
        let lock = folder.lock().unwrap();
        let own = std::process::id();
        assert_eq!(folder.holder().unwrap(), Holder::Server(Some(own)));
        let error = folder.lock().unwrap_err();
        assert!(
            error.to_string().contains(&format!("process `{own}`")),
            "{error}"
        );
        drop(lock);
        assert_eq!(folder.holder().unwrap(), Holder::Nobody);
        folder.lock().unwrap();
    }

    #[test]
    fn a_clickhouse_left_behind_is_seen_by_its_own_lock() {
        let (_dir, folder) = folder();
        let status = folder.data_dir().join("status");
        fs::write(&status, "PID: 4711\nStarted at: 2026-11-23 00:00:00\n").unwrap();
        let file = File::open(&status).unwrap();
        file.lock().unwrap();
        assert_eq!(folder.holder().unwrap(), Holder::LeftBehind(Some(4711)));
        let error = folder.lock().unwrap_err();
        assert!(matches!(error, EngineError::InUse { pid, .. } if pid == "4711"));
    }

    #[test]
    fn a_full_disk_is_refused_before_anything_is_written() {
        let (_dir, folder) = folder();
        folder.require_free_mb(0).unwrap();
        let error = folder.require_free_mb(u64::MAX).unwrap_err();
        assert!(matches!(error, EngineError::DiskFull { .. }), "{error}");
    }

    #[test]
    fn the_log_of_the_last_start_is_kept_once() {
        let (_dir, folder) = folder();
        folder.rotate_log().unwrap();
        for text in ["first", "second"] {
            fs::write(folder.log_file(), text).unwrap();
            folder.rotate_log().unwrap();
        }
        let kept = fs::read_to_string(folder.log_dir().join("engine.log.1")).unwrap();
        assert_eq!(kept, "second");
        assert!(!folder.log_file().exists());
    }
}
