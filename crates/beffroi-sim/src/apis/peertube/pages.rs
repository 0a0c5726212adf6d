//! Lists, page by page, and what stands outside the API.

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::{
    super::network::{Call, Service},
    Instance, PLATFORM,
    channel::{Channel, Video, host_name},
    is_there,
    problem::problem,
};
use crate::answer::Answer;

/// Items of a page if the client does not say, and at the most.
const PAGE: usize = 15;
const MAX_PAGE: usize = 100;

/// A page that was asked for.
#[derive(Debug)]
pub(super) struct Listed {
    start: usize,
    count: usize,
    /// How it is sorted; the first that is possible if the client does not say.
    pub(super) sort: String,
    skips_count: bool,
}

impl Listed {
    /// Reads the parameters of a list that can be sorted in these ways.
    pub(super) fn of(call: &Call<'_>, sorts: &[&str]) -> Result<Self, Answer> {
        let number = |name: &str, default: usize| {
            let given = call.parameter(name).map(str::parse::<usize>);
            given.unwrap_or(Ok(default)).map_err(|_| refused(name))
        };
        let sort = call.parameter("sort").unwrap_or(sorts[0]);
        if !sorts.contains(&sort) {
            return Err(refused("sort"));
        }
        let count = number("count", PAGE)?;
        if count > MAX_PAGE {
            return Err(refused("count"));
        }
        Ok(Self {
            start: number("start", 0)?,
            count,
            sort: sort.to_owned(),
            skips_count: call.parameter("skipCount") == Some("true"),
        })
    }

    /// The page of these items.
    pub(super) fn answer(&self, items: Vec<Value>) -> Answer {
        Answer::json(200, &self.page(items))
    }

    pub(super) fn page(&self, items: Vec<Value>) -> Value {
        let total = items.len();
        let data: Vec<Value> = items
            .into_iter()
            .skip(self.start)
            .take(self.count)
            .collect();
        let total = if self.skips_count { data.len() } else { total };
        json!({"total": total, "data": data})
    }
}

fn refused(parameter: &str) -> Answer {
    let invalid = json!({
        parameter: {"type": "field", "msg": "Invalid value", "path": parameter, "location": "query"},
    });
    problem(
        400,
        &format!("Incorrect request parameters: {parameter}"),
        Some(invalid),
    )
}

/// The videos of a channel, or of its owner.
pub(super) fn videos(call: &Call<'_>, channel: &Channel<'_>, instance: Instance) -> Answer {
    let sorts = [
        "-publishedAt",
        "publishedAt",
        "-createdAt",
        "createdAt",
        "-originallyPublishedAt",
        "-views",
        "-likes",
    ];
    let listed = match Listed::of(call, &sorts) {
        Ok(listed) => listed,
        Err(answer) => return answer,
    };
    let hides_delicate = match call.parameter("nsfw") {
        Some("both" | "true") => false,
        Some("false") => true,
        _ => instance.hides_delicate,
    };
    let only_local = call.parameter("isLocal") == Some("true");
    let mut videos: Vec<&Video> = channel
        .videos
        .iter()
        .filter(|video| !(hides_delicate && video.is_delicate))
        .collect();
    videos.reverse();
    match listed.sort.as_str() {
        "publishedAt" | "createdAt" => videos.reverse(),
        "-views" => videos.sort_by_key(|video| Reverse(video.post.views)),
        "-likes" => videos.sort_by_key(|video| Reverse(video.post.reactions)),
        _ => {}
    }
    let mut items: Vec<Value> = videos
        .into_iter()
        .map(|video| video.listed(channel, instance))
        .collect();
    if channel.has_copy && !only_local {
        let place = items.len().min(1);
        items.insert(place, channel.copy());
    }
    listed.answer(items)
}

/// The channels of an instance.
pub(super) fn channels(service: &Service<'_>, call: &Call<'_>, instance: Instance) -> Answer {
    let listed = match Listed::of(call, &["-createdAt", "createdAt"]) {
        Ok(listed) => listed,
        Err(answer) => return answer,
    };
    let channels = here(service, call.host);
    listed.answer(channels.map(|it| it.shown(instance)).collect())
}

/// Totals of an instance.
pub(super) fn statistics(service: &Service<'_>, host: &str) -> Answer {
    let (mut videos, mut views, mut comments, mut channels) = (0, 0, 0, 0);
    for channel in here(service, host) {
        channels += 1;
        videos += channel.videos.len();
        views += channel.videos.iter().map(|it| it.post.views).sum::<u64>();
        comments += channel.videos.iter().map(Video::comments).sum::<u64>();
    }
    Answer::json(
        200,
        &json!({
            "totalUsers": channels,
            "totalLocalVideoChannels": channels,
            "totalLocalVideos": videos,
            "totalLocalVideoViews": views,
            "totalLocalVideoComments": comments,
        }),
    )
}

fn here<'a>(service: &Service<'a>, host: &str) -> impl Iterator<Item = Channel<'a>> {
    let world = service.world;
    world
        .networks
        .accounts
        .iter()
        .filter(move |it| it.platform == PLATFORM && is_there(it) && host_name(it) == host)
        .filter_map(move |account| Channel::of(world, account))
}

/// Which software this is, and the pages for people.
pub(super) fn outside_the_api(call: &Call<'_>) -> Answer {
    let host = call.header("host").unwrap_or(call.host);
    match call.path {
        "/.well-known/nodeinfo" => Answer::json(
            200,
            &json!({"links": [{
                "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
                "href": format!("http://{host}/nodeinfo/2.0.json"),
            }]}),
        ),
        "/nodeinfo/2.0.json" => Answer::json(
            200,
            &json!({
                "version": "2.0",
                "software": {"name": "peertube", "version": Instance::of(call.host).version},
                "protocols": ["activitypub"],
            }),
        ),
        // The application, which writes the page in the reader's browser.
        _ => Answer::html(
            200,
            "<!DOCTYPE html><html><head><meta property=\"og:platform\" content=\"PeerTube\" />\
             <title>Vidéos publiques</title></head><body><my-app></my-app></body></html>",
        ),
    }
}
