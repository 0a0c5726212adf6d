//! The day's allowances, the limit of the moment, servers in trouble.

use super::*;

const DAY: &str =
    "Resource level throttle APPLICATION DAY limit for calls to this resource is reached.";

/// Whether the job comes back a minute after the day's end: the platform's clock is not ours.
fn is_after_midnight(measured: &Measured) -> bool {
    let until = measured.retry.unwrap().not_before.unwrap();
    until > Timestamp::now() && until.as_second() % 86_400 == 60
}

#[tokio::test]
async fn nothing_more_is_asked_of_a_kind_once_its_day_is_spent_and_of_others_it_is() {
    let server = Linkedin::new().start().await;
    let one = LinkedinSettings {
        requests_per_day: NonZeroU32::MIN,
        ..settings(&server)
    };
    let connector = connector(&server, one);
    let first = measure(&connector, &[request(HANDLE)]).await.remove(0);
    assert_eq!(first.measurement.outcome, Outcome::Measured);
    let spent = measure(&connector, &[request(HANDLE)]).await.remove(0);
    assert_eq!(
        spent.measurement.outcome,
        Outcome::Failed(Failed::QuotaSpent)
    );
    assert!(is_after_midnight(&spent), "the day ends at midnight UTC");
    assert_eq!(server.asked().len(), 2, "a name, a size");
    let numbered = measure(&connector, &[request("company:2414183")]).await;
    let outcome = numbered[0].measurement.outcome;
    assert_eq!(outcome, Outcome::Failed(Failed::QuotaSpent));
    assert_eq!(
        server.asked().len(),
        3,
        "its description still was asked for"
    );
}

#[tokio::test]
async fn the_day_s_429_closes_the_day_and_the_moment_s_does_not() {
    let spent = problem(429, "TOO_MANY_REQUESTS", DAY);
    let server = Linkedin::new().answering("/rest/", spent).start().await;
    let asking = connector(&server, settings(&server));
    for _ in 0..2 {
        let measured = measure(&asking, &[request(HANDLE)]).await.remove(0);
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Failed(Failed::QuotaSpent));
        assert!(is_after_midnight(&measured));
    }
    assert_eq!(server.asked().len(), 1);

    for answer in [
        problem(429, "TOO_MANY_REQUESTS", "Slow down, TODAY is busy"),
        Answer::page(429, "<html>429</html>"),
    ] {
        let measured = visit(Linkedin::new().answering("/rest/", answer)).await;
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Failed(Failed::RateLimited));
        assert!(is_in_a_minute(&measured));
    }
}

#[tokio::test]
async fn posts_whose_day_is_spent_leave_the_followers() {
    let spent = problem(429, "TOO_MANY_REQUESTS", DAY);
    let seen = visit_granted(Linkedin::new().answering("/rest/posts", spent))
        .await
        .measurement;
    assert_eq!(seen.figures.followers, Figure::Known(21914));
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::NotAsked
    );
}

#[tokio::test]
async fn a_server_in_trouble_is_tried_again_later_and_garbage_is_not() {
    let trouble = Linkedin::new().answering("/rest/", Answer::page(503, "<html>503</html>"));
    let measured = visit(trouble).await;
    let outcome_then = measured.measurement.outcome;
    assert_eq!(outcome_then, Outcome::Failed(Failed::Http5xx));
    assert!(measured.retry.is_some());
    let garbage = Linkedin::new().answering("/rest/", Answer::page(200, "{\"elements\":"));
    assert_eq!(outcome(garbage).await, Outcome::Failed(Failed::Layout));
}
