//! Tokens: none, refused, without permission; where they are sent and where not.

use super::*;

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Discovery::new(Vec::new()).start().await;
    let none = InstagramSettings {
        tokens: std::collections::BTreeMap::new(),
        ..settings(&server)
    };
    let connector = connector(&server, none);
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
async fn several_tokens_share_the_work_each_with_its_own_account() {
    let other_id = "17841400000000010";
    let names = ["a", "b", "c", "d"];
    let mut discovery = Discovery::default();
    for name in names {
        discovery = discovery.with(name, found(account_with(json!({"username": name}))));
    }
    let server = discovery.start().await;
    let mut two = settings(&server);
    let other = Secret::new("EAAhush2");
    two.tokens.insert(other_id.to_owned(), other);
    let connector = connector(&server, two);
    measure(&connector, &names.map(request)).await;
    let asked = server.asked();
    for (own_id, token) in [(OWN_ID, TOKEN), (other_id, "EAAhush2")] {
        let bearer = format!("Bearer {token}");
        let of_own: Vec<_> = asked
            .iter()
            .filter(|asked| asked.path() == format!("/{own_id}"))
            .collect();
        assert!(!of_own.is_empty(), "{own_id} does its part");
        for asked in of_own {
            assert_eq!(asked.authorization.as_deref(), Some(bearer.as_str()));
        }
    }
}

#[tokio::test]
async fn when_one_token_is_refused_the_others_go_on() {
    let other_id = "17841400000000010";
    let dead = graph_error(400, json!({"code": 190}));
    let account = found(account());
    let server = Server::start(move |asked| {
        if asked.path() == format!("/{OWN_ID}") {
            dead.clone()
        } else {
            account.clone()
        }
    })
    .await;
    let mut two = settings(&server);
    two.tokens
        .insert(other_id.to_owned(), Secret::new("EAAhush2"));
    let connector = connector(&server, two);
    let batch: Vec<_> = (0..6).map(|_| request(NAME)).collect();
    let measured = measure(&connector, &batch).await;
    let refused = measured
        .iter()
        .filter(|measured| measured.measurement.outcome != Outcome::Measured)
        .count();
    assert_eq!(refused, 1, "only the job that found it out");
}
