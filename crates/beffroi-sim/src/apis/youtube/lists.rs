//! Channels, uploads and videos (fact sheet, sections 3.1 to 3.4).

use serde_json::{Map, Value, json};

use super::{
    super::network::{Call, Service},
    channel::{self, By, Channel, Video, Videos},
    comments, ids,
    parameters::{Paging, filter, page_size, parts},
    problem::{self, Problem},
};
use crate::{
    draw::{Draw, hash},
    truth::second,
};

/// Most ids of one call.
const MAX_IDS: usize = 50;

/// Share of the channels whose uploads hold an entry that is not shown any more.
const HAS_GHOST: f64 = 0.05;

/// Only the parts that were asked for, and what every resource has.
fn resource(kind: &str, id: &str, parts: &[&str], all: Value) -> Value {
    let mut chosen = Map::new();
    chosen.insert("kind".into(), format!("youtube#{kind}").into());
    chosen.insert("etag".into(), format!("{:x}", hash(id.as_bytes())).into());
    chosen.insert("id".into(), id.into());
    if let Value::Object(all) = all {
        let asked = all.into_iter();
        chosen.extend(asked.filter(|(name, _)| parts.contains(&name.as_str())));
    }
    Value::Object(chosen)
}

fn list(kind: &str, items: Vec<Value>, total: usize, per_page: usize) -> Value {
    json!({
        "kind": format!("youtube#{kind}"),
        "etag": format!("{:x}", total * 31 + items.len()),
        "pageInfo": {"totalResults": total, "resultsPerPage": per_page},
        "items": items,
    })
}

/// Ids in a list, or too many of them.
fn ids(text: &str, most: usize) -> Result<Vec<&str>, Problem> {
    let ids: Vec<&str> = text.split(',').map(str::trim).collect();
    match ids.len() <= most {
        true => Ok(ids),
        false => Err(problem::bad("id", "invalidFilters")),
    }
}

/// An order that is the server's own.
fn shuffle(items: &mut [Value]) {
    items.sort_by_cached_key(|item| hash(item["id"].to_string().as_bytes()).rotate_left(17));
}

pub(super) fn channels(service: &Service<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    const PARTS: [&str; 8] = [
        "id",
        "snippet",
        "statistics",
        "contentDetails",
        "status",
        "topicDetails",
        "localizations",
        "brandingSettings",
    ];
    const FILTERS: [&str; 3] = ["id", "forHandle", "forUsername"];
    let parts = parts(call, &PARTS, &FILTERS)?;
    let per_page = page_size(call, 5, 50)?;
    let found: Vec<Channel<'_>> = match filter(call, &FILTERS)? {
        ("id", text) => ids(text, MAX_IDS)?
            .into_iter()
            .filter_map(|id| channel::find(service, By::Id(id)))
            .collect(),
        ("forHandle", name) => channel::find(service, By::Handle(name))
            .into_iter()
            .collect(),
        (_, name) => channel::find(service, By::Username(name))
            .into_iter()
            .collect(),
    };
    let mut items: Vec<Value> = found
        .iter()
        .map(|channel| channel_resource(service, channel, &parts))
        .collect();
    items.dedup();
    shuffle(&mut items);
    let total = items.len();
    let mut answer = list("channelListResponse", items, total, per_page);
    // Where nothing is found there is no list at all (medialab/minet#753).
    if total == 0
        && let Value::Object(fields) = &mut answer
    {
        fields.remove("items");
    }
    Ok(answer)
}

fn channel_resource(service: &Service<'_>, channel: &Channel<'_>, parts: &[&str]) -> Value {
    let account = channel.account;
    let handle = channel::handle(service.world, account);
    // A name of former years, without `@`.
    let is_old = matches!(channel::Link::of(account), channel::Link::Id(_))
        && account.is("old custom url", 0.1);
    let custom_url = match is_old {
        true => handle,
        false => format!("@{handle}"),
    };
    let mut statistics = json!({
        "viewCount": (channel.life.posts_total * 140).to_string(),
        "videoCount": channel.life.posts_total.to_string(),
        "hiddenSubscriberCount": channel.hides_subscribers(),
    });
    match (
        channel.hides_subscribers(),
        account.is("hidden as zero", 0.5),
    ) {
        (false, _) => statistics["subscriberCount"] = channel.subscribers().to_string().into(),
        (true, true) => statistics["subscriberCount"] = "0".into(),
        (true, false) => {}
    }
    let all = json!({
        "snippet": {
            "title": channel.title,
            "description": "Chaîne officielle",
            "customUrl": custom_url,
            "publishedAt": second(channel.life.created_at).to_string(),
            "country": "FR",
            "thumbnails": {"default": {"url": "https://yt3.test/p.jpg", "width": 88, "height": 88}},
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": channel::uploads(account)}},
        "statistics": statistics,
        "status": {"privacyStatus": "public", "isLinked": true},
    });
    resource("channel", &channel.id(), parts, all)
}

/// The uploads of a channel: newest first, though neighbours may change places and entries may come
/// again on the next page.
pub(super) fn playlist_items(service: &Service<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    const PARTS: [&str; 4] = ["id", "snippet", "contentDetails", "status"];
    let parts = parts(call, &PARTS, &["playlistId"])?;
    let per_page = page_size(call, 5, 50)?;
    let (_, playlist) = filter(call, &["playlistId"])?;
    let not_found = || problem::missing("youtube.playlistItem", "playlistNotFound", "playlistId");
    let id = playlist.strip_prefix("UU").ok_or_else(not_found)?;
    let channel = channel::find(service, By::Id(&format!("UC{id}"))).ok_or_else(not_found)?;
    let account = channel.account;
    let mut entries: Vec<(String, Option<i64>)> = channel
        .videos()
        .iter()
        .map(|video| (channel.video_id(video.at), Some(video.at)))
        .collect();
    if entries.is_empty() {
        return Err(not_found());
    }
    if account.is("ghost", HAS_GHOST) {
        entries.insert(0, (ids::video(account.index, 7), None));
    }
    let paging = Paging::of(call)?;
    let is_repeating = account.is("repeats across pages", 0.15);
    let step = match is_repeating {
        true => (per_page - 1).max(1),
        false => per_page,
    };
    let total = entries.len();
    let start = paging.start.min(total);
    let end = (start + per_page).min(total);
    let mut page = entries[start..end].to_vec();
    if account.is("disorder", 0.2) && page.len() > 3 {
        page.swap(1, 2);
        let last = page.len() - 1;
        page.swap(last - 1, last);
    }
    let items = page.into_iter().map(|(video, at)| {
        let entry = format!("VVV{video}");
        let mut all = json!({
            "contentDetails": {"videoId": video},
            "snippet": {
                "channelId": channel.id(),
                "channelTitle": channel.title,
                "title": "Conseil municipal",
                // When it was added to the list, not when it was published.
                "publishedAt": second(at.unwrap_or(0) + 40).to_string(),
            },
            "status": {"privacyStatus": if at.is_some() { "public" } else { "private" }},
        });
        if let Some(at) = at {
            all["contentDetails"]["videoPublishedAt"] = second(at).to_string().into();
        }
        resource("playlistItem", &entry, &parts, all)
    });
    let mut answer = list("playlistItemListResponse", items.collect(), total, per_page);
    if end < total {
        answer["nextPageToken"] = paging.token(start + step).into();
    }
    Ok(answer)
}

pub(super) fn videos(service: &Service<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    const PARTS: [&str; 8] = [
        "id",
        "snippet",
        "statistics",
        "contentDetails",
        "status",
        "liveStreamingDetails",
        "player",
        "topicDetails",
    ];
    let parts = parts(call, &PARTS, &["id"])?;
    let (_, text) = filter(call, &["id"])?;
    let asked = ids(text, MAX_IDS)?;
    let found = Videos::of(service, asked.iter().copied());
    let mut items: Vec<Value> = Vec::new();
    for id in &asked {
        let Some((channel, video)) = found.get(id) else {
            continue;
        };
        let all = json!({
            "snippet": {
                "publishedAt": second(video.at).to_string(),
                "channelId": channel.id(),
                "channelTitle": channel.title,
                "title": "Conseil municipal",
                "description": "",
                "categoryId": "25",
                "liveBroadcastContent": "none",
            },
            "contentDetails": {
                "duration": "PT4M13S", "dimension": "2d", "definition": "hd", "caption": "false",
            },
            "statistics": counters(channel, video),
            "status": {"privacyStatus": "public"},
        });
        items.push(resource("video", id, &parts, all));
    }
    shuffle(&mut items);
    let total = items.len();
    Ok(list("videoListResponse", items, total, total))
}

/// The newer method, with other names.
pub(super) fn statistics(service: &Service<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    let parts = parts(
        call,
        &["id", "snippet", "statistics", "contentDetails"],
        &["id"],
    )?;
    let (_, text) = filter(call, &["id"])?;
    let most = usize::try_from(service.settings.quotas.youtube_statistics_ids);
    let asked = ids(text, most.unwrap_or(MAX_IDS))?;
    let found = Videos::of(service, asked.iter().copied());
    let mut items: Vec<Value> = Vec::new();
    for id in &asked {
        let Some((channel, video)) = found.get(id) else {
            continue;
        };
        let all = json!({
            "snippet": {"publishTime": second(video.at).to_string()},
            "contentDetails": {"duration": "PT4M13S"},
            "statistics": counters(channel, video),
        });
        items.push(resource("videoStats", id, &parts, all));
    }
    shuffle(&mut items);
    Ok(json!({"kind": "youtube#batchGetStatsResponse", "etag": "e", "items": items}))
}

/// Counters as texts; what the owner has switched off is not there.
fn counters(channel: &Channel<'_>, video: Video<'_>) -> Value {
    let post = video.post;
    let mut draw: Draw = channel.account.draw("old views");
    let old_views = draw.below(900);
    let views = post.map_or(old_views as u64, |post| post.views);
    let mut counters = json!({"viewCount": views.to_string(), "favoriteCount": "0"});
    if !channel.hides_likes() {
        let likes = post.map_or(0, |post| post.reactions);
        counters["likeCount"] = likes.to_string().into();
    }
    if !comments::is_closed(channel, video) {
        counters["commentCount"] = comments::count(channel, video).to_string().into();
    }
    counters
}
