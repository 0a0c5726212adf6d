//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use super::time;
use crate::kept::{Keep, KeptAnswer, KeptAnswers, Part, UNREAD, is_number};

/// See there.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "2/users/by",
            keep: USERS,
        },
        KeptAnswer {
            path: "2/users",
            keep: USERS,
        },
        KeptAnswer {
            path: "2/users/*/tweets",
            keep: Keep::Object(&[
                ("data", Keep::List(&OWN_POST)),
                ("errors", PROBLEMS),
                ("meta", META),
            ]),
        },
        KeptAnswer {
            path: "2/tweets/search/recent",
            keep: POSTS,
        },
        KeptAnswer {
            path: "2/tweets",
            keep: POSTS,
        },
    ],
    refusals: PROBLEM,
    parameters: &[
        ("usernames", Part::Own),
        ("ids", Part::Own),
        ("since_id", Part::Own),
        ("user.fields", Part::Plain),
        ("tweet.fields", Part::Plain),
        ("post.fields", Part::Plain),
        ("expansions", Part::Plain),
        ("max_results", Part::Plain),
        ("start_time", Part::Plain),
        ("end_time", Part::Plain),
        ("exclude", Part::Plain),
        ("sort_order", Part::Plain),
        // The names of our accounts.
        ("query", Part::Plain),
        ("pagination_token", Part::Place),
        ("next_token", Part::Place),
    ],
    places_asked: &[],
    headers: &[("x-rate-limit-remaining", Keep::Number)],
};

const USERS: Keep = Keep::Object(&[
    ("data", Keep::List(&USER)),
    ("errors", PROBLEMS),
    ("meta", META),
]);

/// A user whom we asked for.
const USER: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("username", Keep::Value),
    ("protected", Keep::Flag),
    ("created_at", Keep::Time),
    ("url", Keep::Value),
    (
        "entities",
        Keep::Object(&[(
            "url",
            Keep::Object(&[(
                "urls",
                Keep::List(&Keep::Object(&[("expanded_url", Keep::Value)])),
            )]),
        )]),
    ),
    (
        "public_metrics",
        Keep::Object(&[
            ("followers_count", Keep::Number),
            ("following_count", Keep::Number),
            ("tweet_count", Keep::Number),
            ("post_count", Keep::Number),
        ]),
    ),
]);

/// Posts by anybody, and those of ours that the address names.
const POSTS: Keep = Keep::Object(&[
    ("data", Keep::List(&Keep::Object(POST))),
    ("errors", PROBLEMS),
    ("meta", META),
]);

/// A post of the account's list.
const OWN_POST: Keep = Keep::Published(
    "author_id",
    &["id", "edit_history_tweet_ids", "edit_history_post_ids"],
    POST,
);

const POST: &[(&str, Keep)] = &[
    ("id", MESSAGE),
    ("author_id", Keep::Author),
    ("created_at", Keep::Time),
    ("conversation_id", MESSAGE),
    (
        "reply_settings",
        Keep::OneOf(&[
            "everyone",
            "mentionedUsers",
            "following",
            "subscribers",
            "verified",
            "",
        ]),
    ),
    (
        "public_metrics",
        Keep::Object(&[
            ("retweet_count", Keep::Number),
            ("repost_count", Keep::Number),
            ("reply_count", Keep::Number),
            ("like_count", Keep::Number),
            ("quote_count", Keep::Number),
            ("impression_count", Keep::Number),
        ]),
    ),
    ("referenced_tweets", REFERENCES),
    ("referenced_posts", REFERENCES),
    ("edit_history_tweet_ids", Keep::List(&MESSAGE)),
    ("edit_history_post_ids", Keep::List(&MESSAGE)),
    (
        "attachments",
        Keep::Object(&[
            ("media_keys", Keep::List(&Keep::Text(media))),
            ("poll_ids", Keep::List(&Keep::Something)),
        ]),
    ),
    // Of links only how many.
    (
        "entities",
        Keep::Object(&[("urls", Keep::List(&Keep::Mark))]),
    ),
];

/// Of a medium's key the kind, which is the number before the line.
fn media(key: &str) -> String {
    match key.split_once('_') {
        Some((kind, _)) if kind.len() <= 2 && is_number(kind) => format!("{kind}_0"),
        _ => UNREAD.to_owned(),
    }
}

/// A message's id, which tells when it was written.
const MESSAGE: Keep = Keep::TellingMessage(time::stand_in);

const REFERENCES: Keep = Keep::List(&Keep::Object(&[
    ("type", Keep::OneOf(&["replied_to", "retweeted", "quoted"])),
    ("id", MESSAGE),
]));

const META: Keep = Keep::Object(&[("result_count", Keep::Number), ("next_token", Keep::Place)]);

const PROBLEMS: Keep = Keep::List(&Keep::As(&PROBLEM));

static PROBLEM: Keep = Keep::Object(&[
    (
        "title",
        Keep::Phrases(&["not found", "UsageCapExceeded", "CreditsDepleted"]),
    ),
    ("detail", Keep::Phrases(&["suspended"])),
    ("type", Keep::Text(kind)),
    (
        "reason",
        Keep::OneOf(&["client-not-enrolled", "official-client-forbidden"]),
    ),
    // What we asked for; of a post below ours it may be its author.
    ("value", Keep::Author),
    ("resource_id", Keep::Author),
    ("errors", Keep::List(&Keep::As(&PROBLEM))),
]);

/// The kinds of problems that `refusal.rs` tells apart.
const KINDS: [&str; 7] = [
    "not-authorized-for-resource",
    "resource-unavailable",
    "resource-not-found",
    "usage-capped",
    "credits",
    "client-forbidden",
    "unsupported-authentication",
];

/// The last segment of a kind's address, where it is one of these.
fn kind(address: &str) -> String {
    let last = address.rsplit('/').next().unwrap_or_default();
    let known = KINDS.iter().find(|kind| **kind == last);
    known.map_or_else(String::new, |kind| (*kind).to_owned())
}
