//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::{
    fediverse::{LINKS, NODEINFO, NODEINFO_INDEX},
    kept::{Keep, KeptAnswer, KeptAnswers, Part},
};

/// See there.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: ".well-known/webfinger",
            keep: Keep::Object(&[("subject", Keep::Value), ("links", LINKS)]),
        },
        KeptAnswer {
            path: ".well-known/nodeinfo",
            keep: NODEINFO_INDEX,
        },
        KeptAnswer {
            path: "nodeinfo/*",
            keep: NODEINFO,
        },
        KeptAnswer {
            path: "api/v1/accounts/lookup",
            keep: ACCOUNT,
        },
        KeptAnswer {
            path: "api/v1/accounts/*/statuses",
            keep: Keep::List(&STATUS),
        },
        KeptAnswer {
            path: "api/v1/accounts/*",
            keep: ACCOUNT,
        },
        KeptAnswer {
            path: "api/v1/statuses/*/context",
            keep: Keep::Object(&[("descendants", Keep::List(&DESCENDANT))]),
        },
        KeptAnswer {
            path: "api/v1/statuses/*",
            keep: STATUS,
        },
    ],
    // Their words are not read, but that there are any.
    refusals: Keep::Object(&[("error", Keep::Something)]),
    parameters: &[
        ("resource", Part::Plain),
        ("acct", Part::Plain),
        ("limit", Part::Plain),
        ("exclude_reblogs", Part::Plain),
        ("max_id", Part::Plain),
    ],
    places_asked: &[],
    headers: &[
        // The address of the next page.
        ("link", Keep::Place),
    ],
};

const ACCOUNT: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("username", Keep::Value),
    ("uri", Keep::Value),
    ("created_at", Keep::Time),
    ("followers_count", Keep::Number),
    ("following_count", Keep::Number),
    ("statuses_count", Keep::Number),
    ("suspended", Keep::Flag),
    ("limited", Keep::Flag),
    ("bot", Keep::Flag),
    (
        "moved",
        Keep::Object(&[("acct", Keep::Value), ("url", Keep::Value)]),
    ),
    (
        "fields",
        Keep::List(&Keep::Object(&[
            ("value", Keep::Value),
            ("verified_at", Keep::Time),
        ])),
    ),
]);

/// A status of the account's own list. Its address is its own too.
const STATUS: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("created_at", Keep::Time),
    ("in_reply_to_id", Keep::Message),
    ("in_reply_to_account_id", Keep::Author),
    ("visibility", Keep::Value),
    ("url", Keep::Value),
    ("replies_count", Keep::Number),
    ("reblogs_count", Keep::Number),
    ("favourites_count", Keep::Number),
    ("quotes_count", Keep::Number),
    ("reblog", Keep::Mark),
    (
        "media_attachments",
        Keep::List(&Keep::Object(&[("type", Keep::Value)])),
    ),
    ("poll", Keep::Mark),
    ("quote", Keep::Mark),
    ("card", Keep::Mark),
    ("account", Keep::Object(&[("id", Keep::Author)])),
]);

/// A message below a status, by anybody.
const DESCENDANT: Keep = Keep::Object(&[
    ("id", Keep::Message),
    ("created_at", Keep::Time),
    ("in_reply_to_id", Keep::Message),
    ("visibility", Keep::Value),
    ("account", Keep::Object(&[("id", Keep::Author)])),
]);
