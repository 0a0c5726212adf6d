//! Who a channel or an account is, and its counters.

use super::*;

#[tokio::test]
async fn an_account_has_its_own_paths_and_answers_for_itself() {
    let account = with(
        mairie(),
        json!({
            "url": "https://video.example.fr/accounts/mairie", "followersCount": 4,
            "followingCount": 1, "createdAt": "2021-01-01T00:00:00.000Z",
        }),
    );
    // A video that does not say whose it is.
    let video = with(
        video("u-1", "2026-11-20T17:00:00.000Z"),
        json!({"account": null}),
    );
    let server = talking()
        .with("/api/v1/accounts/mairie", Answer::json(account))
        .with("/api/v1/accounts/mairie/videos", list(1, vec![video]))
        .start()
        .await;
    let request = request("account:mairie@video.example.fr");
    let settings = settings(&server);
    let measured = visit_with(&server, request, settings).await;
    assert_eq!(delays(&measured), [Some(2 * 3600), None]);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(4));
    assert_eq!(seen.figures.following, Figure::Known(1));
    assert_eq!(seen.identity.renamed_to, None);
}

#[tokio::test]
async fn hidden_missing_and_odd_counters_are_never_zero() {
    let odd = with(
        channel(),
        json!({"followersCount": "57", "followingCount": -1, "createdAt": "hier"}),
    );
    let bare = with(
        video("u-1", "2026-11-20T17:00:00.000Z"),
        json!({"views": "212", "likes": "many", "url": null, "comments": "0",
               "commentsPolicy": {"id": "1", "label": "Enabled"}}),
    );
    let instance = Instance::new(Vec::new())
        .with(CHANNEL_PATH, Answer::json(odd))
        .with(VIDEOS_PATH, Answer::json(json!({"data": [bare]})));
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.figures.followers, Figure::Known(57));
    assert_eq!(
        seen.figures.following,
        Figure::Missing(MissingReason::HiddenByOwner)
    );
    let not_in_answer = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(seen.figures.posts_total, not_in_answer);
    assert_eq!(seen.identity.created_at, None);
    let post = &seen.posts[0];
    assert_eq!(post.views, Figure::Known(212));
    assert_eq!(post.reactions, not_in_answer);
    assert_eq!(post.comments, Figure::Known(0));
    assert_eq!(
        seen.unavailable[&FigureName::Reactions],
        MissingReason::NotInAnswer
    );
    assert_eq!(
        seen.unavailable[&FigureName::Following],
        MissingReason::HiddenByOwner
    );
}

#[tokio::test]
async fn an_instance_that_bears_another_name_today_is_reported() {
    let moved = with(channel(), json!({"host": "tube.example.fr"}));
    let instance = Instance::new(Vec::new()).with(CHANNEL_PATH, Answer::json(moved));
    let seen = visit(instance).await.measurement;
    assert_eq!(
        seen.identity.renamed_to.as_deref(),
        Some("channel:ville_exemple@tube.example.fr")
    );
}
