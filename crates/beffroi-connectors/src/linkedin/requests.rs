//! The addresses that are asked, all of them GETs (learn.microsoft.com/linkedin, read in 2026).
//!
//! URNs are percent-encoded, the parentheses and commas of a `List(…)` are not: that is how Rest.li
//! tells a list from a value, so that queries are written by hand.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// Most organisations or posts that one call names. LinkedIn publishes no number; addresses of some
/// thousand characters are usual.
pub(super) const IDS_PER_CALL: usize = 50;

/// Posts and comments of one page (documented maximum).
pub(super) const PER_PAGE: usize = 100;

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The organisation of a name.
pub(super) fn by_name(base: &Url, name: &str) -> Url {
    let query = format!("q=vanityName&vanityName={}", encoded(name));
    address(base, "/rest/organizations", &query)
}

/// Organisations by their numbers.
pub(super) fn lookup(base: &Url, ids: &[&str]) -> Url {
    let query = format!("ids=List({})", ids.join(","));
    address(base, "/rest/organizationsLookup", &query)
}

/// How many follow an organisation.
pub(super) fn network_size(base: &Url, urn: &str, edge_type: &str) -> Url {
    let path = format!("/rest/networkSizes/{}", encoded(urn));
    address(base, &path, &format!("edgeType={edge_type}"))
}

/// A page of an organisation's posts, those changed last first.
pub(super) fn posts(base: &Url, urn: &str, start: usize) -> Url {
    let query = format!(
        "author={}&q=author&count={PER_PAGE}&start={start}&sortBy=LAST_MODIFIED",
        encoded(urn)
    );
    address(base, "/rest/posts", &query)
}

/// Counters of posts.
pub(super) fn social_metadata(base: &Url, urns: &[&str]) -> Url {
    let urns: Vec<String> = urns.iter().map(|urn| encoded(urn)).collect();
    let query = format!("ids=List({})", urns.join(","));
    address(base, "/rest/socialMetadata", &query)
}

/// A page of what was said below a post or a comment.
pub(super) fn comments(base: &Url, urn: &str, start: usize) -> Url {
    comments_below(base, &encoded(urn), start)
}

/// The same as it may be recorded where the urn is a comment's, which is a citizen's.
pub(super) fn comments_shown(base: &Url, start: usize) -> Url {
    comments_below(base, "*", start)
}

fn comments_below(base: &Url, encoded_urn: &str, start: usize) -> Url {
    let path = format!("/rest/socialActions/{encoded_urn}/comments");
    address(base, &path, &format!("start={start}&count={PER_PAGE}"))
}

/// The public address of a post.
pub(super) fn post(urn: &str) -> String {
    format!("https://www.linkedin.com/feed/update/{urn}")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

fn address(base: &Url, path: &str, query: &str) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(Some(query));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urns_are_encoded_and_lists_are_not() {
        let base: Url = "https://api.linkedin.com/".parse().unwrap();
        for (url, expected) in [
            (
                by_name(&base, "mairie-de-sète"),
                "/rest/organizations?q=vanityName&vanityName=mairie-de-s%C3%A8te",
            ),
            (
                lookup(&base, &["2414183", "1035"]),
                "/rest/organizationsLookup?ids=List(2414183,1035)",
            ),
            (
                network_size(
                    &base,
                    "urn:li:organization:2414183",
                    "COMPANY_FOLLOWED_BY_MEMBER",
                ),
                "/rest/networkSizes/urn%3Ali%3Aorganization%3A2414183\
                 ?edgeType=COMPANY_FOLLOWED_BY_MEMBER",
            ),
            (
                posts(&base, "urn:li:organization:7", 100),
                "/rest/posts?author=urn%3Ali%3Aorganization%3A7&q=author&count=100&start=100\
                 &sortBy=LAST_MODIFIED",
            ),
            (
                social_metadata(&base, &["urn:li:share:1", "urn:li:ugcPost:2"]),
                "/rest/socialMetadata?ids=List(urn%3Ali%3Ashare%3A1,urn%3Ali%3AugcPost%3A2)",
            ),
            (
                comments(&base, "urn:li:comment:(urn:li:activity:7,8)", 0),
                "/rest/socialActions/urn%3Ali%3Acomment%3A%28urn%3Ali%3Aactivity%3A7%2C8%29\
                 /comments?start=0&count=100",
            ),
            (
                comments_shown(&base, 100),
                "/rest/socialActions/*/comments?start=100&count=100",
            ),
        ] {
            let expected = format!("https://api.linkedin.com{expected}");
            assert_eq!(url.as_str(), expected);
        }
    }
}
