//! What a right crawler stores of a channel that it asks about with a key.

use beffroi_model::{Absent, MissingReason, Outcome, PostKind};

use super::{
    channel::{self, Channel, Link},
    comments,
};
use crate::{
    truth::{DialogueMissing, FigureTruth, PostTruth, SocialTruth, ThreadTruth, second},
    world::{World, network::NetworkAccount},
};

pub(super) fn of(world: &World, account: &NetworkAccount) -> SocialTruth {
    let is_renamed = channel::is_renamed(world, account);
    let is_found = match Link::of(account) {
        Link::Handle(_) => !is_renamed || channel::keeps_old_name(account),
        Link::Id(_) | Link::Username(_) | Link::Custom(_) => true,
    };
    if !is_found || !channel::is_there(account) {
        let outcome = Outcome::Absent(Absent::NotFound);
        return SocialTruth::without_figures(outcome, account.case);
    }
    let channel = Channel::new(world, account);
    let unless = |is_hidden, value, reason| match is_hidden {
        true => FigureTruth::Missing(reason),
        false => FigureTruth::Known(value),
    };
    let not_given = FigureTruth::Missing(MissingReason::NotGivenByPlatform);
    let (mut posts, mut threads) = (Vec::new(), Vec::new());
    for video in channel.videos() {
        let Some(post) = video.post else { break };
        let id = channel.video_id(video.at);
        let is_closed = comments::is_closed(&channel, video);
        let count = comments::count(&channel, video);
        posts.push(PostTruth {
            id: id.clone(),
            published_at: second(video.at),
            kind: Some(PostKind::Video),
            reactions: unless(
                channel.hides_likes(),
                post.reactions,
                MissingReason::HiddenByOwner,
            ),
            comments: unless(is_closed, count, MissingReason::RepliesRestricted),
            shares: not_given,
            views: FigureTruth::Known(post.views),
            continues: None,
        });
        for thread in post.threads.iter().filter(|_| !is_closed) {
            threads.push(ThreadTruth {
                post_id: id.clone(),
                root_id: id.clone(),
                opened_at: second(thread.opened_ms / 1000),
                replied_at: thread.replied_ms().map(|ms| second(ms / 1000)),
            });
        }
    }
    // Where nobody may comment on any video, silence means nothing.
    let dialogue_missing = channel.closes_comments().then(|| DialogueMissing {
        reason: MissingReason::RepliesRestricted,
        post_ids: posts.iter().map(|post| post.id.clone()).collect(),
        unless_post_ids: Vec::new(),
    });
    let renamed_to = matches!(Link::of(account), Link::Handle(_)) && is_renamed;
    SocialTruth {
        permanent_id: Some(channel.id()),
        renamed_to: renamed_to.then(|| format!("@{}", channel::handle(world, account))),
        created_at: Some(second(channel.life.created_at)),
        followers: unless(
            channel.hides_subscribers(),
            channel.subscribers(),
            MissingReason::HiddenByOwner,
        ),
        following: not_given,
        posts_total: FigureTruth::Known(channel.life.posts_total),
        posts,
        threads,
        // An account that closes all comments and has no video in the window has no silence either.
        dialogue_missing: dialogue_missing.filter(|missing| !missing.post_ids.is_empty()),
        ..SocialTruth::without_figures(Outcome::Measured, account.case)
    }
}
