//! The addresses that are asked, all of them GETs whose token is in a header.
//!
//! Field expansion brings a page, its posts and their comments in one call, which counts as one;
//! asking for several pages at once (`?ids=`) counts as one for each of them and fails for all when
//! one of them is unknown (Graph API, "Rate Limits" and "Batch Requests", read in 2026).
//!
//! Of a comment no text and no name is asked for.

use jiff::Timestamp;
use url::Url;

use super::FacebookSettings;

/// What is asked of a page itself. `fan_count` is what older pages have in the place of
/// `followers_count`.
const PAGE_FIELDS: &str = "id,username,website,is_published,fan_count,followers_count";

/// What is asked of a post, but for its comments.
const POST_FIELDS: &str =
    "id,created_time,status_type,permalink_url,shares,reactions.limit(0).summary(total_count)";

/// What is asked of a comment. `from` is given for pages alone, unless the token is the page's.
const COMMENT_FIELDS: &str = "id,created_time,from{id},parent{id}";

/// Comments of all levels in one list, whose count is that of all levels too.
const COMMENT_FILTER: &str = "stream";

/// Comments of one call that asks for nothing else.
const COMMENTS_PER_CALL: u8 = 100;

/// How much one call asks for. Meta refuses what would be "too much data" without saying how much
/// would not; the next step asks for less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// As many posts as the settings say, with comments.
    Whole,
    /// Half as many.
    Half,
    /// Half as many, with counters alone.
    Counters,
    /// No post: what a token without the permission to read posts may ask.
    PageAlone,
}

impl Depth {
    /// What to try when this is too much.
    pub(super) fn less(self) -> Option<Self> {
        match self {
            Self::Whole => Some(Self::Half),
            Self::Half => Some(Self::Counters),
            Self::Counters | Self::PageAlone => None,
        }
    }

    /// Whether posts are asked for.
    pub(super) fn asks_posts(self) -> bool {
        self != Self::PageAlone
    }

    /// Whether comments come with their posts.
    pub(super) fn nests_comments(self, settings: &FacebookSettings) -> bool {
        matches!(self, Self::Whole | Self::Half) && settings.comments_per_post > 0
    }

    fn posts(self, settings: &FacebookSettings) -> u8 {
        let posts = settings.posts_per_call.get();
        match self {
            Self::Whole => posts,
            Self::Half | Self::Counters => posts.div_ceil(2),
            Self::PageAlone => 0,
        }
    }
}

/// The stretch of time whose posts are asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) since: Timestamp,
    pub(super) until: Timestamp,
}

impl Stretch {
    /// As long as the window. Whether Facebook counts the ends in is not documented, so a second is
    /// added at both; what is too much is left out by us.
    pub(super) fn around(as_of: Timestamp, days: u16) -> Self {
        let second = jiff::SignedDuration::from_secs(1);
        let length = jiff::SignedDuration::from_hours(24 * i64::from(days));
        let moved = |by| as_of.checked_add(by).unwrap_or(as_of);
        Self {
            since: moved(-length - second),
            until: moved(second),
        }
    }
}

/// What shows whether a token may read public pages at all: a page, and one post of it.
pub(super) fn public_page(settings: &FacebookSettings, target: &str) -> Url {
    let fields = "id,followers_count,posts.limit(1){id,created_time}";
    let mut url = node(settings, &[target]);
    url.query_pairs_mut().append_pair("fields", fields);
    url
}

/// A page by its number or user name, with its first posts.
pub(super) fn page(
    settings: &FacebookSettings,
    target: &str,
    depth: Depth,
    stretch: Stretch,
) -> Url {
    let fields = if depth.asks_posts() {
        format!(
            "{PAGE_FIELDS},posts.since({}).until({}).limit({}){{{}}}",
            stretch.since.as_second(),
            stretch.until.as_second(),
            depth.posts(settings),
            post_fields(settings, depth),
        )
    } else {
        PAGE_FIELDS.to_owned()
    };
    let mut url = node(settings, &[target]);
    url.query_pairs_mut().append_pair("fields", &fields);
    url
}

/// A further page of posts. `cursor` is its address within the list: the address that the answer
/// itself offers holds the token.
pub(super) fn posts(
    settings: &FacebookSettings,
    page_id: &str,
    depth: Depth,
    stretch: Stretch,
    cursor: &str,
) -> Url {
    let mut url = node(settings, &[page_id, "posts"]);
    url.query_pairs_mut()
        .append_pair("fields", &post_fields(settings, depth))
        .append_pair("since", &stretch.since.as_second().to_string())
        .append_pair("until", &stretch.until.as_second().to_string())
        .append_pair("limit", &depth.posts(settings).to_string())
        .append_pair("after", cursor);
    url
}

/// Comments below a post, oldest first.
pub(super) fn comments(settings: &FacebookSettings, post_id: &str, cursor: Option<&str>) -> Url {
    let mut url = node(settings, &[post_id, "comments"]);
    url.query_pairs_mut()
        .append_pair("filter", COMMENT_FILTER)
        .append_pair("order", "chronological")
        .append_pair("fields", COMMENT_FIELDS)
        .append_pair("limit", &COMMENTS_PER_CALL.to_string());
    if let Some(cursor) = cursor {
        url.query_pairs_mut().append_pair(CURSOR, cursor);
    }
    url
}

const CURSOR: &str = "after";

/// The address as it is kept in the record of the exchange: without the cursor, which names the
/// last comment of the page before, and a comment is a citizen's.
pub(super) fn without_cursor(url: &Url) -> Option<Url> {
    url.query_pairs().find(|(name, _)| name == CURSOR)?;
    let mut shown = url.clone();
    let kept = url.query_pairs().filter(|(name, _)| name != CURSOR);
    shown
        .query_pairs_mut()
        .clear()
        .extend_pairs(kept)
        .append_pair(CURSOR, "-");
    Some(shown)
}

fn post_fields(settings: &FacebookSettings, depth: Depth) -> String {
    if depth.nests_comments(settings) {
        let limit = settings.comments_per_post;
        format!(
            "{POST_FIELDS},comments.filter({COMMENT_FILTER}).order(chronological).limit({limit})\
             .summary(total_count){{{COMMENT_FIELDS}}}"
        )
    } else {
        format!("{POST_FIELDS},comments.filter({COMMENT_FILTER}).limit(0).summary(total_count)")
    }
}

/// An address below the version. Segments are escaped, so that no handle leads elsewhere.
fn node(settings: &FacebookSettings, segments: &[&str]) -> Url {
    let mut url = settings.base_url.clone();
    url.set_query(None);
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty()
            .push(&settings.api_version)
            .extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch() -> Stretch {
        Stretch::around("2026-11-23T00:00:00Z".parse().unwrap(), 28)
    }

    fn decoded(url: &Url) -> String {
        let pairs = url
            .query_pairs()
            .map(|(name, value)| format!("{name}={value}"));
        format!("{}?{}", url.path(), pairs.collect::<Vec<_>>().join("&"))
    }

    #[test]
    fn a_page_its_posts_and_their_comments_are_one_call() {
        let settings = FacebookSettings::default();
        let url = page(&settings, "mairieexemple", Depth::Whole, stretch());
        assert_eq!(
            decoded(&url),
            "/v25.0/mairieexemple?fields=id,username,website,is_published,fan_count,\
             followers_count,posts.since(1792972799).until(1795392001).limit(25){id,created_time,\
             status_type,permalink_url,shares,reactions.limit(0).summary(total_count),comments.filter(stream)\
             .order(chronological).limit(50).summary(total_count){id,created_time,from{id},\
             parent{id}}}"
        );
        assert_eq!(url.host_str(), Some("graph.facebook.com"));
    }

    #[test]
    fn less_is_asked_for_step_by_step() {
        let settings = FacebookSettings::default();
        let asked = |depth| decoded(&page(&settings, "1", depth, stretch()));
        let half = asked(Depth::Whole.less().unwrap());
        assert!(
            half.contains(".limit(13){id") && half.contains(".limit(50)"),
            "{half}"
        );
        let counters = asked(Depth::Half.less().unwrap());
        assert!(counters.contains(".limit(13){id") && !counters.contains("from{id}"));
        assert!(
            counters.contains("comments.filter(stream).limit(0)"),
            "{counters}"
        );
        assert_eq!(Depth::Counters.less(), None);
        assert!(!asked(Depth::PageAlone).contains("posts"));
        let no_comments = FacebookSettings {
            comments_per_post: 0,
            ..settings
        };
        assert!(!Depth::Whole.nests_comments(&no_comments));
    }

    #[test]
    fn no_handle_leads_elsewhere() {
        let settings = FacebookSettings::default();
        for (target, path) in [
            ("../me", "/v25.0/..%2Fme"),
            ("a?b=c#d", "/v25.0/a%3Fb=c%23d"),
        ] {
            let url = page(&settings, target, Depth::PageAlone, stretch());
            assert_eq!(url.path(), path);
        }
        for target in ["..", "."] {
            let url = page(&settings, target, Depth::PageAlone, stretch());
            assert_eq!(url.path(), "/v25.0", "dots are no step back");
        }
    }

    #[test]
    fn further_pages_are_asked_by_cursor_and_recorded_without_it() {
        let settings = FacebookSettings::default();
        let url = posts(&settings, "12", Depth::Counters, stretch(), "A1=");
        assert!(decoded(&url).starts_with("/v25.0/12/posts?fields=id,created_time"));
        assert!(url.as_str().contains("limit=13&after=A1%3D"), "{url}");
        let url = comments(&settings, "12_34", Some("QQ"));
        assert_eq!(
            decoded(&url),
            "/v25.0/12_34/comments?filter=stream&order=chronological\
             &fields=id,created_time,from{id},parent{id}&limit=100&after=QQ"
        );
        let shown = without_cursor(&url).unwrap();
        assert_eq!(decoded(&shown), decoded(&url).replace("QQ", "-"));
        assert_eq!(without_cursor(&comments(&settings, "12_34", None)), None);
    }
}
