//! Visitors' threads and the account's answers.

use super::*;

/// A night later: the question of 7 hours before the first night is answered, and a third is asked.
fn talking_on() -> X {
    let mut x = talking();
    x.users = vec![user(ID, "VilleDeTest", 3)];
    x.posts.push(reply(ID, ago(-5), ago(7), ago(10)));
    x.replies.push(reply(CITIZEN, ago(-6), ago(10), ago(10)));
    x
}

#[tokio::test]
async fn an_answer_of_the_next_night_finds_the_question_of_the_last() {
    let (_, seen) = two_nights(talking(), talking_on(), |settings| {
        settings.refresh_days = NEVER;
    })
    .await;
    let twelve_hours = 12 * 3600;
    assert_eq!(delays(&seen), [Some(3600), Some(twelve_hours), None]);
}

#[tokio::test]
async fn replies_to_a_continuation_open_threads_and_the_rest_below_do_not() {
    let continuation = reply(ID, ago(9), ago(10), ago(10));
    let answer = reply(ID, ago(6), ago(8), ago(10));
    let elsewhere = ago(200);
    let answer_elsewhere = reply(ID, ago(5), ago(20), elsewhere);
    let x = X::new(vec![
        post(ago(10), 1),
        continuation,
        answer,
        answer_elsewhere,
    ])
    .replying(vec![
        reply(CITIZEN, ago(8), ago(9), ago(10)),
        reply(CITIZEN, ago(5), ago(6), ago(10)),
        reply(CITIZEN, ago(4), elsewhere, elsewhere),
    ]);
    let seen = visit(x).await.measurement;
    assert_eq!(seen.posts.len(), 1, "a thread of two posts is one post");
    assert_eq!(delays(&seen), [Some(7200)]);
}

#[tokio::test]
async fn the_accounts_own_words_found_by_the_search_open_no_thread() {
    let continuation = reply(ID, ago(9), ago(10), ago(10));
    let x = X::new(vec![post(ago(10), 1), continuation.clone()]).replying(vec![continuation]);
    assert_eq!(
        visit(x).await.measurement.threads,
        Figure::Known(Vec::new())
    );
}

#[tokio::test]
async fn a_conversation_that_began_before_the_search_goes_back_makes_the_dialogue_truncated() {
    let old = ago(20 * 24);
    let seen = visit(X::new(vec![post(old, 1), post(ago(10), 0)]))
        .await
        .measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
    assert_eq!(
        seen.unavailable[&FigureName::Dialogue],
        MissingReason::Truncated
    );
    let seen = visit(X::new(vec![post(old, 0), post(ago(10), 0)]))
        .await
        .measurement;
    assert_eq!(
        seen.threads,
        Figure::Known(Vec::new()),
        "without replies nothing is missed"
    );
}

#[tokio::test]
async fn a_gap_between_two_visits_leaves_the_dialogue_truncated() {
    let first = visit(talking()).await.measurement;
    let mut state: Value = serde_json::from_str(&first.state.unwrap()).unwrap();
    let long_ago = as_of(1) - SignedDuration::from_hours(9 * 24);
    state["heard"] = json!({"since": long_ago, "to": long_ago});
    let post_id = id_at(ago(10));
    state["posts"][&post_id]["at"] = json!(as_of(1) - SignedDuration::from_hours(12 * 24));
    let server = talking().start().await;
    let settings = XSettings {
        refresh_days: NEVER,
        ..settings(&server)
    };
    let mut request = request(HANDLE, 1);
    request.previous_state = Some(state.to_string());
    let seen = measure(&server, settings, &[request])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
}

#[tokio::test]
async fn more_replies_than_pages_make_the_dialogue_truncated() {
    let mut x = talking();
    x.page = Some(1);
    let server = x.start().await;
    let settings = XSettings {
        max_search_pages: NonZeroU16::MIN,
        ..settings(&server)
    };
    let seen = measure(&server, settings, &[request(HANDLE, 0)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
    assert_eq!(seen.posts.len(), 1, "posts are read to their end");
}

#[tokio::test]
async fn a_search_goes_on_page_by_page() {
    let mut x = talking();
    x.page = Some(1);
    let seen = visit(x).await.measurement;
    assert_eq!(delays(&seen), [Some(3600), None]);
}

#[tokio::test]
async fn a_search_that_fails_loses_the_dialogue_alone_and_is_made_up_for() {
    let unavailable = Answer::json(json!({"title": "Service Unavailable"})).status(503);
    let broken = talking().answering("/2/tweets/search/recent", unavailable);
    let seen = visit(broken.clone()).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
    assert_eq!(seen.posts[0].comments, Figure::Known(2));

    let (_, seen) = two_nights(broken, talking_on(), |settings| {
        settings.refresh_days = NEVER;
    })
    .await;
    assert_eq!(delays(&seen), [Some(3600), Some(12 * 3600), None]);
}

#[tokio::test]
async fn where_replies_are_restricted_their_absence_means_nothing() {
    let mut restricted = post(ago(10), 0);
    restricted["reply_settings"] = json!("mentionedUsers");
    let seen = visit(X::new(vec![restricted.clone()])).await.measurement;
    let reason = MissingReason::RepliesRestricted;
    assert_eq!(seen.threads, Figure::Missing(reason));
    assert_eq!(seen.posts[0].comments, Figure::Missing(reason));
    let seen = visit(X::new(vec![restricted, post(ago(5), 0)]))
        .await
        .measurement;
    assert_eq!(seen.threads, Figure::Known(Vec::new()), "one post is open");
    assert_eq!(seen.posts[0].comments, Figure::Known(0));
}
