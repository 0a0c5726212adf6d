//! A visit as a whole, and what a second one asks after it.

use super::*;

#[tokio::test]
async fn a_visit_brings_counters_videos_and_dialogue() {
    let measured = visit(talking()).await;
    assert_eq!(measured.retry, None);
    assert_eq!(delays(&measured), [Some(2 * 3600), None]);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(57));
    assert_eq!(seen.figures.following, Figure::Known(0));
    assert_eq!(seen.figures.posts_total, Figure::Known(1));
    let permanent_id = seen.identity.permanent_id.as_deref();
    assert_eq!(
        permanent_id,
        Some("https://video.example.fr/video-channels/ville_exemple")
    );
    assert_eq!(seen.identity.renamed_to, None);
    let link = ("https://www.exemple.fr/".to_owned(), false);
    assert_eq!(seen.identity.profile_links, [link]);

    let post = &seen.posts[0];
    assert_eq!(post.post_id, "u-1");
    assert_eq!(
        post.url.as_deref(),
        Some("https://video.example.fr/videos/watch/u-1")
    );
    assert_eq!(post.published_at.to_string(), "2026-11-20T17:00:00Z");
    assert_eq!(post.views, Figure::Known(212));
    assert_eq!(post.reactions, Figure::Known(6), "likes without dislikes");
    assert_eq!(post.comments, Figure::Known(5));
    assert_eq!(
        post.shares,
        Figure::Missing(MissingReason::NotGivenByPlatform)
    );
    let shares = (FigureName::Shares, MissingReason::NotGivenByPlatform);
    assert_eq!(seen.unavailable.into_iter().collect::<Vec<_>>(), [shares]);

    let recorded: Vec<&str> = seen
        .fetches
        .iter()
        .map(|record| record.url.path())
        .collect();
    let threads = threads_path("u-1");
    let thread = format!("{threads}/*");
    assert_eq!(
        recorded,
        [CHANNEL_PATH, VIDEOS_PATH, &threads, &thread],
        "a record names no comment"
    );
}

#[tokio::test]
async fn a_second_visit_asks_for_no_answer_twice() {
    let (paths, measured) = second_visit(talking(), talking()).await;
    assert_eq!(
        paths,
        [CHANNEL_PATH, VIDEOS_PATH, &threads_path("u-1")],
        "the answered thread is known, the list of threads tells the others"
    );
    assert_eq!(delays(&measured), [Some(2 * 3600), None]);
}

/// `talking` on an instance that counts comments.
fn talking_and_counting(comments: u64) -> Instance {
    let video = counting("u-1", "2026-11-20T17:00:00.000Z", comments);
    talking().with(VIDEOS_PATH, list(1, vec![video]))
}

#[tokio::test]
async fn where_comments_are_counted_only_those_that_moved_are_asked_for() {
    let (paths, measured) = second_visit(talking_and_counting(5), talking_and_counting(5)).await;
    assert_eq!(paths, [CHANNEL_PATH, VIDEOS_PATH]);
    assert_eq!(delays(&measured), [Some(2 * 3600), None]);
    let post = &measured.measurement.posts[0];
    assert_eq!(post.comments, Figure::Known(5));

    let (paths, measured) = second_visit(talking_and_counting(5), talking_and_counting(6)).await;
    assert_eq!(paths.last(), Some(&threads_path("u-1")));
    assert_eq!(measured.measurement.posts[0].comments, Figure::Known(6));
}

#[tokio::test]
async fn an_answer_given_since_the_last_visit_is_read() {
    let answer = comment(60, "2026-11-22T10:00:00.000Z", mairie());
    let question = comment(CANARY_NUMBER + 2, "2026-11-21T10:00:00.000Z", citizen());
    let heads = vec![
        head(CANARY_NUMBER + 2, "2026-11-21T10:00:00.000Z", 1, 1),
        head(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z", 3, 2),
    ];
    let later = talking().with_threads("u-1", heads).with_thread(
        "u-1",
        CANARY_NUMBER + 2,
        tree(question, vec![tree(answer, vec![])]),
    );
    let (paths, measured) = second_visit(talking(), later).await;
    assert_eq!(paths.len(), 4, "one thread alone: {paths:?}");
    assert_eq!(delays(&measured), [Some(2 * 3600), Some(24 * 3600)]);
}

#[tokio::test]
async fn a_state_of_another_version_or_actor_is_as_none() {
    for state in [
        "{\"of\":\"another version\"}",
        r#"{"actor":"https://autre.example/video-channels/x","videos":{"u-1":{"n":5}}}"#,
    ] {
        let server = talking_and_counting(5).start().await;
        let mut request = request(CHANNEL);
        request.previous_state = Some(state.to_owned());
        let settings = settings(&server);
        let measured = visit_with(&server, request, settings).await;
        assert_eq!(delays(&measured), [Some(2 * 3600), None]);
    }
}

#[tokio::test]
async fn a_visit_that_fails_keeps_what_the_last_one_left() {
    let server = Instance::new(Vec::new())
        .without(CHANNEL_PATH)
        .start()
        .await;
    let mut request = request(CHANNEL);
    request.previous_state = Some("{}".to_owned());
    let settings = settings(&server);
    let measured = visit_with(&server, request.clone(), settings).await;
    assert_eq!(measured.measurement.state, request.previous_state);
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let server = talking().start().await;
    let connector = PeertubeConnector::new(client(&[&server]), settings(&server));
    let nobody = "channel:nobody@video.example.fr";
    let batch = [request(nobody), request(CHANNEL), request("ville")];
    let measured = connector.measure(&batch).await;
    let outcomes: Vec<Outcome> = measured
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
    for (asked, measured) in batch.iter().zip(&measured) {
        assert_eq!(asked.account, measured.measurement.account);
    }
}
