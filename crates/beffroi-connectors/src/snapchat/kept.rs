//! What of the platform's pages the archive may keep: of the data from which a page is drawn what `wire.rs`
//! reads, and no more.

use super::wire;
use crate::{
    api::stand_in_of_page,
    kept::{Keep, KeptAnswer, KeptAnswers, UNREAD, json_within},
};

/// See there. The path is the account's name.
pub(super) static ANSWERS: KeptAnswers = KeptAnswers {
    answers: &[KeptAnswer {
        path: "*",
        keep: Keep::Body(page),
    }],
    refusals: Keep::Body(page),
    parameters: &[],
    places_asked: &[],
    headers: &[],
};

const DATA: Keep = Keep::Object(&[(
    "props",
    Keep::Object(&[("pageProps", Keep::Object(&[("userProfile", PROFILE)]))]),
)]);

const PROFILE: Keep = Keep::Object(&[
    ("publicProfileInfo", Keep::Object(PUBLIC)),
    // Of somebody without a public profile only that there is one.
    ("userInfo", Keep::Object(&[("username", Keep::Something)])),
    ("username", Keep::Value),
    ("subscriberCount", Keep::Number),
    ("websiteUrl", Keep::Value),
]);

const PUBLIC: &[(&str, Keep)] = &[
    ("username", Keep::Value),
    ("subscriberCount", Keep::Number),
    ("websiteUrl", Keep::Value),
];

/// The page with these data alone.
fn page(body: &[u8]) -> Vec<u8> {
    let mut kept = stand_in_of_page(body).to_owned();
    if let Some(data) = wire::data_of(body) {
        let data = json_within(&DATA, data).unwrap_or_else(|| UNREAD.to_owned());
        kept =
            format!("{kept}<script id=\"__NEXT_DATA__\" type=\"application/json\">{data}</script>");
    }
    kept.into_bytes()
}
