//! The Atom feed of a channel: its newest videos, and how often each was seen.
//!
//! Read by its own names rather than by a general reader of feeds, which passes over the counters
//! of an entry that shows no medium.

use std::cmp::Reverse;

use beffroi_model::{Figure, MissingReason, Post, PostKind};
use jiff::Timestamp;
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{name, requests};
use crate::window::Window;

/// How many videos a feed holds at the most, as seen by its readers; YouTube does not say.
const ENTRIES: usize = 15;

/// A feed, read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Feed {
    /// The channel's permanent id.
    pub(super) channel_id: Option<String>,
    /// Its videos of the window, newest first.
    pub(super) posts: Vec<Post>,
    /// Whether the feed ends within the window: there may be older videos in it.
    pub(super) is_cut: bool,
}

/// Reads a feed; `None` when it is none, is cut off, or has entries of which none can be read.
pub(super) fn read(body: &[u8], window: Window) -> Option<Feed> {
    let (channel_id, entries) = entries(std::str::from_utf8(body).ok()?)?;
    let count = entries.len();
    let mut posts: Vec<Post> = entries.into_iter().filter_map(Entry::into_post).collect();
    if posts.is_empty() && count > 0 {
        return None;
    }
    let reaches_back = posts.iter().any(|post| window.is_past(post.published_at));
    posts.retain(|post| window.contains(post.published_at));
    posts.sort_by_key(|post| Reverse(post.published_at));
    Some(Feed {
        channel_id,
        posts,
        is_cut: count >= ENTRIES && !reaches_back,
    })
}

/// A video, as far as it has been read.
#[derive(Default)]
struct Entry {
    video_id: Option<String>,
    published_at: Option<Timestamp>,
    views: Option<u64>,
}

impl Entry {
    /// The feed's star rating may be the number of likes, but nobody says so: it is left aside.
    fn into_post(self) -> Option<Post> {
        let video_id = self.video_id?;
        let with_key = Figure::Missing(MissingReason::LoginRequired);
        Some(Post {
            url: Some(requests::video_page(&video_id)),
            post_id: video_id,
            published_at: self.published_at?,
            kind: Some(PostKind::Video),
            reactions: with_key,
            comments: with_key,
            shares: Figure::Missing(MissingReason::NotGivenByPlatform),
            views: Figure::from_option(self.views, MissingReason::NotInAnswer),
        })
    }
}

/// The channel's id and the entries of a whole document whose root is `feed`.
fn entries(text: &str) -> Option<(Option<String>, Vec<Entry>)> {
    let mut reader = Reader::from_str(text);
    let mut channel_id = None;
    let mut entries: Vec<Entry> = Vec::new();
    let mut is_in_entry = false;
    let mut element = String::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                if element.is_empty() && tag.name().as_ref() != "feed" {
                    return None;
                }
                element.clear();
                element.push_str(tag.name().as_ref());
                if element == "entry" {
                    is_in_entry = true;
                    entries.push(Entry::default());
                }
                note_views(&tag, entries.last_mut());
            }
            Event::Empty(tag) => note_views(&tag, entries.last_mut()),
            Event::Text(text) => match (element.as_str(), entries.last_mut()) {
                ("yt:channelId", _) if channel_id.is_none() => channel_id = name::id_in_feed(&text),
                ("yt:videoId", Some(entry)) if is_in_entry && !text.trim().is_empty() => {
                    entry.video_id = Some(text.trim().to_owned());
                }
                ("published", Some(entry)) if is_in_entry => {
                    entry.published_at = entry.published_at.or(text.trim().parse().ok());
                }
                _ => {}
            },
            Event::End(tag) => {
                if tag.name().as_ref() == "entry" {
                    is_in_entry = false;
                }
                if tag.name().as_ref() == "feed" {
                    return Some((channel_id, entries));
                }
                // Text between elements belongs to none of those that are read.
                element.clear();
                element.push_str("feed");
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn note_views(tag: &BytesStart<'_>, entry: Option<&mut Entry>) {
    if tag.name().as_ref() != "media:statistics" {
        return;
    }
    if let (Some(entry), Ok(Some(views))) = (entry, tag.try_get_attribute("views")) {
        entry.views = views.value.trim().parse().ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "UCabcdefghijklmnopqrstuv";

    fn window() -> Window {
        Window::before("2026-11-23T00:00:00Z".parse().unwrap(), 28)
    }

    fn feed(entries: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n \
             <link rel=\"self\" href=\"x\"/>\n <yt:channelId>{}</yt:channelId>\n <published>\
             2011-03-02T10:11:12+00:00</published>\n {entries}</feed>\n",
            &ID[2..]
        )
    }

    fn entry(id: &str, at: &str, views: &str) -> String {
        format!(
            "<entry><id>yt:video:{id}</id><yt:videoId>{id}</yt:videoId><title>A &amp; B</title>\
             <published>{at}</published><updated>2026-11-21T08:10:00+00:00</updated><media:group>\
             <media:community><media:starRating count=\"11\"/>{views}</media:community>\
             </media:group></entry>\n"
        )
    }

    #[test]
    fn videos_of_the_window_are_read_with_their_views() {
        let seen = "<media:statistics views=\"532\"/>";
        let text = feed(
            &[
                entry("a", "2026-10-01T08:00:00+00:00", seen),
                entry("b", "2026-11-19T09:00:00+01:00", seen),
                entry(
                    "c",
                    "2026-11-20T08:00:00+00:00",
                    "<media:statistics views=\"\"/>",
                ),
                entry("d", "soon", seen),
            ]
            .concat(),
        );
        let read = read(text.as_bytes(), window()).unwrap();
        assert_eq!(read.channel_id.as_deref(), Some(ID));
        assert!(!read.is_cut);
        let posts: Vec<_> = read
            .posts
            .iter()
            .map(|post| (post.post_id.as_str(), post.views))
            .collect();
        let missing = Figure::Missing(MissingReason::NotInAnswer);
        assert_eq!(posts, [("c", missing), ("b", Figure::Known(532))]);
        let at = read.posts[1].published_at.to_string();
        assert_eq!(at, "2026-11-19T08:00:00Z");
    }

    #[test]
    fn a_full_feed_that_ends_within_the_window_is_cut() {
        let entries = |count: usize| entry("a", "2026-11-19T09:00:00+00:00", "").repeat(count);
        let is_cut = |entries: &str| read(feed(entries).as_bytes(), window()).unwrap().is_cut;
        assert!(is_cut(&entries(15)));
        assert!(!is_cut(&entries(14)));
        let old = entry("b", "2026-10-01T09:00:00+00:00", "");
        assert!(!is_cut(&(entries(14) + &old)));
    }

    #[test]
    fn what_is_no_feed_or_no_whole_one_is_not_read() {
        let whole = feed(&entry("a", "2026-11-19T09:00:00+00:00", ""));
        assert!(read(whole.as_bytes(), window()).is_some());
        assert!(
            read(feed("").as_bytes(), window())
                .unwrap()
                .posts
                .is_empty()
        );
        for end in 0..whole.trim_end().len() {
            assert_eq!(read(&whole.as_bytes()[..end], window()), None, "{end}");
        }
        for other in [
            "<html><body>Avant d'accéder à YouTube</body></html>".to_owned(),
            "{\"items\":[]}".to_owned(),
            feed("<entry><title>no id</title></entry>"),
        ] {
            assert_eq!(read(other.as_bytes(), window()), None, "{other}");
        }
    }
}
