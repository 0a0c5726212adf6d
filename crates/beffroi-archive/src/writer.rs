//! The writing: one thread a process, which takes visits whole and syncs them together.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use beffroi_connectors::without_visitors;
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot};

use crate::{Visit, warc::Record};

/// Visits that wait. Whoever brings one waits for it anyway, so that this only bounds memory.
const QUEUE_CAPACITY: usize = 256;

/// How long a file is written to.
const FILE_AGE: Duration = Duration::from_secs(3600);

/// How large it becomes, about.
const FILE_BYTES: u64 = 256 * 1024 * 1024;

/// The archive that a process writes. Cheap to clone; the thread ends with the last clone.
#[derive(Debug, Clone)]
pub struct Archive {
    visits: mpsc::Sender<Waiting>,
    lost: Arc<AtomicU64>,
    _thread: Arc<JoinHandle<()>>,
}

#[derive(Debug)]
struct Waiting {
    visit: Visit,
    done: oneshot::Sender<()>,
}

/// The folder cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the archive's folder `{dir}` (`archive.dir`) cannot be used")]
pub struct StartError {
    dir: PathBuf,
    #[source]
    source: std::io::Error,
}

impl Archive {
    /// Begins to write into a folder, under a worker's name.
    pub fn start(dir: &Path, worker: &str) -> Result<Self, StartError> {
        let failed = |source| StartError {
            dir: dir.to_owned(),
            source,
        };
        fs::create_dir_all(dir).map_err(failed)?;
        let lost = Arc::new(AtomicU64::new(0));
        let (visits, queue) = mpsc::channel(QUEUE_CAPACITY);
        let mut files = Files::new(dir, worker);
        // What cannot be written to is known now, and not at three in the morning.
        files.open().map_err(failed)?;
        let counted = Arc::clone(&lost);
        let writing = thread::Builder::new().name("archive".to_owned());
        let thread = writing
            .spawn(move || write_all(queue, files, &counted))
            .map_err(failed)?;
        Ok(Self {
            visits,
            lost,
            _thread: Arc::new(thread),
        })
    }

    /// Keeps a visit, without anything of citizens', and returns when it is on the disk; or when it cannot
    /// be kept, for an archive is no reason to lose a figure.
    pub async fn keep(&self, mut visit: Visit, rules: &'static beffroi_connectors::KeptAnswers) {
        let requests: Vec<_> = visit.requests.iter().map(|it| it.request.clone()).collect();
        let Some(kept) = without_visitors(rules, &requests, visit.recording) else {
            tracing::debug!(platform = %visit.platform, "a visit cannot be archived: it asked an address that is not known");
            return;
        };
        visit.recording = kept;
        let (done, written) = oneshot::channel();
        if self.visits.send(Waiting { visit, done }).await.is_err() || written.await.is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Visits that could not be written so far.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Writes what comes until nobody can bring more.
fn write_all(mut queue: mpsc::Receiver<Waiting>, mut files: Files, lost: &AtomicU64) {
    let mut together = Vec::new();
    while queue.blocking_recv_many(&mut together, QUEUE_CAPACITY) > 0 {
        let visits: Vec<&Visit> = together.iter().map(|it| &it.visit).collect();
        match files.write(&visits) {
            Ok(()) => {
                for waiting in together.drain(..) {
                    // Whoever brought it may be gone: its job comes again.
                    let _ = waiting.done.send(());
                }
            }
            Err(error) => {
                let total = lost.load(Ordering::Relaxed) + together.len() as u64;
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    archive.lost_visits = total,
                    "visits are not archived; their figures are stored all the same"
                );
                // Each counts itself when its answer does not come.
                together.clear();
            }
        }
    }
}

/// The file that is written to.
struct Files {
    dir: PathBuf,
    worker: String,
    serial: u32,
    open: Option<Open>,
}

struct Open {
    file: File,
    since: Instant,
    bytes: u64,
}

impl Files {
    fn new(dir: &Path, worker: &str) -> Self {
        let is_plain = |it: char| it.is_ascii_alphanumeric() || it == '-' || it == '_';
        Self {
            dir: dir.to_owned(),
            worker: worker
                .chars()
                .map(|it| if is_plain(it) { it } else { '-' })
                .collect(),
            serial: 0,
            open: None,
        }
    }

    /// Writes visits one after the other and syncs them once. After a failure the file is left as it is,
    /// and the next visits get another: what follows a torn record would not be read.
    fn write(&mut self, visits: &[&Visit]) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        for visit in visits {
            for record in visit.records() {
                record.write(&mut bytes)?;
            }
        }
        let written = self.append(&bytes);
        if written.is_err() {
            self.open = None;
        }
        written
    }

    fn append(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        let is_full = |open: &Open| open.since.elapsed() >= FILE_AGE || open.bytes >= FILE_BYTES;
        if self.open.as_ref().is_none_or(is_full) {
            self.open()?;
        }
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        open.file.write_all(bytes)?;
        open.file.sync_data()?;
        open.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Opens the next file, with a record about itself.
    fn open(&mut self) -> std::io::Result<()> {
        let now = Timestamp::now();
        let stamp = now.strftime("%Y%m%d%H%M%S");
        let name = loop {
            let name = format!(
                "beffroi-{stamp}-{:05}-{}.warc.zst",
                self.serial, self.worker
            );
            self.serial += 1;
            if !self.dir.join(&name).exists() {
                break name;
            }
        };
        let path = self.dir.join(&name);
        let mut file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(path)?;
        let about = format!(
            "software: beffroi/{}\r\nformat: WARC File Format 1.1\r\ndescription: answers of platforms \
             without anything of citizens'\r\n",
            env!("CARGO_PKG_VERSION")
        );
        let info = Record::new(
            "warcinfo",
            "application/warc-fields",
            now,
            about.into_bytes(),
        )
        .with("WARC-Filename", name);
        let mut bytes = Vec::new();
        info.write(&mut bytes)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        self.open = Some(Open {
            file,
            since: Instant::now(),
            bytes: bytes.len() as u64,
        });
        Ok(())
    }
}
