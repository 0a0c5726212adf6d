//! Posts and counters of organisations that granted them, and of those that did not.

use super::*;

fn two() -> Linkedin {
    Linkedin::new().with_posts(vec![
        (post("urn:li:share:2", "2026-11-20T17:00:00Z"), metadata(0)),
        (
            post("urn:li:ugcPost:1", "2026-11-02T09:00:00Z"),
            metadata(0),
        ),
    ])
}

#[tokio::test]
async fn posts_are_read_with_their_counters() {
    let seen = visit_granted(two()).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    let post = &seen.posts[0];
    assert_eq!(post.post_id, "urn:li:share:2");
    assert_eq!(
        post.url.as_deref(),
        Some("https://www.linkedin.com/feed/update/urn:li:share:2")
    );
    assert_eq!(post.published_at, "2026-11-20T17:00:00Z".parse().unwrap());
    assert_eq!(post.reactions, Figure::Known(43));
    assert_eq!(post.comments, Figure::Known(0));
    assert_eq!(seen.posts.len(), 2);
    assert_eq!(seen.threads, Figure::Known(Vec::new()));
    let missing = |name| seen.unavailable.get(&name).copied();
    assert_eq!(missing(FigureName::Shares), Some(MissingReason::NotAsked));
    assert_eq!(missing(FigureName::Views), Some(MissingReason::NotAsked));
    assert_eq!(missing(FigureName::Posts), None);
}

#[tokio::test]
async fn posts_outside_the_window_and_drafts_are_left_out_and_a_late_change_hides_none() {
    let mut linkedin = two();
    let mut changed = post("urn:li:share:9", "2026-10-01T09:00:00Z");
    changed["lastModifiedAt"] = linkedin.posts[0]["lastModifiedAt"].clone();
    let mut draft = post("urn:li:share:8", "2026-11-21T09:00:00Z");
    draft["lifecycleState"] = json!("DRAFT");
    linkedin.posts.insert(0, changed);
    linkedin.posts.insert(1, draft);
    linkedin
        .posts
        .push(post("urn:li:share:0", "2026-10-26T00:00:00Z"));
    let seen = visit_granted(linkedin).await.measurement;
    let ids: Vec<_> = seen.posts.iter().map(|it| it.post_id.as_str()).collect();
    assert_eq!(ids, ["urn:li:share:2", "urn:li:ugcPost:1"]);
}

#[tokio::test]
async fn pages_are_read_back_to_the_window_s_start_or_our_limit() {
    let many = |count: usize| {
        let posts = (0..count).map(|number| {
            let urn = format!("urn:li:share:{number}");
            (post(&urn, "2026-11-20T17:00:00Z"), metadata(0))
        });
        Linkedin::new().with_posts(posts.collect())
    };
    let seen = visit_granted(many(130)).await.measurement;
    assert_eq!(seen.posts.len(), 130);
    assert!(!seen.unavailable.contains_key(&FigureName::Posts));
    let calls = |path: &str| {
        let fetches = seen.fetches.iter();
        fetches.filter(|it| it.url.path() == path).count()
    };
    assert_eq!(calls("/rest/posts"), 2);
    assert_eq!(calls("/rest/socialMetadata"), 3);

    let server = many(130).start().await;
    let one_page = LinkedinSettings {
        max_pages: NonZeroU16::MIN,
        ..granted(&server)
    };
    let connector = connector(&server, one_page);
    let seen = measure(&connector, &[request(HANDLE)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.posts.len(), 100);
    let truncated = MissingReason::Truncated;
    assert_eq!(seen.unavailable[&FigureName::Posts], truncated);
    assert_eq!(seen.threads, Figure::Missing(truncated));
}

#[tokio::test]
async fn counters_that_are_not_given_are_missing() {
    let mut linkedin = two();
    linkedin
        .metadata
        .insert("urn:li:share:2".to_owned(), json!({}));
    linkedin.metadata.remove("urn:li:ugcPost:1");
    let seen = visit_granted(linkedin).await.measurement;
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    for post in &seen.posts {
        assert_eq!((post.reactions, post.comments), (missing, missing));
    }
    assert_eq!(seen.threads, Figure::Missing(MissingReason::NotInAnswer));
    let failed = two().answering("/rest/socialMetadata", Answer::page(500, ""));
    let seen = visit_granted(failed).await.measurement;
    let failed = Figure::Missing(MissingReason::CallFailed);
    assert_eq!(seen.posts[0].reactions, failed);
}

#[tokio::test]
async fn posts_that_are_refused_are_a_missing_permission_and_the_followers_stay() {
    let refused = problem(
        403,
        "ACCESS_DENIED",
        "Not enough permissions to access: posts",
    );
    let seen = visit_granted(two().answering("/rest/posts", refused))
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(21914));
    let permission = MissingReason::PermissionMissing;
    assert_eq!(seen.unavailable[&FigureName::Posts], permission);
    assert_eq!(seen.threads, Figure::Missing(permission));
}

#[tokio::test]
async fn a_refusal_is_remembered_where_posts_are_tried() {
    let refused = problem(403, "ACCESS_DENIED", "Not enough permissions");
    let server = two().answering("/rest/posts", refused).start().await;
    let trying = LinkedinSettings {
        try_posts: true,
        ..settings(&server)
    };
    let connector = connector(&server, trying);
    let mut state = None;
    let mut tried = Vec::new();
    for night in 0..57 {
        let mut request = request(HANDLE);
        request.as_of = nights_later(night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        let permission = MissingReason::PermissionMissing;
        assert_eq!(seen.unavailable[&FigureName::Posts], permission);
        let paths = server.take_paths();
        tried.extend(paths.contains(&"/rest/posts".to_owned()).then_some(night));
        state = seen.state;
    }
    assert_eq!(tried.len(), 3, "{tried:?}");
    assert_eq!(tried[2] - tried[1], 28);
}

#[tokio::test]
async fn posts_in_another_layout_are_a_failed_call_and_no_empty_list() {
    for answer in [
        Answer::json(json!({"posts": []})),
        Answer::json(json!({"elements": [{"urn": "urn:li:share:1"}]})),
    ] {
        let seen = visit_granted(two().answering("/rest/posts", answer))
            .await
            .measurement;
        let reason = seen.unavailable[&FigureName::Posts];
        assert_eq!(reason, MissingReason::CallFailed);
    }
}

#[tokio::test]
async fn what_a_post_shows_is_the_member_of_its_content() {
    let media = |kind: &str| json!({"media": {"id": format!("urn:li:{kind}:C5")}});
    for (content, expected) in [
        (json!(null), Some(PostKind::Text)),
        (media("image"), Some(PostKind::Image)),
        (media("video"), Some(PostKind::Video)),
        (media("document"), Some(PostKind::Document)),
        (json!({"multiImage": {"images": []}}), Some(PostKind::Album)),
        (
            json!({"article": {"source": "https://www.exemple.fr/"}}),
            Some(PostKind::Link),
        ),
        (json!({"poll": {"question": CANARY}}), Some(PostKind::Poll)),
        (json!({"celebration": {}}), None),
        (json!("content"), None),
    ] {
        let mut told = post("urn:li:share:2", "2026-11-20T17:00:00Z");
        told["content"] = content.clone();
        let linkedin = Linkedin::new().with_posts(vec![(told.clone(), metadata(0))]);
        let seen = visit_granted(linkedin).await.measurement;
        assert_eq!(seen.posts[0].kind, expected, "{content}");
        told["reshareContext"] = json!({"parent": "urn:li:share:1"});
        let linkedin = Linkedin::new().with_posts(vec![(told, metadata(0))]);
        let seen = visit_granted(linkedin).await.measurement;
        assert_eq!(seen.posts[0].kind, Some(PostKind::Repost), "{content}");
    }
}
