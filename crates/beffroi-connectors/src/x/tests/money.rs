//! What a visit asks for, and so costs: X bills each object that it returns.

use super::*;

#[tokio::test]
async fn known_posts_are_read_again_when_their_turn_has_come_and_not_twice() {
    let mut moved = talking();
    moved.posts.push(post(ago(-3), 0));
    moved.users = vec![user(ID, "VilleDeTest", 3)];
    let (asked, seen) = two_nights(talking(), moved, |settings| {
        settings.refresh_days = NonZeroU16::MIN;
    })
    .await;
    let expected = [
        "users",
        "users/1001/tweets",
        "tweets/search/recent",
        "tweets",
    ];
    assert_eq!(paths(&asked), expected);
    assert_eq!(
        asked[3].query("ids"),
        [id_at(ago(10))],
        "the new one was listed"
    );
    for post in &seen.posts {
        assert_eq!(post.reactions, Figure::Known(14));
    }
}

#[tokio::test]
async fn a_profile_whose_turn_has_not_come_is_not_paid_for() {
    let mut moved = talking();
    moved.posts.push(post(ago(-3), 0));
    let (asked, seen) = two_nights(talking(), moved, |settings| {
        settings.profile_days = NEVER;
        settings.refresh_days = NEVER;
    })
    .await;
    assert_eq!(paths(&asked), ["users/1001/tweets", "tweets/search/recent"]);
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotAsked)
    );
    assert_eq!(
        seen.unavailable[&FigureName::Followers],
        MissingReason::NotAsked
    );
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
    assert_eq!(seen.posts.len(), 2);
}

#[tokio::test]
async fn posts_and_replies_before_the_window_are_not_paid_for() {
    let server = talking().start().await;
    measure(&server, settings(&server), &[request(HANDLE, 0)]).await;
    let asked = server.asked();
    assert_eq!(
        paths(&asked),
        ["users/by", "users/1001/tweets", "tweets/search/recent"]
    );
    let start: Timestamp = asked[1].query("start_time").remove(0).parse().unwrap();
    assert_eq!(start, as_of(0) - SignedDuration::from_hours(28 * 24));
    let from: Timestamp = asked[2].query("start_time").remove(0).parse().unwrap();
    assert_eq!(from, ago(10), "nobody replies before the first post");
    let until: Timestamp = asked[2].query("end_time").remove(0).parse().unwrap();
    assert_eq!(until, as_of(0));
}

#[tokio::test]
async fn the_profile_of_an_account_named_twice_is_read_once() {
    let server = talking().start().await;
    let batch = [request(HANDLE, 0), request(HANDLE, 0)];
    for measured in measure(&server, settings(&server), &batch).await {
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(delays(&measured.measurement), [Some(3600), None]);
    }
    assert_eq!(server.asked()[0].query("usernames"), [HANDLE]);
}

#[tokio::test]
async fn without_dialogue_neither_replies_nor_answers_are_asked_for() {
    let server = talking().start().await;
    let settings = XSettings {
        dialogue: false,
        ..settings(&server)
    };
    let measured = measure(&server, settings, &[request(HANDLE, 0)])
        .await
        .remove(0);
    let asked = server.asked();
    assert_eq!(paths(&asked), ["users/by", "users/1001/tweets"]);
    assert_eq!(asked[1].query("exclude"), ["retweets,replies"]);
    let threads = measured.measurement.threads;
    assert_eq!(threads, Figure::Missing(MissingReason::NotAsked));
}

#[tokio::test]
async fn a_counter_that_does_not_move_is_not_believed_for_ever() {
    let first = visit(talking()).await.measurement;
    let mut state: Value = serde_json::from_str(&first.state.unwrap()).unwrap();
    for (days, is_listed) in [(6, false), (8, true)] {
        let server = talking().start().await;
        let mut request = request(HANDLE, 1);
        state["listed_to"] = json!(as_of(1) - SignedDuration::from_hours(24 * days));
        request.previous_state = Some(state.to_string());
        measure(&server, settings(&server), &[request]).await;
        let asked = server.asked();
        let has_listed = paths(&asked).contains(&"users/1001/tweets");
        assert_eq!(has_listed, is_listed, "{days}");
    }
}

#[tokio::test]
async fn no_more_is_spent_than_a_day_allows_and_what_was_billed_is_counted_exactly() {
    let server = talking().start().await;
    let ledger = beffroi_budget::Ledger::in_memory();
    let access = Access {
        ledger: ledger.clone(),
        ..Access::with(client(&[&server]), TOKEN, None)
    };
    // A profile, and a page of posts that may hold a hundred.
    let poor = XSettings {
        dollars_per_day: Dollars::from_micros(510_000),
        dialogue: false,
        ..settings(&server)
    };
    let connector = XConnector::new(access.clone(), poor.clone());
    let measured = measure_with(&connector, &[request(HANDLE, 0)]).await;
    let posts = measured[0].measurement.posts.len() as u64;
    assert!(posts > 0);
    let purse = access.purse(Platform::X, poor.allowances());
    let spent = price::USER_PRICE + posts * price::POST_PRICE;
    let left = 510_000 - spent;
    purse.reserve("money", left).await.unwrap().settle(0);
    assert!(purse.reserve("money", left + 1).await.is_err());

    let other = measure_with(&connector, &[request(HANDLE, 0)])
        .await
        .remove(0);
    assert_eq!(
        other.measurement.outcome,
        Outcome::Measured,
        "the profile fits"
    );
    assert_eq!(
        other.measurement.unavailable[&FigureName::Posts],
        MissingReason::NotAsked,
        "a page of posts does not"
    );
}
