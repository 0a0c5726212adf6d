//! PeerTube instances (fact sheet `peertube`): channels, the accounts that own them, videos and
//! comment threads. Each instance has its own version, habits and window of calls.

mod channel;
mod comments;
mod pages;
mod problem;

use beffroi_model::{Absent, MissingReason, Outcome, Platform};
use serde_json::json;

use self::{
    channel::{Channel, Policy, Video},
    pages::Listed,
    problem::problem,
};
use super::network::{Call, NetworkApi, Service};
use crate::{
    SimSettings,
    answer::Answer,
    draw::hash,
    meters::{Clock, Quota, Standing},
    referee::RequestKind,
    truth::{DialogueMissing, FigureTruth, PostTruth, SocialTruth, second},
    world::{
        World, kinds,
        network::{Fate, NetworkAccount, PEERTUBE_INSTANCES, peertube_host},
    },
};

const PLATFORM: Platform = Platform::Peertube;

/// Nobody logs in: instances count by address, and all requests come from one.
const CLIENT: &str = "anonymous";

/// Length of an instance's window, seconds.
const WINDOW_SECS: i64 = 10;

/// All instances.
pub(crate) struct Peertube;

/// What is particular to an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instance {
    pub(super) version: &'static str,
    /// Lists count the comments of each video, as newer versions do.
    pub(super) counts_comments: bool,
    /// Before 6.2: a flag in the place of the policy, one avatar in the place of several.
    pub(super) is_old: bool,
    /// Delicate videos are left out unless they are asked for.
    pub(super) hides_delicate: bool,
    /// Calls of the API in its window, in hundredths of the settings'.
    share_of_window: u64,
}

impl Instance {
    /// The instance of a host.
    fn of(host: &str) -> Self {
        let number = (0..PEERTUBE_INSTANCES).find(|number| peertube_host(*number) == host);
        let usual = Self {
            version: "7.0.1",
            counts_comments: false,
            is_old: false,
            hides_delicate: false,
            share_of_window: 100,
        };
        match number {
            Some(1) => Self {
                version: "7.3.0",
                counts_comments: true,
                ..usual
            },
            Some(2) => Self {
                version: "5.2.1",
                is_old: true,
                ..usual
            },
            Some(3) => Self {
                version: "6.3.3",
                hides_delicate: true,
                share_of_window: 80,
                ..usual
            },
            _ => usual,
        }
    }
}

impl NetworkApi for Peertube {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        (0..PEERTUBE_INSTANCES).map(peertube_host).collect()
    }

    fn names(&self, _world: &World, account: &NetworkAccount) -> Vec<String> {
        let (name, host) = (account.name(), channel::host_name(account));
        vec![
            format!("channel:{name}@{host}"),
            format!("account:{}@{host}", channel::owner_name(account)),
            // Videos are found by the number of whose they are.
            format!("#{}", account.index),
        ]
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        let Some(channel) = Channel::of(world, account) else {
            let outcome = Outcome::Absent(Absent::NotFound);
            return SocialTruth::without_figures(outcome, account.case);
        };
        let not_given = MissingReason::NotGivenByPlatform;
        let posts = channel.videos.iter().rev().map(|video| PostTruth {
            id: video.uuid.clone(),
            published_at: second(video.post.at),
            kind: kinds::kind(PLATFORM, video.post.at),
            reactions: FigureTruth::Known(video.post.reactions),
            comments: match (video.comments(), video.policy) {
                (0, Policy::Nobody | Policy::Approval) => {
                    FigureTruth::Missing(MissingReason::RepliesRestricted)
                }
                (number, _) => FigureTruth::Known(number),
            },
            shares: FigureTruth::Missing(not_given),
            views: FigureTruth::Known(video.post.views),
            continues: None,
        });
        let posts: Vec<PostTruth> = posts.collect();
        // Without any video there is nothing that could be closed.
        let is_closed = channel.is_closed && !posts.is_empty();
        let dialogue_missing = is_closed.then(|| DialogueMissing {
            reason: MissingReason::RepliesRestricted,
            post_ids: posts.iter().map(|post| post.id.clone()).collect(),
            unless_post_ids: Vec::new(),
        });
        SocialTruth {
            permanent_id: Some(channel.url()),
            created_at: Some(second(channel.created_at)),
            followers: FigureTruth::Known(channel.followers),
            following: FigureTruth::Known(0),
            posts_total: FigureTruth::Known(channel.total()),
            threads: channel.videos.iter().flat_map(Video::threads).collect(),
            posts,
            dialogue_missing,
            ..SocialTruth::without_figures(Outcome::Measured, account.case)
        }
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        if call.path == "/robots.txt" {
            return Answer::new(200, "text/plain", "User-agent: *\nDisallow: ''\n");
        }
        service.meters.request(PLATFORM, CLIENT);
        if !call.path.starts_with("/api/v1/") {
            return pages::outside_the_api(call);
        }
        let instance = Instance::of(call.host);
        let limit = service.settings.quotas.peertube_calls_per_window;
        let quota = Quota {
            bucket: "calls",
            subject: hash(call.host.as_bytes()),
            limit: limit * instance.share_of_window / 100,
            clock: Clock::Window { secs: WINDOW_SECS },
            is_published: instance.share_of_window == 100,
        };
        let standing = service.spend(PLATFORM, CLIENT, quota, 1, call.now);
        let answer = match standing.is_spent {
            true => limited(call, &standing),
            false => respond(service, call, instance),
        };
        answer
            .header("x-ratelimit-limit", standing.limit.to_string())
            .header("x-ratelimit-remaining", standing.remaining().to_string())
            .header(
                "x-ratelimit-reset",
                standing.resets_at.as_second().to_string(),
            )
    }

    fn configuration(&self, settings: &SimSettings, _http_port: u16) -> String {
        // As far below the limit as by default.
        let requests = (settings.quotas.peertube_calls_per_window * 2 / 5).max(1);
        format!(
            "[platforms.peertube]\n\
             requests = {requests}\n\
             per = \"{WINDOW_SECS}s\"\n\
             # Who publishes ten times a day needs more calls than the default makes.\n\
             max_comment_calls = 2000\n"
        )
    }

    fn manners(&self, _path: &str) -> RequestKind {
        // What an instance allows is a setting of its own, which the meters know.
        RequestKind::Api {
            requests: u32::MAX,
            window_ms: WINDOW_SECS as u64 * 1000,
        }
    }
}

/// Some instances answer in plain text.
fn limited(call: &Call<'_>, standing: &Standing) -> Answer {
    let wait = (standing.resets_at.as_second() - call.now.as_second()).max(1);
    let answer = match wait % 2 {
        0 => Answer::new(
            429,
            "text/plain",
            "Too many requests, please try again later.",
        ),
        _ => problem(429, "Too many requests, please try again later.", None),
    };
    answer.header("retry-after", wait.to_string())
}

fn respond(service: &Service<'_>, call: &Call<'_>, instance: Instance) -> Answer {
    if call.method != hyper::Method::GET {
        return problem(404, "Not found", None);
    }
    let segments = call.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let find = |kind: &str, name: &str| channel_of(service, call, kind, name);
    match segments.as_slice() {
        ["api", "v1", "config", ..] => Answer::json(
            200,
            &json!({
                "instance": {"name": "Vidéos publiques", "shortDescription": ""},
                "serverVersion": instance.version,
            }),
        ),
        ["api", "v1", "server", "stats"] => pages::statistics(service, call.host),
        ["api", "v1", "video-channels"] => pages::channels(service, call, instance),
        ["api", "v1", "video-channels", name, rest @ ..] => match (find("channel", name), rest) {
            (None, _) => problem(404, "Video channel not found", None),
            (Some(channel), []) => Answer::json(200, &channel.shown(instance)),
            (Some(channel), ["videos"]) => pages::videos(call, &channel, instance),
            (Some(_), _) => problem(404, "Not found", None),
        },
        ["api", "v1", "accounts", name, rest @ ..] => match (find("account", name), rest) {
            (None, _) => problem(404, "Account not found", None),
            (Some(channel), []) => Answer::json(200, &channel.owner_shown(instance)),
            (Some(channel), ["videos"]) => pages::videos(call, &channel, instance),
            (Some(channel), ["video-channels"]) => match Listed::of(call, &["-createdAt"]) {
                Ok(listed) => listed.answer(vec![channel.shown(instance)]),
                Err(answer) => answer,
            },
            (Some(_), _) => problem(404, "Not found", None),
        },
        ["api", "v1", "videos", id, rest @ ..] => {
            let channel = channel_of_video(service, call, id);
            let found = channel
                .as_ref()
                .and_then(|channel| Some((channel, channel.video(id)?)));
            let Some((channel, video)) = found else {
                return problem(404, "Video not found", None);
            };
            match rest {
                [] => Answer::json(200, &video.details(channel, instance)),
                ["comment-threads"] => comments::threads(call, channel, video),
                ["comment-threads", thread] => comments::thread(channel, video, thread),
                _ => problem(404, "Not found", None),
            }
        }
        _ => problem(404, "Not found", None),
    }
}

/// The channel of that name, or of the account of that name; remote ones are nobody's here.
fn channel_of<'a>(
    service: &Service<'a>,
    call: &Call<'_>,
    kind: &str,
    name: &str,
) -> Option<Channel<'a>> {
    let (name, host) = name.split_once('@').unwrap_or((name, call.host));
    let host = host.split(':').next().unwrap_or(host);
    if host != call.host {
        return None;
    }
    let name = format!("{kind}:{}@{host}", name.to_ascii_lowercase());
    let account = service.find(PLATFORM, &name)?;
    Channel::of(service.world, account)
}

/// Whose video an id is of, if that lives here.
fn channel_of_video<'a>(service: &Service<'a>, call: &Call<'_>, id: &str) -> Option<Channel<'a>> {
    let index = channel::account_of_video(id)?;
    let account = service.find(PLATFORM, &format!("#{index}"))?;
    let is_here = channel::host_name(account) == call.host;
    Channel::of(service.world, account).filter(|_| is_here)
}

/// Whether an account of that fate is there.
pub(super) fn is_there(account: &NetworkAccount) -> bool {
    match account.fate {
        Fate::Sound => true,
        Fate::NotFound
        | Fate::Gone
        | Fate::Suspended
        | Fate::Private
        | Fate::Restricted
        | Fate::Renamed
        | Fate::Merged => false,
    }
}
