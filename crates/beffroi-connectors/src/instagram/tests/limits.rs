//! An allowance that is spent, a server in trouble, answers in another shape.

use super::*;

fn minutes_from_now(moment: Timestamp) -> i64 {
    let seconds = moment.as_second() - Timestamp::now().as_second();
    (seconds + 30) / 60
}

#[tokio::test]
async fn a_spent_allowance_is_waited_for_and_nothing_more_is_asked() {
    for (status, code) in [(400, 4), (403, 17), (400, 32), (403, 613), (400, 80_002)] {
        let limited = graph_error(status, json!({"code": code, "is_transient": true}));
        let server = Discovery::default().with(NAME, limited).start().await;
        let connector = connector(&server, settings(&server));
        let batch = [request(NAME), request("autre")];
        for measured in measure(&connector, &batch).await {
            assert_eq!(
                measured.measurement.outcome,
                Outcome::Failed(Failed::QuotaSpent),
                "{code}"
            );
            let not_before = measured.retry.unwrap().not_before.unwrap();
            assert_eq!(minutes_from_now(not_before), 60, "{code}");
        }
        assert_eq!(server.asked().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn the_platform_says_when_the_allowance_is_back() {
    let usage = json!({OWN_ID: [{
        "type": "instagram", "call_count": 100, "total_cputime": 20, "total_time": 20,
        "estimated_time_to_regain_access": 19,
    }]});
    let limited = graph_error(400, json!({"code": 80_002}))
        .header("x-business-use-case-usage", usage.to_string());
    let measured = visit(Discovery::default().with(NAME, limited)).await;
    let not_before = measured.retry.unwrap().not_before.unwrap();
    assert_eq!(minutes_from_now(not_before), 19);
}

#[tokio::test]
async fn an_allowance_that_is_nearly_spent_is_left_alone() {
    let usage = json!({"call_count": 96, "total_cputime": 3, "total_time": 3});
    let last = found(account()).header("x-app-usage", usage.to_string());
    let server = Discovery::default().with(NAME, last).start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &[request(NAME), request("autre")]).await;
    assert_eq!(measured[0].measurement.outcome, Outcome::Measured);
    assert_eq!(
        measured[1].measurement.outcome,
        Outcome::Failed(Failed::QuotaSpent)
    );
    assert!(measured[1].retry.unwrap().not_before.is_some());
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn too_many_requests_rest_the_token() {
    let server = Discovery::default()
        .with(NAME, Answer::error(429, "slow down"))
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &[request(NAME), request("autre")]).await;
    for measured in measured {
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Failed(Failed::RateLimited)
        );
        assert!(measured.retry.unwrap().not_before.is_some());
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_server_in_trouble_is_tried_again() {
    for answer in [
        Answer::page(503, "<html>Sorry</html>"),
        graph_error(500, json!({"code": 1, "is_transient": true})),
        graph_error(400, json!({"code": 2, "is_transient": true})),
    ] {
        let measured = visit(Discovery::default().with(NAME, answer.clone())).await;
        let outcome = measured.measurement.outcome;
        assert!(matches!(outcome, Outcome::Failed(_)), "{answer:?}");
        assert!(measured.retry.is_some(), "{answer:?}");
    }
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let layout = Outcome::Failed(Failed::Layout);
    let http_4xx = Outcome::Failed(Failed::Http4xx);
    let refused = Outcome::Forbidden(Forbidden::CredentialRefused);
    for (answer, expected) in [
        (Answer::page(200, "<html>Log in</html>"), layout),
        (Answer::page(200, "{\"business_discovery\":{\"id\""), layout),
        (Answer::json(json!([])), layout),
        (Answer::json(account()), layout),
        (
            found(json!({"username": NAME, "followers_count": 3})),
            layout,
        ),
        (found(account_with(json!({"media": "none"}))), layout),
        (found(account_with(json!({"media": {"items": []}}))), layout),
        (
            found(account_with(
                json!({"media": {"data": [{"pk": 1}, null, {"id": "7"}]}}),
            )),
            layout,
        ),
        (Answer::json(json!({"error": {"code": 190}})), refused),
        (Answer::page(404, "<html>Not found</html>"), http_4xx),
        (Answer::page(401, "Unauthorized"), refused),
        (
            Answer::page(403, "<html>Forbidden</html>"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
        (graph_error(400, json!({"code": 2635})), http_4xx),
        (graph_error(400, json!({"code": 100})), http_4xx),
    ] {
        let seen = visit(Discovery::default().with(NAME, answer.clone()))
            .await
            .measurement;
        assert_eq!(seen.outcome, expected, "{answer:?}");
        assert_eq!(
            seen.figures.followers,
            Figure::Missing(MissingReason::NotMeasured),
            "{answer:?}"
        );
    }
}

#[tokio::test]
async fn one_publication_that_cannot_be_read_spoils_no_other() {
    let measured = visit(Discovery::new(vec![
        json!({"id": "broken"}),
        media("1", "2026-11-20T00:00:00+0000"),
        json!(null),
    ]))
    .await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(measured.measurement.posts.len(), 1);
}
