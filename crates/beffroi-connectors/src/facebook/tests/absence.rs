//! Pages that are not there, or not for us.

use super::*;

const UNSUPPORTED: &str = "Unsupported get request. Object with ID '1' does not exist";

#[tokio::test]
async fn a_name_that_nobody_bears_is_absent() {
    let not_found = Outcome::Absent(Absent::NotFound);
    for status in [400, 404] {
        let refusal = error(status, 803, None, "(#803) Some of the aliases do not exist");
        let measured = visit(Graph::default().with(HANDLE, refusal)).await;
        assert_eq!(measured.measurement.outcome, not_found);
        assert_eq!(measured.retry, None);
        let missing = Figure::Missing(MissingReason::NotMeasured);
        assert_eq!(measured.measurement.figures.followers, missing);
    }
}

#[tokio::test]
async fn a_page_that_is_not_shown_is_absent_only_when_it_is_not_shown_again() {
    let unseen = || Graph::default().with(HANDLE, error(400, 100, Some(33), UNSUPPORTED));
    let first = visit(unseen()).await;
    assert_eq!(first.measurement.outcome, Outcome::Failed(Failed::Http4xx));
    assert_eq!(first.retry, None, "not in the same night");
    let (second, _) = visit_with(unseen(), request_after(&first), |_| {}).await;
    assert_eq!(
        second.measurement.outcome,
        Outcome::Absent(Absent::NotFound)
    );
    let back = Graph::with_page(page(talking()));
    let (third, _) = visit_with(back, request_after(&second), |_| {}).await;
    assert_eq!(third.measurement.outcome, Outcome::Measured);
    let (fourth, _) = visit_with(unseen(), request_after(&third), |_| {}).await;
    let outcome = fourth.measurement.outcome;
    assert_eq!(
        outcome,
        Outcome::Failed(Failed::Http4xx),
        "it was there in between"
    );
}

#[tokio::test]
async fn an_unpublished_page_of_a_known_number_keeps_its_memory() {
    let first = visit(Graph::with_page(page(talking()))).await;
    let unseen = error(400, 100, Some(33), UNSUPPORTED);
    let no_name = error(404, 803, None, "(#803)");
    for by_name in [unseen.clone(), no_name] {
        let graph = Graph::default()
            .with(PAGE_ID, unseen.clone())
            .with(HANDLE, by_name);
        let (second, paths) = visit_with(graph, request_after(&first), |_| {}).await;
        assert_eq!(paths, [PAGE_ID, HANDLE]);
        assert_eq!(second.measurement.outcome, Outcome::Failed(Failed::Http4xx));
        assert!(second.measurement.state.unwrap().contains(PAGE_ID));
    }
}

#[tokio::test]
async fn a_page_that_its_owner_took_off_is_deactivated() {
    for (is_published, expected) in [
        (json!(false), Outcome::Absent(Absent::Deactivated)),
        (json!(true), Outcome::Measured),
        (json!(null), Outcome::Measured),
    ] {
        let page = page_with(json!({ "is_published": is_published }));
        assert_eq!(outcome(Graph::with_page(page)).await, expected);
    }
}

#[tokio::test]
async fn a_persons_profile_is_no_account() {
    let message = "(#100) Tried accessing nonexisting field (fan_count) on node type (User)";
    let graph = Graph::default().with(HANDLE, error(400, 100, None, message));
    assert_eq!(outcome(graph).await, Outcome::Absent(Absent::NotAnAccount));
}

#[tokio::test]
async fn what_cannot_be_a_page_is_not_asked() {
    for handle in ["", "me", "../me", "search?q=x"] {
        let (measured, paths) = visit_with(Graph::default(), request(handle), |_| {}).await;
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Absent(Absent::NotAnAccount), "{handle}");
        assert!(paths.is_empty(), "{handle}");
    }
}
