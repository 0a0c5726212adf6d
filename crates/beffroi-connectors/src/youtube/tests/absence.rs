//! Channels that are not there.

use super::*;

#[tokio::test]
async fn a_channel_that_the_answer_leaves_out_is_not_found() {
    let mut api = Api::default();
    api.channels.clear();
    for handle in [ID, "@parti", "user:parti", "c:parti"] {
        let server = api.clone().start().await;
        let seen = measure(&server, settings(&server), &[request(handle)])
            .await
            .remove(0)
            .measurement;
        assert_eq!(seen.outcome, Outcome::Absent(Absent::NotFound), "{handle}");
        assert_eq!(
            seen.figures.followers,
            Figure::Missing(MissingReason::NotMeasured)
        );
    }
}

#[tokio::test]
async fn refusals_that_name_an_absence_are_absences() {
    for (status, reason, expected) in [
        (404, "channelNotFound", Absent::NotFound),
        (403, "channelClosed", Absent::Gone),
        (403, "channelSuspended", Absent::Suspended),
    ] {
        let api = Api::default().refusing("channels", refusal_of(status, "youtube.x", reason));
        assert_eq!(outcome(api).await, Outcome::Absent(expected), "{reason}");
    }
}

#[tokio::test]
async fn a_channel_known_before_and_gone_since_keeps_its_state() {
    let mut gone = Api::default();
    gone.channels.clear();
    let (asked, measured) = visit_again(talking(), gone).await;
    assert_eq!(asked, ["channels"]);
    let not_found = Outcome::Absent(Absent::NotFound);
    assert_eq!(measured.measurement.outcome, not_found);
    assert!(measured.measurement.state.is_some());
}
