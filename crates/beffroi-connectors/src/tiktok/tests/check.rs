//! What is said of a client: that it works, that it is no good, that its project is not approved.

use super::*;

async fn check(tiktok: Tiktok) -> CredentialCheck {
    let server = tiktok.start().await;
    let connector = connector(&server, settings(&server));
    let check = connector.check_credential().await.unwrap();
    assert_eq!(check.calls as usize, server.asked().len());
    let shown = format!("{check:?}");
    assert!(
        !shown.contains("hush") && !shown.contains(CANARY),
        "{shown}"
    );
    check
}

#[tokio::test]
async fn a_client_that_works_is_told_by_a_token_and_one_request() {
    for users in [vec![user("tiktok")], Vec::new()] {
        let mut tiktok = Tiktok::new(Vec::new());
        tiktok.users = users;
        let check = check(tiktok).await;
        assert!(check.works && check.missing.is_empty());
        assert_eq!((check.can.len(), check.calls), (2, 2));
    }
}

#[tokio::test]
async fn a_refused_client_and_a_project_without_approval_are_told_apart() {
    let refused = Answer::json(json!({"error": "invalid_client"})).status(401);
    let refused = check(Tiktok::new(Vec::new()).answering(TOKEN, refused)).await;
    assert!(!refused.works && refused.missing[0].starts_with("the client key"));
    assert_eq!(refused.told.as_deref(), Some("invalid_client"));
    let narrow = refusal(401, "scope_not_authorized", "");
    let narrow = check(Tiktok::new(Vec::new()).answering(USER, narrow)).await;
    assert!(narrow.works && narrow.can.is_empty());
    assert!(narrow.missing[0].contains("research.data.basic"));
    assert_eq!(narrow.told.as_deref(), Some("scope_not_authorized"));
    let spent = refusal(429, "daily_quota_limit_exceeded", "");
    let spent = check(Tiktok::new(Vec::new()).answering(USER, spent)).await;
    assert!(spent.works && spent.missing[0].contains("spent"));
}

#[tokio::test]
async fn without_a_client_nothing_is_asked() {
    let server = Tiktok::new(Vec::new()).start().await;
    let connector = TiktokConnector::new(client(&[&server]), settings(&server), None);
    assert_eq!(connector.check_credential().await, None);
    assert!(server.asked().is_empty());
}
