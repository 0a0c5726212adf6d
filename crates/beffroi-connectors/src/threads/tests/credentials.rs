//! Tokens: none, refused, without permission; where they are sent and where not.

use super::*;

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Api::new(Vec::new()).start().await;
    let access = Access::keyless(client(&[&server]));
    let connector = ThreadsConnector::new(access, settings(&server));
    let measured = measure(&connector, &[request(NAME)]).await.remove(0);
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Forbidden(Forbidden::CredentialMissing)
    );
    assert_eq!(measured.retry, None);
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_token_stands_in_the_header_alone() {
    let server = Api::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let seen = measure(&connector, &[request(NAME)])
        .await
        .remove(0)
        .measurement;
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(server.asked().len(), 2);
    for asked in server.asked() {
        assert_eq!(asked.authorization.as_deref(), Some(bearer.as_str()));
        assert!(!asked.url.as_str().contains("hush"));
    }
    for record in &seen.fetches {
        assert!(!record.url.as_str().contains("hush"));
    }
}

#[tokio::test]
async fn a_refused_token_is_not_used_again_and_the_state_is_kept() {
    for status in [400, 401] {
        let expired = graph_error(status, 190, "Session has expired");
        let server = Api::default().with(LOOKUP, expired).start().await;
        let connector = connector(&server, settings(&server));
        let mut first = request(NAME);
        let state = r#"{"looked_up_at":"2026-11-09T00:00:00Z"}"#;
        first.previous_state = Some(state.to_owned());
        let measured = measure(&connector, &[first, request("autre")]).await;
        assert_eq!(measured[0].measurement.state.as_deref(), Some(state));
        for measured in measured {
            assert_eq!(
                measured.measurement.outcome,
                Outcome::Forbidden(Forbidden::CredentialRefused)
            );
            assert_eq!(measured.retry, None);
        }
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn a_permission_that_is_missing_is_told() {
    for code in [10, 200] {
        let refused = graph_error(403, code, "Permission threads_profile_discovery is missing");
        let measured = visit(Api::default().with(LOOKUP, refused)).await;
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Forbidden(Forbidden::PermissionMissing)
        );
        assert_eq!(measured.retry, None);
    }
}
