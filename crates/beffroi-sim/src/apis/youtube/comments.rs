//! What is said below videos: threads, and the replies in one (fact sheet, section 3.5).

use serde_json::{Value, json};

use super::{
    super::{
        citizen,
        network::{Call, Service},
    },
    channel::{self, By, Channel, Video, Videos},
    parameters::{Paging, filter, page_size, parts},
    problem::{self, Problem},
};
use crate::{
    draw::Draw,
    truth::second,
    world::{network::Post, social::VisitorThread},
};

/// Replies that come with a thread at the most.
const INLINE: usize = 5;

/// A comment or reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment {
    /// Unix seconds.
    pub(super) at: i64,
    /// Who wrote it; nobody when the channel did.
    pub(super) visitor: Option<u32>,
}

/// A comment below a video with its replies, oldest first.
#[derive(Debug)]
pub(super) struct Thread {
    video: i64,
    top: Comment,
    replies: Vec<Comment>,
}

/// Whether nobody may comment on a video. The newest one of a channel that does not close them all
/// is open, so that never all happen to be closed.
pub(super) fn is_closed(channel: &Channel<'_>, video: Video<'_>) -> bool {
    let mut draw = Draw::new(channel.account.key, "closed", video.at as u64);
    channel.closes_comments() || !video.is_newest && draw.chance(0.05)
}

/// Comments as the platform counts them: replies too, and some that it holds back and does not show.
pub(super) fn count(channel: &Channel<'_>, video: Video<'_>) -> u64 {
    let Some(post) = video.post else { return 0 };
    let mut draw = Draw::new(channel.account.key, "held back", video.at as u64);
    let held_back = if draw.chance(0.05) {
        1 + draw.below(2)
    } else {
        0
    };
    let shown = threads(channel, post);
    let shown = shown.iter().map(|thread| 1 + thread.replies.len());
    (shown.sum::<usize>() + held_back) as u64
}

/// The threads below a video, oldest first.
fn threads(channel: &Channel<'_>, post: &Post) -> Vec<Thread> {
    let visitors = post.threads.iter().map(|thread| Thread {
        video: post.at,
        top: Comment {
            at: thread.opened_ms / 1000,
            visitor: Some(thread.visitor),
        },
        replies: replies_in(channel, post, thread),
    });
    let own = post.own_comments.iter().map(|at| Thread {
        video: post.at,
        top: Comment {
            at: *at,
            visitor: None,
        },
        replies: Vec::new(),
    });
    let mut threads: Vec<Thread> = visitors.chain(own).collect();
    threads.sort_by_key(|thread| thread.top.at);
    threads
}

/// The replies in a thread: its steps and, in some, a quarrel among visitors that is longer than
/// what comes with the thread.
fn replies_in(channel: &Channel<'_>, post: &Post, thread: &VisitorThread) -> Vec<Comment> {
    let opened = thread.opened_ms / 1000;
    let mut replies: Vec<Comment> = thread
        .steps
        .iter()
        .map(|step| Comment {
            at: step.at_ms / 1000,
            visitor: (!step.own).then_some(thread.visitor + 1),
        })
        .collect();
    let mut draw = Draw::new(channel.account.key, "quarrel", opened as u64);
    if draw.chance(0.04) {
        // It ends before the first step, and before the present in any case.
        let end = replies.first().map_or(opened + 30, |first| first.at);
        let count = (draw.between(6, 130)).min(end - opened - 1);
        replies.extend((1..=count).map(|number| Comment {
            at: opened + number,
            visitor: Some(post.at as u32 % 1_000_000 + number as u32),
        }));
    }
    replies.sort_by_key(|reply| reply.at);
    replies
}

/// Id of a comment: the video's, and the second. A citizen's holds the canary.
fn comment_id(channel: &Channel<'_>, video: i64, comment: Comment) -> String {
    let video = channel.video_id(video);
    let author = comment.visitor.map_or(String::new(), citizen::name);
    format!("Ugx{video}{:x}{author}", comment.at)
}

fn reply_id(parent: &str, reply: Comment) -> String {
    let author = reply.visitor.map_or(String::new(), citizen::name);
    format!("{parent}.9{:x}{author}", reply.at)
}

/// Video and second of a thread's id.
fn read_id(id: &str) -> Option<(&str, i64)> {
    let rest = id.strip_prefix("Ugx")?;
    let (video, rest) = (rest.get(..11)?, rest.get(11..)?);
    let digits = rest.get(..8)?;
    Some((video, i64::from_str_radix(digits, 16).ok()?))
}

/// A page of threads.
fn page(
    channel: &Channel<'_>,
    threads: &[Thread],
    call: &Call<'_>,
    parts: &[&str],
) -> Result<Value, Problem> {
    let per_page = page_size(call, 20, 100)?;
    let paging = Paging::of(call)?;
    let start = paging.start.min(threads.len());
    let end = (start + per_page).min(threads.len());
    let shown = &threads[start..end];
    let items: Vec<Value> = shown
        .iter()
        .map(|thread| thread_resource(channel, thread, parts))
        .collect();
    let mut answer = json!({
        "kind": "youtube#commentThreadListResponse",
        "etag": "e",
        "pageInfo": {"totalResults": items.len(), "resultsPerPage": per_page},
        "items": items,
    });
    if end < threads.len() {
        answer["nextPageToken"] = paging.token(end).into();
    }
    Ok(answer)
}

fn threads_of_all(channel: &Channel<'_>) -> Vec<Thread> {
    let videos = channel.videos().into_iter();
    let open = videos.filter(|video| !is_closed(channel, *video));
    open.filter_map(|video| video.post)
        .flat_map(|post| threads(channel, post))
        .collect()
}

/// The method `commentThreads`.
pub(super) fn list(service: &Service<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    const FILTERS: [&str; 3] = ["videoId", "allThreadsRelatedToChannelId", "id"];
    let asked = [
        &FILTERS[..],
        &["order", "textFormat", "searchTerms", "moderationStatus"],
    ]
    .concat();
    let parts = parts(call, &["id", "snippet", "replies"], &asked)?;
    let no_channel = || problem::missing("youtube.commentThread", "channelNotFound", "channelId");
    let (name, value) = filter(call, &FILTERS)?;
    let (found, channel);
    let (channel, mut chosen): (&Channel<'_>, Vec<Thread>) = match name {
        "videoId" => {
            found = Videos::of(service, std::iter::once(value));
            let video = found.get(value);
            let (channel, video) = video.ok_or(problem::missing(
                "youtube.commentThread",
                "videoNotFound",
                "videoId",
            ))?;
            if is_closed(channel, video) {
                return Err(problem::COMMENTS_OFF);
            }
            let post = video.post;
            (
                channel,
                post.map_or(Vec::new(), |post| threads(channel, post)),
            )
        }
        "allThreadsRelatedToChannelId" => {
            channel = channel::find(service, By::Id(value)).ok_or_else(no_channel)?;
            (&channel, threads_of_all(&channel))
        }
        _ => {
            let not_found =
                || problem::missing("youtube.commentThread", "commentThreadNotFound", "id");
            let (video, at) = read_id(value).ok_or_else(not_found)?;
            found = Videos::of(service, std::iter::once(video));
            let (channel, video) = found.get(video).ok_or_else(not_found)?;
            let post = video.post.ok_or_else(not_found)?;
            let mut threads = threads(channel, post);
            threads.retain(|thread| thread.top.at == at);
            (channel, threads)
        }
    };
    match call.parameter("order") {
        None | Some("time") => chosen.sort_by_key(|thread| std::cmp::Reverse(thread.top.at)),
        Some("relevance") => chosen.sort_by_key(|thread| std::cmp::Reverse(thread.replies.len())),
        Some(_) => return Err(problem::bad("order", "invalidValue")),
    }
    page(channel, &chosen, call, &parts)
}

/// The method `comments`: the replies in one thread, or single ones.
pub(super) fn replies(service: &Service<'_>, call: &Call<'_>) -> Result<Value, Problem> {
    let parts = parts(call, &["id", "snippet"], &["parentId", "textFormat"])?;
    let per_page = page_size(call, 20, 100)?;
    let (_, parent) = filter(call, &["parentId"])?;
    let not_found = || problem::missing("youtube.comment", "commentNotFound", "parentId");
    let (video, at) = read_id(parent).ok_or_else(not_found)?;
    let found = Videos::of(service, std::iter::once(video));
    let (channel, video) = found.get(video).ok_or_else(not_found)?;
    let post = video.post.ok_or_else(not_found)?;
    let threads = threads(channel, post);
    let thread = threads.iter().find(|thread| {
        thread.top.at == at && comment_id(channel, thread.video, thread.top) == parent
    });
    let thread = thread.ok_or_else(not_found)?;
    let paging = Paging::of(call)?;
    let start = paging.start.min(thread.replies.len());
    let end = (start + per_page).min(thread.replies.len());
    let items: Vec<Value> = thread.replies[start..end]
        .iter()
        .map(|reply| comment_resource(channel, &reply_id(parent, *reply), *reply, Some(parent)))
        .map(|comment| only_parts(comment, &parts))
        .collect();
    let mut answer = json!({
        "kind": "youtube#commentListResponse",
        "etag": "e",
        "pageInfo": {"totalResults": items.len(), "resultsPerPage": per_page},
        "items": items,
    });
    if end < thread.replies.len() {
        answer["nextPageToken"] = paging.token(end).into();
    }
    Ok(answer)
}

fn only_parts(mut resource: Value, parts: &[&str]) -> Value {
    if let Value::Object(fields) = &mut resource {
        fields.retain(|name, _| {
            matches!(name.as_str(), "kind" | "etag" | "id") || parts.contains(&name.as_str())
        });
    }
    resource
}

fn thread_resource(channel: &Channel<'_>, thread: &Thread, parts: &[&str]) -> Value {
    let id = comment_id(channel, thread.video, thread.top);
    let mut resource = json!({
        "kind": "youtube#commentThread",
        "etag": "e",
        "id": id,
        "snippet": {
            "channelId": channel.id(),
            "videoId": channel.video_id(thread.video),
            "canReply": true,
            "totalReplyCount": thread.replies.len(),
            "isPublic": true,
            "topLevelComment": comment_resource(channel, &id, thread.top, None),
        },
    });
    if !thread.replies.is_empty() {
        let inline = thread.replies.iter().take(INLINE);
        let inline: Vec<Value> = inline
            .map(|reply| comment_resource(channel, &reply_id(&id, *reply), *reply, Some(&id)))
            .collect();
        resource["replies"] = json!({"comments": inline});
    }
    only_parts(resource, parts)
}

fn comment_resource(
    channel: &Channel<'_>,
    id: &str,
    comment: Comment,
    parent: Option<&str>,
) -> Value {
    let at = second(comment.at).to_string();
    let (name, author, text) = match comment.visitor {
        None => (
            channel.account.name().to_owned(),
            channel.id(),
            "Bonjour, à 18 h.".to_owned(),
        ),
        Some(visitor) => (
            citizen::name(visitor),
            format!("UC{}", citizen::name(visitor)),
            citizen::text(visitor),
        ),
    };
    let mut snippet = json!({
        "channelId": channel.id(),
        "textDisplay": text,
        "textOriginal": text,
        "authorDisplayName": format!("@{name}"),
        "authorChannelUrl": format!("http://www.youtube.com/@{name}"),
        "authorChannelId": {"value": author},
        "canRate": true,
        "viewerRating": "none",
        "likeCount": 1,
        "publishedAt": at,
        "updatedAt": at,
    });
    // The channel of some authors was deleted.
    if comment.visitor.is_some_and(|visitor| visitor % 50 == 0)
        && let Value::Object(fields) = &mut snippet
    {
        fields.remove("authorChannelId");
        fields.remove("authorChannelUrl");
    }
    if let Some(parent) = parent {
        snippet["parentId"] = parent.into();
    }
    json!({"kind": "youtube#comment", "etag": "e", "id": id, "snippet": snippet})
}
