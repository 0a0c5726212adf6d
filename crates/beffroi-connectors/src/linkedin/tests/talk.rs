//! Visitors' threads below the posts of an organisation that granted them.

use super::*;

const POST: &str = "urn:li:share:2";
const OWN: &str = "urn:li:organization:2414183";

/// The URN of a comment: it names a citizen's words.
fn urn(number: u32) -> String {
    format!("urn:li:comment:(urn:li:activity:7123,{CANARY}{number})")
}

/// A post with two visitors' threads, one of them answered after forty minutes.
fn talking() -> Linkedin {
    Linkedin::new()
        .with_posts(vec![(post(POST, "2026-11-20T17:00:00Z"), metadata(3))])
        .with_comments(
            POST,
            vec![
                comment(&urn(1), "2026-11-20T17:30:00Z", 1, None),
                comment(&urn(3), "2026-11-20T19:00:00Z", 0, None),
            ],
        )
        .with_comments(
            &urn(1),
            vec![comment(&urn(2), "2026-11-20T18:10:00Z", 0, Some(OWN))],
        )
}

fn delays(measured: &Measured) -> Vec<Option<u64>> {
    let threads = measured.measurement.threads.clone().known().unwrap();
    let delays = threads.iter();
    delays
        .map(beffroi_model::Thread::reply_delay_secs)
        .collect()
}

#[tokio::test]
async fn a_visitor_s_comment_is_a_thread_and_the_organisation_s_reply_its_answer() {
    let measured = visit_granted(talking()).await;
    assert_eq!(delays(&measured), [Some(40 * 60), None]);
    let seen = &measured.measurement;
    let paths: Vec<_> = seen.fetches.iter().map(|it| it.url.path()).collect();
    assert_eq!(
        paths[4..],
        [
            "/rest/socialActions/urn%3Ali%3Ashare%3A2/comments",
            "/rest/socialActions/*/comments"
        ],
        "a comment is recorded without its name"
    );
    assert!(!seen.state.as_ref().unwrap().contains("person"));
}

#[tokio::test]
async fn below_the_organisation_s_own_comment_a_visitor_s_reply_opens_the_thread() {
    let linkedin = talking()
        .with_comments(
            POST,
            vec![comment(&urn(1), "2026-11-20T17:30:00Z", 2, Some(OWN))],
        )
        .with_comments(
            &urn(1),
            vec![
                comment(&urn(2), "2026-11-20T18:00:00Z", 0, None),
                comment(&urn(4), "2026-11-20T18:01:00Z", 0, Some(OWN)),
            ],
        );
    let measured = visit_granted(linkedin).await;
    assert_eq!(delays(&measured), [None]);
}

#[tokio::test]
async fn conversations_that_did_not_move_are_not_asked_for_again() {
    let first = visit_granted(talking()).await.measurement;
    let server = talking().start().await;
    let asking = connector(&server, granted(&server));
    let mut again = request(HANDLE);
    again.as_of = nights_later(1);
    again.previous_state = first.state.clone();
    let seen = measure(&asking, &[again]).await.remove(0);
    assert_eq!(delays(&seen), [Some(40 * 60), None]);
    let talk = |paths: Vec<String>| {
        paths
            .iter()
            .filter(|it| it.contains("socialActions"))
            .count()
    };
    assert_eq!(talk(server.take_paths()), 0);

    let mut moved = talking();
    moved.metadata.insert(POST.to_owned(), metadata(4));
    let server = moved.start().await;
    let asking = connector(&server, granted(&server));
    let mut again = request(HANDLE);
    again.as_of = nights_later(1);
    again.previous_state = first.state;
    measure(&asking, &[again]).await;
    assert_eq!(talk(server.take_paths()), 2);
}

#[tokio::test]
async fn a_limit_of_calls_or_a_failed_one_makes_the_dialogue_missing() {
    let server = talking().start().await;
    let one_call = LinkedinSettings {
        max_comment_calls: 1,
        ..granted(&server)
    };
    let asking = connector(&server, one_call);
    let seen = measure(&asking, &[request(HANDLE)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.threads, Figure::Missing(MissingReason::NotAsked));
    for (answer, reason) in [
        (Answer::page(500, ""), MissingReason::CallFailed),
        (
            problem(403, "ACCESS_DENIED", "No"),
            MissingReason::PermissionMissing,
        ),
        (
            Answer::json(json!({"elements": [{"id": 7}]})),
            MissingReason::CallFailed,
        ),
    ] {
        let broken = talking().answering("/rest/socialActions", answer);
        let seen = visit_granted(broken).await.measurement;
        assert_eq!(seen.threads, Figure::Missing(reason));
        assert_eq!(seen.posts.len(), 1);
    }
}

#[tokio::test]
async fn closed_comments_say_nothing_of_the_dialogue() {
    let mut closed = talking();
    let mut counters = metadata(0);
    counters["commentsState"] = json!("CLOSED");
    closed.metadata.insert(POST.to_owned(), counters);
    let seen = visit_granted(closed).await.measurement;
    assert_eq!(
        seen.threads,
        Figure::Missing(MissingReason::RepliesRestricted)
    );
}
