//! An X on loopback: it answers as X's documentation says, and refuses what X would refuse.

use std::collections::HashMap;

use super::*;

/// An X: who is there, what they wrote, and what citizens replied.
#[derive(Clone, Default)]
pub(super) struct X {
    pub(super) users: Vec<Value>,
    /// Items of `errors`, by the name or id asked for.
    pub(super) problems: HashMap<String, Value>,
    /// All posts and own replies.
    pub(super) posts: Vec<Value>,
    /// Visitors' replies; `in_reply_to_user_id` says to whom.
    pub(super) replies: Vec<Value>,
    /// Answers of whole paths.
    pub(super) answers: HashMap<String, Answer>,
    /// Items of a page, where it is fewer than X's 100.
    pub(super) page: Option<usize>,
}

impl X {
    /// One account with these posts.
    pub(super) fn new(posts: Vec<Value>) -> Self {
        Self {
            users: vec![user(ID, "VilleDeTest", posts.len())],
            posts,
            ..Self::default()
        }
    }

    pub(super) fn replying(mut self, replies: Vec<Value>) -> Self {
        self.replies = replies;
        self
    }

    pub(super) fn answering(mut self, path: &str, answer: Answer) -> Self {
        self.answers.insert(path.to_owned(), answer);
        self
    }

    pub(super) fn without(mut self, asked: &str, title: &str, detail: &str, kind: &str) -> Self {
        let problem = json!({
            "value": asked, "resource_id": asked, "resource_type": "user", "title": title,
            "detail": detail, "type": format!("https://api.x.com/2/problems/{kind}"),
        });
        self.problems.insert(asked.to_owned(), problem);
        self
    }

    pub(super) fn not_found(self, asked: &str) -> Self {
        let detail = format!("Could not find user with usernames: [{asked}].");
        self.without(asked, "Not Found Error", &detail, "resource-not-found")
    }

    fn answer(&self, asked: &Asked) -> Answer {
        if asked.authorization.as_deref() != Some(&format!("Bearer {TOKEN}")) {
            return unauthorized();
        }
        let path = asked.path().to_owned();
        if let Some(answer) = self.answers.get(&path) {
            return answer.clone();
        }
        let one = |name: &str| asked.query(name).pop().unwrap_or_default();
        let time = |name: &str| one(name).parse::<Timestamp>().ok();
        match path.trim_start_matches("/2/") {
            "users/by" => self.users(&one("usernames"), "username"),
            "users" => self.users(&one("ids"), "id"),
            "tweets" => self.posts_by_id(&one("ids")),
            "tweets/search/recent" => {
                let earliest = Timestamp::now() - SignedDuration::from_hours(7 * 24);
                let latest = Timestamp::now() - SignedDuration::from_secs(10);
                let (from, until) = (time("start_time").unwrap(), time("end_time").unwrap());
                assert!(
                    earliest <= from && from < until && until <= latest,
                    "{from} {until}"
                );
                let query = one("query");
                assert!(
                    query.len() <= 512 && query.ends_with(" -is:retweet"),
                    "{query}"
                );
                let is_asked = |name: &Value| {
                    let clause = format!("to:{}", name.as_str().unwrap());
                    query.split([' ', '(', ')']).any(|word| word == clause)
                };
                let of = self.users.iter().filter(|user| is_asked(&user["username"]));
                let ids: Vec<&Value> = of.map(|user| &user["id"]).collect();
                let found = self.replies.iter().filter(|reply| {
                    let at: Timestamp = moment(reply);
                    ids.contains(&&reply["in_reply_to_user_id"]) && from <= at && at < until
                });
                self.page(found.cloned().collect(), &one("next_token"))
            }
            timeline => {
                let id = timeline
                    .trim_start_matches("users/")
                    .trim_end_matches("/tweets");
                let since_id: u64 = one("since_id").parse().unwrap_or(0);
                let start = time("start_time").unwrap_or(Timestamp::MIN);
                let with_replies = one("exclude") == "retweets";
                let found = self.posts.iter().filter(|post| {
                    post["author_id"] == id
                        && number(post) > since_id
                        && moment(post) >= start
                        && (with_replies || post.get("referenced_tweets").is_none())
                });
                self.page(found.cloned().collect(), &one("pagination_token"))
            }
        }
    }

    fn users(&self, asked: &str, by: &str) -> Answer {
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for asked in asked.split(',') {
            let is_asked = |user: &&Value| user[by].as_str().unwrap().eq_ignore_ascii_case(asked);
            match (self.problems.get(asked), self.users.iter().find(is_asked)) {
                (Some(problem), _) => errors.push(problem.clone()),
                (None, Some(user)) => data.push(user.clone()),
                (None, None) => errors.push(json!({
                    "value": asked, "resource_id": asked, "title": "Not Found Error",
                    "type": "https://api.x.com/2/problems/resource-not-found",
                })),
            }
        }
        // In another order than asked: nobody may go by the position.
        data.reverse();
        given(data, errors, None)
    }

    fn posts_by_id(&self, ids: &str) -> Answer {
        let (mut data, mut errors) = (Vec::new(), Vec::new());
        for id in ids.split(',') {
            match self.posts.iter().find(|post| post["id"] == id) {
                Some(post) => data.push(post.clone()),
                None => errors.push(json!({
                    "value": id, "resource_id": id, "resource_type": "tweet",
                    "title": "Not Found Error", "detail": format!("Could not find tweet: [{id}]."),
                    "type": "https://api.x.com/2/problems/resource-not-found",
                })),
            }
        }
        given(data, errors, None)
    }

    /// A page of a list, newest first; the token is the number of items before it.
    fn page(&self, mut items: Vec<Value>, token: &str) -> Answer {
        items.sort_by_key(|item| std::cmp::Reverse(number(item)));
        let start: usize = token.parse().unwrap_or(0);
        let size = self.page.unwrap_or(100);
        let end = items.len().min(start + size);
        let next = (end < items.len()).then(|| end.to_string());
        let page = items[start.min(end)..end].to_vec();
        let meta = json!({"result_count": page.len(), "next_token": next});
        given(page, Vec::new(), Some(meta))
    }

    pub(super) async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }
}

/// An answer without the members that would be empty, as X writes it.
fn given(data: Vec<Value>, errors: Vec<Value>, meta: Option<Value>) -> Answer {
    let mut answer = serde_json::Map::new();
    if !data.is_empty() {
        answer.insert("data".to_owned(), json!(data));
    }
    if !errors.is_empty() {
        answer.insert("errors".to_owned(), json!(errors));
    }
    if let Some(meta) = meta {
        answer.insert("meta".to_owned(), meta);
    }
    Answer::json(Value::Object(answer))
}

pub(super) fn unauthorized() -> Answer {
    let body = json!({
        "title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized",
    });
    Answer::json(body).status(401)
}

fn number(post: &Value) -> u64 {
    post["id"].as_str().unwrap().parse().unwrap()
}

fn moment(post: &Value) -> Timestamp {
    post["created_at"].as_str().unwrap().parse().unwrap()
}
