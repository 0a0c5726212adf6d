//! A visit as a whole, and what a second one asks after it.

use super::*;

#[tokio::test]
async fn a_visit_brings_counters_posts_and_dialogue() {
    let measured = visit(talking()).await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(9120));
    assert_eq!(seen.figures.following, Figure::Known(310));
    assert_eq!(seen.figures.posts_total, Figure::Known(2));
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
    assert_eq!(seen.identity.renamed_to, None, "capitals are no other name");
    let link = "https://www.ville-de-test.example/".to_owned();
    assert_eq!(seen.identity.profile_links, [(link, false)]);

    assert_eq!(seen.posts.len(), 1, "a reply is no post");
    let post = &seen.posts[0];
    assert_eq!(post.post_id, id_at(ago(10)));
    let page = format!("https://x.com/VilleDeTest/status/{}", post.post_id);
    assert_eq!(post.url.as_deref(), Some(page.as_str()));
    assert_eq!(post.published_at, ago(10));
    assert_eq!(post.reactions, Figure::Known(14));
    assert_eq!(post.comments, Figure::Known(2));
    assert_eq!(post.shares, Figure::Known(4), "reposts and quotes");
    assert_eq!(post.views, Figure::Known(2100));

    assert_eq!(delays(&seen), [Some(3600), None]);
    assert!(seen.unavailable.is_empty(), "{:?}", seen.unavailable);
    assert_eq!(seen.fetches.len(), 3, "profile, posts, one search");
}

#[tokio::test]
async fn a_second_visit_asks_by_id_and_only_for_what_moved() {
    let (asked, seen) = two_nights(talking(), talking(), |settings| {
        settings.refresh_days = NEVER;
    })
    .await;
    assert_eq!(paths(&asked), ["users", "tweets/search/recent"]);
    assert_eq!(asked[0].query("ids"), [ID]);
    let heard_to = asked[1].query("start_time").remove(0);
    assert_eq!(heard_to.parse::<Timestamp>().unwrap(), as_of(0));
    assert_eq!(delays(&seen), [Some(3600), None], "remembered");
    assert_eq!(
        seen.posts[0].reactions,
        Figure::Missing(MissingReason::NotAsked)
    );
    assert_eq!(
        seen.unavailable[&FigureName::Reactions],
        MissingReason::NotAsked
    );
    assert_eq!(seen.figures.followers, Figure::Known(9120));

    let mut moved = talking();
    let new_at = ago(-3);
    moved.posts.push(post(new_at, 0));
    moved.users = vec![user(ID, "VilleDeTest", 3)];
    let (asked, seen) = two_nights(talking(), moved, |settings| {
        settings.refresh_days = NEVER;
    })
    .await;
    assert_eq!(
        paths(&asked),
        ["users", "users/1001/tweets", "tweets/search/recent"]
    );
    assert_eq!(
        asked[1].query("since_id"),
        [id_at(ago(8))],
        "own replies count"
    );
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, [id_at(new_at), id_at(ago(10))], "newest first");
    assert_eq!(seen.posts[0].reactions, Figure::Known(14));
    assert_eq!(seen.unavailable.get(&FigureName::Reactions), None);
}

#[tokio::test]
async fn an_account_without_posts_is_measured_and_its_dialogue_is_empty() {
    let measured = visit(X::new(Vec::new())).await.measurement;
    assert_eq!(measured.outcome, Outcome::Measured);
    assert!(measured.posts.is_empty());
    assert_eq!(measured.threads, Figure::Known(Vec::new()));
    assert!(measured.unavailable.is_empty());
    assert_eq!(measured.fetches.len(), 2, "nobody can have replied");
}

#[tokio::test]
async fn a_visit_that_fails_keeps_what_the_last_one_left() {
    let server = X::new(Vec::new()).not_found(HANDLE).start().await;
    let mut request = request(HANDLE, 0);
    request.previous_state = Some("{\"of\":\"another version\"}".to_owned());
    let measured = measure(&server, settings(&server), &[request.clone()]).await;
    assert_eq!(measured[0].measurement.state, request.previous_state);
    let injected = json!({"id": "../1", "username": "a"}).to_string();
    request.previous_state = Some(injected);
    measure(&server, settings(&server), &[request]).await;
    let asked = server.asked();
    let by_name = ["users/by", "users/by"];
    assert_eq!(
        paths(&asked),
        by_name,
        "a state that cannot be read is as none"
    );
}

#[tokio::test]
async fn what_is_left_for_the_next_visit_names_no_citizen() {
    let measured = visit(talking()).await.measurement;
    let state = measured.state.unwrap();
    for id in [ago(9), ago(7)].map(id_at) {
        assert!(!state.contains(&id), "{state}");
    }
    assert!(state.contains(&id_at(ago(10))), "the account's own post is");
}
