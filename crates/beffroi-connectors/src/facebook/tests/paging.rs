//! Lists of posts longer than one call holds.

use super::*;

/// A page whose list of posts goes on behind `cursor`.
fn long_page(posts: Vec<Value>, cursor: &str) -> Value {
    let mut page = page(posts);
    page["posts"]["paging"] = more(cursor);
    page
}

/// The address of the next page holds the token and leads elsewhere.
fn more(cursor: &str) -> Value {
    json!({
        "cursors": {"before": "B", "after": cursor},
        "next": format!("https://graph.facebook.com/v25.0/1/posts?access_token={TOKEN}&after=NEVER"),
    })
}

fn quiet(id: &str, at: &str) -> Value {
    post(id, at, Vec::new())
}

fn ids(measured: &Measured) -> Vec<&str> {
    let posts = measured.measurement.posts.iter();
    posts
        .map(|post| post.post_id.rsplit('_').next().unwrap())
        .collect()
}

fn posts_path(cursor: &str) -> String {
    format!("{PAGE_ID}/posts#{cursor}")
}

#[tokio::test]
async fn pages_are_read_by_cursor_until_there_is_no_next() {
    let first = long_page(vec![quiet("13", "2026-11-20T08:00:00+0000")], "A1");
    let second = json!({"data": [], "paging": more("A2")});
    let third = json!({
        "data": [
            quiet("11", "2026-11-02T08:00:00+0000"), quiet("12", "2026-11-10T08:00:00+0000"),
            quiet("13", "2026-11-20T08:00:00+0000"),
        ],
        "paging": {"cursors": {"before": "B", "after": "A3"}},
    });
    let graph = Graph::with_page(first)
        .with(&posts_path("A1"), Answer::json(second))
        .with(&posts_path("A2"), Answer::json(third));
    let server = graph.start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&server, &connector, &[request(HANDLE)])
        .await
        .remove(0);
    assert_eq!(
        ids(&measured),
        ["13", "12", "11"],
        "newest first, each once"
    );
    assert_eq!(
        measured.measurement.unavailable.get(&FigureName::Posts),
        None
    );
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    for asked in &asked[1..] {
        assert_eq!(asked.query("since"), ["1792972799"]);
        assert_eq!(asked.query("until"), ["1795392001"]);
        assert_eq!(asked.query("limit"), ["25"]);
        assert!(
            asked
                .query("fields")
                .concat()
                .contains("comments.filter(stream)")
        );
    }
}

#[tokio::test]
async fn posts_of_the_window_alone_are_kept_and_its_past_is_not_read() {
    let page = long_page(
        vec![
            quiet("15", "2026-11-23T00:00:01+0000"),
            quiet("14", "2026-11-23T00:00:00+0000"),
            quiet("13", "2026-10-26T00:00:01+0000"),
            quiet("12", "2026-10-26T00:00:00+0000"),
        ],
        "A1",
    );
    let (measured, paths) = visit_with(Graph::with_page(page), request(HANDLE), |_| {}).await;
    assert_eq!(ids(&measured), ["14", "13"]);
    assert_eq!(paths.len(), 1);
    assert_eq!(
        measured.measurement.unavailable.get(&FigureName::Posts),
        None
    );
}

#[tokio::test]
async fn a_list_that_is_not_read_to_its_end_is_truncated() {
    let truncated = MissingReason::Truncated;
    let failed = MissingReason::CallFailed;
    let no_cursor = json!({"data": [], "paging": {"next": "https://graph.facebook.com/x"}});
    let too_far = "(#100) After Cursor specified exceeds the max limit supported";
    for (answer, reason) in [
        (
            Answer::json(json!({"data": [], "paging": more("A1")})),
            truncated,
        ),
        (Answer::json(no_cursor), truncated),
        (error(400, 100, None, too_far), truncated),
        (
            error(400, 2, None, "Service temporarily unavailable"),
            failed,
        ),
        (
            error(500, 2, None, "An unexpected error has occurred"),
            failed,
        ),
        (Answer::json(json!({"rows": []})), failed),
        (Answer::page(200, "{\"data\":[{\"id\""), failed),
        (error(400, 17, None, "(#17)"), MissingReason::NotAsked),
    ] {
        let page = long_page(talking(), "A1");
        let graph = Graph::with_page(page).with(&posts_path("A1"), answer.clone());
        let seen = visit(graph).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.posts.len(), 1);
        let told = seen.unavailable.get(&FigureName::Posts);
        assert_eq!(told, Some(&reason), "{answer:?}");
        assert_eq!(seen.threads, Figure::Missing(reason), "{answer:?}");
    }
}

#[tokio::test]
async fn no_more_pages_are_read_than_allowed() {
    let graph = Graph::with_page(long_page(talking(), "A1")).with(
        &posts_path("A1"),
        Answer::json(json!({"data": [], "paging": more("A2")})),
    );
    let (measured, paths) = visit_with(graph, request(HANDLE), |settings| {
        settings.max_pages = std::num::NonZeroU16::new(2).unwrap();
    })
    .await;
    assert_eq!(paths.len(), 2);
    let reason = measured.measurement.unavailable.get(&FigureName::Posts);
    assert_eq!(reason, Some(&MissingReason::Truncated));
}

#[tokio::test]
async fn a_further_page_that_is_too_much_is_asked_for_in_smaller_portions() {
    let too_much = || error(500, 1, None, "Please reduce the amount of data");
    let rest = json!({"data": [quiet("9", "2026-11-02T08:00:00+0000")]});
    let graph = Graph::with_page(long_page(talking(), "A1"))
        .with_each(&posts_path("A1"), vec![too_much(), Answer::json(rest)]);
    let (measured, paths) = visit_with(graph, request(HANDLE), |_| {}).await;
    assert_eq!(ids(&measured), ["10", "9"]);
    assert_eq!(paths.len(), 3);
}
