//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::instagram::{ERROR, PAGING};
use crate::kept::{Keep, KeptAnswer, KeptAnswers, Part};

/// See there.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "profile_lookup",
            keep: Keep::Object(&[
                ("username", Keep::Own),
                ("follower_count", Keep::Number),
                ("followers_count", Keep::Number),
                ("error", ERROR),
            ]),
        },
        KeptAnswer {
            path: "profile_posts",
            keep: Keep::Object(&[
                ("data", Keep::List(&POST)),
                ("paging", PAGING),
                ("error", ERROR),
            ]),
        },
    ],
    refusals: Keep::Object(&[("error", ERROR)]),
    parameters: &[
        ("username", Part::Plain),
        ("fields", Part::Plain),
        ("limit", Part::Plain),
        ("since", Part::Plain),
        ("after", Part::Plain),
    ],
    places_asked: &[],
    headers: &[],
};

const POST: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("timestamp", Keep::Time),
    ("permalink", Keep::Value),
    ("media_type", Keep::Value),
    ("reposted_post", Keep::Mark),
]);
