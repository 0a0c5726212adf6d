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
