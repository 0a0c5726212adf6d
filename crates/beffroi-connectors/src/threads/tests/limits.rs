//! An allowance that is spent, a server in trouble, answers in another shape.

use super::*;

#[tokio::test]
async fn a_spent_allowance_is_waited_for_and_nothing_more_is_asked() {
    for (answer, expected) in [
        (graph_error(400, 4, "limit reached"), Failed::QuotaSpent),
        (graph_error(403, 613, "limit reached"), Failed::QuotaSpent),
        (Answer::error(429, "slow down"), Failed::RateLimited),
    ] {
        let server = Api::default().with(LOOKUP, answer).start().await;
        let connector = connector(&server, settings(&server));
        for measured in measure(&connector, &[request(NAME), request("autre")]).await {
            assert_eq!(measured.measurement.outcome, Outcome::Failed(expected));
            let not_before = measured.retry.unwrap().not_before.unwrap();
            let wait = not_before.duration_since(Timestamp::now());
            assert!(wait > SignedDuration::from_mins(59), "{wait}");
            assert!(wait <= SignedDuration::from_mins(60), "{wait}");
        }
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_limit_met_after_the_lookup_leaves_the_followers() {
    let limited = graph_error(400, 613, "limit reached");
    let seen = visit(Api::new(Vec::new()).with(POSTS, limited))
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(2310));
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::NotAsked
    );
}

#[tokio::test]
async fn a_server_in_trouble_is_tried_again() {
    let down = Answer::page(503, "<html>Sorry</html>");
    let measured = visit(Api::default().with(LOOKUP, down)).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::Http5xx)
    );
    assert!(measured.retry.is_some());
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named_and_looked_up_again() {
    let layout = Outcome::Failed(Failed::Layout);
    for (path, answer, expected) in [
        (LOOKUP, Answer::page(200, "<html>Log in</html>"), layout),
        (LOOKUP, Answer::page(200, "{\"username\":"), layout),
        (LOOKUP, Answer::json(json!({"profile": profile()})), layout),
        (
            LOOKUP,
            Answer::page(404, "<html>Not found</html>"),
            Outcome::Failed(Failed::Http4xx),
        ),
        (POSTS, Answer::json(json!({"posts": []})), layout),
        (POSTS, Answer::json(json!({"data": {}})), layout),
        (
            POSTS,
            Answer::json(json!({"data": [null, {"pk": 1}]})),
            layout,
        ),
    ] {
        let api = Api::new(Vec::new()).with(path, answer.clone());
        let seen = visit(api).await.measurement;
        assert_eq!(seen.outcome, expected, "{answer:?}");
        assert_eq!(
            seen.figures.followers,
            Figure::Missing(MissingReason::NotMeasured)
        );
        let state = seen.state.unwrap();
        assert!(!state.contains("looked_up_at"), "{state}");
    }
}

#[tokio::test]
async fn one_post_that_cannot_be_read_spoils_no_other() {
    let posts = vec![
        json!({"id": "broken"}),
        post("1", "2026-11-20T00:00:00+0000"),
        json!(null),
    ];
    let seen = visit(Api::new(posts)).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.posts.len(), 1);
}
