//! Who an account is, and its counters.

use super::*;

#[tokio::test]
async fn limited_and_automated_accounts_are_measured_and_marked() {
    let account = account_with(json!({"limited": true, "bot": true}));
    let seen = visit(Instance::new(account, Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert!(seen.identity.is_limited);
    assert!(seen.identity.is_automated);
}

#[tokio::test]
async fn hidden_and_missing_counters_are_never_zero() {
    let odd = account_with(json!({
        "followers_count": -1, "following_count": "35", "statuses_count": null,
    }));
    let mut bare = status("10", "2026-11-20T00:00:00Z", None, 0);
    for member in [
        "favourites_count",
        "reblogs_count",
        "quotes_count",
        "visibility",
        "url",
    ] {
        bare.as_object_mut().unwrap().remove(member);
    }
    bare["id"] = json!(10);
    let seen = visit(Instance::new(odd, vec![bare])).await.measurement;
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::HiddenByOwner)
    );
    assert_eq!(seen.figures.following, Figure::Known(35));
    assert_eq!(
        seen.figures.posts_total,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(seen.posts[0].post_id, "10");
    assert_eq!(
        seen.posts[0].reactions,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(
        seen.posts[0].shares,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(
        seen.unavailable[&FigureName::Followers],
        MissingReason::HiddenByOwner
    );
    assert_eq!(
        seen.unavailable[&FigureName::Shares],
        MissingReason::NotInAnswer
    );
}
