//! Visits without a key: the feed, as robots.txt allows.

use super::*;

fn entry(id: &str, at: &str, views: u64) -> String {
    format!(
        "<entry><id>yt:video:{id}</id><yt:videoId>{id}</yt:videoId><yt:channelId>{ID}</yt:channelId>\
         <title>Conseil municipal</title><published>{at}</published><media:group><media:community>\
         <media:starRating count=\"11\" average=\"5.00\" min=\"1\" max=\"5\"/>\
         <media:statistics views=\"{views}\"/></media:community></media:group></entry>"
    )
}

fn feed(entries: &str) -> Answer {
    let id = &ID[2..];
    Answer::page(
        200,
        &format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><feed xmlns:yt=\"http://www.youtube.com/xml/\
             schemas/2015\" xmlns:media=\"http://search.yahoo.com/mrss/\" \
             xmlns=\"http://www.w3.org/2005/Atom\"><id>yt:channel:{id}</id><yt:channelId>{id}\
             </yt:channelId><title>Ville d'Exemple</title>{entries}</feed>"
        ),
    )
}

fn feed_path() -> String {
    format!("/feeds/videos.xml?channel_id={ID}")
}

fn with_feed(answer: Answer) -> Api {
    let mut api = Api::default();
    api.site.insert(feed_path(), answer);
    api
}

async fn visit_keyless(api: Api, request: MeasureRequest) -> (Vec<String>, Measured) {
    let server = api.start().await;
    let measured = measure(&server, keyless(&server), &[request])
        .await
        .remove(0);
    (server.take_paths(), measured)
}

#[tokio::test]
async fn without_a_key_the_feed_gives_videos_and_views() {
    let entries = [
        entry("video10", "2026-11-20T17:00:03+00:00", 532),
        entry("video9", "2026-10-01T08:00:00+00:00", 90),
    ];
    let (paths, measured) = visit_keyless(with_feed(feed(&entries.concat())), request(ID)).await;
    assert_eq!(paths, ["/robots.txt", "/feeds/videos.xml"]);
    assert_eq!(post_ids(&measured), ["video10"]);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
    assert_eq!(seen.posts[0].kind, Some(PostKind::Video));
    assert_eq!(seen.posts[0].views, Figure::Known(532));
    let with_key = MissingReason::LoginRequired;
    assert_eq!(seen.posts[0].reactions, Figure::Missing(with_key));
    assert_eq!(seen.figures.followers, Figure::Missing(with_key));
    assert_eq!(seen.threads, Figure::Missing(with_key));
    assert_eq!(seen.unavailable[&FigureName::PostsTotal], with_key);
    assert!(!seen.unavailable.contains_key(&FigureName::Posts));
    let never = MissingReason::NotGivenByPlatform;
    assert_eq!(seen.unavailable[&FigureName::Shares], never);
}

#[tokio::test]
async fn a_full_feed_within_the_window_is_truncated() {
    let entries: String = (0..15)
        .map(|day| {
            entry(
                &format!("v{day}"),
                &format!("2026-11-{:02}T08:00:00Z", day + 1),
                1,
            )
        })
        .collect();
    let (_, measured) = visit_keyless(with_feed(feed(&entries)), request(ID)).await;
    assert_eq!(measured.measurement.posts.len(), 15);
    assert_eq!(
        measured.measurement.unavailable[&FigureName::Posts],
        MissingReason::Truncated
    );
}

#[tokio::test]
async fn names_are_resolved_once_and_what_a_key_brought_is_kept() {
    let mut api = with_feed(feed(""));
    let page = format!(
        "<link rel=\"alternate\" href=\"https://www.youtube.com{}\">",
        feed_path()
    );
    api.site
        .insert(format!("/{HANDLE}"), Answer::page(200, &page));
    api.site
        .insert("/feeds/videos.xml?user=mairieexemple".to_owned(), feed(""));
    for (handle, expected) in [
        (
            HANDLE,
            vec!["/robots.txt", "/@villedexemple", "/feeds/videos.xml"],
        ),
        (
            "user:mairieexemple",
            vec!["/robots.txt", "/feeds/videos.xml"],
        ),
    ] {
        let (paths, measured) = visit_keyless(api.clone(), request(handle)).await;
        assert_eq!(paths, expected);
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        let mut again = request(handle);
        again.previous_state = measured.measurement.state;
        let (paths, _) = visit_keyless(api.clone(), again).await;
        assert_eq!(paths, ["/robots.txt", "/feeds/videos.xml"], "{handle}");
    }
    let mut keyed = request(ID);
    keyed.previous_state = visit(talking()).await.measurement.state;
    let (_, measured) = visit_keyless(api, keyed.clone()).await;
    assert_eq!(measured.measurement.state, keyed.previous_state);
}

#[tokio::test]
async fn a_feed_that_is_not_there_proves_nothing() {
    let (_, measured) = visit_keyless(Api::default(), request(ID)).await;
    let failed = Outcome::Failed(Failed::Http4xx);
    assert_eq!(measured.measurement.outcome, failed);
    assert!(measured.retry.is_some());

    let down = with_feed(Answer::page(500, ""));
    let (_, measured) = visit_keyless(down, request(ID)).await;
    let failed = Outcome::Failed(Failed::Http5xx);
    assert_eq!(measured.measurement.outcome, failed);
    assert!(measured.retry.is_some());

    let (_, measured) = visit_keyless(Api::default(), request("@parti")).await;
    let not_found = Outcome::Absent(Absent::NotFound);
    assert_eq!(
        measured.measurement.outcome, not_found,
        "its page is not there"
    );
}

#[tokio::test]
async fn what_is_no_feed_is_a_changed_layout() {
    for body in [
        "<html>Avant d'accéder à YouTube</html>",
        "",
        "<feed><entry>",
    ] {
        let api = with_feed(Answer::page(200, body));
        let (_, measured) = visit_keyless(api, request(ID)).await;
        let layout = Outcome::Failed(Failed::Layout);
        assert_eq!(measured.measurement.outcome, layout, "{body}");
    }
}

#[tokio::test]
async fn robots_txt_and_the_settings_may_forbid_the_feed() {
    let mut api = with_feed(feed(""));
    let robots = Answer::page(200, "User-agent: *\nDisallow: /feeds/videos.xml\n");
    api.site.insert("/robots.txt".to_owned(), robots);
    let (paths, measured) = visit_keyless(api.clone(), request(ID)).await;
    assert_eq!(paths, ["/robots.txt"]);
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );

    let server = api.start().await;
    let settings = YoutubeSettings {
        keyless_feed: false,
        ..keyless(&server)
    };
    let batch = [request(ID), request(HANDLE)];
    for measured in measure(&server, settings, &batch).await {
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Forbidden(Forbidden::CredentialMissing)
        );
        assert!(measured.measurement.fetches.is_empty());
    }
    assert!(server.asked().is_empty());
}
