//! What is said of a key: that it works, that it is no good, that it lacks something.

use super::*;

async fn check(api: Api) -> crate::CredentialCheck {
    let server = api.start().await;
    let connector = connector(&server, settings(&server));
    let check = connector.check_credential().await.unwrap();
    assert_eq!(server.asked().len(), 1);
    assert_eq!(check.calls, 1);
    assert!(!format!("{check:?}").contains(KEY));
    check
}

#[tokio::test]
async fn a_key_that_works_is_told_by_one_call() {
    let check = check(Api::default()).await;
    assert!(check.works && check.missing.is_empty());
    assert_eq!(check.can.len(), 3);
    assert_eq!(check.told, None);
}

#[tokio::test]
async fn a_key_that_is_no_good_needs_a_new_one() {
    let refused = Api::default().refusing("channels", key_invalid());
    let check = check(refused).await;
    assert!(!check.works && check.can.is_empty());
    assert!(check.missing[0].contains("console.cloud.google.com"));
    assert!(check.told.unwrap().contains("API_KEY_INVALID"));
}

#[tokio::test]
async fn a_key_without_the_service_or_with_a_spent_day_works_for_nothing_now() {
    for (reason, missing) in [
        ("accessNotConfigured", "YouTube Data API v3"),
        ("quotaExceeded", "spent"),
    ] {
        let refused = refusal_of(403, "usageLimits", reason);
        let check = check(Api::default().refusing("channels", refused)).await;
        assert!(check.works && check.can.is_empty());
        assert!(check.missing[0].contains(missing), "{:?}", check.missing);
        assert_eq!(check.told.as_deref(), Some(reason));
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_asked_and_an_unknown_answer_says_nothing_of_it() {
    let server = Api::default().start().await;
    let connector = connector(&server, keyless(&server));
    assert_eq!(connector.check_credential().await, None);
    assert!(server.asked().is_empty());
    let strange = Answer::page(200, "<html>Bonjour</html>");
    let check = check(Api::default().refusing("channels", strange)).await;
    assert!(!check.works && check.missing.is_empty());
    assert_eq!(check.told.as_deref(), Some("layout"));
}
