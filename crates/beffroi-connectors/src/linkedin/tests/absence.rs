//! Organisations that are not there, were renamed, or never were organisations.

use super::*;

#[tokio::test]
async fn a_name_that_nobody_bears_is_not_found() {
    let mut empty = Linkedin::new();
    empty.organizations.clear();
    let measured = visit(empty).await;
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
    assert_eq!(measured.retry, None);
    assert_eq!(seen.fetches.len(), 1);
}

#[tokio::test]
async fn a_number_that_is_no_organisation_s_is_not_found() {
    let mut empty = Linkedin::new();
    empty.organizations.clear();
    let server = empty.start().await;
    let connector = connector(&server, settings(&server));
    let batch = [request("company:999")];
    let seen = measure(&connector, &batch).await.remove(0).measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
    assert_eq!(server.take_paths(), ["/rest/organizationsLookup"]);
}

#[tokio::test]
async fn a_person_is_never_asked_for() {
    let server = Linkedin::new().start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["in:jean-dupont", "ville-de-test", ""].map(request);
    for measured in measure(&connector, &batch).await {
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Absent(Absent::NotAnAccount));
    }
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn an_organisation_keeps_its_number_under_another_name() {
    let first = visit(Linkedin::new()).await.measurement;
    let mut renamed = Linkedin::new();
    renamed.organizations = vec![organization(ID, "Ville-Nouvelle")];
    let server = renamed.start().await;
    let connector = connector(&server, settings(&server));
    let mut again = request(HANDLE);
    again.previous_state = first.state;
    again.as_of = nights_later(60);
    let seen = measure(&connector, &[again]).await.remove(0).measurement;
    assert_eq!(
        seen.identity.renamed_to.as_deref(),
        Some("company:ville-nouvelle")
    );
    assert_eq!(seen.identity.permanent_id, first.identity.permanent_id);
    assert_eq!(seen.figures.followers, Figure::Known(21914));
}

#[tokio::test]
async fn an_organisation_that_has_gone_is_told_from_one_whose_name_went_to_another() {
    let later = |previous: Option<String>| {
        let mut again = request(HANDLE);
        again.previous_state = previous;
        again.as_of = nights_later(60);
        again
    };
    let first = visit(Linkedin::new()).await.measurement;
    let mut gone = Linkedin::new();
    gone.organizations.clear();
    let server = gone.clone().start().await;
    let asking = connector(&server, settings(&server));
    let batch = [later(first.state.clone())];
    let seen = measure(&asking, &batch).await.remove(0).measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Gone));

    gone.organizations = vec![organization("31", "ville-de-test")];
    let server = gone.start().await;
    let asking = connector(&server, settings(&server));
    let seen = measure(&asking, &batch).await.remove(0).measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.identity.permanent_id.as_deref(),
        Some("urn:li:organization:31")
    );
}

#[tokio::test]
async fn what_is_not_the_api_s_word_is_no_absence() {
    for answer in [
        Answer::page(404, "<html>Not Found</html>"),
        Answer::page(400, "{}"),
    ] {
        let outcome = outcome(Linkedin::new().answering("/rest/organizations", answer)).await;
        assert_eq!(outcome, Outcome::Failed(Failed::Http4xx));
    }
}

#[tokio::test]
async fn followers_that_are_not_found_have_a_known_organisation_looked_up_anew() {
    let mut without = Linkedin::new();
    without.followers = None;
    let server = without.start().await;
    let connector = connector(&server, settings(&server));
    let seen = measure(&connector, &[request(HANDLE)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(seen.figures.followers, missing);
    server.take_paths();
    let mut again = request(HANDLE);
    again.as_of = nights_later(1);
    again.previous_state = seen.state;
    measure(&connector, &[again]).await;
    assert_eq!(server.take_paths()[0], "/rest/organizationsLookup");
}
