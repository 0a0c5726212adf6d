//! What is said of a token: that it works, that it is no good, that its app lacks something.

use super::*;

const USAGE: &str = "/2/usage/tweets";

fn usage(cap: &str, spent: Value) -> Answer {
    Answer::json(json!({"data": {
        "cap_reset_day": 7, "project_id": "1", "project_cap": cap, "project_usage": spent,
    }}))
}

async fn check(answer: Answer) -> crate::CredentialCheck {
    let server = talking().answering(USAGE, answer).start().await;
    let connector = XConnector::new(client(&[&server]), settings(&server));
    let check = connector.check_credential().await.unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 1, "one call, and none that is billed");
    assert_eq!(asked[0].path(), USAGE);
    assert_eq!(check.calls, 1);
    assert!(!format!("{check:?}").contains("hush"));
    check
}

#[tokio::test]
async fn a_token_that_works_is_told_without_reading_anything_that_is_billed() {
    let check = check(usage("3000000", json!("1200"))).await;
    assert!(check.works && check.missing.is_empty());
    assert_eq!(check.can.len(), 3);
}

#[tokio::test]
async fn a_spent_cap_is_told_however_it_is_written() {
    for spent in [json!("3000000"), json!(3_000_001)] {
        let check = check(usage("3000000", spent)).await;
        assert!(check.works);
        assert!(
            check.missing[0].contains("3000000 posts"),
            "{:?}",
            check.missing
        );
    }
}

#[tokio::test]
async fn a_revoked_token_an_app_that_is_not_enrolled_and_spent_credits_are_told_apart() {
    let refused = check(unauthorized()).await;
    assert!(!refused.works && refused.missing[0].contains("new bearer token"));
    let problem = json!({"title": "Client Forbidden", "reason": "client-not-enrolled",
        "type": "https://api.x.com/2/problems/client-forbidden"});
    let narrow = check(Answer::json(problem).status(403)).await;
    assert!(narrow.works && narrow.can.is_empty());
    assert!(narrow.missing[0].contains("pay-per-use"));
    let told = narrow.told.unwrap();
    assert_eq!(told, "client-forbidden, client-not-enrolled");
    let spent = json!({"title": "CreditsDepleted", "type": "https://api.x.com/2/problems/credits"});
    let spent = check(Answer::json(spent).status(402)).await;
    assert!(spent.works && spent.missing[0].contains("spent"));
}

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = talking().start().await;
    let none = XSettings {
        bearer_token: None,
        ..settings(&server)
    };
    let connector = XConnector::new(client(&[&server]), none);
    assert_eq!(connector.check_credential().await, None);
    assert!(server.asked().is_empty());
}
