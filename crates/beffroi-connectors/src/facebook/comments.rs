//! The comments below the posts of one visit: those that came with their posts, and those that are
//! asked for. Of a citizen's comment nothing is left but when it was written.

use std::collections::{BTreeMap, HashSet};

use beffroi_model::MissingReason;

use super::{
    FacebookSettings,
    asker::Asker,
    observe::{self, Listed, Listing, Need, Shown},
    refusal::Refusal,
    requests,
    visit::{is_unknown, missing_reason},
    wire::{Comment, Edge, Rest},
};
use crate::dialogue::{Dialogue, Remembered};

/// Reads comments.
pub(super) struct Comments<'v, 'a> {
    pub(super) asker: &'v mut Asker<'a>,
    pub(super) settings: &'a FacebookSettings,
    pub(super) page_id: &'v str,
    /// Calls that may still be made.
    pub(super) calls_left: u16,
    /// Whether the author of any comment was ever given: only then is it known that the page's own
    /// replies are told from citizens'.
    pub(super) has_seen_authors: bool,
}

/// Why the comments below a post were not read to their end.
enum Stop {
    /// The platform does not let us.
    Cut,
    /// We may not call any more.
    NoCallLeft,
    /// The post is there no more.
    Deleted,
    /// A call failed.
    Failed(MissingReason),
}

impl Comments<'_, '_> {
    /// Reads the conversations below the posts, and returns what is to be remembered of them. The
    /// first call that fails ends the asking: the figure is lost by then. Posts that were deleted
    /// since they were listed are taken off the list.
    pub(super) async fn read(
        &mut self,
        listing: &mut Listing,
        previous: &BTreeMap<String, Remembered>,
        dialogue: &mut Dialogue,
    ) -> BTreeMap<String, Remembered> {
        let mut conversations = BTreeMap::new();
        let mut deleted = HashSet::new();
        let mut has_failed = false;
        // Whether there are comments, and whether any was shown, now or at an earlier visit.
        let (mut are_comments, mut are_shown) = (false, false);
        for listed in &mut listing.posts {
            let Listed { post, shown } = listed;
            are_comments |= post.comments.known().is_some_and(|total| total > 0);
            let Some(shown) = shown else {
                dialogue.miss(MissingReason::NotInAnswer);
                continue;
            };
            self.look_for_authors(&shown.comments);
            let mark = observe::mark(post, &shown.comments, self.page_id);
            let (mut was_asked, mut is_truncated) = (false, false);
            match observe::need(&shown.rest, mark, previous.get(&post.post_id)) {
                Need::Nothing => {}
                Need::Recall(remembered) => {
                    are_shown |= !remembered.threads.is_empty() || remembered.mark.own > 0;
                    dialogue.add(&post.post_id, &remembered.threads);
                    if remembered.is_truncated {
                        dialogue.miss(MissingReason::Truncated);
                    }
                    conversations.insert(post.post_id.clone(), remembered.clone());
                    continue;
                }
                Need::Ask if has_failed => continue,
                Need::Ask => match self.read_on(&post.post_id, shown).await {
                    Ok(()) => was_asked = true,
                    Err(Stop::Cut) => (was_asked, is_truncated) = (true, true),
                    Err(Stop::NoCallLeft) => {
                        dialogue.miss(MissingReason::NotAsked);
                        continue;
                    }
                    Err(Stop::Deleted) => {
                        deleted.insert(post.post_id.clone());
                        continue;
                    }
                    Err(Stop::Failed(reason)) => {
                        dialogue.miss(reason);
                        has_failed = true;
                        continue;
                    }
                },
            }
            are_comments |= !shown.comments.is_empty();
            are_shown |= !shown.comments.is_empty();
            let conversation = observe::conversation(&post.post_id, self.page_id, &shown.comments);
            dialogue.add(&post.post_id, &conversation.threads);
            if is_truncated {
                dialogue.miss(MissingReason::Truncated);
            }
            if let Some(mark) = mark.filter(|_| was_asked) {
                let remembered = Remembered {
                    mark,
                    threads: conversation.threads,
                    is_truncated,
                };
                conversations.insert(post.post_id.clone(), remembered);
            }
        }
        if are_comments && !(self.has_seen_authors && are_shown) {
            dialogue.miss(MissingReason::NotInAnswer);
        }
        listing
            .posts
            .retain(|listed| !deleted.contains(&listed.post.post_id));
        conversations
    }

    /// Reads the comments below a post to their end.
    async fn read_on(&mut self, post_id: &str, shown: &mut Shown) -> Result<(), Stop> {
        loop {
            let cursor = match &shown.rest {
                Rest::Nothing => return Ok(()),
                Rest::OutOfReach => return Err(Stop::Cut),
                Rest::All => None,
                Rest::After(cursor) => Some(cursor.as_str()),
            };
            self.calls_left = self.calls_left.checked_sub(1).ok_or(Stop::NoCallLeft)?;
            let url = requests::comments(self.settings, post_id, cursor);
            let page: Edge<Comment> = self.asker.ask(url).await.map_err(stop)?;
            if page.data.is_unreadable() {
                return Err(Stop::Failed(MissingReason::CallFailed));
            }
            let rest = page.rest();
            if rest == shown.rest {
                return Err(Stop::Cut);
            }
            self.look_for_authors(&page.data.read);
            shown.comments.extend(page.data.read);
            shown.rest = rest;
        }
    }

    fn look_for_authors(&mut self, comments: &[Comment]) {
        self.has_seen_authors |= comments.iter().any(|comment| comment.from.is_some());
    }
}

fn stop(refusal: Refusal) -> Stop {
    match refusal {
        Refusal::ListEnds => Stop::Cut,
        refusal if is_unknown(&refusal) => Stop::Deleted,
        refusal => Stop::Failed(missing_reason(refusal)),
    }
}
