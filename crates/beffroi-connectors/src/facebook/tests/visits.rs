//! A visit as a whole, and what a second one asks after it.

use super::*;

#[tokio::test]
async fn one_call_brings_counters_posts_and_dialogue() {
    let (measured, paths) =
        visit_with(Graph::with_page(page(talking())), request(HANDLE), |_| {}).await;
    assert_eq!(paths, [HANDLE]);
    assert_eq!(measured.retry, None);
    assert_eq!(delays(&measured), [Some(2400), None]);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(5388));
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(PAGE_ID));
    assert_eq!(
        seen.identity.renamed_to, None,
        "dots and capitals are no other name"
    );
    assert_eq!(
        seen.identity.profile_links,
        [("https://www.exemple.fr".to_owned(), false)]
    );
    assert_eq!(seen.posts.len(), 1);
    let post = &seen.posts[0];
    assert_eq!(post.post_id, format!("{PAGE_ID}_10"));
    let address = format!("https://www.facebook.com/{PAGE_ID}/posts/10");
    assert_eq!(post.url, Some(address));
    assert_eq!(post.reactions, Figure::Known(61));
    assert_eq!(post.comments, Figure::Known(3));
    assert_eq!(post.shares, Figure::Known(4));
    let expected = [
        (FigureName::Following, MissingReason::PermissionMissing),
        (FigureName::PostsTotal, MissingReason::NotGivenByPlatform),
        (FigureName::Views, MissingReason::PermissionMissing),
    ];
    assert_eq!(seen.unavailable.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(seen.fetches.len(), 1);
}

#[tokio::test]
async fn a_page_without_posts_has_an_empty_dialogue() {
    let mut quiet = page(Vec::new());
    quiet.as_object_mut().unwrap().remove("posts");
    for page in [quiet, page(Vec::new()), page_with(json!({"posts": null}))] {
        let seen = visit(Graph::with_page(page)).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert!(seen.posts.is_empty());
        assert_eq!(seen.threads, Figure::Known(Vec::new()));
        assert_eq!(seen.unavailable.get(&FigureName::Posts), None);
    }
}

#[tokio::test]
async fn a_second_visit_asks_by_number_and_finds_a_page_under_its_new_name() {
    let first = visit(Graph::with_page(page(talking()))).await;
    let renamed = page_with(json!({"username": "VilledExemple"}));
    let graph = Graph::default().with(PAGE_ID, Answer::json(renamed));
    let (measured, paths) = visit_with(graph, request_after(&first), |_| {}).await;
    assert_eq!(paths, [PAGE_ID]);
    let renamed_to = measured.measurement.identity.renamed_to;
    assert_eq!(renamed_to.as_deref(), Some("villedexemple"));
}

#[tokio::test]
async fn a_page_whose_number_is_gone_is_looked_for_by_its_name() {
    let first = visit(Graph::with_page(page(talking()))).await;
    let successor = page_with(json!({"id": "210987654321"}));
    let graph = Graph::default().with(HANDLE, Answer::json(successor));
    let (measured, paths) = visit_with(graph, request_after(&first), |_| {}).await;
    assert_eq!(paths, [PAGE_ID, HANDLE]);
    let found = measured.measurement.identity.permanent_id;
    assert_eq!(found.as_deref(), Some("210987654321"));
}

#[tokio::test]
async fn a_merged_page_is_followed_to_the_one_that_it_became() {
    let merged = "(#21) Page ID 123456789012 was migrated to page ID 210987654321. Please update";
    let successor = page_with(json!({"id": "210987654321", "username": "VilledExemple"}));
    let graph = Graph::default()
        .with(HANDLE, error(400, 21, None, merged))
        .with("210987654321", Answer::json(successor));
    let (measured, paths) = visit_with(graph, request(HANDLE), |_| {}).await;
    assert_eq!(paths, [HANDLE, "210987654321"]);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.identity.permanent_id.as_deref(), Some("210987654321"));
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("villedexemple"));
    assert!(seen.state.unwrap().contains("210987654321"));
}

#[tokio::test]
async fn pages_merged_in_a_circle_end() {
    let merged = |from: &str, to: &str| {
        let message = format!("(#21) Page ID {from} was migrated to page ID {to}");
        error(400, 21, None, &message)
    };
    let graph = Graph::default()
        .with(HANDLE, merged("11111", "22222"))
        .with("22222", merged("22222", "33333"))
        .with("33333", merged("33333", "22222"));
    assert_eq!(outcome(graph).await, Outcome::Failed(Failed::Layout));
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let graph = Graph::with_page(page(talking())).with(
        "villeautre",
        Answer::json(page_with(
            json!({"id": "777777777", "username": "villeautre"}),
        )),
    );
    let server = graph.start().await;
    let connector = connector(&server, settings(&server));
    assert_eq!(connector.platform(), Platform::Facebook);
    let batch = [request("villeautre"), request("nulle"), request(HANDLE)];
    let measured = measure(&server, &connector, &batch).await;
    let outcomes: Vec<_> = measured
        .iter()
        .map(|measured| measured.measurement.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Measured,
            Outcome::Absent(Absent::NotFound),
            Outcome::Measured
        ]
    );
}

#[tokio::test]
async fn a_state_that_cannot_be_read_is_as_none() {
    for state in ["", "{", "[]", "{\"id\":3}"] {
        let mut request = request(HANDLE);
        request.previous_state = Some(state.to_owned());
        let graph = Graph::with_page(page(talking()));
        let (measured, paths) = visit_with(graph, request, |_| {}).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured, "{state}");
        assert_eq!(paths, [HANDLE]);
    }
}
