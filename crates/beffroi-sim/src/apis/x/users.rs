//! Profiles, a hundred in one request (fact sheet, section 3).

use serde_json::{Value, json};

use super::{
    super::{
        iso_ms,
        network::{Call, Service},
    },
    answers::Reply,
    limits::Endpoint,
    message,
    problem::{Problem, missing},
    user::{self, By, User},
    words,
};
use crate::world::{Declared, World};

const MAX_USERS: usize = 100;

pub(super) fn answer(
    service: &Service<'_>,
    call: &Call<'_>,
    endpoint: Endpoint,
    segments: &[&str],
) -> Result<Reply, Problem> {
    let fields = words::user_fields(call)?;
    let parameter = match (endpoint, segments) {
        (Endpoint::UsersByName, _) => "usernames",
        (Endpoint::OneUser, [_, _, "by", ..]) => "username",
        (Endpoint::OneUser, _) => "id",
        _ => "ids",
    };
    let asked = match endpoint {
        Endpoint::OneUser => segments.last().copied().unwrap_or_default(),
        _ => call.parameter(parameter).unwrap_or_default(),
    };
    let is_by_name = parameter.starts_with("username");
    let asked: Vec<&str> = asked.split(',').collect();
    if asked.len() > MAX_USERS {
        let message = format!("size must be between 1 and {MAX_USERS}");
        return Err(Problem::invalid(parameter, "…", &message));
    }
    // One that is malformed spoils the request of all.
    let is_well_formed = |text: &&&str| match is_by_name {
        true => is_username(text),
        false => is_id(text),
    };
    if let Some(wrong) = asked.iter().find(|text| !is_well_formed(text)) {
        let pattern = match is_by_name {
            true => "^[A-Za-z0-9_]{1,15}$",
            false => "^[0-9]{1,19}$",
        };
        let message = format!("The value [{wrong}] does not match {pattern}");
        return Err(Problem::invalid(parameter, wrong, &message));
    }
    let (mut data, mut errors, mut users) = (Vec::new(), Vec::new(), Vec::new());
    for text in asked {
        let by = match is_by_name {
            true => By::Name(text),
            false => By::Id(text),
        };
        match user::find(service, by) {
            Ok(user) if users.contains(&user.id) => {}
            Ok(user) => {
                users.push(user.id);
                data.push(shown(service.world, &user, &fields));
            }
            Err(reason) => errors.push(missing(reason, "user", parameter, text)),
        }
    }
    data.sort_by_cached_key(|user| {
        user["id"]
            .as_str()
            .map(|id| id.chars().rev().collect::<String>())
    });
    let reply = match endpoint {
        Endpoint::OneUser => {
            let mut reply = Reply::of(Vec::new(), errors);
            if let Some(user) = data.pop() {
                reply.value["data"] = user;
            }
            reply
        }
        _ => Reply::of(data, errors),
    };
    Ok(Reply { users, ..reply })
}

fn is_username(text: &str) -> bool {
    (1..=15).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a text can be an id.
pub(super) fn is_id(text: &str) -> bool {
    (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn shown(world: &World, user: &User<'_>, fields: &[&str]) -> Value {
    let account = user.account;
    let body = &world.bodies[account.body as usize];
    let mut value = json!({
        "id": user.id.to_string(),
        "username": user::spelt(world, account),
        "name": body.collectivity.name,
    });
    let site = match body.declared {
        Declared::Site { site, .. } => Some(world.base(&world.sites[site as usize])),
        Declared::Nothing | Declared::NotASite { .. } => None,
    };
    for field in fields {
        match *field {
            "created_at" => value["created_at"] = iso_ms(user.life.created_at * 1000).into(),
            "protected" => value["protected"] = user.is_protected.into(),
            "verified" => value["verified"] = account.is("verified", 0.4).into(),
            "verified_type" => {
                let is_verified = account.is("verified", 0.4);
                value["verified_type"] = if is_verified { "government" } else { "none" }.into();
            }
            "url" => {
                let short = site.as_ref().map_or("", |_| "https://t.co/AbCdEf");
                value["url"] = short.into();
            }
            "entities" => {
                if let Some(site) = &site {
                    value["entities"] = json!({"url": {"urls": [{
                        "start": 0, "end": 19, "url": "https://t.co/AbCdEf",
                        "expanded_url": site, "display_url": site,
                    }]}});
                }
            }
            "description" => value["description"] = "Compte officiel".into(),
            "public_metrics" => {
                let messages = message::all(user, message::shown_until_ms(world));
                value["public_metrics"] = json!({
                    "followers_count": user.life.followers,
                    "following_count": user.life.following,
                    "tweet_count": message::count(user, &messages),
                    "listed_count": 1,
                    "like_count": 12,
                    "media_count": 40,
                });
            }
            _ => {}
        }
    }
    value
}
