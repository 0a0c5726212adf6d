//! What one visit leaves for the next, and what the next asks.

use super::*;

#[tokio::test]
async fn the_number_is_asked_for_once_and_the_followers_once_a_week() {
    let server = Linkedin::new().start().await;
    let connector = connector(&server, settings(&server));
    let mut state = None;
    let (mut sizes, mut lookups) = (Vec::new(), Vec::new());
    for night in 0..57 {
        let mut request = request(HANDLE);
        request.as_of = nights_later(night);
        request.previous_state = state;
        let seen = measure(&connector, &[request]).await.remove(0).measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(
            seen.identity.permanent_id.as_deref(),
            Some("urn:li:organization:2414183"),
            "known also where nothing was asked"
        );
        let paths = server.take_paths();
        let was_read = paths.iter().any(|path| path.contains("networkSizes"));
        let expected = match was_read {
            true => Figure::Known(21914),
            false => Figure::Missing(MissingReason::NotAsked),
        };
        assert_eq!(seen.figures.followers, expected);
        sizes.extend(was_read.then_some(night));
        lookups.extend(
            paths
                .contains(&"/rest/organizationsLookup".to_owned())
                .then_some(night),
        );
        let is_named = paths.contains(&"/rest/organizations".to_owned());
        assert_eq!(is_named, night == 0);
        state = seen.state;
    }
    assert_eq!(sizes[0], 0);
    assert!(
        sizes[1..].windows(2).all(|pair| pair[1] - pair[0] == 7),
        "{sizes:?}"
    );
    assert!(
        lookups.len() == 2 && lookups[1] - lookups[0] == 28,
        "{lookups:?}"
    );
}

#[tokio::test]
async fn one_call_describes_many_and_each_is_told_apart() {
    let mut linkedin = Linkedin::new();
    linkedin.organizations.push(organization("31", "ville-b"));
    let server = linkedin.start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["company:2414183", "company:31", "company:999"].map(request);
    let measured = measure(&connector, &batch).await;
    let outcomes: Vec<_> = measured.iter().map(|it| it.measurement.outcome).collect();
    let not_found = Outcome::Absent(Absent::NotFound);
    assert_eq!(outcomes, [Outcome::Measured, Outcome::Measured, not_found]);
    let asked = server.asked();
    let lookups = asked
        .iter()
        .filter(|it| it.path() == "/rest/organizationsLookup");
    let lookups: Vec<_> = lookups
        .map(|it| it.url.query().unwrap().to_owned())
        .collect();
    assert_eq!(lookups, ["ids=List(2414183,31,999)"]);
    let first = &measured[0].measurement.fetches[0];
    assert_eq!(first.url.path(), "/rest/organizationsLookup");
}

#[tokio::test]
async fn a_foreign_state_is_as_none_and_a_failure_keeps_the_state() {
    let server = Linkedin::new().start().await;
    let asking = connector(&server, settings(&server));
    let mut foreign = request(HANDLE);
    foreign.previous_state = Some("[1]".to_owned());
    let seen = measure(&asking, &[foreign]).await.remove(0).measurement;
    assert_eq!(seen.figures.followers, Figure::Known(21914));

    let trouble = Linkedin::new().answering("/rest/networkSizes", Answer::page(503, ""));
    let server = trouble.start().await;
    let asking = connector(&server, settings(&server));
    let mut known = request(HANDLE);
    known.as_of = nights_later(8);
    known.previous_state = Some(known_state());
    let measured = measure(&asking, &[known]).await.remove(0);
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::Http5xx)
    );
    assert!(measured.retry.is_some());
    assert_eq!(measured.measurement.state, Some(known_state()));
}
