//! Which videos are posts, and how the list of them is read.

use std::num::NonZeroU16;

use super::*;

fn quiet(uuid: &str, published_at: &str) -> Value {
    with(
        counting(uuid, published_at, 0),
        json!({"commentsEnabled": true}),
    )
}

#[tokio::test]
async fn copies_and_videos_outside_the_window_are_no_posts() {
    let copy = with(
        quiet("u-5", "2026-11-20T00:00:00.000Z"),
        json!({"isLocal": false}),
    );
    let undated = with(
        quiet("u-3", ""),
        json!({"publishedAt": null, "createdAt": "2026-11-18T00:00:00.000Z"}),
    );
    let measured = visit(Instance::new(vec![
        quiet("u-9", "2026-11-23T01:00:00.000Z"),
        copy,
        quiet("u-4", "2026-11-19T00:00:00.000Z"),
        undated,
        quiet("u-1", "2026-10-25T00:00:00.000Z"),
    ]))
    .await;
    assert_eq!(ids(&measured), ["u-4", "u-3"]);
    assert_eq!(
        measured.measurement.figures.posts_total,
        Figure::Known(5),
        "as the instance counts them"
    );
}

/// A list of 200 videos of which the second page begins within the first.
fn paged(second: Vec<Value>) -> Instance {
    let first = (0..100)
        .map(|index| quiet(&format!("u-{index}"), "2026-11-20T00:00:00.000Z"))
        .collect();
    Instance::new(Vec::new())
        .with(VIDEOS_PATH, list(200, first))
        .with(&format!("{VIDEOS_PATH}#95"), list(200, second))
}

#[tokio::test]
async fn pages_overlap_and_each_video_counts_once() {
    let server = paged(vec![
        quiet("u-98", "2026-11-20T00:00:00.000Z"),
        quiet("u-99", "2026-11-20T00:00:00.000Z"),
        quiet("late", "2026-11-19T00:00:00.000Z"),
        quiet("old", "2026-10-01T00:00:00.000Z"),
    ])
    .start()
    .await;
    let settings = settings(&server);
    let measured = visit_with(&server, request(CHANNEL), settings).await;
    let ids = ids(&measured);
    assert_eq!(ids.len(), 101);
    assert_eq!(ids.last(), Some(&"late"));
    assert_eq!(
        measured.measurement.fetches.len(),
        3,
        "no page is asked beyond the window"
    );
    let asked = server.asked();
    let of_list = &asked[1];
    assert_eq!(of_list.query("count"), ["100"]);
    assert_eq!(of_list.query("sort"), ["-publishedAt"]);
    assert_eq!(of_list.query("nsfw"), ["both"]);
}

#[tokio::test]
async fn a_window_longer_than_the_pages_allowed_is_truncated() {
    let server = paged(Vec::new()).start().await;
    let settings = PeertubeSettings {
        max_pages: NonZeroU16::MIN,
        ..settings(&server)
    };
    let measured = visit_with(&server, request(CHANNEL), settings).await;
    let seen = measured.measurement;
    assert_eq!(seen.posts.len(), 100);
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::Truncated
    );
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
}

#[tokio::test]
async fn a_second_page_that_fails_leaves_the_first_and_says_so() {
    let instance = paged(Vec::new()).with(&format!("{VIDEOS_PATH}#95"), Answer::page(200, "oops"));
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.posts.len(), 100);
    assert_eq!(seen.figures.posts_total, Figure::Known(200));
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::CallFailed
    );
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
}

#[tokio::test]
async fn a_list_that_fails_leaves_the_counters() {
    for (answer, reason) in [
        (
            problem(401, "Token is missing"),
            MissingReason::LoginRequired,
        ),
        (Answer::page(502, "<html>"), MissingReason::CallFailed),
        (
            Answer::json(json!({"videos": []})),
            MissingReason::CallFailed,
        ),
    ] {
        let seen = visit(talking().with(VIDEOS_PATH, answer)).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.figures.followers, Figure::Known(57));
        assert_eq!(seen.figures.posts_total, Figure::Missing(reason));
        assert_eq!(seen.unavailable[&FigureName::Posts], reason);
        assert_eq!(seen.threads, Figure::Missing(reason));
    }
}

#[tokio::test]
async fn a_channel_without_videos_has_none_and_an_empty_dialogue() {
    let seen = visit(Instance::new(Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.posts_total, Figure::Known(0));
    assert!(seen.posts.is_empty());
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
    assert_eq!(seen.fetches.len(), 2);
}

#[tokio::test]
async fn videos_that_cannot_be_read_spoil_nobody_and_are_no_empty_list_alone() {
    let broken = || vec![json!(null), json!("u-1"), json!({"id": 7}), json!([])];
    let mut videos = broken();
    videos.insert(1, quiet("u-1", "2026-11-20T17:00:00.000Z"));
    assert_eq!(ids(&visit(Instance::new(videos)).await), ["u-1"]);

    let seen = visit(Instance::new(broken())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Failed(Failed::Layout));
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
}

#[tokio::test]
async fn a_broadcast_is_told_from_a_video_while_it_lasts() {
    for (changes, expected) in [
        (json!({"isLive": true}), PostKind::Live),
        (json!({"isLive": false}), PostKind::Video),
        (json!({"isLive": null}), PostKind::Video),
    ] {
        let video = with(quiet("u-5", "2026-11-20T00:00:00.000Z"), changes.clone());
        let seen = visit(Instance::new(vec![video])).await.measurement;
        assert_eq!(seen.posts[0].kind, Some(expected), "{changes}");
    }
}
