//! The comments below the videos of a visit: how many, and the account's dialogue in them.
//!
//! One call lists the threads of a video and tells in which of them its owner replied; when, only
//! the thread itself tells, so that one call more is spent on each answered thread, once.

use std::collections::{BTreeMap, HashSet};

use beffroi_fetch::visit_time;
use beffroi_model::{Figure, MissingReason};
use url::Url;

use super::{
    observe::{self, Listed, Listing, Openness},
    requests,
    state::{Remembered, SeenOpenness, State},
    visit::Asker,
    wire::{Author, CommentTree, ThreadHead, ThreadPage, VideoDetails},
};
use crate::{api::Reply, conversation::ThreadTimes, dialogue::Dialogue, tolerant::Count};

/// Reads the comments of one visit.
pub(super) struct CommentReader<'a> {
    asker: &'a mut Asker,
    root: &'a Url,
    /// The owner of a channel, where a video does not name its own.
    owner: Option<&'a Author>,
    calls_left: u16,
    /// The first call that failed ends the asking: the dialogue is lost by then, and the instance
    /// in trouble.
    trouble: Option<MissingReason>,
}

/// What was found below a video.
enum Heard {
    /// The number of comments, and what is to be remembered.
    Comments {
        number: Figure<u64>,
        now: Remembered,
    },
    /// Nothing: the video is no more to be seen.
    Withdrawn,
}

/// Who may comment on a video.
enum Said {
    /// What it says; `None` when it does not say.
    Openness(Option<SeenOpenness>),
    Withdrawn,
}

/// The threads below a video.
enum Listened {
    Threads {
        number: Count,
        heads: Vec<ThreadHead>,
    },
    Withdrawn,
}

impl<'a> CommentReader<'a> {
    /// A reader that makes at most `max_calls`.
    pub(super) fn new(
        asker: &'a mut Asker,
        root: &'a Url,
        owner: Option<&'a Author>,
        max_calls: u16,
    ) -> Self {
        Self {
            asker,
            root,
            owner,
            calls_left: max_calls,
            trouble: None,
        }
    }

    /// Reads below all videos, newest first, completes their counters, and returns what is to be
    /// remembered. Videos withdrawn since they were listed are taken off the list.
    pub(super) async fn read(
        &mut self,
        listing: &mut Listing,
        previous: Option<&State>,
        dialogue: &mut Dialogue,
    ) -> BTreeMap<String, Remembered> {
        let mut memory = BTreeMap::new();
        let mut withdrawn = HashSet::new();
        for listed in &mut listing.videos {
            let id = &listed.post.post_id;
            let remembered = previous.and_then(|state| state.videos.get(id));
            match self.read_video(listed, remembered).await {
                Ok(Heard::Withdrawn) => {
                    withdrawn.insert(id.clone());
                }
                Ok(Heard::Comments { number, now }) => {
                    listed.post.comments = number;
                    dialogue.add(id, &now.threads);
                    memory.insert(id.clone(), now);
                }
                Err(reason) => {
                    listed.post.comments = match listed.comments.given() {
                        Some(number) if number > 0 => Figure::Known(number),
                        _ => Figure::Missing(reason),
                    };
                    dialogue.miss(reason);
                    // Still what the next visit may rely on.
                    memory.extend(remembered.map(|then| (id.clone(), then.clone())));
                }
            }
        }
        let is_there = |listed: &Listed| !withdrawn.contains(&listed.post.post_id);
        listing.videos.retain(is_there);
        memory
    }

    async fn read_video(
        &mut self,
        listed: &Listed,
        remembered: Option<&Remembered>,
    ) -> Result<Heard, MissingReason> {
        let counted = listed.comments.given();
        let has_not_moved = |then: &&Remembered| counted > Some(0) && then.comments == counted;
        if let Some(then) = remembered.filter(has_not_moved) {
            return Ok(Heard::Comments {
                number: listed.post.comments,
                now: then.clone(),
            });
        }
        let mut now = Remembered {
            comments: counted,
            ..Remembered::default()
        };
        let mut number = counted;
        if counted != Some(0) {
            match self.listen(&listed.post.post_id).await? {
                Listened::Withdrawn => return Ok(Heard::Withdrawn),
                Listened::Threads {
                    number: shown,
                    heads,
                } => {
                    number = counted.or(shown.given());
                    now.threads = self.times(listed, heads, remembered).await?;
                }
            }
        }
        let number = match number {
            Some(0) => {
                match self.openness(listed, remembered).await? {
                    Said::Openness(seen) => now.openness = seen,
                    Said::Withdrawn => return Ok(Heard::Withdrawn),
                }
                observe::comments(0, now.openness.map(|seen| seen.openness))
            }
            Some(number) => Figure::Known(number),
            None => Figure::Missing(MissingReason::NotInAnswer),
        };
        Ok(Heard::Comments { number, now })
    }

    /// All threads below a video.
    async fn listen(&mut self, id: &str) -> Result<Listened, MissingReason> {
        let mut heads: Vec<ThreadHead> = Vec::new();
        let mut seen = HashSet::new();
        let mut start = 0;
        loop {
            let reply = self.ask(requests::threads(self.root, id, start)).await?;
            if reply.status() != 200 {
                return match self.is_withdrawn(id).await? {
                    true => Ok(Listened::Withdrawn),
                    false => Err(reply.setback().missing_reason()),
                };
            }
            let page: Option<ThreadPage> = reply.json();
            let page = page.filter(|page| !page.data.is_unreadable());
            let page = page.ok_or(MissingReason::CallFailed)?;
            let shown = page.data.read.len() + page.data.unreadable;
            let number = match (page.total_not_deleted_comments, page.total) {
                (Count::Absent, Count::Given(0)) => Count::Given(0),
                (number, _) => number,
            };
            start += shown;
            let fresh = page.data.read.into_iter();
            heads.extend(fresh.filter(|head| seen.insert(head.id.clone())));
            let has_more = match page.total.given() {
                Some(total) => u64::try_from(start).is_ok_and(|start| start < total),
                None => shown >= requests::ITEMS_PER_PAGE,
            };
            if shown == 0 || !has_more {
                return Ok(Listened::Threads { number, heads });
            }
        }
    }

    /// The times of the visitors' threads.
    async fn times(
        &mut self,
        listed: &Listed,
        heads: Vec<ThreadHead>,
        remembered: Option<&Remembered>,
    ) -> Result<Vec<ThreadTimes>, MissingReason> {
        let mut threads = Vec::with_capacity(heads.len());
        let mut heads: Vec<ThreadHead> =
            heads.into_iter().filter(|head| !head.is_deleted).collect();
        if heads.is_empty() {
            return Ok(threads);
        }
        heads.sort_by_key(|head| head.created_at);
        let owner = listed.owner.as_ref().or(self.owner);
        let owner = owner.ok_or(MissingReason::NotInAnswer)?;
        for head in &heads {
            let is_own = head.account.as_ref().is_some_and(|by| by.is(owner));
            let unanswered = ThreadTimes {
                opened_at: head.created_at,
                replied_at: None,
            };
            let known = remembered.and_then(|then| then.replied_at(head.created_at));
            match (is_own, known) {
                // What the account says below its own video opens no thread; replies to it do.
                (true, _) if head.total_replies == Count::Given(0) => {}
                (false, _) if has_no_reply_of_owner(head) => threads.push(unanswered),
                (false, Some(replied_at)) => threads.push(ThreadTimes {
                    replied_at: Some(replied_at),
                    ..unanswered
                }),
                (true, _) | (false, None) => {
                    let url = requests::thread(self.root, &listed.post.post_id, &head.id);
                    let tree = self.tree(url).await?;
                    threads.extend(observe::threads(&tree, owner));
                }
            }
        }
        Ok(threads)
    }

    async fn tree(&mut self, url: Url) -> Result<CommentTree, MissingReason> {
        let reply = self.ask(url).await?;
        match reply.status() {
            200 => reply.json().ok_or(MissingReason::CallFailed),
            // Deleted since it was listed, it seems; the next visit will know.
            _ => Err(MissingReason::CallFailed),
        }
    }

    /// Who may comment on a video, by the list, by memory, or by the video itself.
    async fn openness(
        &mut self,
        listed: &Listed,
        remembered: Option<&Remembered>,
    ) -> Result<Said, MissingReason> {
        let seen_at = visit_time();
        let seen = |openness: Openness| SeenOpenness { openness, seen_at };
        if let Some(openness) = listed.openness {
            return Ok(Said::Openness(Some(seen(openness))));
        }
        if let Some(believed) = remembered.and_then(|then| then.believed_openness(seen_at)) {
            return Ok(Said::Openness(Some(believed)));
        }
        let url = requests::video(self.root, &listed.post.post_id);
        let reply = self.ask(url).await?;
        match reply.status() {
            200 => {
                let details: VideoDetails = reply.json().ok_or(MissingReason::CallFailed)?;
                Ok(Said::Openness(Openness::of_details(&details).map(seen)))
            }
            _ if hides_a_video(&reply) => Ok(Said::Withdrawn),
            _ => Err(reply.setback().missing_reason()),
        }
    }

    /// Whether a video is no more to be seen. Any server says "not found" of a path that it does
    /// not know, so that its comments are believed to be gone only if the video is gone as well.
    async fn is_withdrawn(&mut self, id: &str) -> Result<bool, MissingReason> {
        let reply = self.ask(requests::video(self.root, id)).await?;
        Ok(hides_a_video(&reply))
    }

    async fn ask(&mut self, url: Url) -> Result<Reply, MissingReason> {
        if let Some(reason) = self.trouble {
            return Err(reason);
        }
        if self.calls_left == 0 {
            return Err(MissingReason::NotAsked);
        }
        self.calls_left -= 1;
        self.asker.get(url).await.map_err(|setback| {
            let reason = setback.missing_reason();
            self.trouble = Some(reason);
            reason
        })
    }
}

/// Whether the list tells that the owner of the video did not reply. Old versions count replies
/// alone.
fn has_no_reply_of_owner(head: &ThreadHead) -> bool {
    match head.total_replies_from_video_author {
        Count::Given(number) => number == 0,
        Count::Hidden | Count::Absent => head.total_replies == Count::Given(0),
    }
}

/// Whether an answer about a video means that it was deleted, made private or taken down.
fn hides_a_video(reply: &Reply) -> bool {
    matches!(reply.status(), 401 | 403 | 404 | 410) && !reply.is_page()
}
