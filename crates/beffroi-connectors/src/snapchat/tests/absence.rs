//! Accounts without a public profile, accounts that are not there, and the switch.

use super::*;

#[tokio::test]
async fn nothing_is_asked_unless_somebody_switched_it_on() {
    let server = Site::showing(profile(json!("5400"))).start().await;
    let off = SnapchatSettings {
        enabled: false,
        ..settings(&server)
    };
    let connector = connector(&server, off);
    let mut known = request(NAME);
    known.previous_state = Some("{}".to_owned());
    let measured = measure(&connector, &[known]).await.remove(0);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Forbidden(Forbidden::SwitchedOff));
    assert_eq!(measured.retry, None);
    assert_eq!(seen.state.as_deref(), Some("{}"));
    assert!(server.asked().is_empty());
    assert_eq!(connector.check_credential().await, None);
}

#[tokio::test]
async fn an_account_without_a_public_profile_is_private() {
    let private = json!({"userProfile": {"$case": "userInfo", "userInfo": {
        "username": NAME, "displayName": CANARY}}});
    let outcome = outcome(Site::showing(private)).await;
    assert_eq!(outcome, Outcome::Forbidden(Forbidden::PrivateAccount));
}

#[tokio::test]
async fn a_name_that_nobody_bears_is_not_found() {
    let measured = visit(Site::default()).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Absent(Absent::NotFound)
    );
    assert_eq!(measured.retry, None);
}

#[tokio::test]
async fn a_name_that_cannot_be_one_is_not_asked_for() {
    let server = Site::default().start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["", "ab", "Ville", "ville de test"].map(request);
    for measured in measure(&connector, &batch).await {
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Absent(Absent::NotAnAccount));
    }
    assert!(server.asked().is_empty());
}
