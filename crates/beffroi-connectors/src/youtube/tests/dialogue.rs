//! Visitors' threads and the channel's answers.

use super::*;

const AT: &str = "2026-11-20T17:00:03Z";

fn delays(measured: &Measured) -> Vec<Option<u64>> {
    let threads = measured.measurement.threads.clone().known().unwrap();
    threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect()
}

#[tokio::test]
async fn replies_that_did_not_come_with_their_thread_are_asked_for() {
    let top = comment("c1", "2026-11-20T18:00:00Z");
    let reply = |minute: u32| {
        comment(
            &format!("c2{minute}"),
            &format!("2026-11-20T18:{minute}:00Z"),
        )
    };
    let mut cut = thread("a", top.clone(), (10..15).map(reply).collect());
    cut["snippet"]["totalReplyCount"] = json!(6);
    let mut api = Api::with_videos(&[("a", AT, 7)]).with_threads(vec![cut]);
    let mut replies: Vec<Value> = (10..15).map(reply).collect();
    replies.push(comment("m1", "2026-11-20T18:20:00Z"));
    let thread_id = top["id"].as_str().unwrap().to_owned();
    api.replies.insert(thread_id, replies);
    api.per_page = 4;
    let server = api.start().await;
    let measured = measure(&server, settings(&server), &[request(ID)])
        .await
        .remove(0);
    assert_eq!(delays(&measured), [Some(1200)]);
    assert_eq!(
        methods(&server)[3..],
        ["commentThreads", "comments", "comments"]
    );
    let shown: Vec<_> = measured
        .measurement
        .fetches
        .iter()
        .filter(|record| record.url.path().ends_with("/comments"))
        .collect();
    assert_eq!(shown.len(), 2);
    for record in shown {
        assert!(!record.url.as_str().contains("parentId"), "{}", record.url);
        assert_eq!(record.status, Some(200));
    }
}

#[tokio::test]
async fn replies_that_fail_cost_the_dialogue_and_name_no_comment() {
    for (answer, expected) in [
        (Answer::page(500, ""), None),
        (Answer::page(429, ""), None),
        (
            refusal_of(404, "youtube.comment", "commentNotFound"),
            Some(0),
        ),
    ] {
        let mut cut = thread("a", comment("c1", "2026-11-20T18:00:00Z"), vec![]);
        cut["snippet"]["totalReplyCount"] = json!(9);
        let api = Api::with_videos(&[("a", AT, 10)])
            .with_threads(vec![cut])
            .refusing("comments", answer);
        let seen = visit(api).await.measurement;
        let last = seen.fetches.last().unwrap();
        assert!(last.url.path().ends_with("/comments"));
        assert!(!last.url.as_str().contains("parentId"), "{}", last.url);
        let threads = seen.threads.known().map(|threads| threads.len());
        assert_eq!(
            threads, expected,
            "a comment deleted in between is no thread"
        );
    }
}

#[tokio::test]
async fn a_comment_of_the_channels_own_opens_no_thread_until_a_visitor_replies() {
    let own = comment("m1", "2026-11-20T17:30:00Z");
    let api = |replies: Vec<Value>| {
        Api::with_videos(&[("a", AT, 3)]).with_threads(vec![thread("a", own.clone(), replies)])
    };
    let again = || comment("m2", "2026-11-20T17:40:00Z");
    let question = || comment("c1", "2026-11-20T18:00:00Z");
    let answer = || comment("m3", "2026-11-20T18:10:00Z");
    assert_eq!(delays(&visit(api(vec![again()])).await), []);
    assert_eq!(delays(&visit(api(vec![again(), question()])).await), [None]);
    let row = vec![answer(), question(), again()];
    assert_eq!(delays(&visit(api(row)).await), [Some(600)]);
}

#[tokio::test]
async fn a_comment_without_an_author_is_a_citizens() {
    let mut orphan = comment("c1", "2026-11-20T18:00:00Z");
    orphan["snippet"]
        .as_object_mut()
        .unwrap()
        .remove("authorChannelId");
    let api = Api::with_videos(&[("a", AT, 1)]).with_threads(vec![thread("a", orphan, vec![])]);
    assert_eq!(delays(&visit(api).await), [None]);
}

#[tokio::test]
async fn several_videos_that_moved_are_read_together() {
    let mut api = Api::with_videos(&[("a", AT, 1), ("b", AT, 1), ("c", AT, 0)]);
    let mut with_id_below = thread("b", comment("c2", "2026-11-21T10:00:00Z"), vec![]);
    with_id_below["snippet"]
        .as_object_mut()
        .unwrap()
        .remove("videoId");
    with_id_below["snippet"]["topLevelComment"]["snippet"]["videoId"] = json!("b");
    api.threads = vec![
        with_id_below,
        thread("elsewhere", comment("c3", "2026-11-20T20:00:00Z"), vec![]),
        thread("a", comment("c1", "2026-11-20T18:00:00Z"), vec![]),
        thread("elsewhere", comment("c4", "2026-10-01T20:00:00Z"), vec![]),
        thread("elsewhere", comment("c5", "2026-09-01T20:00:00Z"), vec![]),
    ];
    api.per_page = 4;
    let server = api.start().await;
    let measured = measure(&server, settings(&server), &[request(ID)])
        .await
        .remove(0);
    let asked = server.asked();
    let pages: Vec<_> = asked
        .iter()
        .filter(|asked| asked.path().ends_with("commentThreads"))
        .collect();
    assert_eq!(pages.len(), 1, "nothing older than the window is asked for");
    assert_eq!(pages[0].query("allThreadsRelatedToChannelId"), [ID]);
    let threads = measured.measurement.threads.known().unwrap();
    let mut of: Vec<_> = threads.iter().map(|it| it.post_id.as_str()).collect();
    of.sort_unstable();
    assert_eq!(of, ["a", "b"]);
}

#[tokio::test]
async fn what_cannot_be_read_together_is_read_one_by_one() {
    let api = Api::with_videos(&[("a", AT, 1), ("b", AT, 1)])
        .with_threads(vec![
            thread("b", comment("c2", "2026-11-21T10:00:00Z"), vec![]),
            thread("a", comment("c1", "2026-11-20T18:00:00Z"), vec![]),
        ])
        .refusing(
            "commentThreads?allThreadsRelatedToChannelId",
            refusal_of(404, "youtube.commentThread", "channelNotFound"),
        );
    let measured = visit(api).await;
    assert_eq!(delays(&measured), [None, None]);
}

#[tokio::test]
async fn silence_where_comments_are_closed_means_nothing() {
    let mut api = Api::with_videos(&[("a", AT, 0), ("b", AT, 0)]);
    for video in &mut api.videos {
        video["statistics"] = json!({"viewCount": "5", "likeCount": "1"});
    }
    let restricted = MissingReason::RepliesRestricted;
    let seen = visit(api.clone()).await.measurement;
    assert_eq!(seen.threads, Figure::Missing(restricted));
    assert_eq!(seen.unavailable[&FigureName::Comments], restricted);

    api.videos[0]["statistics"]["commentCount"] = json!("0");
    let seen = visit(api).await.measurement;
    assert_eq!(seen.threads, Figure::Known(Vec::new()));

    let closed = refusal_of(403, "youtube.commentThread", "commentsDisabled");
    let seen = visit(talking().refusing("commentThreads", closed))
        .await
        .measurement;
    assert_eq!(seen.posts[0].comments, Figure::Known(3));
    assert_eq!(seen.threads, Figure::Missing(restricted));
}

#[tokio::test]
async fn a_video_deleted_in_between_costs_nothing_but_itself() {
    let gone = refusal_of(404, "youtube.commentThread", "videoNotFound");
    let measured = visit(talking().refusing("commentThreads", gone)).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert!(measured.measurement.posts.is_empty());
    assert_eq!(measured.measurement.threads, Figure::Known(Vec::new()));
    let state = measured.measurement.state.unwrap();
    assert!(!state.contains("video10"), "{state}");
}

#[tokio::test]
async fn comments_that_fail_cost_the_dialogue_and_nothing_else() {
    for (answer, reason) in [
        (Answer::page(500, ""), MissingReason::CallFailed),
        (
            refusal_of(400, "youtube.commentThread", "processingFailure"),
            MissingReason::CallFailed,
        ),
        (
            refusal_of(403, "youtube.quota", "quotaExceeded"),
            MissingReason::NotAsked,
        ),
        (
            Answer::json(json!({"threads": []})),
            MissingReason::CallFailed,
        ),
        (
            Answer::json(json!({"kind": "youtube#x", "items": [{"id": CANARY}]})),
            MissingReason::CallFailed,
        ),
    ] {
        let seen = visit(talking().refusing("commentThreads", answer))
            .await
            .measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.posts.len(), 1);
        assert_eq!(seen.threads, Figure::Missing(reason));
        assert!(
            !seen.state.unwrap().contains("\"talk\""),
            "it is asked for again"
        );
    }
}

#[tokio::test]
async fn more_calls_than_allowed_are_not_made() {
    let server = talking().start().await;
    let settings = YoutubeSettings {
        max_comment_calls: 0,
        ..settings(&server)
    };
    let seen = measure(&server, settings, &[request(ID)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::NotAsked));
    assert!(!methods(&server).contains(&"commentThreads".to_owned()));
}
