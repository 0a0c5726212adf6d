//! Instagram's business discovery: professional accounts, asked for through our own (fact sheet
//! `instagram`).

use beffroi_model::{Absent, MissingReason, Outcome, Platform, PostKind};
use serde_json::{Map, Value, json};

use super::{
    GraphError, after, cursor,
    fields::{self, Arguments, Field},
    refusal, time, with_app_usage,
};
use crate::{
    Credentials, SimSettings, SocialTruth,
    answer::Answer,
    apis::network::{Call, Service},
    meters::{Clock, Quota},
    truth::{DialogueMissing, FigureTruth, PostTruth, second},
    world::{
        World, kinds,
        network::{Fate, Life, NetworkAccount, Post},
    },
};

const PLATFORM: Platform = Platform::Instagram;

/// Media of a page if the client does not say, and at the most.
const PAGE: usize = 25;
const MAX_PAGE: usize = 50;

/// Share of the accounts that hide how many like their media.
const LIKES_HIDDEN: f64 = 0.06;

/// Our own account of the first credential; the others count it on.
const OWN_ID: u64 = 17_841_409_999_999_999;

/// Whether that is an account of ours.
pub(super) fn is_own(id: &str) -> bool {
    let number = id.parse::<u64>().ok();
    number.is_some_and(|number| (OWN_ID..OWN_ID + 256).contains(&number))
}

pub(super) fn names(account: &NetworkAccount) -> Vec<String> {
    let mut names = vec![account.handle.to_string()];
    if account.fate == Fate::Renamed {
        names.push(name_today(account));
    }
    names
}

fn name_today(account: &NetworkAccount) -> String {
    let former: String = account.handle.chars().take(24).collect();
    format!("{former}.ville")
}

pub(super) fn account_id(account: &NetworkAccount) -> String {
    let number = account.number("account", 17_841_400_000_000_000, 17_841_409_000_000_000);
    number.to_string()
}

fn media_id(account: &NetworkAccount, at: i64) -> String {
    let place = account.number("media", 1_790_000, 1_799_999);
    format!("{place}{at}")
}

fn is_reel(account: &NetworkAccount, post: &Post) -> bool {
    account.is(&format!("reel {}", post.at), 0.25)
}

/// What a publication shows.
fn kind(account: &NetworkAccount, post: &Post) -> Option<PostKind> {
    match is_reel(account, post) {
        true => Some(PostKind::ShortVideo),
        false => kinds::kind(Platform::Instagram, post.at),
    }
}

/// Whether an account answers to a name. Personal accounts, private ones and those with an age
/// limit are told from nobody.
fn is_shown(account: &NetworkAccount, name: &str) -> bool {
    match account.fate {
        Fate::Sound => true,
        Fate::Renamed => name == name_today(account),
        Fate::NotFound
        | Fate::Gone
        | Fate::Suspended
        | Fate::Private
        | Fate::Restricted
        | Fate::Merged => false,
    }
}

pub(super) fn truth(world: &World, account: &NetworkAccount) -> SocialTruth {
    if !is_shown(account, &account.handle) {
        let outcome = Outcome::Absent(Absent::NotFound);
        return SocialTruth::without_figures(outcome, account.case);
    }
    let life = account.life(world);
    let not_given = FigureTruth::Missing(MissingReason::NotGivenByPlatform);
    let hides_likes = account.is("likes hidden", LIKES_HIDDEN);
    let posts = life.posts.iter().rev().map(|post| PostTruth {
        id: media_id(account, post.at),
        published_at: second(post.at),
        kind: kind(account, post),
        reactions: match hides_likes {
            true => FigureTruth::Missing(MissingReason::HiddenByOwner),
            false => FigureTruth::Known(post.reactions),
        },
        comments: FigureTruth::Known(post.all_comments()),
        shares: not_given,
        views: match is_reel(account, post) {
            true => FigureTruth::Known(post.views),
            false => not_given,
        },
        continues: None,
    });
    SocialTruth {
        permanent_id: Some(account_id(account)),
        followers: FigureTruth::Known(life.followers),
        following: FigureTruth::Known(life.following),
        posts_total: FigureTruth::Known(life.posts_total),
        posts: posts.collect(),
        dialogue_missing: Some(DialogueMissing::always(MissingReason::NotGivenByPlatform)),
        ..SocialTruth::without_figures(Outcome::Measured, account.case)
    }
}

/// TOML with which a crawler meets it.
pub(super) fn configuration(settings: &SimSettings, host: &str, http_port: u16) -> String {
    let known = Credentials::of(PLATFORM);
    let (id, secret) = known.map_or(("", ""), |it| (it.id.unwrap_or_default(), it.secret));
    // As fast as the allowance lets, and never above a server's patience.
    let per_second = (settings.quotas.instagram_calls_per_hour / 3_600).clamp(5, 50);
    format!(
        "[platforms.instagram]\n\
         base_url = \"http://{host}:{http_port}/v25.0/\"\n\
         requests = {per_second}\n\
         per = \"1s\"\n\
         \n\
         [platforms.instagram.credentials.simulated]\n\
         id = \"{id}\"\n\
         secret = \"{secret}\"\n"
    )
}

/// Answers a question to our own account.
pub(super) fn answer(
    service: &Service<'_>,
    call: &Call<'_>,
    segments: &[&str],
    parameters: &Arguments,
    secret: &str,
) -> Answer {
    let token = service.judge(PLATFORM, secret);
    let permission = "(#10) Application does not have permission for this action";
    if let Some((answer, kind)) = refusal(&token, (10, permission)) {
        service.meters.refuse(PLATFORM, &token.name, kind);
        return answer;
    }
    let quota = Quota {
        bucket: "calls",
        subject: 0,
        limit: service.settings.quotas.instagram_calls_per_hour,
        clock: Clock::Rolling { secs: 3_600 },
        // What users report; Meta tells it in the headers alone.
        is_published: false,
    };
    let standing = service.spend(PLATFORM, &token.name, quota, 1, call.now);
    if standing.is_spent {
        service
            .meters
            .penalise(PLATFORM, &token.name, quota, 1, call.now);
        let message = "(#4) Application request limit reached";
        let status = if call.now.as_second() % 2 == 0 {
            400
        } else {
            403
        };
        return with_app_usage(
            GraphError::new(status, 4, None, message).answer(),
            &standing,
        );
    }
    // A token speaks for its own account alone.
    let own = token
        .name
        .parse::<u64>()
        .map_or(0, |number| OWN_ID + number - 1);
    let answer = match segments {
        [id] if *id == own.to_string() => discover(service, parameters, id),
        [id, ..] => Err(super::facebook::unseen(id)),
        [] => Err(GraphError::bad_parameter("Unsupported get request.")),
    };
    let answer = answer.map(|value| Answer::json(200, &value));
    with_app_usage(answer.unwrap_or_else(|error| error.answer()), &standing)
}

fn discover(service: &Service<'_>, parameters: &Arguments, own: &str) -> Result<Value, GraphError> {
    let text = parameters.get("fields").unwrap_or("id");
    let fields = fields::parse(text)
        .ok_or_else(|| GraphError::new(400, 2500, None, "Syntax error in the field expression"))?;
    let mut written = json!({"id": own});
    for field in &fields {
        match field.name.as_str() {
            "id" => {}
            "business_discovery" => written["business_discovery"] = target(service, field)?,
            name => return Err(nonexisting(name, "IGUser")),
        }
    }
    Ok(written)
}

fn target(service: &Service<'_>, field: &Field) -> Result<Value, GraphError> {
    let name = field
        .arguments
        .get("username")
        .ok_or_else(|| GraphError::bad_parameter("(#100) The parameter username is required"))?;
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_');
    if !name.chars().all(is_of_name) {
        return Err(GraphError::bad_parameter(
            "(#100) Invalid parameter username",
        ));
    }
    let name = name.to_lowercase();
    let found = service.find(PLATFORM, &name);
    let Some(account) = found.filter(|account| is_shown(account, &name)) else {
        return Err(cannot_find(&name));
    };
    let life = account.life(service.world);
    let mut written = Map::new();
    written.insert("id".to_owned(), account_id(account).into());
    for field in field.fields.as_deref().unwrap_or_default() {
        let value = match field.name.as_str() {
            "id" => account_id(account).into(),
            "ig_id" => account.number("ig", 1_000_000_000, 60_000_000_000).into(),
            "username" => name.as_str().into(),
            "name" => {
                let body = &service.world.bodies[account.body as usize];
                body.collectivity.name.as_str().into()
            }
            "biography" => "Compte officiel".into(),
            "profile_picture_url" => "https://cdn.test/p.jpg".into(),
            "website" if account.is("website", 0.6) => "https://www.mairie.test/".into(),
            // Left out where the owner wrote none.
            "website" => continue,
            "followers_count" => life.followers.into(),
            "follows_count" => life.following.into(),
            "media_count" => life.posts_total.into(),
            "media" => match media(account, &life, field)? {
                Some(media) => media,
                None => continue,
            },
            "stories" | "shopping_product_tag_eligibility" => {
                let message = "(#10) Application does not have permission for this action";
                return Err(GraphError::new(403, 10, None, message));
            }
            unknown => return Err(nonexisting(unknown, "IGUser")),
        };
        written.insert(field.name.clone(), value);
    }
    Ok(Value::Object(written))
}

/// Media, newest first; left out where there is none.
fn media(
    account: &NetworkAccount,
    life: &Life,
    field: &Field,
) -> Result<Option<Value>, GraphError> {
    let limit = match field.arguments.get("limit").map(str::parse::<usize>) {
        None => PAGE,
        Some(Ok(limit @ 1..=MAX_PAGE)) => limit,
        Some(_) => return Err(GraphError::bad_parameter("(#100) Invalid parameter limit")),
    };
    let since = field.arguments.get("since").and_then(super::moment);
    let mut posts: Vec<&Post> = life.posts.iter().rev().collect();
    posts.retain(|post| since.is_none_or(|since| post.at >= since));
    if let Some(text) = field.arguments.get("after") {
        let start = after(text).and_then(|at| posts.iter().position(|post| post.at == at));
        let Some(start) = start else {
            return Err(GraphError::bad_parameter("(#100) Invalid cursors values"));
        };
        posts.drain(..=start);
    }
    let is_more = posts.len() > limit;
    posts.truncate(limit);
    let Some(last) = posts.last() else {
        return Ok(None);
    };
    let mut list = json!({"data": []});
    if is_more {
        list["paging"] = json!({"cursors": {"after": cursor(last.at)}});
    }
    let default = [Field {
        name: "id".to_owned(),
        ..Field::default()
    }];
    let asked = field.fields.as_deref().unwrap_or(&default);
    let mut data = Vec::with_capacity(posts.len());
    for post in posts {
        data.push(medium(account, post, asked)?);
    }
    list["data"] = data.into();
    Ok(Some(list))
}

fn medium(account: &NetworkAccount, post: &Post, asked: &[Field]) -> Result<Value, GraphError> {
    let is_reel = is_reel(account, post);
    let mut written = Map::new();
    written.insert("id".to_owned(), media_id(account, post.at).into());
    for field in asked {
        let value = match field.name.as_str() {
            "id" => continue,
            "timestamp" => time(post.at).into(),
            "caption" => "Information municipale".into(),
            "media_type" => match kind(account, post) {
                Some(PostKind::Image) => "IMAGE".into(),
                Some(PostKind::Album) => "CAROUSEL_ALBUM".into(),
                _ => "VIDEO".into(),
            },
            "media_product_type" if is_reel => "REELS".into(),
            "media_product_type" => "FEED".into(),
            "permalink" => format!("https://www.instagram.com/p/C{:x}/", post.at).into(),
            "username" => account.handle.as_ref().into(),
            // The owner may hide it; it is left out then.
            "like_count" if account.is("likes hidden", LIKES_HIDDEN) => continue,
            "like_count" => post.reactions.into(),
            "comments_count" => post.all_comments().into(),
            // Of reels alone.
            "view_count" if is_reel => post.views.into(),
            "view_count" => continue,
            "media_url" => "https://cdn.test/m.jpg".into(),
            "shares_count" | "reposts_count" | "saved_count" | "total_like_count" => {
                let message = "(#10) Application does not have permission for this action";
                return Err(GraphError::new(403, 10, None, message));
            }
            unknown => return Err(nonexisting(unknown, "IGMedia")),
        };
        written.insert(field.name.clone(), value);
    }
    Ok(Value::Object(written))
}

fn nonexisting(name: &str, kind: &str) -> GraphError {
    GraphError::bad_parameter(format!(
        "(#100) Tried accessing nonexisting field ({name}) on node type ({kind})"
    ))
}

/// Missing, renamed, personal, private, with an age limit: all the same.
fn cannot_find(name: &str) -> GraphError {
    GraphError {
        more: Some(json!({
            "is_transient": false,
            "error_user_title": "Cannot find User",
            "error_user_msg": format!("The user with username: {name} cannot be found."),
        })),
        ..GraphError::new(400, 110, Some(2_207_013), "Invalid user id")
    }
}
