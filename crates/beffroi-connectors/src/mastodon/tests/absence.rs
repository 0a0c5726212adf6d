//! Accounts that are not there, each for its own reason.

use super::*;

#[tokio::test]
async fn accounts_that_are_not_there_are_told_apart() {
    let nobody = Instance::new(account(), Vec::new()).without("/api/v1/accounts/lookup");
    let gone = nobody
        .clone()
        .with("/.well-known/webfinger", Answer::error(410, "Gone"));
    let unknown = nobody
        .clone()
        .with("/.well-known/webfinger", Answer::error(404, ""));
    assert_eq!(outcome(nobody).await, Outcome::Absent(Absent::NotFound));
    assert_eq!(outcome(unknown).await, Outcome::Absent(Absent::NotFound));
    assert_eq!(outcome(gone).await, Outcome::Absent(Absent::Gone));

    let deleted = Instance::new(account(), Vec::new())
        .with("/api/v1/accounts/lookup", Answer::error(410, "Gone"));
    assert_eq!(outcome(deleted).await, Outcome::Absent(Absent::Gone));
}

#[tokio::test]
async fn a_suspended_account_is_absent_and_its_zeros_are_no_figures() {
    let suspended = account_with(json!({
        "suspended": true, "display_name": "", "note": "",
        "followers_count": 0, "following_count": 0, "statuses_count": 0,
    }));
    let instance = Instance::new(suspended, Vec::new())
        .with("/.well-known/webfinger", Answer::error(410, "Gone"));
    let seen = visit(instance).await.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Suspended));
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
}

#[tokio::test]
async fn a_moved_account_names_its_successor() {
    let moved = account_with(json!({"moved": {
        "id": "7", "acct": "Mairie@Autre.example", "url": "https://autre.example/@mairie",
    }}));
    let seen = visit(Instance::new(moved, Vec::new())).await.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Moved));
    assert_eq!(seen.finds.len(), 1);
    let find = &seen.finds[0];
    assert_eq!(find.account.handle, "mairie@autre.example");
    assert_eq!(find.account.url.as_str(), "https://autre.example/@mairie");
    assert_eq!(find.evidence[0].how, FindMethod::Moved);
    assert!(find.confidence.is_accepted());

    let report = serde_json::to_value(crate::Report::new(seen)).unwrap();
    assert_eq!(report["reason"], "moved");
    assert_eq!(report["finds"][0]["handle"], "mairie@autre.example");
}

#[tokio::test]
async fn a_successor_on_the_same_server_gets_its_domain_and_a_loop_harms_nobody() {
    let moved = account_with(json!({"moved": {"id": OWN_ID, "acct": "mairie"}}));
    let server = Instance::new(moved, Vec::new()).start().await;
    let asked = request(&server);
    let seen = visit_with(&server, asked.clone(), settings())
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Moved));
    assert_eq!(seen.finds[0].account.handle, asked.account.handle);
}

#[tokio::test]
async fn the_servers_own_actor_is_no_account() {
    let actor = account_with(json!({"username": "127.0.0.1", "bot": true}));
    let instance = Instance::new(actor, Vec::new());
    assert_eq!(
        outcome(instance).await,
        Outcome::Absent(Absent::NotAnAccount)
    );
}

#[tokio::test]
async fn a_server_of_another_kind_is_not_this_platform() {
    let nobody = Instance::new(account(), Vec::new()).without("/api/v1/accounts/lookup");
    let peertube = running(nobody, "peertube");
    let elsewhere = Outcome::Absent(Absent::NotThisPlatform);
    assert_eq!(outcome(peertube).await, elsewhere);

    let blog = Server::start(|_| Answer::page(404, "<html>Page introuvable</html>")).await;
    let measured = visit_with(&blog, request(&blog), settings()).await;
    assert_eq!(measured.measurement.outcome, elsewhere);
}

#[tokio::test]
async fn a_handle_that_is_none_is_refused_without_a_call() {
    let server = talking().start().await;
    let mut request = request(&server);
    request.account.handle = "mairie".to_owned();
    let measured = visit_with(&server, request, settings()).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Absent(Absent::NotAnAccount)
    );
    assert!(server.take_paths().is_empty());
}
