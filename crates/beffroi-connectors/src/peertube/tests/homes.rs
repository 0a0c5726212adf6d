//! Where a channel is asked about.

use super::*;

#[tokio::test]
async fn a_channel_is_asked_at_the_host_of_its_handle() {
    let server = talking().start().await;
    let mut request = request(CHANNEL);
    request.account.handle = format!("channel:ville_exemple@{}", server.authority());
    request.account.url = server.root().join("c/ville_exemple").unwrap();
    let mut settings = settings(&server);
    settings.instances.clear();
    let seen = visit_with(&server, request, settings).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(server.take_paths()[0], CHANNEL_PATH);
}

#[tokio::test]
async fn a_configured_address_is_asked_instead() {
    let server = talking().start().await;
    let settings = settings(&server);
    let seen = visit_with(&server, request(CHANNEL), settings).await;
    assert_eq!(seen.measurement.outcome, Outcome::Measured);
    for asked in server.asked() {
        assert_eq!(asked.authorization, None, "nothing is asked as somebody");
    }
}
