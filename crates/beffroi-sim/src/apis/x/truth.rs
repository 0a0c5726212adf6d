//! What a right crawler stores of an account, at a first visit that comes within half a day of the
//! world's present: later the search does not go back as far.

use beffroi_model::{Absent, Forbidden, MissingReason, Outcome};

use super::{
    PLATFORM, message,
    user::{self, SEARCH_SECS, User},
};
use crate::{
    truth::{DialogueMissing, FigureTruth, PostTruth, SocialTruth, ThreadTruth, second},
    world::{
        World, kinds,
        network::{Fate, NetworkAccount, Post},
        social::VisitorThread,
    },
};

pub(super) fn of(world: &World, account: &NetworkAccount) -> SocialTruth {
    let outcome = match account.fate {
        Fate::Sound => Outcome::Measured,
        // Its old name is nobody's.
        Fate::Renamed if *user::name(world, account) != *account.handle => {
            Outcome::Absent(Absent::NotFound)
        }
        Fate::Renamed => Outcome::Measured,
        Fate::NotFound | Fate::Gone | Fate::Merged => Outcome::Absent(Absent::NotFound),
        Fate::Suspended => Outcome::Absent(Absent::Suspended),
        Fate::Private => Outcome::Forbidden(Forbidden::PrivateAccount),
        Fate::Restricted => Outcome::Forbidden(Forbidden::Blocked),
    };
    if outcome != Outcome::Measured {
        return SocialTruth::without_figures(outcome, account.case);
    }
    let user = User::new(world, account, false);
    let messages = message::all(&user, message::shown_until_ms(world));
    let id = |post: &Post| message::first_id(&user, post.at).to_string();
    let (mut posts, mut threads) = (Vec::new(), Vec::new());
    for post in user.life.posts.iter().rev() {
        let comments = match post.direct_comments() {
            // Where not everybody may reply, having no reply means nothing.
            0 if user.restricts_replies() => FigureTruth::Missing(MissingReason::RepliesRestricted),
            comments => FigureTruth::Known(comments),
        };
        posts.push(PostTruth {
            id: id(post),
            published_at: second(post.at),
            kind: kinds::kind(PLATFORM, post.at),
            reactions: FigureTruth::Known(post.reactions),
            comments,
            shares: FigureTruth::Known(post.shares + post.quotes),
            views: FigureTruth::Known(post.views),
            continues: None,
        });
        threads.extend(post.threads.iter().map(|thread| ThreadTruth {
            post_id: id(post),
            root_id: id(post),
            opened_at: second(thread.opened_ms / 1000),
            replied_at: replied_ms(thread).map(|ms| second(ms / 1000)),
        }));
    }
    SocialTruth {
        permanent_id: Some(user.id.to_string()),
        created_at: Some(second(user.life.created_at)),
        followers: FigureTruth::Known(user.life.followers),
        following: FigureTruth::Known(user.life.following),
        posts_total: FigureTruth::Known(message::count(&user, &messages)),
        posts,
        threads,
        dialogue_missing: dialogue_missing(world, &user),
        ..SocialTruth::without_figures(Outcome::Measured, account.case)
    }
}

/// When the account first answered, as far as that can be heard: what one visitor writes to another
/// is not addressed to the account, and an answer to it finds no thread.
fn replied_ms(thread: &VisitorThread) -> Option<i64> {
    let first = thread.steps.first().filter(|step| step.own)?;
    Some(first.at_ms)
}

/// Replies from before the search's reach are lost.
fn dialogue_missing(world: &World, user: &User<'_>) -> Option<DialogueMissing> {
    let reach = world.settings.as_of.as_second() - SEARCH_SECS;
    let is_restricted = user.restricts_replies();
    let concerned = user
        .life
        .posts
        .iter()
        .filter(|post| is_restricted || post.at < reach && post.direct_comments() > 0);
    let post_ids: Vec<String> = concerned
        .map(|post| message::first_id(user, post.at).to_string())
        .collect();
    let reason = match is_restricted {
        true => MissingReason::RepliesRestricted,
        false => MissingReason::Truncated,
    };
    (!post_ids.is_empty()).then_some(DialogueMissing {
        reason,
        post_ids,
        unless_post_ids: Vec::new(),
    })
}
