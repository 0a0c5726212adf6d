//! A server that is busy, or answers in another shape.

use super::*;

#[tokio::test]
async fn a_rate_limited_visit_is_tried_again_when_the_server_allows() {
    let reset = Timestamp::now().as_second() + 1800;
    let limited = Answer::error(429, "RateLimitExceeded")
        .header("ratelimit-limit", "3000")
        .header("ratelimit-remaining", "0")
        .header("ratelimit-reset", reset.to_string())
        .header("retry-after", "1800");
    let mut view = AppView::default();
    view.refusals.insert(HANDLE.to_owned(), limited);
    let measured = visit(view).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    let not_before = measured.retry.unwrap().not_before.unwrap();
    assert!(not_before.as_second() >= reset - 1, "{not_before}");
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let layout = Outcome::Failed(Failed::Layout);
    for (answer, expected) in [
        (Answer::page(200, "<html>oops</html>"), layout),
        (Answer::page(200, "{\"did\":\"did:plc:"), layout),
        (Answer::json(json!({"profile": profile()})), layout),
        (
            Answer::error(404, "XRPCNotSupported"),
            Outcome::Failed(Failed::Http4xx),
        ),
        (
            Answer::error(401, "AuthenticationRequired"),
            Outcome::Forbidden(Forbidden::LoginRequired),
        ),
        (
            Answer::page(403, "<html>Forbidden</html>"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
    ] {
        let mut view = AppView::default();
        view.refusals.insert(HANDLE.to_owned(), answer.clone());
        assert_eq!(outcome(view).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn items_that_cannot_be_read_spoil_nobody_and_are_no_empty_account_alone() {
    let broken = || {
        vec![
            json!({"post": null}),
            json!(null),
            json!({"post": {"uri": 7}}),
        ]
    };
    let good = json!({"post": post("10", "2026-11-20T17:00:00.000Z", 1)});
    let question = node(reply("c1", "2026-11-20T18:00:00.000Z", "10", "10"), vec![]);
    let unreadable_reply = || node(json!({"uri": "at://x", "author": "nobody"}), vec![]);

    let mut feed = broken();
    feed.insert(1, good.clone());
    let view = AppView::new(feed).with_thread("10", vec![unreadable_reply(), question]);
    let seen = visit(view).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(seen.threads.known().unwrap().len(), 1);

    let seen = visit(AppView::new(broken())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Failed(Failed::Layout));
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );

    let view = AppView::new(vec![good]).with_thread("10", vec![unreadable_reply(), json!(null)]);
    let seen = visit(view).await.measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
}
