//! Names become permanent ids: once, for one unit where the API can tell.

use super::*;

async fn named(api: Api, handle: &str) -> (Vec<Asked>, Measured) {
    let server = api.start().await;
    let measured = measure(&server, settings(&server), &[request(handle)])
        .await
        .remove(0);
    (server.asked(), measured)
}

#[tokio::test]
async fn a_handle_and_a_user_name_are_one_call_and_the_id_is_remembered() {
    let mut api = talking();
    api.usernames
        .insert("mairieexemple".to_owned(), ID.to_owned());
    for (handle, filter, value) in [
        (HANDLE, "forHandle", HANDLE),
        ("user:mairieexemple", "forUsername", "mairieexemple"),
    ] {
        let (asked, measured) = named(api.clone(), handle).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        let permanent_id = measured.measurement.identity.permanent_id.as_deref();
        assert_eq!(permanent_id, Some(ID));
        assert_eq!(asked[0].query(filter), [value]);
        assert_eq!(asked.len(), 4, "the call that resolves brings the counters");

        let server = api.clone().start().await;
        let mut request = request(handle);
        request.previous_state = measured.measurement.state;
        measure(&server, settings(&server), &[request]).await;
        assert_eq!(server.asked()[0].query("id"), [ID], "{handle}");
        assert_eq!(methods(&server), ["channels", "videos:batchGetStats"]);
    }
}

#[tokio::test]
async fn a_custom_name_is_tried_as_a_handle_then_as_a_user_name_then_on_its_page() {
    let (asked, measured) = named(talking(), "c:villedexemple").await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(asked[0].query("forHandle"), [HANDLE]);

    let mut api = talking();
    api.usernames.insert("ville".to_owned(), ID.to_owned());
    let (asked, measured) = named(api, "c:ville").await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(asked[1].query("forUsername"), ["ville"]);

    let mut api = talking();
    let page = format!(
        "<!doctype html><link rel=\"canonical\" href=\"https://www.youtube.com/channel/{ID}\">"
    );
    api.site
        .insert("/c/ville%20exemple".to_owned(), Answer::page(200, &page));
    let (asked, measured) = named(api, "c:ville exemple").await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    let paths: Vec<_> = asked.iter().map(Asked::path).collect();
    assert_eq!(
        paths[..4],
        [
            "/youtube/v3/channels",
            "/robots.txt",
            "/c/ville%20exemple",
            "/youtube/v3/channels"
        ],
        "a handle holds no space"
    );
    assert_eq!(asked[0].query("forUsername"), ["ville exemple"]);
}

#[tokio::test]
async fn a_page_that_shows_no_id_or_may_not_be_read_says_so() {
    let consent = Answer::page(200, "<html>Avant d'accéder à YouTube</html>");
    let robots = Answer::page(200, "User-agent: *\nDisallow: /c/\n");
    for (path, answer, expected) in [
        ("/c/ville", consent, Outcome::Failed(Failed::Layout)),
        (
            "/robots.txt",
            robots,
            Outcome::Forbidden(Forbidden::RobotsDisallowed),
        ),
        (
            "/elsewhere",
            Answer::page(200, ""),
            Outcome::Absent(Absent::NotFound),
        ),
    ] {
        let mut api = talking();
        api.site.insert(path.to_owned(), answer);
        let (_, measured) = named(api, "c:ville").await;
        assert_eq!(measured.measurement.outcome, expected, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_name_is_not_asked() {
    for handle in ["", "@", "UCcourt", "villedexemple", "videos/x"] {
        let (asked, measured) = named(talking(), handle).await;
        let no_account = Outcome::Absent(Absent::NotAnAccount);
        assert_eq!(measured.measurement.outcome, no_account, "{handle}");
        assert!(asked.is_empty());
    }
}

#[tokio::test]
async fn a_handle_whose_channel_is_gone_is_resolved_anew() {
    let server = talking().start().await;
    let first = measure(&server, settings(&server), &[request(HANDLE)])
        .await
        .remove(0)
        .measurement;
    let mut successor = channel();
    successor["id"] = json!(OTHER_ID);
    successor["contentDetails"] = json!({});
    let mut api = Api::default().with_channel(successor);
    api.uploads = HashMap::from([(playlist(OTHER_ID), Vec::new())]);
    let server = api.start().await;
    let mut request = request(HANDLE);
    request.previous_state = first.state;
    let seen = measure(&server, settings(&server), &[request])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(OTHER_ID));
    assert!(seen.posts.is_empty(), "nothing is remembered of the other");
    assert_eq!(methods(&server), ["channels", "channels", "playlistItems"]);
}
