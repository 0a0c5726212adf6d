//! Visitors' threads and the page's answers.

use super::*;

const AT: &str = "2026-11-20T17:00:00+0000";

/// A post of which more comments are left than came with it.
fn post_with_more(id: &str, total: u64, comments: Vec<Value>, cursor: &str) -> Value {
    let mut post = post(id, AT, comments);
    post["comments"]["summary"]["total_count"] = json!(total);
    post["comments"]["paging"] = more(cursor);
    post
}

/// The address of the next page holds the token.
fn more(cursor: &str) -> Value {
    json!({
        "cursors": {"before": "QQ", "after": cursor},
        "next": format!("https://graph.facebook.com/v25.0/x?access_token={TOKEN}&after={cursor}"),
    })
}

fn comments_path(id: &str) -> String {
    format!("{PAGE_ID}_{id}/comments")
}

#[tokio::test]
async fn a_reply_to_the_pages_own_comment_opens_a_thread_too() {
    let comments = vec![
        own_comment("1", "2026-11-20T17:01:00+0000", None),
        comment("2", "2026-11-20T17:30:00+0000", Some(&below("1"))),
        own_comment("3", "2026-11-20T17:31:00+0000", Some(&below("2"))),
    ];
    let measured = visit(Graph::with_page(page(vec![post("10", AT, comments)]))).await;
    assert_eq!(delays(&measured), [Some(60)]);
}

#[tokio::test]
async fn comments_of_which_no_author_was_ever_given_are_no_silence() {
    let anonymous = || {
        vec![post(
            "10",
            AT,
            vec![comment("1", "2026-11-20T17:30:00+0000", None)],
        )]
    };
    let first = visit(Graph::with_page(page(anonymous()))).await;
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(first.measurement.threads, missing);
    let unavailable = &first.measurement.unavailable;
    assert_eq!(
        unavailable.get(&FigureName::Dialogue),
        Some(&MissingReason::NotInAnswer)
    );
    assert_eq!(first.measurement.posts[0].comments, Figure::Known(1));

    // Once the page's own replies were seen, their absence means something.
    let talked = visit(Graph::with_page(page(talking()))).await;
    let graph = Graph::with_page(page(anonymous()));
    let (later, _) = visit_with(graph, request_after(&talked), |_| {}).await;
    assert_eq!(delays(&later), [None]);
    // Of another page it is not known.
    let other = page(anonymous());
    let other = with(other, json!({"id": "210987654321"}));
    let graph = Graph::default().with(HANDLE, Answer::json(other));
    let (later, _) = visit_with(graph, request_after(&talked), |_| {}).await;
    assert_eq!(later.measurement.threads, missing);
}

#[tokio::test]
async fn counted_comments_of_which_none_is_shown_are_no_silence() {
    let talked = visit(Graph::with_page(page(talking()))).await;
    let mut hidden = post("10", AT, Vec::new());
    hidden["comments"]["summary"]["total_count"] = json!(7);
    let graph = Graph::with_page(page(vec![hidden]));
    let (later, _) = visit_with(graph, request_after(&talked), |_| {}).await;
    assert_eq!(
        later.measurement.threads,
        Figure::Missing(MissingReason::NotInAnswer)
    );
    assert_eq!(later.measurement.posts[0].comments, Figure::Known(7));
}

#[tokio::test]
async fn comments_that_did_not_come_with_their_post_are_asked_for() {
    let question = comment("1", "2026-11-20T17:30:00+0000", None);
    let graph = || {
        let post = post_with_more("10", 4, vec![question.clone()], "C1");
        let second = json!({
            "data": [own_comment("2", "2026-11-20T17:40:00+0000", Some(&below("1")))],
            "paging": more("C2"),
        });
        // An empty page is no end.
        let third = json!({"data": [], "paging": more("C3")});
        let last = json!({"data": [comment("4", "2026-11-21T08:00:00+0000", None)]});
        Graph::with_page(page(vec![post]))
            .with(&format!("{}#C1", comments_path("10")), Answer::json(second))
            .with(&format!("{}#C2", comments_path("10")), Answer::json(third))
            .with(&format!("{}#C3", comments_path("10")), Answer::json(last))
    };
    let (first, paths) = visit_with(graph(), request(HANDLE), |_| {}).await;
    assert_eq!(paths.len(), 4);
    assert_eq!(delays(&first), [Some(600), None]);
    let cursors: Vec<_> = first.measurement.fetches[1..]
        .iter()
        .flat_map(|fetch| fetch.url.query_pairs())
        .filter(|(name, _)| name == "after")
        .map(|(_, cursor)| cursor.into_owned())
        .collect();
    assert_eq!(
        cursors,
        ["-", "-", "-"],
        "a cursor names a citizen's comment"
    );

    // What did not move is not asked again.
    let (second, paths) = visit_with(graph(), request_after(&first), |_| {}).await;
    assert_eq!(paths, [PAGE_ID]);
    assert_eq!(delays(&second), [Some(600), None]);
    assert_eq!(second.measurement.state, first.measurement.state);
}

#[tokio::test]
async fn more_calls_than_allowed_leave_the_dialogue_unasked() {
    let calls = |max| {
        let post = post_with_more("10", 400, vec![own_comment("1", AT, None)], "C1");
        let further = json!({"data": [], "paging": more("C2")});
        let last = json!({"data": []});
        let graph = Graph::with_page(page(vec![post]))
            .with(
                &format!("{}#C1", comments_path("10")),
                Answer::json(further),
            )
            .with(&format!("{}#C2", comments_path("10")), Answer::json(last));
        visit_with(graph, request(HANDLE), move |settings| {
            settings.max_comment_calls = max;
        })
    };
    for max in [0, 1] {
        let (measured, paths) = calls(max).await;
        assert_eq!(paths.len(), 1 + usize::from(max));
        let seen = measured.measurement;
        assert_eq!(seen.threads, Figure::Missing(MissingReason::NotAsked));
        assert_eq!(seen.posts.len(), 1);
        let state = seen.state.unwrap();
        assert!(
            state.contains("\"conversations\":{}"),
            "read on tomorrow: {state}"
        );
    }
    assert!(delays(&calls(2).await.0).is_empty());
}

#[tokio::test]
async fn a_list_that_cannot_be_read_further_is_truncated() {
    let path = comments_path("10");
    let too_far = "(#100) After Cursor specified exceeds the max limit supported";
    let same_again = json!({"data": [], "paging": more("C1")});
    let no_cursor = json!({"data": [], "paging": {"next": "https://graph.facebook.com/x"}});
    for answer in [
        error(400, 100, None, too_far),
        Answer::json(same_again),
        Answer::json(no_cursor),
    ] {
        let post = post_with_more("10", 400, vec![own_comment("1", AT, None)], "C1");
        let graph = || {
            Graph::with_page(page(vec![post.clone()])).with(&format!("{path}#C1"), answer.clone())
        };
        let first = visit(graph()).await;
        let truncated = Figure::Missing(MissingReason::Truncated);
        assert_eq!(first.measurement.threads, truncated);
        let (second, paths) = visit_with(graph(), request_after(&first), |_| {}).await;
        assert_eq!(second.measurement.threads, truncated);
        assert_eq!(paths.len(), 1, "it is not asked again until it moves");
    }
}

#[tokio::test]
async fn a_failing_call_costs_the_dialogue_and_nothing_else() {
    let failed = MissingReason::CallFailed;
    for (answer, reason) in [
        (error(500, 1, None, "An unknown error occurred"), failed),
        (
            error(400, 2, None, "Service temporarily unavailable"),
            failed,
        ),
        (Answer::json(json!({"rows": []})), failed),
        (Answer::json(json!({"data": [{"id": 1}, null]})), failed),
        (Answer::page(200, "{\"data\":["), failed),
        (
            error(400, 10, None, "(#10)"),
            MissingReason::PermissionMissing,
        ),
        (error(400, 80001, None, "(#80001)"), MissingReason::NotAsked),
        (error(400, 4, None, "(#4)"), MissingReason::NotAsked),
    ] {
        let posts = ["11", "10"].map(|id| post_with_more(id, 40, Vec::new(), "C1"));
        let graph = Graph::with_page(page(posts.to_vec()))
            .with(&format!("{}#C1", comments_path("11")), answer.clone());
        let (measured, paths) = visit_with(graph, request(HANDLE), |_| {}).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(measured.retry, None);
        assert_eq!(measured.measurement.posts.len(), 2);
        assert_eq!(
            measured.measurement.threads,
            Figure::Missing(reason),
            "{answer:?}"
        );
        assert_eq!(paths.len(), 2, "the first failure ends the asking");
    }
}

#[tokio::test]
async fn a_post_deleted_in_between_costs_nothing_but_itself() {
    for answer in [
        error(400, 100, Some(33), "Unsupported get request"),
        error(404, 803, None, "(#803)"),
    ] {
        let mut posts = talking();
        posts.insert(0, post_with_more("11", 40, Vec::new(), "C1"));
        let graph =
            Graph::with_page(page(posts)).with(&format!("{}#C1", comments_path("11")), answer);
        let measured = visit(graph).await;
        assert_eq!(delays(&measured), [Some(2400), None]);
        let posts = measured.measurement.posts;
        assert_eq!(posts.len(), 1);
        assert_eq!(posts[0].post_id, format!("{PAGE_ID}_10"));
    }
}

#[tokio::test]
async fn comments_may_be_asked_for_post_by_post() {
    let counted = |id: &str, total: u64| {
        let mut post = post(id, AT, Vec::new());
        post["comments"] = json!({"data": [], "summary": {"total_count": total}});
        post
    };
    let comments = json!({"data": [
        comment("1", "2026-11-20T17:30:00+0000", None),
        own_comment("2", "2026-11-20T17:31:00+0000", Some(&below("1"))),
    ]});
    let graph = Graph::with_page(page(vec![counted("11", 2), counted("10", 0)]))
        .with(&comments_path("11"), Answer::json(comments));
    let (measured, paths) = visit_with(graph, request(HANDLE), |settings| {
        settings.comments_per_post = 0;
    })
    .await;
    assert_eq!(paths, [HANDLE.to_owned(), comments_path("11")]);
    assert_eq!(delays(&measured), [Some(60)]);
}

#[tokio::test]
async fn a_comment_that_cannot_be_read_spoils_no_other() {
    let mut comments = vec![
        json!(null),
        json!({"id": 7}),
        comment("1", "2026-11-20T17:30:00+0000", None),
        own_comment("2", "2026-11-20T17:31:00+0000", Some(&below("1"))),
    ];
    comments.push(with(
        comment("3", "2026-11-20T18:00:00+0000", None),
        json!({"parent": "somebody"}),
    ));
    let measured = visit(Graph::with_page(page(vec![post("10", AT, comments)]))).await;
    assert_eq!(delays(&measured), [Some(60)]);
}
