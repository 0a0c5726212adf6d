//! Allowances that are spent, keys that are refused, servers in trouble, answers in another shape.

use super::*;

#[tokio::test]
async fn a_spent_day_ends_everybody_and_nothing_more_is_asked_until_it_is_over() {
    for reason in ["quotaExceeded", "dailyLimitExceeded"] {
        let spent = refusal_of(403, "youtube.quota", reason);
        let server = Api::default().refusing("channels", spent).start().await;
        let connector = connector(&server, settings(&server));
        let batch = [request(ID), request(OTHER_ID), request(HANDLE)];
        let renewal = quota::renewal(Timestamp::now());
        for _ in 0..2 {
            for measured in measure_by(&connector, &batch).await {
                assert_eq!(
                    measured.measurement.outcome,
                    Outcome::Failed(Failed::QuotaSpent)
                );
                assert_eq!(measured.retry.unwrap().not_before, Some(renewal));
            }
        }
        assert_eq!(server.asked().len(), 1, "even a refused call costs a unit");
    }
}

#[tokio::test]
async fn the_allowance_of_counters_is_another() {
    let spent = refusal_of(403, "youtube.quota", "quotaExceeded");
    let server = talking()
        .refusing("videos:batchGetStats", spent)
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    for expected in [
        &["channels", "playlistItems", "videos:batchGetStats"][..],
        &["channels", "playlistItems"],
    ] {
        let measured = measure_by(&connector, &[request(ID)]).await;
        assert_eq!(measured[0].measurement.outcome, Outcome::Measured);
        assert_eq!(measured[0].measurement.posts.len(), 1);
        assert_eq!(methods(&server), expected);
    }
}

#[tokio::test]
async fn who_asks_too_often_pauses_and_asks_once_more() {
    for status in [403, 429] {
        let limited = move || refusal_of(status, "usageLimits", "rateLimitExceeded");
        let api = talking();
        let times = std::sync::atomic::AtomicUsize::new(0);
        let server = Server::start(move |asked| {
            // Every second call is one too many.
            match times.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % 2 {
                0 => limited(),
                _ => api.answer(asked),
            }
        })
        .await;
        let start = std::time::Instant::now();
        let measured = measure(&server, settings(&server), &[request(ID)]).await;
        let seen = &measured[0].measurement;
        assert_eq!(seen.outcome, Outcome::Measured, "{status}");
        assert_eq!(seen.threads.clone().known().unwrap().len(), 2);
        assert_eq!(seen.fetches.len(), 8, "each of four calls twice");
        assert!(start.elapsed() >= 4 * settings(&server).rate_limit_pause);
    }
}

#[tokio::test]
async fn who_asks_too_often_for_long_is_tried_again_later() {
    for (status, reason) in [
        (403, "rateLimitExceeded"),
        (403, "userRateLimitExceeded"),
        (429, "rateLimitExceeded"),
    ] {
        let limited = refusal_of(status, "usageLimits", reason);
        let server = Api::default().refusing("channels", limited).start().await;
        let measured = measure(&server, settings(&server), &[request(ID)]).await;
        let outcome = measured[0].measurement.outcome;
        assert_eq!(outcome, Outcome::Failed(Failed::RateLimited));
        assert!(measured[0].retry.is_some());
        assert_eq!(server.asked().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn a_key_that_is_refused_or_may_not_is_told_apart() {
    let details = |status: u16, reason: &str| {
        Answer::json(json!({"error": {"code": status, "message": "prose",
            "errors": [{"domain": "global", "reason": "forbidden"}],
            "details": [{"@type": "x"}, {"reason": reason}]}}))
        .status(status)
    };
    let refused = Outcome::Forbidden(Forbidden::CredentialRefused);
    let may_not = Outcome::Forbidden(Forbidden::PermissionMissing);
    for (answer, expected) in [
        (key_invalid(), refused),
        (details(400, "API_KEY_EXPIRED"), refused),
        (refusal_of(400, "usageLimits", "keyInvalid"), refused),
        (refusal_of(401, "global", "authError"), refused),
        (details(403, "API_KEY_SERVICE_BLOCKED"), may_not),
        (
            refusal_of(403, "usageLimits", "accessNotConfigured"),
            may_not,
        ),
        (
            refusal_of(403, "global", "forbidden"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
    ] {
        let measured = visit(Api::default().refusing("channels", answer)).await;
        assert_eq!(measured.measurement.outcome, expected);
        assert_eq!(measured.retry, None);
    }
    let server = talking().start().await;
    let settings = YoutubeSettings {
        credentials: keyed("another"),
        ..settings(&server)
    };
    let measured = measure(&server, settings, &[request(ID)]).await;
    assert_eq!(measured[0].measurement.outcome, refused);
}

#[tokio::test]
async fn failures_that_may_pass_are_tried_again() {
    for (answer, expected) in [
        (
            refusal_of(400, "youtube.x", "processingFailure"),
            Failed::Http4xx,
        ),
        (refusal_of(503, "global", "backendError"), Failed::Http5xx),
        (refusal_of(500, "global", "backendError"), Failed::Http5xx),
    ] {
        let measured = visit(Api::default().refusing("channels", answer)).await;
        assert_eq!(measured.measurement.outcome, Outcome::Failed(expected));
        assert!(measured.retry.is_some());
    }
}

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let layout = Outcome::Failed(Failed::Layout);
    let counted = json!({"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 1},
        "channels": [channel()]});
    for (answer, expected) in [
        (Answer::page(200, "<html>oops</html>"), layout),
        (Answer::page(200, "{\"kind\":\"youtube#channelList"), layout),
        (Answer::json(json!({"channels": [channel()]})), layout),
        (Answer::json(counted), layout),
        (
            Answer::json(json!({"kind": "youtube#x", "items": {}})),
            layout,
        ),
        (
            Answer::json(json!({"kind": "youtube#x", "items": [{"channelId": ID}]})),
            layout,
        ),
        (
            Answer::page(404, "<html>Not Found</html>"),
            Outcome::Failed(Failed::Http4xx),
        ),
        (
            refusal_of(400, "youtube.parameter", "unexpectedParameter"),
            Outcome::Failed(Failed::Http4xx),
        ),
        (
            Answer::page(403, "<html>Forbidden</html>"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
    ] {
        let api = Api::default().refusing("channels", answer.clone());
        assert_eq!(outcome(api).await, expected, "{answer:?}");
    }
}

#[tokio::test]
async fn a_changed_layout_of_uploads_or_counters_is_no_silence() {
    let unreadable = json!({"kind": "youtube#x", "items": [{"video": 7}, null]});
    for method in ["playlistItems", "videos:batchGetStats"] {
        let api = talking().refusing(method, Answer::json(unreadable.clone()));
        let seen = visit(api).await.measurement;
        assert_eq!(seen.outcome, Outcome::Failed(Failed::Layout), "{method}");
        assert_eq!(
            seen.figures.followers,
            Figure::Missing(MissingReason::NotMeasured)
        );
        assert_eq!(seen.state, None);
    }
    let api = talking().refusing("playlistItems", Answer::page(200, "<html>oops</html>"));
    assert_eq!(outcome(api).await, Outcome::Failed(Failed::Layout));
}

#[tokio::test]
async fn items_that_cannot_be_read_spoil_nobody() {
    let mut api = talking();
    let uploads = api.uploads.get_mut(&playlist(ID)).unwrap();
    uploads.insert(0, json!({"contentDetails": {"videoId": null}}));
    uploads.insert(1, json!("broken"));
    let snippet = json!({"videoId": "video10"});
    api.threads
        .insert(0, json!({"id": "x", "snippet": snippet.clone()}));
    api.threads.insert(1, json!({ "snippet": snippet }));
    api.videos
        .push(json!({"id": null, "statistics": {"viewCount": "7"}}));
    let seen = visit(api).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(seen.threads.known().unwrap().len(), 2);
}

#[tokio::test]
async fn what_a_key_may_spend_in_a_day_is_not_exceeded_and_the_feed_is_not_asked_instead() {
    let server = talking().start().await;
    let two_units = YoutubeSettings {
        units_per_day: NonZeroU32::new(2).unwrap(),
        ..settings(&server)
    };
    let connector = connector(&server, two_units);
    let measured = measure_by(&connector, &[request(ID)]).await;
    // The channel and its uploads; the counters have an allowance of their own, comments have none left.
    assert_eq!(
        methods(&server),
        ["channels", "playlistItems", "videos:batchGetStats"]
    );
    let seen = &measured[0].measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.threads, Figure::Missing(MissingReason::NotAsked));
    let measured = measure_by(&connector, &[request(ID)]).await.remove(0);
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::QuotaSpent)
    );
    assert!(measured.retry.unwrap().not_before.unwrap() > Timestamp::now());
    assert!(methods(&server).is_empty(), "nothing is asked");
}
