//! A site that does not want us, is in trouble, or looks otherwise.

use super::*;

#[tokio::test]
async fn robots_txt_is_obeyed() {
    let robots = Answer::page(200, "User-agent: *\nDisallow: /s/\n");
    let server = Site::showing(RECORDED)
        .with("/robots.txt", robots)
        .start()
        .await;
    let settings = settings(&server);
    let measured = visit_with(&server, request(NAME), settings).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );
    assert_eq!(server.take_paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn a_site_that_is_asked_too_much_is_asked_later() {
    let limited = Answer::page(429, "Too many requests").header("retry-after", "120");
    let measured = visit(Site::default().with(PREVIEW, limited)).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    assert!(measured.retry.unwrap().not_before.is_some());

    let down = Answer::page(503, "");
    let measured = visit(Site::default().with(PREVIEW, down)).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::Http5xx)
    );
    assert!(measured.retry.is_some());
}

#[tokio::test]
async fn a_page_that_we_do_not_know_is_named_and_tried_again() {
    let layout = Outcome::Failed(Failed::Layout);
    for answer in [
        Answer::page(200, "<html><body>Telegram</body></html>"),
        Answer::page(200, ""),
        Answer::page(404, "<html>Not found</html>"),
        Answer::page(200, &RECORDED.replace("tgme_channel_info", "tg_channel")),
        Answer::page(200, &card("Ville d'Exemple", "")),
    ] {
        let measured = visit(Site::default().with(PREVIEW, answer.clone())).await;
        assert_eq!(measured.measurement.outcome, layout, "{answer:?}");
        assert!(measured.retry.is_some(), "it may be a limit: {answer:?}");
    }
}

#[tokio::test]
async fn a_wall_and_a_refusal_are_forbidden() {
    let blocked = Outcome::Forbidden(Forbidden::Blocked);
    let wall = "<!doctype html><title>Just a moment...</title>";
    for answer in [Answer::page(200, wall), Answer::page(403, "")] {
        assert_eq!(
            outcome(Site::default().with(PREVIEW, answer)).await,
            blocked
        );
    }
}
