//! What is said of a token: that it works, that it is no good, that it lacks a feature.

use super::*;

async fn check(answer: Option<Answer>) -> crate::CredentialCheck {
    let graph = answer.map_or_else(Graph::default, |it| Graph::default().with("NASA", it));
    let server = graph.start().await;
    let connector = connector(&server, settings(&server));
    let check = connector.check_credential().await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].authorization, Some(format!("Bearer {TOKEN}")));
    assert_eq!(check.calls, 1);
    assert!(!format!("{check:?}").contains(TOKEN));
    check
}

#[tokio::test]
async fn a_token_that_reads_a_public_page_works() {
    let check = check(Some(Answer::json(page(talking())))).await;
    assert!(check.works && check.missing.is_empty());
    assert_eq!(check.can.len(), 2);
}

#[tokio::test]
async fn an_expired_token_needs_a_new_one() {
    let expired = error(400, 190, Some(463), "Session has expired");
    let check = check(Some(expired)).await;
    assert!(!check.works && check.can.is_empty());
    assert!(check.missing[0].contains("new access token"));
    assert_eq!(check.told.as_deref(), Some("190/463 OAuthException"));
}

#[tokio::test]
async fn a_token_without_the_feature_needs_app_review() {
    let features = "This endpoint requires the 'Page Public Content Access' feature";
    for answer in [
        error(400, 100, None, features),
        error(403, 10, None, features),
    ] {
        let check = check(Some(answer)).await;
        assert!(check.works && check.can.is_empty());
        assert!(check.missing[0].starts_with("Page Public Content Access"));
        assert!(check.missing[0].contains("App Review"));
    }
}

#[tokio::test]
async fn a_page_that_is_not_shown_leaves_the_doubt() {
    let check = check(None).await;
    assert!(check.works && check.missing[0].starts_with("perhaps"));
    assert_eq!(check.told.as_deref(), Some("803 OAuthException"));
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Graph::default().start().await;
    let mut none = settings(&server);
    none.token = None;
    let connector = connector(&server, none);
    assert_eq!(connector.check_credential().await, None);
    assert!(server.asked().is_empty());
}
