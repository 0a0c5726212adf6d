//! The addresses that are asked: reads of API v2, all of them GETs.
//!
//! Source: the pages and `openapi.json` of xdevplatform/docs, 22 August 2026. The file's version
//! 2.167 has other words than the pages, see [`FieldNames`]; in its words, what a post refers to
//! comes by an expansion alone.

use jiff::Timestamp;
use url::Url;

use super::settings::FieldNames;

/// Most users that one request names.
pub(super) const USERS_PER_CALL: usize = 100;

/// Most posts that one request names.
pub(super) const POSTS_PER_CALL: usize = 100;

/// Accounts of one search. A clause is `to:` and a name of 15 characters at the most, and a query
/// holds 512 characters on pay-per-use.
pub(super) const ACCOUNTS_PER_SEARCH: usize = 20;

/// Posts of one page (documented maximum).
pub(super) const POSTS_PER_PAGE: usize = 100;

/// What is wanted of a user. `url` is X's own short link; `entities` says where it leads.
const USER_FIELDS: &str = "created_at,public_metrics,protected,url,entities";

/// From where on an account's posts are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since<'a> {
    /// After the newest post that is known.
    Post(&'a str),
    /// From a moment on.
    Moment(Timestamp),
}

/// Users by their names of today.
pub(super) fn users_by_name(base: &Url, names: &[&str]) -> Url {
    let names = names.join(",");
    query(
        base,
        "/2/users/by",
        [("usernames", names.as_str()), ("user.fields", USER_FIELDS)],
    )
}

/// Users by their ids, which outlive every name.
pub(super) fn users_by_id(base: &Url, ids: &[&str]) -> Url {
    let ids = ids.join(",");
    query(
        base,
        "/2/users",
        [("ids", ids.as_str()), ("user.fields", USER_FIELDS)],
    )
}

/// What the app has consumed this month.
pub(super) fn usage(base: &Url) -> Url {
    let mut url = base.clone();
    url.set_path("/2/usage/tweets");
    url
}

/// A page of what a user wrote: reposts left out, own replies only when they are wanted.
pub(super) fn timeline(
    base: &Url,
    names: FieldNames,
    user_id: &str,
    since: Since<'_>,
    with_replies: bool,
    token: Option<&str>,
) -> Url {
    let since = match since {
        Since::Post(id) => ("since_id", id.to_owned()),
        Since::Moment(moment) => ("start_time", seconds(moment)),
    };
    let exclude = if with_replies {
        "retweets"
    } else {
        "retweets,replies"
    };
    let mut url = query(
        base,
        &format!("/2/users/{user_id}/tweets"),
        [
            ("max_results", POSTS_PER_PAGE.to_string().as_str()),
            (since.0, &since.1),
            ("exclude", exclude),
        ],
    );
    add_fields(
        &mut url,
        names,
        "created_at,public_metrics,conversation_id,reply_settings,attachments,entities",
        true,
    );
    if let Some(token) = token {
        url.query_pairs_mut().append_pair("pagination_token", token);
    }
    url
}

/// The counters of known posts.
pub(super) fn posts(base: &Url, names: FieldNames, ids: &[&str]) -> Url {
    let mut url = query(base, "/2/tweets", [("ids", ids.join(",").as_str())]);
    add_fields(&mut url, names, "public_metrics,reply_settings", false);
    url
}

/// A page of what was replied to any of the users between two moments, the first included.
pub(super) fn replies(
    base: &Url,
    names: FieldNames,
    usernames: &[&str],
    from: Timestamp,
    until: Timestamp,
    token: Option<&str>,
) -> Url {
    let mut url = query(
        base,
        "/2/tweets/search/recent",
        [
            ("query", replies_query(usernames).as_str()),
            ("max_results", POSTS_PER_PAGE.to_string().as_str()),
            ("start_time", &seconds(from)),
            ("end_time", &seconds(until)),
            ("sort_order", "recency"),
        ],
    );
    add_fields(&mut url, names, "created_at,conversation_id", true);
    if let Some(token) = token {
        url.query_pairs_mut().append_pair("next_token", token);
    }
    url
}

fn replies_query(usernames: &[&str]) -> String {
    let clauses: Vec<String> = usernames.iter().map(|name| format!("to:{name}")).collect();
    format!("({}) -is:retweet", clauses.join(" OR "))
}

/// The fields wanted of a post, and what it refers to.
fn add_fields(url: &mut Url, names: FieldNames, fields: &str, with_references: bool) {
    let mut pairs = url.query_pairs_mut();
    match (names, with_references) {
        (FieldNames::Tweet, true) => {
            let references = "author_id,referenced_tweets,edit_history_tweet_ids";
            pairs.append_pair("tweet.fields", &format!("{fields},{references}"));
        }
        (FieldNames::Tweet, false) => {
            pairs.append_pair("tweet.fields", fields);
        }
        (FieldNames::Post, true) => {
            pairs.append_pair("post.fields", fields);
            pairs.append_pair("expansions", "referenced_posts");
        }
        (FieldNames::Post, false) => {
            pairs.append_pair("post.fields", fields);
        }
    }
}

fn query<'a>(
    base: &Url,
    path: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Url {
    let mut url = base.clone();
    url.set_path(path);
    url.set_query(None);
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// A moment as the API takes it: whole seconds.
fn seconds(moment: Timestamp) -> String {
    let whole = Timestamp::from_second(moment.as_second());
    whole.unwrap_or(moment).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Url {
        "https://api.x.com".parse().unwrap()
    }

    #[test]
    fn the_addresses_are_those_of_the_documentation() {
        assert_eq!(
            users_by_name(&base(), &["villedetest", "b_1"]).as_str(),
            "https://api.x.com/2/users/by?usernames=villedetest%2Cb_1\
             &user.fields=created_at%2Cpublic_metrics%2Cprotected%2Curl%2Centities"
        );
        assert_eq!(
            users_by_id(&base(), &["1001", "77"]).as_str(),
            "https://api.x.com/2/users?ids=1001%2C77\
             &user.fields=created_at%2Cpublic_metrics%2Cprotected%2Curl%2Centities"
        );
        let since = Since::Post("2003");
        assert_eq!(
            timeline(
                &base(),
                FieldNames::Tweet,
                "1001",
                since,
                true,
                Some("7140w9")
            )
            .as_str(),
            "https://api.x.com/2/users/1001/tweets?max_results=100&since_id=2003&exclude=retweets\
             &tweet.fields=created_at%2Cpublic_metrics%2Cconversation_id%2Creply_settings\
             %2Cattachments%2Centities%2Cauthor_id%2Creferenced_tweets%2Cedit_history_tweet_ids&pagination_token=7140w9"
        );
        assert_eq!(
            posts(&base(), FieldNames::Tweet, &["1", "2"]).as_str(),
            "https://api.x.com/2/tweets?ids=1%2C2&tweet.fields=public_metrics%2Creply_settings"
        );
    }

    #[test]
    fn the_newer_words_replace_the_older_everywhere() {
        let moment = "2026-10-26T00:00:00.5Z".parse().unwrap();
        let since = Since::Moment(moment);
        let urls = [
            timeline(&base(), FieldNames::Post, "1001", since, false, None),
            posts(&base(), FieldNames::Post, &["1"]),
            replies(&base(), FieldNames::Post, &["a"], moment, moment, None),
        ];
        for url in &urls {
            let query = url.query().unwrap();
            assert!(
                !query.contains("tweet.") && !query.contains("_tweet"),
                "{url}"
            );
            assert!(query.contains("post.fields="), "{url}");
        }
        let asked = urls[0].as_str();
        assert!(asked.contains("start_time=2026-10-26T00%3A00%3A00Z&exclude=retweets%2Creplies"));
    }

    #[test]
    fn the_longest_search_fits_into_a_query() {
        assert_eq!(replies_query(&["a", "b"]), "(to:a OR to:b) -is:retweet");
        let longest = vec!["unnomdequinzeca"; ACCOUNTS_PER_SEARCH];
        assert!(replies_query(&longest).len() <= 512);
    }
}
