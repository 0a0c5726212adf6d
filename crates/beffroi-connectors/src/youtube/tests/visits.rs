//! A visit as a whole, and what a second one asks after it.

use super::*;

#[tokio::test]
async fn a_visit_brings_counters_videos_and_dialogue() {
    let measured = visit(talking()).await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(1240));
    assert_eq!(
        seen.figures.following,
        Figure::Missing(MissingReason::NotGivenByPlatform)
    );
    assert_eq!(seen.figures.posts_total, Figure::Known(312));
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
    let created_at = seen.identity.created_at.unwrap();
    assert_eq!(created_at.to_string(), "2011-03-02T10:11:12Z");

    assert_eq!(seen.posts.len(), 1);
    let post = &seen.posts[0];
    assert_eq!(post.post_id, "video10");
    assert_eq!(post.kind, Some(PostKind::Video));
    let page = "https://www.youtube.com/watch?v=video10";
    assert_eq!(post.url.as_deref(), Some(page));
    assert_eq!(post.published_at.to_string(), "2026-11-20T17:00:03Z");
    assert_eq!(post.reactions, Figure::Known(11));
    assert_eq!(post.comments, Figure::Known(3));
    assert_eq!(post.views, Figure::Known(532));

    let threads = seen.threads.known().unwrap();
    let delays: Vec<_> = threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect();
    assert_eq!(delays, [Some(2400), None]);
    let never = MissingReason::NotGivenByPlatform;
    assert_eq!(
        seen.unavailable.into_iter().collect::<Vec<_>>(),
        [(FigureName::Following, never), (FigureName::Shares, never)]
    );
    assert_eq!(
        seen.fetches.len(),
        4,
        "channel, uploads, counters, one page of threads"
    );
}

#[tokio::test]
async fn a_channel_without_videos_has_an_empty_list_and_an_empty_dialogue() {
    // An existing channel without any video has no list of uploads.
    let mut without_list =
        Api::default().with_channel(channel_with("statistics", json!({"videoCount": "0"})));
    without_list.uploads.clear();
    for api in [Api::default(), without_list] {
        let seen = visit(api).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert!(seen.posts.is_empty());
        assert_eq!(seen.threads, Figure::Known(Vec::new()));
        assert!(!seen.unavailable.contains_key(&FigureName::Posts));
        assert_eq!(seen.fetches.len(), 2, "no counters are asked for");
    }
}

#[tokio::test]
async fn a_second_visit_asks_only_for_what_moved() {
    let (asked, measured) = visit_again(talking(), talking()).await;
    assert_eq!(asked, ["channels", "videos:batchGetStats"]);
    let threads = measured.measurement.threads.known().unwrap();
    assert_eq!(threads.len(), 2);
    assert_eq!(threads[0].reply_delay_secs(), Some(2400));

    let mut answered = talking();
    answered.videos = vec![video("video10", "2026-11-20T17:00:03Z", 4)];
    answered.threads[0] = thread(
        "video10",
        comment("c2", "2026-11-21T10:00:00Z"),
        vec![comment("m2", "2026-11-23T10:00:00Z")],
    );
    let (asked, measured) = visit_again(talking(), answered).await;
    assert_eq!(
        asked,
        ["channels", "videos:batchGetStats", "commentThreads"]
    );
    let threads = measured.measurement.threads.known().unwrap();
    assert!(threads.iter().all(|thread| thread.replied_at.is_some()));
}

#[tokio::test]
async fn uploads_are_listed_again_when_the_number_of_videos_moved() {
    let mut more = Api::with_videos(&[
        ("video11", "2026-11-23T12:00:00Z", 0),
        ("video10", "2026-11-20T17:00:03Z", 3),
    ]);
    more.channels = vec![channel_with("statistics", json!({"videoCount": "313"}))];
    let (asked, measured) = visit_again(talking(), more).await;
    assert_eq!(asked, ["channels", "playlistItems", "videos:batchGetStats"]);
    assert_eq!(post_ids(&measured), ["video11", "video10"]);
    let threads = measured.measurement.threads.known().unwrap();
    assert_eq!(threads.len(), 2, "what is remembered outlives the listing");
}

#[tokio::test]
async fn a_video_that_came_while_the_crawl_ran_is_in_the_next_run_without_listing() {
    let api = || {
        Api::with_videos(&[
            ("video11", "2026-11-23T02:00:00Z", 0),
            ("video10", "2026-11-20T17:00:03Z", 0),
        ])
    };
    assert_eq!(post_ids(&visit(api()).await), ["video10"]);
    let (asked, measured) = visit_again(api(), api()).await;
    assert_eq!(asked, ["channels", "videos:batchGetStats"]);
    assert_eq!(post_ids(&measured), ["video11", "video10"]);
}

#[tokio::test]
async fn uploads_have_their_turn_though_nothing_seems_to_move() {
    let first = visit(talking()).await.measurement;
    let server = talking().start().await;
    let mut request = request(ID);
    request.previous_state = first.state;
    for (days, is_listed) in [(6, false), (14, true)] {
        request.as_of = as_of() + jiff::SignedDuration::from_hours(24 * days);
        measure(&server, settings(&server), std::slice::from_ref(&request)).await;
        let asked = methods(&server);
        assert_eq!(
            asked.contains(&"playlistItems".to_owned()),
            is_listed,
            "{days}"
        );
    }
    // A longer window reaches further back than what is remembered.
    request.as_of = as_of();
    let settings = YoutubeSettings {
        window_days: 29,
        ..settings(&server)
    };
    measure(&server, settings, &[request]).await;
    assert!(methods(&server).contains(&"playlistItems".to_owned()));
}

#[tokio::test]
async fn a_visit_that_fails_keeps_what_the_last_one_left() {
    let server = Api::default()
        .refusing(
            "channels",
            refusal_of(403, "youtube.quota", "quotaExceeded"),
        )
        .start()
        .await;
    let mut request = request(ID);
    request.previous_state = Some("{\"of\":\"another version\"}".to_owned());
    let measured = measure(&server, settings(&server), &[request.clone()]).await;
    assert_eq!(measured[0].measurement.state, request.previous_state);
}

#[tokio::test]
async fn what_is_remembered_are_own_ids_times_and_counts() {
    let state = visit(talking()).await.measurement.state.unwrap();
    assert_eq!(
        state,
        format!(
            "{{\"id\":\"{ID}\",\"uploads\":{{\"video_count\":312,\"listed_at\":\
             \"2026-11-23T00:00:00Z\",\"window_days\":28,\"is_cut\":false,\"videos\":{{\"video10\":\
             {{\"at\":\"2026-11-20T17:00:03Z\",\"talk\":{{\"n\":3,\"t\":[{{\"o\":\
             \"2026-11-20T18:00:00Z\",\"r\":\"2026-11-20T18:40:00Z\"}},{{\"o\":\
             \"2026-11-21T10:00:00Z\"}}]}}}}}}}}}}"
        )
    );
}
