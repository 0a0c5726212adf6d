//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::kept::{Keep, KeptAnswer, KeptAnswers};

/// See there.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "app.bsky.actor.getProfiles",
            keep: Keep::Object(&[("profiles", Keep::List(&PROFILE))]),
        },
        KeptAnswer {
            path: "app.bsky.actor.getProfile",
            keep: PROFILE,
        },
        KeptAnswer {
            path: "app.bsky.feed.getAuthorFeed",
            keep: Keep::Object(&[("cursor", Keep::Value), ("feed", Keep::List(&FEED_ITEM))]),
        },
        KeptAnswer {
            path: "app.bsky.feed.getPostThread",
            keep: Keep::Object(&[("thread", Keep::As(&NODE))]),
        },
    ],
    refusals: Keep::Object(&[("error", Keep::Value), ("message", Keep::Value)]),
};

const PROFILE: Keep = Keep::Object(&[
    ("did", Keep::Own),
    ("handle", Keep::Value),
    ("followersCount", Keep::Value),
    ("followsCount", Keep::Value),
    ("postsCount", Keep::Value),
    ("website", Keep::Value),
    ("createdAt", Keep::Value),
    (
        "labels",
        Keep::List(&Keep::Object(&[
            ("src", Keep::Author),
            ("val", Keep::Value),
            ("neg", Keep::Value),
        ])),
    ),
]);

const FEED_ITEM: Keep = Keep::Object(&[
    ("post", POST),
    ("reply", Keep::Object(&[("parent", POST)])),
    ("reason", Keep::Object(&[("indexedAt", Keep::Value)])),
]);

/// A post, by anybody.
const POST: Keep = Keep::Object(&[
    ("uri", Keep::Message),
    ("author", Keep::Object(&[("did", Keep::Author)])),
    (
        "record",
        Keep::Object(&[
            ("createdAt", Keep::Value),
            (
                "reply",
                Keep::Object(&[("root", POINTER), ("parent", POINTER)]),
            ),
        ]),
    ),
    ("replyCount", Keep::Value),
    ("repostCount", Keep::Value),
    ("likeCount", Keep::Value),
    ("quoteCount", Keep::Value),
    ("indexedAt", Keep::Value),
    (
        "embed",
        Keep::Object(&[("$type", Keep::Value), ("images", Keep::List(&Keep::Mark))]),
    ),
    (
        "threadgate",
        Keep::Object(&[("record", Keep::Object(&[("allow", Keep::Mark)]))]),
    ),
]);

const POINTER: Keep = Keep::Object(&[("uri", Keep::Message)]);

/// A post with what stands below it.
static NODE: Keep = Keep::Object(&[
    ("notFound", Keep::Value),
    ("post", POST),
    ("replies", Keep::List(&Keep::As(&NODE))),
]);
