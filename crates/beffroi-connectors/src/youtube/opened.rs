//! The second half of a visit to one channel: its videos with their counters, and what was said
//! below them. What fails on the way leaves what was brought before.

use std::{
    cmp::Reverse,
    collections::{HashMap, HashSet},
};

use beffroi_model::{FetchRecord, FigureName, Figures, Measurement, MissingReason, Post};
use jiff::Timestamp;

use super::{
    YoutubeConnector,
    ask::Asker,
    comments::{ByVideo, Reader, Unread},
    observe::{self, Need},
    state::{State, Talk},
    statistics::{self, Unknown},
    uploads::Uploads,
    wire::Video,
};
use crate::{
    Measured, api::Setback, availability::note_missing_figures, conversation::ThreadTimes,
    dialogue::Dialogue, window::Window,
};

/// A visit whose channel and uploads are known.
pub(super) struct Opened<'a> {
    pub(super) connector: &'a YoutubeConnector,
    pub(super) asker: Asker<'a>,
    pub(super) window: Window,
    /// What is measured so far.
    pub(super) measurement: Measurement,
    pub(super) channel_id: String,
    pub(super) uploads: Uploads,
    /// The exchanges that told of several accounts.
    pub(super) records: Vec<FetchRecord>,
}

impl Opened<'_> {
    /// The videos whose counters are wanted.
    pub(super) fn video_ids(&self) -> impl Iterator<Item = &str> {
        let window = self.window;
        let is_wanted = move |at: Option<Timestamp>| at.is_none_or(|at| window.contains(at));
        let videos = self.uploads.videos.iter();
        videos
            .filter(move |upload| is_wanted(upload.at))
            .map(|upload| upload.id.as_str())
    }

    /// Measures the videos and what was said below them.
    pub(super) async fn close(mut self, statistics: &statistics::Batch) -> Measured {
        let mut records = statistics.records(self.video_ids());
        self.records.append(&mut records);
        let is_layout = self
            .video_ids()
            .any(|id| statistics.get(id).err() == Some(Unknown::Layout));
        if is_layout {
            // Its state stays as it was, and its figures are not told: a measurement is whole.
            let mut measurement = self.measurement;
            measurement.figures = Figures::missing(MissingReason::NotMeasured);
            measurement.followers_step = None;
            measurement.fetches = self.records;
            measurement.fetches.append(&mut self.asker.into_records());
            return Setback::layout().end(measurement);
        }
        let mut posts = self.posts(statistics);
        let mut dialogue = Dialogue::default();
        let closed = self.converse(&mut posts, &mut dialogue).await;

        let mut measurement = self.measurement;
        let unavailable = &mut measurement.unavailable;
        unavailable.insert(FigureName::Shares, MissingReason::NotGivenByPlatform);
        if let Some(reason) = self.uploads.cut {
            unavailable.insert(FigureName::Posts, reason);
            dialogue.miss(reason);
        }
        if observe::is_restricted_throughout(&posts, &closed) {
            dialogue.miss(MissingReason::RepliesRestricted);
        }
        let state = State {
            id: self.channel_id,
            uploads: self.uploads.remember(),
        };
        measurement.state = Some(state.write());
        measurement.posts = posts;
        measurement.threads = dialogue.figure();
        measurement.fetches = self.records;
        measurement.fetches.append(&mut self.asker.into_records());
        note_missing_figures(&mut measurement);
        Measured::new(measurement, None)
    }

    /// The videos of the window with their counters, newest first. One that the counters' answer
    /// leaves out was deleted or made private since it was listed, and is forgotten; one without a
    /// date gets it from there.
    fn posts(&mut self, statistics: &statistics::Batch) -> Vec<Post> {
        let window = self.window;
        let mut posts = Vec::with_capacity(self.uploads.videos.len());
        let mut is_dateless = None;
        self.uploads.videos.retain_mut(|upload| {
            if upload.at.is_some_and(|at| !window.contains(at)) {
                return true;
            }
            let counters = match statistics.get(&upload.id) {
                Ok(Some(video)) if video.is_public() => Ok(video),
                Ok(_) => return false,
                Err(Unknown::Missing(reason)) => Err(reason),
                // Ended before.
                Err(Unknown::Layout) => Err(MissingReason::CallFailed),
            };
            let told = || counters.ok().and_then(Video::published_at);
            upload.at = upload.at.or_else(told);
            match upload.at {
                Some(at) if window.contains(at) => {
                    posts.push(observe::post(&upload.id, at, counters));
                    true
                }
                Some(at) => !window.is_past(at),
                None => {
                    is_dateless = Some(counters.err().unwrap_or(MissingReason::NotInAnswer));
                    false
                }
            }
        });
        if is_dateless.is_some() {
            // It may belong to the window: the list is not known to be whole.
            self.uploads.cut = self.uploads.cut.or(is_dateless);
            self.uploads.list_again();
        }
        posts.sort_by_key(|post| Reverse(post.published_at));
        posts
    }

    /// Reads what was said below the videos, as far as it moved, and notes what is to be remembered
    /// of it. The first call that fails ends the asking: the figure is lost by then. A video that
    /// was deleted in between is taken off the list. The videos are told whose comments turned out
    /// to be closed.
    async fn converse(
        &mut self,
        posts: &mut Vec<Post>,
        dialogue: &mut Dialogue,
    ) -> HashSet<String> {
        let mut talks: HashMap<String, Talk> = HashMap::new();
        for upload in &mut self.uploads.videos {
            if let Some(talk) = upload.talk.take() {
                talks.insert(upload.id.clone(), talk);
            }
        }
        let moved: HashSet<String> = posts
            .iter()
            .filter(|post| observe::need(post.comments, talks.get(&post.post_id)) == Need::Ask)
            .map(|post| post.post_id.clone())
            .collect();
        let mut reader = Reader {
            asker: &mut self.asker,
            base: &self.connector.settings.base_url,
            channel_id: &self.channel_id,
            calls_left: self.connector.settings.max_comment_calls,
        };
        // What a reading of all does not bring whole is read video by video.
        let mut read_together = match moved.len() {
            0 | 1 => None,
            _ => reader.of_channel(&moved, self.window).await.ok(),
        };
        let mut lost = None;
        let (mut gone, mut closed) = (HashSet::new(), HashSet::new());
        for post in posts.iter() {
            let id = &post.post_id;
            let talk = match observe::need(post.comments, talks.get(id)) {
                Need::Nothing => continue,
                Need::Unknown(reason) => {
                    dialogue.miss(reason);
                    continue;
                }
                Need::Recall => talks.remove(id),
                Need::Ask => match read(&mut reader, id, read_together.as_mut(), lost).await {
                    Ok(threads) => {
                        let comments = post.comments.known();
                        comments.map(|comments| Talk { comments, threads })
                    }
                    Err(Unread::Gone) => {
                        gone.insert(id.clone());
                        continue;
                    }
                    Err(Unread::Off) => {
                        closed.insert(id.clone());
                        continue;
                    }
                    Err(Unread::Missing(reason)) => {
                        dialogue.miss(reason);
                        lost = Some(reason);
                        continue;
                    }
                },
            };
            if let Some(talk) = talk {
                dialogue.add(id, &talk.threads);
                talks.insert(id.clone(), talk);
            }
        }
        posts.retain(|post| !gone.contains(&post.post_id));
        self.uploads.videos.retain_mut(|upload| {
            upload.talk = talks.remove(&upload.id);
            !gone.contains(&upload.id)
        });
        closed
    }
}

/// The threads below one video: from the reading of all, or asked for unless asking is over.
async fn read(
    reader: &mut Reader<'_, '_>,
    video_id: &str,
    read_together: Option<&mut ByVideo>,
    lost: Option<MissingReason>,
) -> Result<Vec<ThreadTimes>, Unread> {
    match (read_together, lost) {
        (Some(together), _) => Ok(together.remove(video_id).unwrap_or_default()),
        (None, Some(reason)) => Err(Unread::Missing(reason)),
        (None, None) => reader.of_video(video_id).await,
    }
}
