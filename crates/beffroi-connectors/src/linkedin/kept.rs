//! What of the platform's answers the archive may keep: what `wire.rs` reads, and no more.

use crate::kept::{Keep, KeptAnswer, KeptAnswers, Part, UNREAD};

/// See there. Comments are asked for below a post of the account's, or below a comment.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "rest/organizations",
            keep: Keep::Object(&[("elements", Keep::List(&ORGANIZATION)), ("paging", PAGING)]),
        },
        KeptAnswer {
            path: "rest/organizationsLookup",
            keep: Keep::Object(&[
                ("results", Keep::Map(&Keep::Author, &ORGANIZATION)),
                ("statuses", STATUSES),
            ]),
        },
        KeptAnswer {
            path: "rest/networkSizes/*",
            keep: Keep::Object(&[("firstDegreeSize", Keep::Number)]),
        },
        KeptAnswer {
            path: "rest/posts",
            keep: Keep::Object(&[("elements", Keep::List(&POST)), ("paging", PAGING)]),
        },
        KeptAnswer {
            path: "rest/socialMetadata",
            keep: Keep::Object(&[
                ("results", Keep::Map(&Keep::Author, &SOCIAL_METADATA)),
                ("statuses", STATUSES),
            ]),
        },
        KeptAnswer {
            path: "rest/socialActions/?/comments",
            keep: Keep::Object(&[("elements", Keep::List(&COMMENT)), ("paging", PAGING)]),
        },
    ],
    refusals: Keep::Object(&[
        ("code", Keep::Text(code)),
        ("serviceErrorCode", Keep::Number),
        ("message", Keep::Text(spoken)),
    ]),
    parameters: &[
        ("q", Part::Plain),
        ("vanityName", Part::Plain),
        // Of organizations and their posts.
        ("ids", Part::Own),
        ("edgeType", Part::Plain),
        ("author", Part::Own),
        ("count", Part::Plain),
        ("start", Part::Plain),
        ("sortBy", Part::Plain),
    ],
    places_asked: &[],
    headers: &[],
};

const ORGANIZATION: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("vanityName", Keep::Value),
    ("primaryOrganizationType", Keep::OneOf(&["BRAND"])),
    ("localizedWebsite", Keep::Value),
]);

const STATUSES: Keep = Keep::Map(&Keep::Author, &Keep::Number);

/// A post of an organization's own list.
const POST: Keep = Keep::Object(&[
    ("id", Keep::Own),
    ("publishedAt", Keep::Number),
    ("createdAt", Keep::Number),
    ("lastModifiedAt", Keep::Number),
    ("lifecycleState", Keep::OneOf(&["PUBLISHED"])),
    (
        "content",
        Keep::Object(&[
            ("media", Keep::Object(&[("id", Keep::Text(media))])),
            ("multiImage", Keep::Mark),
            ("article", Keep::Mark),
            ("poll", Keep::Mark),
        ]),
    ),
    ("reshareContext", Keep::Mark),
]);

/// Of a medium's URN what it is.
fn media(urn: &str) -> String {
    let kind = urn.split(':').nth(2);
    let known = ["image", "video", "document"].into_iter();
    match known.into_iter().find(|it| kind == Some(it)) {
        Some(kind) => format!("urn:li:{kind}:0"),
        None => UNREAD.to_owned(),
    }
}

const SOCIAL_METADATA: Keep = Keep::Object(&[
    (
        "reactionSummaries",
        Keep::Map(
            &Keep::OneOf(&[
                "LIKE",
                "PRAISE",
                "EMPATHY",
                "INTEREST",
                "APPRECIATION",
                "ENTERTAINMENT",
            ]),
            &Keep::Object(&[("count", Keep::Number)]),
        ),
    ),
    ("commentSummary", Keep::Object(&[("count", Keep::Number)])),
    ("commentsState", Keep::OneOf(&["OPEN", "CLOSED"])),
]);

/// A comment, by anybody.
const COMMENT: Keep = Keep::Object(&[
    ("$URN", Keep::Message),
    ("actor", Keep::Author),
    ("created", Keep::Object(&[("time", Keep::Number)])),
    (
        "commentsSummary",
        Keep::Object(&[
            ("aggregatedTotalComments", Keep::Number),
            ("totalFirstLevelComments", Keep::Number),
        ]),
    ),
]);

/// Whether a list goes on; the addresses of its pages are not read.
const PAGING: Keep = Keep::Object(&[(
    "links",
    Keep::List(&Keep::Object(&[("rel", Keep::OneOf(&["next", "prev"]))])),
)]);

/// Whether a code is one of the API's, and of its version.
fn code(code: &str) -> String {
    let is_code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let is_one = !code.is_empty() && code.len() <= 60 && code.bytes().all(is_code);
    match is_one {
        _ if code.contains("VERSION") => "VERSION",
        true => "CODE",
        false => "",
    }
    .to_owned()
}

/// What `refusal.rs` looks for in a message.
fn spoken(message: &str) -> String {
    let mut kept = Vec::new();
    if message.contains("Version Header") {
        kept.push("Version Header");
    }
    if message.split_whitespace().any(|word| word == "DAY") {
        kept.push("DAY");
    }
    kept.join(" ")
}
