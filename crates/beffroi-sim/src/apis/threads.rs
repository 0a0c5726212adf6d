//! The Threads API: profile discovery and the posts of a profile (fact sheet `threads`).

use beffroi_model::{Absent, MissingReason, Outcome, Platform, PostKind};
use serde_json::{Map, Value, json};

use super::{
    graph,
    network::{Call, NetworkApi, Service},
    tokens::Credentials,
};
use crate::{
    SimSettings,
    answer::Answer,
    draw::Draw,
    meters::{Clock, Quota, Standing},
    truth::{DialogueMissing, FigureTruth, PostTruth, SocialTruth, second},
    world::{
        World, kinds,
        network::{Fate, Life, NetworkAccount},
    },
};

const PLATFORM: Platform = Platform::Threads;
const HOST: &str = "graph.threads.test";

/// Followers below which a profile is not shown (notes of 2026).
const THRESHOLD: u64 = 100;

/// Posts of a page if the client does not say, and at the most.
const PAGE: usize = 25;
const MAX_PAGE: usize = 100;

const FIELDS: [&str; 17] = [
    "id",
    "media_product_type",
    "media_type",
    "media_url",
    "permalink",
    "username",
    "text",
    "timestamp",
    "shortcode",
    "thumbnail_url",
    "children",
    "is_quote_post",
    "has_replies",
    "is_verified",
    "quoted_post",
    "reposted_post",
    "topic_tag",
];

/// The API.
pub(crate) struct Threads;

impl NetworkApi for Threads {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned()]
    }

    fn names(&self, _world: &World, account: &NetworkAccount) -> Vec<String> {
        match account.fate {
            Fate::Renamed => vec![account.handle.to_string(), name_today(account)],
            _ => vec![account.handle.to_string()],
        }
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        let life = account.life(world);
        let not_given = FigureTruth::Missing(MissingReason::NotGivenByPlatform);
        if !is_shown(account, &life, &account.handle) {
            let outcome = Outcome::Absent(Absent::NotFound);
            return SocialTruth::without_figures(outcome, account.case);
        }
        let posts = life.posts.iter().rev().map(|post| PostTruth {
            id: post_id(account, post.at),
            published_at: second(post.at),
            kind: kinds::kind(PLATFORM, post.at),
            reactions: not_given,
            comments: not_given,
            shares: not_given,
            views: not_given,
            continues: None,
        });
        SocialTruth {
            followers: FigureTruth::Known(life.followers),
            following: not_given,
            posts_total: not_given,
            posts: posts.collect(),
            dialogue_missing: Some(DialogueMissing::always(MissingReason::NotGivenByPlatform)),
            ..SocialTruth::without_figures(Outcome::Measured, account.case)
        }
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        let Some(secret) = graph::secret(call) else {
            return graph::no_token();
        };
        let token = service.judge(PLATFORM, secret);
        let permission = "(#10) Application does not have permission for this action";
        if let Some((answer, kind)) = graph::refusal(&token, (10, permission)) {
            service.meters.refuse(PLATFORM, &token.name, kind);
            return answer;
        }
        // Each call counts for 24 hours once it is sent, even those that fail.
        let quota = quota(service.settings);
        let standing = service.spend(PLATFORM, &token.name, quota, 1, call.now);
        let answer = if standing.is_spent {
            limited(&standing)
        } else {
            respond(service, call)
        };
        graph::with_app_usage(answer, &standing)
    }

    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String {
        let secret = Credentials::of(PLATFORM).map_or("", |it| it.secret);
        let allowed = settings.quotas.threads_calls_per_day.max(1);
        // Twenty a second, until they are spent.
        let spread = allowed * 50;
        format!(
            "[platforms.threads]\n\
             base_url = \"http://{HOST}:{http_port}/v1.0/\"\n\
             requests = {allowed}\n\
             spread = \"{spread}ms\"\n\
             \n\
             [platforms.threads.credentials.simulated]\n\
             secret = \"{secret}\"\n"
        )
    }
}

fn quota(settings: &SimSettings) -> Quota {
    Quota {
        bucket: "calls",
        subject: 0,
        limit: settings.quotas.threads_calls_per_day,
        clock: Clock::Rolling { secs: 86_400 },
        is_published: true,
    }
}

/// Three shapes are possible by the sheet, and a client must know them all.
fn limited(standing: &Standing) -> Answer {
    match standing.resets_at.as_second() % 3 {
        0 => graph::error(400, 4, None, "(#4) Application request limit reached"),
        1 => graph::error(
            403,
            613,
            None,
            "(#613) Calls to this api have exceeded the rate limit.",
        ),
        _ => graph::error(429, 4, None, "(#4) Application request limit reached"),
    }
}

fn respond(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let segments = call.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let method = match segments.as_slice() {
        ["v1.0", method] => *method,
        _ => "",
    };
    if call.method != hyper::Method::GET || !matches!(method, "profile_lookup" | "profile_posts") {
        return graph::error(400, 100, None, "Unsupported request");
    }
    let Some(name) = call.parameter("username") else {
        return graph::error(400, 100, None, "The parameter username is required.");
    };
    let name = name.to_lowercase();
    let found = service.find(PLATFORM, &name);
    let found = found.map(|account| (account, account.life(service.world)));
    let Some((account, life)) = found.filter(|(account, life)| is_shown(account, life, &name))
    else {
        let message = "The requested user cannot be found or is not eligible";
        return graph::error(400, 100, None, message);
    };
    match method {
        "profile_lookup" => profile(service.world, account, &life, &name),
        _ => posts(call, account, &life, &name),
    }
}

/// Whether an account answers to a name.
fn is_shown(account: &NetworkAccount, life: &Life, name: &str) -> bool {
    let is_there = match account.fate {
        Fate::Sound => true,
        Fate::Renamed => name == name_today(account),
        Fate::NotFound
        | Fate::Gone
        | Fate::Suspended
        | Fate::Private
        | Fate::Restricted
        | Fate::Merged => false,
    };
    is_there && life.followers >= THRESHOLD
}

/// The name that a renamed account bears now.
fn name_today(account: &NetworkAccount) -> String {
    let former: String = account.handle.chars().take(26).collect();
    format!("{former}_off")
}

fn post_id(account: &NetworkAccount, at: i64) -> String {
    let place = account.number("posts", 18_000_000, 18_999_999);
    format!("{place}{at}")
}

/// Profile, with sums over seven days.
fn profile(world: &World, account: &NetworkAccount, life: &Life, name: &str) -> Answer {
    let week_ago = world.settings.as_of.as_second() - 7 * 86_400;
    let week = || life.posts.iter().filter(|post| post.at > week_ago);
    Answer::json(
        200,
        &json!({
            "username": name,
            "name": world.bodies[account.body as usize].collectivity.name,
            "is_verified": account.is("verified", 0.2),
            "biography": "Compte officiel",
            "profile_picture_url": "https://cdn.test/p.jpg",
            "follower_count": life.followers,
            "likes_count": week().map(|post| post.reactions).sum::<u64>(),
            "quotes_count": week().map(|post| post.quotes).sum::<u64>(),
            "replies_count": week().map(|post| post.direct_comments()).sum::<u64>(),
            "reposts_count": week().map(|post| post.shares).sum::<u64>(),
            "views_count": week().map(|post| post.views).sum::<u64>(),
        }),
    )
}

/// A page of posts, newest first, reposts of others among them.
fn posts(call: &Call<'_>, account: &NetworkAccount, life: &Life, name: &str) -> Answer {
    let bound = |name: &str| call.parameter(name).map(graph::moment);
    let (since, until) = (bound("since"), bound("until"));
    let after = call.parameter("after").map(graph::after);
    let limit = call.parameter("limit").map(str::parse::<usize>);
    let (Some(since), Some(until), Some(after), Ok(limit @ 1..=MAX_PAGE)) = (
        since.unwrap_or(Some(i64::MIN)),
        until.unwrap_or(Some(i64::MAX)),
        after.unwrap_or(Some(i64::MAX)),
        limit.unwrap_or(Ok(PAGE)),
    ) else {
        return graph::error(400, 100, None, "(#100) Invalid parameter");
    };
    let fields: Vec<&str> = call
        .parameter("fields")
        .unwrap_or("id")
        .split(',')
        .collect();
    if let Some(unknown) = fields.iter().find(|field| !FIELDS.contains(field)) {
        let message = format!("(#100) Tried accessing nonexisting field ({unknown})");
        return graph::error(400, 100, None, &message);
    }
    let mut entries: Vec<(i64, Value)> = Vec::new();
    for post in &life.posts {
        entries.push((
            post.at,
            node(account, name, post.at, false, !post.threads.is_empty()),
        ));
    }
    for at in reposts(account, life) {
        entries.push((at, node(account, name, at, true, false)));
    }
    entries.retain(|(at, _)| *at >= since && *at <= until && *at < after);
    entries.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let is_more = entries.len() > limit;
    entries.truncate(limit);
    let mut answer = json!({"data": []});
    if let (Some((first, _)), Some((last, _))) = (entries.first(), entries.last()) {
        let mut cursors = json!({"before": graph::cursor(*first)});
        if is_more {
            cursors["after"] = graph::cursor(*last).into();
        }
        answer["paging"] = json!({"cursors": cursors});
    }
    let shown = entries.into_iter().map(|(_, node)| only(node, &fields));
    answer["data"] = shown.collect();
    Answer::json(200, &answer)
}

/// Times at which the account reposted others.
fn reposts(account: &NetworkAccount, life: &Life) -> Vec<i64> {
    let mut draw: Draw = account.draw("reposts");
    let Some(last) = life.posts.last() else {
        return Vec::new();
    };
    let mut times: Vec<i64> = (0..draw.poisson(2.0))
        .map(|_| last.at - draw.between(1, 30 * 86_400))
        .filter(|at| life.posts.iter().all(|post| post.at != *at))
        .collect();
    times.sort_unstable();
    times.dedup();
    times
}

fn node(account: &NetworkAccount, name: &str, at: i64, is_repost: bool, replies: bool) -> Value {
    let id = post_id(account, at);
    let code = format!("C{at:x}");
    let mut node = json!({
        "id": id,
        "media_product_type": "THREADS",
        "media_type": match kinds::kind(PLATFORM, at) {
            _ if is_repost => "REPOST_FACADE",
            Some(PostKind::Image) => "IMAGE",
            Some(PostKind::Album) => "CAROUSEL_ALBUM",
            Some(PostKind::Video) => "VIDEO",
            Some(PostKind::Audio) => "AUDIO",
            _ => "TEXT_POST",
        },
        "permalink": format!("https://www.threads.com/@{name}/post/{code}"),
        "username": name,
        "text": "Information municipale",
        "timestamp": graph::time(at),
        "shortcode": code,
        "is_quote_post": false,
        "has_replies": replies,
        "is_verified": false,
    });
    if is_repost {
        node["reposted_post"] = json!({"id": format!("{id}9")});
    }
    node
}

/// The fields asked for; the id comes in any case.
fn only(node: Value, fields: &[&str]) -> Value {
    let Value::Object(all) = node else {
        return node;
    };
    let is_asked = |name: &String| name == "id" || fields.contains(&name.as_str());
    let asked = all.into_iter().filter(|(name, _)| is_asked(name));
    Value::Object(asked.collect::<Map<_, _>>())
}
