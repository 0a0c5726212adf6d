//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use super::observe;
use crate::{
    fediverse,
    kept::{Keep, KeptAnswer, KeptAnswers, Part, UNREAD},
};

/// See there.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: ".well-known/nodeinfo",
            keep: fediverse::NODEINFO_INDEX,
        },
        KeptAnswer {
            path: "nodeinfo/*",
            keep: fediverse::NODEINFO,
        },
        KeptAnswer {
            path: "api/v1/video-channels/*/videos",
            keep: VIDEOS,
        },
        KeptAnswer {
            path: "api/v1/accounts/*/videos",
            keep: VIDEOS,
        },
        KeptAnswer {
            path: "api/v1/video-channels/*",
            keep: ACTOR,
        },
        KeptAnswer {
            path: "api/v1/accounts/*",
            keep: ACTOR,
        },
        KeptAnswer {
            path: "api/v1/videos/*/comment-threads/?",
            keep: Keep::As(&TREE),
        },
        KeptAnswer {
            path: "api/v1/videos/*/comment-threads",
            keep: THREADS,
        },
        KeptAnswer {
            path: "api/v1/videos/*",
            keep: Keep::Object(&[("commentsPolicy", POLICY), ("commentsEnabled", Keep::Flag)]),
        },
    ],
    refusals: Keep::Object(&[
        ("docs", Keep::Phrases(&["joinpeertube.org"])),
        ("detail", NOT_FOUND),
        ("error", NOT_FOUND),
    ]),
    parameters: &[
        ("start", Part::Plain),
        ("count", Part::Plain),
        ("sort", Part::Plain),
        ("nsfw", Part::Plain),
    ],
    places_asked: &[],
    headers: &[],
};

/// How `resolve.rs` knows PeerTube's own word.
const NOT_FOUND: Keep = Keep::Phrases(&["video channel not found"]);

/// The channel or account. Of its texts the addresses are read.
const ACTOR: Keep = Keep::Actor(&[
    ("name", Keep::Value),
    ("host", Keep::Value),
    ("url", Keep::Value),
    ("followersCount", Keep::Number),
    ("followingCount", Keep::Number),
    ("createdAt", Keep::Time),
    ("description", Keep::Text(links)),
    ("support", Keep::Text(links)),
    ("ownerAccount", OWNER),
]);

const OWNER: Keep = Keep::Actor(&[("name", Keep::Value), ("host", Keep::Value)]);

const VIDEOS: Keep = Keep::Object(&[("total", Keep::Number), ("data", Keep::List(&VIDEO))]);

/// A video of the account's own list.
const VIDEO: Keep = Keep::Object(&[
    ("uuid", Keep::Own),
    ("publishedAt", Keep::Time),
    ("createdAt", Keep::Time),
    ("isLocal", Keep::Flag),
    ("isLive", Keep::Flag),
    ("url", Keep::Value),
    ("views", Keep::Number),
    ("likes", Keep::Number),
    ("comments", Keep::Number),
    ("account", OWNER),
    ("commentsPolicy", POLICY),
    ("commentsEnabled", Keep::Flag),
]);

const POLICY: Keep = Keep::Object(&[("id", Keep::Number), ("label", Keep::Text(policy))]);

const THREADS: Keep = Keep::Object(&[
    ("total", Keep::Number),
    ("totalNotDeletedComments", Keep::Number),
    ("data", Keep::List(&HEAD)),
]);

/// A comment at the top of a thread, by anybody.
const HEAD: Keep = Keep::Object(&[
    ("id", Keep::Message),
    ("createdAt", Keep::Time),
    ("isDeleted", Keep::Flag),
    ("account", Keep::Person),
    ("totalReplies", Keep::Number),
    ("totalRepliesFromVideoAuthor", Keep::Number),
]);

/// A comment with what stands below it.
static TREE: Keep = Keep::Object(&[
    (
        "comment",
        Keep::Object(&[
            ("id", Keep::Message),
            ("createdAt", Keep::Time),
            ("isDeleted", Keep::Flag),
            ("account", Keep::Person),
        ]),
    ),
    ("children", Keep::List(&Keep::As(&TREE))),
]);

/// The addresses in a text.
fn links(text: &str) -> String {
    let links: Vec<String> = observe::links(text).collect();
    links.join(" ")
}

/// Who may comment, in the words that `observe.rs` knows.
fn policy(label: &str) -> String {
    let label = label.trim().to_ascii_lowercase();
    match label.as_str() {
        "enabled" => "enabled",
        "disabled" => "disabled",
        _ if label.contains("approval") => "approval",
        _ => UNREAD,
    }
    .to_owned()
}
