//! Counters of videos: 50 a call, whoever's they are, so that the accounts of a batch share the
//! calls.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicBool, Ordering},
};

use beffroi_model::{Failed, FetchRecord, Forbidden, MissingReason, Outcome};

use super::{
    YoutubeConnector,
    ask::Asker,
    quota,
    refusal::Refusal,
    requests::{self, IDS_PER_CALL},
    wire::{Page, Video},
};
use crate::api::Setback;

/// Which of the two methods is asked. The newer is given up for good where it is not served or the
/// key may not call it.
#[derive(Debug)]
pub(super) struct VideoMethod {
    has_batch: AtomicBool,
}

impl VideoMethod {
    /// As the settings say.
    pub(super) fn new(has_batch: bool) -> Self {
        Self {
            has_batch: AtomicBool::new(has_batch),
        }
    }

    fn has_batch(&self) -> bool {
        self.has_batch.load(Ordering::Relaxed)
    }

    fn give_up_batch(&self) {
        if self.has_batch.swap(false, Ordering::Relaxed) {
            tracing::warn!(
                "`videos:batchGetStats` is not served to this key: counters of videos are charged \
                 to the common allowance from now on"
            );
        }
    }
}

/// What the calls said of all videos of a batch.
pub(super) struct Batch {
    videos: HashMap<String, Video>,
    chunks: Vec<Chunk>,
    chunk_of: HashMap<String, usize>,
}

/// One call.
struct Chunk {
    records: Vec<FetchRecord>,
    /// Why the videos are not known that it did not bring; else they are not there.
    unknown: Option<Unknown>,
}

/// Why nothing is known of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unknown {
    /// The answer has another shape than the one we know.
    Layout,
    /// Its counters are missing this time.
    Missing(MissingReason),
}

impl Batch {
    /// Asks for videos, in their order: a unit for 50.
    pub(super) async fn ask(connector: &YoutubeConnector, ids: &[&str]) -> Self {
        let mut batch = Self {
            videos: HashMap::new(),
            chunks: Vec::new(),
            chunk_of: HashMap::new(),
        };
        let ids_per_call = match connector.video_method.has_batch() {
            true => usize::from(connector.settings.batch_get_stats_ids.get()).min(IDS_PER_CALL),
            false => IDS_PER_CALL,
        };
        let mut distinct: Vec<&str> = Vec::new();
        for id in ids.iter().copied() {
            // Two handles of a batch may be one channel.
            if !batch.chunk_of.contains_key(id) {
                let chunk = distinct.len() / ids_per_call;
                batch.chunk_of.insert(id.to_owned(), chunk);
                distinct.push(id);
            }
        }
        for ids in distinct.chunks(ids_per_call) {
            let mut asker = Asker::new(connector);
            let unknown = match videos(connector, &mut asker, ids).await {
                Ok(page) if page.items.is_unreadable() => Some(Unknown::Layout),
                Ok(page) => {
                    let has_unreadable = page.items.unreadable > 0;
                    let read = page.items.read.into_iter();
                    batch
                        .videos
                        .extend(read.map(|video| (video.id.clone(), video)));
                    has_unreadable.then_some(Unknown::Missing(MissingReason::NotInAnswer))
                }
                Err(refusal) if refusal.is_layout() => Some(Unknown::Layout),
                Err(refusal) => Some(Unknown::Missing(refusal.missing_reason())),
            };
            batch.chunks.push(Chunk {
                records: asker.into_records(),
                unknown,
            });
        }
        batch
    }

    /// What is known of a video asked for; `None` when it is not there.
    pub(super) fn get(&self, id: &str) -> Result<Option<&Video>, Unknown> {
        if let Some(video) = self.videos.get(id) {
            return Ok(Some(video));
        }
        let chunk = self.chunk_of.get(id).and_then(|at| self.chunks.get(*at));
        chunk.and_then(|chunk| chunk.unknown).map_or(Ok(None), Err)
    }

    /// The exchanges that told of these videos.
    pub(super) fn records<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Vec<FetchRecord> {
        let mut chunks: Vec<usize> = ids
            .filter_map(|id| self.chunk_of.get(id).copied())
            .collect();
        chunks.sort_unstable();
        chunks.dedup();
        let chunks = chunks.into_iter().filter_map(|at| self.chunks.get(at));
        chunks.flat_map(|chunk| chunk.records.clone()).collect()
    }
}

async fn videos(
    connector: &YoutubeConnector,
    asker: &mut Asker<'_>,
    ids: &[&str],
) -> Result<Page<Video>, Refusal> {
    let base = &connector.settings.base_url;
    if connector.video_method.has_batch() {
        let url = requests::batch_statistics(base, ids);
        match asker.list(url, quota::STATISTICS).await {
            Err(refusal) if is_not_served(refusal) => connector.video_method.give_up_batch(),
            // Nothing is there, or the list has another name than we think.
            Ok(page) if page.is_bare => {}
            answer => return answer,
        }
    }
    asker.list(requests::videos(base, ids), quota::UNITS).await
}

/// Whether a method is not to be had, rather than out of order for a while.
fn is_not_served(refusal: Refusal) -> bool {
    [
        Outcome::Failed(Failed::Http4xx),
        Outcome::Forbidden(Forbidden::PermissionMissing),
    ]
    .map(|outcome| Refusal::Setback(Setback::lasting(outcome)))
    .contains(&refusal)
}
