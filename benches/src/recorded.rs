//! Answers of every platform for made-up accounts, of the size that real ones have: an account with
//! its counters and 25 posts of the last 28 days, whose conversations did not move.
//!
//! Each body that was sent is kept, so that a plain loop can download the very same bytes again.

use std::{
    convert::Infallible,
    fmt::Write as _,
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{
    Request, Response, StatusCode, body::Incoming, header::CONTENT_TYPE, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet};
use url::Url;

use crate::feeds;

/// Posts of an account in 28 days; French town halls write about one a day. (Bluesky's answers are
/// those of the pipeline's benchmark.)
pub const POSTS: usize = 25;

/// Where the number of bodies kept so far is read. Those kept before are forgotten.
pub const KEPT: &str = "/_kept";

/// Below it a kept body is sent again, by its number.
pub const AGAIN: &str = "/_again/";

/// What a post says: as long as most are.
const TEXT: &str = "Réunion publique jeudi à 18 h, salle des fêtes : présentation du projet de \
                    réaménagement de la place du marché et du calendrier des travaux. Venez \
                    nombreux poser vos questions aux élus ! Plus d’informations en mairie, aux \
                    horaires habituels, ou sur le site de la commune. #VieLocale #Travaux";

/// Serves at a free port of loopback, for as long as the second value is held.
pub async fn serve() -> anyhow::Result<(u16, JoinSet<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    let server = Arc::new(Recorded::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            // Without it answers would wait for acknowledgements.
            let _ = stream.set_nodelay(true);
            let server = Arc::clone(&server);
            let service = service_fn(move |request| {
                let server = Arc::clone(&server);
                async move { Ok::<_, Infallible>(server.answer(request).await) }
            });
            connections.spawn(async move {
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    Ok((port, tasks))
}

#[derive(Default)]
struct Recorded {
    kept: Mutex<Vec<Bytes>>,
    count: AtomicUsize,
}

impl Recorded {
    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let path = head.uri.path();
        if path == KEPT {
            let count = self.count.swap(0, Ordering::Relaxed);
            return respond(StatusCode::OK, "text/plain", count.to_string().into());
        }
        if let Some(number) = path.strip_prefix(AGAIN) {
            let kept = self.kept.lock().expect("nothing panics while holding it");
            let body = number
                .parse()
                .ok()
                .and_then(|it: usize| kept.get(it).cloned());
            let body = body.unwrap_or_default();
            return respond(StatusCode::OK, "application/json", body);
        }
        let host = head.headers.get("host").and_then(|it| it.to_str().ok());
        let asked = format!("http://{}{}", host.unwrap_or("localhost"), head.uri);
        let body = body.collect().await.map(|body| body.to_bytes());
        let asked = asked.parse().expect("a request's address is one");
        let answer = Asked {
            url: asked,
            body: body.unwrap_or_default(),
        }
        .answer();
        let Some(Body(media_type, text)) = answer else {
            return respond(StatusCode::NOT_FOUND, "text/plain", Bytes::new());
        };
        let body = Bytes::from(text);
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        let mut kept = self.kept.lock().expect("nothing panics while holding it");
        if number == 0 {
            kept.clear();
        }
        kept.push(body.clone());
        respond(StatusCode::OK, media_type, body)
    }
}

fn respond(status: StatusCode, media_type: &'static str, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    let value = hyper::header::HeaderValue::from_static(media_type);
    response.headers_mut().insert(CONTENT_TYPE, value);
    response
}

struct Body(&'static str, String);

impl From<Value> for Body {
    fn from(value: Value) -> Self {
        Self("application/json; charset=utf-8", value.to_string())
    }
}

/// The moment of a post, the newest being 0.
fn moment(number: usize) -> Timestamp {
    let hours = i64::try_from(number).expect("there are few posts") * 25 + 1;
    Timestamp::now() - SignedDuration::from_hours(hours)
}

/// The same as Meta writes it.
fn with_offset(number: usize) -> String {
    moment(number)
        .strftime("%Y-%m-%dT%H:%M:%S+0000")
        .to_string()
}

struct Asked {
    url: Url,
    body: Bytes,
}

impl Asked {
    fn one(&self, name: &str) -> String {
        let found = self.url.query_pairs().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn answer(&self) -> Option<Body> {
        let path = self.url.path().to_owned();
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        Some(match segments.as_slice() {
            ["facebook", _version, _page] => facebook().into(),
            ["instagram", _own] => instagram().into(),
            ["threads", "profile_lookup"] => {
                json!({"username": self.one("username"), "name": "Ville", "is_verified": false,
                    "biography": TEXT, "follower_count": 2310, "likes_count": 190})
                .into()
            }
            ["threads", "profile_posts"] => threads().into(),
            ["v2", "oauth", "token", ""] => {
                json!({"access_token": "clt.bench", "expires_in": 7200, "token_type": "Bearer"})
                    .into()
            }
            ["v2", "research", "user", "info", ""] => {
                let name = self.json()["username"].clone();
                tiktok_data(&json!({"username": name, "display_name": "Ville",
                    "bio_description": TEXT, "is_verified": false, "follower_count": 4210,
                    "following_count": 35, "likes_count": 61230, "video_count": 148}))
                .into()
            }
            ["v2", "research", "video", "query", ""] => tiktok_videos(&self.json()).into(),
            ["rest", "organizations"] => {
                let name = self.one("vanityName");
                let number: u64 = name.trim_start_matches("ville").parse().ok()?;
                json!({"paging": {"start": 0, "count": 10, "links": []}, "elements": [{
                    "id": 1_000_000 + number, "vanityName": name, "localizedName": "Ville",
                    "primaryOrganizationType": "NONE", "locations": [],
                    "localizedWebsite": "https://www.ville.test"}]})
                .into()
            }
            ["rest", "networkSizes", _urn] => json!({"firstDegreeSize": 21914}).into(),
            ["rest", "posts"] => linkedin_posts(&self.one("author")).into(),
            ["rest", "socialMetadata"] => linkedin_metadata(&self.one("ids")).into(),
            ["xrpc", "app.bsky.actor.getProfiles"] => {
                let actors = self.url.query_pairs().filter(|(key, _)| key == "actors");
                let profiles: Vec<String> = actors
                    .filter_map(|(_, it)| {
                        Some(feeds::profile(it.strip_prefix("mairie-")?.get(..6)?))
                    })
                    .collect();
                let text = format!("{{\"profiles\":[{}]}}", profiles.join(","));
                Body("application/json", text)
            }
            ["xrpc", "app.bsky.feed.getAuthorFeed"] => {
                let actor = self.one("actor");
                let town = actor.strip_prefix("did:plc:")?.get(..6)?;
                Body("application/json", feeds::feed(town, Timestamp::now()))
            }
            ["api", "v1", "accounts", "lookup"] => mastodon_account().into(),
            ["api", "v1", "accounts", _id, "statuses"] => match self.one("max_id").as_str() {
                "" => mastodon_statuses().into(),
                _ => json!([]).into(),
            },
            ["api", "v1", "accounts", _id] => mastodon_account().into(),
            ["api", "v1", "video-channels", name] => peertube_channel(name).into(),
            ["api", "v1", "video-channels", name, "videos"] => peertube_videos(name).into(),
            ["youtube", "v3", method] => {
                youtube(method, &self.one("id"), &self.one("playlistId"))?.into()
            }
            ["2", "users", "by"] => x_users(&self.one("usernames")).into(),
            ["2", "users", id, "tweets"] => x_posts(id).into(),
            ["2", "tweets", "search", "recent"] => json!({"meta": {"result_count": 0}}).into(),
            ["s", name] => Body("text/html; charset=utf-8", telegram(name)),
            [name] if name.starts_with('@') => Body("text/html; charset=utf-8", snapchat(name)),
            _ => return None,
        })
    }
}

fn posts(post: impl Fn(usize) -> Value) -> Vec<Value> {
    (0..POSTS).map(post).collect()
}

fn facebook() -> Value {
    let comments = |post: usize| {
        let comment = |number: usize| json!({"id": format!("9{post}_{number}"), "created_time": with_offset(post)});
        let data: Vec<Value> = (0..6).map(comment).collect();
        json!({"summary": {"order": "chronological", "total_count": 6, "can_comment": false},
            "data": data, "paging": {"cursors": {"before": "QVFIUmx", "after": "QVFIUmxZZD"}}})
    };
    let post = |number: usize| {
        json!({"id": format!("123456789012_{number}"), "created_time": with_offset(number),
            "permalink_url": format!("https://www.facebook.com/123456789012/posts/{number}"),
            "shares": {"count": 4}, "reactions": {"data": [], "summary": {"total_count": 61}},
            "comments": comments(number)})
    };
    json!({"id": "123456789012", "username": "ville.exemple", "website": "https://www.ville.test",
        "is_published": true, "fan_count": 5120, "followers_count": 5388,
        "posts": {"data": posts(post), "paging": {"cursors": {"before": "B", "after": "A"}}}})
}

fn instagram() -> Value {
    let media = |number: usize| {
        json!({"id": format!("1790000000000{number:04}"), "timestamp": with_offset(number),
            "media_product_type": "FEED", "permalink": format!("https://www.instagram.com/p/C{number}/"),
            "like_count": 143, "comments_count": 6})
    };
    json!({"business_discovery": {"id": "17841400000000001", "username": "ville",
        "website": "https://www.ville.test", "followers_count": 8421, "follows_count": 120,
        "media_count": 932, "media": {"data": posts(media)}}, "id": "17841400000000009"})
}

fn threads() -> Value {
    let post = |number: usize| {
        json!({"id": format!("1800000000000{number:04}"), "media_type": "TEXT_POST",
            "timestamp": with_offset(number), "permalink": "https://www.threads.com/@ville/post/C8abc"})
    };
    json!({"data": posts(post)})
}

fn tiktok_data(data: &Value) -> Value {
    json!({"data": data, "error": {"code": "ok", "message": "", "log_id": "2026030200ABC"}})
}

/// A page of the videos of all names in the query.
fn tiktok_videos(query: &Value) -> Value {
    let names = query["query"]["and"][0]["field_values"].as_array().cloned();
    let names = names.unwrap_or_default();
    let start = query["cursor"].as_u64().unwrap_or(0) as usize;
    let all = names.len() * POSTS;
    let end = all.min(start + 100);
    let video = |number: usize| {
        json!({"id": 7_079_929_224_945_000_000_u64 + number as u64,
            "create_time": moment(number / names.len().max(1)).as_second(),
            "username": names[number % names.len().max(1)], "region_code": "FR",
            "like_count": 320, "comment_count": 14, "share_count": 9, "view_count": 8700})
    };
    let videos: Vec<Value> = (start..end).map(video).collect();
    tiktok_data(
        &json!({"videos": videos, "cursor": end, "has_more": end < all,
        "search_id": "7201388525814961198"}),
    )
}

fn linkedin_posts(author: &str) -> Value {
    let post = |number: usize| {
        let at = moment(number).as_millisecond();
        json!({"id": format!("urn:li:share:71230000000000{number:05}"), "author": author,
            "commentary": TEXT, "publishedAt": at, "createdAt": at, "lastModifiedAt": at,
            "visibility": "PUBLIC", "lifecycleState": "PUBLISHED", "isReshareDisabledByAuthor": false,
            "distribution": {"feedDistribution": "MAIN_FEED", "thirdPartyDistributionChannels": []}})
    };
    json!({"elements": posts(post), "paging": {"start": 0, "count": 100, "links": []}})
}

fn linkedin_metadata(ids: &str) -> Value {
    let urns = ids
        .trim_start_matches("List(")
        .trim_end_matches(')')
        .split(',');
    let results: serde_json::Map<String, Value> = urns
        .map(|urn| {
            let metadata = json!({"entity": urn, "commentsState": "OPEN",
                "reactionSummaries": {"LIKE": {"reactionType": "LIKE", "count": 40},
                    "PRAISE": {"reactionType": "PRAISE", "count": 3}},
                "commentSummary": {"count": 0, "topLevelCount": 0}});
            (urn.to_owned(), metadata)
        })
        .collect();
    json!({"results": results, "statuses": {}, "errors": {}})
}

fn mastodon_account() -> Value {
    json!({"id": "109876543210", "username": "ville", "acct": "ville", "display_name": "Ville",
        "locked": false, "bot": false, "created_at": "2022-11-08T00:00:00.000Z",
        "note": format!("<p>{TEXT}</p>"), "url": "https://social.example/@ville",
        "uri": "https://social.example/users/ville", "followers_count": 812,
        "following_count": 35, "statuses_count": 1450, "fields": []})
}

fn mastodon_statuses() -> Value {
    let status = |number: usize| {
        let id = format!("1150000000000{:05}", POSTS - number);
        json!({"id": id, "created_at": moment(number).to_string(), "in_reply_to_id": null,
            "in_reply_to_account_id": null, "sensitive": false, "spoiler_text": "",
            "visibility": "public", "language": "fr", "uri": format!("https://social.example/{id}"),
            "url": format!("https://social.example/@ville/{id}"), "replies_count": 0,
            "reblogs_count": 5, "favourites_count": 9, "content": format!("<p>{TEXT}</p>"),
            "reblog": null, "account": mastodon_account(), "media_attachments": [], "mentions": [],
            "tags": [], "emojis": [], "card": null, "poll": null})
    };
    Value::Array(posts(status))
}

fn peertube_channel(name: &str) -> Value {
    json!({"id": 12, "url": format!("https://video.example/video-channels/{name}"), "name": name,
        "host": "video.example", "avatars": [], "banners": [], "followingCount": 0,
        "followersCount": 57, "createdAt": "2021-04-06T09:00:00.000Z", "displayName": "Ville",
        "description": TEXT, "support": null, "isLocal": true, "ownerAccount": peertube_owner()})
}

fn peertube_owner() -> Value {
    json!({"id": 3, "name": "mairie", "host": "video.example", "displayName": "Mairie"})
}

fn peertube_videos(name: &str) -> Value {
    let video = |number: usize| {
        let uuid = format!("5ad2f8e2-0000-4000-8000-0000000{number:05}");
        let at = moment(number).to_string();
        json!({"id": number, "uuid": uuid, "shortUUID": "kkGMgK9ZtnKfYAgnEtQxbv",
            "name": "Conseil municipal", "description": TEXT, "isLive": false, "isLocal": true,
            "nsfw": false, "createdAt": at, "publishedAt": at, "updatedAt": at, "duration": 5400,
            "privacy": {"id": 1, "label": "Public"}, "views": 212, "likes": 6, "dislikes": 2,
            "comments": 0, "commentsPolicy": {"id": 1, "label": "Enabled"},
            "commentsEnabled": true, "url": format!("https://video.example/videos/watch/{uuid}"),
            "account": peertube_owner(),
            "channel": {"id": 12, "name": name, "host": "video.example"}})
    };
    json!({"total": POSTS, "data": posts(video)})
}

fn youtube(method: &str, ids: &str, playlist: &str) -> Option<Value> {
    let page = |kind: &str, items: Vec<Value>| {
        json!({"kind": format!("youtube#{kind}Response"), "etag": "e", "items": items,
            "pageInfo": {"totalResults": items.len(), "resultsPerPage": 50}})
    };
    Some(match method {
        "channels" => {
            let channel = |id: &str| {
                json!({"id": id, "snippet": {"customUrl": "@ville", "publishedAt": "2011-03-02T10:11:12Z"},
                    "contentDetails": {"relatedPlaylists": {"uploads": id.replacen("UC", "UU", 1)}},
                    "statistics": {"subscriberCount": "1240", "videoCount": "312"},
                    "status": {"privacyStatus": "public"}})
            };
            page("channelList", ids.split(',').map(channel).collect())
        }
        "playlistItems" => {
            let letters = playlist.get(7..12)?;
            let item = |number: usize| {
                json!({"contentDetails": {"videoId": format!("v{letters}{number:05}"),
                    "videoPublishedAt": moment(number).to_string()}})
            };
            page("playlistItemList", posts(item))
        }
        "videos:batchGetStats" | "videos" => {
            let video = |id: &str| {
                json!({"kind": "youtube#video", "etag": "e", "id": id,
                    "snippet": {"publishTime": moment(0).to_string()},
                    "statistics": {"viewCount": "532", "likeCount": "11", "commentCount": "0"}})
            };
            page("batchGetStats", ids.split(',').map(video).collect())
        }
        _ => return None,
    })
}

fn x_users(names: &str) -> Value {
    let user = |name: &str| {
        json!({"id": name.replacen("ville", "1", 1), "username": name, "name": "Ville",
            "protected": false, "created_at": "2011-05-02T09:00:00.000Z", "url": "https://t.co/abc",
            "public_metrics": {"followers_count": 9120, "following_count": 310,
                "tweet_count": 15233, "listed_count": 140}})
    };
    let users: Vec<Value> = names.split(',').map(user).collect();
    json!({"data": users})
}

fn x_posts(author: &str) -> Value {
    let post = |number: usize| {
        let at = moment(number);
        let id = ((at.as_millisecond() - 1_288_834_974_657) << 22).to_string();
        json!({"id": id, "text": TEXT, "author_id": author, "created_at": at.to_string(),
            "conversation_id": id, "edit_history_tweet_ids": [id], "reply_settings": "everyone",
            "public_metrics": {"retweet_count": 3, "reply_count": 0, "like_count": 14,
                "quote_count": 1, "bookmark_count": 0, "impression_count": 2100}})
    };
    json!({"data": posts(post), "meta": {"result_count": POSTS}})
}

fn telegram(name: &str) -> String {
    let mut page = format!(
        "<!DOCTYPE html><html><body><div class=\"tgme_channel_info\">\
         <div class=\"tgme_channel_info_header_username\"><a href=\"#\">@{name}</a></div>\
         <div class=\"tgme_channel_info_counters\"><div class=\"tgme_channel_info_counter\">\
         <span class=\"counter_value\">986</span> <span class=\"counter_type\">subscribers</span>\
         </div></div></div><section class=\"tgme_channel_history js-message_history\">"
    );
    for number in (0..POSTS).rev() {
        let _ = write!(
            page,
            "<div class=\"tgme_widget_message_wrap\"><div class=\"tgme_widget_message \
             js-widget_message\" data-post=\"{name}/{}\"><div class=\"tgme_widget_message_bubble\">\
             <div class=\"tgme_widget_message_text js-message_text\" dir=\"auto\">{TEXT}</div>\
             <div class=\"tgme_widget_message_footer\"><div class=\"tgme_widget_message_info\">\
             <span class=\"tgme_widget_message_views\">1.2K</span>\
             <a class=\"tgme_widget_message_date\" href=\"#\"><time datetime=\"{}\" \
             class=\"time\">17:00</time></a></div></div></div></div></div>",
            1000 - number,
            moment(number),
        );
    }
    page + "</section></body></html>"
}

/// A page of 300 KB, most of which is not the account's data.
fn snapchat(name: &str) -> String {
    let data = json!({"props": {"pageProps": {"pageType": 18, "userProfile": {
        "$case": "publicProfileInfo", "publicProfileInfo": {"username": name.trim_start_matches('@'),
            "title": "Ville", "subscriberCount": "5400", "bio": TEXT, "badge": 0}},
        "story": {"snapList": posts(|number| json!({"snapId": {"value": number.to_string()},
            "timestampInSec": {"value": "1772442000"}, "snapUrls": {"mediaUrl": TEXT}}))}}}});
    let filling = format!("<div class=\"x\">{TEXT}</div>").repeat(700);
    format!(
        "<!DOCTYPE html><html><body>{filling}\
         <script id=\"__NEXT_DATA__\" type=\"application/json\">{data}</script></body></html>"
    )
}
