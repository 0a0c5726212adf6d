//! YouTube: the Data API v3 with a key, and the site's keyless feeds and pages (fact sheet
//! `youtube`).

mod channel;
mod comments;
mod fields;
mod ids;
mod lists;
mod parameters;
mod problem;
mod site;
mod truth;

use beffroi_model::Platform;
use serde_json::Value;

use super::{
    network::{Call, NetworkApi, Service},
    tokens::{Credentials, TokenState},
};
use crate::{
    SimSettings, SocialTruth,
    answer::Answer,
    draw::hash,
    meters::{Clock, Quota},
    referee::RequestKind,
    world::{World, network::NetworkAccount},
};

use self::problem::Problem;

const PLATFORM: Platform = Platform::Youtube;
const HOST: &str = "youtube.googleapis.test";
const SITE: &str = "www.youtube.test";
const ROOT: &str = "/youtube/v3/";

/// The API and the site.
pub(crate) struct Youtube;

impl NetworkApi for Youtube {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned(), SITE.to_owned()]
    }

    fn names(&self, world: &World, account: &NetworkAccount) -> Vec<String> {
        channel::names(world, account)
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        truth::of(world, account)
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        if call.host == SITE {
            return site::answer(service, call);
        }
        match self::answer(service, call) {
            Ok(value) => tagged(call, &value),
            Err(problem) => problem.answer(),
        }
    }

    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String {
        let secret = Credentials::of(PLATFORM).map_or("", |it| it.secret);
        let units = settings.quotas.youtube_units_per_day.max(1);
        let statistics = settings.quotas.youtube_statistics_per_day.max(1);
        format!(
            "[platforms.youtube]\n\
             base_url = \"http://{HOST}:{http_port}{ROOT}\"\n\
             site_url = \"http://{SITE}:{http_port}/\"\n\
             requests_per_second = 25\n\
             units_per_day = {units}\n\
             statistics_per_day = {statistics}\n\
             [platforms.youtube.credentials.simulated]\n\
             secret = \"{secret}\"\n"
        )
    }

    fn manners(&self, path: &str) -> RequestKind {
        match path {
            "/robots.txt" => RequestKind::RobotsTxt { unreachable: false },
            _ if path.starts_with(ROOT) => RequestKind::Api {
                requests: u32::MAX,
                window_ms: 1_000,
            },
            // No pace is published for the site.
            _ => RequestKind::Page {
                interval_ms: 0,
                allowed: site::is_allowed(path),
                unreachable: false,
            },
        }
    }
}

/// A list of the API, or why there is none. Every call of a key that is good costs a unit, whatever
/// comes of it.
fn answer(service: &Service<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    let key = call.parameter("key").or(call.header("x-goog-api-key"));
    let token = service.judge(PLATFORM, key.ok_or(problem::NO_KEY)?);
    let refused = match token.state {
        TokenState::Good => None,
        TokenState::Expired => Some(("expired", problem::KEY_INVALID)),
        TokenState::WithoutPermission => Some(("permission", problem::KEY_BLOCKED)),
        TokenState::Unknown => Some(("unknown", problem::KEY_INVALID)),
    };
    if let Some((kind, problem)) = refused {
        service.meters.refuse(PLATFORM, &token.name, kind);
        return Err(problem);
    }
    let method = call.path.strip_prefix(ROOT).unwrap_or_default();
    let quotas = &service.settings.quotas;
    let day = |bucket, limit| Quota {
        bucket,
        subject: 0,
        limit,
        clock: Clock::PacificDay,
        is_published: true,
    };
    let quota = match method {
        "videos:batchGetStats" => day("statistics", quotas.youtube_statistics_per_day),
        _ => day("common", quotas.youtube_units_per_day),
    };
    let spend = |quota| service.spend(PLATFORM, &token.name, quota, 1, call.now);
    if spend(quota).is_spent {
        return Err(problem::QUOTA_SPENT);
    }
    let minute = Quota {
        bucket: "minute",
        subject: 0,
        limit: quotas.youtube_requests_per_minute,
        clock: Clock::Window { secs: 60 },
        is_published: false,
    };
    if spend(minute).is_spent {
        return Err(problem::TOO_FAST);
    }
    if call.method != hyper::Method::GET {
        return Err(problem::NO_METHOD);
    }
    let answer = match method {
        "channels" => lists::channels(service, call),
        "playlistItems" => lists::playlist_items(service, call),
        "videos" => lists::videos(service, call),
        "videos:batchGetStats" => lists::statistics(service, call),
        "commentThreads" => comments::list(service, call),
        "comments" => comments::replies(service, call),
        _ => return Err(problem::NO_METHOD),
    }?;
    match call.parameter("fields") {
        Some(mask) => {
            fields::only(&answer, mask).ok_or_else(|| problem::bad("fields", "invalidParameter"))
        }
        None => Ok(answer),
    }
}

/// With the entity tag; a client that has it already is told so, which costs the same.
fn tagged(call: &Call<'_>, value: &Value) -> Answer {
    let tag = format!("\"{:x}\"", hash(value.to_string().as_bytes()));
    let answer = match call.header("if-none-match") {
        Some(known) if known == tag => Answer::new(304, "application/json", ""),
        _ => Answer::json(200, value),
    };
    answer.header("etag", tag)
}
