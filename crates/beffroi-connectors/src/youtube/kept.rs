//! What of the platform's answers the archive may keep: what `wire.rs`, `feed.rs` and `name.rs` read, and no
//! more.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::name;
use crate::{
    api::stand_in_of_page,
    kept::{Keep, KeptAnswer, KeptAnswers, Part, is_number, is_time},
};

/// A list of the API, of such items.
macro_rules! list {
    ($item:expr) => {
        Keep::Object(&[
            ("kind", Keep::Text(kind)),
            ("items", Keep::List(&$item)),
            ("nextPageToken", Keep::Place),
            ("pageInfo", Keep::Object(&[("totalResults", Keep::Number)])),
        ])
    };
}

/// See there. Pages of the site stand before calls of the API: a channel may be called as a method is.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[
        KeptAnswer {
            path: "feeds/videos.xml",
            keep: Keep::Body(feed),
        },
        KeptAnswer {
            path: "channel/*",
            keep: Keep::Body(page),
        },
        KeptAnswer {
            path: "user/*",
            keep: Keep::Body(page),
        },
        KeptAnswer {
            path: "c/*",
            keep: Keep::Body(page),
        },
        KeptAnswer {
            path: "channels",
            keep: list!(CHANNEL),
        },
        KeptAnswer {
            path: "playlistItems",
            keep: list!(UPLOAD),
        },
        KeptAnswer {
            path: "videos",
            keep: list!(VIDEO),
        },
        KeptAnswer {
            path: "videos:batchGetStats",
            keep: list!(VIDEO),
        },
        KeptAnswer {
            path: "commentThreads",
            keep: list!(THREAD),
        },
        KeptAnswer {
            path: "comments",
            keep: list!(COMMENT),
        },
        // The page of a handle.
        KeptAnswer {
            path: "*",
            keep: Keep::Body(page),
        },
    ],
    refusals: Keep::Object(&[(
        "error",
        Keep::Object(&[("errors", REASONS), ("details", REASONS)]),
    )]),
    parameters: &[
        ("part", Part::Plain),
        ("fields", Part::Plain),
        ("maxResults", Part::Plain),
        ("order", Part::Plain),
        ("textFormat", Part::Plain),
        ("forHandle", Part::Plain),
        ("forUsername", Part::Plain),
        ("user", Part::Plain),
        ("id", Part::Own),
        ("channel_id", Part::Own),
        ("playlistId", Part::Own),
        ("videoId", Part::Own),
        ("allThreadsRelatedToChannelId", Part::Own),
        ("parentId", Part::Message),
        ("pageToken", Part::Place),
    ],
    places_asked: &[],
    headers: &[],
};

const CHANNEL: Keep = Keep::Object(&[
    ("id", Keep::Own),
    (
        "snippet",
        Keep::Object(&[("customUrl", Keep::Value), ("publishedAt", Keep::Time)]),
    ),
    (
        "statistics",
        Keep::Object(&[
            ("subscriberCount", Keep::Number),
            ("hiddenSubscriberCount", Keep::Flag),
            ("videoCount", Keep::Number),
        ]),
    ),
    (
        "contentDetails",
        Keep::Object(&[("relatedPlaylists", Keep::Object(&[("uploads", Keep::Own)]))]),
    ),
    ("status", STATUS),
]);

const STATUS: Keep = Keep::Object(&[(
    "privacyStatus",
    Keep::OneOf(&["public", "private", "unlisted"]),
)]);

const UPLOAD: Keep = Keep::Object(&[(
    "contentDetails",
    Keep::Object(&[("videoId", Keep::Own), ("videoPublishedAt", Keep::Time)]),
)]);

const VIDEO: Keep = Keep::Object(&[
    ("id", Keep::Own),
    (
        "snippet",
        Keep::Object(&[("publishedAt", Keep::Time), ("publishTime", Keep::Time)]),
    ),
    (
        "statistics",
        Keep::Object(&[
            ("viewCount", Keep::Number),
            ("likeCount", Keep::Number),
            ("commentCount", Keep::Number),
        ]),
    ),
    ("status", STATUS),
]);

const THREAD: Keep = Keep::Object(&[
    ("id", Keep::Message),
    (
        "snippet",
        Keep::Object(&[
            ("videoId", Keep::Message),
            ("totalReplyCount", Keep::Number),
            ("topLevelComment", COMMENT),
        ]),
    ),
    (
        "replies",
        Keep::Object(&[("comments", Keep::List(&COMMENT))]),
    ),
]);

/// A comment, by anybody.
const COMMENT: Keep = Keep::Object(&[(
    "snippet",
    Keep::Object(&[
        ("publishedAt", Keep::Time),
        ("authorChannelId", Keep::Object(&[("value", Keep::Author)])),
        ("videoId", Keep::Message),
    ]),
)]);

/// Why a call was refused, in the words that `refusal.rs` knows.
const REASONS: Keep = Keep::List(&Keep::Object(&[(
    "reason",
    Keep::OneOf(&[
        "quotaExceeded",
        "dailyLimitExceeded",
        "rateLimitExceeded",
        "userRateLimitExceeded",
        "processingFailure",
        "channelNotFound",
        "playlistNotFound",
        "videoNotFound",
        "commentThreadNotFound",
        "commentNotFound",
        "channelClosed",
        "channelSuspended",
        "commentsDisabled",
        "API_KEY_INVALID",
        "API_KEY_EXPIRED",
        "keyInvalid",
        "keyExpired",
        "API_KEY_SERVICE_BLOCKED",
        "SERVICE_DISABLED",
        "accessNotConfigured",
    ]),
)]));

/// That an answer says it is a list of the API.
fn kind(kind: &str) -> String {
    let is_list = kind.starts_with("youtube#");
    if is_list { "youtube#list" } else { "?" }.to_owned()
}

/// The id that a page shows of its own channel.
fn page(body: &[u8]) -> Vec<u8> {
    let mut kept = stand_in_of_page(body).to_owned();
    if let Some(id) = name::id_in_page(body) {
        let link =
            format!("<link rel=\"canonical\" href=\"https://www.youtube.com/channel/{id}\">");
        kept.push_str(&link);
    }
    kept.into_bytes()
}

/// A feed with the elements that are read, up to where it cannot be read any more.
fn feed(body: &[u8]) -> Vec<u8> {
    let kept = std::str::from_utf8(body).ok().and_then(elements);
    let kept = kept.unwrap_or_else(|| stand_in_of_page(body).to_owned());
    kept.into_bytes()
}

/// `None` where it does not begin as a feed.
fn elements(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text);
    let mut kept = String::new();
    let mut element = String::new();
    loop {
        // What has no end is read as none, and so is this.
        let Ok(event) = reader.read_event() else {
            return Some(kept);
        };
        match event {
            Event::Eof => return Some(kept),
            Event::Start(tag) => {
                tag.name().as_ref().clone_into(&mut element);
                if kept.is_empty() && element != "feed" {
                    return None;
                }
                if is_read(&element) {
                    kept.push_str(&opened(&tag, false));
                } else {
                    kept.push_str("<other>");
                }
            }
            Event::Empty(tag) if is_read(tag.name().as_ref()) => {
                kept.push_str(&opened(&tag, true));
            }
            Event::Text(text) => {
                let text = text.trim();
                let is_kept = match element.as_str() {
                    "yt:channelId" | "yt:videoId" => is_id(text),
                    "published" => is_time(text),
                    _ => false,
                };
                if is_kept {
                    kept.push_str(text);
                }
            }
            Event::End(tag) => {
                let name = tag.name();
                let name = name.as_ref();
                let name = if is_read(name) { name } else { "other" };
                kept.push_str(&format!("</{name}>"));
                element.clear();
            }
            _ => {}
        }
    }
}

fn is_read(element: &str) -> bool {
    matches!(
        element,
        "feed" | "entry" | "yt:channelId" | "yt:videoId" | "published" | "media:statistics"
    )
}

/// A tag with the one attribute that is read.
fn opened(tag: &BytesStart<'_>, is_empty: bool) -> String {
    let name = tag.name();
    let views = match name.as_ref() {
        "media:statistics" => tag.try_get_attribute("views").ok().flatten(),
        _ => None,
    };
    let views = views.map_or_else(String::new, |views| {
        let views = views.value.trim();
        let views = if is_number(views) { views } else { "?" };
        format!(" views=\"{views}\"")
    });
    let end = if is_empty { "/" } else { "" };
    format!("<{}{views}{end}>", name.as_ref())
}

/// The letters of YouTube's ids.
fn is_id(text: &str) -> bool {
    let is_letter = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
    text.len() <= 24 && text.bytes().all(is_letter)
}
