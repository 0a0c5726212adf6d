//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::kept::{Keep, KeptAnswer, KeptAnswers, Part};

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
            keep: Keep::Object(&[("cursor", Keep::Place), ("feed", Keep::List(&FEED_ITEM))]),
        },
        KeptAnswer {
            path: "app.bsky.feed.getPostThread",
            keep: Keep::Object(&[("thread", Keep::As(&NODE))]),
        },
    ],
    refusals: Keep::Object(&[
        (
            "error",
            Keep::OneOf(&[
                "AccountTakedown",
                "AccountSuspended",
                "AccountDeactivated",
                "RepoTakendown",
                "RepoSuspended",
                "RepoDeactivated",
                "RepoNotFound",
                "HandleNotFound",
                "NotFound",
                "InvalidRequest",
            ]),
        ),
        (
            "message",
            Keep::Phrases(&["not found", "unable to resolve", "actor must be"]),
        ),
    ]),
    parameters: &[
        ("actors", Part::Plain),
        ("actor", Part::Plain),
        ("filter", Part::Plain),
        ("includePins", Part::Plain),
        ("limit", Part::Plain),
        ("cursor", Part::Place),
        ("uri", Part::Message),
        ("depth", Part::Plain),
        ("parentHeight", Part::Plain),
    ],
    places_asked: &[],
    headers: &[],
};

const PROFILE: Keep = Keep::Object(&[
    ("did", Keep::Own),
    ("handle", Keep::Value),
    ("followersCount", Keep::Number),
    ("followsCount", Keep::Number),
    ("postsCount", Keep::Number),
    ("website", Keep::Value),
    ("createdAt", Keep::Time),
    (
        "labels",
        Keep::List(&Keep::Object(&[
            ("src", Keep::Author),
            ("val", Keep::Value),
            ("neg", Keep::Flag),
        ])),
    ),
]);

const FEED_ITEM: Keep = Keep::Object(&[
    ("post", POST),
    ("reply", Keep::Object(&[("parent", POST)])),
    ("reason", Keep::Object(&[("indexedAt", Keep::Time)])),
]);

/// A post, by anybody.
const POST: Keep = Keep::Object(&[
    ("uri", Keep::Message),
    ("author", Keep::Object(&[("did", Keep::Author)])),
    (
        "record",
        Keep::Object(&[
            ("createdAt", Keep::Time),
            (
                "reply",
                Keep::Object(&[("root", POINTER), ("parent", POINTER)]),
            ),
        ]),
    ),
    ("replyCount", Keep::Number),
    ("repostCount", Keep::Number),
    ("likeCount", Keep::Number),
    ("quoteCount", Keep::Number),
    ("indexedAt", Keep::Time),
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
    ("notFound", Keep::Flag),
    ("post", POST),
    ("replies", Keep::List(&Keep::As(&NODE))),
]);
