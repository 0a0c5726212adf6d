//! From all that a visit was told to the measurement and to what the next visit is handed.

use std::cmp::Reverse;

use beffroi_model::{FigureName, Figures, MissingReason};

use super::{
    observe::{self, Reading},
    state::{Heard, State},
    talk::Message,
    visit::{Reply, Visit},
};
use crate::{Measured, api::Setback, availability::note_missing_figures, dialogue::Dialogue};

impl Visit<'_> {
    /// The measurement.
    pub(super) fn finish(mut self) -> Measured {
        self.measurement.fetches = std::mem::take(&mut self.records);
        let Some(mut state) = self.state.take().filter(|_| self.end.is_none()) else {
            // Without a state nothing was asked, which is a failure of ours.
            let end = self.end.unwrap_or_else(Setback::layout);
            self.measurement.figures = Figures::missing(MissingReason::NotMeasured);
            return end.end(self.measurement);
        };
        let start = self.window.start();
        if state.whole_since.is_some_and(|since| since > start) {
            self.posts_missing.get_or_insert(MissingReason::Truncated);
        }
        self.talk(&mut state);
        let mut dialogue = self.dialogue(&state);
        for (post_id, kept) in &state.posts {
            dialogue.add(post_id, &kept.talk.threads);
        }
        let not_read = Reading::missing(MissingReason::NotAsked);
        let reading = |post_id: &String| self.readings.get(post_id).copied().unwrap_or(not_read);
        let posts = state.posts.iter();
        let mut posts: Vec<_> = posts
            .map(|(id, kept)| observe::post(id, kept, &state.username, reading(id)))
            .collect();
        posts.sort_by_key(|post| Reverse(post.published_at));

        let measurement = &mut self.measurement;
        measurement.posts = posts;
        measurement.threads = dialogue.figure();
        if let Some(reason) = self.posts_missing {
            measurement.unavailable.insert(FigureName::Posts, reason);
        }
        if !self.is_met {
            let handle = &self.request.account.handle;
            measurement.identity = observe::known_identity(&state.id, &state.username, handle);
            measurement.figures = Figures::missing(MissingReason::NotAsked);
        }
        measurement.state = Some(state.write());
        note_missing_figures(measurement);
        Measured::new(self.measurement, None)
    }

    /// Adds what was said tonight to the conversations.
    fn talk(&self, state: &mut State) {
        if !self.settings.dialogue {
            return;
        }
        let heard = state.heard;
        for (post_id, kept) in &mut state.posts {
            let ids = [post_id.as_str(), kept.edited.as_deref().unwrap_or(post_id)];
            let below = |reply: &&Reply| ids.contains(&reply.post_id.as_str());
            let own = self.own.iter().filter(below).map(Reply::as_message);
            let visitors = self.heard.iter().filter(below).map(Reply::as_message);
            let visitors: Vec<Message<'_>> = visitors.collect();
            kept.talk.add(&ids, own.collect(), &visitors);
            let Some(Heard { since, to }) = heard else {
                continue;
            };
            kept.talk.forget_pending(to);
            // A post without a reply tonight has had none before either.
            let reading = self.readings.get(post_id);
            let has_none = reading.is_some_and(|reading| reading.has_no_reply);
            kept.is_whole |= has_none || kept.at >= since;
        }
    }

    /// Why the dialogue is not known, if so; its threads are still to be added.
    fn dialogue(&self, state: &State) -> Dialogue {
        let mut dialogue = Dialogue::default();
        if !self.settings.dialogue {
            dialogue.miss(MissingReason::NotAsked);
        }
        let mut posts = state.posts.values();
        if !state.posts.is_empty() && posts.all(|kept| kept.is_restricted) {
            dialogue.miss(MissingReason::RepliesRestricted);
        }
        for reason in [self.posts_missing, self.heard_missing]
            .into_iter()
            .flatten()
        {
            dialogue.miss(reason);
        }
        if state.posts.values().any(|kept| !kept.is_whole) {
            dialogue.miss(MissingReason::Truncated);
        }
        dialogue
    }
}
