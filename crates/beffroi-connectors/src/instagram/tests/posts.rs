//! Which publications are measured, and how the list of them is read.

use super::*;

fn ids(measured: &Measured) -> Vec<&str> {
    let posts = measured.measurement.posts.iter();
    posts.map(|post| post.post_id.as_str()).collect()
}

fn cut(measured: &Measured) -> Option<MissingReason> {
    let unavailable = &measured.measurement.unavailable;
    unavailable.get(&FigureName::Posts).copied()
}

fn paged(first: Value, second: Answer) -> Discovery {
    Discovery::default()
        .with(NAME, found(account_with(json!({ "media": first }))))
        .with(&format!("{NAME}#NEXT"), second)
}

#[tokio::test]
async fn only_publications_of_the_window_count_newest_first() {
    let measured = visit(Discovery::new(vec![
        media("pinned", "2025-01-01T00:00:00+0000"),
        media("later", "2026-11-23T01:00:00+0000"),
        media("older", "2026-11-02T00:00:00+0000"),
        media("newer", "2026-11-20T00:00:00+0000"),
        media("before", "2026-10-26T00:00:00+0000"),
    ]))
    .await;
    assert_eq!(ids(&measured), ["newer", "older"]);
    assert_eq!(cut(&measured), None);
}

#[tokio::test]
async fn pages_are_followed_by_their_cursor_to_the_start_of_the_window() {
    let second = json!({"id": ID, "media": page(vec![
        media("2", "2026-11-19T00:00:00+0000"),
        media("1", "2026-11-18T00:00:00+0000"),
        media("0", "2026-10-01T00:00:00+0000"),
    ], "MORE")});
    let first = page(
        vec![
            media("3", "2026-11-20T00:00:00+0000"),
            media("2", "2026-11-19T00:00:00+0000"),
        ],
        "NEXT",
    );
    let server = paged(first, found(second)).start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &[request(NAME)]).await.remove(0);
    assert_eq!(ids(&measured), ["3", "2", "1"], "once each");
    assert_eq!(cut(&measured), None);
    assert_eq!(server.asked().len(), 2, "nothing beyond the window");
}

#[tokio::test]
async fn a_window_longer_than_the_pages_allowed_is_truncated() {
    let first = page(vec![media("3", "2026-11-20T00:00:00+0000")], "NEXT");
    let server = paged(first, unknown_user()).start().await;
    let few = InstagramSettings {
        max_pages: std::num::NonZeroU16::MIN,
        ..settings(&server)
    };
    let connector = connector(&server, few);
    let measured = measure(&connector, &[request(NAME)]).await.remove(0);
    assert_eq!(ids(&measured), ["3"]);
    assert_eq!(cut(&measured), Some(MissingReason::Truncated));
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_page_that_fails_leaves_what_was_brought_before() {
    let first = || page(vec![media("3", "2026-11-20T00:00:00+0000")], "NEXT");
    let trouble = graph_error(400, json!({"code": 2, "is_transient": true}));
    let measured = visit(paged(first(), trouble)).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(measured.measurement.figures.followers, Figure::Known(8421));
    assert_eq!(ids(&measured), ["3"]);
    assert_eq!(cut(&measured), Some(MissingReason::CallFailed));

    let nothing = found(json!({ "id": ID }));
    let measured = visit(paged(first(), nothing)).await;
    assert_eq!(cut(&measured), None, "the cursor led to the end");
}

#[tokio::test]
async fn a_cursor_that_stands_still_or_could_change_the_question_is_not_followed() {
    for cursor in ["NEXT", "x){stories}"] {
        let same = json!({"id": ID, "media": page(Vec::new(), "NEXT")});
        let first = page(vec![media("3", "2026-11-20T00:00:00+0000")], cursor);
        let measured = visit(paged(first, found(same))).await;
        assert_eq!(cut(&measured), Some(MissingReason::Truncated), "{cursor}");
    }
}

#[tokio::test]
async fn an_account_without_publications_has_none_and_one_whose_list_is_not_shown_is_unknown() {
    for media in [
        json!({"media": {"data": []}}),
        json!({"media": null}),
        json!({}),
    ] {
        let mut empty = account_with(media.clone());
        empty["media_count"] = json!(0);
        let measured = visit(Discovery::default().with(NAME, found(empty))).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(cut(&measured), None, "{media}");
        assert_eq!(ids(&measured), [""; 0]);

        let unlisted = found(account_with(media.clone()));
        let measured = visit(Discovery::default().with(NAME, unlisted)).await;
        assert_eq!(cut(&measured), Some(MissingReason::NotInAnswer), "{media}");
    }
}

#[tokio::test]
async fn hidden_likes_are_missing_as_hidden() {
    let mut hidden = media("1", "2026-11-20T00:00:00+0000");
    hidden.as_object_mut().unwrap().remove("like_count");
    let seen = visit(Discovery::new(vec![hidden])).await.measurement;
    assert_eq!(
        seen.posts[0].reactions,
        Figure::Missing(MissingReason::HiddenByOwner)
    );
    assert_eq!(seen.posts[0].comments, Figure::Known(6));
    assert_eq!(
        seen.unavailable[&FigureName::Reactions],
        MissingReason::HiddenByOwner
    );
}

#[tokio::test]
async fn what_a_publication_shows_is_its_type_and_of_videos_its_product() {
    for (media_type, product, expected) in [
        ("IMAGE", "FEED", Some(PostKind::Image)),
        ("CAROUSEL_ALBUM", "FEED", Some(PostKind::Album)),
        ("VIDEO", "FEED", Some(PostKind::Video)),
        ("VIDEO", "REELS", Some(PostKind::ShortVideo)),
        ("VIDEO", "LATER", None),
        ("LATER", "FEED", None),
    ] {
        let mut published = media("1", "2026-11-20T00:00:00+0000");
        published["media_type"] = json!(media_type);
        published["media_product_type"] = json!(product);
        let seen = visit(Discovery::new(vec![published])).await.measurement;
        assert_eq!(seen.posts[0].kind, expected, "{media_type} {product}");
    }
}
