//! Tokens: none, refused, without permission; where they are sent and where not.

use super::*;

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Discovery::new(Vec::new()).start().await;
    let access = Access::keyless(client(&[&server]));
    let connector = InstagramConnector::new(access, settings(&server));
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
    let server = Discovery::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let seen = measure(&connector, &[request(NAME)])
        .await
        .remove(0)
        .measurement;
    let asked = server.asked();
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(asked[0].authorization.as_deref(), Some(bearer.as_str()));
    assert_eq!(asked[0].path(), format!("/{OWN_ID}"));
    assert!(!asked[0].url.as_str().contains("hush"));
    assert!(!seen.fetches[0].url.as_str().contains("hush"));
}

#[tokio::test]
async fn a_refused_token_is_not_used_again() {
    for (status, code) in [(400, 190), (401, 190), (400, 102)] {
        let expired = graph_error(status, json!({"code": code, "error_subcode": 463}));
        let server = Discovery::default().with(NAME, expired).start().await;
        let connector = connector(&server, settings(&server));
        let batch = [request(NAME), request("autre")];
        for measured in measure(&connector, &batch).await {
            assert_eq!(
                measured.measurement.outcome,
                Outcome::Forbidden(Forbidden::CredentialRefused)
            );
            assert_eq!(measured.retry, None);
        }
        assert_eq!(server.asked().len(), 1, "a dead token is left alone");
    }
}

#[tokio::test]
async fn a_permission_that_is_missing_is_told() {
    for error in [
        json!({"code": 10}),
        json!({"code": 200}),
        json!({"code": 100, "error_subcode": 33}),
    ] {
        let refused = graph_error(403, error.clone());
        let measured = visit(Discovery::default().with(NAME, refused)).await;
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Forbidden(Forbidden::PermissionMissing),
            "{error}"
        );
        assert_eq!(measured.retry, None);
    }
}

#[tokio::test]
async fn a_block_for_breaking_a_rule_stops_the_token() {
    let blocked = graph_error(400, json!({"code": 368}));
    let server = Discovery::default().with(NAME, blocked).start().await;
    let connector = connector(&server, settings(&server));
    let batch = [request(NAME), request("autre")];
    for measured in measure(&connector, &batch).await {
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Forbidden(Forbidden::Blocked));
    }
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn what_the_token_has_spent_is_not_spent_again_by_another_connector() {
    let server = Discovery::new(Vec::new()).start().await;
    let access = Access::with(client(&[&server]), TOKEN, Some(OWN_ID));
    let three = InstagramSettings {
        requests: NonZeroU32::new(3).unwrap(),
        per: Duration::from_millis(30 * 60 * 1000),
        ..settings(&server)
    };
    // The pace would spread them over half an hour.
    let fast = |settings: InstagramSettings| {
        let mut terms = settings.terms();
        terms.pace = Duration::from_millis(1);
        InstagramConnector {
            graph: Graph::new(access.clone(), &terms),
            fields: AcceptedFields::new(false),
            settings,
        }
    };
    let first = fast(three.clone());
    measure(&first, &[request("a"), request("b")]).await;
    drop(first);
    let second = fast(three);
    let measured = measure(&second, &[request("c"), request("d")]).await;
    let outcomes: Vec<_> = measured.iter().map(|it| it.measurement.outcome).collect();
    assert_eq!(outcomes[1], Outcome::Failed(Failed::QuotaSpent));
    let not_before = measured[1].retry.unwrap().not_before.unwrap();
    assert!(not_before > Timestamp::now() + SignedDuration::from_mins(29));
    assert_eq!(server.asked().len(), 3, "three in any half hour");
}
