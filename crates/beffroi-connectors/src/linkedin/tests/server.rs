//! A LinkedIn on loopback: it answers as its documentation says, and refuses what it would refuse.

use std::collections::HashMap;

use super::*;
use crate::recorded::Asked;

/// Which organisations there are, what they published, and what was said below it.
#[derive(Clone, Default)]
pub(super) struct Linkedin {
    pub(super) organizations: Vec<Value>,
    pub(super) followers: Option<Value>,
    pub(super) posts: Vec<Value>,
    /// By URN.
    pub(super) metadata: HashMap<String, Value>,
    /// By the URN of what they are below.
    pub(super) comments: HashMap<String, Vec<Value>>,
    /// Answers of paths that begin so, instead of all this.
    pub(super) answers: Vec<(&'static str, Answer)>,
}

impl Linkedin {
    /// One organisation, with followers.
    pub(super) fn new() -> Self {
        Self {
            organizations: vec![organization(ID, "ville-de-test")],
            followers: Some(json!(21914)),
            ..Self::default()
        }
    }

    /// With these posts and their counters.
    pub(super) fn with_posts(mut self, posts: Vec<(Value, Value)>) -> Self {
        for (post, metadata) in posts {
            let urn = post["id"].as_str().unwrap().to_owned();
            self.metadata.insert(urn, metadata);
            self.posts.push(post);
        }
        self
    }

    pub(super) fn with_comments(mut self, below: &str, comments: Vec<Value>) -> Self {
        self.comments.insert(below.to_owned(), comments);
        self
    }

    pub(super) fn answering(mut self, path: &'static str, answer: Answer) -> Self {
        self.answers.push((path, answer));
        self
    }

    pub(super) async fn start(self) -> Server {
        Server::start(move |asked| self.answer(asked)).await
    }

    fn answer(&self, asked: &Asked) -> Answer {
        let token = format!("Bearer {TOKEN}");
        assert_eq!(asked.authorization.as_deref(), Some(token.as_str()));
        assert_eq!(asked.header("linkedin-version"), Some("202607"));
        assert_eq!(asked.header("x-restli-protocol-version"), Some("2.0.0"));
        let path = asked.path();
        if let Some((_, answer)) = self.answers.iter().find(|(it, _)| path.starts_with(it)) {
            return answer.clone();
        }
        let one = |name: &str| asked.query(name).pop().unwrap_or_default();
        let start: usize = one("start").parse().unwrap_or(0);
        let segments: Vec<String> = path
            .split('/')
            .skip(2)
            .map(|it| {
                percent_encoding::percent_decode_str(it)
                    .decode_utf8()
                    .unwrap()
                    .into()
            })
            .collect();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        match segments.as_slice() {
            ["organizations"] => {
                assert_eq!(one("q"), "vanityName");
                let found = self.organizations.iter();
                let found: Vec<_> = found
                    .filter(|it| it["vanityName"] == one("vanityName"))
                    .collect();
                Answer::json(json!({"paging": {"start": 0, "count": 10, "links": []},
                    "elements": found}))
            }
            ["organizationsLookup"] => self.lookup(&list(&one("ids"))),
            ["networkSizes", _urn] => {
                assert_eq!(one("edgeType"), "COMPANY_FOLLOWED_BY_MEMBER");
                match &self.followers {
                    Some(size) => Answer::json(json!({"firstDegreeSize": size})),
                    None => problem(404, "NOT_FOUND", "Not found"),
                }
            }
            ["posts"] => {
                assert_eq!(asked.header("x-restli-method"), Some("FINDER"));
                page(&self.posts, start)
            }
            ["socialMetadata"] => {
                let urns = list(&one("ids"));
                let found = self.metadata.iter().filter(|(urn, _)| urns.contains(urn));
                let results: HashMap<_, _> = found.collect();
                Answer::json(json!({"results": results, "statuses": {}, "errors": {}}))
            }
            ["socialActions", urn, "comments"] => {
                let comments = self.comments.get(*urn).map(Vec::as_slice);
                page(comments.unwrap_or_default(), start)
            }
            _ => panic!("{path}"),
        }
    }

    fn lookup(&self, ids: &[String]) -> Answer {
        let mut answer = json!({"results": {}, "statuses": {}, "errors": {}});
        for id in ids {
            let found = self
                .organizations
                .iter()
                .find(|it| it["id"].as_u64() == id.parse().ok());
            answer["statuses"][id] = json!(if found.is_some() { 200 } else { 404 });
            match found {
                Some(organization) => answer["results"][id] = organization.clone(),
                None => answer["errors"][id] = json!({"status": 404, "message": "Not found"}),
            }
        }
        Answer::json(answer)
    }
}

/// The items of a `List(…)`, whose parentheses must have come as they are.
fn list(text: &str) -> Vec<String> {
    let items = text
        .strip_prefix("List(")
        .unwrap()
        .strip_suffix(')')
        .unwrap();
    items.split(',').map(str::to_owned).collect()
}

fn page(items: &[Value], start: usize) -> Answer {
    let elements: Vec<_> = items.iter().skip(start).take(100).collect();
    let end = start + elements.len();
    let links = match end < items.len() {
        true => json!([{"rel": "next", "href": "…", "type": "application/json"}]),
        false => json!([]),
    };
    let paging = json!({"start": start, "count": 100, "links": links});
    Answer::json(json!({"elements": elements, "paging": paging}))
}

pub(super) fn problem(status: u16, code: &str, message: &str) -> Answer {
    let message = format!("{message} ({CANARY})");
    Answer::json(
        json!({"status": status, "serviceErrorCode": 100, "code": code,
        "message": message}),
    )
    .status(status)
}

pub(super) fn organization(id: &str, name: &str) -> Value {
    json!({"id": id.parse::<u64>().unwrap(), "vanityName": name, "localizedName": "Ville de Test",
        "primaryOrganizationType": "NONE", "locations": [],
        "localizedWebsite": "https://www.ville.test"})
}

fn millis(at: &str) -> i64 {
    at.parse::<Timestamp>().unwrap().as_millisecond()
}

pub(super) fn post(urn: &str, at: &str) -> Value {
    json!({"id": urn, "author": format!("urn:li:organization:{ID}"), "commentary": "Réunion",
        "publishedAt": millis(at), "createdAt": millis(at) - 5, "lastModifiedAt": millis(at) + 9,
        "lifecycleState": "PUBLISHED", "visibility": "PUBLIC"})
}

pub(super) fn metadata(comments: u64) -> Value {
    json!({"entity": "urn:li:activity:7123",
        "reactionSummaries": {"LIKE": {"reactionType": "LIKE", "count": 40},
            "PRAISE": {"reactionType": "PRAISE", "count": 3}},
        "commentSummary": {"count": comments, "topLevelCount": comments}, "commentsState": "OPEN"})
}

/// A comment with so many replies; `actor` is a citizen where nothing is said.
pub(super) fn comment(urn: &str, at: &str, replies: u64, actor: Option<&str>) -> Value {
    let citizen = format!("urn:li:person:{CANARY}");
    json!({"id": "7124", "$URN": urn, "actor": actor.unwrap_or(&citizen),
        "created": {"time": millis(at), "actor": citizen}, "message": {"text": CANARY},
        "commentsSummary": {"aggregatedTotalComments": replies,
            "totalFirstLevelComments": replies}})
}
