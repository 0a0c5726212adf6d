//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::kept::{Keep, KeptAnswer, KeptAnswers};

/// See there. The path is the id of our own account.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[KeptAnswer {
        path: "*",
        keep: Keep::Object(&[("business_discovery", ACCOUNT), ("error", ERROR)]),
    }],
    refusals: Keep::Object(&[("error", ERROR)]),
};

const ACCOUNT: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("username", Keep::Value),
    ("website", Keep::Value),
    ("followers_count", Keep::Value),
    ("follows_count", Keep::Value),
    ("media_count", Keep::Value),
    (
        "media",
        Keep::Object(&[("data", Keep::List(&MEDIA)), ("paging", PAGING)]),
    ),
]);

const MEDIA: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("timestamp", Keep::Value),
    ("media_type", Keep::Value),
    ("media_product_type", Keep::Value),
    ("permalink", Keep::Value),
    ("like_count", Keep::Value),
    ("comments_count", Keep::Value),
    ("view_count", Keep::Value),
    ("shares_count", Keep::Value),
    ("reposts_count", Keep::Value),
]);

/// Where a list goes on.
pub(crate) const PAGING: Keep =
    Keep::Object(&[("cursors", Keep::Object(&[("after", Keep::Value)]))]);

/// An error of the Graph API. Its message speaks of what was asked for.
pub(crate) const ERROR: Keep = Keep::Object(&[
    ("code", Keep::Value),
    ("error_subcode", Keep::Value),
    ("is_transient", Keep::Value),
    ("message", Keep::Value),
    ("type", Keep::Value),
]);
