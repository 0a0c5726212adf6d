//! Which statuses are posts, and how the list of them is read.

use super::*;

#[tokio::test]
async fn boosts_private_statuses_and_those_outside_the_window_are_no_posts() {
    let mut boost = status("5", "2026-11-20T00:00:00Z", None, 0);
    boost["reblog"] = json!({"id": "c9", "account": {"id": CANARY}});
    let mut private = status("4", "2026-11-20T00:00:00Z", None, 0);
    private["visibility"] = json!("private");
    let mut unlisted = status("3", "2026-11-20T00:00:00Z", None, 0);
    unlisted["visibility"] = json!("unlisted");
    let statuses = vec![
        status("9", "2026-11-23T01:00:00Z", None, 0),
        boost,
        private,
        unlisted,
        status("1", "2026-10-25T00:00:00Z", None, 0),
    ];
    let seen = visit(Instance::new(account(), statuses)).await.measurement;
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, ["3"]);
}

/// A first page that names a second one.
fn paged(first: Value, second: Value) -> Instance {
    let next = format!(
        "<https://social.example{}?max_id=10>; rel=\"next\"",
        statuses_path()
    );
    Instance::new(account(), Vec::new())
        .with(&statuses_path(), Answer::json(first).header("link", next))
        .with(&format!("{}#10", statuses_path()), Answer::json(second))
}

#[tokio::test]
async fn pages_are_followed_by_their_link_even_when_short() {
    let instance = paged(
        json!([status("10", "2026-11-20T00:00:00Z", None, 0)]),
        json!([
            status("10", "2026-11-20T00:00:00Z", None, 0),
            status("9", "2026-11-19T00:00:00Z", None, 0),
        ]),
    );
    let seen = visit(instance).await.measurement;
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, ["10", "9"], "once each");
}

#[tokio::test]
async fn no_page_is_asked_beyond_the_window() {
    let instance = paged(
        json!([
            status("10", "2026-11-20T00:00:00Z", None, 0),
            status("9", "2026-10-01T00:00:00Z", None, 0),
        ]),
        json!([]),
    );
    assert_eq!(visit(instance).await.measurement.fetches.len(), 3);
}

#[tokio::test]
async fn a_window_longer_than_the_pages_allowed_is_truncated() {
    let server = paged(
        json!([status("10", "2026-11-20T00:00:00Z", None, 0)]),
        json!([]),
    )
    .start()
    .await;
    let settings = MastodonSettings {
        max_pages: std::num::NonZeroU16::MIN,
        ..settings()
    };
    let seen = visit_with(&server, request(&server), settings)
        .await
        .measurement;
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::Truncated
    );
    assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
}

#[tokio::test]
async fn a_list_that_fails_leaves_the_counters() {
    let instance = talking().with(&statuses_path(), Answer::error(401, "login"));
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(812));
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::LoginRequired
    );
    assert_eq!(seen.threads, Figure::Missing(MissingReason::LoginRequired));
}

#[tokio::test]
async fn a_reply_whose_parent_was_deleted_is_no_post_unless_it_continued_an_own_one() {
    let orphan = |id: &str, account_id: Value| {
        let mut status = status(id, "2026-11-20T00:00:00Z", None, 0);
        status["in_reply_to_account_id"] = account_id;
        status
    };
    let statuses = vec![
        orphan("4", json!(format!("{CANARY}-555"))),
        orphan("3", json!(555)),
        orphan("2", json!(OWN_ID)),
        orphan("1", json!(null)),
    ];
    let seen = visit(Instance::new(account(), statuses)).await.measurement;
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, ["2", "1"]);
}

#[tokio::test]
async fn what_a_status_shows_is_read_of_its_files_poll_quote_and_card() {
    let files = |kinds: &[&str]| -> Value {
        let files = kinds
            .iter()
            .map(|kind| json!({"id": "1", "type": kind, "url": CANARY}));
        files.collect()
    };
    for (changes, expected) in [
        (json!({"media_attachments": []}), Some(PostKind::Text)),
        (
            json!({"media_attachments": files(&["image"])}),
            Some(PostKind::Image),
        ),
        (
            json!({"media_attachments": files(&["gifv"])}),
            Some(PostKind::Video),
        ),
        (
            json!({"media_attachments": files(&["video"])}),
            Some(PostKind::Video),
        ),
        (
            json!({"media_attachments": files(&["audio"])}),
            Some(PostKind::Audio),
        ),
        (json!({"media_attachments": files(&["unknown"])}), None),
        (
            json!({"media_attachments": files(&["image", "image"])}),
            Some(PostKind::Album),
        ),
        (
            json!({"media_attachments": [], "card": {"title": CANARY}}),
            Some(PostKind::Link),
        ),
        (
            json!({"media_attachments": files(&["image"]), "card": {"title": CANARY}}),
            Some(PostKind::Image),
        ),
        (
            json!({"media_attachments": [], "poll": {"id": "1"}, "card": {}}),
            Some(PostKind::Poll),
        ),
        (
            json!({"media_attachments": files(&["image"]), "quote": {"state": "accepted",
                   "quoted_status": {"account": {"id": CANARY}}}}),
            Some(PostKind::Repost),
        ),
        (
            json!({"media_attachments": null, "poll": null, "card": null}),
            None,
        ),
        (json!({"media_attachments": "none"}), None),
    ] {
        let mut told = status("3", "2026-11-20T00:00:00Z", None, 0);
        let members = told.as_object_mut().unwrap();
        members.extend(changes.as_object().unwrap().clone());
        let seen = visit(Instance::new(account(), vec![told]))
            .await
            .measurement;
        assert_eq!(seen.posts[0].kind, expected, "{changes}");
    }
}
