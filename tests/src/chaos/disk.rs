//! A disk small enough to be filled.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use nix::sched::{CloneFlags, unshare};

/// Bytes written in one call when it is filled.
const PIECE_BYTES: usize = 1 << 20;

/// A file system of its own in memory. It exists for the thread that made it and for the processes which
/// that thread starts, and goes when the last of them ends: nothing has to be unmounted, also after a
/// crash.
#[derive(Debug)]
pub struct SmallDisk {
    folder: PathBuf,
}

impl SmallDisk {
    /// Makes one of so many MiB at a folder; `Err` with the reason where this is not allowed.
    pub fn mount(folder: &Path, megabytes: u32) -> Result<Self, String> {
        unshare(CloneFlags::CLONE_NEWNS)
            .map_err(|error| format!("no mount of our own: {error}"))?;
        // Else the mount would be seen by the whole machine after all.
        run(&["--make-rprivate", "/"])?;
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        let size = format!("size={megabytes}m");
        let place = folder.to_str().ok_or("the folder's name is no text")?;
        run(&["-t", "tmpfs", "-o", &size, "beffroi-tests", place])?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Fills it to the last byte.
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        let piece = vec![0; PIECE_BYTES];
        let error = loop {
            if let Err(error) = filler.write_all(&piece) {
                break error;
            }
        };
        assert_eq!(error.kind(), std::io::ErrorKind::StorageFull, "{error}");
    }

    /// Gives the room back.
    pub fn clear(&self) {
        // Missing: it was not filled.
        let _ = fs::remove_file(self.filler());
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

fn run(arguments: &[&str]) -> Result<(), String> {
    let output = Command::new("mount")
        .args(arguments)
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("mount: {error}")),
    }
}
