//! Servers that answer only to those who log in.

use super::*;

#[tokio::test]
async fn a_server_that_asks_for_a_login_still_tells_whom_it_does_not_have() {
    let closed = Instance::new(account(), Vec::new())
        .with("/api/v1/accounts/lookup", Answer::error(401, "login"));
    let unknown = closed
        .clone()
        .with("/.well-known/webfinger", Answer::error(404, ""));
    let gone = closed.with("/.well-known/webfinger", Answer::error(410, ""));
    let login = Outcome::Forbidden(Forbidden::LoginRequired);
    assert_eq!(outcome(gone).await, Outcome::Absent(Absent::Gone));
    assert_eq!(
        outcome(unknown.clone()).await,
        login,
        "a server that does not speak for itself"
    );
    let speaking = running(unknown, "mastodon");
    assert_eq!(outcome(speaking).await, Outcome::Absent(Absent::NotFound));
}

#[tokio::test]
async fn a_server_that_asks_for_a_login_is_forbidden_and_not_absent() {
    let login = Outcome::Forbidden(Forbidden::LoginRequired);
    let server = members_only().await;
    let measured = visit_with(&server, request(&server), settings()).await;
    assert_eq!(measured.measurement.outcome, login);
    assert_eq!(measured.retry, None);
    for status in [403, 422] {
        let instance = Instance::new(account(), Vec::new())
            .with("/api/v1/accounts/lookup", Answer::error(status, "login"));
        assert_eq!(outcome(instance).await, login, "{status}");
    }
}

#[tokio::test]
async fn a_token_opens_its_instance_and_is_sent_to_its_api_alone() {
    let server = members_only().await;
    let mut settings = settings();
    let instance = InstanceSettings {
        token: Some(Secret::new("hush")),
        base_url: None,
    };
    settings.instances.insert(server.authority(), instance);
    let measured = visit_with(&server, request(&server), settings).await;
    assert_eq!(measured.measurement.outcome, Outcome::Measured);
    assert!(!format!("{measured:?}").contains("hush"));
    for asked in server.asked() {
        let is_api = asked.path().starts_with("/api/");
        assert_eq!(asked.authorization.is_some(), is_api, "{}", asked.url);
    }
}
