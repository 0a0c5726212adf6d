//! Posts of the organisations that granted them, and their counters.

use beffroi_model::PostKind;
use serde_json::{Map, Value, json};

use super::{
    super::network::{Call, Service},
    PLATFORM,
    organization::{self, Organization},
    rest,
};
use crate::{
    answer::Answer,
    world::{kinds, network::Post},
};

/// The posts of an organisation, those changed last first.
pub(super) fn list(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let is_finder = call.header("x-restli-method") == Some("FINDER");
    let (Some("author"), Some(urn), true) =
        (call.parameter("q"), call.parameter("author"), is_finder)
    else {
        return rest::illegal("The finder author and its parameter are required");
    };
    let found = organization::by_urn(service, urn).filter(|found| found.grants);
    let Some(found) = found else {
        // A page that is not administered and one that is not there look the same.
        return rest::denied("posts.FINDER-author");
    };
    let mut posts: Vec<(i64, Value)> = Vec::new();
    for post in &found.life.posts {
        let at = post.at;
        let modified = modified(&found, post);
        let mut written = json!({
            "id": found.post_urn(at),
            "author": urn,
            "commentary": "Information municipale",
            "visibility": "PUBLIC",
            "lifecycleState": "PUBLISHED",
            "publishedAt": at * 1000,
            "createdAt": at * 1000 - 500,
            "lastModifiedAt": modified * 1000,
            "isReshareDisabledByAuthor": false,
        });
        show(&mut written, at);
        posts.push((modified, written));
    }
    if let Some(last) = found.life.posts.last() {
        let at = last.at + 5;
        posts.push((
            at,
            json!({
                "id": format!("urn:li:share:{}", organization::number(found.account, at)),
                "author": urn,
                "lifecycleState": "DRAFT",
                "createdAt": at * 1000,
                "lastModifiedAt": at * 1000,
            }),
        ));
    }
    posts.sort_by_key(|(modified, _)| std::cmp::Reverse(*modified));
    rest::page(call, 10, posts.into_iter().map(|(_, post)| post).collect())
}

/// Puts into a post what that of the moment shows.
fn show(post: &mut Value, at: i64) {
    let media = |kind: &str| json!({"media": {"id": format!("urn:li:{kind}:C{at}")}});
    post["content"] = match kinds::kind(PLATFORM, at) {
        Some(PostKind::Image) => media("image"),
        Some(PostKind::Video) => media("video"),
        Some(PostKind::Document) => media("document"),
        Some(PostKind::Album) => json!({"multiImage": {"images": [{"id": "urn:li:image:C1"}]}}),
        Some(PostKind::Link) => json!({"article": {"source": "https://www.mairie.test/"}}),
        Some(PostKind::Poll) => json!({"poll": {"question": "Quel jour ?"}}),
        Some(PostKind::Repost) => {
            post["reshareContext"] = json!({"parent": format!("urn:li:share:{at}")});
            return;
        }
        Some(_) => return,
        // What has no member of its own in the documentation read.
        None => json!({"celebration": {}}),
    };
}

/// Some posts are corrected some days later.
fn modified(organization: &Organization<'_>, post: &Post) -> i64 {
    match post.at % 11 {
        0 => (post.at + 2 * 86_400).min(organization.life.posts.last().map_or(post.at, |it| it.at)),
        _ => post.at,
    }
}

/// A post that may be seen, by its URN.
pub(super) fn find<'a>(service: &Service<'a>, urn: &str) -> Option<(Organization<'a>, Post)> {
    let rest = urn.strip_prefix("urn:li:")?;
    let (kind, number) = rest.split_once(':')?;
    let number: u64 = number.parse().ok()?;
    let organization = organization::owner(service, number).filter(|it| it.grants)?;
    let posts = organization.life.posts.iter();
    let post = posts
        .into_iter()
        .find(|post| organization::number(organization.account, post.at) == number)?
        .clone();
    // A post is also an activity, of the same number here.
    let is_named = kind == "activity" || organization.post_urn(post.at) == urn;
    is_named.then_some((organization, post))
}

/// Counters of many posts.
pub(super) fn metadata(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let Some(urns) = rest::list(call, "ids") else {
        return rest::illegal("Invalid list of ids");
    };
    let (mut results, mut statuses, mut errors) = (Map::new(), Map::new(), Map::new());
    for urn in urns {
        match find(service, urn) {
            Some((organization, post)) => {
                results.insert(urn.to_owned(), counters(&organization, &post));
                statuses.insert(urn.to_owned(), 200.into());
            }
            None => {
                statuses.insert(urn.to_owned(), 403.into());
                let error = json!({"status": 403, "message": "Forbidden"});
                errors.insert(urn.to_owned(), error);
            }
        }
    }
    let answer = json!({"results": results, "statuses": statuses, "errors": errors});
    Answer::json(200, &answer)
}

/// Counters of one post.
pub(super) fn metadata_of(service: &Service<'_>, urn: &str) -> Answer {
    match find(service, urn) {
        Some((organization, post)) => Answer::json(200, &counters(&organization, &post)),
        None => rest::denied("socialMetadata.GET"),
    }
}

/// The answer speaks of the activity, whatever the post's own URN is.
fn counters(organization: &Organization<'_>, post: &Post) -> Value {
    let mut reactions = Map::new();
    let praise = post.reactions / 5;
    for (kind, count) in [("LIKE", post.reactions - praise), ("PRAISE", praise)] {
        if count > 0 {
            reactions.insert(
                kind.to_owned(),
                json!({"reactionType": kind, "count": count}),
            );
        }
    }
    let number = organization::number(organization.account, post.at);
    json!({
        "entity": format!("urn:li:activity:{number}"),
        "reactionSummaries": reactions,
        "commentSummary": {"count": post.all_comments(), "topLevelCount": post.direct_comments()},
        "commentsState": if post.all_comments() == 0 && post.at % 7 == 0 { "CLOSED" } else { "OPEN" },
    })
}
