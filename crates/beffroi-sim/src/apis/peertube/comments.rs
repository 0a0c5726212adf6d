//! Comments below a video: the list of threads, and one thread with all that was replied in it.

use serde_json::{Value, json};

use super::{
    super::{citizen, iso_ms, network::Call},
    channel::{Channel, Policy, Video, is_deleted, number},
    pages::Listed,
    problem::problem,
};
use crate::{answer::Answer, world::social::VisitorThread};

/// What begins a thread.
enum Head<'a> {
    Visitor(&'a VisitorThread),
    /// The owner's own comment, Unix seconds.
    Own(i64),
}

impl Head<'_> {
    fn at(&self) -> i64 {
        match self {
            Self::Visitor(thread) => thread.opened_ms / 1000,
            Self::Own(at) => *at,
        }
    }
}

/// The threads below a video, newest first.
pub(super) fn threads(call: &Call<'_>, channel: &Channel<'_>, video: &Video) -> Answer {
    let sorts = ["-createdAt", "createdAt", "-totalReplies"];
    let listed = match Listed::of(call, &sorts) {
        Ok(listed) => listed,
        Err(answer) => return answer,
    };
    let mut heads = heads(video);
    heads.sort_by_key(|head| std::cmp::Reverse(head.at()));
    let mut items: Vec<Value> = heads.iter().map(|it| head(channel, video, it)).collect();
    match listed.sort.as_str() {
        "createdAt" => items.reverse(),
        "-totalReplies" => {
            items.sort_by_key(|item| std::cmp::Reverse(item["totalReplies"].as_u64()));
        }
        _ => {}
    }
    let mut page = listed.page(items);
    page["totalNotDeletedComments"] = video.comments().into();
    Answer::json(200, &page)
}

/// One thread.
pub(super) fn thread(channel: &Channel<'_>, video: &Video, id: &str) -> Answer {
    let heads = heads(video);
    let found = heads
        .iter()
        .find(|head| number_of(video, head.at()).to_string() == id);
    match found {
        Some(found) if video.policy != Policy::Nobody => {
            let mut children = json!([]);
            if let Head::Visitor(thread) = found {
                // One under the other, from the last up.
                for (place, step) in thread.steps.iter().enumerate().rev() {
                    let parent = match place.checked_sub(1) {
                        Some(above) => thread.steps[above].at_ms / 1000,
                        None => found.at(),
                    };
                    let author = match step.own {
                        true => channel.owner(),
                        false => author(thread.visitor + place as u32 + 1),
                    };
                    let mut comment = comment(video, step.at_ms / 1000, author, thread.visitor);
                    comment["inReplyToCommentId"] = number_of(video, parent).into();
                    comment["threadId"] = number_of(video, found.at()).into();
                    // Of a reply the count stays at zero, whatever is below it.
                    children = json!([{"comment": comment, "children": children}]);
                }
            }
            let comment = head(channel, video, found);
            Answer::json(200, &json!({"comment": comment, "children": children}))
        }
        _ => problem(404, "Comment thread not found", None),
    }
}

fn heads(video: &Video) -> Vec<Head<'_>> {
    let visitors = video.post.threads.iter().map(Head::Visitor);
    let own = video.post.own_comments.iter().map(|at| Head::Own(*at));
    visitors.chain(own).collect()
}

fn head(channel: &Channel<'_>, video: &Video, head: &Head<'_>) -> Value {
    match head {
        Head::Own(at) => comment(video, *at, channel.owner(), 0),
        Head::Visitor(thread) => {
            let own = thread.steps.iter().filter(|step| step.own).count();
            let mut comment = comment(video, head.at(), author(thread.visitor), thread.visitor);
            comment["totalReplies"] = thread.steps.len().into();
            comment["totalRepliesFromVideoAuthor"] = own.into();
            if is_deleted(thread) {
                comment["isDeleted"] = true.into();
                comment["deletedAt"] = iso_ms(thread.opened_ms + 60_000).into();
                comment["text"] = "".into();
                comment["account"] = Value::Null;
            }
            comment
        }
    }
}

/// A comment that begins a thread, without replies.
fn comment(video: &Video, at: i64, account: Value, visitor: u32) -> Value {
    let id = number_of(video, at);
    let at = iso_ms(at * 1000);
    json!({
        "id": id,
        "url": format!("http://comments.test/{id}"),
        "text": format!("<p>{}</p>", citizen::text(visitor)),
        "threadId": id,
        "inReplyToCommentId": null,
        "videoId": video.number(),
        "createdAt": at,
        "updatedAt": at,
        "deletedAt": null,
        "isDeleted": false,
        "heldForReview": false,
        "totalReplies": 0,
        "totalRepliesFromVideoAuthor": 0,
        "account": account,
    })
}

/// A citizen, mostly of another server.
fn author(visitor: u32) -> Value {
    let name = citizen::name(visitor);
    json!({
        "id": visitor,
        "name": name,
        "host": "social-0.test",
        "url": format!("https://social-0.test/users/{name}"),
        "displayName": name,
    })
}

/// The number of what was said at a moment below a video.
fn number_of(video: &Video, at: i64) -> u64 {
    let index = u32::try_from(video.number() / 10_000_000_000).unwrap_or_default();
    number(index, at)
}
