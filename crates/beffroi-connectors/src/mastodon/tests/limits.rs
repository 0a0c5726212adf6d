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
