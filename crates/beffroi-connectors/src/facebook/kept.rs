//! What of the platform's answers the archive may keep: what `wire.rs`, `refusal.rs` and `usage.rs` read, and
//! no more.

use crate::kept::{Keep, KeptAnswer, KeptAnswers, Part};

/// See there. The path is the version and the page or post.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "*/*/posts",
            keep: POSTS,
        },
        KeptAnswer {
            path: "*/*/comments",
            keep: COMMENTS,
        },
        KeptAnswer {
            path: "*/*",
            keep: PAGE,
        },
    ],
    refusals: Keep::Object(&[("error", ERROR)]),
    parameters: &[
        ("fields", Part::Plain),
        ("since", Part::Plain),
        ("until", Part::Plain),
        ("limit", Part::Plain),
        ("filter", Part::Plain),
        ("order", Part::Plain),
        ("after", Part::Place),
    ],
    places_asked: &[],
    headers: &[
        // Its names are numbers of businesses and pages.
        (
            "x-business-use-case-usage",
            Keep::Map(&Keep::OneOf(&[]), &Keep::List(&USE_CASE)),
        ),
        ("x-page-usage", USE_CASE),
    ],
};

const PAGE: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("username", Keep::Value),
    ("website", Keep::Value),
    ("is_published", Keep::Flag),
    ("followers_count", Keep::Number),
    ("fan_count", Keep::Number),
    ("posts", POSTS),
    ("error", ERROR),
]);

const POSTS: Keep = Keep::Object(&[
    ("data", Keep::List(&POST)),
    ("summary", SUMMARY),
    ("paging", PAGING),
    ("error", ERROR),
]);

/// A post of the page.
const POST: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("created_time", Keep::Time),
    (
        "status_type",
        Keep::OneOf(&[
            "mobile_status_update",
            "added_photos",
            "added_video",
            "shared_story",
            "created_event",
        ]),
    ),
    ("permalink_url", Keep::Value),
    ("shares", Keep::Object(&[("count", Keep::Number)])),
    ("reactions", Keep::Object(&[("summary", SUMMARY)])),
    ("comments", COMMENTS),
]);

const COMMENTS: Keep = Keep::Object(&[
    ("data", Keep::List(&COMMENT)),
    ("summary", SUMMARY),
    ("paging", PAGING),
    ("error", ERROR),
]);

/// A comment, by anybody.
const COMMENT: Keep = Keep::Object(&[
    ("id", Keep::Message),
    ("created_time", Keep::Time),
    ("from", Keep::Object(&[("id", Keep::Author)])),
    ("parent", Keep::Object(&[("id", Keep::Message)])),
]);

const SUMMARY: Keep = Keep::Object(&[("total_count", Keep::Number)]);

/// Where a list goes on. The address of the next page holds the token: only that there is one is kept.
const PAGING: Keep = Keep::Object(&[
    ("cursors", Keep::Object(&[("after", Keep::Place)])),
    ("next", Keep::Something),
]);

const ERROR: Keep = Keep::Object(&[
    ("code", Keep::Number),
    ("error_subcode", Keep::Number),
    ("message", Keep::Text(spoken)),
    ("error_user_msg", Keep::Text(spoken)),
    ("is_transient", Keep::Flag),
]);

const USE_CASE: Keep = Keep::Object(&[
    ("type", Keep::OneOf(&["pages"])),
    ("call_count", Keep::Number),
    ("total_cputime", Keep::Number),
    ("total_time", Keep::Number),
    ("estimated_time_to_regain_access", Keep::Number),
]);

/// What `refusal.rs` looks for in a message.
const PHRASES: [&str; 11] = [
    "reduce the amount of data",
    "node type (User)",
    "node type (Group)",
    "node type (Event)",
    "node type (Application)",
    "appsecret_proof",
    "Cursor specified exceeds the max limit",
    "pages_read_engagement",
    "pages_read_user_content",
    "Page Public Content Access",
    "Page Public Metadata Access",
];

/// These phrases, and the numbers of the pages where one has been merged into another (error 21).
fn spoken(message: &str) -> String {
    let phrases = PHRASES.iter().filter(|phrase| message.contains(**phrase));
    let mut kept: Vec<&str> = phrases.copied().collect();
    if message.starts_with("(#21)") {
        let numbers = message.split(|c: char| !c.is_ascii_digit());
        kept.extend(numbers.filter(|number| number.len() >= 5));
    }
    kept.join("; ")
}
