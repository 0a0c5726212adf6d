//! Where an account lives, which need not be where its handle says.

use super::*;

#[tokio::test]
async fn a_configured_address_is_asked_instead_of_the_handles_domain() {
    let server = talking().start().await;
    let mut request = request(&server);
    request.account.handle = "mairie@social.example".to_owned();
    request.account.url = "https://social.example/@mairie".parse().unwrap();
    let mut settings = settings();
    let instance = InstanceSettings {
        token: None,
        base_url: Some(server.root()),
    };
    settings
        .instances
        .insert("social.example".to_owned(), instance);
    let seen = visit_with(&server, request, settings).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(server.take_paths()[0], "/api/v1/accounts/lookup");
}

#[tokio::test]
async fn a_handle_on_another_domain_than_its_server_is_followed_and_reported() {
    let home = Instance::new(account(), Vec::new()).start().await;
    let home_authority = home.authority();
    let subject_home = home_authority.clone();
    // The domain of the commune, which knows its people and sends to the server.
    let domain = Server::start(move |asked| {
        let link = json!({"rel": "self", "href": format!("http://{home_authority}/users/mairie")});
        let subject = format!("acct:mairie@{home_authority}");
        assert_eq!(asked.path(), "/.well-known/webfinger");
        Answer::json(json!({"subject": subject, "links": [link]}))
    })
    .await;
    let asked = request(&domain);
    let connector = MastodonConnector::new(client(&[&home, &domain]), settings());
    let seen = connector.measure(&[asked]).await.remove(0).measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.identity.renamed_to,
        Some(format!("mairie@{subject_home}"))
    );
    let paths = home.take_paths();
    assert_eq!(
        paths[..2],
        ["/.well-known/webfinger", "/api/v1/accounts/lookup"]
    );
}

#[tokio::test]
async fn a_webfinger_out_of_order_does_not_hide_an_account_of_the_same_server() {
    let out_of_order = Answer::page(500, "<h1>We're sorry</h1>");
    let with = |instance: Instance| instance.with("/.well-known/webfinger", out_of_order.clone());
    let seen = visit(with(talking())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.posts.len(), 1);
    assert_eq!(seen.identity.renamed_to, None);

    // The account may live elsewhere: nothing is known until WebFinger works again.
    let measured = visit(with(talking().without("/api/v1/accounts/lookup"))).await;
    let failed = Outcome::Failed(Failed::Http5xx);
    assert_eq!(measured.measurement.outcome, failed);
    assert!(measured.retry.is_some());
}
