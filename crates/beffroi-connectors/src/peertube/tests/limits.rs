//! Instances that are busy, in trouble, or answer in another shape.

use super::*;

#[tokio::test]
async fn a_rate_limited_visit_is_tried_again_when_the_instance_allows() {
    let reset = Timestamp::now().as_second() + 1800;
    let limited = |body: Answer| {
        body.header("x-ratelimit-limit", "50")
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", reset.to_string())
    };
    // The body is not documented: plain text or a problem.
    for answer in [
        problem(429, "Too many requests"),
        Answer::page(429, "Too many requests, please try again later."),
    ] {
        let instance = Instance::new(Vec::new()).with(CHANNEL_PATH, limited(answer));
        let measured = visit(instance).await;
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Failed(Failed::RateLimited)
        );
        let not_before = measured.retry.unwrap().not_before.unwrap();
        assert!(not_before.as_second() >= reset, "{not_before}");
    }
}

#[tokio::test]
async fn an_instance_in_trouble_is_tried_again() {
    let down = Answer::page(503, "<html>Maintenance</html>");
    let measured = visit(Instance::new(Vec::new()).with(CHANNEL_PATH, down)).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::Http5xx)
    );
    assert!(measured.retry.is_some());
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let layout = Outcome::Failed(Failed::Layout);
    let blocked = Outcome::Forbidden(Forbidden::Blocked);
    let wall = "<!doctype html><title>Making sure you&#39;re not a bot!</title>";
    let mut cut = channel().to_string();
    cut.truncate(40);
    for (answer, expected) in [
        (Answer::json(json!({"channel": channel()})), layout),
        (Answer::json(json!([])), layout),
        (Answer::page(200, &cut), layout),
        (Answer::page(200, wall), blocked),
        (Answer::page(403, wall), blocked),
    ] {
        let instance = Instance::new(Vec::new()).with(CHANNEL_PATH, answer.clone());
        assert_eq!(outcome(instance).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn the_calls_for_comments_are_bounded() {
    let videos = vec![
        video("u-2", "2026-11-21T17:00:00.000Z"),
        video("u-1", "2026-11-20T17:00:00.000Z"),
    ];
    let question = |number| vec![head(number, "2026-11-21T18:00:00.000Z", 0, 0)];
    let server = Instance::new(videos)
        .with_threads("u-2", question(CANARY_NUMBER + 1))
        .with_threads("u-1", question(CANARY_NUMBER + 2))
        .start()
        .await;
    let settings = PeertubeSettings {
        max_comment_calls: 1,
        ..settings(&server)
    };
    let seen = visit_with(&server, request(CHANNEL), settings).await;
    let seen = seen.measurement;
    assert_eq!(seen.posts[0].comments, Figure::Known(1), "newest first");
    let not_asked = Figure::Missing(MissingReason::NotAsked);
    assert_eq!(seen.posts[1].comments, not_asked);
    assert_eq!(seen.threads, Figure::Missing(MissingReason::NotAsked));
}
