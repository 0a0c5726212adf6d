//! Comments below a post, and the replies to a comment: two levels, no more.

use serde_json::{Value, json};

use super::{
    super::{
        citizen,
        network::{Call, Service},
    },
    organization::{Organization, number},
    posts, rest,
};
use crate::{
    answer::Answer,
    world::{network::Post, social::VisitorThread},
};

/// What was said below a post or a comment, by that one's URN.
pub(super) fn comments(service: &Service<'_>, call: &Call<'_>, urn: &str) -> Answer {
    let comment = urn
        .strip_prefix("urn:li:comment:(")
        .and_then(|rest| rest.strip_suffix(')'))
        .and_then(|rest| rest.split_once(','));
    let post_urn = comment.map_or(urn, |(post, _)| post);
    let Some((organization, post)) = posts::find(service, post_urn) else {
        return rest::denied("socialActions.comments.GET_ALL");
    };
    let said = match comment {
        None => below_post(&organization, &post),
        Some((_, id)) => {
            let thread = post.threads.iter().find(|thread| {
                number(organization.account, thread.opened_ms / 1000).to_string() == id
            });
            let Some(thread) = thread else {
                return rest::error(404, None, "NOT_FOUND", "Comment not found");
            };
            below_comment(&organization, &post, thread)
        }
    };
    rest::page(call, 10, said)
}

fn below_post(organization: &Organization<'_>, post: &Post) -> Vec<Value> {
    let mut said: Vec<(i64, Value)> = Vec::new();
    for thread in &post.threads {
        let at = thread.opened_ms / 1000;
        let mut comment = comment(
            organization,
            post,
            at,
            &person(thread.visitor),
            thread.visitor,
        );
        let replies = thread.steps.len();
        // Some of those without replies say nothing of them.
        if replies > 0 || at % 2 == 0 {
            comment["commentsSummary"] = json!({
                "aggregatedTotalComments": replies,
                "totalFirstLevelComments": replies,
            });
        }
        said.push((at, comment));
    }
    for at in &post.own_comments {
        said.push((
            *at,
            comment(organization, post, *at, &organization.urn(), 0),
        ));
    }
    said.sort_by_key(|(at, _)| *at);
    said.into_iter().map(|(_, comment)| comment).collect()
}

fn below_comment(
    organization: &Organization<'_>,
    post: &Post,
    thread: &VisitorThread,
) -> Vec<Value> {
    let replies = thread.steps.iter().map(|step| {
        let actor = match step.own {
            true => organization.urn(),
            false => person(thread.visitor + 1),
        };
        comment(
            organization,
            post,
            step.at_ms / 1000,
            &actor,
            thread.visitor,
        )
    });
    replies.collect()
}

fn comment(
    organization: &Organization<'_>,
    post: &Post,
    at: i64,
    actor: &str,
    visitor: u32,
) -> Value {
    let activity = number(organization.account, post.at);
    let id = number(organization.account, at);
    json!({
        "id": id.to_string(),
        "$URN": format!("urn:li:comment:(urn:li:activity:{activity},{id})"),
        "object": format!("urn:li:activity:{activity}"),
        "actor": actor,
        "created": {"time": at * 1000, "actor": actor},
        "lastModified": {"time": at * 1000},
        "message": {"text": citizen::text(visitor), "attributes": []},
    })
}

fn person(visitor: u32) -> String {
    format!("urn:li:person:{}", citizen::name(visitor))
}
