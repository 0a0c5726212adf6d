//! A visit as a whole, and the plan of lookups.

use super::*;

#[tokio::test]
async fn a_visit_brings_followers_and_the_times_of_posts() {
    let measured = visit(Api::new(vec![post("2", "2026-11-21T08:15:00+0000")])).await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(2310));
    assert_eq!(seen.identity, beffroi_model::Identity::default());
    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    assert_eq!(seen.figures.following, not_given);
    assert_eq!(seen.figures.posts_total, not_given);
    let post = &seen.posts[0];
    assert_eq!(
        post.published_at,
        "2026-11-21T08:15:00Z".parse::<Timestamp>().unwrap()
    );
    let page = format!("https://www.threads.com/@{NAME}/post/2");
    assert_eq!(post.url.as_deref(), Some(page.as_str()));
    for figure in [post.reactions, post.comments, post.shares, post.views] {
        assert_eq!(figure, not_given);
    }
    assert_eq!(seen.threads.missing(), not_given.missing());
    assert_eq!(seen.fetches.len(), 2);
}

#[tokio::test]
async fn counters_of_posts_are_missing_even_where_there_is_no_post() {
    let seen = visit(Api::new(Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert!(seen.posts.is_empty());
    assert_eq!(seen.unavailable.get(&FigureName::Posts), None);
    for name in [
        FigureName::Following,
        FigureName::PostsTotal,
        FigureName::Reactions,
        FigureName::Comments,
        FigureName::Shares,
        FigureName::Views,
        FigureName::Dialogue,
    ] {
        let reason = MissingReason::NotGivenByPlatform;
        assert_eq!(seen.unavailable.get(&name), Some(&reason), "{name}");
    }
}

#[tokio::test]
async fn followers_are_looked_up_weekly_and_posts_every_night() {
    let server = Api::new(vec![post("2", "2026-11-21T08:15:00+0000")])
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    let mut state = None;
    let mut looked_up = Vec::new();
    for night in 0..15 {
        let mut request = request(NAME);
        request.as_of = nights_later(night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.posts.len(), 1);
        match seen.figures.followers {
            Figure::Known(2310) => looked_up.push(night),
            other => assert_eq!(other, Figure::Missing(MissingReason::NotAsked)),
        }
        state = seen.state;
    }
    assert_eq!(looked_up, [0, 7, 14]);
    assert_eq!(server.asked().len(), 15 + 3);
}

#[tokio::test]
async fn the_number_of_followers_is_read_however_it_is_written_and_is_no_zero() {
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    for (changes, expected) in [
        (json!({"follower_count": "2310"}), Figure::Known(2310)),
        (
            json!({"follower_count": null, "followers_count": 5}),
            Figure::Known(5),
        ),
        (json!({"follower_count": null}), missing),
        (json!({"follower_count": "many"}), missing),
    ] {
        let answer = Answer::json(profile_with(changes.clone()));
        let seen = visit(Api::new(Vec::new()).with(LOOKUP, answer))
            .await
            .measurement;
        assert_eq!(seen.figures.followers, expected, "{changes}");
    }
}

#[tokio::test]
async fn an_account_under_another_name_is_told_as_renamed() {
    let renamed = |name: &str| Answer::json(profile_with(json!({ "username": name })));
    let seen = visit(Api::new(Vec::new()).with(LOOKUP, renamed("Ville.Exemple")))
        .await
        .measurement;
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("ville.exemple"));
    let seen = visit(Api::new(Vec::new()).with(LOOKUP, renamed("@Mairie.Exemple")))
        .await
        .measurement;
    assert_eq!(seen.identity.renamed_to, None);
}

#[tokio::test]
async fn a_batch_ends_in_its_order() {
    let server = Api::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    assert_eq!(connector.batch_size(), NonZeroUsize::MIN);
    let batch = [request("personne"), request(NAME), request("a..b")];
    let measured = measure(&connector, &batch).await;
    let outcomes: Vec<_> = measured
        .iter()
        .map(|measured| measured.measurement.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Absent(Absent::NotFound),
            Outcome::Measured,
            Outcome::Absent(Absent::NotAnAccount),
        ]
    );
}
