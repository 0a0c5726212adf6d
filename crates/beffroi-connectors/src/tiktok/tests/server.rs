//! A Research API on loopback: it answers as TikTok's documentation says, and refuses what TikTok
//! would refuse.

use std::{collections::HashMap, sync::Mutex};

use super::*;
use crate::recorded::Asked;

pub(super) const TOKEN: &str = "/v2/oauth/token/";
pub(super) const USER: &str = "/v2/research/user/info/";
pub(super) const QUERY: &str = "/v2/research/video/query/";

/// Who is there, and what they published.
#[derive(Clone)]
pub(super) struct Tiktok {
    pub(super) users: Vec<Value>,
    pub(super) videos: Vec<Value>,
    pub(super) per_page: usize,
    /// Answers of a path, one after the other, before those that it would give by itself.
    pub(super) before: HashMap<&'static str, Vec<Answer>>,
    /// Answers of a path, for good.
    pub(super) always: HashMap<&'static str, Answer>,
}

impl Tiktok {
    /// One account with these videos.
    pub(super) fn new(videos: Vec<Value>) -> Self {
        Self {
            users: vec![user(NAME)],
            videos,
            per_page: 100,
            before: HashMap::new(),
            always: HashMap::new(),
        }
    }

    pub(super) fn answering(mut self, path: &'static str, answer: Answer) -> Self {
        self.always.insert(path, answer);
        self
    }

    pub(super) fn answering_first(mut self, path: &'static str, answers: Vec<Answer>) -> Self {
        self.before.insert(path, answers);
        self
    }

    pub(super) async fn start(self) -> Server {
        let tiktok = Mutex::new((self, 0_u32));
        Server::start(move |asked| {
            let (tiktok, tokens) = &mut *tiktok.lock().unwrap();
            tiktok.answer(asked, tokens)
        })
        .await
    }

    fn answer(&mut self, asked: &Asked, tokens: &mut u32) -> Answer {
        assert_eq!(asked.method, "POST");
        let first = self
            .before
            .iter_mut()
            .find(|(path, _)| **path == asked.path());
        if let Some((_, answers)) = first
            && !answers.is_empty()
        {
            return answers.remove(0);
        }
        if let Some(answer) = self.always.get(asked.path()) {
            return answer.clone();
        }
        if asked.path() == TOKEN {
            assert_eq!(
                asked.body,
                format!(
                    "client_key=client-key&client_secret={SECRET}&grant_type=client_credentials"
                )
            );
            *tokens += 1;
            return token(*tokens, 7200);
        }
        let shown = format!("Bearer clt.hush-{tokens}");
        if asked.authorization.as_deref() != Some(&shown) {
            return refusal(401, "access_token_invalid", "The access token is invalid");
        }
        assert_eq!(asked.header("content-type"), Some("application/json"));
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        match asked.path() {
            USER => self.user(&body),
            QUERY => self.query(&body),
            path => panic!("{path}"),
        }
    }

    fn user(&self, body: &Value) -> Answer {
        let name = body["username"].as_str().unwrap();
        let found = self.users.iter().find(|user| user["username"] == name);
        match found {
            Some(user) => data(user.clone()),
            None => refusal(
                400,
                "invalid_params",
                &format!("user {name} cannot be found"),
            ),
        }
    }

    fn query(&self, body: &Value) -> Answer {
        let condition = &body["query"]["and"][0];
        assert_eq!(condition["operation"], "IN");
        let names = condition["field_values"].as_array().unwrap();
        let day = |name: &str| body[name].as_str().unwrap().to_owned();
        let is_wanted = |video: &&Value| {
            let name = video["username"]
                .as_str()
                .unwrap_or_default()
                .to_lowercase();
            let at = Timestamp::from_second(video["create_time"].as_i64().unwrap_or(0)).unwrap();
            let at = at.strftime("%Y%m%d").to_string();
            names.contains(&json!(name)) && day("start_date") <= at && at <= day("end_date")
        };
        let found: Vec<&Value> = self.videos.iter().filter(is_wanted).collect();
        let from = usize::try_from(body["cursor"].as_u64().unwrap_or(0)).unwrap();
        let is_same = from == 0 || body["search_id"] == "7201388525814961198";
        assert!(is_same, "a page is asked for with the search's own id");
        let page: Vec<&Value> = found
            .iter()
            .skip(from)
            .take(self.per_page)
            .copied()
            .collect();
        let end = from + page.len();
        data(
            json!({"videos": page, "cursor": end, "has_more": end < found.len(),
            "search_id": "7201388525814961198"}),
        )
    }
}

pub(super) fn token(number: u32, lasts: u32) -> Answer {
    let token = format!("clt.hush-{number}");
    Answer::json(json!({"access_token": token, "expires_in": lasts, "token_type": "Bearer"}))
}

pub(super) fn data(data: Value) -> Answer {
    Answer::json(json!({"data": data, "error": {"code": "ok", "message": "", "log_id": "L"}}))
}

pub(super) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let error = json!({"code": code, "message": format!("{message} ({CANARY})"), "log_id": "L"});
    Answer::json(json!({"data": {}, "error": error})).status(status)
}

pub(super) fn user(name: &str) -> Value {
    json!({
        "username": name, "display_name": CANARY, "bio_description": CANARY, "is_verified": false,
        "follower_count": 4210, "following_count": 35, "likes_count": 61230, "video_count": 148,
    })
}

/// A video of a moment; its id is a number beyond what a float holds.
pub(super) fn video(name: &str, id: u64, at: &str) -> Value {
    let at: Timestamp = at.parse().unwrap();
    json!({
        "id": 7_079_929_224_945_090_000_u64 + id, "create_time": at.as_second(), "username": name,
        "region_code": "FR", "video_description": CANARY, "like_count": 320, "comment_count": 14,
        "share_count": 9, "view_count": 8700, "favorites_count": 21, "video_duration": 33,
    })
}
