//! The posts of an organisation that granted us to read them: the list, the counters of up to 50 in
//! one call, and what was said below those whose count of comments moved.

use std::collections::{BTreeMap, HashMap, HashSet};

use beffroi_model::{Figure, MissingReason, Post};

use super::{
    LinkedinSettings,
    ask::{Asker, Kind},
    observe,
    refusal::Refusal,
    requests,
    state::Talk,
    talk,
    wire::{self, Batch, List, SocialMetadata},
};
use crate::{dialogue::Dialogue, tolerant::Found, window::Window};

/// Reads the posts of one organisation.
pub(super) struct Reader<'r, 'a> {
    pub(super) asker: &'r mut Asker<'a>,
    pub(super) settings: &'a LinkedinSettings,
    /// The organisation.
    pub(super) urn: String,
    pub(super) window: Window,
}

/// What was read.
pub(super) struct Read {
    /// Posts of the window, newest first.
    pub(super) posts: Vec<Post>,
    /// Why they may not be all.
    pub(super) cut: Option<MissingReason>,
}

impl Reader<'_, '_> {
    /// Reads posts, counters and conversations. `talks` are those of the last visit, and then those
    /// of this one.
    pub(super) async fn read(
        mut self,
        talks: &mut BTreeMap<String, Talk>,
        dialogue: &mut Dialogue,
    ) -> Read {
        let (listed, cut) = self.list().await;
        let (counters, reason) = self.counters(&listed).await;
        let mut reader = talk::Reader {
            asker: &mut *self.asker,
            base: &self.settings.base_url,
            own_urn: &self.urn,
            calls_left: self.settings.max_comment_calls,
        };
        let mut kept = BTreeMap::new();
        let mut posts = Vec::with_capacity(listed.len());
        let mut is_open_somewhere = listed.is_empty();
        for post in &listed {
            let counters = counters.get(&post.urn).ok_or(reason);
            let closed = |it: &SocialMetadata| it.comments_state.as_deref() == Some("CLOSED");
            let observed = observe::post(post, counters);
            let comments = observed.comments;
            is_open_somewhere |= comments != Figure::Known(0) || !counters.is_ok_and(closed);
            posts.push(observed);
            let talk = match comments {
                Figure::Missing(reason) => {
                    dialogue.miss(reason);
                    continue;
                }
                Figure::Known(0) => continue,
                Figure::Known(comments) => match talks.remove(&post.urn) {
                    Some(talk) if talk.comments == comments => talk,
                    _ => match reader.below(&post.urn).await {
                        Ok(threads) => Talk { comments, threads },
                        Err(reason) => {
                            dialogue.miss(reason);
                            continue;
                        }
                    },
                },
            };
            dialogue.add(&post.urn, &talk.threads);
            kept.insert(post.urn.clone(), talk);
        }
        if !is_open_somewhere {
            dialogue.miss(MissingReason::RepliesRestricted);
        }
        *talks = kept;
        Read { posts, cut }
    }

    /// The posts of the window, newest first, and why they may not be all. The list is by the last
    /// change, which is never before the publication.
    async fn list(&mut self) -> (Vec<wire::Post>, Option<MissingReason>) {
        let mut listed: Vec<wire::Post> = Vec::new();
        let mut seen = HashSet::new();
        let mut cut = Some(MissingReason::Truncated);
        for page in 0..usize::from(self.settings.max_pages.get()) {
            let start = page * requests::PER_PAGE;
            let url = requests::posts(&self.settings.base_url, &self.urn, start);
            let list: List<wire::Post> = match self.asker.ask(Kind::Posts, url).await {
                Ok(list) => list,
                Err(refusal) => {
                    cut = Some(reason(refusal));
                    break;
                }
            };
            if list.elements.is_unreadable() {
                cut = Some(MissingReason::CallFailed);
                break;
            }
            let last = list.elements.read.last();
            let is_past = last.is_some_and(|last| self.window.is_past(last.modified_at));
            let is_last = is_past || !list.may_go_on(requests::PER_PAGE);
            for post in list.elements.read {
                let is_wanted = post.is_public && self.window.contains(post.published_at);
                if is_wanted && seen.insert(post.urn.clone()) {
                    listed.push(post);
                }
            }
            if is_last {
                cut = None;
                break;
            }
        }
        listed.sort_by_key(|post| std::cmp::Reverse(post.published_at));
        (listed, cut)
    }

    /// The counters of posts, and why those that are not there are missing.
    async fn counters(
        &mut self,
        listed: &[wire::Post],
    ) -> (HashMap<String, SocialMetadata>, MissingReason) {
        let mut counters = HashMap::with_capacity(listed.len());
        let mut missing = MissingReason::NotInAnswer;
        for posts in listed.chunks(requests::IDS_PER_CALL) {
            let urns: Vec<&str> = posts.iter().map(|post| post.urn.as_str()).collect();
            let url = requests::social_metadata(&self.settings.base_url, &urns);
            match self.asker.ask(Kind::SocialMetadata, url).await {
                Ok(Batch::<SocialMetadata> { results, .. }) => {
                    for (urn, found) in results {
                        if let Found::Object(metadata) = found {
                            counters.insert(decoded(urn), metadata);
                        }
                    }
                }
                Err(refusal) => missing = reason(refusal),
            }
        }
        (counters, missing)
    }
}

/// Keys of an answer may be written as they were in the address.
fn decoded(urn: String) -> String {
    match percent_encoding::percent_decode_str(&urn).decode_utf8() {
        Ok(decoded) if decoded != urn => decoded.into_owned(),
        _ => urn,
    }
}

/// Why something is missing when the call that gives it was refused.
pub(super) fn reason(refusal: Refusal) -> MissingReason {
    refusal.setback().missing_reason()
}
