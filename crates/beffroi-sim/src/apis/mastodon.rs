//! A Mastodon instance: nodeinfo, WebFinger, accounts, statuses with Link paging, context.
//! Shapes, limits and errors by the Mastodon fact sheet (stock 4.5 and 4.2).

use beffroi_model::{Platform, PostKind};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{FixedWindow, SocialIndex, citizen, iso_ms, parameter, parameters};
use crate::{
    answer::Answer,
    world::{
        Instance, InstanceKind, World, kinds,
        social::{Fate, SocialAccount, Step},
    },
};

/// Documented: 300 API calls in 5 minutes for an address that is not logged in.
pub(crate) const API_REQUESTS: u32 = 300;
pub(crate) const API_WINDOW_SECS: i64 = 300;
/// Rack::Attack: 300 paging calls in 15 minutes.
const PAGING_WINDOW_SECS: i64 = 900;
/// Anonymous readers get so many descendants of a status.
const DESCENDANTS: usize = 60;
/// Ids of accounts begin here.
const FIRST_ACCOUNT_ID: u64 = 109_000_000_000_000;
/// The token with which the instance that asks for a login lets one in.
pub const LOGIN_TOKEN: &str = "sim-token";

/// The counters of one instance.
#[derive(Debug)]
pub(crate) struct Limits {
    api: FixedWindow,
    paging: FixedWindow,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            api: FixedWindow::new(API_REQUESTS, API_WINDOW_SECS),
            paging: FixedWindow::new(API_REQUESTS, PAGING_WINDOW_SECS),
        }
    }
}

/// A request to an instance.
pub(crate) struct Call<'a> {
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) authorization: Option<&'a str>,
    pub(crate) now: Timestamp,
}

/// One instance and all it needs to answer.
pub(crate) struct Api<'a> {
    pub(crate) world: &'a World,
    pub(crate) index: &'a SocialIndex,
    pub(crate) number: u16,
    pub(crate) limits: &'a Limits,
}

impl Api<'_> {
    fn instance(&self) -> &Instance {
        &self.world.instances[usize::from(self.number)]
    }

    fn origin(&self) -> String {
        format!(
            "http://{}:{}",
            self.instance().host,
            self.world.settings.http_port
        )
    }

    /// Answers; `Some` milliseconds when the client must wait so long.
    pub(crate) fn answer(&self, call: &Call<'_>) -> (Answer, Option<u64>) {
        if !call.path.starts_with("/api/") {
            return (self.outside_the_api(call), None);
        }
        let parameters = parameters(call.query);
        let pages = ["page", "min_id", "max_id", "since_id"]
            .iter()
            .any(|name| parameter(&parameters, name).is_some());
        let mut standing = self.limits.api.count(call.now);
        if pages {
            let paging = self.limits.paging.count(call.now);
            if paging.remaining < standing.remaining || paging.exceeded {
                standing = paging;
            }
        }
        let reset = Timestamp::from_second(standing.reset_at).unwrap_or(call.now);
        let with_limits = |answer: Answer| {
            answer
                .header("x-ratelimit-limit", standing.limit.to_string())
                .header("x-ratelimit-remaining", standing.remaining.to_string())
                .header(
                    "x-ratelimit-reset",
                    reset.strftime("%Y-%m-%dT%H:%M:%S.000000Z").to_string(),
                )
        };
        if standing.exceeded {
            let wait_ms = (reset.as_millisecond() - call.now.as_millisecond()).max(0) as u64;
            let answer = Answer::json(429, &json!({"error": "Too many requests"}));
            return (with_limits(answer), Some(wait_ms));
        }
        let kind = self.instance().kind;
        if kind == InstanceKind::OtherSoftware {
            return (Answer::not_found(), None);
        }
        let logged_in = call.authorization == Some(&format!("Bearer {LOGIN_TOKEN}"));
        if kind == InstanceKind::LoginRequired && !logged_in {
            let error = json!({"error": "This API requires an authenticated user"});
            return (with_limits(Answer::json(401, &error)), None);
        }
        (with_limits(self.api(call, &parameters)), None)
    }

    fn outside_the_api(&self, call: &Call<'_>) -> Answer {
        match call.path {
            "/robots.txt" => Answer::new(
                200,
                "text/plain",
                "User-agent: *\nDisallow: /media_proxy/\nDisallow: /interact/\n",
            ),
            "/.well-known/nodeinfo" => Answer::json(
                200,
                &json!({"links": [{
                    "rel": "http://nodeinfo.diaspora.software/ns/schema/2.0",
                    "href": format!("{}/nodeinfo/2.0", self.origin()),
                }]}),
            ),
            "/nodeinfo/2.0" => self.nodeinfo(),
            "/.well-known/webfinger" => self.webfinger(call.query),
            path => match path.strip_prefix("/@") {
                Some(name) if self.find(name).is_some() => Answer::html(
                    200,
                    "<!DOCTYPE html><title>Mastodon</title><div id=\"mastodon\"></div>",
                ),
                _ => Answer::not_found(),
            },
        }
    }

    fn nodeinfo(&self) -> Answer {
        let (software, version) = match self.instance().kind {
            InstanceKind::OtherSoftware => ("misskey", "2025.10.0"),
            InstanceKind::Older => ("mastodon", "4.2.20"),
            _ => ("mastodon", "4.5.2"),
        };
        Answer::json(
            200,
            &json!({
                "version": "2.0",
                "software": {"name": software, "version": version},
                "protocols": ["activitypub"],
                "services": {"outbound": [], "inbound": []},
                "usage": {"users": {"total": 812, "activeMonth": 301, "activeHalfyear": 420}, "localPosts": 51234},
                "openRegistrations": false,
                "metadata": {},
            }),
        )
    }

    fn find(&self, name: &str) -> Option<&SocialAccount> {
        let name = name.to_ascii_lowercase();
        let index = *self
            .index
            .mastodon
            .get(&(self.number, name.as_str().into()))?;
        Some(&self.world.social[index as usize])
    }

    /// The account of `name`, `name@domain` or `name@host:port` of this instance.
    fn find_acct(&self, acct: &str) -> Option<&SocialAccount> {
        let (name, domain) = match acct.trim_start_matches('@').split_once('@') {
            Some((name, domain)) => (name, Some(domain)),
            None => (acct, None),
        };
        let instance = self.instance();
        if let Some(domain) = domain {
            let bare = domain
                .split(':')
                .next()
                .unwrap_or(domain)
                .to_ascii_lowercase();
            if bare != *instance.domain && bare != *instance.host {
                return None;
            }
        }
        self.find(name)
    }

    fn webfinger(&self, query: &str) -> Answer {
        let parameters = parameters(query);
        let Some(acct) =
            parameter(&parameters, "resource").and_then(|resource| resource.strip_prefix("acct:"))
        else {
            return Answer::new(400, "text/plain", "");
        };
        let unknown = || Answer::new(404, "text/plain", "");
        let Some(account) = self.find_acct(acct) else {
            return unknown();
        };
        match account.fate {
            Fate::NotFound => return unknown(),
            Fate::Gone => return Answer::new(410, "text/plain", ""),
            _ => {}
        }
        let (origin, name) = (self.origin(), &account.name);
        let port = self.world.settings.http_port;
        let jrd = json!({
            "subject": format!("acct:{name}@{}:{port}", self.instance().domain),
            "aliases": [format!("{origin}/@{name}"), format!("{origin}/users/{name}")],
            "links": [
                {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": format!("{origin}/@{name}")},
                {"rel": "self", "type": "application/activity+json", "href": format!("{origin}/users/{name}")},
                {"rel": "http://ostatus.org/schema/1.0/subscribe", "template": format!("{origin}/authorize_interaction?uri={{uri}}")},
            ],
        });
        Answer::new(200, "application/jrd+json; charset=utf-8", jrd.to_string())
    }

    fn api(&self, call: &Call<'_>, parameters: &[(String, String)]) -> Answer {
        let unknown = || Answer::json(404, &json!({"error": "Record not found"}));
        let segments: Vec<&str> = call.path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            ["api", "v1" | "v2", "instance"] => Answer::json(
                200,
                &json!({
                    "domain": self.instance().domain,
                    "uri": self.instance().domain,
                    "version": "4.5.2",
                    "api_versions": {"mastodon": 7},
                }),
            ),
            ["api", "v1", "accounts", "lookup"] => {
                let found = parameter(parameters, "acct").and_then(|acct| self.find_acct(acct));
                found.map_or_else(unknown, |account| self.account_answer(account))
            }
            ["api", "v1", "accounts"] => {
                let accounts: Vec<Value> = parameters
                    .iter()
                    .filter(|(name, _)| name == "id[]")
                    .filter_map(|(_, id)| self.by_id(id))
                    .filter(|account| !matches!(account.fate, Fate::NotFound | Fate::Gone))
                    .map(|account| self.account(account, 0))
                    .collect();
                Answer::json(200, &Value::Array(accounts))
            }
            ["api", "v1", "accounts", id] => self
                .by_id(id)
                .map_or_else(unknown, |account| self.account_answer(account)),
            ["api", "v1", "accounts", id, "statuses"] => match self.by_id(id) {
                Some(account) if !matches!(account.fate, Fate::NotFound | Fate::Gone) => {
                    self.statuses(account, parameters)
                }
                _ => unknown(),
            },
            ["api", "v1", "statuses", id] => self
                .entry_by_id(id)
                .map_or_else(unknown, |(account, entry)| {
                    Answer::json(200, &self.status(account, entry))
                }),
            ["api", "v1", "statuses", id, "context"] => match self.entry_by_id(id) {
                Some((account, Entry::Post(post))) => self.context(account, post),
                _ => unknown(),
            },
            _ => unknown(),
        }
    }

    fn by_id(&self, id: &str) -> Option<&SocialAccount> {
        let index = id.parse::<u64>().ok()?.checked_sub(FIRST_ACCOUNT_ID)?;
        let account = self.world.social.get(usize::try_from(index).ok()?)?;
        (account.platform == beffroi_model::Platform::Mastodon && account.instance == self.number)
            .then_some(account)
    }

    fn account_answer(&self, account: &SocialAccount) -> Answer {
        match account.fate {
            Fate::NotFound => Answer::json(404, &json!({"error": "Record not found"})),
            Fate::Gone => Answer::json(410, &json!({"error": "Gone"})),
            _ => Answer::json(200, &self.account(account, 0)),
        }
    }

    /// An Account entity; `depth` bounds the nesting of `moved`.
    fn account(&self, account: &SocialAccount, depth: u8) -> Value {
        let instance = &self.world.instances[usize::from(account.instance)];
        let origin = format!("http://{}:{}", instance.host, self.world.settings.http_port);
        let body = &self.world.bodies[account.body as usize];
        let name = &account.name;
        let suspended = account.fate == Fate::Suspended;
        let count = |value: u64| match (suspended, account.hides_counts) {
            (true, _) => json!(0),
            (false, true) => json!(-1),
            (false, false) => json!(value),
        };
        let last = account
            .posts
            .last()
            .map(|post| iso_ms(post.at_ms)[..10].to_owned());
        let site = match body.declared {
            crate::world::Declared::Site { site, .. } => {
                self.world.base(&self.world.sites[site as usize])
            }
            _ => String::new(),
        };
        let mut value = json!({
            "id": account_id(account),
            "username": name,
            "acct": name,
            "display_name": if suspended { "" } else { body.collectivity.name.as_str() },
            "locked": false, "bot": false, "group": false, "discoverable": true, "indexable": true,
            "created_at": iso_ms(account.created_at * 1000),
            "note": if suspended { "" } else { "<p>Compte officiel</p>" },
            "url": format!("{origin}/@{name}"),
            "uri": format!("{origin}/users/{name}"),
            "avatar": format!("{origin}/avatar.png"),
            "followers_count": count(account.followers),
            "following_count": count(account.following),
            "statuses_count": if suspended { 0 } else { account.posts_total },
            "last_status_at": last,
            "hide_collections": account.hides_counts, "noindex": false, "emojis": [], "roles": [],
            "fields": [{
                "name": "Site",
                "value": format!("<a href=\"{site}\" rel=\"me nofollow noopener\"><span>{site}</span></a>"),
                "verified_at": "2025-01-02T03:04:05.000+00:00",
            }],
        });
        match account.fate {
            Fate::Suspended => value["suspended"] = json!(true),
            Fate::Limited => value["limited"] = json!(true),
            Fate::MovedTo(target) if depth < 1 => {
                let target = &self.world.social[target as usize];
                let mut moved = self.account(target, depth + 1);
                let instance = &self.world.instances[usize::from(target.instance)];
                let port = self.world.settings.http_port;
                moved["acct"] = json!(format!("{}@{}:{port}", target.name, instance.domain));
                value["moved"] = moved;
            }
            _ => {}
        }
        value
    }

    fn statuses(&self, account: &SocialAccount, parameters: &[(String, String)]) -> Answer {
        if account.fate == Fate::Suspended || parameter(parameters, "pinned") == Some("true") {
            return Answer::json(200, &json!([]));
        }
        let flag = |name| matches!(parameter(parameters, name), Some("true" | "1"));
        let id = |name| parameter(parameters, name).and_then(|id| id.parse::<u64>().ok());
        let limit = parameter(parameters, "limit")
            .and_then(|n| n.parse().ok())
            .unwrap_or(20)
            .clamp(1, 40);
        let mut entries = entries(account);
        entries.retain(|entry| match entry {
            Entry::Boost(_) => !flag("exclude_reblogs"),
            // Own threads stay in the list.
            Entry::Reply { .. } => !flag("exclude_replies"),
            Entry::Post(_) => true,
        });
        let mut page: Vec<(u64, Entry)> = entries
            .into_iter()
            .map(|entry| (entry.id(account), entry))
            .collect();
        page.sort_unstable_by_key(|(id, _)| std::cmp::Reverse(*id));
        page.retain(|(status, _)| {
            id("max_id").is_none_or(|max| *status < max)
                && id("since_id").is_none_or(|since| *status > since)
                && id("min_id").is_none_or(|min| *status > min)
        });
        let more = page.len() > limit;
        page.truncate(limit);
        let body = Value::Array(
            page.iter()
                .map(|(_, entry)| self.status(account, *entry))
                .collect(),
        );
        let answer = Answer::json(200, &body);
        let (Some((newest, _)), Some((oldest, _))) = (page.first(), page.last()) else {
            return answer;
        };
        let address = format!(
            "{}/api/v1/accounts/{}/statuses",
            self.origin(),
            account_id(account)
        );
        let kept: String = parameters
            .iter()
            .filter(|(name, _)| !["max_id", "min_id", "since_id"].contains(&name.as_str()))
            .map(|(name, value)| format!("{name}={value}&"))
            .collect();
        let prev = format!("<{address}?{kept}min_id={newest}>; rel=\"prev\"");
        let link = match more {
            true => format!("<{address}?{kept}max_id={oldest}>; rel=\"next\", {prev}"),
            false => prev,
        };
        answer.header("link", link)
    }

    /// A status of the account's own.
    fn status(&self, account: &SocialAccount, entry: Entry) -> Value {
        let id = entry.id(account);
        let origin = self.origin();
        let name = &account.name;
        let mut status = json!({
            "id": id.to_string(),
            "created_at": iso_ms(entry.at_ms(account)),
            "edited_at": null, "in_reply_to_id": null, "in_reply_to_account_id": null,
            "sensitive": false, "spoiler_text": "", "visibility": "public", "language": "fr",
            "uri": format!("{origin}/users/{name}/statuses/{id}"),
            "url": format!("{origin}/@{name}/{id}"),
            "replies_count": 0, "reblogs_count": 0, "favourites_count": 0,
            "content": "<p>R&eacute;union publique &agrave; 18 h &amp; pot</p>",
            "reblog": null,
            "account": self.account(account, 1),
            "media_attachments": [], "mentions": [], "tags": [], "emojis": [], "card": null, "poll": null,
        });
        match entry {
            Entry::Post(number) => {
                let post = &account.posts[number];
                status["replies_count"] = json!(account.direct_replies(number));
                status["reblogs_count"] = json!(post.reposts);
                status["favourites_count"] = json!(post.reactions);
                show(&mut status, post.at_ms);
                if counts_quotes(self.instance()) {
                    status["quotes_count"] = json!(post.quotes);
                }
                if let Some(parent) = post.continues {
                    let parent = Entry::Post(parent).id(account);
                    status["in_reply_to_id"] = json!(parent.to_string());
                    status["in_reply_to_account_id"] = json!(account_id(account));
                }
            }
            Entry::Reply { post, thread, step } => {
                let thread = &account.posts[post].threads[thread];
                let parent_ms = if step == 0 {
                    thread.opened_ms
                } else {
                    thread.steps[step - 1].at_ms
                };
                let author = if step == 0 {
                    thread.visitor
                } else {
                    thread.visitor + step as u32
                };
                status["in_reply_to_id"] = json!(citizen_status_id(account, parent_ms).to_string());
                status["in_reply_to_account_id"] = json!(citizen::name(author));
                status["content"] = json!("<p>En salle des f&ecirc;tes</p>");
            }
            Entry::Boost(_) => {
                status["content"] = json!("");
                status["reblog"] = json!({
                    "id": (id ^ 0x5555).to_string(),
                    "created_at": iso_ms(entry.at_ms(account) - 3_600_000),
                    "account": {"id": "1", "acct": "prefecture@autre.test", "username": "prefecture"},
                    "visibility": "public", "content": "<p>Vigilance</p>",
                    "replies_count": 900, "reblogs_count": 900, "favourites_count": 900,
                });
            }
        }
        status
    }

    /// What stands below a post: flat, depth first, cut for anonymous readers.
    fn context(&self, account: &SocialAccount, post: usize) -> Answer {
        let mut descendants = Vec::new();
        self.descend(account, post, &mut descendants);
        descendants.truncate(DESCENDANTS);
        Answer::json(200, &json!({"ancestors": [], "descendants": descendants}))
    }

    fn descend(&self, account: &SocialAccount, post: usize, descendants: &mut Vec<Value>) {
        let own_id = Entry::Post(post).id(account);
        for (number, thread) in account.posts[post].threads.iter().enumerate() {
            let steps = &thread.steps;
            descendants.push(self.visitor_status(
                account,
                thread.visitor,
                thread.opened_ms,
                (own_id, account_id(account)),
                usize::from(!steps.is_empty()),
            ));
            for (at, step) in steps.iter().enumerate() {
                let entry = Entry::Reply {
                    post,
                    thread: number,
                    step: at,
                };
                if step.own {
                    descendants.push(self.status(account, entry));
                    continue;
                }
                let parent = match at.checked_sub(1).map(|before| steps[before]) {
                    Some(Step { own: true, at_ms }) => {
                        (own_status_id(account, at_ms), account_id(account))
                    }
                    Some(Step { at_ms, .. }) => {
                        let author = citizen::name(thread.visitor + at as u32 - 1);
                        (citizen_status_id(account, at_ms), author)
                    }
                    None => {
                        let id = citizen_status_id(account, thread.opened_ms);
                        (id, citizen::name(thread.visitor))
                    }
                };
                let visitor = thread.visitor + at as u32 + 1;
                descendants.push(self.visitor_status(account, visitor, step.at_ms, parent, 0));
            }
        }
        for (number, other) in account.posts.iter().enumerate() {
            if other.continues == Some(post) {
                descendants.push(self.status(account, Entry::Post(number)));
                self.descend(account, number, descendants);
            }
        }
    }

    fn visitor_status(
        &self,
        account: &SocialAccount,
        visitor: u32,
        at_ms: i64,
        (parent, parent_account): (u64, String),
        replies: usize,
    ) -> Value {
        let name = citizen::name(visitor);
        let id = citizen_status_id(account, at_ms);
        json!({
            "id": id.to_string(),
            "created_at": iso_ms(at_ms),
            "in_reply_to_id": parent.to_string(),
            "in_reply_to_account_id": parent_account,
            "visibility": "public", "language": "fr", "spoiler_text": "", "sensitive": false,
            "uri": format!("http://autre.test/users/{name}/statuses/{id}"),
            "url": format!("http://autre.test/@{name}/{id}"),
            "replies_count": replies, "reblogs_count": 0, "favourites_count": 1,
            "content": format!("<p>{}</p>", citizen::text(visitor)),
            "reblog": null,
            "account": {
                "id": name, "username": name, "acct": format!("{name}@autre.test"),
                "display_name": name, "url": format!("http://autre.test/@{name}"),
            },
            "media_attachments": [], "mentions": [], "tags": [], "emojis": [],
        })
    }

    fn entry_by_id(&self, id: &str) -> Option<(&SocialAccount, Entry)> {
        let id: u64 = id.parse().ok()?;
        let account = self.world.social.get((id & 0x7FFF) as usize)?;
        if account.instance != self.number || matches!(account.fate, Fate::NotFound | Fate::Gone) {
            return None;
        }
        entries(account)
            .into_iter()
            .find(|entry| entry.id(account) == id)
            .map(|entry| (account, entry))
    }
}

/// Whether the instance's version counts quotes.
pub(crate) fn counts_quotes(instance: &Instance) -> bool {
    instance.kind != InstanceKind::Older
}

/// Whether an anonymous reader sees all that stands below a post.
pub(crate) fn context_is_whole(account: &SocialAccount, post: usize) -> bool {
    fn below(account: &SocialAccount, post: usize) -> usize {
        let threads: usize = account.posts[post]
            .threads
            .iter()
            .map(|thread| 1 + thread.steps.len())
            .sum();
        let own: usize = (0..account.posts.len())
            .filter(|other| account.posts[*other].continues == Some(post))
            .map(|other| 1 + below(account, other))
            .sum();
        threads + own
    }
    below(account, post) < DESCENDANTS
}

/// Id of an account.
fn account_id(account: &SocialAccount) -> String {
    (FIRST_ACCOUNT_ID + u64::from(account.index)).to_string()
}

/// Id of a post: a snowflake, milliseconds and the account.
pub(crate) fn own_status_id(account: &SocialAccount, at_ms: i64) -> u64 {
    ((at_ms as u64) << 16) | u64::from(account.index & 0x7FFF)
}

fn citizen_status_id(account: &SocialAccount, at_ms: i64) -> u64 {
    own_status_id(account, at_ms) | 0x8000
}

/// A line of an account's list of statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Post(usize),
    Reply {
        post: usize,
        thread: usize,
        step: usize,
    },
    Boost(usize),
}

impl Entry {
    fn at_ms(self, account: &SocialAccount) -> i64 {
        match self {
            Self::Post(post) => account.posts[post].at_ms,
            Self::Reply { post, thread, step } => {
                account.posts[post].threads[thread].steps[step].at_ms
            }
            Self::Boost(boost) => account.boosts[boost],
        }
    }

    fn id(self, account: &SocialAccount) -> u64 {
        own_status_id(account, self.at_ms(account))
    }
}

fn entries(account: &SocialAccount) -> Vec<Entry> {
    let mut entries: Vec<Entry> = (0..account.boosts.len()).map(Entry::Boost).collect();
    for (number, post) in account.posts.iter().enumerate() {
        entries.push(Entry::Post(number));
        for (thread, replies) in post.threads.iter().enumerate() {
            let own = replies
                .steps
                .iter()
                .enumerate()
                .filter(|(_, step)| step.own);
            entries.extend(own.map(|(step, _)| Entry::Reply {
                post: number,
                thread,
                step,
            }));
        }
    }
    entries
}

/// Puts into a status what the post of that moment shows. A server does not know the kind of every file.
fn show(status: &mut Value, at_ms: i64) {
    let file = |kind: &str| {
        json!({"id": at_ms.to_string(), "type": kind, "url": "https://files.test/a",
               "description": null})
    };
    let kind = kinds::kind(Platform::Mastodon, at_ms);
    let files = match kind {
        Some(PostKind::Image) => vec![file("image")],
        Some(PostKind::Album) => vec![file("image"), file("image")],
        Some(PostKind::Video) => vec![file(if at_ms % 2 == 0 { "video" } else { "gifv" })],
        Some(PostKind::Audio) => vec![file("audio")],
        None => vec![file("unknown")],
        _ => Vec::new(),
    };
    status["media_attachments"] = json!(files);
    if kind == Some(PostKind::Poll) {
        status["poll"] = json!({"id": "1", "multiple": false, "votes_count": 12,
                                "options": [{"title": "Oui", "votes_count": 12}]});
    }
    if kind == Some(PostKind::Link) {
        status["card"] = json!({"url": "https://www.mairie.test/", "title": "Mairie",
                                "type": "link"});
    }
}
