//! Nodes and edges of Facebook's graph, written field by field as they are asked for.

use serde_json::{Map, Value, json};

use super::{
    GraphError,
    comments::{self, Author, Comment},
    facebook,
    fields::Field,
    time,
};
use crate::{
    apis::citizen,
    world::{
        World,
        network::{Life, NetworkAccount, Post},
    },
};

/// Rows of all lists of one answer; beyond, it is "too much data".
const MAX_ROWS: usize = 450;

const REACTIONS: [(&str, f64); 8] = [
    ("LIKE", 0.8),
    ("LOVE", 0.12),
    ("WOW", 0.01),
    ("HAHA", 0.03),
    ("SAD", 0.01),
    ("ANGRY", 0.01),
    ("CARE", 0.02),
    ("THANKFUL", 0.0),
];

/// What a node or an edge is written from.
pub(super) struct Graph<'a> {
    pub(super) world: &'a World,
    pub(super) account: &'a NetworkAccount,
    pub(super) life: &'a Life,
    /// Prefix of the addresses that answers hold: origin and version.
    pub(super) base: String,
    /// The secret, which these addresses hold, too.
    pub(super) secret: &'a str,
    /// Rows written so far.
    pub(super) rows: usize,
}

/// What may be asked for by its id.
#[derive(Debug, Clone)]
pub(super) enum Node<'a> {
    Page,
    Post(&'a Post),
    Comment(&'a Post, Comment),
}

impl Node<'_> {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Page => "Page",
            Self::Post(_) => "PagePost",
            Self::Comment(..) => "Comment",
        }
    }
}

impl<'a> Graph<'a> {
    /// A node with the fields asked for.
    pub(super) fn node(
        &mut self,
        node: &Node<'a>,
        fields: Option<&[Field]>,
    ) -> Result<Value, GraphError> {
        let default = match node {
            Node::Page => "name",
            Node::Post(_) | Node::Comment(..) => "created_time",
        };
        let default = [Field {
            name: default.to_owned(),
            ..Field::default()
        }];
        let mut written = Map::new();
        written.insert("id".to_owned(), self.id(node).into());
        for field in fields.unwrap_or(&default) {
            let name = field.arguments.get("as").unwrap_or(&field.name);
            if let Some(value) = self.field(node, field)? {
                written.insert(name.to_owned(), value);
            }
        }
        if self.rows > MAX_ROWS {
            let message =
                "Please reduce the amount of data you're asking for, then retry your request";
            return Err(GraphError::new(500, 1, None, message));
        }
        Ok(Value::Object(written))
    }

    pub(super) fn id(&self, node: &Node<'_>) -> String {
        match node {
            Node::Page => facebook::page_id(self.account),
            Node::Post(post) => facebook::post_id(self.account, post.at),
            Node::Comment(post, comment) => self.comment_id(post, comment.at),
        }
    }

    fn comment_id(&self, post: &Post, at: i64) -> String {
        format!("{}_{at}", facebook::post_number(self.account, post.at))
    }

    /// A field; nothing where the platform leaves it out.
    fn field(&mut self, node: &Node<'a>, field: &Field) -> Result<Option<Value>, GraphError> {
        let (account, life) = (self.account, self.life);
        let value = match (node, field.name.as_str()) {
            (_, "id") => self.id(node).into(),
            (Node::Page, "name") => {
                let body = &self.world.bodies[account.body as usize].collectivity;
                body.name.as_str().into()
            }
            (Node::Page, "username") => {
                return Ok(facebook::user_name(self.world, account).map(Value::from));
            }
            (Node::Page, "link") => {
                format!("https://www.facebook.com/{}", facebook::page_id(account)).into()
            }
            (Node::Page, "website") if account.is("website", 0.5) => "www.mairie.test".into(),
            (Node::Page, "website") => return Ok(None),
            // Pages from before there were followers have fans alone.
            (Node::Page, "followers_count") if has_only_fans(account) => return Ok(None),
            (Node::Page, "followers_count") => life.followers.into(),
            (Node::Page, "fan_count") if has_only_fans(account) => life.followers.into(),
            (Node::Page, "fan_count") => (life.followers * 19 / 20).into(),
            (Node::Page, "talking_about_count") => (life.followers / 50).into(),
            (Node::Page, "were_here_count" | "rating_count" | "checkins") => 0.into(),
            (Node::Page, "verification_status") => "not_verified".into(),
            (Node::Page, "is_published") => true.into(),
            (Node::Page, "is_unclaimed") => false.into(),
            (Node::Page, "has_transitioned_to_new_page_experience") => true.into(),
            (Node::Page, "category") => "City".into(),
            (Node::Page, "posts" | "feed" | "published_posts") => {
                return self.expanded(node, field);
            }
            (Node::Post(post), "created_time" | "updated_time") => time(post.at).into(),
            (Node::Post(_), "message") => "Information municipale".into(),
            (Node::Post(post), "status_type") => facebook::status_type(post).into(),
            (Node::Post(post), "permalink_url") => {
                let (page, post) = (facebook::page_id(account), post.at);
                match account.is(&format!("video {post}"), 0.1) {
                    true => format!("/{page}/videos/{post}/").into(),
                    false => format!("https://www.facebook.com/{page}/posts/{post}").into(),
                }
            }
            // Left out when there are none.
            (Node::Post(post), "shares") if post.shares == 0 => return Ok(None),
            (Node::Post(post), "shares") => json!({"count": post.shares}),
            (Node::Post(_), "from") => self.named(field, &facebook::page_id(account), "Page"),
            (Node::Post(post), "reactions" | "likes") => return reactions(post, field),
            (Node::Comment(_, comment), "created_time") => time(comment.at).into(),
            (Node::Comment(_, comment), "comment_count") => comment.replies.into(),
            (Node::Comment(..), "like_count") => 0.into(),
            (Node::Comment(..), "is_hidden" | "is_private") => false.into(),
            (Node::Comment(_, comment), "message") => match comment.author {
                Author::Own => "Bonjour, merci de votre message.".into(),
                Author::Page(visitor) | Author::Person(visitor) => citizen::text(visitor).into(),
            },
            (Node::Comment(_, comment), "from") => {
                if !comments::shows_authors(account) {
                    return Ok(None);
                }
                match comment.author {
                    Author::Own => self.named(field, &facebook::page_id(account), "Page"),
                    Author::Page(visitor) => {
                        let name = citizen::name(visitor);
                        self.named(field, &format!("99{visitor:08}"), &name)
                    }
                    Author::Person(_) => return Ok(None),
                }
            }
            (Node::Comment(post, comment), "parent") => {
                let Some(parent) = comment.parent else {
                    return Ok(None);
                };
                json!({"id": self.comment_id(post, parent), "created_time": time(parent)})
            }
            (Node::Post(_) | Node::Comment(..), "comments") => return self.expanded(node, field),
            (_, name) => {
                let message = format!(
                    "(#100) Tried accessing nonexisting field ({name}) on node type ({})",
                    node.kind()
                );
                return Err(GraphError::bad_parameter(message));
            }
        };
        Ok(Some(value))
    }

    fn named(&self, field: &Field, id: &str, name: &str) -> Value {
        let only_id = field
            .fields
            .as_ref()
            .is_some_and(|fields| fields.iter().all(|field| field.name == "id"));
        match only_id {
            true => json!({"id": id}),
            false => json!({"name": name, "id": id}),
        }
    }
}

fn has_only_fans(account: &NetworkAccount) -> bool {
    account.is("only fans", 0.1)
}

/// Reactions: who gave them is withheld, their number is told.
fn reactions(post: &Post, field: &Field) -> Result<Option<Value>, GraphError> {
    let mut left = post.reactions;
    let mut of_kind = Vec::new();
    for (kind, share) in &REACTIONS[1..] {
        let count = ((post.reactions as f64 * share) as u64).min(left);
        left -= count;
        of_kind.push((*kind, count));
    }
    of_kind.push(("LIKE", left));
    let count = match field.arguments.get("type") {
        None if field.name == "likes" => left,
        None => post.reactions,
        Some(asked) => match of_kind.iter().find(|(kind, _)| *kind == asked) {
            Some((_, count)) => *count,
            None => {
                return Err(GraphError::bad_parameter(
                    "(#100) Param type must be one of …",
                ));
            }
        },
    };
    Ok(match field.arguments.get("summary") {
        None | Some("0" | "false") => None,
        Some(_) => Some(json!({"data": [], "summary": {"total_count": count}})),
    })
}
