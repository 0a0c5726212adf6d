//! Servers that are busy, in trouble, or answer in another shape.

use super::*;

#[tokio::test]
async fn a_rate_limited_visit_is_tried_again_when_the_server_allows() {
    let reset = Timestamp::now()
        .checked_add(jiff::SignedDuration::from_mins(30))
        .unwrap();
    let reset = Timestamp::from_second(reset.as_second()).unwrap();
    let limited = Answer::error(429, "Too many requests")
        .header("x-ratelimit-limit", "300")
        .header("x-ratelimit-remaining", "0")
        .header("x-ratelimit-reset", format!("{reset:.6}"));
    let instance = Instance::new(account(), Vec::new()).with("/api/v1/accounts/lookup", limited);
    let measured = visit(instance).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    let not_before = measured.retry.unwrap().not_before.unwrap();
    assert!(not_before >= reset, "{not_before} is before {reset}");
}

#[tokio::test]
async fn a_server_in_trouble_is_tried_again() {
    let down = Answer::page(503, "<html><h1>Service unavailable</h1></html>");
    let instance = Instance::new(account(), Vec::new()).with("/api/v1/accounts/lookup", down);
    let measured = visit(instance).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::Http5xx)
    );
    assert!(measured.retry.is_some());
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let lookup = "/api/v1/accounts/lookup";
    let layout = Outcome::Failed(Failed::Layout);
    let blocked = Outcome::Forbidden(Forbidden::Blocked);
    let wall = "<!doctype html><title>Making sure you&#39;re not a bot!</title>";
    let mut cut = account().to_string();
    cut.truncate(40);
    let known = || running(Instance::new(account(), Vec::new()), "mastodon");
    for (answer, expected) in [
        (Answer::json(json!({"account": account()})), layout),
        (Answer::json(json!([])), layout),
        (Answer::page(200, &cut), layout),
        (
            Answer::page(200, "<html><body>Bienvenue</body></html>"),
            layout,
        ),
        (Answer::page(200, wall), blocked),
        (Answer::page(403, wall), blocked),
    ] {
        let instance = known().with(lookup, answer.clone());
        assert_eq!(outcome(instance).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn items_that_cannot_be_read_spoil_nobody_and_are_no_empty_account_alone() {
    let broken = || vec![json!(null), json!("10"), json!({"id": "11"}), json!([])];
    let good = status("10", "2026-11-21T09:00:00Z", None, 1);
    let question = message("c1", "2026-11-21T10:00:00Z", "10");

    let mut statuses = broken();
    statuses.insert(1, good.clone());
    let mut descendants = broken();
    descendants.push(question);
    let instance = Instance::new(account(), statuses).with_context("10", descendants);
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(seen.threads.known().unwrap().len(), 1);

    let seen = visit(Instance::new(account(), broken())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Failed(Failed::Layout));
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );

    let instance = Instance::new(account(), vec![good]).with_context("10", broken());
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
}
