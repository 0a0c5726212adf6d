//! A visit as a whole, and what a second one asks after it.

use super::*;

#[tokio::test]
async fn a_visit_brings_counters_posts_and_dialogue() {
    let measured = visit(talking()).await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(812));
    assert_eq!(seen.figures.following, Figure::Known(35));
    assert_eq!(seen.figures.posts_total, Figure::Known(1450));
    let permanent_id = seen.identity.permanent_id.as_deref();
    assert_eq!(permanent_id, Some("https://social.example/users/mairie"));
    assert_eq!(seen.identity.renamed_to, None);
    let link = "https://www.exemple.fr/?a=1&b=2".to_owned();
    assert_eq!(seen.identity.profile_links, [(link, true)]);

    assert_eq!(seen.posts.len(), 1, "a reply is no post");
    let post = &seen.posts[0];
    assert_eq!(post.post_id, "10");
    assert_eq!(post.published_at.to_string(), "2026-11-21T09:15:02.123Z");
    assert_eq!(post.reactions, Figure::Known(9));
    assert_eq!(post.comments, Figure::Known(2));
    assert_eq!(post.shares, Figure::Known(6), "boosts and quotes");
    assert_eq!(
        post.views,
        Figure::Missing(MissingReason::NotGivenByPlatform)
    );

    let threads = seen.threads.known().unwrap();
    let delays: Vec<_> = threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect();
    assert_eq!(delays, [Some(5400), None]);
    let views = (FigureName::Views, MissingReason::NotGivenByPlatform);
    assert_eq!(seen.unavailable.into_iter().collect::<Vec<_>>(), [views]);
    assert_eq!(
        seen.fetches.len(),
        4,
        "webfinger, lookup, statuses, one context"
    );
}

/// What a second visit asks and finds, after one to `talking` alone.
async fn second_visit(instance: Instance) -> (Vec<String>, Measured) {
    let first = visit(talking()).await.measurement;
    let server = instance.start().await;
    // The first server's port is not the second's; all else of the state holds.
    let mut state: Value = serde_json::from_str(&first.state.unwrap()).unwrap();
    state["root"] = json!(server.root());
    let mut request = request(&server);
    request.previous_state = Some(state.to_string());
    let measured = visit_with(&server, request, settings()).await;
    (server.take_paths(), measured)
}

#[tokio::test]
async fn a_second_visit_asks_only_for_what_moved() {
    let (paths, measured) = second_visit(talking()).await;
    assert_eq!(
        paths,
        [format!("/api/v1/accounts/{OWN_ID}"), statuses_path()]
    );
    let threads = measured.measurement.threads.known().unwrap();
    assert_eq!(threads.len(), 2);
    assert_eq!(threads[0].reply_delay_secs(), Some(5400));
}

#[tokio::test]
async fn a_new_reply_of_the_account_reopens_unanswered_conversations() {
    let statuses = json!([
        status("40", "2026-11-22T08:00:00Z", Some("c2-citizen-canary"), 0),
        status("30", "2026-11-21T11:30:00Z", Some("c1-citizen-canary"), 0),
        status("10", "2026-11-21T09:15:02.123Z", None, 2),
    ]);
    let context = vec![
        message("c1", "2026-11-21T10:00:00Z", "10"),
        message("m1", "2026-11-21T11:30:00Z", "c1-citizen-canary"),
        message("c2", "2026-11-21T12:00:00Z", "10"),
        message("m2", "2026-11-22T08:00:00Z", "c2-citizen-canary"),
    ];
    let instance = talking()
        .with(&statuses_path(), Answer::json(statuses))
        .with_context("10", context);
    let (paths, measured) = second_visit(instance).await;
    assert_eq!(paths.last().unwrap(), "/api/v1/statuses/10/context");
    let threads = measured.measurement.threads.known().unwrap();
    assert!(threads.iter().all(|thread| thread.replied_at.is_some()));
}

#[tokio::test]
async fn a_remembered_id_that_its_server_forgot_is_looked_up_again() {
    let instance = talking().without(&format!("/api/v1/accounts/{OWN_ID}"));
    let (paths, measured) = second_visit(instance).await;
    assert_eq!(
        paths[1..3],
        ["/.well-known/webfinger", "/api/v1/accounts/lookup"]
    );
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
}

#[tokio::test]
async fn a_visit_that_fails_keeps_what_the_last_one_left() {
    let server = members_only().await;
    let mut request = request(&server);
    request.previous_state = Some("{\"of\":\"another version\"}".to_owned());
    let measured = visit_with(&server, request.clone(), settings()).await;
    assert_eq!(measured.measurement.state, request.previous_state);
}
