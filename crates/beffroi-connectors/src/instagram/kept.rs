//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::kept::{Keep, KeptAnswer, KeptAnswers, Part};

/// See there. The path is the id of our own account.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[KeptAnswer {
        path: "*",
        keep: Keep::Object(&[("business_discovery", ACCOUNT), ("error", ERROR)]),
    }],
    refusals: Keep::Object(&[("error", ERROR)]),
    parameters: &[("fields", Part::Plain)],
    places_asked: &[],
    headers: &[],
};

const ACCOUNT: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("username", Keep::Value),
    ("website", Keep::Value),
    ("followers_count", Keep::Number),
    ("follows_count", Keep::Number),
    ("media_count", Keep::Number),
    (
        "media",
        Keep::Object(&[("data", Keep::List(&MEDIA)), ("paging", PAGING)]),
    ),
]);

const MEDIA: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("media_type", Keep::Value),
    ("timestamp", Keep::Time),
    ("media_product_type", Keep::Value),
    ("permalink", Keep::Value),
    ("like_count", Keep::Number),
    ("comments_count", Keep::Number),
    ("view_count", Keep::Number),
    ("shares_count", Keep::Number),
    ("reposts_count", Keep::Number),
]);

/// Where a list goes on.
pub(crate) const PAGING: Keep =
    Keep::Object(&[("cursors", Keep::Object(&[("after", Keep::Value)]))]);

/// An error of the Graph API. Its message speaks of what was asked for.
pub(crate) const ERROR: Keep = Keep::Object(&[
    ("code", Keep::Value),
    ("error_subcode", Keep::Value),
    ("is_transient", Keep::Flag),
    // `error.rs` asks whether it speaks of a user, or of the one who was asked for.
    ("message", Keep::Spoken(&["user"])),
    (
        "type",
        Keep::OneOf(&["OAuthException", "GraphMethodException"]),
    ),
]);
