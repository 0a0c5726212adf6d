//! The addresses that are asked: GETs of the Data API v3 (developers.google.com/youtube/v3/docs;
//! read in 2026), the site's feeds and pages.
//!
//! Rule: `fields` names what is read and nothing else, so that citizens' names and texts are not
//! even sent; and the key is a header, never part of an address.

use url::Url;

use super::name::Name;

/// Most channels that one `channels` answers, and most videos that one `videos` does. That of
/// `videos:batchGetStats` is not published; it is asked for as many.
pub(super) const IDS_PER_CALL: usize = 50;

/// Most uploads of one page (`playlistItems`).
const UPLOADS_PER_PAGE: &str = "50";

/// Most threads or replies of one page (`commentThreads`, `comments`).
pub(super) const COMMENTS_PER_PAGE: usize = 100;

const CHANNEL_PARTS: &str = "snippet,statistics,contentDetails,status";
const CHANNEL_FIELDS: &str = "kind,pageInfo/totalResults,items(id,snippet(customUrl,publishedAt),\
     statistics(subscriberCount,hiddenSubscriberCount,videoCount),\
     contentDetails/relatedPlaylists/uploads,status/privacyStatus)";
const UPLOAD_FIELDS: &str =
    "kind,pageInfo/totalResults,nextPageToken,items/contentDetails(videoId,videoPublishedAt)";
const VIDEO_FIELDS: &str = "kind,pageInfo/totalResults,items(id,snippet/publishedAt,status/privacyStatus,\
     statistics(viewCount,likeCount,commentCount))";
const THREAD_FIELDS: &str = "kind,pageInfo/totalResults,nextPageToken,items(id,snippet(videoId,totalReplyCount,\
     topLevelComment/snippet(publishedAt,authorChannelId)),\
     replies/comments(id,snippet(publishedAt,authorChannelId)))";
const REPLY_FIELDS: &str =
    "kind,pageInfo/totalResults,nextPageToken,items(id,snippet(publishedAt,authorChannelId))";

/// Up to [`IDS_PER_CALL`] channels by their ids.
pub(super) fn channels(base: &Url, ids: &[&str]) -> Url {
    channel_query(base, ("id", &ids.join(",")))
}

/// The channel of a handle.
pub(super) fn channel_by_handle(base: &Url, handle: &str) -> Url {
    channel_query(base, ("forHandle", &format!("@{handle}")))
}

/// The channel of a user name of the first years.
pub(super) fn channel_by_username(base: &Url, name: &str) -> Url {
    channel_query(base, ("forUsername", name))
}

fn channel_query(base: &Url, filter: (&str, &str)) -> Url {
    let parameters = [
        ("part", CHANNEL_PARTS),
        ("fields", CHANNEL_FIELDS),
        ("maxResults", "50"),
        filter,
    ];
    query(base, "channels", parameters)
}

/// A page of a channel's uploads.
pub(super) fn uploads(base: &Url, playlist: &str, page: Option<&str>) -> Url {
    let fixed = [
        ("part", "contentDetails"),
        ("fields", UPLOAD_FIELDS),
        ("maxResults", UPLOADS_PER_PAGE),
        ("playlistId", playlist),
    ];
    query(base, "playlistItems", with_page(fixed, page))
}

/// Counters of videos, of the common allowance.
pub(super) fn videos(base: &Url, ids: &[&str]) -> Url {
    let ids = ids.join(",");
    let parameters = [
        ("part", "snippet,statistics,status"),
        ("fields", VIDEO_FIELDS),
        ("id", ids.as_str()),
    ];
    query(base, "videos", parameters)
}

/// Counters of videos, of the allowance of their own. All that it gives is asked for: its reference
/// page could not be read whole, and a field that is not there would fail the call.
pub(super) fn batch_statistics(base: &Url, ids: &[&str]) -> Url {
    let ids = ids.join(",");
    let parameters = [("part", "id,snippet,statistics"), ("id", ids.as_str())];
    query(base, "videos:batchGetStats", parameters)
}

/// A page of the threads below one video, newest first.
pub(super) fn threads_of_video(base: &Url, video_id: &str, page: Option<&str>) -> Url {
    threads(base, ("videoId", video_id), page)
}

/// A page of the threads below all videos of a channel, newest first.
pub(super) fn threads_of_channel(base: &Url, channel_id: &str, page: Option<&str>) -> Url {
    threads(base, ("allThreadsRelatedToChannelId", channel_id), page)
}

fn threads(base: &Url, filter: (&str, &str), page: Option<&str>) -> Url {
    let per_page = COMMENTS_PER_PAGE.to_string();
    let fixed = [
        ("part", "snippet,replies"),
        ("fields", THREAD_FIELDS),
        ("maxResults", per_page.as_str()),
        ("order", "time"),
        ("textFormat", "plainText"),
        filter,
    ];
    query(base, "commentThreads", with_page(fixed, page))
}

/// A page of the replies in one thread.
pub(super) fn replies(base: &Url, thread_id: &str, page: Option<&str>) -> Url {
    let per_page = COMMENTS_PER_PAGE.to_string();
    let fixed = [
        ("part", "snippet"),
        ("fields", REPLY_FIELDS),
        ("maxResults", per_page.as_str()),
        ("textFormat", "plainText"),
        ("parentId", thread_id),
    ];
    query(base, "comments", with_page(fixed, page))
}

/// How a call for comments is recorded: without what may name a citizen's comment.
pub(super) fn shown(url: &Url) -> Url {
    let mut shown = url.clone();
    shown.query_pairs_mut().clear().extend_pairs(
        url.query_pairs()
            .filter(|(key, _)| !matches!(key.as_ref(), "parentId" | "pageToken")),
    );
    shown
}

/// The feed of a channel.
pub(super) fn feed(site: &Url, channel_id: &str) -> Url {
    feed_query(site, "channel_id", channel_id)
}

/// The feed of the channel of a user name.
pub(super) fn feed_of_user(site: &Url, name: &str) -> Url {
    feed_query(site, "user", name)
}

fn feed_query(site: &Url, key: &str, value: &str) -> Url {
    let mut url = below(site, &["feeds", "videos.xml"]);
    url.query_pairs_mut().append_pair(key, value);
    url
}

/// The page of a channel.
pub(super) fn page(site: &Url, name: Name<'_>) -> Url {
    match name {
        Name::Id(id) => below(site, &["channel", id]),
        Name::Handle(handle) => below(site, &[&format!("@{handle}")]),
        Name::Username(name) => below(site, &["user", name]),
        Name::Custom(name) => below(site, &["c", name]),
    }
}

/// The public address of a video.
pub(super) fn video_page(video_id: &str) -> String {
    format!("https://www.youtube.com/watch?v={video_id}")
}

fn with_page<'a>(
    fixed: impl IntoIterator<Item = (&'a str, &'a str)>,
    page: Option<&'a str>,
) -> impl Iterator<Item = (&'a str, &'a str)> {
    let page = page.map(|page| ("pageToken", page));
    fixed.into_iter().chain(page)
}

fn query<'a>(
    base: &Url,
    method: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Url {
    let mut url = below(base, &[method]);
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// Segments are encoded, so that a name cannot lead to another address.
fn below(root: &Url, segments: &[&str]) -> Url {
    let mut url = root.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.path_segments_mut()
        .expect("roots are http addresses, which have a path")
        .pop_if_empty()
        .extend(segments);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        "https://www.googleapis.com/youtube/v3".parse().unwrap()
    }

    fn site() -> Url {
        "https://www.youtube.com/".parse().unwrap()
    }

    fn value(url: &Url, name: &str) -> Option<String> {
        let mut pairs = url.query_pairs();
        pairs.find(|(key, _)| key == name).map(|(_, it)| it.into())
    }

    #[test]
    fn the_addresses_are_those_of_the_documentation() {
        let root = "https://www.googleapis.com/youtube/v3";
        for (url, method, key, expected) in [
            (
                channels(&base(), &["UC1", "UC2"]),
                "channels",
                "id",
                "UC1,UC2",
            ),
            (
                channel_by_handle(&base(), "a·b"),
                "channels",
                "forHandle",
                "@a·b",
            ),
            (
                channel_by_username(&base(), "ab"),
                "channels",
                "forUsername",
                "ab",
            ),
            (
                uploads(&base(), "UU1", None),
                "playlistItems",
                "playlistId",
                "UU1",
            ),
            (videos(&base(), &["a", "b"]), "videos", "id", "a,b"),
            (
                batch_statistics(&base(), &["a", "b"]),
                "videos:batchGetStats",
                "id",
                "a,b",
            ),
            (
                threads_of_video(&base(), "a", None),
                "commentThreads",
                "videoId",
                "a",
            ),
            (
                threads_of_channel(&base(), "UC1", Some("t")),
                "commentThreads",
                "allThreadsRelatedToChannelId",
                "UC1",
            ),
            (replies(&base(), "Ug", None), "comments", "parentId", "Ug"),
        ] {
            let (address, _) = url.as_str().split_once('?').unwrap();
            assert_eq!(address, format!("{root}/{method}"));
            assert_eq!(value(&url, key).as_deref(), Some(expected));
            assert!(value(&url, "part").is_some());
            assert_eq!(value(&url, "key"), None);
        }
        let page = uploads(&base(), "UU1", Some("EAAa"));
        assert_eq!(value(&page, "pageToken").as_deref(), Some("EAAa"));
    }

    #[test]
    fn citizens_names_and_texts_are_not_asked_for() {
        for fields in [THREAD_FIELDS, REPLY_FIELDS] {
            for name in ["text", "DisplayName", "ProfileImage", "channelUrl"] {
                assert!(!fields.contains(name), "{fields}");
            }
        }
    }

    #[test]
    fn a_call_for_comments_is_shown_without_what_names_one() {
        let url = replies(&base(), "UgxAAA", Some("token"));
        let shown = shown(&url);
        assert!(!shown.as_str().contains("UgxAAA"), "{shown}");
        assert!(!shown.as_str().contains("token"), "{shown}");
        assert_eq!(shown.path(), url.path());
        assert_eq!(value(&shown, "maxResults").as_deref(), Some("100"));
    }

    #[test]
    fn feeds_and_pages_are_those_of_the_site() {
        for (url, expected) in [
            (feed(&site(), "UC1"), "feeds/videos.xml?channel_id=UC1"),
            (feed_of_user(&site(), "a&b"), "feeds/videos.xml?user=a%26b"),
            (page(&site(), Name::Handle("a.b")), "@a.b"),
            (
                page(&site(), Name::Custom("ville exemple")),
                "c/ville%20exemple",
            ),
            (page(&site(), Name::Custom("../x")), "c/..%2Fx"),
            (page(&site(), Name::Username("x")), "user/x"),
            (page(&site(), Name::Id("UC1")), "channel/UC1"),
        ] {
            assert_eq!(url.as_str(), format!("https://www.youtube.com/{expected}"));
        }
    }
}
