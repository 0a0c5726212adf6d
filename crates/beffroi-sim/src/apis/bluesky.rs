//! The Bluesky AppView under `/xrpc/`: profiles, feeds, threads, by the Bluesky fact sheet, with
//! its silent omissions, shuffled orders, unions, empty pages and short bursts of 502.

use std::sync::atomic::{AtomicU64, Ordering};

use beffroi_model::{Platform, PostKind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{FixedWindow, SocialIndex, citizen, iso_ms, parameter, parameters};
use crate::{
    answer::Answer,
    draw::Draw,
    world::{
        Declared, World, kinds,
        social::{Fate, SocialAccount},
    },
};

/// Length of the window in which requests are counted.
pub(crate) const WINDOW_SECS: i64 = 10;
/// Of so many requests, two in a row are answered with 502.
const BURST_PERIOD: u64 = 150;
/// Actors that one call may ask for.
const BATCH: usize = 25;

/// The counters of the AppView.
#[derive(Debug)]
pub(crate) struct Limits {
    window: FixedWindow,
    requests: AtomicU64,
}

impl Limits {
    pub(crate) fn new(requests_per_second: u32) -> Self {
        let limit = requests_per_second.saturating_mul(WINDOW_SECS as u32);
        Self {
            window: FixedWindow::new(limit, WINDOW_SECS),
            requests: AtomicU64::new(0),
        }
    }
}

/// The AppView and all it needs to answer.
pub(crate) struct Api<'a> {
    pub(crate) world: &'a World,
    pub(crate) index: &'a SocialIndex,
    pub(crate) limits: &'a Limits,
}

/// An error envelope.
fn refusal(status: u16, error: &str, message: &str) -> Answer {
    Answer::json(status, &json!({"error": error, "message": message}))
}

impl Api<'_> {
    /// Answers; `Some` milliseconds when the client must wait so long.
    pub(crate) fn answer(&self, path: &str, query: &str, now: Timestamp) -> (Answer, Option<u64>) {
        let Some(method) = path.strip_prefix("/xrpc/") else {
            return (Answer::not_found(), None);
        };
        let standing = self.limits.window.count(now);
        let with_limits = |answer: Answer| {
            answer
                .header("ratelimit-limit", standing.limit.to_string())
                .header("ratelimit-remaining", standing.remaining.to_string())
                .header("ratelimit-reset", standing.reset_at.to_string())
                .header(
                    "ratelimit-policy",
                    format!("{};w={WINDOW_SECS}", standing.limit),
                )
        };
        if standing.exceeded {
            let wait_ms = (standing.reset_at * 1000 - now.as_millisecond()).max(0) as u64;
            let answer = refusal(429, "RateLimitExceeded", "Rate Limit Exceeded");
            let seconds = wait_ms.div_ceil(1000).to_string();
            return (
                with_limits(answer).header("retry-after", seconds),
                Some(wait_ms),
            );
        }
        let ordinal = self.limits.requests.fetch_add(1, Ordering::Relaxed);
        if matches!(ordinal % BURST_PERIOD, 70 | 71) {
            return (refusal(502, "UpstreamFailure", "Upstream Failure"), None);
        }
        let parameters = parameters(query);
        let answer = match method {
            "com.atproto.identity.resolveHandle" => self.resolve(&parameters),
            "app.bsky.actor.getProfile" => self.profile_answer(&parameters),
            "app.bsky.actor.getProfiles" => self.profiles(&parameters),
            "app.bsky.feed.getAuthorFeed" => self.author_feed(&parameters),
            "app.bsky.feed.getPostThread" => self.thread(&parameters),
            "app.bsky.feed.getPosts" => self.posts(&parameters),
            _ => refusal(404, "XRPCNotSupported", "XRPCNotSupported"),
        };
        (with_limits(answer), None)
    }

    fn find(&self, actor: &str) -> Option<&SocialAccount> {
        let index = self
            .index
            .bluesky
            .get(actor)
            .or_else(|| self.index.bluesky.get(actor.to_ascii_lowercase().as_str()))?;
        Some(&self.world.social[*index as usize])
    }

    /// The account, or the reason why there is none to see.
    fn visible(&self, actor: &str) -> Result<&SocialAccount, Answer> {
        if !well_formed(actor) {
            let message = "Error: actor must be a valid did or a handle";
            return Err(refusal(400, "InvalidRequest", message));
        }
        let unknown = || refusal(400, "InvalidRequest", "Profile not found");
        let account = self.find(actor).ok_or_else(unknown)?;
        match account.fate {
            Fate::NotFound | Fate::Gone => Err(unknown()),
            Fate::Suspended => Err(refusal(
                400,
                "AccountTakedown",
                "Account has been suspended",
            )),
            Fate::Deactivated => Err(refusal(400, "AccountDeactivated", "Account is deactivated")),
            Fate::Sound | Fate::Limited | Fate::MovedTo(_) | Fate::OptedOut => Ok(account),
        }
    }

    fn resolve(&self, parameters: &[(String, String)]) -> Answer {
        match parameter(parameters, "handle").map(|handle| self.visible(handle)) {
            Some(Ok(account)) => Answer::json(200, &json!({"did": account.did})),
            _ => refusal(400, "InvalidRequest", "Unable to resolve handle"),
        }
    }

    fn profile_answer(&self, parameters: &[(String, String)]) -> Answer {
        let actor = parameter(parameters, "actor").unwrap_or_default();
        self.visible(actor)
            .map_or_else(|refused| refused, |a| Answer::json(200, &self.profile(a)))
    }

    fn profiles(&self, parameters: &[(String, String)]) -> Answer {
        let actors: Vec<&str> = parameters
            .iter()
            .filter(|(name, _)| name == "actors")
            .map(|(_, actor)| actor.as_str())
            .collect();
        if actors.is_empty() || actors.len() > BATCH {
            return refusal(
                400,
                "InvalidRequest",
                "Error: actors must have 1 to 25 elements",
            );
        }
        if !actors.iter().all(|actor| well_formed(actor)) {
            let message = "Error: actors must be valid dids or handles";
            return refusal(400, "InvalidRequest", message);
        }
        let mut found: Vec<&SocialAccount> = actors
            .iter()
            .filter_map(|actor| self.visible(actor).ok())
            .collect();
        found.sort_by_key(|account| Draw::new(account.key, "order", 0).next());
        found.dedup_by_key(|account| account.index);
        let profiles: Vec<Value> = found
            .into_iter()
            .map(|account| self.profile(account))
            .collect();
        Answer::json(200, &json!({"profiles": profiles}))
    }

    fn profile(&self, account: &SocialAccount) -> Value {
        let body = &self.world.bodies[account.body as usize];
        let site = match body.declared {
            Declared::Site { site, .. } => self.world.base(&self.world.sites[site as usize]),
            _ => String::new(),
        };
        let labels = match account.fate {
            Fate::OptedOut => json!([{
                "src": account.did,
                "uri": format!("at://{}/app.bsky.actor.profile/self", account.did),
                "val": "!no-unauthenticated",
                "cts": iso_ms(account.created_at * 1000),
            }]),
            _ => json!([]),
        };
        json!({
            "did": account.did,
            "handle": account.name,
            "displayName": body.collectivity.name,
            "description": format!("Compte officiel\n{site}"),
            "website": site,
            "followersCount": account.followers,
            "followsCount": account.following,
            "postsCount": account.posts_total,
            "associated": {"lists": 0, "feedgens": 0, "starterPacks": 0, "labeler": false},
            "labels": labels,
            "createdAt": iso_ms(account.created_at * 1000),
            "indexedAt": iso_ms(account.created_at * 1000 + 5_000),
        })
    }

    fn author_feed(&self, parameters: &[(String, String)]) -> Answer {
        let actor = parameter(parameters, "actor").unwrap_or_default();
        let account = match self.visible(actor) {
            Ok(account) => account,
            Err(_) => return refusal(400, "InvalidRequest", "Profile not found"),
        };
        let limit: usize = parameter(parameters, "limit")
            .map_or(Some(50), |n| n.parse().ok())
            .unwrap_or(0);
        if !(1..=100).contains(&limit) {
            return refusal(
                400,
                "InvalidRequest",
                "Error: limit must be between 1 and 100",
            );
        }
        let filter = parameter(parameters, "filter").unwrap_or("posts_with_replies");
        let mut items = items(account);
        items.retain(|item| match item {
            Item::Reply { .. } | Item::Elsewhere(_) => filter == "posts_with_replies",
            Item::Post(post) => {
                filter != "posts_no_replies" || account.posts[*post].continues.is_none()
            }
            Item::Repost(_) => true,
        });
        items.sort_by_key(|item| std::cmp::Reverse(item.at_ms(account)));
        // Cursors are opaque: `n` and a number, and once `e` for a page without any item.
        let cursor = parameter(parameters, "cursor").unwrap_or("n0");
        let offset: usize = cursor
            .get(1..)
            .and_then(|n| n.parse().ok())
            .unwrap_or(usize::MAX);
        let has_hole = account.key % 20 == 0;
        if has_hole && cursor.starts_with('n') && offset > 0 && offset < items.len() {
            return Answer::json(200, &json!({"feed": [], "cursor": format!("e{offset}")}));
        }
        // Pages are shorter than asked for, now and then.
        let length = if account.key % 7 == 0 {
            limit.div_ceil(2)
        } else {
            limit
        };
        let start = offset.min(items.len());
        let end = (start + length).min(items.len());
        let mut feed: Vec<Value> = items[start..end]
            .iter()
            .map(|item| self.item(account, *item))
            .collect();
        if parameter(parameters, "includePins") == Some("true")
            && offset == 0
            && !account.posts.is_empty()
        {
            let mut pinned = json!({"post": self.post_view(account, 0)});
            pinned["reason"] = json!({"$type": "app.bsky.feed.defs#reasonPin"});
            feed.insert(0, pinned);
        }
        let mut answer = json!({"feed": feed});
        if end < items.len() {
            answer["cursor"] = json!(format!("n{end}"));
        }
        Answer::json(200, &answer)
    }

    fn item(&self, account: &SocialAccount, item: Item) -> Value {
        match item {
            Item::Post(post) => {
                let mut item = json!({"post": self.post_view(account, post)});
                if let Some(parent) = account.posts[post].continues {
                    item["reply"] = json!({
                        "root": self.typed(self.post_view(account, root(account, parent))),
                        "parent": self.typed(self.post_view(account, parent)),
                    });
                }
                item
            }
            Item::Reply { post, thread, step } => {
                let parent = self.below(account, post, thread, step.checked_sub(1));
                json!({
                    "post": self.below(account, post, thread, Some(step)),
                    "reply": {
                        "root": self.typed(self.post_view(account, root(account, post))),
                        "parent": self.typed(parent),
                    },
                })
            }
            Item::Repost(number) => {
                let at = iso_ms(account.boosts[number]);
                json!({
                    "post": {
                        "uri": format!("at://did:plc:prefecture2222222222222/app.bsky.feed.post/{}", rkey(account.boosts[number], 999)),
                        "cid": "bafyreirepost", "author": {"did": "did:plc:prefecture2222222222222", "handle": "prefecture.test"},
                        "record": {"$type": "app.bsky.feed.post", "text": "Vigilance", "createdAt": at},
                        "replyCount": 900, "repostCount": 900, "likeCount": 900, "quoteCount": 9, "indexedAt": at,
                    },
                    "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": author(account), "indexedAt": at},
                })
            }
            Item::Elsewhere(number) => self.elsewhere(account, number),
        }
    }

    /// The account's reply under somebody else's post, whose parent may be out of sight.
    fn elsewhere(&self, account: &SocialAccount, number: usize) -> Value {
        let at_ms = account.boosts[number];
        let visitor = number as u32;
        let uri = citizen_uri(visitor, at_ms - 60_000);
        let parent = match number % 3 {
            0 => json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": uri, "notFound": true}),
            1 => json!({
                "$type": "app.bsky.feed.defs#blockedPost", "uri": uri, "blocked": true,
                "author": {"did": citizen_did(visitor)},
            }),
            _ => self.typed(citizen_view(visitor, at_ms - 60_000, None)),
        };
        let reference = json!({"uri": uri, "cid": "bafyreielsewhere"});
        let mut post = view(account, at_ms, at_ms, "Bonjour, voyez notre site");
        post["record"]["reply"] = json!({"root": reference, "parent": reference});
        json!({"post": post, "reply": {"root": parent.clone(), "parent": parent}})
    }

    /// A union member that is a post.
    fn typed(&self, mut post: Value) -> Value {
        post["$type"] = json!("app.bsky.feed.defs#postView");
        post
    }

    fn post_view(&self, account: &SocialAccount, number: usize) -> Value {
        let post = &account.posts[number];
        // A client's clock may run ahead; the server's time of arrival then tells the truth.
        let claimed_ms = post.at_ms + if post.at_ms % 50 == 0 { 7_200_000 } else { 0 };
        let mut value = view(account, claimed_ms, post.at_ms, "Réunion publique à 18 h");
        value["uri"] = json!(post_uri(account, number));
        value["replyCount"] = json!(account.direct_replies(number));
        value["repostCount"] = json!(post.reposts);
        value["likeCount"] = json!(post.reactions);
        value["quoteCount"] = json!(post.quotes);
        value["bookmarkCount"] = json!(0);
        if let Some(embed) = embed(post.at_ms) {
            value["embed"] = embed;
        }
        if let Some(parent) = post.continues {
            let reference = |number| json!({"uri": post_uri(account, number), "cid": "bafyreiown"});
            value["record"]["reply"] =
                json!({"root": reference(root(account, parent)), "parent": reference(parent)});
        }
        if account.replies_restricted {
            value["threadgate"] = threadgate(account, post.at_ms);
        }
        value
    }

    /// What stands in a thread: the visitor's opening (`None`) or one of the steps below.
    fn below(
        &self,
        account: &SocialAccount,
        post: usize,
        thread: usize,
        step: Option<usize>,
    ) -> Value {
        let replies = &account.posts[post].threads[thread];
        let root_uri = post_uri(account, root(account, post));
        let uri_of = |step: Option<usize>| match step {
            None => citizen_uri(replies.visitor, replies.opened_ms),
            Some(at) if replies.steps[at].own => own_uri(account, replies.steps[at].at_ms),
            Some(at) => citizen_uri(replies.visitor + at as u32 + 1, replies.steps[at].at_ms),
        };
        let parent = match step {
            None => post_uri(account, post),
            Some(at) => uri_of(at.checked_sub(1)),
        };
        let reply = json!({
            "root": {"uri": root_uri, "cid": "bafyreiroot"},
            "parent": {"uri": parent, "cid": "bafyreiparent"},
        });
        let has_answer = step.map_or(0, |at| at + 1) < replies.steps.len();
        let mut value = match step {
            None => citizen_view(replies.visitor, replies.opened_ms, Some(reply)),
            Some(at) if replies.steps[at].own => {
                let at_ms = replies.steps[at].at_ms;
                let mut value = view(account, at_ms, at_ms, "En salle des fêtes");
                value["record"]["reply"] = reply;
                value
            }
            Some(at) => {
                let visitor = replies.visitor + at as u32 + 1;
                citizen_view(visitor, replies.steps[at].at_ms, Some(reply))
            }
        };
        value["replyCount"] = json!(u8::from(has_answer));
        value
    }

    fn thread(&self, parameters: &[(String, String)]) -> Answer {
        let uri = parameter(parameters, "uri").unwrap_or_default();
        let depth: usize = parameter(parameters, "depth")
            .and_then(|depth| depth.parse().ok())
            .unwrap_or(6);
        let Some((account, post)) = self.post_by_uri(uri) else {
            return refusal(400, "NotFound", &format!("Post not found: {uri}"));
        };
        let mut answer = json!({"thread": self.thread_view(account, post, depth)});
        if account.replies_restricted {
            answer["threadgate"] = threadgate(account, account.posts[post].at_ms);
        }
        Answer::json(200, &answer)
    }

    fn thread_view(&self, account: &SocialAccount, post: usize, depth: usize) -> Value {
        let mut replies = Vec::new();
        if depth > 0 {
            for thread in 0..account.posts[post].threads.len() {
                replies.push(self.visitor_branch(account, post, thread, None, depth - 1));
            }
            for (number, other) in account.posts.iter().enumerate() {
                if other.continues == Some(post) {
                    replies.push(self.thread_view(account, number, depth - 1));
                }
            }
        }
        json!({
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": self.post_view(account, post),
            "replies": replies,
        })
    }

    fn visitor_branch(
        &self,
        account: &SocialAccount,
        post: usize,
        thread: usize,
        step: Option<usize>,
        depth: usize,
    ) -> Value {
        let next = step.map_or(0, |at| at + 1);
        let has_next = next < account.posts[post].threads[thread].steps.len() && depth > 0;
        let replies: Vec<Value> = has_next
            .then(|| self.visitor_branch(account, post, thread, Some(next), depth - 1))
            .into_iter()
            .collect();
        json!({
            "$type": "app.bsky.feed.defs#threadViewPost",
            "post": self.below(account, post, thread, step),
            "replies": replies,
        })
    }

    fn posts(&self, parameters: &[(String, String)]) -> Answer {
        let uris: Vec<&str> = parameters
            .iter()
            .filter(|(name, _)| name == "uris")
            .map(|(_, uri)| &**uri)
            .collect();
        if uris.is_empty() || uris.len() > BATCH {
            return refusal(
                400,
                "InvalidRequest",
                "Error: uris must have 1 to 25 elements",
            );
        }
        let posts: Vec<Value> = uris
            .into_iter()
            .filter_map(|uri| self.post_by_uri(uri))
            .map(|(account, post)| self.post_view(account, post))
            .collect();
        Answer::json(200, &json!({"posts": posts}))
    }

    fn post_by_uri(&self, uri: &str) -> Option<(&SocialAccount, usize)> {
        let (actor, key) = uri
            .strip_prefix("at://")?
            .split_once("/app.bsky.feed.post/")?;
        let account = self.visible(actor).ok()?;
        let post = account
            .posts
            .iter()
            .position(|post| rkey(post.at_ms, account.index) == key)?;
        Some((account, post))
    }
}

fn well_formed(actor: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '_');
    actor.chars().all(plain)
        && (actor.starts_with("did:plc:") || actor.starts_with("did:web:") || actor.contains('.'))
}

fn author(account: &SocialAccount) -> Value {
    json!({"did": account.did, "handle": account.name})
}

fn view(account: &SocialAccount, created_ms: i64, indexed_ms: i64, text: &str) -> Value {
    json!({
        "uri": own_uri(account, indexed_ms),
        "cid": format!("bafyrei{indexed_ms}"),
        "author": author(account),
        "record": {"$type": "app.bsky.feed.post", "text": text, "createdAt": iso_ms(created_ms), "langs": ["fr"]},
        "replyCount": 0, "repostCount": 0, "likeCount": 0, "quoteCount": 0,
        "indexedAt": iso_ms(indexed_ms),
        "labels": [],
    })
}

fn citizen_view(visitor: u32, at_ms: i64, reply: Option<Value>) -> Value {
    let mut record = json!({
        "$type": "app.bsky.feed.post", "text": citizen::text(visitor), "createdAt": iso_ms(at_ms),
    });
    if let Some(reply) = reply {
        record["reply"] = reply;
    }
    json!({
        "uri": citizen_uri(visitor, at_ms),
        "cid": format!("bafyreicitizen{at_ms}"),
        "author": {
            "did": citizen_did(visitor),
            "handle": format!("{}.bsky.social", citizen::name(visitor)),
            "displayName": citizen::name(visitor),
        },
        "record": record,
        "replyCount": 0, "repostCount": 0, "likeCount": 1, "quoteCount": 0,
        "indexedAt": iso_ms(at_ms + 300),
        "labels": [],
    })
}

fn threadgate(account: &SocialAccount, at_ms: i64) -> Value {
    let uri = format!(
        "at://{}/app.bsky.feed.threadgate/{}",
        account.did,
        rkey(at_ms, account.index)
    );
    json!({"uri": uri, "record": {"$type": "app.bsky.feed.threadgate", "allow": []}})
}

fn citizen_did(visitor: u32) -> String {
    format!("did:web:{}.test", citizen::name(visitor))
}

fn citizen_uri(visitor: u32, at_ms: i64) -> String {
    format!(
        "at://{}/app.bsky.feed.post/{}",
        citizen_did(visitor),
        rkey(at_ms, visitor)
    )
}

fn own_uri(account: &SocialAccount, at_ms: i64) -> String {
    format!(
        "at://{}/app.bsky.feed.post/{}",
        account.did,
        rkey(at_ms, account.index)
    )
}

/// Address of a post.
pub(crate) fn post_uri(account: &SocialAccount, post: usize) -> String {
    own_uri(account, account.posts[post].at_ms)
}

/// The first post of a chain of continuations.
pub(crate) fn root(account: &SocialAccount, mut post: usize) -> usize {
    while let Some(parent) = account.posts[post].continues {
        post = parent;
    }
    post
}

/// A TID: microseconds and a clock id in 13 sortable base-32 digits.
fn rkey(at_ms: i64, clock: u32) -> String {
    const DIGITS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";
    let value = ((at_ms as u64 * 1_000) << 10) | u64::from(clock & 0x3FF);
    (0..13)
        .rev()
        .map(|place| char::from(DIGITS[(value >> (5 * place) & 31) as usize]))
        .collect()
}

/// A line of an author's feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Post(usize),
    Reply {
        post: usize,
        thread: usize,
        step: usize,
    },
    Repost(usize),
    /// A reply under somebody else's post.
    Elsewhere(usize),
}

impl Item {
    fn at_ms(self, account: &SocialAccount) -> i64 {
        match self {
            Self::Post(post) => account.posts[post].at_ms,
            Self::Reply { post, thread, step } => {
                account.posts[post].threads[thread].steps[step].at_ms
            }
            Self::Repost(number) | Self::Elsewhere(number) => account.boosts[number],
        }
    }
}

fn items(account: &SocialAccount) -> Vec<Item> {
    let mut items: Vec<Item> = (0..account.boosts.len())
        .map(|number| {
            if number % 2 == 0 {
                Item::Repost(number)
            } else {
                Item::Elsewhere(number)
            }
        })
        .collect();
    for (number, post) in account.posts.iter().enumerate() {
        items.push(Item::Post(number));
        for (thread, replies) in post.threads.iter().enumerate() {
            let own = replies
                .steps
                .iter()
                .enumerate()
                .filter(|(_, step)| step.own);
            items.extend(own.map(|(step, _)| Item::Reply {
                post: number,
                thread,
                step,
            }));
        }
    }
    items
}

/// What the post of that moment shows beside its words.
fn embed(at_ms: i64) -> Option<Value> {
    let image =
        || json!({"thumb": "https://cdn.test/t", "fullsize": "https://cdn.test/f", "alt": ""});
    let quoted = json!({"$type": "app.bsky.embed.record#viewNotFound",
                        "uri": "at://did:plc:elsewhere/app.bsky.feed.post/1", "notFound": true});
    Some(match kinds::kind(Platform::Bluesky, at_ms) {
        Some(PostKind::Text) => return None,
        Some(PostKind::Image) => {
            json!({"$type": "app.bsky.embed.images#view", "images": [image()]})
        }
        Some(PostKind::Album) => {
            json!({"$type": "app.bsky.embed.images#view", "images": [image(), image()]})
        }
        Some(PostKind::Video) => {
            json!({"$type": "app.bsky.embed.video#view", "cid": "bafyreivideo",
                   "playlist": "https://video.test/p"})
        }
        Some(PostKind::Link) => {
            json!({"$type": "app.bsky.embed.external#view",
                   "external": {"uri": "https://www.mairie.test/", "title": "", "description": ""}})
        }
        Some(PostKind::Repost) if at_ms % 2 == 0 => {
            json!({"$type": "app.bsky.embed.recordWithMedia#view", "record": {"record": quoted},
                   "media": {"$type": "app.bsky.embed.images#view", "images": [image()]}})
        }
        Some(PostKind::Repost) => json!({"$type": "app.bsky.embed.record#view", "record": quoted}),
        // A member of the union that came later.
        _ => json!({"$type": "app.bsky.embed.later#view"}),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_keys_sort_by_time() {
        let keys: Vec<String> = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000]
            .map(|ms| rkey(ms, 7))
            .into();
        assert!(keys.is_sorted());
        assert!(keys.iter().all(|key| key.len() == 13));
    }

    #[test]
    fn a_malformed_actor_is_told_from_an_unknown_one() {
        assert!(well_formed("mairie.test") && well_formed("did:plc:abc"));
        assert!(!well_formed("mairie") && !well_formed("a.test,b.test"));
    }
}
