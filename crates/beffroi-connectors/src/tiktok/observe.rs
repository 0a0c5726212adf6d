//! From answers to observations. Plain functions: what is known of an account and its videos.

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post, PostKind};

use super::{
    requests,
    wire::{User, Video},
};

/// Counters of the account; they are not asked for at every visit.
pub(super) fn figures(user: Option<&User>) -> Figures {
    user.map_or(Figures::missing(MissingReason::NotAsked), |user| Figures {
        followers: user.follower_count.figure(),
        following: user.following_count.figure(),
        posts_total: user.video_count.figure(),
    })
}

/// Who the account is: there is no permanent id.
pub(super) fn identity(user: &User, asked: &str) -> Identity {
    let today = user.username.as_deref();
    let today = today.map(|name| name.trim_start_matches('@').to_lowercase());
    Identity {
        renamed_to: today.filter(|today| !today.is_empty() && today != asked),
        ..Identity::default()
    }
}

/// A video with its counters, which may be up to ten days behind. Likes received are reactions;
/// favourites are not, being seen by nobody.
pub(super) fn post(video: &Video) -> Post {
    Post {
        post_id: video.id.clone(),
        url: Some(requests::video(&video.username, &video.id)),
        published_at: video.created_at,
        kind: Some(PostKind::Video),
        reactions: video.likes.figure(),
        comments: video.comments.figure(),
        shares: video.shares.figure(),
        views: video.views.figure(),
    }
}

/// Who wrote a comment is told to nobody.
pub(super) const NO_DIALOGUE: Figure<Vec<beffroi_model::Thread>> =
    Figure::Missing(MissingReason::NotGivenByPlatform);
