//! From answers to observations. Plain functions: what is known of a channel, its videos and the
//! threads below them.

use std::collections::HashSet;

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post, PostKind};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;

use super::{
    name::Name,
    requests,
    state::Talk,
    wire::{Channel, Comment, Video},
};
use crate::{conversation::ThreadTimes, tolerant::Count};

/// Subscribers are cut to three significant digits from this number on (since September 2019).
const EXACT_BELOW: u64 = 1_000;

/// The step to which a number of subscribers is cut: 10 from 1,000 on, 100 from 10,000 on, and so
/// forth; `None` below, where it is exact.
pub(super) fn subscribers_step(subscribers: u64) -> Option<u64> {
    let digits = subscribers.checked_ilog10()? + 1;
    (subscribers >= EXACT_BELOW).then(|| 10_u64.pow(digits - 3))
}

/// Counters of the channel. Subscribers are as the platform gives them; [`subscribers_step`] tells how
/// far they are cut.
pub(super) fn figures(channel: &Channel) -> Figures {
    let statistics = channel.statistics.as_ref();
    let followers = match statistics {
        Some(statistics) if statistics.hidden_subscriber_count => {
            Figure::Missing(MissingReason::HiddenByOwner)
        }
        Some(statistics) => statistics.subscriber_count.figure(),
        None => Figure::Missing(MissingReason::NotInAnswer),
    };
    Figures {
        followers,
        following: Figure::Missing(MissingReason::NotGivenByPlatform),
        posts_total: channel.video_count().figure(),
    }
}

/// Who the channel is. Only one that was asked for by its handle can be seen to bear another.
pub(super) fn identity(channel: &Channel, asked: Name<'_>) -> Identity {
    let snippet = channel.snippet.as_ref();
    // Letters beyond ASCII may be written either way.
    let custom_url = snippet
        .and_then(|snippet| snippet.custom_url.as_deref())
        .map(|url| percent_decode_str(url).decode_utf8_lossy().to_lowercase());
    let today = custom_url.as_deref().and_then(|url| url.strip_prefix('@'));
    let renamed_to = match (asked, today) {
        (Name::Handle(handle), Some(today)) if handle.to_lowercase() != today => {
            Some(format!("@{today}"))
        }
        _ => None,
    };
    Identity {
        permanent_id: Some(channel.id.clone()),
        renamed_to,
        created_at: snippet.and_then(|snippet| snippet.published_at),
        ..Identity::default()
    }
}

/// A video with its counters, or the reason why there are none.
///
/// Where the answer holds counters, one that it leaves out was switched off by the owner: likes are
/// hidden, comments closed.
pub(super) fn post(id: &str, at: Timestamp, counters: Result<&Video, MissingReason>) -> Post {
    let counters = counters.and_then(|video| {
        let statistics = video.statistics.as_ref();
        statistics.ok_or(MissingReason::NotInAnswer)
    });
    let (reactions, comments, views) = match counters {
        Ok(statistics) => {
            let (views, likes) = (statistics.view_count, statistics.like_count);
            let comments = statistics.comment_count;
            let is_bare = [views, likes, comments] == [Count::Absent; 3];
            let unless_off = |count: Count, off| match count {
                Count::Absent if !is_bare => Figure::Missing(off),
                count => count.figure(),
            };
            (
                unless_off(likes, MissingReason::HiddenByOwner),
                unless_off(comments, MissingReason::RepliesRestricted),
                views.figure(),
            )
        }
        Err(reason) => {
            let missing = Figure::Missing(reason);
            (missing, missing, missing)
        }
    };
    Post {
        url: Some(requests::video_page(id)),
        post_id: id.to_owned(),
        published_at: at,
        // Neither shorts nor broadcasts are told from others by what is asked for.
        kind: Some(PostKind::Video),
        reactions,
        comments,
        shares: Figure::Missing(MissingReason::NotGivenByPlatform),
        views,
    }
}

/// What has to be done to know what was said below a video.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// Nothing: nobody said anything, or nobody may.
    Nothing,
    /// Nothing: it has not moved since the last visit.
    Recall,
    /// Its comments have to be asked for.
    Ask,
    /// It cannot be known, since the number of comments is not.
    Unknown(MissingReason),
}

/// Decides whether comments are asked for. A comment that is deleted while another comes goes
/// unnoticed until the next movement.
pub(super) fn need(comments: Figure<u64>, remembered: Option<&Talk>) -> Need {
    match comments {
        Figure::Known(0) | Figure::Missing(MissingReason::RepliesRestricted) => Need::Nothing,
        Figure::Known(count) if remembered.is_some_and(|talk| talk.comments == count) => {
            Need::Recall
        }
        Figure::Known(_) => Need::Ask,
        Figure::Missing(reason) => Need::Unknown(reason),
    }
}

/// Whether nobody may comment on any of the videos, be it by their counters or because they are among
/// the `closed`: their silence means nothing.
pub(super) fn is_restricted_throughout(posts: &[Post], closed: &HashSet<String>) -> bool {
    let restricted = Figure::Missing(MissingReason::RepliesRestricted);
    let is_closed = |post: &Post| post.comments == restricted || closed.contains(&post.post_id);
    !posts.is_empty() && posts.iter().all(is_closed)
}

/// The visitor's thread of a comment and all the replies to it, if it is one.
///
/// Replies stand in one row below a comment, whomever they answer. A comment of the channel's own
/// continues its video: the first visitor's reply to it opens one thread, and the channel's next
/// reply in the row answers it.
pub(super) fn thread<'a>(
    top: &Comment,
    replies: impl Iterator<Item = &'a Comment> + Clone,
    channel_id: &str,
) -> Option<ThreadTimes> {
    let opened_at = if top.is_by(channel_id) {
        let visitors = replies.clone().filter(|reply| !reply.is_by(channel_id));
        visitors.map(Comment::at).min()?
    } else {
        top.at()
    };
    let own = replies.filter(|reply| reply.is_by(channel_id) && reply.at() >= opened_at);
    Some(ThreadTimes {
        opened_at,
        replied_at: own.map(Comment::at).min(),
    })
}
