//! One run at a time on the embedded store: a second `beffroi run` would do the same jobs once more,
//! and the two together would ask every server twice as fast as is right.
//!
//! The lock is the kernel's, so that it ends with its process however that ends.

use std::{
    fs::{File, TryLockError},
    io::{Read, Write},
    path::Path,
};

use anyhow::Context;
use beffroi_model::RunId;

use super::turn::Taken;

/// Name of the lock in the engine's folder.
const LOCK_FILE: &str = "run.lock";

/// Held while a run is at work.
#[derive(Debug)]
pub(super) struct OnlyRun {
    _locked: File,
}

impl OnlyRun {
    /// Takes the place for a run, or says who has it.
    pub(super) fn begin(
        engine_folder: &Path,
        run_id: &RunId,
    ) -> anyhow::Result<Result<Self, Taken>> {
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
                return Ok(Err(shown(&holder)));
            }
            Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
        }
        file.set_len(0)
            .and_then(|()| write!(file, "{} {run_id}", std::process::id()))
            .with_context(failed)?;
        Ok(Ok(Self { _locked: file }))
    }
}

/// The holder's process and its run, where the file tells.
fn shown(holder: &str) -> Taken {
    let mut words = holder.split_whitespace();
    let process = words.next().and_then(|word| word.parse::<u32>().ok());
    let process = process.map_or_else(
        || "a process of this machine".to_owned(),
        |process| format!("process {process}"),
    );
    Taken::new(process, words.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_run_at_a_time_and_the_next_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let run_id: RunId = "2026-11-23".parse().unwrap();
        let first = OnlyRun::begin(folder.path(), &run_id).unwrap().unwrap();
        let next: RunId = "2026-11-24.bluesky".parse().unwrap();
        let taken = OnlyRun::begin(folder.path(), &next).unwrap().unwrap_err();
        let process = format!("process {}, run 2026-11-23", std::process::id());
        assert_eq!(taken.by, process);
        assert!(taken.is_of(&run_id) && !taken.is_of(&next));
        drop(first);
        OnlyRun::begin(folder.path(), &next).unwrap().unwrap();
    }

    #[test]
    fn a_folder_that_is_not_there_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let error = OnlyRun::begin(&folder.path().join("none"), &"2026-11-23".parse().unwrap());
        let error = error.unwrap_err();
        assert!(error.to_string().contains("run.lock"), "{error}");
    }
}
