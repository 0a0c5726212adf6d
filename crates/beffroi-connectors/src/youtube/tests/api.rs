//! The API and the site as far as visits go: what they answer is made up of a few videos and
//! comments.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::{CANARY, HANDLE, ID, KEY};
use crate::recorded::{Answer, Asked, Server};

/// What the API answers. Lists are cut into pages of `per_page`.
#[derive(Clone)]
pub(super) struct Api {
    pub(super) channels: Vec<Value>,
    pub(super) usernames: HashMap<String, String>,
    /// By playlist.
    pub(super) uploads: HashMap<String, Vec<Value>>,
    pub(super) videos: Vec<Value>,
    /// Of all videos, newest first.
    pub(super) threads: Vec<Value>,
    /// By thread.
    pub(super) replies: HashMap<String, Vec<Value>>,
    /// Instead of all this, by method, with or without its filter (`commentThreads?videoId`).
    pub(super) refusals: HashMap<&'static str, Answer>,
    /// Pages and feeds, by path and query.
    pub(super) site: HashMap<String, Answer>,
    pub(super) per_page: usize,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            channels: vec![channel()],
            usernames: HashMap::new(),
            uploads: HashMap::from([(playlist(ID), Vec::new())]),
            videos: Vec::new(),
            threads: Vec::new(),
            replies: HashMap::new(),
            refusals: HashMap::new(),
            site: HashMap::new(),
            per_page: 50,
        }
    }
}

impl Api {
    /// A channel with these videos: id, moment, comments.
    pub(super) fn with_videos(videos: &[(&str, &str, u64)]) -> Self {
        let mut api = Self::default();
        let uploads = videos.iter().map(|(id, at, _)| upload(id, at)).collect();
        api.uploads.insert(playlist(ID), uploads);
        api.videos = videos
            .iter()
            .map(|(id, at, comments)| video(id, at, *comments))
            .collect();
        api
    }

    pub(super) fn with_channel(mut self, channel: Value) -> Self {
        self.channels = vec![channel];
        self
    }

    pub(super) fn with_threads(mut self, threads: Vec<Value>) -> Self {
        self.threads = threads;
        self
    }

    pub(super) fn refusing(mut self, method: &'static str, answer: Answer) -> Self {
        self.refusals.insert(method, answer);
        self
    }

    pub(super) fn answer(&self, asked: &Asked) -> Answer {
        let Some(method) = asked.path().strip_prefix("/youtube/v3/") else {
            return self.answer_of_site(asked);
        };
        assert_eq!(asked.query("key"), Vec::<String>::new());
        if asked.header("x-goog-api-key") != Some(KEY) {
            return key_invalid();
        }
        let filter = ["videoId", "allThreadsRelatedToChannelId", "forHandle", "id"]
            .into_iter()
            .find(|name| !asked.query(name).is_empty());
        let filtered = format!("{method}?{}", filter.unwrap_or_default());
        let refusal = self.refusals.get(method);
        if let Some(refusal) = refusal.or_else(|| self.refusals.get(filtered.as_str())) {
            return refusal.clone();
        }
        let one = |name: &str| asked.query(name).pop().unwrap_or_default();
        let ids = || one("id").split(',').map(str::to_owned).collect::<Vec<_>>();
        match method {
            "channels" => self.answer_channels(&one("forHandle"), &one("forUsername"), &ids()),
            "playlistItems" => match self.uploads.get(&one("playlistId")) {
                Some(items) => self.page("playlistItem", items, &one("pageToken")),
                None => refusal_of(404, "youtube.playlistItem", "playlistNotFound"),
            },
            "videos" => self.answer_videos("video", &ids(), "publishedAt"),
            "videos:batchGetStats" => self.answer_videos("batchGetStats", &ids(), "publishTime"),
            "commentThreads" => {
                let video = one("videoId");
                let is_its = |thread: &&Value| {
                    filter == Some("allThreadsRelatedToChannelId")
                        || thread["snippet"]["videoId"] == *video
                };
                let threads: Vec<Value> = self.threads.iter().filter(is_its).cloned().collect();
                self.page("commentThread", &threads, &one("pageToken"))
            }
            "comments" => {
                let replies = self.replies.get(&one("parentId"));
                let replies = replies.map(Vec::as_slice).unwrap_or_default();
                self.page("comment", replies, &one("pageToken"))
            }
            _ => Answer::page(404, "<html>Not Found</html>"),
        }
    }

    fn answer_of_site(&self, asked: &Asked) -> Answer {
        let path = match asked.url.query() {
            Some(query) => format!("{}?{query}", asked.path()),
            None => asked.path().to_owned(),
        };
        assert_eq!(
            asked.header("x-goog-api-key"),
            None,
            "the key stays at home"
        );
        let missing = || Answer::page(404, "<html>404 Not Found</html>");
        self.site.get(&path).cloned().unwrap_or_else(missing)
    }

    fn answer_channels(&self, handle: &str, username: &str, ids: &[String]) -> Answer {
        let is_wanted = |channel: &&Value| {
            let id = channel["id"].as_str().unwrap_or_default().to_owned();
            ids.contains(&id)
                || (!handle.is_empty() && channel["snippet"]["customUrl"] == *handle)
                || self.usernames.get(username) == Some(&id)
        };
        // In another order than asked, as the real one may.
        let mut found: Vec<&Value> = self.channels.iter().filter(is_wanted).collect();
        found.reverse();
        if found.is_empty() {
            return Answer::json(json!({
                "kind": "youtube#channelListResponse", "etag": "e",
                "pageInfo": {"totalResults": 0, "resultsPerPage": 5},
            }));
        }
        Answer::json(json!({
            "kind": "youtube#channelListResponse", "etag": "e",
            "pageInfo": {"totalResults": found.len(), "resultsPerPage": 50}, "items": found,
        }))
    }

    fn answer_videos(&self, kind: &str, ids: &[String], date: &str) -> Answer {
        assert!(ids.len() <= 50);
        let is_wanted =
            |video: &&Value| video["id"].is_null() || ids.iter().any(|id| video["id"] == **id);
        let mut found: Vec<Value> = self.videos.iter().filter(is_wanted).cloned().collect();
        found.reverse();
        for video in &mut found {
            if let Some(snippet) = video["snippet"].as_object_mut()
                && let Some(at) = snippet.remove("publishedAt")
            {
                snippet.insert(date.to_owned(), at);
            }
        }
        Answer::json(json!({"kind": format!("youtube#{kind}Response"), "items": found}))
    }

    fn page(&self, kind: &str, items: &[Value], token: &str) -> Answer {
        let start = token.trim_start_matches("page").parse().unwrap_or(0);
        let end = items.len().min(start + self.per_page);
        let mut page = json!({
            "kind": format!("youtube#{kind}ListResponse"), "items": items[start..end],
            "pageInfo": {"totalResults": items.len(), "resultsPerPage": self.per_page},
        });
        if end < items.len() {
            page["nextPageToken"] = json!(format!("page{end}"));
        }
        Answer::json(page)
    }

    pub(super) async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

pub(super) fn refusal_of(status: u16, domain: &str, reason: &str) -> Answer {
    let error = json!({"message": "prose", "domain": domain, "reason": reason});
    Answer::json(json!({"error": {"code": status, "message": "prose", "errors": [error]}}))
        .status(status)
}

pub(super) fn key_invalid() -> Answer {
    Answer::json(json!({"error": {
        "code": 400, "message": "prose", "status": "INVALID_ARGUMENT",
        "errors": [{"message": "prose", "domain": "global", "reason": "badRequest"}],
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    }}))
    .status(400)
}

pub(super) fn playlist(id: &str) -> String {
    id.replacen("UC", "UU", 1)
}

pub(super) fn channel() -> Value {
    json!({
        "kind": "youtube#channel", "etag": "e", "id": ID,
        "snippet": {"title": "Ville d'Exemple", "description": "…", "customUrl": HANDLE,
            "publishedAt": "2011-03-02T10:11:12Z", "country": "FR"},
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": playlist(ID)}},
        "statistics": {"viewCount": "182345", "subscriberCount": "1240",
            "hiddenSubscriberCount": false, "videoCount": "312"},
        "status": {"privacyStatus": "public", "isLinked": true},
    })
}

pub(super) fn channel_with(member: &str, changes: Value) -> Value {
    let mut channel = channel();
    let part = channel[member].as_object_mut().unwrap();
    part.extend(changes.as_object().unwrap().clone());
    channel
}

pub(super) fn upload(id: &str, at: &str) -> Value {
    json!({
        "kind": "youtube#playlistItem", "etag": "e", "id": format!("VVV{id}"),
        "contentDetails": {"videoId": id, "videoPublishedAt": at},
    })
}

pub(super) fn video(id: &str, at: &str, comments: u64) -> Value {
    json!({
        "kind": "youtube#video", "etag": "e", "id": id, "snippet": {"publishedAt": at},
        "statistics": {"viewCount": "532", "likeCount": "11", "favoriteCount": "0",
            "commentCount": comments.to_string()},
    })
}

/// A comment; ids that begin with `c` are a citizen's.
pub(super) fn comment(id: &str, at: &str) -> Value {
    let author = match id.starts_with('c') {
        true => format!("UC{CANARY}"),
        false => ID.to_owned(),
    };
    json!({
        "kind": "youtube#comment", "etag": "e", "id": format!("Ug-{CANARY}-{id}"),
        "snippet": {
            "textDisplay": format!("{CANARY} demande où"), "authorDisplayName": format!("@{CANARY}"),
            "authorChannelUrl": format!("http://www.youtube.com/@{CANARY}"),
            "authorChannelId": {"value": author}, "likeCount": 1,
            "publishedAt": at, "updatedAt": at,
        },
    })
}

/// A thread below a video, with all of its replies.
pub(super) fn thread(video_id: &str, top: Value, replies: Vec<Value>) -> Value {
    let mut thread = json!({
        "kind": "youtube#commentThread", "etag": "e", "id": top["id"],
        "snippet": {"channelId": ID, "videoId": video_id, "canReply": true, "isPublic": true,
            "totalReplyCount": replies.len(), "topLevelComment": top},
    });
    if !replies.is_empty() {
        thread["replies"] = json!({ "comments": replies });
    }
    thread
}
