//! What is said of a token: that it works, that it is no good, that it lacks a permission.

use super::*;

async fn check(answer: Option<Answer>) -> crate::CredentialCheck {
    let api = answer.map_or_else(Discovery::default, |it| {
        Discovery::default().with("nasa", it)
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
async fn a_token_that_discovers_works_also_where_nobody_has_that_name() {
    for answer in [Some(found(account())), None] {
        let check = check(answer).await;
        assert!(check.works && check.missing.is_empty());
        assert_eq!((check.can.len(), check.told), (2, None));
    }
}

#[tokio::test]
async fn an_expired_token_needs_a_new_one() {
    let expired = json!({"type": "OAuthException", "code": 190, "error_subcode": 463});
    let check = check(Some(graph_error(401, expired))).await;
    assert!(!check.works && check.missing[0].starts_with("a new token"));
    assert_eq!(check.told.as_deref(), Some("190/463 OAuthException"));
}

#[tokio::test]
async fn a_permission_that_is_missing_is_named_with_who_gives_it() {
    let refused = graph_error(403, json!({"type": "OAuthException", "code": 10}));
    let check = check(Some(refused)).await;
    assert!(check.works && check.can.is_empty());
    assert!(check.missing[0].contains("instagram_manage_insights"));
    assert!(check.missing[0].contains("App Review"));
    assert_eq!(check.told.as_deref(), Some("10 OAuthException"));
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Discovery::default().start().await;
    let none = InstagramSettings {
        tokens: std::collections::BTreeMap::new(),
        ..settings(&server)
    };
    let connector = connector(&server, none);
    assert_eq!(connector.check_credential().await, None);
    assert!(server.asked().is_empty());
}
