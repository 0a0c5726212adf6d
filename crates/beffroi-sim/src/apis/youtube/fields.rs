//! Partial answers: `fields=kind,items(id,snippet/publishedAt)`.

use serde_json::{Map, Value};

/// Names of all fields that the methods served here have. Another name is refused.
const KNOWN: [&str; 61] = [
    "kind",
    "etag",
    "pageInfo",
    "totalResults",
    "resultsPerPage",
    "nextPageToken",
    "prevPageToken",
    "items",
    "id",
    "snippet",
    "title",
    "description",
    "customUrl",
    "publishedAt",
    "publishTime",
    "country",
    "thumbnails",
    "default",
    "url",
    "width",
    "height",
    "contentDetails",
    "relatedPlaylists",
    "likes",
    "uploads",
    "statistics",
    "viewCount",
    "subscriberCount",
    "hiddenSubscriberCount",
    "videoCount",
    "status",
    "privacyStatus",
    "isLinked",
    "videoId",
    "videoPublishedAt",
    "channelId",
    "channelTitle",
    "categoryId",
    "liveBroadcastContent",
    "duration",
    "dimension",
    "definition",
    "caption",
    "likeCount",
    "favoriteCount",
    "commentCount",
    "canReply",
    "totalReplyCount",
    "isPublic",
    "topLevelComment",
    "replies",
    "comments",
    "textDisplay",
    "textOriginal",
    "authorDisplayName",
    "authorChannelUrl",
    "authorChannelId",
    "value",
    "parentId",
    "updatedAt",
    "liveStreamingDetails",
];

/// What a mask chooses of an object: all of it, or some of each field named.
#[derive(Debug, Default)]
struct Mask {
    all: bool,
    fields: Vec<(String, Mask)>,
}

/// The fields of an answer that a mask names; `None` when the mask cannot be read or names a field
/// that no method has.
pub(super) fn only(value: &Value, mask: &str) -> Option<Value> {
    let mut parser = Parser { rest: mask.trim() };
    let mask = parser.list()?;
    parser.rest.is_empty().then(|| mask.apply(value))
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    /// `a,b/c,d(e,f)` up to the end or a closing bracket.
    fn list(&mut self) -> Option<Mask> {
        let mut mask = Mask::default();
        loop {
            self.path(&mut mask)?;
            match self.rest.strip_prefix(',') {
                Some(rest) => self.rest = rest.trim_start(),
                None => return Some(mask),
            }
        }
    }

    fn path(&mut self, mask: &mut Mask) -> Option<()> {
        let end = self
            .rest
            .find(['/', '(', ')', ','])
            .unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        let name = name.trim();
        self.rest = rest;
        if name == "*" {
            mask.all = true;
            return Some(());
        }
        if !KNOWN.contains(&name) {
            return None;
        }
        let mut below = Mask::default();
        if let Some(rest) = self.rest.strip_prefix('/') {
            self.rest = rest;
            self.path(&mut below)?;
        } else if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest;
            below = self.list()?;
            self.rest = self.rest.strip_prefix(')')?.trim_start();
        } else {
            below.all = true;
        }
        match mask.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => known.add(below),
            None => mask.fields.push((name.to_owned(), below)),
        }
        Some(())
    }
}

impl Mask {
    fn add(&mut self, other: Self) {
        self.all |= other.all;
        self.fields.extend(other.fields);
    }

    fn apply(&self, value: &Value) -> Value {
        match value {
            _ if self.all => value.clone(),
            Value::Array(items) => items.iter().map(|item| self.apply(item)).collect(),
            Value::Object(fields) => {
                let mut chosen = Map::new();
                for (name, below) in &self.fields {
                    if let Some(value) = fields.get(name) {
                        chosen.insert(name.clone(), below.apply(value));
                    }
                }
                Value::Object(chosen)
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_mask_leaves_what_it_names() {
        let whole = json!({
            "kind": "k", "etag": "e",
            "items": [
                {"id": "1", "snippet": {"title": "t", "publishedAt": "p"}, "statistics": {"viewCount": "5"}},
                {"id": "2"},
            ],
        });
        let only = |mask| only(&whole, mask);
        assert_eq!(
            only("kind,items(id,snippet/publishedAt)"),
            Some(
                json!({"kind": "k", "items": [{"id": "1", "snippet": {"publishedAt": "p"}}, {"id": "2"}]})
            )
        );
        assert_eq!(
            only("items/statistics(viewCount)"),
            Some(json!({"items": [{"statistics": {"viewCount": "5"}}, {}]}))
        );
        assert_eq!(only("*"), Some(whole.clone()));
        for wrong in [
            "",
            "items(id",
            "items)id",
            "item",
            "items(views)",
            "kind,,etag",
        ] {
            assert_eq!(only(wrong), None, "{wrong}");
        }
    }
}
