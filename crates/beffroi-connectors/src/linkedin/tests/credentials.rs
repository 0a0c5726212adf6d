//! The token: missing, refused, without permission, and where it is shown.

use super::*;

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Linkedin::new().start().await;
    let connector = LinkedinConnector::new(client(&[&server]), settings(&server), None);
    let mut known = request(HANDLE);
    known.previous_state = Some(known_state());
    let measured = measure(&connector, &[known, request("company:1")]).await;
    assert_eq!(measured[0].measurement.state, Some(known_state()));
    for measured in measured {
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Forbidden(Forbidden::CredentialMissing)
        );
        assert_eq!(measured.retry, None);
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_token_stands_in_the_header_alone() {
    let server = Linkedin::new().start().await;
    let connector = connector(&server, settings(&server));
    let seen = measure(&connector, &[request(HANDLE)])
        .await
        .remove(0)
        .measurement;
    for asked in server.asked() {
        assert!(!asked.url.as_str().contains("hush"));
    }
    for record in &seen.fetches {
        assert!(!record.url.as_str().contains("hush"));
    }
}

#[tokio::test]
async fn a_refused_token_is_not_used_again() {
    for code in ["REVOKED_ACCESS_TOKEN", "EXPIRED_ACCESS_TOKEN"] {
        let refused = problem(401, code, "The token used in the request");
        let server = Linkedin::new().answering("/rest/", refused).start().await;
        let one_by_one = LinkedinSettings {
            concurrency: NonZeroU32::MIN,
            ..settings(&server)
        };
        let connector = connector(&server, one_by_one);
        let batch = ["company:a-ville", "company:b-ville"].map(request);
        for measured in measure(&connector, &batch).await {
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
async fn a_refusal_for_want_of_permission_says_nothing_of_the_token() {
    let refused = problem(403, "ACCESS_DENIED", "Not enough permissions to access");
    let server = Linkedin::new()
        .answering("/rest/networkSizes/urn%3Ali%3Aorganization%3A31", refused)
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    let batch = ["company:31", HANDLE].map(request);
    let mut linkedin_state = batch.clone();
    linkedin_state[0].previous_state =
        Some(json!({"id": "31", "described_at": "2026-11-23T00:00:00Z"}).to_string());
    let measured = measure(&connector, &linkedin_state).await;
    assert_eq!(
        measured[0].measurement.outcome,
        Outcome::Forbidden(Forbidden::PermissionMissing)
    );
    assert_eq!(measured[1].measurement.outcome, Outcome::Measured);
}

#[tokio::test]
async fn a_version_that_is_answered_no_more_is_a_failure_of_ours() {
    for answer in [
        problem(
            426,
            "NONEXISTENT_VERSION",
            "Requested version is not active",
        ),
        problem(400, "ILLEGAL_ARGUMENT", "Version Header is Deprecated"),
    ] {
        let outcome = outcome(Linkedin::new().answering("/rest/", answer)).await;
        assert_eq!(outcome, Outcome::Failed(Failed::Http4xx));
    }
}
