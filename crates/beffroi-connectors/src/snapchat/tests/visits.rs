//! What one visit leaves for the next.

use super::*;

#[tokio::test]
async fn a_page_is_read_once_a_week() {
    let server = Site::showing(profile(json!("5400"))).start().await;
    let connector = connector(&server, settings(&server));
    let mut state = None;
    let mut read = Vec::new();
    for night in 0..29_i64 {
        let mut request = request(NAME);
        request.as_of = as_of() + SignedDuration::from_hours(24 * night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        let was_read = server.take_paths().iter().any(|path| path == PAGE);
        let expected = match was_read {
            true => Figure::Known(5400),
            false => Figure::Missing(MissingReason::NotAsked),
        };
        assert_eq!(seen.figures.followers, expected);
        read.extend(was_read.then_some(night));
        state = seen.state;
    }
    assert_eq!(read[0], 0);
    assert!((4..=5).contains(&read.len()), "{read:?}");
    assert!(
        read[1..].windows(2).all(|pair| pair[1] - pair[0] == 7),
        "{read:?}"
    );
}

#[tokio::test]
async fn the_state_is_a_time_alone_and_a_failure_keeps_it() {
    let seen = visit(Site::showing(profile(json!("5400"))))
        .await
        .measurement;
    let state = r#"{"read_at":"2026-11-23T00:00:00Z"}"#;
    assert_eq!(seen.state.as_deref(), Some(state));
    let server = Site::default()
        .with(PAGE, Answer::page(500, ""))
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    let mut later = request(NAME);
    later.as_of = as_of() + SignedDuration::from_hours(24 * 8);
    later.previous_state = Some(state.to_owned());
    let seen = measure(&connector, &[later]).await.remove(0).measurement;
    assert_eq!(seen.outcome, Outcome::Failed(Failed::Http5xx));
    assert_eq!(seen.state.as_deref(), Some(state));
}
