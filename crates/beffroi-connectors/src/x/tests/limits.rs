//! Rates, caps and credits.

use super::*;

const SPENT: Outcome = Outcome::Failed(Failed::QuotaSpent);

fn too_many(left: &str) -> Answer {
    let body = json!({
        "title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank",
        "status": 429,
    });
    let reset = Timestamp::now().as_second() + 600;
    Answer::json(body)
        .status(429)
        .header("x-rate-limit-limit", "300")
        .header("x-rate-limit-remaining", left)
        .header("x-rate-limit-reset", reset.to_string())
}

#[tokio::test]
async fn a_window_that_is_used_up_is_waited_for() {
    let measured = visit(talking().answering("/2/users/by", too_many("0"))).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    let not_before = measured.retry.unwrap().not_before.unwrap();
    assert!(not_before > Timestamp::now() + SignedDuration::from_secs(500));
}

#[tokio::test]
async fn a_spent_cap_stops_the_asking_for_everybody() {
    let cap = json!({
        "title": "UsageCapExceeded", "detail": "Usage cap exceeded: Monthly product cap",
        "period": "Monthly", "scope": "Product", "account_id": 1,
        "type": "https://api.x.com/2/problems/usage-capped",
    });
    for answer in [too_many("250"), Answer::json(cap).status(429)] {
        let server = talking().answering("/2/users/by", answer).start().await;
        let connector = XConnector::new(
            Access::with(client(&[&server]), TOKEN, None),
            settings(&server),
        );
        for batch in [[request(HANDLE, 0)], [request(OTHER, 0)]] {
            let measured = measure_with(&connector, &batch).await.remove(0);
            assert_eq!(measured.measurement.outcome, SPENT);
            let not_before = measured.retry.unwrap().not_before.unwrap();
            assert!(not_before > Timestamp::now() + SignedDuration::from_secs(800));
        }
        assert_eq!(server.asked().len(), 1, "the second batch asks nothing");
    }
}

#[tokio::test]
async fn spent_credits_end_the_night() {
    let credits = json!({"title": "CreditsDepleted", "detail": "Your credits are depleted.",
        "type": "https://api.x.com/2/problems/credits"});
    let capped = json!({"title": "UsageCapExceeded",
        "type": "https://api.twitter.com/2/problems/usage-capped"});
    for answer in [
        Answer::json(credits).status(402),
        Answer::json(capped).status(403),
        Answer::page(402, ""),
    ] {
        let measured = visit(talking().answering("/2/users/by", answer)).await;
        assert_eq!(measured.measurement.outcome, SPENT);
        assert_eq!(measured.retry, None);
    }
}

#[tokio::test]
async fn a_cap_that_is_met_on_the_way_leaves_what_was_brought_before() {
    let credits = Answer::json(json!({"title": "CreditsDepleted"})).status(402);
    let x = talking().answering("/2/users/1001/tweets", credits);
    let server = x.start().await;
    let measured = measure(&server, settings(&server), &[request(HANDLE, 0)])
        .await
        .remove(0);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(9120));
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::NotAsked
    );
    assert_eq!(paths(&server.asked()), ["users/by", "users/1001/tweets"]);
}
