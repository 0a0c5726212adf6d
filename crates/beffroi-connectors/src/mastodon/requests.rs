//! The addresses that are asked, all of them GETs.
//!
//! Sources: joinmastodon.org documentation, `methods/accounts`, `methods/statuses`,
//! `spec/webfinger`; nodeinfo.diaspora.software.

use url::Url;

use crate::fediverse::below;

use super::address::Handle;

/// Most statuses one page holds (documented maximum).
pub(super) const STATUSES_PER_PAGE: u32 = 40;

/// Replies that an anonymous reader is shown below a status (`methods/statuses`, `context`).
pub(super) const ANONYMOUS_DESCENDANTS: usize = 60;

/// Replies that a reader with a token is shown.
pub(super) const AUTHORISED_DESCENDANTS: usize = 4096;

/// Who is `handle`? Asked of the host of a handle's domain.
pub(super) fn webfinger(root: &Url, handle: &Handle) -> Url {
    let mut url = at(root, ".well-known/webfinger");
    let resource = format!("acct:{}", handle.canonical());
    url.query_pairs_mut().append_pair("resource", &resource);
    url
}

/// Which software is this?
pub(super) fn nodeinfo(root: &Url) -> Url {
    at(root, ".well-known/nodeinfo")
}

/// The account of a name on its home server.
pub(super) fn lookup(root: &Url, user: &str) -> Url {
    let mut url = at(root, "api/v1/accounts/lookup");
    url.query_pairs_mut().append_pair("acct", user);
    url
}

/// The account of an id.
pub(super) fn account(root: &Url, id: &str) -> Url {
    below(root, &["api", "v1", "accounts", id])
}

/// The newest page of an account's statuses, its replies included, its boosts left out.
pub(super) fn statuses(root: &Url, id: &str) -> Url {
    let mut url = below(root, &["api", "v1", "accounts", id, "statuses"]);
    url.query_pairs_mut()
        .append_pair("limit", &STATUSES_PER_PAGE.to_string())
        .append_pair("exclude_reblogs", "true");
    url
}

/// A status of the account.
pub(super) fn status(root: &Url, status_id: &str) -> Url {
    below(root, &["api", "v1", "statuses", status_id])
}

/// What was said below a status of the account.
pub(super) fn context(root: &Url, status_id: &str) -> Url {
    below(root, &["api", "v1", "statuses", status_id, "context"])
}

/// The next page, from the `Link` header (RFC 8288). Only its path and query are followed, on the
/// server that we ask anyway: a header cannot lead a token elsewhere.
pub(super) fn next_page(root: &Url, link_header: &str) -> Option<Url> {
    let mut rest = link_header;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        let parameters = after.split('<').next().unwrap_or_default();
        let is_next = parameters.split([';', ',']).any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            name.trim().eq_ignore_ascii_case("rel")
                && value
                    .trim()
                    .trim_matches('"')
                    .split(' ')
                    .any(|rel| rel == "next")
        });
        if is_next {
            let target = root.join(target).ok()?;
            let mut url = root.clone();
            url.set_path(target.path());
            url.set_query(target.query());
            return Some(url);
        }
        rest = after;
    }
    None
}

fn at(root: &Url, path: &str) -> Url {
    root.join(path).expect("a fixed path joins any root")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> Url {
        "https://social.example/".parse().unwrap()
    }

    #[test]
    fn the_addresses_are_those_of_the_documentation() {
        let handle = Handle::parse("mairie@exemple.fr").unwrap();
        for (url, expected) in [
            (
                webfinger(&root(), &handle),
                "https://social.example/.well-known/webfinger?resource=acct%3Amairie%40exemple.fr",
            ),
            (
                lookup(&root(), "mairie"),
                "https://social.example/api/v1/accounts/lookup?acct=mairie",
            ),
            (
                statuses(&root(), "42"),
                "https://social.example/api/v1/accounts/42/statuses?limit=40&exclude_reblogs=true",
            ),
            (
                context(&root(), "../x"),
                "https://social.example/api/v1/statuses/..%2Fx/context",
            ),
        ] {
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn the_next_page_is_followed_and_never_elsewhere() {
        let header = "<https://social.example/api/v1/accounts/42/statuses?max_id=7,8>; rel=\"next\", \
                      <https://social.example/api/v1/accounts/42/statuses?min_id=9>; rel=\"prev\"";
        let expected = "https://social.example/api/v1/accounts/42/statuses?max_id=7,8";
        assert_eq!(next_page(&root(), header).unwrap().as_str(), expected);

        let elsewhere = "<https://evil.example/steal?max_id=7>; rel=next";
        let followed = next_page(&root(), elsewhere).unwrap();
        assert_eq!(followed.as_str(), "https://social.example/steal?max_id=7");
    }

    #[test]
    fn a_header_without_a_next_page_ends_the_list() {
        for header in [
            "",
            "<https://social.example/x>; rel=\"prev\"",
            "<broken",
            "no link",
        ] {
            assert_eq!(next_page(&root(), header), None, "{header}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_leads_away_from_the_server(header in ".{0,120}", target in "[a-z:/.?<>;=,]{0,60}") {
            for header in [header, format!("<{target}>; rel=\"next\"")] {
                if let Some(url) = next_page(&root(), &header) {
                    proptest::prop_assert_eq!(url.origin(), root().origin());
                }
            }
        }
    }
}
