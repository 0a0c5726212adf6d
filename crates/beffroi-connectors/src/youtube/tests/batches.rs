//! Many accounts in one call.

use super::*;

/// Two channels with videos of their own.
fn two_channels() -> Api {
    let mut api = talking();
    let mut other = channel();
    other["id"] = json!(OTHER_ID);
    other["snippet"]["customUrl"] = json!("@autre");
    other["contentDetails"] = json!({});
    other["statistics"]["subscriberCount"] = json!("87");
    api.channels.push(other);
    let uploads = vec![upload("other1", "2026-11-19T08:00:00Z")];
    api.uploads.insert(playlist(OTHER_ID), uploads);
    api.videos.push(video("other1", "2026-11-19T08:00:00Z", 0));
    api
}

fn outcomes(measured: &[Measured]) -> Vec<Outcome> {
    measured.iter().map(|it| it.measurement.outcome).collect()
}

#[tokio::test]
async fn a_batch_joins_answers_in_any_order_and_shares_its_calls() {
    let server = two_channels().start().await;
    let batch = [
        request(OTHER_ID),
        request("UCgoneabcdefghijklmnopqr"),
        request("not a channel"),
        request(ID),
        request(HANDLE),
    ];
    let measured = measure(&server, settings(&server), &batch).await;
    assert_eq!(
        outcomes(&measured),
        [
            Outcome::Measured,
            Outcome::Absent(Absent::NotFound),
            Outcome::Absent(Absent::NotAnAccount),
            Outcome::Measured,
            Outcome::Measured,
        ]
    );
    let followers = |index: usize| measured[index].measurement.figures.followers;
    assert_eq!(followers(0), Figure::Known(87));
    assert_eq!(followers(3), Figure::Known(1240));
    assert_eq!(
        followers(4),
        Figure::Known(1240),
        "one channel under two names"
    );
    assert_eq!(post_ids(&measured[0]), ["other1"]);
    assert_eq!(post_ids(&measured[3]), ["video10"]);
    assert_eq!(post_ids(&measured[4]), ["video10"]);

    let asked = server.asked();
    let of = |method: &str| {
        asked
            .iter()
            .filter(|it| it.path().ends_with(method))
            .count()
    };
    assert_eq!(of("channels"), 2, "all known ids, and one handle");
    assert_eq!(of("batchGetStats"), 1);
    let records = |index: usize| measured[index].measurement.fetches.len();
    assert_eq!(records(0), 3, "channels, uploads, counters");
    assert_eq!(records(1), 1);
    assert_eq!(records(2), 0);
}

#[tokio::test]
async fn no_call_asks_for_more_than_fifty_videos() {
    let uploads = |prefix: &str| -> Vec<(String, String)> {
        (0..40)
            .map(|minute| {
                (
                    format!("{prefix}{minute:02}"),
                    format!("2026-11-20T17:{minute:02}:00Z"),
                )
            })
            .collect()
    };
    let mut api = two_channels();
    for (id, prefix) in [(ID, "a"), (OTHER_ID, "b")] {
        let videos = uploads(prefix);
        let items = videos.iter().map(|(id, at)| upload(id, at)).collect();
        api.uploads.insert(playlist(id), items);
        api.videos
            .extend(videos.iter().map(|(id, at)| video(id, at, 0)));
    }
    let server = api.start().await;
    let batch = [request(ID), request(OTHER_ID)];
    for (ids_per_call, calls, told_of) in [(50, 2, (3, 4)), (20, 4, (4, 4))] {
        let settings = YoutubeSettings {
            batch_get_stats_ids: NonZeroU16::new(ids_per_call).unwrap(),
            ..settings(&server)
        };
        let measured = measure(&server, settings, &batch).await;
        for measured in &measured {
            let posts = &measured.measurement.posts;
            assert_eq!(posts.len(), 40);
            assert!(posts.iter().all(|post| post.views == Figure::Known(532)));
        }
        let asked = methods(&server);
        let counters = asked.iter().filter(|it| it.ends_with("batchGetStats"));
        assert_eq!(counters.count(), calls);
        let records = |index: usize| measured[index].measurement.fetches.len();
        assert_eq!(
            (records(0), records(1)),
            told_of,
            "calls that told of its videos"
        );
    }
}

#[tokio::test]
async fn one_channel_that_spoils_the_call_spoils_no_other() {
    let api = two_channels();
    let server = Server::start(move |asked| {
        let ids = asked.query("id").pop().unwrap_or_default();
        let is_spoilt = asked.path().ends_with("/channels") && ids.contains(OTHER_ID);
        match is_spoilt {
            true => refusal_of(403, "youtube.channel", "channelSuspended"),
            false => api.answer(asked),
        }
    })
    .await;
    let batch = [request(ID), request(OTHER_ID)];
    let measured = measure(&server, settings(&server), &batch).await;
    assert_eq!(
        outcomes(&measured),
        [Outcome::Measured, Outcome::Absent(Absent::Suspended)]
    );
}

#[tokio::test]
async fn a_batch_that_fails_is_tried_again_for_everybody() {
    let down = Answer::page(503, "<html>Service unavailable</html>");
    let server = two_channels().refusing("channels", down).start().await;
    let batch = [request(ID), request(OTHER_ID)];
    for measured in measure(&server, settings(&server), &batch).await {
        let failed = Outcome::Failed(Failed::Http5xx);
        assert_eq!(measured.measurement.outcome, failed);
        assert!(measured.retry.is_some());
        assert_eq!(measured.measurement.fetches.len(), 1);
    }
}

#[tokio::test]
async fn a_channel_that_cannot_be_read_is_not_taken_for_absent() {
    let mut api = two_channels();
    api.channels[1]["id"] = json!(null);
    let all = json!({"kind": "youtube#channelListResponse", "items": api.channels.clone()});
    let server = api.refusing("channels", Answer::json(all)).start().await;
    let batch = [request(OTHER_ID), request(ID)];
    let measured = measure(&server, settings(&server), &batch).await;
    assert_eq!(
        outcomes(&measured),
        [Outcome::Failed(Failed::Layout), Outcome::Measured]
    );
}
