//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::kept::{Keep, KeptAnswer, KeptAnswers};

/// See there.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: ".well-known/webfinger",
            keep: Keep::Object(&[("subject", Keep::Value), ("links", LINKS)]),
        },
        KeptAnswer {
            path: ".well-known/nodeinfo",
            keep: Keep::Object(&[("links", LINKS)]),
        },
        KeptAnswer {
            path: "nodeinfo/*",
            keep: Keep::Object(&[("software", Keep::Object(&[("name", Keep::Value)]))]),
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
    refusals: Keep::Object(&[("error", Keep::Value)]),
};

const LINKS: Keep = Keep::List(&Keep::Object(&[
    ("rel", Keep::Value),
    ("href", Keep::Value),
    ("type", Keep::Value),
]));

const ACCOUNT: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("username", Keep::Value),
    ("uri", Keep::Value),
    ("created_at", Keep::Value),
    ("followers_count", Keep::Value),
    ("following_count", Keep::Value),
    ("statuses_count", Keep::Value),
    ("suspended", Keep::Value),
    ("limited", Keep::Value),
    ("bot", Keep::Value),
    (
        "moved",
        Keep::Object(&[("acct", Keep::Value), ("url", Keep::Value)]),
    ),
    (
        "fields",
        Keep::List(&Keep::Object(&[
            ("value", Keep::Value),
            ("verified_at", Keep::Value),
        ])),
    ),
]);

/// A status of the account's own list. Its address is its own too.
const STATUS: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("created_at", Keep::Value),
    ("in_reply_to_id", Keep::Message),
    ("in_reply_to_account_id", Keep::Author),
    ("visibility", Keep::Value),
    ("url", Keep::Value),
    ("replies_count", Keep::Value),
    ("reblogs_count", Keep::Value),
    ("favourites_count", Keep::Value),
    ("quotes_count", Keep::Value),
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
    ("created_at", Keep::Value),
    ("in_reply_to_id", Keep::Message),
    ("visibility", Keep::Value),
    ("account", Keep::Object(&[("id", Keep::Author)])),
]);
