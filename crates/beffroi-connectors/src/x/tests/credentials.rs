//! The token: missing, refused, without permission, and where it is shown.

use super::*;

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = talking().start().await;
    let connector = XConnector::new(Access::keyless(client(&[&server])), settings(&server));
    let batch = [request(HANDLE, 0), request("nom-invalide", 0)];
    for measured in measure_with(&connector, &batch).await {
        let expected = Outcome::Forbidden(Forbidden::CredentialMissing);
        assert_eq!(measured.measurement.outcome, expected);
        assert_eq!(measured.retry, None);
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_token_is_shown_in_a_header_and_in_no_address() {
    let server = talking().start().await;
    let measured = measure(&server, settings(&server), &[request(HANDLE, 0)]).await;
    for asked in server.asked() {
        assert_eq!(asked.authorization.unwrap(), format!("Bearer {TOKEN}"));
        assert!(!asked.url.as_str().contains("hush"));
    }
    for record in &measured[0].measurement.fetches {
        assert!(!record.url.as_str().contains("hush"));
    }
}

#[tokio::test]
async fn refusals_of_the_app_are_told_apart() {
    let refused = Outcome::Forbidden(Forbidden::CredentialRefused);
    let permission = Outcome::Forbidden(Forbidden::PermissionMissing);
    let problem = |kind: &str, reason: &str| {
        json!({"title": "Client Forbidden", "reason": reason, "client_id": "1",
            "type": format!("https://api.twitter.com/2/problems/{kind}")})
    };
    for (answer, expected) in [
        (unauthorized(), refused),
        (
            Answer::json(problem("client-forbidden", "client-not-enrolled")).status(403),
            permission,
        ),
        (
            Answer::json(problem("client-forbidden", "official-client-forbidden")).status(403),
            permission,
        ),
        (
            Answer::json(problem("unsupported-authentication", "")).status(403),
            refused,
        ),
        (
            Answer::page(403, "<html>Forbidden</html>"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
    ] {
        let x = talking().answering("/2/users/by", answer.clone());
        let measured = visit(x).await;
        assert_eq!(measured.measurement.outcome, expected, "{answer:?}");
        assert_eq!(measured.retry, None);
    }
}

#[tokio::test]
async fn a_search_that_needs_a_permission_loses_the_dialogue_alone() {
    let answer = json!({"title": "Client Forbidden", "reason": "client-not-enrolled",
        "type": "https://api.x.com/2/problems/client-forbidden"});
    let answer = Answer::json(answer).status(403);
    let x = talking().answering("/2/tweets/search/recent", answer);
    let seen = visit(x).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.threads,
        Figure::Missing(MissingReason::PermissionMissing)
    );
}
