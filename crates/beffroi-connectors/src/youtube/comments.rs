//! What was said below videos: threads with their replies, read through as far as our limit of
//! calls. Of a citizen nothing outlives the answer but times.

use std::collections::{HashMap, HashSet};

use beffroi_model::MissingReason;
use url::Url;

use super::{
    ask::Asker,
    observe,
    refusal::Refusal,
    requests,
    wire::{Comment, CommentThread},
};
use crate::{conversation::ThreadTimes, window::Window};

/// Reads the comments of one channel.
pub(super) struct Reader<'r, 'a> {
    /// Asks.
    pub(super) asker: &'r mut Asker<'a>,
    /// Where.
    pub(super) base: &'r Url,
    /// Whose own replies count as answers.
    pub(super) channel_id: &'r str,
    /// How many calls may still be made.
    pub(super) calls_left: u16,
}

/// Why the comments of a video were not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// The video was deleted in between.
    Gone,
    /// They were switched off.
    Off,
    /// The figure is missing, and asking on would not help.
    Missing(MissingReason),
}

/// Threads by the video below which they stand.
pub(super) type ByVideo = HashMap<String, Vec<ThreadTimes>>;

impl Reader<'_, '_> {
    /// The threads below one video: a unit for 100, and one for each of more than some five replies.
    pub(super) async fn of_video(&mut self, video_id: &str) -> Result<Vec<ThreadTimes>, Unread> {
        let mut threads = Vec::new();
        let mut seen = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let url = requests::threads_of_video(self.base, video_id, token.as_deref());
            let (page, next) = self.page::<CommentThread>(url).await?;
            for thread in page {
                if seen.insert(thread.id.clone()) {
                    threads.extend(self.thread(&thread).await?);
                }
            }
            match next {
                Some(next) if token.as_ref() != Some(&next) => token = Some(next),
                _ => break,
            }
        }
        threads.sort_unstable_by_key(|thread| (thread.opened_at, thread.replied_at));
        Ok(threads)
    }

    /// The threads that were opened within the window below any of the channel's videos, those that
    /// are not `wanted` left aside: for several videos that moved this is cheaper, a unit for 100.
    /// No thread below a video is older than the video, so none is missed.
    pub(super) async fn of_channel(
        &mut self,
        wanted: &HashSet<String>,
        window: Window,
    ) -> Result<ByVideo, Unread> {
        let mut by_video = ByVideo::new();
        let mut seen = HashSet::new();
        let mut token: Option<String> = None;
        loop {
            let url = requests::threads_of_channel(self.base, self.channel_id, token.as_deref());
            let (page, next) = self.page::<CommentThread>(url).await?;
            let mut is_read = false;
            for thread in page {
                is_read = window.is_past(thread.snippet.top_level_comment.at());
                let Some(video_id) = thread.video_id() else {
                    return Err(Unread::Missing(MissingReason::CallFailed));
                };
                if wanted.contains(video_id) && seen.insert(thread.id.clone()) {
                    let times = self.thread(&thread).await?;
                    by_video
                        .entry(video_id.to_owned())
                        .or_default()
                        .extend(times);
                }
            }
            match next {
                Some(next) if !is_read && token.as_ref() != Some(&next) => token = Some(next),
                _ => break,
            }
        }
        for threads in by_video.values_mut() {
            threads.sort_unstable_by_key(|thread| (thread.opened_at, thread.replied_at));
        }
        Ok(by_video)
    }

    /// The visitor's thread of a comment, whose other replies are asked for where they did not come
    /// with it: the channel's first one may be among them.
    async fn thread(&mut self, thread: &CommentThread) -> Result<Option<ThreadTimes>, Unread> {
        let top = &thread.snippet.top_level_comment;
        if !thread.is_cut() {
            let replies = thread.replies().iter();
            return Ok(observe::thread(top, replies, self.channel_id));
        }
        let mut replies: Vec<Comment> = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let url = requests::replies(self.base, &thread.id, token.as_deref());
            let (page, next) = match self.page::<Comment>(url).await {
                // The comment was deleted in between.
                Err(Unread::Gone) => return Ok(None),
                answer => answer?,
            };
            replies.extend(page);
            match next {
                Some(next) if token.as_ref() != Some(&next) => token = Some(next),
                _ => break,
            }
        }
        Ok(observe::thread(top, replies.iter(), self.channel_id))
    }

    async fn page<T: serde::de::DeserializeOwned>(
        &mut self,
        url: Url,
    ) -> Result<(Vec<T>, Option<String>), Unread> {
        let Some(calls_left) = self.calls_left.checked_sub(1) else {
            return Err(Unread::Missing(MissingReason::NotAsked));
        };
        self.calls_left = calls_left;
        match self.asker.comments::<T>(url).await {
            Ok(page) if page.items.is_unreadable() => {
                Err(Unread::Missing(MissingReason::CallFailed))
            }
            Ok(page) => Ok((page.items.read, page.next)),
            Err(Refusal::Absent(_)) => Err(Unread::Gone),
            Err(Refusal::CommentsOff) => Err(Unread::Off),
            Err(refusal) => Err(Unread::Missing(refusal.missing_reason())),
        }
    }
}
