//! The site without a key: the Atom feed of the newest videos, and the pages of channels, which
//! show the permanent id (fact sheet, sections 1 and 3.7).

use super::{
    super::network::{Call, Service},
    PLATFORM,
    channel::{self, By, Channel},
};
use crate::{
    answer::Answer,
    meters::{Clock, Quota},
    truth::second,
};

/// Videos of a feed at the most.
const ENTRIES: usize = 15;

/// Of so many feeds, two in a row are answered wrongly for channels that are there.
const BURST_PERIOD: u64 = 90;

/// Where robots may not go.
const CLOSED: [&str; 4] = ["/api/", "/results", "/login", "/youtubei/"];

/// Whether robots.txt allows a path.
pub(super) fn is_allowed(path: &str) -> bool {
    !CLOSED.iter().any(|closed| path.starts_with(closed))
}

pub(super) fn answer(service: &Service<'_>, call: &Call<'_>) -> Answer {
    if call.path == "/robots.txt" {
        let closed: String = CLOSED
            .iter()
            .map(|path| format!("Disallow: {path}\n"))
            .collect();
        return Answer::new(200, "text/plain", format!("User-agent: *\n{closed}"));
    }
    service.meters.request(PLATFORM, "keyless");
    let segments = call.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    match segments.as_slice() {
        ["feeds", "videos.xml"] => feed(service, call),
        ["channel", id, ..] => page(channel::find(service, By::Id(id))),
        ["user", name, ..] => page(channel::find(service, By::Username(name))),
        ["c", name, ..] => page(channel::find(service, By::Page(name))),
        [name, ..] if name.starts_with('@') => page(channel::find(service, By::Handle(name))),
        [name] => page(channel::find(service, By::Page(name))),
        _ => Answer::not_found(),
    }
}

/// The page of a channel, in which its id stands twice.
fn page(channel: Option<Channel<'_>>) -> Answer {
    let Some(channel) = channel else {
        return Answer::not_found();
    };
    let (id, title) = (channel.id(), escaped(channel.title));
    Answer::html(
        200,
        format!(
            "<!DOCTYPE html><html lang=\"fr-FR\"><head><title>{title} - YouTube</title>\
             <link rel=\"canonical\" href=\"https://www.youtube.com/channel/{id}\">\
             <link rel=\"alternate\" type=\"application/rss+xml\" title=\"RSS\" \
             href=\"https://www.youtube.com/feeds/videos.xml?channel_id={id}\">\
             </head><body></body></html>"
        ),
    )
}

/// The feed. Now and then those of channels that are there answer 404 or 500.
fn feed(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let count = Quota {
        bucket: "feeds",
        subject: 0,
        limit: u64::MAX,
        clock: Clock::UtcDay,
        is_published: false,
    };
    let standing = service.spend(PLATFORM, "keyless", count, 1, call.now);
    match standing.used % BURST_PERIOD {
        41 => return Answer::not_found(),
        42 => return Answer::html(500, "<h1>500</h1>"),
        _ => {}
    }
    let channel = if let Some(id) = call.parameter("channel_id") {
        channel::find(service, By::Id(id))
    } else if let Some(name) = call.parameter("user") {
        channel::find(service, By::Username(name))
    } else {
        let id = call.parameter("playlist_id");
        let id = id.and_then(|id| id.strip_prefix("UU"));
        id.and_then(|id| channel::find(service, By::Id(&format!("UC{id}"))))
    };
    match channel {
        Some(channel) => Answer::new(200, "text/xml; charset=UTF-8", written(&channel)),
        None => Answer::not_found(),
    }
}

fn written(channel: &Channel<'_>) -> String {
    let id = channel.id();
    let (bare, title) = (&id[2..], escaped(channel.title));
    let time = |at: i64| second(at).strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <feed xmlns:yt=\"http://www.youtube.com/xml/schemas/2015\" \
         xmlns:media=\"http://search.yahoo.com/mrss/\" xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <link rel=\"self\" href=\"http://www.youtube.com/feeds/videos.xml?channel_id={id}\"/>\n\
         <id>yt:channel:{bare}</id><yt:channelId>{bare}</yt:channelId><title>{title}</title>\n\
         <link rel=\"alternate\" href=\"https://www.youtube.com/channel/{id}\"/>\n\
         <author><name>{title}</name><uri>https://www.youtube.com/channel/{id}</uri></author>\n\
         <published>{}</published>\n",
        time(channel.life.created_at)
    );
    for video in channel.videos().iter().take(ENTRIES) {
        let (video_id, published) = (channel.video_id(video.at), time(video.at));
        let (likes, views) = video
            .post
            .map_or((0, 0), |post| (post.reactions, post.views));
        feed.push_str(&format!(
            "<entry><id>yt:video:{video_id}</id><yt:videoId>{video_id}</yt:videoId>\
             <yt:channelId>{id}</yt:channelId><title>Conseil municipal</title>\
             <link rel=\"alternate\" href=\"https://www.youtube.com/watch?v={video_id}\"/>\
             <published>{published}</published><updated>{published}</updated>\
             <media:group><media:title>Conseil municipal</media:title>\
             <media:description></media:description><media:community>\
             <media:starRating count=\"{likes}\" average=\"5.00\" min=\"1\" max=\"5\"/>\
             <media:statistics views=\"{views}\"/></media:community></media:group></entry>\n"
        ));
    }
    feed.push_str("</feed>\n");
    feed
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
