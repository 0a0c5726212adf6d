//! A visit as a whole.

use super::*;

#[tokio::test]
async fn a_visit_brings_counters_and_posts_in_one_call() {
    let reel = media_with(
        "17900000000000002",
        "2026-11-18T11:00:00+0000",
        json!({"media_type": "VIDEO", "media_product_type": "REELS", "view_count": 5120}),
    );
    let measured = visit(Discovery::new(vec![
        media("17900000000000003", "2026-11-21T17:30:02+0000"),
        reel,
    ]))
    .await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(8421));
    assert_eq!(seen.figures.following, Figure::Known(120));
    assert_eq!(seen.figures.posts_total, Figure::Known(932));
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(
        seen.identity.profile_links,
        [("https://www.exemple.fr".to_owned(), false)]
    );
    assert_eq!(seen.fetches.len(), 1);

    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    let [post, reel] = seen.posts.as_slice() else {
        panic!("{:?}", seen.posts)
    };
    assert_eq!(post.post_id, "17900000000000003");
    assert_eq!(
        post.url.as_deref(),
        Some("https://www.instagram.com/p/17900000000000003/")
    );
    assert_eq!(
        post.published_at,
        "2026-11-21T17:30:02Z".parse::<Timestamp>().unwrap()
    );
    assert_eq!(post.reactions, Figure::Known(143));
    assert_eq!(post.comments, Figure::Known(6));
    assert_eq!(post.shares, not_given);
    assert_eq!(post.views, not_given, "a picture has none");
    assert_eq!(reel.views, Figure::Known(5120));

    assert_eq!(
        seen.threads,
        Figure::Missing(MissingReason::NotGivenByPlatform)
    );
    let missing: Vec<_> = seen.unavailable.into_iter().collect();
    let reason = MissingReason::NotGivenByPlatform;
    assert_eq!(
        missing,
        [(FigureName::Shares, reason), (FigureName::Dialogue, reason)]
    );
}

#[tokio::test]
async fn figures_that_are_missing_or_written_otherwise_are_no_zeros() {
    let changes = json!({
        "followers_count": "8421", "follows_count": null, "media_count": "many",
        "media": {"data": [media_with(
            "1", "2026-11-21T17:30:02+0000",
            json!({"like_count": "12", "comments_count": null}),
        )]},
    });
    let seen = visit(Discovery::default().with(NAME, found(account_with(changes))))
        .await
        .measurement;
    assert_eq!(seen.figures.followers, Figure::Known(8421));
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(seen.figures.following, missing);
    assert_eq!(seen.figures.posts_total, missing);
    assert_eq!(seen.posts[0].reactions, Figure::Known(12));
    assert_eq!(seen.posts[0].comments, missing);
    assert_eq!(
        seen.unavailable[&FigureName::Comments],
        MissingReason::NotInAnswer
    );
}

#[tokio::test]
async fn an_account_under_another_name_is_told_as_renamed() {
    let renamed = account_with(json!({"username": "Ville.Exemple"}));
    let seen = visit(Discovery::default().with(NAME, found(renamed)))
        .await
        .measurement;
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("ville.exemple"));
    let spelt = account_with(json!({"username": "Mairie.Exemple", "website": "exemple"}));
    let seen = visit(Discovery::default().with(NAME, found(spelt)))
        .await
        .measurement;
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(seen.identity.profile_links, []);
}

#[tokio::test]
async fn a_name_that_changed_hands_is_told_by_the_id() {
    let server = Discovery::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let mut again = request(NAME);
    again.previous_state = Some(r#"{"id":"17841400000000077"}"#.to_owned());
    let seen = measure(&connector, &[again]).await.remove(0).measurement;
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
    assert_eq!(seen.state, Some(format!(r#"{{"id":"{ID}"}}"#)));
}

#[tokio::test]
async fn a_batch_ends_in_its_order() {
    let discovery = Discovery::new(Vec::new()).with(
        "autre",
        found(account_with(json!({"id": "2", "username": "autre"}))),
    );
    let server = discovery.start().await;
    let connector = connector(&server, settings(&server));
    assert_eq!(connector.batch_size(), NonZeroUsize::MIN);
    let batch = [request("autre"), request("personne"), request(NAME)];
    let measured = measure(&connector, &batch).await;
    let outcomes: Vec<_> = measured
        .iter()
        .map(|measured| measured.measurement.outcome)
        .collect();
    let absent = Outcome::Absent(Absent::NotFound);
    assert_eq!(outcomes, [Outcome::Measured, absent, Outcome::Measured]);
}
