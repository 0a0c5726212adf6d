//! Accounts that are not shown: personal, age-limited, renamed, gone or never there.

use super::*;

#[tokio::test]
async fn an_account_that_is_not_shown_is_not_found() {
    let measured = visit(Discovery::default()).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Absent(Absent::NotFound)
    );
    assert_eq!(measured.retry, None);
    assert_eq!(
        measured.measurement.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_not_asked_for() {
    let server = Discovery::default().start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["", "ville-exemple", "a..b", "x){stories}"].map(request);
    for measured in measure(&connector, &batch).await {
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Absent(Absent::NotAnAccount));
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_account_not_shown_is_asked_for_weekly_and_then_monthly() {
    let server = Discovery::default().start().await;
    let connector = connector(&server, settings(&server));
    let mut state = Some(r#"{"id":"17841400000000001"}"#.to_owned());
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
    assert!(state.unwrap().contains(ID), "its id is remembered");
}

#[tokio::test]
async fn an_account_that_is_shown_again_is_visited_every_night() {
    let hidden = visit(Discovery::default()).await.measurement;
    let server = Discovery::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let mut state = hidden.state;
    for night in [7, 8] {
        let mut request = request(NAME);
        request.as_of = nights_later(night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Measured, "night {night}");
        state = seen.state;
    }
}

#[tokio::test]
async fn a_state_of_another_version_is_as_none() {
    let server = Discovery::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    for state in ["", "7", "{\"misses\":3}"] {
        let mut request = request(NAME);
        request.previous_state = Some(state.to_owned());
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Measured, "{state}");
    }
}
