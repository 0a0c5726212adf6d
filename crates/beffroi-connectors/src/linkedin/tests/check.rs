//! What is said of a token: that it works, that it is no good, that it lacks the product.

use super::*;

async fn check(linkedin: Linkedin) -> CredentialCheck {
    let server = linkedin.start().await;
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
async fn a_token_that_works_is_told_by_one_call() {
    let mut unknown = Linkedin::new();
    unknown.followers = None;
    for linkedin in [Linkedin::new(), unknown] {
        let check = check(linkedin).await;
        assert!(check.works && check.missing.is_empty());
        assert_eq!(check.can.len(), 1);
    }
}

#[tokio::test]
async fn what_is_missing_is_told_with_who_gives_it() {
    let expired = problem(401, "EXPIRED_ACCESS_TOKEN", "The token has expired");
    let refused = check(Linkedin::new().answering("/rest/", expired)).await;
    assert!(!refused.works && refused.missing[0].contains("logs in"));
    assert_eq!(refused.told.as_deref(), Some("EXPIRED_ACCESS_TOKEN 100"));

    let narrow = problem(403, "ACCESS_DENIED", "Not enough permissions");
    let narrow = check(Linkedin::new().answering("/rest/", narrow)).await;
    assert!(narrow.works && narrow.can.is_empty());
    assert!(narrow.missing[0].contains("Community Management"));

    let old = problem(426, "NONEXISTENT_VERSION", "");
    let old = check(Linkedin::new().answering("/rest/", old)).await;
    assert!(!old.works && old.missing[0].contains("api_version"));
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Linkedin::new().start().await;
    let connector = LinkedinConnector::new(client(&[&server]), settings(&server), None);
    assert_eq!(connector.check_credential().await, None);
    assert!(server.asked().is_empty());
}
