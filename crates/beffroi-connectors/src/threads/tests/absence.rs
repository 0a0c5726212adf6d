//! Accounts that are not shown: private, too few followers, minors, gone or never there.

use super::*;

#[tokio::test]
async fn an_account_that_is_not_shown_is_not_found() {
    let measured = visit(Api::default()).await;
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
    assert_eq!(measured.retry, None);
    assert_eq!(seen.fetches.len(), 1, "its posts are not asked for");
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
}

#[tokio::test]
async fn the_general_error_is_no_absence_unless_it_speaks_of_the_user() {
    let invalid = graph_error(400, 100, "Invalid parameter");
    let seen = visit(Api::default().with(LOOKUP, invalid))
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Failed(Failed::Http4xx));
    let named = graph_error(400, 100, &format!("No profile {NAME}"));
    let seen = visit(Api::default().with(LOOKUP, named)).await.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_not_asked_for() {
    let server = Api::default().start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["", "ville-exemple", "a..b"].map(request);
    for measured in measure(&connector, &batch).await {
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Absent(Absent::NotAnAccount));
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_account_not_shown_is_asked_for_weekly_and_then_monthly() {
    let server = Api::default().start().await;
    let connector = connector(&server, settings(&server));
    let mut state = None;
    let mut asked = Vec::new();
    for night in 0..90 {
        let mut request = request(NAME);
        request.as_of = nights_later(night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
        if !seen.fetches.is_empty() {
            asked.push(night);
        }
        state = seen.state;
    }
    assert_eq!(asked, [0, 7, 14, 21, 28, 56, 84]);
}

#[tokio::test]
async fn an_account_that_is_shown_again_is_looked_up_at_once() {
    let hidden = visit(Api::default()).await.measurement;
    let server = Api::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let mut again = request(NAME);
    again.as_of = nights_later(7);
    again.previous_state = hidden.state;
    let seen = measure(&connector, &[again]).await.remove(0).measurement;
    assert_eq!(seen.figures.followers, Figure::Known(2310));
    assert_eq!(
        seen.state.as_deref(),
        Some(r#"{"looked_up_at":"2026-11-30T00:00:00Z"}"#)
    );
}
