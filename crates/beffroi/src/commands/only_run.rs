//! One run at a time on the embedded store: a second `beffroi run` would do the same jobs once more,
//! and the two together would ask every server twice as fast as is right.
//!
//! The lock is the kernel's, so that it ends with its process however that ends.

use std::{
    fs::{File, TryLockError},
    io::{Read, Write},
    path::Path,
};

use anyhow::{Context, bail};

/// Name of the lock in the engine's folder.
const LOCK_FILE: &str = "run.lock";

/// Held while a run is at work.
#[derive(Debug)]
pub(crate) struct OnlyRun {
    _locked: File,
}

impl OnlyRun {
    /// Takes the place, or says who has it.
    pub(crate) fn begin(engine_folder: &Path) -> anyhow::Result<Self> {
        let path = engine_folder.join(LOCK_FILE);
        let failed = || format!("could not lock `{}`", path.display());
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .with_context(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only to be shown; without it the message is poorer.
                let _ = file.read_to_string(&mut holder);
                bail!(
                    "another `beffroi run` is at work on this store{}; wait for its end, or stop it \
                     first",
                    shown(&holder)
                )
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
        }
        file.set_len(0)
            .and_then(|()| write!(file, "{}", std::process::id()))
            .with_context(failed)?;
        Ok(Self { _locked: file })
    }
}

/// The holder's process, where the file tells.
fn shown(holder: &str) -> String {
    match holder.trim().parse::<u32>() {
        Ok(process) => format!(" (process {process})"),
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_run_at_a_time_and_the_next_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = OnlyRun::begin(folder.path()).unwrap();
        let refused = OnlyRun::begin(folder.path()).unwrap_err().to_string();
        let process = format!("(process {})", std::process::id());
        assert!(refused.contains(&process), "{refused}");
        drop(first);
        OnlyRun::begin(folder.path()).unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = OnlyRun::begin(&folder.path().join("none")).unwrap_err();
        assert!(error.to_string().contains("run.lock"), "{error}");
    }
}
