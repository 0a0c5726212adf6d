//! Channels that are not there, or not to be read, each for its own reason.

use super::*;

const NODEINFO: &str = "/.well-known/nodeinfo";

/// What an instance says of its software.
fn running(instance: Instance, software: &str) -> Instance {
    let schema = "http://nodeinfo.diaspora.software/ns/schema/2.0";
    let index = json!({"links": [{"rel": schema, "href": "/nodeinfo/2.0.json"}]});
    let document = json!({"software": {"name": software}});
    instance
        .with(NODEINFO, Answer::json(index))
        .with("/nodeinfo/2.0.json", Answer::json(document))
}

fn answering(answer: Answer) -> Instance {
    Instance::new(Vec::new()).with(CHANNEL_PATH, answer)
}

#[tokio::test]
async fn a_not_found_in_peertubes_words_is_believed_at_once() {
    let old = Answer::error(404, "Video channel not found");
    for answer in [problem(404, "Not found"), old] {
        let measured = visit(answering(answer)).await;
        let seen = measured.measurement;
        assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound));
        assert_eq!(seen.fetches.len(), 1);
        assert_eq!(
            seen.figures.followers,
            Figure::Missing(MissingReason::NotMeasured)
        );
    }
}

#[tokio::test]
async fn gone_forbidden_and_closed_are_told_apart() {
    for (answer, expected) in [
        (problem(410, "Gone"), Outcome::Absent(Absent::Gone)),
        (
            problem(401, "Token is missing"),
            Outcome::Forbidden(Forbidden::LoginRequired),
        ),
        (
            problem(403, "This channel is blocked"),
            Outcome::Forbidden(Forbidden::Blocked),
        ),
        (problem(400, "Bad"), Outcome::Failed(Failed::Http4xx)),
    ] {
        let measured = visit(answering(answer)).await;
        assert_eq!(measured.measurement.outcome, expected);
        assert_eq!(measured.retry, None);
    }
}

#[tokio::test]
async fn a_server_of_another_kind_is_not_this_platform() {
    let elsewhere = Outcome::Absent(Absent::NotThisPlatform);
    let nothing = || Answer::error(404, "Record not found");
    let mastodon = running(answering(nothing()), "mastodon");
    assert_eq!(outcome(mastodon).await, elsewhere);

    let page = Answer::page(404, "<html>Page introuvable</html>");
    let blog = Server::start(move |_| page.clone()).await;
    let settings = settings(&blog);
    let measured = visit_with(&blog, request(CHANNEL), settings).await;
    assert_eq!(measured.measurement.outcome, elsewhere);
    let paths = blog.take_paths();
    assert_eq!(paths, [CHANNEL_PATH, NODEINFO]);

    // Any site may show its home page instead of "not found".
    let home = answering(Answer::page(200, "<html>Bienvenue</html>"));
    assert_eq!(outcome(home.clone()).await, elsewhere);
    let peertube = running(home, "PeerTube");
    assert_eq!(
        outcome(peertube).await,
        Outcome::Failed(Failed::Layout),
        "a PeerTube that answers so has changed"
    );

    let unknown = running(answering(nothing()), "peertube");
    assert_eq!(outcome(unknown).await, Outcome::Absent(Absent::NotFound));
}

#[tokio::test]
async fn a_handle_that_is_none_is_refused_without_a_call() {
    let server = talking().start().await;
    for handle in ["ville_exemple@video.example.fr", "channel:ville", ""] {
        let settings = settings(&server);
        let measured = visit_with(&server, request(handle), settings).await;
        assert_eq!(
            measured.measurement.outcome,
            Outcome::Absent(Absent::NotAnAccount)
        );
    }
    assert!(server.take_paths().is_empty());
}
