//! Visitors' threads and the account's answers.

use super::*;

#[tokio::test]
async fn an_account_without_posts_has_an_empty_dialogue() {
    let seen = visit(Instance::new(account(), Vec::new()))
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert!(seen.posts.is_empty());
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
}

#[tokio::test]
async fn a_thread_of_several_statuses_is_one_post_and_replies_below_it_count() {
    let statuses = vec![
        status("12", "2026-11-21T09:02:00Z", Some("11"), 1),
        status("11", "2026-11-21T09:01:00Z", Some("10"), 1),
        status("10", "2026-11-21T09:00:00Z", None, 1),
    ];
    let mut continuation = message("11", "2026-11-21T09:01:00Z", "10");
    continuation["id"] = json!("11");
    let mut end = message("12", "2026-11-21T09:02:00Z", "11");
    end["id"] = json!("12");
    let question = message("c1", "2026-11-21T10:00:00Z", "12");
    let instance =
        Instance::new(account(), statuses).with_context("10", vec![continuation, end, question]);
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.posts.len(), 1);
    let threads = seen.threads.known().unwrap();
    assert_eq!(threads.len(), 1);
    assert_eq!(threads[0].post_id, "10");
}

#[tokio::test]
async fn no_context_is_asked_where_nobody_else_replied() {
    let statuses = vec![
        status("11", "2026-11-21T09:01:00Z", Some("10"), 0),
        status("10", "2026-11-21T09:00:00Z", None, 1),
    ];
    let seen = visit(Instance::new(account(), statuses)).await.measurement;
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
    assert_eq!(seen.fetches.len(), 3);
}

#[tokio::test]
async fn a_conversation_cut_at_the_limit_makes_the_dialogue_unknown() {
    let replies = (0..requests::ANONYMOUS_DESCENDANTS)
        .map(|index| message(&format!("c{index}"), "2026-11-21T10:00:00Z", "10"))
        .collect();
    let instance = Instance::new(
        account(),
        vec![status("10", "2026-11-21T09:00:00Z", None, 70)],
    )
    .with_context("10", replies);
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
    assert_eq!(
        seen.unavailable[&FigureName::Dialogue],
        MissingReason::Truncated
    );
}

#[tokio::test]
async fn a_reply_that_seems_to_precede_its_question_answers_at_once() {
    let instance = Instance::new(
        account(),
        vec![status("10", "2026-11-21T09:00:00Z", None, 1)],
    )
    .with_context(
        "10",
        vec![
            message("c1", "2026-11-21T10:00:00Z", "10"),
            message("m1", "2026-11-21T09:59:00Z", "c1-citizen-canary"),
        ],
    );
    let threads = visit(instance).await.measurement.threads.known().unwrap();
    assert_eq!(threads[0].reply_delay_secs(), Some(0));
}

#[tokio::test]
async fn a_context_that_fails_costs_the_dialogue_and_nothing_else() {
    for (answer, reason) in [
        (Answer::page(502, "<html>"), MissingReason::CallFailed),
        (Answer::page(200, "oops"), MissingReason::CallFailed),
        (Answer::error(401, "login"), MissingReason::LoginRequired),
    ] {
        let measured = visit(talking().with("/api/v1/statuses/10/context", answer)).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(measured.retry, None);
        assert_eq!(measured.measurement.posts.len(), 1);
        assert_eq!(measured.measurement.threads, Figure::Missing(reason));
    }
}

/// Two posts with a question each, of which the newer one was deleted when it came to its context.
fn deleted_in_between() -> Instance {
    let statuses = vec![
        status("20", "2026-11-22T09:00:00Z", None, 1),
        status("10", "2026-11-21T09:00:00Z", None, 1),
    ];
    Instance::new(account(), statuses)
        .with_context("10", vec![message("c1", "2026-11-21T10:00:00Z", "10")])
}

#[tokio::test]
async fn a_post_deleted_in_between_costs_nothing_but_itself() {
    let seen = visit(deleted_in_between()).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, ["10"]);
    let threads = seen.threads.known().unwrap();
    assert_eq!(threads.len(), 1);
    assert_eq!(threads[0].post_id, "10");
}

#[tokio::test]
async fn a_context_that_is_not_found_below_a_post_that_is_makes_the_dialogue_unknown() {
    let post = status("20", "2026-11-22T09:00:00Z", None, 1);
    let instance = deleted_in_between().with("/api/v1/statuses/20", Answer::json(post));
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.posts.len(), 2);
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
}
