//! Counters of pages and posts, however they are written.

use super::*;

const AT: &str = "2026-11-20T17:00:00+0000";

#[tokio::test]
async fn followers_are_followers_and_where_there_are_none_fans() {
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    let hidden = Figure::Missing(MissingReason::HiddenByOwner);
    for (changes, expected) in [
        (json!({"followers_count": 0}), Figure::Known(0)),
        (json!({"followers_count": "5388"}), Figure::Known(5388)),
        (json!({"followers_count": null}), Figure::Known(5120)),
        (
            json!({"followers_count": null, "fan_count": "12"}),
            Figure::Known(12),
        ),
        (json!({"followers_count": null, "fan_count": null}), missing),
        (json!({"followers_count": "many", "fan_count": []}), missing),
        (json!({"followers_count": -1}), hidden),
    ] {
        let page = page_with(changes.clone());
        let seen = visit(Graph::with_page(page)).await.measurement;
        assert_eq!(seen.figures.followers, expected, "{changes}");
    }
}

#[tokio::test]
async fn counters_are_read_however_they_are_written_and_never_invented() {
    let written = with(
        post("10", AT, Vec::new()),
        json!({
            "shares": {"count": "4"}, "reactions": {"summary": {"total_count": "61"}},
            "comments": {"data": [], "summary": {"total_count": "0"}}, "permalink_url": null,
        }),
    );
    let seen = visit(Graph::with_page(page(vec![written])))
        .await
        .measurement;
    let known = &seen.posts[0];
    assert_eq!(known.shares, Figure::Known(4));
    assert_eq!(known.reactions, Figure::Known(61));
    assert_eq!(known.comments, Figure::Known(0));
    assert_eq!(known.url, None);

    let missing = Figure::Missing(MissingReason::NotInAnswer);
    let bare = json!({"id": format!("{PAGE_ID}_10"), "created_time": AT, "shares": "few"});
    let seen = visit(Graph::with_page(page(vec![bare]))).await.measurement;
    let bare = &seen.posts[0];
    assert_eq!(bare.shares, missing);
    assert_eq!(bare.reactions, missing);
    assert_eq!(bare.comments, missing);
    for name in [
        FigureName::Reactions,
        FigureName::Comments,
        FigureName::Dialogue,
    ] {
        assert_eq!(
            seen.unavailable.get(&name),
            Some(&MissingReason::NotInAnswer)
        );
    }
}

#[tokio::test]
async fn shares_that_are_left_out_are_none() {
    let mut unshared = post("10", AT, Vec::new());
    unshared.as_object_mut().unwrap().remove("shares");
    let seen = visit(Graph::with_page(page(vec![unshared])))
        .await
        .measurement;
    assert_eq!(seen.posts[0].shares, Figure::Known(0));
}

#[tokio::test]
async fn a_page_asked_by_its_number_is_not_renamed() {
    let graph = Graph::with_page(page(talking()));
    let (measured, _) = visit_with(graph, request(PAGE_ID), |_| {}).await;
    assert_eq!(measured.measurement.identity.renamed_to, None);
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
}

#[tokio::test]
async fn what_a_post_shows_is_read_of_how_it_was_published() {
    for (status_type, expected) in [
        (json!("added_photos"), Some(PostKind::Image)),
        (json!("added_video"), Some(PostKind::Video)),
        (json!("shared_story"), Some(PostKind::Link)),
        (json!("created_event"), Some(PostKind::Event)),
        (json!("mobile_status_update"), Some(PostKind::Text)),
        (json!("wall_post"), None),
        (json!(7), None),
    ] {
        let written = with(
            post("10", AT, Vec::new()),
            json!({ "status_type": status_type }),
        );
        let seen = visit(Graph::with_page(page(vec![written]))).await;
        assert_eq!(seen.measurement.posts[0].kind, expected, "{status_type}");
    }
    let mut untold = post("10", AT, Vec::new());
    untold.as_object_mut().unwrap().remove("status_type");
    let seen = visit(Graph::with_page(page(vec![untold]))).await;
    assert_eq!(seen.measurement.posts[0].kind, None);
}
