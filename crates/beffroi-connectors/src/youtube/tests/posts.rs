//! Which uploads are posts, how they are listed, and their counters.

use super::*;

#[tokio::test]
async fn videos_outside_the_window_are_no_posts_and_the_rest_is_newest_first() {
    // The order of the list is not promised.
    let api = Api::with_videos(&[
        ("later", "2026-11-23T00:00:01Z", 0),
        ("first", "2026-11-01T08:00:00Z", 0),
        ("second", "2026-11-20T08:00:00Z", 0),
        ("before", "2026-10-26T00:00:00Z", 0),
    ]);
    let measured = visit(api).await;
    assert_eq!(post_ids(&measured), ["second", "first"]);
}

#[tokio::test]
async fn pages_are_followed_back_to_the_window_and_no_further() {
    let mut api = Api::with_videos(&[
        ("a", "2026-11-20T08:00:00Z", 0),
        ("b", "2026-11-19T08:00:00Z", 0),
        ("c", "2026-11-18T08:00:00Z", 0),
        ("d", "2026-10-01T08:00:00Z", 0),
        ("e", "2026-09-01T08:00:00Z", 0),
    ]);
    api.per_page = 2;
    let measured = visit(api).await;
    assert_eq!(post_ids(&measured), ["a", "b", "c"]);
    let fetches = measured.measurement.fetches.len();
    assert_eq!(fetches, 4, "channel, two pages of uploads, counters");
    assert!(
        !measured
            .measurement
            .unavailable
            .contains_key(&FigureName::Posts)
    );
}

#[tokio::test]
async fn a_list_longer_than_our_limit_is_truncated_and_stays_so() {
    let api = || {
        let mut api = Api::with_videos(&[
            ("a", "2026-11-20T08:00:00Z", 0),
            ("b", "2026-11-19T08:00:00Z", 0),
            ("c", "2026-11-18T08:00:00Z", 0),
        ]);
        api.per_page = 1;
        api
    };
    let server = api().start().await;
    let settings = YoutubeSettings {
        max_pages: NonZeroU16::new(2).unwrap(),
        ..settings(&server)
    };
    let mut request = request(ID);
    for _ in 0..2 {
        let seen = measure(&server, settings.clone(), &[request.clone()])
            .await
            .remove(0);
        assert_eq!(post_ids(&seen), ["a", "b"]);
        let seen = seen.measurement;
        let truncated = MissingReason::Truncated;
        assert_eq!(seen.unavailable[&FigureName::Posts], truncated);
        assert_eq!(seen.threads, Figure::Missing(truncated));
        request.previous_state = seen.state;
    }
}

#[tokio::test]
async fn a_page_that_names_itself_as_the_next_ends_the_list() {
    let page = json!({
        "kind": "youtube#playlistItemListResponse", "nextPageToken": "same",
        "items": [upload("a", "2026-11-20T08:00:00Z"), upload("a", "2026-11-20T08:00:00Z")],
    });
    let api = Api::with_videos(&[("a", "2026-11-20T08:00:00Z", 0)])
        .refusing("playlistItems", Answer::json(page));
    let measured = visit(api).await;
    assert_eq!(post_ids(&measured), ["a"], "given twice, counted once");
    assert_eq!(
        measured.measurement.unavailable[&FigureName::Posts],
        MissingReason::Truncated
    );
}

#[tokio::test]
async fn counters_that_the_owner_switched_off_are_missing_for_that_reason() {
    let at = "2026-11-20T08:00:00Z";
    let mut api = Api::with_videos(&[("a", at, 0), ("b", at, 0), ("c", at, 0), ("d", at, 0)]);
    let statistics = |api: &mut Api, index: usize, statistics: Value| {
        api.videos[index]["statistics"] = statistics;
    };
    statistics(
        &mut api,
        0,
        json!({"viewCount": "532", "commentCount": "0"}),
    );
    statistics(&mut api, 1, json!({"viewCount": 532, "likeCount": 0}));
    statistics(&mut api, 2, json!({}));
    statistics(&mut api, 3, json!(null));
    let mut posts = visit(api).await.measurement.posts;
    posts.sort_by(|one, other| one.post_id.cmp(&other.post_id));
    let figures: Vec<_> = posts
        .iter()
        .map(|post| (post.reactions, post.comments, post.views))
        .collect();
    let (known, missing) = (Figure::Known, Figure::Missing);
    let nothing = missing(MissingReason::NotInAnswer);
    assert_eq!(
        figures,
        [
            (missing(MissingReason::HiddenByOwner), known(0), known(532)),
            (
                known(0),
                missing(MissingReason::RepliesRestricted),
                known(532)
            ),
            (nothing, nothing, nothing),
            (nothing, nothing, nothing),
        ]
    );
}

#[tokio::test]
async fn a_video_without_a_date_has_it_from_its_counters_answer() {
    let mut api = Api::with_videos(&[("a", "2026-11-20T08:00:00Z", 0)]);
    let undated = |id: &str| json!({"contentDetails": {"videoId": id}});
    let uploads = vec![undated("private"), undated("a"), undated("old")];
    api.uploads.insert(playlist(ID), uploads);
    api.videos.push(video("old", "2026-01-01T08:00:00Z", 0));
    for batch_get_stats in [true, false] {
        let server = api.clone().start().await;
        let settings = YoutubeSettings {
            batch_get_stats,
            ..settings(&server)
        };
        let measured = measure(&server, settings, &[request(ID)]).await.remove(0);
        assert_eq!(post_ids(&measured), ["a"]);
        let seen = measured.measurement;
        assert_eq!(
            seen.posts[0].published_at.to_string(),
            "2026-11-20T08:00:00Z"
        );
        assert!(!seen.unavailable.contains_key(&FigureName::Posts));
        let method = if batch_get_stats {
            "videos:batchGetStats"
        } else {
            "videos"
        };
        assert_eq!(methods(&server).last().unwrap(), method);
    }
}

#[tokio::test]
async fn a_video_deleted_or_hidden_since_it_was_listed_is_forgotten() {
    let at = "2026-11-20T08:00:00Z";
    let mut api = Api::with_videos(&[("a", at, 0), ("deleted", at, 0), ("unlisted", at, 0)]);
    api.videos.remove(1);
    api.videos[1]["status"] = json!({"privacyStatus": "unlisted"});
    let measured = visit(api).await;
    assert_eq!(post_ids(&measured), ["a"]);
    let state = measured.measurement.state.unwrap();
    assert!(
        !state.contains("deleted") && !state.contains("unlisted"),
        "{state}"
    );
}

#[tokio::test]
async fn counters_that_fail_leave_the_videos_without_them() {
    let failing = |answer: Answer| {
        Api::with_videos(&[("a", "2026-11-20T08:00:00Z", 2)])
            .refusing("videos:batchGetStats", answer)
    };
    for (answer, reason) in [
        (Answer::page(500, ""), MissingReason::CallFailed),
        (
            refusal_of(403, "youtube.quota", "quotaExceeded"),
            MissingReason::NotAsked,
        ),
    ] {
        let seen = visit(failing(answer)).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.figures.followers, Figure::Known(1240));
        let post = &seen.posts[0];
        for figure in [post.reactions, post.comments, post.views] {
            assert_eq!(figure, Figure::Missing(reason));
        }
        assert_eq!(seen.threads, Figure::Missing(reason));
    }
}

#[tokio::test]
async fn where_the_newer_method_is_not_served_the_older_is_asked_from_then_on() {
    let blocked = json!({"error": {"code": 403, "status": "PERMISSION_DENIED",
        "errors": [{"domain": "global", "reason": "forbidden"}],
        "details": [{"reason": "API_KEY_SERVICE_BLOCKED"}]}});
    for answer in [
        Answer::page(404, "<html>Not Found</html>"),
        refusal_of(400, "global", "badRequest"),
        Answer::json(blocked).status(403),
    ] {
        let server = Api::with_videos(&[("a", "2026-11-20T08:00:00Z", 0)])
            .refusing("videos:batchGetStats", answer)
            .start()
            .await;
        let connector = connector(&server, settings(&server));
        for expected in [
            &[
                "channels",
                "playlistItems",
                "videos:batchGetStats",
                "videos",
            ][..],
            &["channels", "playlistItems", "videos"],
        ] {
            let measured = measure_by(&connector, &[request(ID)]).await;
            assert_eq!(measured[0].measurement.posts[0].views, Figure::Known(532));
            assert_eq!(methods(&server), expected);
        }
    }
}

#[tokio::test]
async fn an_answer_whose_list_has_another_name_is_asked_of_the_older_method() {
    let other = json!({"kind": "youtube#batchGetStatsResponse", "results": []});
    let api = Api::with_videos(&[("a", "2026-11-20T08:00:00Z", 0)])
        .refusing("videos:batchGetStats", Answer::json(other));
    let seen = visit(api).await.measurement;
    assert_eq!(seen.posts[0].views, Figure::Known(532));
}

#[tokio::test]
async fn uploads_that_cannot_be_listed_leave_those_remembered_and_are_listed_next_time() {
    let mut failing = talking().refusing("playlistItems", Answer::page(500, ""));
    failing.channels = vec![channel_with("statistics", json!({"videoCount": "313"}))];
    let (_, measured) = visit_again(talking(), failing).await;
    assert_eq!(post_ids(&measured), ["video10"]);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    let failed = MissingReason::CallFailed;
    assert_eq!(seen.unavailable[&FigureName::Posts], failed);
    assert_eq!(seen.threads, Figure::Missing(failed));
    let state = seen.state.unwrap();
    assert!(
        state.contains("\"video_count\":312"),
        "the movement still shows: {state}"
    );
}

#[tokio::test]
async fn a_list_that_is_not_there_is_no_empty_one_where_videos_are_counted() {
    let mut api = Api::default();
    api.uploads.clear();
    let seen = visit(api).await.measurement;
    assert_eq!(seen.figures.posts_total, Figure::Known(312));
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::CallFailed
    );
}
