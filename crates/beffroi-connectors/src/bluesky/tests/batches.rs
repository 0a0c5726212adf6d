//! Many accounts in one call.

use super::*;

#[tokio::test]
async fn a_batch_joins_answers_in_any_order_and_asks_why_some_are_left_out() {
    let mut view = AppView::new(Vec::new()).refusing(
        "partie.bsky.social",
        "AccountDeactivated",
        "Account is deactivated",
    );
    view.profiles
        .push(json!({"did": OTHER_DID, "handle": "Autre.bsky.social"}));
    view.profiles[1]["handle"] = json!("autre.bsky.social");
    let server = view.start().await;
    let batch = [
        request("autre.bsky.social"),
        request("partie.bsky.social"),
        request("not a handle"),
        request(HANDLE),
        request("mairie.social.example.ap.brid.gy"),
        request("inconnue.bsky.social"),
        request(DID),
    ];
    let measured = measure(&server, settings(&server), &batch).await;
    let outcomes: Vec<_> = measured
        .iter()
        .map(|measured| measured.measurement.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Measured,
            Outcome::Absent(Absent::Deactivated),
            Outcome::Absent(Absent::NotAnAccount),
            Outcome::Measured,
            Outcome::Absent(Absent::Bridged),
            Outcome::Absent(Absent::NotFound),
            Outcome::Measured,
        ]
    );
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(measured[0].measurement.figures.followers, missing);
    assert_eq!(
        measured[3].measurement.figures.followers,
        Figure::Known(421)
    );
    let renamed_to = measured[6].measurement.identity.renamed_to.as_deref();
    assert_eq!(renamed_to, None, "asked by DID");

    let asked = server.asked();
    let batches: Vec<_> = asked
        .iter()
        .filter(|asked| asked.path().ends_with("getProfiles"))
        .collect();
    assert_eq!(batches.len(), 1);
    assert_eq!(
        batches[0].query("actors").len(),
        5,
        "malformed ones spoil nobody's answer"
    );
}

#[tokio::test]
async fn a_batch_refused_as_a_whole_is_asked_one_by_one() {
    let view = AppView {
        batch: Some(invalid_request(
            "Error: actor must be a valid did or a handle",
        )),
        ..AppView::new(Vec::new())
    };
    let server = view.start().await;
    let batch = [request(HANDLE), request("inconnue.bsky.social")];
    let measured = measure(&server, settings(&server), &batch).await;
    assert_eq!(measured[0].measurement.outcome, Outcome::Measured);
    assert_eq!(
        measured[1].measurement.outcome,
        Outcome::Absent(Absent::NotFound)
    );
}

#[tokio::test]
async fn a_batch_that_fails_is_tried_again_for_everybody() {
    let view = AppView {
        batch: Some(Answer::error(502, "UpstreamFailure")),
        ..AppView::new(Vec::new())
    };
    let server = view.start().await;
    let batch = [request(HANDLE), request("autre.bsky.social")];
    for measured in measure(&server, settings(&server), &batch).await {
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Failed(Failed::Http5xx)
        );
        assert!(measured.retry.is_some());
        assert_eq!(measured.measurement.fetches.len(), 1);
    }
}

#[tokio::test]
async fn a_profile_that_cannot_be_read_spoils_no_other() {
    let mut view = AppView::new(Vec::new());
    view.profiles
        .push(json!({"did": null, "handle": "autre.bsky.social"}));
    let server = view.start().await;
    let batch = [request("autre.bsky.social"), request(HANDLE)];
    let measured = measure(&server, settings(&server), &batch).await;
    let outcomes: Vec<_> = measured
        .iter()
        .map(|measured| measured.measurement.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [Outcome::Failed(Failed::Layout), Outcome::Measured]
    );
}

#[tokio::test]
async fn an_account_without_a_handle_is_joined_by_its_did_or_asked_alone() {
    for handle in [json!(null), json!("handle.invalid"), json!(""), json!(7)] {
        let nameless = profile_with(json!({ "handle": handle }));
        let mut view = AppView::new(Vec::new()).with_profile(nameless);
        view.profiles
            .push(json!({"did": OTHER_DID, "handle": "autre.bsky.social"}));
        // What the server knows the account by, though it does not show it.
        view.aliases.insert(HANDLE.to_owned(), DID.to_owned());
        let server = view.start().await;
        for (asked, calls) in [(HANDLE, 2), (DID, 1)] {
            let batch = [request("autre.bsky.social"), request(asked)];
            let measured = measure(&server, settings(&server), &batch).await;
            for measured in &measured {
                assert_eq!(measured.measurement.outcome, Outcome::Measured, "{asked}");
                assert_eq!(measured.measurement.identity.renamed_to, None);
            }
            let paths = server.take_paths();
            let profiles = paths.iter().filter(|path| path.contains("getProfile"));
            assert_eq!(profiles.count(), calls, "{asked}: {handle}");
        }
    }
}
