//! Which posts are measured, and how the list of them is read.

use super::*;

fn ids(measured: &Measured) -> Vec<&str> {
    let posts = measured.measurement.posts.iter();
    posts.map(|post| post.post_id.as_str()).collect()
}

fn cut(measured: &Measured) -> Option<MissingReason> {
    let unavailable = &measured.measurement.unavailable;
    unavailable.get(&FigureName::Posts).copied()
}

#[tokio::test]
async fn only_own_posts_of_the_window_count_newest_first() {
    let mut repost = post("repost", "2026-11-20T00:00:00+0000");
    repost["media_type"] = json!("REPOST_FACADE");
    let mut shown = post("shown", "2026-11-20T00:00:00+0000");
    shown["reposted_post"] = json!({ "id": CANARY });
    let mut quote = post("quote", "2026-11-19T00:00:00+0000");
    quote["is_quote_post"] = json!(true);
    let server = Api::new(vec![
        post("later", "2026-11-23T01:00:00+0000"),
        repost,
        shown,
        quote,
        post("newest", "2026-11-22T00:00:00+0000"),
        post("before", "2026-10-26T00:00:00+0000"),
    ])
    .start()
    .await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &[request(NAME)]).await.remove(0);
    assert_eq!(ids(&measured), ["newest", "quote"]);
    assert_eq!(cut(&measured), None);
    let asked = server.asked();
    let start: Timestamp = "2026-10-26T00:00:00Z".parse().unwrap();
    assert_eq!(asked[1].query("since"), [start.as_second().to_string()]);
    assert_eq!(asked[1].query("limit"), ["100"]);
}

#[tokio::test]
async fn pages_are_followed_by_their_cursor() {
    let api = Api::new(Vec::new())
        .with(
            POSTS,
            Answer::json(page(vec![post("3", "2026-11-20T00:00:00+0000")], "A+/=")),
        )
        .with_page(
            "A+/=",
            page(
                vec![
                    post("3", "2026-11-20T00:00:00+0000"),
                    post("2", "2026-11-19T00:00:00+0000"),
                    post("1", "2026-10-01T00:00:00+0000"),
                ],
                "MORE",
            ),
        );
    let measured = visit(api).await;
    assert_eq!(ids(&measured), ["3", "2"], "once each");
    assert_eq!(cut(&measured), None);
    assert_eq!(measured.measurement.fetches.len(), 3);
}

#[tokio::test]
async fn a_window_longer_than_the_pages_allowed_is_truncated() {
    let endless = page(vec![post("3", "2026-11-20T00:00:00+0000")], "SAME");
    let api = Api::new(Vec::new())
        .with(POSTS, Answer::json(endless.clone()))
        .with_page("SAME", endless);
    let server = api.start().await;
    let one_page = ThreadsSettings {
        max_pages: std::num::NonZeroU16::MIN,
        ..settings(&server)
    };
    for (settings, calls) in [(one_page, 2), (settings(&server), 3)] {
        let connector = connector(&server, settings);
        let measured = measure(&connector, &[request(NAME)]).await.remove(0);
        assert_eq!(ids(&measured), ["3"]);
        assert_eq!(cut(&measured), Some(MissingReason::Truncated));
        assert_eq!(measured.measurement.fetches.len(), calls);
    }
}

#[tokio::test]
async fn a_list_that_fails_leaves_the_followers() {
    for (answer, expected) in [
        (
            graph_error(400, 2, "An unexpected error"),
            MissingReason::CallFailed,
        ),
        (
            graph_error(403, 10, "No permission"),
            MissingReason::PermissionMissing,
        ),
        (not_shown(), MissingReason::CallFailed),
    ] {
        let measured = visit(Api::new(Vec::new()).with(POSTS, answer)).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(measured.measurement.figures.followers, Figure::Known(2310));
        assert_eq!(cut(&measured), Some(expected));
    }
}

#[tokio::test]
async fn a_page_that_fails_leaves_those_before() {
    let first = page(vec![post("3", "2026-11-20T00:00:00+0000")], "NEXT");
    let measured = visit(Api::new(Vec::new()).with(POSTS, Answer::json(first))).await;
    assert_eq!(ids(&measured), ["3"]);
    assert_eq!(cut(&measured), Some(MissingReason::CallFailed));
}

#[tokio::test]
async fn without_a_lookup_a_list_that_fails_is_the_end() {
    let first = visit(Api::new(Vec::new())).await.measurement;
    for (answer, expected) in [
        (
            graph_error(403, 200, "No permission"),
            Outcome::Forbidden(Forbidden::PermissionMissing),
        ),
        (not_shown(), Outcome::Absent(Absent::NotFound)),
    ] {
        let server = Api::new(Vec::new()).with(POSTS, answer).start().await;
        let connector = connector(&server, settings(&server));
        let mut request = request(NAME);
        request.as_of = nights_later(1);
        request.previous_state.clone_from(&first.state);
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, expected);
        assert_eq!(seen.fetches.len(), 1, "no lookup was due");
    }
}

#[tokio::test]
async fn what_a_post_shows_is_its_media_type() {
    let kinds = [
        ("TEXT_POST", Some(PostKind::Text)),
        ("IMAGE", Some(PostKind::Image)),
        ("CAROUSEL_ALBUM", Some(PostKind::Album)),
        ("VIDEO", Some(PostKind::Video)),
        ("AUDIO", Some(PostKind::Audio)),
        ("LATER", None),
    ];
    let posts = kinds.iter().enumerate().map(|(number, (media_type, _))| {
        let mut post = post(&number.to_string(), "2026-11-20T00:00:00+0000");
        post["media_type"] = json!(media_type);
        post
    });
    let measured = visit(Api::new(posts.collect())).await;
    let seen: Vec<_> = (measured.measurement.posts.iter())
        .map(|post| post.kind)
        .collect();
    assert_eq!(seen, kinds.map(|(_, kind)| kind));
}
