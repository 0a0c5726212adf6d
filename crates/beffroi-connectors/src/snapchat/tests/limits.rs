//! Walls, limits, robots.txt, the pace.

use super::*;

#[tokio::test]
async fn a_wall_says_nothing_of_the_account() {
    for answer in [
        Answer::page(200, "<html>Please wait…</html>"),
        Answer::page(403, ""),
    ] {
        let measured = visit(Site::default().with(PAGE, answer)).await;
        let outcome = measured.measurement.outcome;
        assert_eq!(outcome, Outcome::Forbidden(Forbidden::Blocked));
    }
    let measured = visit(Site::default().with(PAGE, Answer::page(429, ""))).await;
    assert_eq!(
        measured.measurement.outcome,
        Outcome::Failed(Failed::RateLimited)
    );
    assert!(measured.retry.is_some());
}

#[tokio::test]
async fn robots_txt_is_obeyed() {
    let no = Answer::page(200, "User-agent: *\nDisallow: /@").header("x", "y");
    let site = Site::showing(profile(json!("5400"))).with("/robots.txt", no);
    let server = site.start().await;
    let connector = connector(&server, settings(&server));
    let seen = measure(&connector, &[request(NAME)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(
        seen.outcome,
        Outcome::Forbidden(Forbidden::RobotsDisallowed)
    );
    assert_eq!(server.take_paths(), ["/robots.txt"]);
}

#[tokio::test]
async fn pages_are_asked_for_an_interval_apart() {
    let server = Site::showing(profile(json!("5400"))).start().await;
    let slow = SnapchatSettings {
        interval: Duration::from_millis(120),
        ..settings(&server)
    };
    let connector = connector(&server, slow);
    let begin = std::time::Instant::now();
    measure(&connector, &[request(NAME), request("autreville")]).await;
    assert!(begin.elapsed() >= Duration::from_millis(120));
    assert_eq!(server.take_paths(), ["/robots.txt", PAGE, "/@autreville"]);
}
