//! The comments below videos: how many, whose turn it was, and whether anybody may write.

use super::*;

fn one_video() -> Instance {
    Instance::new(vec![video("u-1", "2026-11-20T17:00:00.000Z")])
}

fn policy(id: u64, label: &str) -> Value {
    json!({"commentsPolicy": {"id": id, "label": label}})
}

#[tokio::test]
async fn comments_closed_are_told_from_comments_that_nobody_wrote() {
    let empty = || one_video().with_threads("u-1", vec![]);
    let open = empty().with_details("u-1", policy(1, "Enabled"));
    let seen = visit(open.clone()).await.measurement;
    assert_eq!(seen.posts[0].comments, Figure::Known(0));
    assert_eq!(seen.threads, Figure::Known(Vec::new()));

    let restricted = MissingReason::RepliesRestricted;
    for details in [
        policy(2, "Disabled"),
        policy(3, "Requires approval"),
        json!({"commentsEnabled": false}),
    ] {
        let seen = visit(empty().with_details("u-1", details))
            .await
            .measurement;
        assert_eq!(seen.posts[0].comments, Figure::Missing(restricted));
        assert_eq!(seen.threads, Figure::Missing(restricted));
        assert_eq!(seen.unavailable[&FigureName::Dialogue], restricted);
    }

    let silent = empty().with_details("u-1", json!({}));
    let seen = visit(silent).await.measurement;
    assert_eq!(
        seen.posts[0].comments,
        Figure::Missing(MissingReason::NotInAnswer)
    );

    // It is remembered for a while, so that it costs no call each night.
    let (paths, measured) = second_visit(open.clone(), open).await;
    assert_eq!(paths, [CHANNEL_PATH, VIDEOS_PATH, &threads_path("u-1")]);
    assert_eq!(measured.measurement.posts[0].comments, Figure::Known(0));
}

#[tokio::test]
async fn what_the_account_says_below_its_own_video_is_no_thread_and_replies_to_it_are() {
    let own = |replies: u64| {
        with(
            comment(50, "2026-11-20T18:00:00.000Z", mairie()),
            json!({"totalReplies": replies, "totalRepliesFromVideoAuthor": replies}),
        )
    };
    let alone = one_video().with_threads("u-1", vec![own(0)]);
    let measured = visit(alone).await;
    assert!(delays(&measured).is_empty());
    assert_eq!(measured.measurement.posts[0].comments, Figure::Known(1));

    let question = comment(CANARY_NUMBER + 1, "2026-11-20T19:00:00.000Z", citizen());
    let answer = comment(51, "2026-11-20T19:30:00.000Z", mairie());
    let below = tree(
        comment(50, "2026-11-20T18:00:00.000Z", mairie()),
        vec![tree(question, vec![tree(answer, vec![])])],
    );
    let instance = one_video()
        .with_threads("u-1", vec![own(2)])
        .with_thread("u-1", 50, below);
    assert_eq!(delays(&visit(instance).await), [Some(1800)]);
}

#[tokio::test]
async fn an_account_of_the_same_name_elsewhere_is_somebody_else() {
    let namesake = json!({"id": 9, "name": "mairie", "host": "autre.example"});
    let head = with(
        comment(
            CANARY_NUMBER + 1,
            "2026-11-20T18:00:00.000Z",
            namesake.clone(),
        ),
        json!({"totalReplies": 1, "totalRepliesFromVideoAuthor": 1}),
    );
    let below = tree(
        comment(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z", namesake),
        vec![tree(
            comment(
                60,
                "2026-11-20T18:10:00.000Z",
                with(mairie(), json!({"name": "Mairie"})),
            ),
            vec![],
        )],
    );
    let instance =
        one_video()
            .with_threads("u-1", vec![head])
            .with_thread("u-1", CANARY_NUMBER + 1, below);
    assert_eq!(delays(&visit(instance).await), [Some(600)]);
}

#[tokio::test]
async fn deleted_comments_open_no_thread_and_do_not_break_one() {
    let deleted = |number, at| {
        with(
            comment(number, at, Value::Null),
            json!({"isDeleted": true, "text": "", "totalReplies": 0}),
        )
    };
    let heads = vec![
        deleted(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z"),
        head(CANARY_NUMBER + 2, "2026-11-20T19:00:00.000Z", 1, 1),
    ];
    let answer = tree(comment(60, "2026-11-20T19:20:00.000Z", mairie()), vec![]);
    let between = tree(
        deleted(CANARY_NUMBER + 3, "2026-11-20T19:10:00.000Z"),
        vec![answer],
    );
    let below = tree(
        comment(CANARY_NUMBER + 2, "2026-11-20T19:00:00.000Z", citizen()),
        vec![between],
    );
    let instance =
        one_video()
            .with_threads("u-1", heads)
            .with_thread("u-1", CANARY_NUMBER + 2, below);
    assert_eq!(delays(&visit(instance).await), [Some(1200)]);
}

#[tokio::test]
async fn old_versions_that_do_not_count_the_owners_replies_are_asked_for_each_thread() {
    let bare = |number, at, replies| {
        with(
            head(number, at, replies, 0),
            json!({"totalRepliesFromVideoAuthor": null}),
        )
    };
    let heads = vec![
        bare(CANARY_NUMBER + 2, "2026-11-21T10:00:00.000Z", 0),
        bare(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z", 3),
    ];
    let measured = visit(talking().with_threads("u-1", heads)).await;
    assert_eq!(delays(&measured), [Some(2 * 3600), None]);
    assert_eq!(
        measured.measurement.fetches.len(),
        4,
        "none without replies"
    );
}

#[tokio::test]
async fn threads_of_several_pages_are_all_read() {
    let heads = |from: u64, to: u64| -> Vec<Value> {
        (from..to)
            .map(|index| head(CANARY_NUMBER + index, "2026-11-20T18:00:00.000Z", 0, 0))
            .collect()
    };
    let page = |data: Vec<Value>| {
        Answer::json(json!({"total": 101, "totalNotDeletedComments": 101, "data": data}))
    };
    let path = threads_path("u-1");
    let instance = one_video()
        .with(&path, page(heads(0, 100)))
        // One was written in between: the last of the first page comes again.
        .with(&format!("{path}#100"), page(heads(99, 101)));
    let measured = visit(instance).await;
    assert_eq!(delays(&measured).len(), 101);
    assert_eq!(measured.measurement.posts[0].comments, Figure::Known(101));
}

#[tokio::test]
async fn comments_that_fail_cost_the_dialogue_and_nothing_else() {
    let path = threads_path("u-1");
    for (answer, reason) in [
        (Answer::page(502, "<html>"), MissingReason::CallFailed),
        (Answer::page(200, "oops"), MissingReason::CallFailed),
        (
            Answer::json(json!({"total": 1, "data": [{"id": 1}]})),
            MissingReason::CallFailed,
        ),
    ] {
        let measured = visit(talking().with(&path, answer)).await;
        let seen = measured.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(measured.retry, None);
        assert_eq!(seen.posts[0].views, Figure::Known(212));
        assert_eq!(seen.posts[0].comments, Figure::Missing(reason));
        assert_eq!(seen.threads, Figure::Missing(reason));
    }
    // Of a thread that fails the number of comments is known all the same where the list counts.
    let counted = counting("u-1", "2026-11-20T17:00:00.000Z", 5);
    let thread = format!("{path}/{}", CANARY_NUMBER + 1);
    let instance = talking()
        .with(VIDEOS_PATH, list(1, vec![counted]))
        .without(&thread);
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.posts[0].comments, Figure::Known(5));
    assert_eq!(seen.threads, Figure::Missing(MissingReason::CallFailed));
}

#[tokio::test]
async fn a_video_withdrawn_in_between_costs_nothing_but_itself() {
    let videos = vec![
        video("u-2", "2026-11-21T17:00:00.000Z"),
        video("u-1", "2026-11-20T17:00:00.000Z"),
    ];
    let both = || talking().with(VIDEOS_PATH, list(2, videos.clone()));
    let private = both()
        .with(&threads_path("u-2"), problem(403, "Cannot get the video"))
        .with("/api/v1/videos/u-2", problem(403, "Cannot get the video"));
    for instance in [both(), private] {
        let measured = visit(instance).await;
        assert_eq!(ids(&measured), ["u-1"]);
        assert_eq!(delays(&measured), [Some(2 * 3600), None]);
    }
    let there = both().with_details("u-2", policy(1, "Enabled"));
    let measured = visit(there).await;
    assert_eq!(ids(&measured), ["u-2", "u-1"]);
    assert_eq!(
        measured.measurement.threads,
        Figure::Missing(MissingReason::CallFailed),
        "its comments are not to be had, and it is"
    );
}

#[tokio::test]
async fn a_reply_that_seems_to_precede_its_question_answers_at_once() {
    let early = comment(60, "2026-11-20T17:59:00.000Z", mairie());
    let question = comment(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z", citizen());
    let below = tree(question, vec![tree(early, vec![])]);
    let heads = vec![head(CANARY_NUMBER + 1, "2026-11-20T18:00:00.000Z", 1, 1)];
    let instance =
        one_video()
            .with_threads("u-1", heads)
            .with_thread("u-1", CANARY_NUMBER + 1, below);
    assert_eq!(delays(&visit(instance).await), [Some(0)]);
}
