//! The batched writer: rows of many jobs go in, one insert a table comes out, and each job learns
//! when its rows are durable.
//!
//! The rule: a job's outcome row is written after all its other rows, and a job is told "durable"
//! after both. While the server is slow or away the writer keeps trying, its queue fills, and whoever
//! feeds it waits; nothing is dropped. Repeats are harmless by the tables' keys.

use std::{
    future,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clickhouse::{Row, RowOwned, RowWrite};
use futures::{
    FutureExt as _,
    future::{Fuse, FusedFuture as _},
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time,
};

use crate::{Store, StoreError, error, rows::JobRows};

/// Jobs whose rows wait for the batch under way. When full, workers wait: with some 50 rows a job
/// this bounds the writer's memory to a few tens of megabytes.
const QUEUE_CAPACITY: usize = 512;

/// An insert that has not been answered by then is tried again.
const INSERT_TIMEOUT: Duration = Duration::from_secs(60);

/// The longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// Writes rows in batches. Cheap to clone; all clones feed one task.
#[derive(Debug, Clone)]
pub struct Writer {
    entries: mpsc::Sender<Entry>,
    counts: Arc<Counts>,
}

/// Looks at a writer without keeping it at work: it ends with its last [`Writer`] all the same.
#[derive(Debug, Clone)]
pub struct WriterWatch {
    entries: mpsc::WeakSender<Entry>,
    counts: Arc<Counts>,
}

/// What a writer has done and has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriterCounts {
    /// Jobs whose rows wait for the batch that is being gathered.
    pub jobs_waiting: usize,
    /// Rows that the store confirmed since the writer began.
    pub rows_written: u64,
    /// Tries to write a batch that the store did not take.
    pub tries_failed: u64,
}

#[derive(Debug, Default)]
struct Counts {
    rows_written: AtomicU64,
    tries_failed: AtomicU64,
}

/// The writer's task: to be awaited at the end of the program, after all writers are dropped.
#[derive(Debug)]
pub struct WriterTask(JoinHandle<Result<(), WriterError>>);

/// A promise that rows will be durable.
#[derive(Debug)]
pub struct Durable(oneshot::Receiver<()>);

/// The writer has given up; its task holds the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the writer to the store has stopped")]
pub struct WriterStopped;

/// Why the writer gave up. Jobs whose rows were not yet durable stay unacknowledged.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// The server refused rows for a reason that will not pass.
    #[error("the store refuses rows of `{table}`")]
    Refused {
        /// The table.
        table: &'static str,
        /// The server's words.
        #[source]
        source: clickhouse::error::Error,
    },
    /// The server was away for longer than `store.give_up_after`.
    #[error(
        "the store could not be written for {waited_secs} s; unwritten jobs stay in the queue, go on with `beffroi run --resume` once it is back"
    )]
    Away {
        /// How long it was tried.
        waited_secs: u64,
        /// The last error.
        #[source]
        source: clickhouse::error::Error,
    },
}

#[derive(Debug)]
struct Entry {
    rows: JobRows,
    done: oneshot::Sender<()>,
}

impl Writer {
    /// Starts the writer's task.
    pub fn start(store: Store) -> (Self, WriterTask) {
        let (entries, queue) = mpsc::channel(QUEUE_CAPACITY);
        let counts = Arc::new(Counts::default());
        let batches = Batches {
            store,
            queue,
            counts: Arc::clone(&counts),
        };
        let task = tokio::spawn(batches.run());
        (Self { entries, counts }, WriterTask(task))
    }

    /// Something to look at it with.
    pub fn watch(&self) -> WriterWatch {
        WriterWatch {
            entries: self.entries.downgrade(),
            counts: Arc::clone(&self.counts),
        }
    }

    /// Hands rows over, waiting while the writer is behind.
    pub async fn write(&self, rows: JobRows) -> Result<Durable, WriterStopped> {
        let (done, durable) = oneshot::channel();
        self.entries
            .send(Entry { rows, done })
            .await
            .map_err(|_| WriterStopped)?;
        Ok(Durable(durable))
    }
}

impl WriterWatch {
    /// The counts at this moment.
    pub fn counts(&self) -> WriterCounts {
        let waiting = |it: mpsc::Sender<Entry>| it.max_capacity() - it.capacity();
        WriterCounts {
            jobs_waiting: self.entries.upgrade().map_or(0, waiting),
            rows_written: self.counts.rows_written.load(Ordering::Relaxed),
            tries_failed: self.counts.tries_failed.load(Ordering::Relaxed),
        }
    }
}

impl Durable {
    /// Waits until the rows are in the store.
    pub async fn wait(self) -> Result<(), WriterStopped> {
        self.0.await.map_err(|_| WriterStopped)
    }
}

impl WriterTask {
    /// Waits until all that was handed over is written.
    pub async fn finish(self) -> Result<(), WriterError> {
        self.0
            .await
            .expect("the writer's task neither panics nor is aborted")
    }
}

/// The batches: one is being inserted while the next is gathered, so that the slower the server, the
/// larger the batches, up to `store.batch_rows`.
struct Batches {
    store: Store,
    queue: mpsc::Receiver<Entry>,
    counts: Arc<Counts>,
}

/// Rows that wait to be inserted, and who waits for them.
#[derive(Default)]
struct Batch {
    rows: JobRows,
    waiting: Vec<oneshot::Sender<()>>,
    /// When its oldest rows have waited long enough; `None` while it is empty.
    due: Option<time::Instant>,
}

impl Batches {
    async fn run(mut self) -> Result<(), WriterError> {
        let mut next = Batch::default();
        let mut inserting = pin!(Fuse::terminated());
        let mut is_open = true;
        loop {
            let is_free = inserting.is_terminated();
            let is_full = next.rows.len() >= self.store.settings.batch_rows;
            let is_due = next.due.is_some_and(|due| due <= time::Instant::now());
            if is_free && !next.waiting.is_empty() && (is_full || is_due || !is_open) {
                let batch = std::mem::take(&mut next);
                inserting.set(insert(&self.store, &self.counts, batch).fuse());
                continue;
            }
            if is_free && !is_open {
                return Ok(());
            }
            tokio::select! {
                inserted = &mut inserting, if !is_free => inserted?,
                entry = self.queue.recv(), if is_open && !is_full => match entry {
                    Some(entry) => next.add(entry, self.store.settings.flush_interval),
                    None => is_open = false,
                },
                () = sleep_until(next.due), if is_free && next.due.is_some() => {}
            }
        }
    }
}

impl Batch {
    fn add(&mut self, mut entry: Entry, flush_interval: Duration) {
        self.due
            .get_or_insert_with(|| time::Instant::now() + flush_interval);
        self.rows.append(&mut entry.rows);
        self.waiting.push(entry.done);
    }
}

/// Waits for a moment; without one, for ever.
async fn sleep_until(moment: Option<time::Instant>) {
    match moment {
        Some(moment) => time::sleep_until(moment).await,
        None => future::pending().await,
    }
}

/// Inserts a batch and tells those who wait for it.
async fn insert(store: &Store, counts: &Counts, mut batch: Batch) -> Result<(), WriterError> {
    let rows = batch.rows.len() as u64;
    store.insert_patiently(counts, &mut batch.rows).await?;
    counts.rows_written.fetch_add(rows, Ordering::Relaxed);
    for done in batch.waiting {
        // A receiver that is gone (a worker that stopped waiting) loses nothing: its job is
        // delivered again and replaces its rows.
        let _ = done.send(());
    }
    Ok(())
}

impl Store {
    /// Writes the batch, trying again while there is hope. What was written is not sent again.
    async fn insert_patiently(
        &self,
        counts: &Counts,
        rows: &mut JobRows,
    ) -> Result<(), WriterError> {
        let begin = Instant::now();
        let mut pause = Duration::from_millis(200);
        loop {
            let (table, source) = match self.insert_job_rows(rows).await {
                Ok(()) => return Ok(()),
                Err(failure) => failure,
            };
            counts.tries_failed.fetch_add(1, Ordering::Relaxed);
            if !error::is_transient(&source) {
                return Err(WriterError::Refused { table, source });
            }
            if begin.elapsed() > self.settings.give_up_after {
                return Err(WriterError::Away {
                    waited_secs: begin.elapsed().as_secs(),
                    source,
                });
            }
            tracing::warn!(
                store.table = table,
                store.error = %source,
                retry_in_ms = pause.as_millis() as u64,
                "the store did not take a batch, trying again"
            );
            time::sleep(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    /// Inserts the rows of jobs, outcomes last. Tables that were written are emptied in `rows`, so
    /// that a repeat sends only the rest.
    async fn insert_job_rows(
        &self,
        rows: &mut JobRows,
    ) -> Result<(), (&'static str, clickhouse::error::Error)> {
        tokio::try_join!(
            self.drain("job", &mut rows.jobs),
            self.drain("account", &mut rows.accounts),
            self.drain("account_observation", &mut rows.account_observations),
            self.drain("post", &mut rows.posts),
            self.drain("post_observation", &mut rows.post_observations),
            self.drain("dialogue", &mut rows.dialogues),
            self.drain("site_observation", &mut rows.site_observations),
            self.drain("fetch_log", &mut rows.fetches),
            self.drain("account_state", &mut rows.states),
        )?;
        self.drain("job_outcome", &mut rows.outcomes).await
    }

    async fn drain<T: RowOwned + RowWrite>(
        &self,
        table: &'static str,
        rows: &mut Vec<T>,
    ) -> Result<(), (&'static str, clickhouse::error::Error)> {
        self.insert(table, rows)
            .await
            .map_err(|source| (table, source))?;
        rows.clear();
        Ok(())
    }

    async fn insert<T: RowOwned + RowWrite>(
        &self,
        table: &str,
        rows: &[T],
    ) -> Result<(), clickhouse::error::Error> {
        if rows.is_empty() {
            return Ok(());
        }
        let mut insert = self
            .client
            .insert::<T>(table)
            .await?
            .with_timeouts(Some(INSERT_TIMEOUT), Some(INSERT_TIMEOUT));
        for row in rows {
            insert.write(row).await?;
        }
        insert.end().await
    }

    /// Inserts rows in one request, without retry: for the few rows written outside of jobs.
    pub(crate) async fn insert_rows<T: RowOwned + RowWrite + Row>(
        &self,
        table: &str,
        rows: &[T],
    ) -> Result<(), StoreError> {
        self.insert(table, rows)
            .await
            .map_err(|source| StoreError::Query {
                action: "insert rows",
                source,
            })
    }
}
