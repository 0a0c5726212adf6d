//! Answers in another shape: the other spelling, which is read, and none that is known.

use super::*;

const LAYOUT: Outcome = Outcome::Failed(Failed::Layout);

/// The same in the words of OpenAPI 2.167.
fn respelt(value: &Value) -> Value {
    let text = value.to_string();
    let words = [
        ("referenced_tweets", "referenced_posts"),
        ("edit_history_tweet_ids", "edit_history_post_ids"),
        ("retweet_count", "repost_count"),
        ("tweet_count", "post_count"),
    ];
    let text = words
        .iter()
        .fold(text, |text, (old, new)| text.replace(old, new));
    serde_json::from_str(&text).unwrap()
}

#[tokio::test]
async fn both_spellings_are_read() {
    let mut x = talking();
    for values in [&mut x.users, &mut x.posts, &mut x.replies] {
        for value in values.iter_mut() {
            *value = respelt(value);
        }
    }
    // Without the author, which the newer spelling gives by an expansion alone.
    for reply in &mut x.replies {
        reply.as_object_mut().unwrap().remove("author_id");
    }
    let server = x.start().await;
    let settings = XSettings {
        field_names: FieldNames::Post,
        ..settings(&server)
    };
    let seen = measure(&server, settings, &[request(HANDLE, 0)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.figures.posts_total, Figure::Known(2));
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(seen.posts[0].shares, Figure::Known(4));
    assert_eq!(delays(&seen), [Some(3600), None]);
    for asked in &server.asked()[1..] {
        assert_eq!(asked.query("expansions"), ["referenced_posts"]);
        assert_eq!(asked.query("tweet.fields").len(), 0);
    }
}

#[tokio::test]
async fn profiles_without_the_known_shape_are_named() {
    for (answer, expected) in [
        (Answer::page(200, "<html>oops</html>"), LAYOUT),
        (Answer::page(200, "{\"data\":[{\"id\":"), LAYOUT),
        (Answer::json(json!({})), LAYOUT),
        (Answer::json(json!({"data": {"id": ID}})), LAYOUT),
        (
            Answer::json(json!({"data": [{"id": ID, "login": HANDLE}]})),
            LAYOUT,
        ),
        (
            Answer::json(json!({"data": [user("x/1", HANDLE, 0)]})),
            LAYOUT,
        ),
        (
            Answer::json(json!({"data": [user(OTHER_ID, OTHER, 0)]})),
            LAYOUT,
        ),
        (
            Answer::json(json!({"errors": [{"title": "Field error"}]})),
            LAYOUT,
        ),
        (
            Answer::error(404, "no such path"),
            Outcome::Failed(Failed::Http4xx),
        ),
        (
            Answer::json(
                json!({"title": "Invalid Request", "errors": [{"parameters": {}}],
                "type": "https://api.x.com/2/problems/invalid-request"}),
            )
            .status(400),
            Outcome::Failed(Failed::Http4xx),
        ),
    ] {
        let seen = visit(talking().answering("/2/users/by", answer.clone()))
            .await
            .measurement;
        assert_eq!(seen.outcome, expected, "{answer:?}");
        let missing = Figure::Missing(MissingReason::NotMeasured);
        assert_eq!(seen.figures.followers, missing);
    }
}

#[tokio::test]
async fn lists_without_the_known_shape_are_no_empty_lists() {
    for answer in [
        Answer::page(200, "<html>oops</html>"),
        Answer::json(json!({})),
        Answer::json(json!({"meta": {"result_count": 3}})),
        Answer::json(json!({"data": [{"no": "id"}], "meta": {"result_count": 1}})),
        Answer::json(json!({"data": [{"id": "7"}], "meta": {"result_count": 1}})),
        Answer::json(json!({"data": "none", "meta": {"result_count": 1}})),
        Answer::json(json!({"errors": [{"title": "?"}]})),
    ] {
        let x = talking().answering("/2/users/1001/tweets", answer.clone());
        let seen = visit(x).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured, "{answer:?}");
        assert_eq!(seen.figures.followers, Figure::Known(9120));
        let reason = seen.unavailable.get(&FigureName::Posts);
        assert_eq!(reason, Some(&MissingReason::CallFailed), "{answer:?}");
        assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
    }
    let empty = Answer::json(json!({"meta": {"result_count": 0}}));
    let seen = visit(talking().answering("/2/users/1001/tweets", empty))
        .await
        .measurement;
    assert!(seen.posts.is_empty() && seen.unavailable.is_empty());
}

#[tokio::test]
async fn without_a_profile_a_list_that_fails_is_the_end() {
    let broken = talking().answering("/2/users/1001/tweets", Answer::json(json!({})));
    let (_, seen) = two_nights(talking(), broken, |settings| {
        settings.profile_days = NEVER;
    })
    .await;
    assert_eq!(seen.outcome, LAYOUT);
    assert!(seen.state.unwrap().contains(ID), "what was known is kept");
}

#[tokio::test]
async fn posts_that_cannot_be_read_spoil_no_others() {
    let mut x = talking();
    let odd = json!({
        "data": [null, {"id": {}}, {"id": "7", "created_at": "yesterday"}, x.posts[0], x.posts[1]],
        "meta": {"result_count": "5"},
    });
    x = x.answering("/2/users/1001/tweets", Answer::json(odd));
    let seen = visit(x).await.measurement;
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(delays(&seen), [Some(3600), None]);
}

#[tokio::test]
async fn searches_without_the_known_shape_are_no_silence() {
    for answer in [
        Answer::json(json!({})),
        Answer::json(json!({"errors": [{"title": "?"}]})),
        Answer::json(json!({"data": [{"no": "id"}], "meta": {"result_count": 1}})),
    ] {
        let x = talking().answering("/2/tweets/search/recent", answer.clone());
        let seen = visit(x).await.measurement;
        assert_eq!(
            seen.threads,
            Figure::Missing(MissingReason::CallFailed),
            "{answer:?}"
        );
    }
}
