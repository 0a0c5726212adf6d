//! Which posts count, and what is known of them.

use super::*;

fn ids(measurement: &Measurement) -> Vec<&str> {
    let posts = measurement.posts.iter();
    posts.map(|post| post.post_id.as_str()).collect()
}

#[tokio::test]
async fn posts_of_the_window_count_and_what_comes_later_is_left_for_the_next_visit() {
    let later = as_of(0) + SignedDuration::from_secs(60);
    let mut repost = post(ago(3), 0);
    repost["referenced_tweets"] = json!([{"type": "retweeted", "id": "7"}]);
    let mut quote = post(ago(4), 0);
    quote["referenced_tweets"] = json!([{"type": "quoted", "id": "7"}]);
    let x = X::new(vec![
        post(later, 0),
        repost,
        quote,
        post(ago(28 * 24), 0),
        post(ago(27 * 24), 0),
    ]);
    let (asked, seen) = two_nights(x.clone(), x.clone(), |settings| {
        settings.refresh_days = NEVER;
    })
    .await;
    let first = visit(x).await.measurement;
    assert_eq!(ids(&first), [id_at(ago(4)), id_at(ago(27 * 24))]);
    assert!(
        paths(&asked).contains(&"users/1001/tweets"),
        "though the counter has not moved"
    );
    assert_eq!(ids(&seen)[0], id_at(later));
    assert_eq!(
        seen.posts[0].reactions,
        Figure::Known(14),
        "read, not remembered"
    );
}

#[tokio::test]
async fn a_list_goes_on_page_by_page_until_its_end_or_its_limit() {
    let posts: Vec<Value> = (1..=5).map(|hours| post(ago(hours), 0)).collect();
    let x = X {
        page: Some(2),
        ..X::new(posts)
    };
    let seen = visit(x.clone()).await.measurement;
    assert_eq!(seen.posts.len(), 5);
    assert!(seen.unavailable.is_empty());

    let server = x.start().await;
    let settings = XSettings {
        max_pages: NonZeroU16::new(2).unwrap(),
        ..settings(&server)
    };
    let seen = measure(&server, settings.clone(), &[request(HANDLE, 0)])
        .await
        .remove(0);
    let seen = seen.measurement;
    assert_eq!(seen.posts.len(), 4, "the newest");
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::Truncated
    );
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));

    let mut next = request(HANDLE, 1);
    next.previous_state = seen.state;
    let seen = measure(&server, settings, &[next])
        .await
        .remove(0)
        .measurement;
    let reason = seen.unavailable.get(&FigureName::Posts);
    assert_eq!(
        reason,
        Some(&MissingReason::Truncated),
        "the gap is not forgotten"
    );
}

#[tokio::test]
async fn a_post_that_was_deleted_is_left_out_once_that_is_known() {
    let first = X::new(vec![post(ago(10), 0), post(ago(5), 0)]);
    let mut second = first.clone();
    second.posts.remove(0);
    let refreshing = |settings: &mut XSettings| settings.refresh_days = NonZeroU16::MIN;
    let (asked, seen) = two_nights(first, second, refreshing).await;
    assert_eq!(paths(&asked).last(), Some(&"tweets"));
    assert_eq!(ids(&seen), [id_at(ago(5))]);
    assert!(!seen.state.unwrap().contains(&id_at(ago(10))));
}

#[tokio::test]
async fn counters_that_could_not_be_read_are_missing_and_read_at_the_next_visit() {
    let first = X::new(vec![post(ago(10), 0), post(ago(5), 0)]);
    let refreshing = |settings: &mut XSettings| settings.refresh_days = NonZeroU16::MIN;
    let broken = Answer::json(json!({"title": "Service Unavailable"})).status(503);
    let second = first.clone().answering("/2/tweets", broken);
    let (_, seen) = two_nights(first.clone(), second, refreshing).await;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.posts[0].views,
        Figure::Missing(MissingReason::CallFailed)
    );
    let state: Value = serde_json::from_str(&seen.state.unwrap()).unwrap();
    assert_eq!(state["refreshed_at"], json!(null));

    let silent = Answer::json(json!({"data": [post(ago(5), 0)]}));
    let second = first.clone().answering("/2/tweets", silent);
    let (_, seen) = two_nights(first, second, refreshing).await;
    assert_eq!(seen.posts[0].views, Figure::Known(2100));
    assert_eq!(
        seen.posts[1].views,
        Figure::Missing(MissingReason::NotInAnswer)
    );
}

#[tokio::test]
async fn an_edited_post_keeps_its_first_id() {
    let (first_id, edited_id) = (id_at(ago(10)), id_at(ago(9)));
    let mut edited = post(ago(9), 1);
    edited["edit_history_tweet_ids"] = json!([first_id, edited_id]);
    let x = X::new(vec![edited]).replying(vec![reply(CITIZEN, ago(8), ago(9), ago(9))]);
    let refreshing = |settings: &mut XSettings| settings.refresh_days = NonZeroU16::MIN;
    let (asked, seen) = two_nights(x.clone(), x, refreshing).await;
    assert_eq!(ids(&seen), [first_id]);
    assert!(seen.posts[0].url.as_ref().unwrap().ends_with(&edited_id));
    assert_eq!(
        asked.last().unwrap().query("ids"),
        [edited_id],
        "by the id of today"
    );
    assert_eq!(seen.posts[0].reactions, Figure::Known(14));
    assert_eq!(delays(&seen), [None]);
}

#[tokio::test]
async fn counters_that_are_missing_are_no_zeros_and_texts_are_numbers() {
    let mut bare = post(ago(10), 0);
    bare.as_object_mut().unwrap().remove("public_metrics");
    let mut texts = post(ago(5), 0);
    texts["public_metrics"] = json!({
        "retweet_count": "3", "reply_count": "7", "like_count": "many", "impression_count": null,
        "quote_count": "1",
    });
    let mut unquoted = post(ago(3), 0);
    let counters = unquoted["public_metrics"].as_object_mut().unwrap();
    counters.remove("quote_count");
    counters.remove("impression_count");
    let seen = visit(X::new(vec![bare, texts, unquoted])).await.measurement;
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    let [unquoted, texts, bare] = &seen.posts[..] else {
        panic!("three posts: {:?}", seen.posts)
    };
    assert_eq!(unquoted.shares, missing, "a part of a sum is no sum");
    assert_eq!(bare.reactions, missing);
    assert_eq!(bare.comments, missing);
    assert_eq!(bare.shares, missing);
    assert_eq!(bare.views, missing);
    assert_eq!(texts.shares, Figure::Known(4));
    assert_eq!(texts.comments, Figure::Known(7));
    assert_eq!(texts.reactions, missing);
    assert_eq!(texts.views, missing);
    assert_eq!(
        seen.unavailable[&FigureName::Views],
        MissingReason::NotInAnswer
    );
}

#[tokio::test]
async fn what_a_post_shows_is_read_when_it_is_listed_and_remembered() {
    let link =
        json!({"urls": [{"url": "https://t.co/a", "expanded_url": "https://x.com/photo/1"}]});
    let media = |keys: &[&str]| json!({"attachments": {"media_keys": keys}, "entities": link});
    let cases = [
        (json!({}), Some(PostKind::Text)),
        (
            json!({"entities": {"mentions": [{"username": CANARY}]}}),
            Some(PostKind::Text),
        ),
        (json!({"entities": link}), Some(PostKind::Link)),
        (media(&["3_1263145212760805376"]), Some(PostKind::Image)),
        (media(&["3_1", "3_2"]), Some(PostKind::Album)),
        (media(&["7_1"]), Some(PostKind::Video)),
        (media(&["13_1"]), Some(PostKind::Video)),
        (media(&["16_1"]), Some(PostKind::Video)),
        (media(&["99_1"]), None),
        (
            json!({"attachments": {"poll_ids": ["1"]}}),
            Some(PostKind::Poll),
        ),
        (
            json!({"referenced_tweets": [{"type": "quoted", "id": "7"}], "entities": link}),
            Some(PostKind::Repost),
        ),
    ];
    let posts = cases.iter().zip(1..).map(|((changes, _), hours)| {
        let mut post = post(ago(hours), 0);
        let members = post.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        post
    });
    let x = X::new(posts.collect());
    let kinds = |measurement: &Measurement| -> Vec<_> {
        measurement.posts.iter().map(|post| post.kind).collect()
    };
    let expected: Vec<_> = cases.iter().map(|(_, kind)| *kind).collect();
    let first = visit(x.clone()).await.measurement;
    assert_eq!(kinds(&first), expected);
    let (_, second) = two_nights(x.clone(), X::new(Vec::new()), |_| {}).await;
    assert_eq!(kinds(&second), expected, "though they are not listed again");
}
