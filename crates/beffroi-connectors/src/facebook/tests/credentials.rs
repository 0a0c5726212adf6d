//! Tokens that are missing, refused, or lack a permission.

use super::*;

const FEATURES: &str = "(#100) Object does not exist, cannot be loaded due to missing permission. \
                        This endpoint requires the 'Page Public Content Access' feature";

#[tokio::test]
async fn without_a_token_nothing_is_asked() {
    let server = Graph::with_page(page(talking())).start().await;
    let connector = FacebookConnector::new(Access::keyless(client(&[&server])), settings(&server));
    let measured = connector.measure(&[request(HANDLE)]).await.remove(0);
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Forbidden(Forbidden::CredentialMissing)
    );
    assert_eq!(measured.retry, None);
    assert!(measured.measurement.fetches.is_empty());
    assert!(server.asked().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_never_shown_again() {
    let refused = Outcome::Forbidden(Forbidden::CredentialRefused);
    let blocked = Outcome::Forbidden(Forbidden::Blocked);
    for (answer, expected) in [
        (error(400, 190, Some(463), "Session has expired"), refused),
        (
            error(401, 190, Some(460), "The password was changed"),
            refused,
        ),
        (error(400, 190, Some(458), "Not authorised"), refused),
        (Answer::page(401, ""), refused),
        (
            error(
                400,
                100,
                None,
                "API calls require an appsecret_proof argument",
            ),
            refused,
        ),
        (
            error(400, 368, None, "The action is deemed abusive"),
            blocked,
        ),
    ] {
        let graph = Graph::with_page(page(talking())).with("expiree", answer);
        let server = graph.start().await;
        let connector = connector(&server, settings(&server));
        let batch = [request("expiree"), request(HANDLE)];
        let measured = measure(&server, &connector, &batch).await;
        for measured in measured {
            assert_eq!(measured.measurement.outcome, expected);
            assert_eq!(measured.retry, None);
        }
        assert_eq!(server.take_paths(), ["/v25.0/expiree"]);
    }
}

#[tokio::test]
async fn a_token_that_may_not_read_posts_brings_the_pages_counters() {
    for refusal in [
        error(400, 10, None, "(#10) This endpoint requires a permission"),
        error(403, 283, None, "Requires extended permission"),
        error(400, 100, None, FEATURES),
    ] {
        let mut counters = page(Vec::new());
        counters.as_object_mut().unwrap().remove("posts");
        let graph = Graph::default()
            .with(HANDLE, refusal)
            .with(&format!("!{HANDLE}"), Answer::json(counters));
        let (measured, paths) = visit_with(graph, request(HANDLE), |_| {}).await;
        assert_eq!(paths, [HANDLE, HANDLE]);
        let seen = measured.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.figures.followers, Figure::Known(5388));
        let missing = MissingReason::PermissionMissing;
        assert_eq!(seen.unavailable.get(&FigureName::Posts), Some(&missing));
        assert_eq!(seen.threads, Figure::Missing(missing));
    }
}

#[tokio::test]
async fn a_token_that_may_read_nothing_lacks_a_permission() {
    for refusal in [
        error(403, 10, None, "(#10) Application does not have permission"),
        error(400, 200, None, "Permissions error"),
        error(400, 100, None, FEATURES),
    ] {
        let measured = visit(Graph::default().with(HANDLE, refusal)).await;
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Forbidden(Forbidden::PermissionMissing)
        );
        assert_eq!(measured.retry, None);
    }
}

#[tokio::test]
async fn the_same_words_are_about_the_page_where_the_token_reads_others() {
    let graph = Graph::with_page(page(talking())).with("fermee", error(400, 100, None, FEATURES));
    let server = graph.start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&server, &connector, &[request(HANDLE), request("fermee")]).await;
    assert_eq!(measured[0].measurement.outcome, Outcome::Measured);
    assert_eq!(
        measured[1].measurement.outcome,
        Outcome::Failed(Failed::Http4xx)
    );
    let again = measure(&server, &connector, &[request_after(&measured[1])]).await;
    assert_eq!(
        again[0].measurement.outcome,
        Outcome::Absent(Absent::NotFound)
    );
}
