//! The addresses that are asked, all of them GETs.
//!
//! Sources: Meta, "Threads Profiles" (2026-04-13); the parameters of `/profile_posts`, public
//! clients (2026).

use jiff::Timestamp;
use url::Url;

/// Most posts of one page.
const POSTS_PER_PAGE: &str = "100";

/// Fields of a post: neither text nor media, nor what it quotes or reposts.
const POST: &str = "id,media_type,permalink,timestamp";

/// The profile of a name. Without `fields` all of it is answered; that the parameter is accepted
/// here was only seen in clients.
pub(super) fn profile(base: &Url, name: &str) -> Url {
    query(base, "profile_lookup", &[("username", name)])
}

/// A page of the posts of a name since a moment.
pub(super) fn posts(base: &Url, name: &str, since: Timestamp, cursor: Option<&str>) -> Url {
    let since = since.as_second().to_string();
    let mut pairs = vec![
        ("username", name),
        ("fields", POST),
        ("limit", POSTS_PER_PAGE),
        ("since", &since),
    ];
    pairs.extend(cursor.map(|cursor| ("after", cursor)));
    query(base, "profile_posts", &pairs)
}

fn query(base: &Url, method: &str, pairs: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(method);
    }
    url.query_pairs_mut().clear().extend_pairs(pairs);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_addresses_are_those_of_the_documentation() {
        let base: Url = "https://graph.threads.net/v1.0/".parse().unwrap();
        assert_eq!(
            profile(&base, "mairie").as_str(),
            "https://graph.threads.net/v1.0/profile_lookup?username=mairie"
        );
        let since = Timestamp::from_second(1_790_000_000).unwrap();
        assert_eq!(
            posts(&base, "mairie", since, Some("ZZ==&x")).as_str(),
            "https://graph.threads.net/v1.0/profile_posts?username=mairie\
             &fields=id%2Cmedia_type%2Cpermalink%2Ctimestamp&limit=100&since=1790000000\
             &after=ZZ%3D%3D%26x"
        );
    }
}
