//! TikTok's Research API (fact sheet `tiktok`): a client's token, counters of accounts, videos from
//! an archive that lags behind, comments without authors.

mod archive;
mod envelope;
mod oauth;
mod search;

use beffroi_model::{Absent, MissingReason, Outcome, Platform, PostKind};
use serde_json::{Value, json};

use self::{
    archive::Archived,
    envelope::{error, fields, ok, only},
};
use super::{
    network::{Call, NetworkApi, Service},
    tokens::TokenState,
};
use crate::{
    Credentials, SimSettings,
    answer::Answer,
    draw::hash,
    meters::{Clock, Quota, Standing},
    truth::{DialogueMissing, FigureTruth, PostTruth, SocialTruth, second},
    world::{
        World,
        network::{Fate, NetworkAccount},
    },
};

const PLATFORM: Platform = Platform::Tiktok;
const HOST: &str = "open.tiktokapis.test";

/// Whose the day's allowance is, whichever of its clients asks.
const ORGANISATION: &str = "organisation";

/// Every so manieth call of a day fails on the platform's side, and counts all the same.
const FAILS_EVERY: u64 = 40;

const USER_FIELDS: [&str; 9] = [
    "display_name",
    "bio_description",
    "avatar_url",
    "is_verified",
    "follower_count",
    "following_count",
    "likes_count",
    "video_count",
    "bio_url",
];

/// The API.
pub(crate) struct Tiktok;

impl NetworkApi for Tiktok {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned()]
    }

    fn names(&self, _world: &World, account: &NetworkAccount) -> Vec<String> {
        vec![
            name_today(account),
            // Videos are found by the number of whose they are.
            format!("#{}", account.index),
        ]
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        // Its name of today is linked by nobody.
        if !is_shown(account) || account.fate == Fate::Renamed {
            let outcome = Outcome::Absent(Absent::NotFound);
            return SocialTruth::without_figures(outcome, account.case);
        }
        let life = account.life(world);
        let posts = archive::of(world, account, &life).into_iter().rev();
        SocialTruth {
            followers: FigureTruth::Known(life.followers),
            following: FigureTruth::Known(life.following),
            posts_total: FigureTruth::Known(life.posts_total),
            posts: posts.map(|video| post(&video)).collect(),
            dialogue_missing: Some(DialogueMissing {
                reason: MissingReason::NotGivenByPlatform,
                post_ids: Vec::new(),
                unless_post_ids: Vec::new(),
            }),
            ..SocialTruth::without_figures(Outcome::Measured, account.case)
        }
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        let path = call.path.trim_end_matches('/');
        if call.method != hyper::Method::POST {
            return error(404, "invalid_params", "Unsupported path (Janus)");
        }
        if path == "/v2/oauth/token" {
            return oauth::token(service, call);
        }
        let (name, state) = oauth::judge(call.bearer(), call.now);
        service.meters.request(PLATFORM, &name);
        let refusal = match state {
            TokenState::Good => None,
            TokenState::Expired | TokenState::Unknown => {
                let code = match service.settings.new_field_names {
                    true => "access_token_invalid",
                    // As older copies of the documentation have it.
                    false => "invalid_token",
                };
                let message = "The access token is invalid or not found in the request.";
                Some((error(401, code, message), "token"))
            }
            TokenState::WithoutPermission => {
                let message = "The user did not authorize the scope required for completing this \
                               request.";
                Some((error(401, "scope_not_authorized", message), "permission"))
            }
        };
        if let Some((answer, kind)) = refusal {
            service.meters.refuse(PLATFORM, &name, kind);
            return answer;
        }
        let quotas = &service.settings.quotas;
        let moment = Quota {
            bucket: "moment",
            subject: 0,
            limit: quotas.tiktok_calls_per_second,
            clock: Clock::Window { secs: 1 },
            is_published: false,
        };
        let day = Quota {
            bucket: "day",
            subject: 0,
            limit: quotas.tiktok_calls_per_day,
            clock: Clock::UtcDay,
            is_published: true,
        };
        if service.spend(PLATFORM, &name, moment, 1, call.now).is_spent {
            let message = "The API rate limit was exceeded. Please try again later.";
            return error(429, "rate_limit_exceeded", message);
        }
        let standing = service.spend(PLATFORM, ORGANISATION, day, 1, call.now);
        if standing.is_spent {
            let message = "Daily quota limit was exceeded. Please try again later.";
            return error(429, "daily_quota_limit_exceeded", message);
        }
        if let Some(answer) = failure(&standing) {
            service.meters.refuse(PLATFORM, ORGANISATION, "failure");
            return answer;
        }
        let Ok(body) = serde_json::from_slice::<Value>(&call.body) else {
            return error(400, "invalid_params", "Invalid JSON body");
        };
        match path {
            "/v2/research/user/info" => user(service, call, &body),
            "/v2/research/video/query" => search::videos(service, call, &body),
            "/v2/research/video/comment/list" => search::comments(service, call, &body),
            _ => error(404, "invalid_params", "Unsupported path (Janus)"),
        }
    }

    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String {
        let quotas = &settings.quotas;
        let known = Credentials::of(Platform::Tiktok);
        let (id, secret) = known.map_or(("", ""), |it| (it.id.unwrap_or_default(), it.secret));
        let a_second = (quotas.tiktok_calls_per_second / 2).max(1);
        format!(
            "[platforms.tiktok]\n\
             base_url = \"http://{HOST}:{http_port}\"\n\
             requests_per_day = {}\n\
             requests_per_second = {a_second}\n\
             # Who posts ten times a day fills more pages than the default reads.\n\
             max_pages = 100\n\
             [platforms.tiktok.credentials.simulated]\n\
             id = \"{id}\"\n\
             secret = \"{secret}\"\n",
            quotas.tiktok_calls_per_day.max(1)
        )
    }
}

fn post(video: &Archived) -> PostTruth {
    PostTruth {
        id: video.id.to_string(),
        published_at: second(video.at),
        kind: Some(PostKind::Video),
        reactions: FigureTruth::Known(video.likes),
        comments: FigureTruth::Known(video.comments),
        shares: FigureTruth::Known(video.shares),
        views: FigureTruth::Known(video.views),
        continues: None,
    }
}

/// The platform's own failures: in words of the API, or from a server before it.
fn failure(standing: &Standing) -> Option<Answer> {
    match standing.used % FAILS_EVERY {
        17 => Some(error(
            500,
            "internal_error",
            "Something went wrong, please try again later.",
        )),
        37 => Some(Answer::html(
            504,
            "<html><body><h1>504 Gateway Time-out</h1></body></html>",
        )),
        _ => None,
    }
}

/// The name that an account bears now.
fn name_today(account: &NetworkAccount) -> String {
    match account.fate {
        Fate::Renamed => {
            let former: String = account.handle.chars().take(20).collect();
            format!("{former}.fr")
        }
        _ => account.handle.to_string(),
    }
}

/// Whether researchers are shown an account: not one that is private or a minor's.
fn is_shown(account: &NetworkAccount) -> bool {
    match account.fate {
        Fate::Sound | Fate::Renamed => true,
        Fate::NotFound
        | Fate::Gone
        | Fate::Suspended
        | Fate::Private
        | Fate::Restricted
        | Fate::Merged => false,
    }
}

/// The account that bears a name, if researchers are shown it.
fn shown<'a>(service: &Service<'a>, name: &str) -> Option<&'a NetworkAccount> {
    let account = service.find(PLATFORM, &name.to_lowercase())?;
    (is_shown(account) && !name.starts_with('#')).then_some(account)
}

fn user(service: &Service<'_>, call: &Call<'_>, body: &Value) -> Answer {
    let fields = match fields(call, &USER_FIELDS) {
        Ok(fields) => fields,
        Err(answer) => return answer,
    };
    let Some(name) = body["username"].as_str() else {
        return error(400, "invalid_params", "username is required");
    };
    let Some(account) = shown(service, name) else {
        // Which status such an answer has is not documented.
        let status = if hash(name.as_bytes()).is_multiple_of(2) {
            404
        } else {
            400
        };
        let message = format!("The user {name} is not found or is private");
        return error(status, "invalid_params", &message);
    };
    let life = account.life(service.world);
    let body = &service.world.bodies[account.body as usize];
    let received: u64 = life.posts.iter().map(|post| post.reactions).sum();
    let mut data = only(
        json!({
            "display_name": body.collectivity.name,
            "bio_description": "Compte officiel",
            "avatar_url": "https://cdn.test/a.jpg",
            "is_verified": account.is("verified", 0.1),
            "follower_count": life.followers,
            "following_count": life.following,
            "likes_count": received,
            "video_count": life.posts_total,
            "bio_url": "",
        }),
        &fields,
    );
    data["username"] = name_today(account).into();
    ok(data)
}
