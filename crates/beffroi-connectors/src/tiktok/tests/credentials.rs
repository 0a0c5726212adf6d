//! The client's key and secret, and the tokens that they bring.

use super::{server::token, *};

#[tokio::test]
async fn without_a_credential_or_its_client_key_nothing_is_asked() {
    let server = Tiktok::new(Vec::new()).start().await;
    let keyless = Credential {
        id: None,
        ..credential()
    };
    for credential in [None, Some(keyless)] {
        let connector = TiktokConnector::new(client(&[&server]), settings(&server), credential);
        let mut known = request(NAME);
        known.previous_state = Some("{}".to_owned());
        for measured in measure(&connector, &[known, request("autre")]).await {
            assert_eq!(
                measured.measurement.outcome,
                Outcome::Forbidden(Forbidden::CredentialMissing)
            );
            assert_eq!(measured.retry, None);
        }
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn the_secret_goes_to_the_token_endpoint_alone_and_a_token_serves_all() {
    let server = Tiktok::new(Vec::new()).start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["ville.a", "ville_b"].map(request);
    let mut measured = measure(&connector, &batch).await;
    measured.extend(measure(&connector, &batch).await);
    let asked = server.asked();
    let tokens = asked.iter().filter(|asked| asked.path() == TOKEN).count();
    assert_eq!(tokens, 1);
    for asked in asked {
        assert!(!asked.url.as_str().contains("hush"));
        assert_eq!(asked.body.contains(SECRET), asked.path() == TOKEN);
    }
    for measured in measured {
        for record in measured.measurement.fetches {
            assert!(!record.url.as_str().contains("hush"));
        }
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends() {
    // Less than what a call may last.
    let short = vec![token(1, 200), token(1, 200), token(1, 7200)];
    let server = Tiktok::new(Vec::new())
        .answering_first(TOKEN, short)
        .answering(USER, server::data(user(NAME)))
        .answering(QUERY, server::data(json!({"videos": []})))
        .start()
        .await;
    let connector = connector(&server, settings(&server));
    for _ in 0..2 {
        measure(&connector, &[request(NAME)]).await;
    }
    let tokens = server.take_paths().iter().filter(|it| *it == TOKEN).count();
    assert_eq!(tokens, 3, "twice for a call, then once for good");
}

#[tokio::test]
async fn a_token_that_ended_early_is_replaced_and_the_call_made_once_more() {
    for code in ["access_token_invalid", "invalid_token"] {
        let ended = refusal(401, code, "The access token is invalid");
        let server = Tiktok::new(Vec::new())
            .answering_first(USER, vec![ended])
            .start()
            .await;
        let connector = connector(&server, settings(&server));
        let seen = measure(&connector, &[request(NAME)]).await.remove(0);
        assert_eq!(seen.measurement.outcome, Outcome::Measured);
        let paths = server.take_paths();
        assert_eq!(paths, [TOKEN, USER, TOKEN, USER, QUERY]);
    }
}

#[tokio::test]
async fn a_client_that_is_refused_is_not_tried_again_for_each_account() {
    let refused = Outcome::Forbidden(Forbidden::CredentialRefused);
    let bare = Answer::json(json!({"error": "invalid_client", "error_description": CANARY}));
    for answer in [
        bare.clone().status(401),
        bare,
        refusal(400, "invalid_client", "Client key or secret is incorrect"),
        refusal(401, "access_token_invalid", ""),
    ] {
        let server = Tiktok::new(Vec::new())
            .answering(TOKEN, answer)
            .start()
            .await;
        let connector = connector(&server, settings(&server));
        for measured in measure(&connector, &[request(NAME), request("autre")]).await {
            assert_eq!(measured.measurement.outcome, refused);
            assert_eq!(measured.retry, None);
        }
        assert_eq!(server.asked().len(), 1);
    }
}

#[tokio::test]
async fn tokens_that_never_work_end_as_a_refused_credential() {
    let ended = refusal(401, "access_token_invalid", "");
    let server = Tiktok::new(Vec::new()).answering(USER, ended).start().await;
    let connector = connector(&server, settings(&server));
    for _ in 0..2 {
        let measured = measure(&connector, &[request(NAME)]).await.remove(0);
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Forbidden(Forbidden::CredentialRefused)
        );
    }
    assert_eq!(server.take_paths(), [TOKEN, USER, TOKEN, USER]);
}

#[tokio::test]
async fn a_project_that_is_not_approved_lacks_a_permission() {
    for (status, code) in [
        (401, "scope_not_authorized"),
        (403, "scope_permission_missed"),
    ] {
        let narrow = refusal(status, code, "");
        let server = Tiktok::new(Vec::new())
            .answering(USER, narrow)
            .start()
            .await;
        let connector = connector(&server, settings(&server));
        for measured in measure(&connector, &[request(NAME), request("autre")]).await {
            assert_eq!(
                measured.measurement.outcome,
                Outcome::Forbidden(Forbidden::PermissionMissing)
            );
        }
        assert!(
            server.asked().len() <= 3,
            "asked once by each that was on its way"
        );
    }
}
