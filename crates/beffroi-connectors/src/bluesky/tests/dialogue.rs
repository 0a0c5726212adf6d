//! Visitors' threads and the account's answers.

use super::*;

#[tokio::test]
async fn an_account_without_posts_has_an_empty_dialogue() {
    let seen = visit(AppView::new(Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
}

#[tokio::test]
async fn a_conversation_that_the_feed_shows_whole_is_not_asked_for() {
    let question = reply("c1", "2026-11-20T17:30:00.000Z", "10", "10");
    let answer = reply("20", "2026-11-20T18:10:00.000Z", "10", "c1");
    let view = AppView::new(vec![
        reply_item(answer, question),
        json!({"post": post("10", "2026-11-20T17:00:00.000Z", 1)}),
    ]);
    let seen = visit(view).await.measurement;
    let threads = seen.threads.known().unwrap();
    assert_eq!(threads.len(), 1);
    assert_eq!(threads[0].reply_delay_secs(), Some(2400));
    assert_eq!(seen.fetches.len(), 2);
}

#[tokio::test]
async fn an_own_reply_whose_question_is_not_shown_makes_the_thread_be_asked_for() {
    for parent in [
        json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": true}),
        json!({"$type": "app.bsky.feed.defs#blockedPost", "uri": "at://x", "blocked": true, "author": {"did": CANARY}}),
    ] {
        let answer = reply("20", "2026-11-20T18:10:00.000Z", "10", "c1");
        let view = AppView::new(vec![
            reply_item(answer, parent),
            json!({"post": post("10", "2026-11-20T17:00:00.000Z", 1)}),
        ])
        .with_thread("10", vec![
            json!({"$type": "app.bsky.feed.defs#notFoundPost", "uri": "at://x", "notFound": true}),
            node(reply("c2", "2026-11-20T19:00:00.000Z", "10", "10"), vec![]),
        ]);
        let seen = visit(view).await.measurement;
        assert_eq!(seen.threads.known().unwrap().len(), 1);
        assert_eq!(seen.fetches.len(), 3);
    }
}

#[tokio::test]
async fn a_thread_of_several_posts_is_one_post_and_replies_below_it_count() {
    let mut second = reply("11", "2026-11-20T17:01:00.000Z", "10", "10");
    second["replyCount"] = json!(1);
    let question = reply("c1", "2026-11-20T18:00:00.000Z", "10", "11");
    let first = post("10", "2026-11-20T17:00:00.000Z", 1);
    let view = AppView::new(vec![
        reply_item(second.clone(), first.clone()),
        json!({ "post": first }),
    ])
    .with_thread("10", vec![node(second, vec![node(question, vec![])])]);
    let seen = visit(view).await.measurement;
    assert_eq!(seen.posts.len(), 1);
    let threads = seen.threads.known().unwrap();
    assert_eq!(threads.len(), 1);
    assert_eq!(threads[0].post_id, uri(DID, "10"));
}

#[tokio::test]
async fn a_thread_that_fails_costs_the_dialogue_and_nothing_else() {
    for answer in [
        invalid_request("something else"),
        Answer::error(404, "XRPCNotSupported"),
        Answer::error(502, "UpstreamFailure"),
        Answer::json(json!({"thread": {"blocked": true}})),
    ] {
        let measured = visit(talking().with_thread_answer("10", answer)).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(measured.retry, None);
        assert_eq!(measured.measurement.posts.len(), 1);
        let failed = MissingReason::CallFailed;
        assert_eq!(measured.measurement.threads, Figure::Missing(failed));
    }
}

#[tokio::test]
async fn a_thread_nested_beyond_reason_is_a_failed_call() {
    let mut deep = String::new();
    for _ in 0..10_000 {
        deep.push_str(r#"{"post":{},"replies":["#);
    }
    let answer = Answer::page(200, &format!(r#"{{"thread":{deep}"#));
    let seen = visit(talking().with_thread_answer("10", answer))
        .await
        .measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
}

#[tokio::test]
async fn a_post_deleted_in_between_costs_nothing_but_itself() {
    let not_found =
        json!({"error": "NotFound", "message": format!("Post not found: {}", uri(DID, "20"))});
    let no_post = json!({"thread": {
        "$type": "app.bsky.feed.defs#notFoundPost", "uri": uri(DID, "20"), "notFound": true,
    }});
    for answer in [
        Answer::json(not_found).status(400),
        invalid_request("Post not found"),
        Answer::json(no_post),
    ] {
        let question = reply("c1", "2026-11-20T19:00:00.000Z", "10", "10");
        let view = AppView::new(vec![
            json!({"post": post("20", "2026-11-21T17:00:00.000Z", 1)}),
            json!({"post": post("10", "2026-11-20T17:00:00.000Z", 1)}),
        ])
        .with_thread_answer("20", answer)
        .with_thread("10", vec![node(question, vec![])]);
        let seen = visit(view).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        let ids: Vec<_> = seen.posts.iter().map(|post| post.post_id.clone()).collect();
        assert_eq!(ids, [uri(DID, "10")]);
        assert_eq!(seen.threads.known().unwrap().len(), 1);
    }
}
