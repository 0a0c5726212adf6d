//! Answers in another shape than the known one.

use super::*;

#[tokio::test]
async fn answers_without_the_known_shape_are_named() {
    let layout = Outcome::Failed(Failed::Layout);
    let client_error = Outcome::Failed(Failed::Http4xx);
    let mut without_id = page(talking());
    without_id.as_object_mut().unwrap().remove("id");
    for (answer, expected) in [
        (Answer::page(200, "<html>oops</html>"), layout),
        (Answer::page(200, ""), layout),
        (Answer::page(200, "{\"id\":\"1234"), layout),
        (Answer::json(json!({"page": page(talking())})), layout),
        (Answer::json(json!([page(talking())])), layout),
        (Answer::json(without_id), layout),
        (Answer::json(page_with(json!({"posts": [1]}))), layout),
        (
            Answer::json(page_with(json!({"posts": {"rows": []}}))),
            layout,
        ),
        (
            error(
                400,
                100,
                None,
                "(#100) Tried accessing nonexisting field (fan_count)",
            ),
            layout,
        ),
        (error(400, 5000, None, "Something else"), client_error),
        (Answer::page(404, "<html>not found</html>"), client_error),
        (
            Answer::page(403, "<html>Forbidden</html>"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
    ] {
        let measured = visit(Graph::default().with(HANDLE, answer.clone())).await;
        assert_eq!(measured.measurement.outcome, expected, "{answer:?}");
        let missing = Figure::Missing(MissingReason::NotMeasured);
        assert_eq!(measured.measurement.figures.followers, missing);
    }
}

#[tokio::test]
async fn an_error_under_a_status_of_success_is_an_error() {
    let answer = error(200, 190, Some(463), "Session has expired");
    assert_eq!(
        outcome(Graph::default().with(HANDLE, answer)).await,
        Outcome::Forbidden(Forbidden::CredentialRefused)
    );
}

#[tokio::test]
async fn posts_that_cannot_be_read_spoil_nobody_and_are_no_empty_page_alone() {
    let broken = || {
        vec![
            json!(null),
            json!({"id": 7}),
            json!({"created_time": "yesterday"}),
        ]
    };
    let mut mixed = broken();
    mixed.extend(talking());
    let seen = visit(Graph::with_page(page(mixed))).await;
    assert_eq!(seen.measurement.posts.len(), 1);
    assert_eq!(delays(&seen), [Some(2400), None]);
    assert_eq!(
        outcome(Graph::with_page(page(broken()))).await,
        Outcome::Failed(Failed::Layout)
    );
}

#[tokio::test]
async fn comments_that_cannot_be_read_are_asked_for_once_more_alone() {
    let mut post = talking().remove(0);
    let comments = post["comments"]["data"].take();
    post["comments"]["data"] = json!([{"id": 1}, null]);
    let graph = Graph::with_page(page(vec![post])).with(
        &format!("{PAGE_ID}_10/comments"),
        Answer::json(json!({"data": comments})),
    );
    assert_eq!(delays(&visit(graph).await), [Some(2400), None]);
}
