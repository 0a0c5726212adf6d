//! Accounts that are not there, or not shown.

use super::*;

const SUSPENDED: Outcome = Outcome::Absent(Absent::Suspended);
const PRIVATE: Outcome = Outcome::Forbidden(Forbidden::PrivateAccount);

fn suspended(asked: &str) -> X {
    let detail = format!("User has been suspended: [{asked}].");
    talking().without(asked, "Forbidden", &detail, "resource-not-found")
}

#[tokio::test]
async fn accounts_that_are_not_there_are_told_apart() {
    let unknown = talking().not_found(HANDLE);
    let seen = visit(unknown).await.measurement;
    assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
    let missing = Figure::Missing(MissingReason::NotMeasured);
    assert_eq!(seen.figures.followers, missing);
    assert_eq!(seen.fetches.len(), 1, "nothing more is asked");
    assert_eq!(outcome(suspended(HANDLE)).await, SUSPENDED);
}

#[tokio::test]
async fn an_account_that_was_known_and_is_found_no_more_is_gone() {
    let gone = talking().not_found(ID).not_found(HANDLE);
    let (asked, seen) = two_nights(talking(), gone, |_| {}).await;
    assert_eq!(paths(&asked), ["users", "users/by"]);
    assert_eq!(seen.outcome, Outcome::Absent(Absent::Gone));
    assert!(seen.state.unwrap().contains(ID), "it may come back");
    let (asked, seen) = two_nights(talking(), suspended(ID), |_| {}).await;
    assert_eq!(paths(&asked), ["users"]);
    assert_eq!(seen.outcome, SUSPENDED);
}

#[tokio::test]
async fn a_protected_account_is_not_read() {
    let mut x = talking();
    x.users[0]["protected"] = json!(true);
    let seen = visit(x).await.measurement;
    assert_eq!(seen.outcome, PRIVATE);
    assert_eq!(seen.fetches.len(), 1);
    let missing = Figure::Missing(MissingReason::NotMeasured);
    assert_eq!(seen.figures.followers, missing);
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
}

#[tokio::test]
async fn a_list_that_is_not_shown_tells_why() {
    let problem = |title: &str, detail: &str, kind: &str| {
        json!({"errors": [{"resource_id": ID, "parameter": "id", "resource_type": "user",
            "title": title, "detail": detail,
            "type": format!("https://api.twitter.com/2/problems/{kind}")}]})
    };
    let not_authorized = || {
        problem(
            "Authorization Error",
            "Sorry, you are not authorized to see the user with id: [1001].",
            "not-authorized-for-resource",
        )
    };
    let suspended = problem(
        "Forbidden",
        "User has been suspended: [1001].",
        "resource-not-found",
    );
    let not_found = problem("Not Found Error", "Could not find", "resource-not-found");
    for (answer, expected) in [
        (Answer::json(not_authorized()), PRIVATE),
        (Answer::json(not_authorized()).status(403), PRIVATE),
        (Answer::json(suspended), SUSPENDED),
        (Answer::json(not_found), Outcome::Absent(Absent::NotFound)),
    ] {
        let x = talking().answering("/2/users/1001/tweets", answer.clone());
        let seen = visit(x).await.measurement;
        assert_eq!(seen.outcome, expected, "{answer:?}");
        let missing = Figure::Missing(MissingReason::NotMeasured);
        assert_eq!(seen.figures.followers, missing);
    }
}

#[tokio::test]
async fn posts_that_others_deleted_stand_beside_the_list_and_do_not_matter() {
    let answer = json!({
        "data": [post(ago(10), 0)],
        "errors": [{"resource_id": "7", "resource_type": "tweet", "title": "Not Found Error",
            "type": "https://api.x.com/2/problems/resource-not-found"}],
        "meta": {"result_count": 1},
    });
    let x = talking().answering("/2/users/1001/tweets", Answer::json(answer));
    let seen = visit(x).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.posts.len(), 1);
}
