//! Answers of a Bluesky AppView for made-up towns: profiles by 25, feeds of some 5 KB.

use std::fmt::Write as _;

use jiff::{SignedDuration, Timestamp};

/// Posts of a feed: as many as make 5 KB.
const POSTS: i64 = 7;

/// The permanent id of a town's account; a town's name is six letters.
pub fn did(town: &str) -> String {
    format!("did:plc:{town:a<24}")
}

/// The handle of a town's account.
pub fn handle(town: &str) -> String {
    format!("mairie-{town}.bsky.social")
}

/// The profile of a town's account.
pub fn profile(town: &str) -> String {
    format!(
        r#"{{"did":"{did}","handle":"{handle}","displayName":"Mairie {town}","description":"Compte officiel de la mairie","avatar":"https://cdn.bsky.app/img/avatar/plain/{did}/bafkreib2rxk3rybpr@jpeg","followersCount":421,"followsCount":37,"postsCount":655,"associated":{{"lists":0,"feedgens":0,"starterPacks":0,"labeler":false}},"labels":[],"createdAt":"2024-11-12T08:00:00.000Z","indexedAt":"2025-01-20T10:00:00.000Z"}}"#,
        did = did(town),
        handle = handle(town),
    )
}

/// The feed of a town's account: posts of the days before `now`, nobody having replied.
pub fn feed(town: &str, now: Timestamp) -> String {
    let (did, handle) = (did(town), handle(town));
    let mut items = String::new();
    for number in 0..POSTS {
        let at = now - SignedDuration::from_hours(24 * number + 1);
        let _ = write!(
            items,
            r#"{comma}{{"post":{{"uri":"at://{did}/app.bsky.feed.post/3lbxyzab{number}d222","cid":"bafyreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy","author":{{"did":"{did}","handle":"{handle}","displayName":"Mairie {town}","avatar":"https://cdn.bsky.app/img/avatar/plain/{did}/bafkreib2rxk3rybpr@jpeg","labels":[],"createdAt":"2024-11-12T08:00:00.000Z"}},"record":{{"$type":"app.bsky.feed.post","text":"R\u00e9union publique \u00e0 18 h, salle des f\u00eates","createdAt":"{at}","langs":["fr"]}},"bookmarkCount":0,"replyCount":0,"repostCount":3,"likeCount":14,"quoteCount":1,"indexedAt":"{at}","labels":[]}}}}"#,
            comma = if number == 0 { "" } else { "," },
        );
    }
    format!(r#"{{"feed":[{items}]}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_json_of_their_size() {
        let feed = feed("aaaabc", Timestamp::UNIX_EPOCH);
        assert!(feed.len().abs_diff(5_000) < 500, "{} bytes", feed.len());
        serde_json::from_str::<serde_json::Value>(&feed).unwrap();
        let profile: serde_json::Value = serde_json::from_str(&profile("aaaabc")).unwrap();
        assert_eq!(profile["did"].as_str().unwrap().len(), 32);
    }
}
