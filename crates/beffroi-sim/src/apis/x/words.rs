//! The two spellings of X's words (fact sheet, section 3): `tweet` as the pages have them, and `post`
//! as the OpenAPI file has since version 2.167.

use serde_json::Value;

use super::{super::network::Call, problem::Problem};

const RENEWED: [(&str, &str); 5] = [
    ("retweet_count", "repost_count"),
    ("tweet_count", "post_count"),
    ("referenced_tweets", "referenced_posts"),
    ("edit_history_tweet_ids", "edit_history_post_ids"),
    ("tweets", "posts"),
];

/// Puts an answer into the newer words.
pub(super) fn renew(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (old, new) in RENEWED {
                if let Some(value) = fields.remove(old) {
                    fields.insert(new.to_owned(), value);
                }
            }
            fields.values_mut().for_each(renew);
        }
        Value::Array(items) => items.iter_mut().for_each(renew),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Fields of a post, in the older words.
const POST_FIELDS: [&str; 14] = [
    "id",
    "text",
    "created_at",
    "author_id",
    "conversation_id",
    "in_reply_to_user_id",
    "referenced_tweets",
    "edit_history_tweet_ids",
    "reply_settings",
    "public_metrics",
    "lang",
    "possibly_sensitive",
    "attachments",
    "entities",
];

const USER_FIELDS: [&str; 14] = [
    "id",
    "name",
    "username",
    "created_at",
    "public_metrics",
    "protected",
    "verified",
    "verified_type",
    "withheld",
    "url",
    "entities",
    "description",
    "location",
    "most_recent_tweet_id",
];

/// What is asked for of a user.
pub(super) fn user_fields<'c>(call: &'c Call<'_>) -> Result<Vec<&'c str>, Problem> {
    fields(call, "user.fields", &USER_FIELDS)
}

/// What is asked for of posts.
#[derive(Debug, Default)]
pub(super) struct PostWishes<'c> {
    /// Fields, in the older words.
    pub(super) fields: Vec<&'c str>,
    /// Whether what a post refers to is to come with it.
    pub(super) with_references: bool,
}

/// Reads the wishes. In the newer words, which only a simulator of the newer API knows, what a post
/// refers to comes by an expansion alone.
pub(super) fn post_wishes<'c>(call: &'c Call<'_>, is_new: bool) -> Result<PostWishes<'c>, Problem> {
    let mut wishes = PostWishes {
        fields: fields(call, "tweet.fields", &POST_FIELDS)?,
        with_references: false,
    };
    match (call.parameter("post.fields"), is_new) {
        (None, _) => {}
        (Some(value), false) => {
            return Err(Problem::invalid(
                "post.fields",
                value,
                "The query parameter [post.fields] is not known",
            ));
        }
        (Some(_), true) => {
            let known: Vec<&str> = POST_FIELDS
                .into_iter()
                .filter(|field| !field.contains("tweet"))
                .collect();
            wishes.fields.extend(fields(call, "post.fields", &known)?);
        }
    }
    let expansions = call.parameter("expansions").unwrap_or_default();
    for expansion in expansions.split(',').filter(|name| !name.is_empty()) {
        match expansion {
            "referenced_tweets.id" => wishes.with_references = true,
            "referenced_posts" | "referenced_posts.id" if is_new => {
                wishes.with_references = true;
                wishes.fields.push("referenced_tweets");
            }
            "author_id" | "in_reply_to_user_id" => {}
            other => {
                return Err(Problem::invalid(
                    "expansions",
                    other,
                    "The expansion is not known",
                ));
            }
        }
    }
    Ok(wishes)
}

fn fields<'c>(call: &'c Call<'_>, name: &str, known: &[&str]) -> Result<Vec<&'c str>, Problem> {
    let asked = call.parameter(name).unwrap_or_default();
    let asked: Vec<&str> = asked.split(',').filter(|field| !field.is_empty()).collect();
    match asked.iter().find(|field| !known.contains(field)) {
        Some(unknown) => Err(Problem::invalid(name, unknown, "The field is not known")),
        None => Ok(asked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_newer_words_stand_everywhere() {
        let mut value = json!({
            "data": [{"public_metrics": {"retweet_count": 1, "reply_count": 2}}],
            "includes": {"tweets": [{"edit_history_tweet_ids": ["1"]}]},
        });
        renew(&mut value);
        let renewed = json!({
            "data": [{"public_metrics": {"repost_count": 1, "reply_count": 2}}],
            "includes": {"posts": [{"edit_history_post_ids": ["1"]}]},
        });
        assert_eq!(value, renewed);
    }
}
