//! What one visit leaves for the next, and what the next asks.

use super::*;

async fn nights(count: i64, settings: impl Fn(&Server) -> TiktokSettings) -> Vec<Vec<String>> {
    let server = Tiktok::new(vec![video(NAME, 1, "2026-11-20T17:00:00Z")])
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    let mut state = None;
    let mut asked = Vec::new();
    for night in 0..count {
        let mut request = request(NAME);
        request.as_of = nights_later(night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.posts.len(), 1);
        let paths = server.take_paths();
        let was_read = paths.iter().any(|path| path == USER);
        let expected = match was_read {
            true => Figure::Known(4210),
            false => Figure::Missing(MissingReason::NotAsked),
        };
        assert_eq!(seen.figures.followers, expected);
        asked.push(paths);
        state = seen.state;
    }
    asked
}

#[tokio::test]
async fn counters_have_their_turn_once_a_week_and_videos_are_read_every_night() {
    let asked = nights(15, settings).await;
    let turns: Vec<_> = (0..15)
        .filter(|night| asked[*night].iter().any(|path| path == USER))
        .collect();
    assert_eq!(turns[0], 0);
    assert!((2..=3).contains(&(turns.len() - 1)), "{turns:?}");
    assert!(turns[1..].windows(2).all(|pair| pair[1] - pair[0] == 7));
    for paths in &asked {
        assert_eq!(paths.iter().filter(|path| *path == QUERY).count(), 1);
    }
}

#[tokio::test]
async fn counters_may_be_read_every_night() {
    let every_night = |server: &Server| TiktokSettings {
        profile_days: std::num::NonZeroU16::MIN,
        ..settings(server)
    };
    for paths in nights(3, every_night).await {
        assert!(paths.iter().any(|path| path == USER));
    }
}

#[tokio::test]
async fn the_state_holds_times_alone_and_a_foreign_one_is_as_none() {
    let seen = visit(Tiktok::new(Vec::new())).await.measurement;
    assert_eq!(
        seen.state.as_deref(),
        Some(r#"{"profile_at":"2026-11-23T00:00:00Z"}"#)
    );
    let server = Tiktok::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let mut foreign = request(NAME);
    foreign.previous_state = Some("[1]".to_owned());
    let seen = measure(&connector, &[foreign]).await.remove(0).measurement;
    assert_eq!(seen.figures.followers, Figure::Known(4210));
}

#[tokio::test]
async fn a_visit_of_which_nothing_came_ends_as_its_failed_call() {
    let server = Tiktok::new(Vec::new())
        .answering(QUERY, Answer::page(504, "<html>504</html>"))
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    let mut known = request(NAME);
    let state = r#"{"profile_at":"2026-11-23T00:00:00Z"}"#;
    known.previous_state = Some(state.to_owned());
    let measured = measure(&connector, &[known]).await.remove(0);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Failed(Failed::Http5xx));
    assert!(measured.retry.is_some());
    assert_eq!(seen.state.as_deref(), Some(state));
}
