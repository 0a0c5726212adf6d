//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more. Nothing of tokens:
//! that one was given is kept, and what was asked for it is not on tapes at all.

use crate::kept::{Keep, KeptAnswer, KeptAnswers, Part};

/// See there.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "oauth/token",
            keep: TOKEN,
        },
        KeptAnswer {
            path: "user/info",
            keep: Keep::Object(&[("data", USER), ("error", ERROR)]),
        },
        KeptAnswer {
            path: "video/query",
            keep: Keep::Object(&[("data", VIDEOS), ("error", ERROR)]),
        },
    ],
    refusals: Keep::Object(&[("error", Keep::Either(&CODE, &ERROR))]),
    parameters: &[("fields", Part::Plain)],
    places_asked: &["search_id"],
    headers: &[],
};

const TOKEN: Keep = Keep::Object(&[
    ("access_token", Keep::Something),
    ("expires_in", Keep::Number),
    ("error", Keep::Either(&CODE, &ERROR)),
]);

/// The account that was asked for, under its name of today.
const USER: Keep = Keep::Object(&[
    ("username", Keep::Value),
    ("follower_count", Keep::Number),
    ("following_count", Keep::Number),
    ("likes_count", Keep::Number),
    ("video_count", Keep::Number),
]);

const VIDEOS: Keep = Keep::Object(&[
    ("videos", Keep::List(&VIDEO)),
    ("cursor", Keep::Number),
    ("has_more", Keep::Flag),
    ("search_id", Keep::Place),
]);

const VIDEO: Keep = Keep::Published(
    "username",
    &["id", "video_id"],
    &[
        ("id", Keep::Message),
        ("video_id", Keep::Message),
        ("username", Keep::Author),
        ("create_time", Keep::Number),
        ("like_count", Keep::Number),
        ("comment_count", Keep::Number),
        ("share_count", Keep::Number),
        ("view_count", Keep::Number),
    ],
);

const ERROR: Keep = Keep::Object(&[
    ("code", CODE),
    // `refusal.rs` asks what it speaks of.
    ("message", Keep::Phrases(&["cursor", "search_id", "field"])),
]);

const CODE: Keep = Keep::OneOf(&[
    "ok",
    "access_token_invalid",
    "invalid_token",
    "invalid_client",
    "invalid_grant",
    "invalid_request",
    "scope_not_authorized",
    "scope_permission_missed",
    "daily_quota_limit_exceeded",
    "rate_limit_exceeded",
    "invalid_params",
    "internal_error",
]);
