//! Figures and videos: what is read, what lies outside the window, what is missing.

use super::*;

#[tokio::test]
async fn counters_and_videos_are_read_with_their_ids_whole() {
    let measured = visit(Tiktok::new(vec![
        video(NAME, 2, "2026-11-20T17:00:00Z"),
        video(NAME, 1, "2026-11-02T09:00:00Z"),
    ]))
    .await;
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(4210));
    assert_eq!(seen.figures.following, Figure::Known(35));
    assert_eq!(seen.figures.posts_total, Figure::Known(148));
    let post = &seen.posts[0];
    assert_eq!(post.post_id, "7079929224945090002");
    assert_eq!(
        post.url.as_deref(),
        Some("https://www.tiktok.com/@villedetest/video/7079929224945090002")
    );
    assert_eq!(post.published_at, "2026-11-20T17:00:00Z".parse().unwrap());
    assert_eq!(post.kind, Some(PostKind::Video));
    assert_eq!(post.reactions, Figure::Known(320));
    assert_eq!(post.comments, Figure::Known(14));
    assert_eq!(post.shares, Figure::Known(9));
    assert_eq!(post.views, Figure::Known(8700));
    assert_eq!(seen.posts.len(), 2);
    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    assert_eq!(seen.threads, not_given);
    assert_eq!(
        seen.unavailable.into_iter().collect::<Vec<_>>(),
        [(FigureName::Dialogue, MissingReason::NotGivenByPlatform)]
    );
    assert_eq!(seen.identity.renamed_to, None);
    let asked: Vec<_> = seen.fetches.iter().map(|it| it.url.path()).collect();
    assert_eq!(asked, [TOKEN, USER, QUERY]);
}

#[tokio::test]
async fn videos_outside_the_window_are_left_out_though_their_day_is_asked_for() {
    let mut request = request(NAME);
    request.as_of = "2026-11-23T12:00:00Z".parse().unwrap();
    let server = Tiktok::new(vec![
        video(NAME, 4, "2026-11-23T12:00:01Z"),
        video(NAME, 3, "2026-11-23T12:00:00Z"),
        video(NAME, 2, "2026-10-26T12:00:01Z"),
        video(NAME, 1, "2026-10-26T12:00:00Z"),
    ])
    .start()
    .await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &[request]).await.remove(0);
    let ids = ["7079929224945090003", "7079929224945090002"];
    assert_eq!(post_ids(&measured), ids);
    let body: Value = serde_json::from_str(&server.asked()[2].body).unwrap();
    assert_eq!(body["start_date"], "20261026");
    assert_eq!(body["end_date"], "20261123");
}

#[tokio::test]
async fn an_account_without_videos_has_none_and_nothing_is_missing() {
    let seen = visit(Tiktok::new(Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert!(seen.posts.is_empty());
    assert!(!seen.unavailable.contains_key(&FigureName::Posts));
}

#[tokio::test]
async fn counters_that_are_not_given_are_missing_and_numbers_may_be_texts() {
    let mut tiktok = Tiktok::new(Vec::new());
    tiktok.users = vec![json!({"username": NAME, "follower_count": "4210"})];
    let mut bare = video(NAME, 1, "2026-11-20T17:00:00Z");
    bare["like_count"] = json!(null);
    bare["view_count"] = json!("8700");
    bare.as_object_mut().unwrap().remove("share_count");
    tiktok.videos = vec![bare];
    let seen = visit(tiktok).await.measurement;
    assert_eq!(seen.figures.followers, Figure::Known(4210));
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(seen.figures.following, missing);
    assert_eq!(seen.figures.posts_total, missing);
    let post = &seen.posts[0];
    assert_eq!((post.reactions, post.shares), (missing, missing));
    assert_eq!(post.views, Figure::Known(8700));
    assert_eq!(
        seen.unavailable[&FigureName::Reactions],
        MissingReason::NotInAnswer
    );
}

#[tokio::test]
async fn a_changed_layout_is_a_failure_and_no_zero() {
    let layout = Outcome::Failed(Failed::Layout);
    for answer in [
        server::data(json!({"followers": 3})),
        Answer::json(json!({"data": {"follower_count": 3}})),
        Answer::json(json!([1])),
        Answer::page(200, "{\"data\":{\"follower_count\":"),
    ] {
        let tiktok = Tiktok::new(Vec::new()).answering(USER, answer);
        assert_eq!(outcome(tiktok).await, layout);
    }
}

#[tokio::test]
async fn videos_that_cannot_be_read_leave_the_counters() {
    for answer in [
        server::data(json!({"items": []})),
        server::data(json!({"videos": [{"identifier": 1}], "has_more": false})),
    ] {
        let tiktok = Tiktok::new(Vec::new()).answering(QUERY, answer);
        let seen = visit(tiktok).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.figures.followers, Figure::Known(4210));
        assert_eq!(
            seen.unavailable[&FigureName::Posts],
            MissingReason::CallFailed
        );
    }
}
