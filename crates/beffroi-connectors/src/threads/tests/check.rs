//! What is said of a token: that it works, that it is no good, that it lacks the review.

use super::*;

async fn check(answer: Option<Answer>) -> crate::CredentialCheck {
    let api = answer.map_or_else(Api::default, |it| {
        Api::default().with_key(format!("{LOOKUP}?nasa"), it)
    });
    let server = api.start().await;
    let connector = connector(&server, settings(&server));
    let check = connector.check_credential().await.unwrap();
    assert_eq!(server.asked().len(), 1);
    assert_eq!(check.calls, 1);
    let shown = format!("{check:?}");
    assert!(
        !shown.contains("hush") && !shown.contains(CANARY),
        "{shown}"
    );
    check
}

#[tokio::test]
async fn a_token_that_looks_others_up_works() {
    let check = check(Some(Answer::json(profile()))).await;
    assert!(check.works && check.missing.is_empty());
    assert_eq!(check.can.len(), 2);
}

#[tokio::test]
async fn an_expired_token_needs_a_new_one() {
    let check = check(Some(graph_error(401, 190, "Session has expired"))).await;
    assert!(!check.works && check.missing[0].starts_with("a new token"));
    assert_eq!(check.told.as_deref(), Some("190 OAuthException"));
}

#[tokio::test]
async fn without_the_review_meta_s_own_accounts_alone_are_shown() {
    let check = check(None).await;
    assert!(check.works);
    assert_eq!(check.can, ["Meta's own accounts"]);
    assert!(check.missing[0].contains("App Review"));
}

#[tokio::test]
async fn without_the_permission_nothing_is_shown() {
    for code in [10, 200] {
        let check = check(Some(graph_error(403, code, "No permission"))).await;
        assert!(check.works && check.can.is_empty());
        assert!(check.missing[0].contains("threads_profile_discovery"));
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Api::default().start().await;
    let none = ThreadsSettings {
        tokens: std::collections::BTreeMap::new(),
        ..settings(&server)
    };
    let connector = connector(&server, none);
    assert_eq!(connector.check_credential().await, None);
    assert!(server.asked().is_empty());
}
