//! Accounts that are not there, or ask not to be read.

use super::*;

#[tokio::test]
async fn accounts_that_are_not_there_are_told_apart() {
    for (error, message, expected) in [
        (
            "InvalidRequest",
            "Profile not found",
            Outcome::Absent(Absent::NotFound),
        ),
        (
            "InvalidRequest",
            "Unable to resolve handle",
            Outcome::Absent(Absent::NotFound),
        ),
        (
            "AccountTakedown",
            "Account has been suspended",
            Outcome::Absent(Absent::Suspended),
        ),
        (
            "AccountDeactivated",
            "Account is deactivated",
            Outcome::Absent(Absent::Deactivated),
        ),
        (
            "InvalidRequest",
            "something else",
            Outcome::Failed(Failed::Http4xx),
        ),
    ] {
        let view = AppView::default().refusing(HANDLE, error, message);
        let seen = visit(view).await.measurement;
        assert_eq!(seen.outcome, expected, "{error}: {message}");
        assert_eq!(
            seen.figures.followers,
            Figure::Missing(MissingReason::NotMeasured)
        );
    }
}

#[tokio::test]
async fn an_account_that_asks_not_to_be_shown_is_not_read() {
    let label =
        |src: &str, neg: bool| json!({"src": src, "val": "!no-unauthenticated", "neg": neg});
    let with = |labels: Value| {
        AppView::new(Vec::new()).with_profile(profile_with(json!({ "labels": labels })))
    };
    let seen = visit(with(json!([label(DID, false)]))).await.measurement;
    assert_eq!(seen.outcome, Outcome::Forbidden(Forbidden::OptedOut));
    assert_eq!(seen.fetches.len(), 1);
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
    for labels in [
        json!([label(DID, false), label(DID, true)]),
        json!([label(OTHER_DID, false)]),
    ] {
        assert_eq!(outcome(with(labels)).await, Outcome::Measured);
    }
}
