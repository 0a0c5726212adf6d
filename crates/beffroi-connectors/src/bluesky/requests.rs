//! The addresses that are asked: XRPC queries of the AppView, all of them GETs without a key.
//!
//! Source: the lexicons `app.bsky.actor.*` and `app.bsky.feed.*` of bluesky-social/atproto.

use url::Url;

/// Most actors that one `getProfiles` answers (lexicon).
pub(super) const PROFILES_PER_CALL: usize = 25;

/// Most posts of one page of a feed (lexicon).
const FEED_PER_PAGE: &str = "100";

/// Levels of replies asked for. The lexicon allows 1,000; each level nests the answer by two, and
/// JSON nested deeper than 128 is refused by our parser.
const THREAD_DEPTH: &str = "40";

/// Profiles of several actors; the key is repeated, a list with commas would be one bad actor.
pub(super) fn profiles<'a>(base: &Url, actors: impl IntoIterator<Item = &'a str>) -> Url {
    let actors = actors.into_iter().map(|actor| ("actors", actor));
    query(base, "app.bsky.actor.getProfiles", actors)
}

/// The profile of one actor.
pub(super) fn profile(base: &Url, actor: &str) -> Url {
    query(base, "app.bsky.actor.getProfile", [("actor", actor)])
}

/// A page of what an actor posted, replies included.
pub(super) fn feed(base: &Url, did: &str, cursor: Option<&str>) -> Url {
    let fixed = [
        ("actor", did),
        ("filter", "posts_with_replies"),
        ("limit", FEED_PER_PAGE),
    ];
    let cursor = cursor.map(|cursor| ("cursor", cursor));
    query(
        base,
        "app.bsky.feed.getAuthorFeed",
        fixed.into_iter().chain(cursor),
    )
}

/// What stands below a post of the account.
pub(super) fn thread(base: &Url, uri: &str) -> Url {
    let parameters = [("uri", uri), ("depth", THREAD_DEPTH), ("parentHeight", "0")];
    query(base, "app.bsky.feed.getPostThread", parameters)
}

fn query<'a>(
    base: &Url,
    method: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("/xrpc/{method}"));
    url.set_query(None);
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_are_those_of_the_lexicons() {
        let base: Url = "https://public.api.bsky.app".parse().unwrap();
        assert_eq!(
            profiles(&base, ["a.example", "did:plc:x"]).as_str(),
            "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfiles\
             ?actors=a.example&actors=did%3Aplc%3Ax"
        );
        assert_eq!(
            feed(&base, "did:plc:x", Some("2026-11-18T09:00:00Z")).as_str(),
            "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed\
             ?actor=did%3Aplc%3Ax&filter=posts_with_replies&limit=100\
             &cursor=2026-11-18T09%3A00%3A00Z"
        );
        assert_eq!(
            thread(&base, "at://did:plc:x/app.bsky.feed.post/3k").as_str(),
            "https://public.api.bsky.app/xrpc/app.bsky.feed.getPostThread\
             ?uri=at%3A%2F%2Fdid%3Aplc%3Ax%2Fapp.bsky.feed.post%2F3k&depth=40&parentHeight=0"
        );
    }
}
