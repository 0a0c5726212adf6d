//! A visit as a whole, and what a second one asks after it.

use super::*;

#[tokio::test]
async fn a_visit_brings_counters_posts_and_dialogue() {
    let measured = visit(talking()).await;
    assert_eq!(measured.retry, None);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(421));
    assert_eq!(seen.figures.following, Figure::Known(37));
    assert_eq!(seen.figures.posts_total, Figure::Known(655));
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(DID));
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(
        seen.identity.profile_links,
        [("https://www.exemple.fr".to_owned(), false)]
    );

    assert_eq!(seen.posts.len(), 1, "a reply is no post");
    let post = &seen.posts[0];
    assert_eq!(post.post_id, uri(DID, "10"));
    let page = format!("https://bsky.app/profile/{DID}/post/10");
    assert_eq!(post.url.as_deref(), Some(page.as_str()));
    assert_eq!(post.reactions, Figure::Known(14));
    assert_eq!(post.comments, Figure::Known(2));
    assert_eq!(post.shares, Figure::Known(4), "reposts and quotes");

    let threads = seen.threads.known().unwrap();
    let delays: Vec<_> = threads
        .iter()
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect();
    assert_eq!(delays, [Some(2400), None]);
    let views = (FigureName::Views, MissingReason::NotGivenByPlatform);
    assert_eq!(seen.unavailable.into_iter().collect::<Vec<_>>(), [views]);
    assert_eq!(seen.fetches.len(), 3, "profile, feed, one thread");
}

#[tokio::test]
async fn a_second_visit_asks_only_for_what_moved() {
    let (asked, measured) = second_visit(talking()).await;
    assert_eq!(asked, ["getProfile", "getAuthorFeed"]);
    assert_eq!(measured.measurement.threads.known().unwrap().len(), 2);

    let moved = json!({"feed": [{"post": post("10", "2026-11-20T17:00:00.000Z", 3)}]});
    let (asked, _) = second_visit(talking().with_page("", moved)).await;
    assert_eq!(asked, ["getProfile", "getAuthorFeed", "getPostThread"]);
}
