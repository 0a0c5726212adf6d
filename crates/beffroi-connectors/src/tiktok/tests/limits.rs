//! The day's allowance, the limit of the moment, servers in trouble.

use super::*;

/// Whether the job comes back a minute after the day's end: the platform's clock is not ours.
fn is_after_midnight(measured: &Measured) -> bool {
    let until = measured.retry.unwrap().not_before.unwrap();
    until > Timestamp::now() && until.as_second() % 86_400 == 60
}

#[tokio::test]
async fn nothing_more_is_asked_once_our_part_of_the_day_is_spent() {
    let server = Tiktok::new(Vec::new()).start().await;
    let three = TiktokSettings {
        requests_per_day: NonZeroU32::new(3).unwrap(),
        concurrency: NonZeroU32::MIN,
        ..settings(&server)
    };
    let connector = connector(&server, three);
    let mut both = measure(&connector, &[request(NAME), request("autre")]).await;
    assert_eq!(both.remove(0).measurement.outcome, Outcome::Measured);
    let spent = measure(&connector, &[request(NAME)]).await.remove(0);
    assert_eq!(
        spent.measurement.outcome,
        Outcome::Failed(Failed::QuotaSpent)
    );
    assert!(is_after_midnight(&spent), "the day ends at midnight UTC");
    assert_eq!(server.take_paths(), [TOKEN, USER, USER, QUERY]);
}

#[tokio::test]
async fn a_day_that_is_spent_between_the_calls_leaves_the_counters() {
    let server = Tiktok::new(Vec::new()).start().await;
    let one = TiktokSettings {
        requests_per_day: NonZeroU32::MIN,
        ..settings(&server)
    };
    let connector = connector(&server, one);
    let seen = measure(&connector, &[request(NAME)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(4210));
    let reason = seen.unavailable[&FigureName::Posts];
    assert_eq!(reason, MissingReason::NotAsked);
}

#[tokio::test]
async fn the_day_s_429_closes_the_day_and_the_moment_s_does_not() {
    let spent = refusal(429, "daily_quota_limit_exceeded", "");
    let server = Tiktok::new(Vec::new()).answering(USER, spent).start().await;
    let first = connector(&server, settings(&server));
    for _ in 0..2 {
        let measured = measure(&first, &[request(NAME)]).await.remove(0);
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Failed(Failed::QuotaSpent));
        assert!(is_after_midnight(&measured));
    }
    assert_eq!(server.take_paths(), [TOKEN, USER]);

    let limited = refusal(429, "rate_limit_exceeded", "");
    let server = Tiktok::new(Vec::new())
        .answering(USER, limited)
        .start()
        .await;
    let second = connector(&server, settings(&server));
    let measured = measure(&second, &[request(NAME)]).await.remove(0);
    let outcome = measured.measurement.outcome;
    assert_eq!(outcome, Outcome::Failed(Failed::RateLimited));
    assert!(is_in_a_minute(&measured));
}

#[tokio::test]
async fn a_server_in_trouble_is_tried_again_later_whatever_it_writes() {
    for answer in [
        Answer::page(504, "<html>504 Gateway Time-out</html>"),
        refusal(500, "internal_error", ""),
    ] {
        let measured = visit(Tiktok::new(Vec::new()).answering(USER, answer)).await;
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Failed(Failed::Http5xx));
        assert!(measured.retry.is_some());
    }
}

#[tokio::test]
async fn tries_that_fail_count_as_well() {
    let trouble = refusal(500, "internal_error", "");
    let server = Tiktok::new(Vec::new())
        .answering(USER, trouble)
        .start()
        .await;
    let stubborn = beffroi_fetch::FetchClient::try_new(beffroi_fetch::FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![server.authority()],
        retry_base: std::time::Duration::from_millis(1),
        retries: 2,
        ..beffroi_fetch::FetchSettings::default()
    });
    let three = TiktokSettings {
        requests_per_day: NonZeroU32::new(3).unwrap(),
        ..settings(&server)
    };
    let connector = TiktokConnector::new(
        Access {
            credential: Some(credential()),
            ..Access::keyless(stubborn.unwrap())
        },
        three,
    );
    measure(&connector, &[request(NAME)]).await;
    let spent = measure(&connector, &[request(NAME)]).await.remove(0);
    assert_eq!(
        spent.measurement.outcome,
        Outcome::Failed(Failed::QuotaSpent)
    );
    assert_eq!(server.take_paths(), [TOKEN, USER, USER, USER]);
}
