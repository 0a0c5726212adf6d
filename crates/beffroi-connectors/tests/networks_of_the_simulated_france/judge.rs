//! What differs between what was brought of an account and what is true of it.

use std::{collections::HashMap, fmt::Debug, time::Duration};

use beffroi_model::{Figure, FigureName, Measurement, Outcome, Platform, Post};
use beffroi_sim::{AccountTruth, FigureTruth, PostTruth, SocialTruth};
use jiff::Timestamp;

/// The window of posts and threads.
const WINDOW: Duration = Duration::from_secs(28 * 24 * 3600);

struct Judge<'a> {
    handle: &'a str,
    wrong: Vec<String>,
}

impl Judge<'_> {
    fn equal<T: PartialEq + Debug>(&mut self, what: &str, stored: T, truth: T) {
        if stored != truth {
            let of = self.handle;
            self.wrong
                .push(format!("{of}: {what} is {stored:?}, truly {truth:?}"));
        }
    }

    fn figure(&mut self, what: &str, stored: Figure<u64>, truth: FigureTruth) {
        let stored = match stored {
            Figure::Known(value) => FigureTruth::Known(value),
            Figure::Missing(reason) => FigureTruth::Missing(reason),
        };
        self.equal(what, stored, truth);
    }
}

/// All that is wrong.
pub(crate) fn differences(
    account: &AccountTruth,
    truth: &SocialTruth,
    found: &Measurement,
    as_of: Timestamp,
) -> Vec<String> {
    let mut judge = Judge {
        handle: &account.handle,
        wrong: Vec::new(),
    };
    judge.equal(
        "outcome",
        (found.outcome.kind().as_str(), found.outcome.reason()),
        (truth.outcome.as_str(), truth.reason.as_deref()),
    );
    if found.outcome != Outcome::Measured || truth.outcome != "measured" {
        return judge.wrong;
    }
    let identity = &found.identity;
    if truth.permanent_id.is_some() {
        let permanent_id = identity.permanent_id.clone();
        judge.equal("permanent id", permanent_id, truth.permanent_id.clone());
        let renamed_to = identity.renamed_to.clone();
        judge.equal("renamed to", renamed_to, truth.renamed_to.clone());
    }
    if truth.created_at.is_some() {
        judge.equal("created at", identity.created_at, truth.created_at);
    }
    let figures = found.figures;
    judge.figure("followers", figures.followers, truth.followers);
    judge.figure("following", figures.following, truth.following);
    judge.figure("posts total", figures.posts_total, truth.posts_total);
    let posts_missing = found.unavailable.get(&FigureName::Posts).copied();
    judge.equal("missing posts", posts_missing, truth.posts_missing);
    let begin = as_of - WINDOW;
    let is_counted = |post: &&PostTruth| post.published_at > begin && post.continues.is_none();
    let window: Vec<&PostTruth> = truth.posts.iter().filter(is_counted).collect();
    judge.equal("number of posts", found.posts.len(), window.len());
    let posts: HashMap<&str, &Post> = found
        .posts
        .iter()
        .map(|post| (post.post_id.as_str(), post))
        .collect();
    for truth in &window {
        let Some(post) = posts.get(truth.id.as_str()) else {
            judge.equal("post", None, Some(truth.id.as_str()));
            continue;
        };
        judge.equal("published at", post.published_at, truth.published_at);
        judge.equal("kind", post.kind, truth.kind);
        judge.figure("reactions", post.reactions, truth.reactions);
        judge.figure("comments", post.comments, truth.comments);
        judge.figure("shares", post.shares, truth.shares);
        judge.figure("views", post.views, truth.views);
    }
    dialogue(&mut judge, truth, found, &window);
    judge.wrong
}

/// What is brought although it is not true; what is missing is none of it.
pub(crate) fn falsehoods(
    account: &AccountTruth,
    truth: &SocialTruth,
    found: &Measurement,
) -> Vec<String> {
    let mut judge = Judge {
        handle: &account.handle,
        wrong: Vec::new(),
    };
    if found.outcome != Outcome::Measured {
        return judge.wrong;
    }
    let mut known = |what: &str, stored: Figure<u64>, truth: FigureTruth| {
        if let Figure::Known(value) = stored {
            judge.equal(what, Some(value), truth.known());
        }
    };
    // On Facebook fans stand in for followers that an answer does not hold.
    let fans = truth.followers.known().map(|followers| followers * 19 / 20);
    let are_fans =
        account.platform == Platform::Facebook && found.figures.followers.known() == fans;
    if !are_fans {
        known("followers", found.figures.followers, truth.followers);
    }
    known("following", found.figures.following, truth.following);
    known("posts total", found.figures.posts_total, truth.posts_total);
    for post in &found.posts {
        let Some(truth) = truth.posts.iter().find(|truth| truth.id == post.post_id) else {
            known("post", Figure::Known(0), FigureTruth::Known(1));
            continue;
        };
        known("reactions", post.reactions, truth.reactions);
        known("comments", post.comments, truth.comments);
        // Facebook leaves `shares` out where there are none, so that under another name it looks
        // like none: the one figure whose loss cannot be seen.
        let may_be_lost = account.platform == Platform::Facebook && post.shares == Figure::Known(0);
        if !may_be_lost {
            known("shares", post.shares, truth.shares);
        }
        known("views", post.views, truth.views);
    }
    judge.wrong
}

fn dialogue(
    judge: &mut Judge<'_>,
    truth: &SocialTruth,
    found: &Measurement,
    window: &[&PostTruth],
) {
    let is_shown = |id: &str| window.iter().any(|post| post.id == id);
    let missing = truth.dialogue_missing.as_ref();
    let missing = missing.filter(|missing| missing.holds(is_shown));
    let reason = missing.map(|missing| missing.reason);
    judge.equal("missing dialogue", found.threads.missing(), reason);
    let (None, Figure::Known(threads)) = (reason, &found.threads) else {
        return;
    };
    let mut stored: Vec<_> = threads
        .iter()
        .map(|it| (it.post_id.clone(), it.opened_at, it.replied_at))
        .collect();
    let mut truth: Vec<_> = truth
        .threads
        .iter()
        .filter(|thread| is_shown(&thread.root_id))
        .map(|it| (it.root_id.clone(), it.opened_at, it.replied_at))
        .collect();
    stored.sort_unstable();
    truth.sort_unstable();
    judge.equal("number of threads", stored.len(), truth.len());
    for (stored, truth) in stored.into_iter().zip(truth) {
        judge.equal("thread", stored, truth);
    }
}
