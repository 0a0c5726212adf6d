//! Lists of Facebook's graph: cut into pages, by cursors and by time.

use serde_json::{Value, json};

use super::{
    GraphError, after, comments, cursor, facebook,
    fields::{Arguments, Field},
    moment,
    nodes::{Graph, Node},
};

/// Rows of a list if the client does not say, and at the most.
const PAGE: usize = 25;
const MAX_PAGE: usize = 100;

impl<'a> Graph<'a> {
    /// A list as a field: left out when there is nothing in it, unless its total is asked for.
    pub(super) fn expanded(
        &mut self,
        node: &Node<'a>,
        field: &Field,
    ) -> Result<Option<Value>, GraphError> {
        let edge = self.edge(node, &field.name, &field.arguments, field.fields.as_deref())?;
        let is_empty = edge["data"].as_array().is_some_and(Vec::is_empty);
        let is_bare = edge.get("summary").is_none() && edge["paging"].get("next").is_none();
        Ok((!is_empty || !is_bare).then_some(edge))
    }

    /// A list.
    pub(super) fn edge(
        &mut self,
        node: &Node<'a>,
        name: &str,
        arguments: &Arguments,
        fields: Option<&[Field]>,
    ) -> Result<Value, GraphError> {
        let place = Place::read(arguments)?;
        let (rows, mut list): (Vec<(i64, Node<'a>)>, Value) = match (node, name) {
            (Node::Page, "posts" | "feed" | "published_posts") => {
                let posts = facebook::listed(self.life);
                let rows = posts.map(|post| (post.at, Node::Post(post)));
                let rows = rows.filter(|(at, _)| place.holds(*at));
                (rows.collect(), json!({}))
            }
            (Node::Post(post), "comments") => {
                let all_levels = arguments.get("filter") == Some("stream");
                let mut rows = comments::of_post(post);
                rows.retain(|comment| all_levels || comment.parent.is_none());
                let total = comments::total(self.account, post, all_levels);
                let is_reverse = arguments.get("order") == Some("reverse_chronological");
                if is_reverse {
                    rows.reverse();
                }
                let order = if is_reverse {
                    "reverse_chronological"
                } else {
                    "chronological"
                };
                let rows = rows.into_iter().map(|it| (it.at, Node::Comment(post, it)));
                let list = match arguments.get("summary") {
                    Some("0" | "false") | None => json!({}),
                    Some(_) => json!({"summary": {
                        "order": order, "total_count": total, "can_comment": false,
                    }}),
                };
                (rows.collect(), list)
            }
            (Node::Comment(post, parent), "comments") => {
                let mut rows = comments::of_post(post);
                rows.retain(|comment| comment.parent == Some(parent.at));
                let rows = rows.into_iter().map(|it| (it.at, Node::Comment(post, it)));
                (rows.collect(), json!({}))
            }
            _ => {
                let message = format!(
                    "(#100) Tried accessing nonexisting field ({name}) on node type ({})",
                    node.kind()
                );
                return Err(GraphError::bad_parameter(message));
            }
        };
        let page = self.cut(rows, &place)?;
        let mut data = Vec::with_capacity(page.rows.len());
        for (_, row) in &page.rows {
            data.push(self.node(row, fields)?);
        }
        self.rows += data.len();
        list["data"] = data.into();
        if let Some((before, behind)) = page.cursors {
            list["paging"] = json!({"cursors": {"before": before, "after": behind}});
            if page.is_more {
                list["paging"]["next"] = self.next(node, name, arguments, &behind).into();
            }
        }
        Ok(list)
    }

    /// Cuts a page out of a list. Pages may be short, and once in a while one is empty although the
    /// list goes on.
    fn cut(&self, mut rows: Vec<(i64, Node<'a>)>, place: &Place) -> Result<Cut<'a>, GraphError> {
        if let Some(text) = &place.after {
            let (text, is_gap_seen) = match text.strip_suffix('~') {
                Some(text) => (text, true),
                None => (text.as_str(), false),
            };
            let start = after(text).and_then(|at| rows.iter().position(|(it, _)| *it == at));
            let Some(start) = start else {
                let message = "(#100) Invalid cursors values";
                return Err(GraphError::bad_parameter(message));
            };
            rows.drain(..=start);
            let has_gap =
                self.account.is("gap", 0.1) && matches!(rows.first(), Some((_, Node::Post(_))));
            if has_gap && !is_gap_seen && place.limit > 0 {
                return Ok(Cut {
                    rows: Vec::new(),
                    cursors: Some((text.to_owned(), format!("{text}~"))),
                    is_more: true,
                });
            }
        }
        let mut length = place.limit;
        let is_short = rows.first().is_some_and(|(at, _)| at % 5 == 0);
        if is_short && length > 3 && rows.len() > length {
            length -= 2;
        }
        let is_more = rows.len() > length;
        rows.truncate(length);
        let ends = rows.first().zip(rows.last());
        Ok(Cut {
            cursors: ends.map(|((first, _), (last, _))| (cursor(*first), cursor(*last))),
            rows,
            is_more,
        })
    }

    /// Address of the next page; it holds the secret.
    fn next(&self, node: &Node<'_>, edge: &str, arguments: &Arguments, behind: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("access_token", self.secret);
        for (name, value) in &arguments.0 {
            if !matches!(name.as_str(), "after" | "access_token" | "as") {
                query.append_pair(name, value);
            }
        }
        query.append_pair("after", behind);
        format!("{}/{}/{edge}?{}", self.base, self.id(node), query.finish())
    }
}

/// A page of a list.
struct Cut<'a> {
    rows: Vec<(i64, Node<'a>)>,
    cursors: Option<(String, String)>,
    is_more: bool,
}

/// Which part of a list is asked for.
struct Place {
    since: i64,
    until: i64,
    after: Option<String>,
    limit: usize,
}

impl Place {
    fn read(arguments: &Arguments) -> Result<Self, GraphError> {
        let bad =
            |name: &str| GraphError::bad_parameter(format!("(#100) Invalid parameter {name}"));
        let bound = |name, default| match arguments.get(name) {
            Some(text) => moment(text).ok_or_else(|| bad(name)),
            None => Ok(default),
        };
        let limit = match arguments.get("limit").map(str::parse::<usize>) {
            None => PAGE,
            Some(Ok(limit @ 0..=MAX_PAGE)) => limit,
            Some(_) => return Err(bad("limit")),
        };
        Ok(Self {
            since: bound("since", i64::MIN)?,
            until: bound("until", i64::MAX)?,
            after: arguments.get("after").map(str::to_owned),
            limit,
        })
    }

    fn holds(&self, at: i64) -> bool {
        (self.since..=self.until).contains(&at)
    }
}
