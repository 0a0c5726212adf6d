//! Which items of the feed are posts, and how the feed is read.

use super::*;

#[tokio::test]
async fn reposts_pins_and_posts_outside_the_window_are_no_posts() {
    let repost = json!({
        "post": {"uri": uri(OTHER_DID, "3k"), "author": {"did": OTHER_DID}, "record": {}, "indexedAt": "2026-11-19T07:00:00Z"},
        "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "indexedAt": "2026-11-19T08:00:00Z"},
    });
    let pin = json!({
        "post": post("1", "2025-01-01T00:00:00Z", 0),
        "reason": {"$type": "app.bsky.feed.defs#reasonPin"},
    });
    let view = AppView::new(vec![
        pin,
        json!({"post": post("10", "2026-11-20T17:00:00Z", 0)}),
        repost,
        json!({"post": post("9", "2026-10-01T00:00:00Z", 0)}),
    ]);
    let seen = visit(view).await.measurement;
    let ids: Vec<_> = seen.posts.iter().map(|post| post.post_id.clone()).collect();
    assert_eq!(ids, [uri(DID, "10")]);
}

#[tokio::test]
async fn the_servers_clock_bounds_the_authors() {
    let mut future = post("10", "2026-11-20T17:00:00Z", 0);
    future["record"]["createdAt"] = json!("2031-01-01T00:00:00Z");
    let mut backdated = post("9", "2026-11-19T17:00:00Z", 0);
    backdated["record"]["createdAt"] = json!("2026-11-18T00:00:00Z");
    let view = AppView::new(vec![
        json!({ "post": future }),
        json!({ "post": backdated }),
    ]);
    let seen = visit(view).await.measurement;
    let times: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.published_at.to_string())
        .collect();
    assert_eq!(times, ["2026-11-20T17:00:00Z", "2026-11-18T00:00:00Z"]);
}

#[tokio::test]
async fn pages_are_followed_even_when_one_is_empty() {
    let view = AppView::default()
        .with_profile(profile())
        .with_page(
            "",
            json!({"cursor": "a", "feed": [{"post": post("10", "2026-11-20T17:00:00Z", 0)}]}),
        )
        .with_page("a", json!({"cursor": "b", "feed": []}))
        .with_page(
            "b",
            json!({"feed": [{"post": post("9", "2026-11-19T17:00:00Z", 0)}]}),
        );
    let seen = visit(view).await.measurement;
    assert_eq!(seen.posts.len(), 2);
    assert!(!seen.unavailable.contains_key(&FigureName::Posts));
}

#[tokio::test]
async fn no_page_is_asked_beyond_the_window() {
    let view = AppView::default().with_profile(profile()).with_page(
        "",
        json!({"cursor": "a", "feed": [{"post": post("9", "2026-10-01T00:00:00Z", 0)}]}),
    );
    assert_eq!(visit(view).await.measurement.fetches.len(), 2);
}

#[tokio::test]
async fn a_feed_without_end_is_truncated() {
    let item = json!({"post": post("10", "2026-11-20T17:00:00Z", 0)});
    let stuck = AppView::default()
        .with_profile(profile())
        .with_page("", json!({"cursor": "a", "feed": [item]}))
        .with_page("a", json!({"cursor": "a", "feed": []}));
    let server = stuck.start().await;
    for max_pages in [1, 10] {
        let settings = BlueskySettings {
            max_pages: NonZeroU16::new(max_pages).unwrap(),
            ..settings(&server)
        };
        let seen = measure(&server, settings, &[request(HANDLE)])
            .await
            .remove(0)
            .measurement;
        assert_eq!(seen.posts.len(), 1);
        assert_eq!(
            seen.unavailable[&FigureName::Posts],
            MissingReason::Truncated
        );
        assert_eq!(seen.threads, Figure::Missing(MissingReason::Truncated));
    }
}

#[tokio::test]
async fn silence_under_restricted_posts_means_nothing() {
    let gated = |rkey: &str, gate: Value| {
        let mut post = post(rkey, "2026-11-20T17:00:00Z", 0);
        post["threadgate"] = gate;
        json!({ "post": post })
    };
    let closed = json!({"uri": "at://x", "record": {"allow": []}});
    let only_hides = json!({"uri": "at://x", "record": {"hiddenReplies": []}});

    let seen = visit(AppView::new(vec![gated("10", closed.clone())]))
        .await
        .measurement;
    let restricted = MissingReason::RepliesRestricted;
    assert_eq!(seen.posts[0].comments, Figure::Missing(restricted));
    assert_eq!(seen.threads, Figure::Missing(restricted));

    let seen = visit(AppView::new(vec![
        gated("10", closed),
        gated("9", only_hides),
    ]))
    .await
    .measurement;
    let comments: Vec<_> = seen.posts.iter().map(|post| post.comments).collect();
    assert_eq!(comments, [Figure::Missing(restricted), Figure::Known(0)]);
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
}

#[tokio::test]
async fn what_a_post_shows_is_its_embed_by_name() {
    let images = |count: usize| json!({"$type": "app.bsky.embed.images#view", "images": vec![json!({"alt": CANARY}); count]});
    for (embed, expected) in [
        (json!(null), Some(PostKind::Text)),
        (images(1), Some(PostKind::Image)),
        (images(4), Some(PostKind::Album)),
        (
            json!({"$type": "app.bsky.embed.video#view"}),
            Some(PostKind::Video),
        ),
        (
            json!({"$type": "app.bsky.embed.external#view", "external": {"title": CANARY}}),
            Some(PostKind::Link),
        ),
        (
            json!({"$type": "app.bsky.embed.record#view", "record": {"author": {"did": CANARY}}}),
            Some(PostKind::Repost),
        ),
        (
            json!({"$type": "app.bsky.embed.recordWithMedia#view"}),
            Some(PostKind::Repost),
        ),
        (json!({"$type": "app.bsky.embed.later#view"}), None),
        (json!({}), None),
        (json!("embed"), None),
    ] {
        let mut told = post("10", "2026-11-20T17:00:00Z", 0);
        told["embed"] = embed.clone();
        let view = AppView::new(vec![json!({ "post": told })]);
        let seen = visit(view).await.measurement;
        assert_eq!(seen.posts[0].kind, expected, "{embed}");
    }
}
