//! Searches of the archive: videos by conditions and days, and the comments of a video.
//!
//! A search has an id that every page must be asked with. In a long one of several days the platform
//! forgets where its reader is.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    super::{
        citizen,
        network::{Call, Service},
    },
    ORGANISATION, PLATFORM, archive,
    archive::Archived,
    envelope::{error, fields, ok, only},
    is_shown, name_today, shown,
};
use crate::{answer::Answer, draw::hash, world::network::NetworkAccount};

const VIDEO_FIELDS: [&str; 12] = [
    "id",
    "create_time",
    "username",
    "region_code",
    "video_description",
    "like_count",
    "comment_count",
    "share_count",
    "view_count",
    "favorites_count",
    "video_duration",
    "hashtag_names",
];

const COMMENT_FIELDS: [&str; 7] = [
    "id",
    "video_id",
    "text",
    "like_count",
    "reply_count",
    "parent_comment_id",
    "create_time",
];

/// Videos of a page if the client does not say, and at the most.
const PAGE: u64 = 20;
const MAX_PAGE: u64 = 100;

/// Most days that a query may span.
const LONGEST_DAYS: i32 = 30;

/// Most values of a condition; the platform's own limit is not published.
const MOST_VALUES: usize = 100;

/// Beyond so many videos a search of more than one day loses its reader.
const LOSES_BEYOND: u64 = 400;

/// One in so many videos of a page is left out: deleted or made private since.
const LEFT_OUT_ONE_IN: usize = 33;

fn invalid(message: &str) -> Answer {
    error(400, "invalid_params", message)
}

/// A page of videos.
pub(super) fn videos(service: &Service<'_>, call: &Call<'_>, body: &Value) -> Answer {
    let asked = match fields(call, &VIDEO_FIELDS) {
        Ok(asked) => asked,
        Err(answer) => return answer,
    };
    let Some((from, to)) = days(body) else {
        return invalid("Invalid start_date or end_date: they may be 30 days apart at most");
    };
    let names = match names(&body["query"]) {
        Ok(names) => names,
        Err(answer) => return answer,
    };
    let count = match body.get("max_count") {
        None => Some(PAGE),
        Some(count) => count
            .as_u64()
            .filter(|count| (1..=MAX_PAGE).contains(count)),
    };
    let cursor = body.get("cursor").map_or(Some(0), Value::as_u64);
    let search = search_id(body);
    let (Some(count), Some(cursor)) = (count, cursor) else {
        return invalid("Invalid count or cursor");
    };
    let is_lost = cursor >= LOSES_BEYOND && from < to;
    let is_same = body["search_id"].as_str() == Some(search.as_str());
    if cursor > 0 && (!is_same || is_lost) {
        service.meters.refuse(PLATFORM, ORGANISATION, "cursor");
        return invalid("Invalid count or cursor");
    }
    let mut found: Vec<(&NetworkAccount, Archived)> = Vec::new();
    for name in names {
        let Some(account) = shown(service, name) else {
            continue;
        };
        let life = account.life(service.world);
        let videos = archive::of(service.world, account, &life).into_iter();
        let in_days = videos.filter(|video| (from..=to).contains(&day(video.at)));
        found.extend(in_days.map(|video| (account, video)));
    }
    found.sort_by_key(|(_, video)| std::cmp::Reverse(video.id));
    found.dedup_by_key(|(_, video)| video.id);
    // Videos, and the places of those that are no more to be seen.
    let mut places: Vec<Option<(&NetworkAccount, Archived)>> = Vec::new();
    for (number, video) in found.into_iter().enumerate() {
        if number % LEFT_OUT_ONE_IN == LEFT_OUT_ONE_IN - 1 {
            places.push(None);
        }
        places.push(Some(video));
    }
    let start = usize::try_from(cursor)
        .unwrap_or(usize::MAX)
        .min(places.len());
    let end = (start + count as usize).min(places.len());
    let id_name = match service.settings.new_field_names {
        // As one sample of the documentation has it.
        true => "video_id",
        false => "id",
    };
    let page = places[start..end].iter().flatten();
    let page: Vec<Value> = page
        .map(|(account, it)| video(account, it, &asked, id_name))
        .collect();
    let search = if places.is_empty() { "" } else { &search };
    ok(json!({
        "videos": page,
        "cursor": end,
        "has_more": end < places.len(),
        "search_id": search,
    }))
}

fn video(account: &NetworkAccount, video: &Archived, asked: &[&str], id_name: &str) -> Value {
    let mut shown = only(
        json!({
            "id": video.id,
            "create_time": video.at,
            "username": name_today(account),
            "region_code": "FR",
            "video_description": "La vie de la commune",
            "like_count": video.likes,
            "comment_count": video.comments,
            "share_count": video.shares,
            "view_count": video.views,
            "favorites_count": video.likes / 15,
            "video_duration": 33,
            "hashtag_names": [],
        }),
        asked,
    );
    if let Some(fields) = shown.as_object_mut()
        && let Some(id) = fields.remove("id")
    {
        fields.insert(id_name.to_owned(), id);
    }
    shown
}

/// The days of a query, both included, where they are some.
fn days(body: &Value) -> Option<(Date, Date)> {
    let date = |name: &str| Date::strptime("%Y%m%d", body[name].as_str()?).ok();
    let (from, to) = (date("start_date")?, date("end_date")?);
    let days = from.until(to).ok()?.get_days();
    (0..=LONGEST_DAYS).contains(&days).then_some((from, to))
}

fn day(at: i64) -> Date {
    let moment = Timestamp::from_second(at).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.to_zoned(TimeZone::UTC).date()
}

/// The names that a query asks for: of all its conditions those by name are served here.
fn names(query: &Value) -> Result<Vec<&str>, Answer> {
    let conditions = query["and"].as_array().or_else(|| query["or"].as_array());
    let Some(conditions) = conditions.filter(|conditions| !conditions.is_empty()) else {
        return Err(invalid("Query is required"));
    };
    let mut names = Vec::new();
    for condition in conditions {
        let values = condition["field_values"].as_array();
        let operation = condition["operation"].as_str().unwrap_or_default();
        let is_known = condition["field_name"] == "username" && matches!(operation, "EQ" | "IN");
        let Some(values) = values.filter(|values| is_known && !values.is_empty()) else {
            return Err(invalid("Invalid query condition"));
        };
        if values.len() > MOST_VALUES || operation == "EQ" && values.len() > 1 {
            return Err(invalid("Too many field_values"));
        }
        names.extend(values.iter().filter_map(Value::as_str));
    }
    Ok(names)
}

/// The name of a search: the same for the same query and days.
fn search_id(body: &Value) -> String {
    let asked = format!(
        "{}{}{}",
        body["query"], body["start_date"], body["end_date"]
    );
    (hash(asked.as_bytes()) >> 1).to_string()
}

/// A page of comments below a video, or of the replies to a comment. Who wrote them is not told.
pub(super) fn comments(service: &Service<'_>, call: &Call<'_>, body: &Value) -> Answer {
    let asked = match fields(call, &COMMENT_FIELDS) {
        Ok(asked) => asked,
        Err(answer) => return answer,
    };
    let (video, comment) = (body["video_id"].as_u64(), body["comment_id"].as_u64());
    let (Some(id), true) = (video.or(comment), video.is_none() || comment.is_none()) else {
        return invalid("Either video_id or comment_id is required");
    };
    let count = body.get("max_count").map_or(Some(10), Value::as_u64);
    let cursor = body.get("cursor").map_or(Some(0), Value::as_u64);
    let (Some(count @ 1..=MAX_PAGE), Some(cursor)) = (count, cursor) else {
        return invalid("Invalid count or cursor");
    };
    let account = service.find(PLATFORM, &format!("#{}", archive::owner(id)));
    let Some(account) = account.filter(|account| is_shown(account)) else {
        return invalid("The video is not found");
    };
    let life = account.life(service.world);
    let number = |at: i64| archive::id(account.index, at);
    let mut said: Vec<Value> = Vec::new();
    for post in &life.posts {
        let video = number(post.at);
        for thread in &post.threads {
            let head = number(thread.opened_ms / 1000);
            if video == id {
                let replies = thread.steps.len();
                said.push(shown_comment(video, video, head, replies, thread.visitor));
            }
            if head == id {
                said.extend(thread.steps.iter().map(|step| {
                    let reply = number(step.at_ms / 1000);
                    shown_comment(video, head, reply, 0, thread.visitor)
                }));
            }
        }
        if video == id {
            let own = post.own_comments.iter().map(|at| number(*at));
            said.extend(own.map(|own| shown_comment(video, video, own, 0, 0)));
        }
    }
    let start = usize::try_from(cursor)
        .unwrap_or(usize::MAX)
        .min(said.len());
    let end = (start + count as usize).min(said.len());
    let page = said[start..end].iter().map(|it| only(it.clone(), &asked));
    let page: Vec<Value> = page.collect();
    ok(json!({"comments": page, "cursor": end, "has_more": end < said.len()}))
}

fn shown_comment(video: u64, parent: u64, id: u64, replies: usize, visitor: u32) -> Value {
    json!({
        "id": id,
        "video_id": video,
        "parent_comment_id": parent,
        "create_time": id >> 32,
        "like_count": 0,
        "reply_count": replies,
        "text": citizen::text(visitor),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_days_at_the_most_are_searched() {
        let days = |from: &str, to: &str| {
            super::days(&json!({"start_date": from, "end_date": to})).is_some()
        };
        assert!(days("20261026", "20261123") && days("20261123", "20261123"));
        assert!(days("20261001", "20261031"));
        assert!(!days("20261001", "20261101") && !days("20261123", "20261122"));
        assert!(!days("2026-11-01", "2026-11-02"));
    }

    #[test]
    fn names_are_read_of_conditions_by_name_alone() {
        let read = |condition: Value| {
            let query = json!({"and": [condition]});
            names(&query)
                .map(|names| names.len())
                .map_err(|it| it.status)
        };
        let by = |operation: &str, values: &[&str]| json!({"operation": operation, "field_name": "username", "field_values": values});
        assert_eq!(read(by("IN", &["a", "b"])), Ok(2));
        assert_eq!(read(by("EQ", &["a"])), Ok(1));
        assert_eq!(read(by("EQ", &["a", "b"])), Err(400));
        assert_eq!(read(by("GT", &["a"])), Err(400));
        assert_eq!(read(by("IN", &["a"; 101])), Err(400));
        assert_eq!(
            read(json!({"operation": "EQ", "field_name": "region_code"})),
            Err(400)
        );
    }
}
