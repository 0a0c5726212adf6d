//! Who an account is, and its counters.

use super::*;

#[tokio::test]
async fn hidden_and_missing_counters_are_never_zero() {
    let bare = json!({"did": DID, "handle": HANDLE, "followersCount": "421", "labels": null});
    let mut post = post("10", "2026-11-20T17:00:00Z", 0);
    post.as_object_mut().unwrap().remove("likeCount");
    post.as_object_mut().unwrap().remove("quoteCount");
    let seen = visit(AppView::new(vec![json!({ "post": post })]).with_profile(bare))
        .await
        .measurement;
    assert_eq!(seen.figures.followers, Figure::Known(421));
    assert_eq!(
        seen.figures.following,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(
        seen.posts[0].reactions,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(seen.posts[0].shares, Figure::Known(3));
    assert_eq!(
        seen.unavailable[&FigureName::Reactions],
        MissingReason::NotInAnswer
    );
}

#[tokio::test]
async fn a_renamed_account_is_found_again_by_its_did() {
    let renamed = profile_with(json!({"handle": "Ville-Exemple.fr"}));
    let (_, measured) = second_visit(talking().with_profile(renamed)).await;
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.account.handle, HANDLE,
        "the identity stays the handle asked for"
    );
    assert_eq!(
        seen.identity.renamed_to.as_deref(),
        Some("ville-exemple.fr")
    );

    let lost = profile_with(json!({"handle": "handle.invalid"}));
    let (_, measured) = second_visit(talking().with_profile(lost)).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert_eq!(measured.measurement.identity.renamed_to, None);
}
