//! Names that are no channel, each for its own reason.

use super::*;

#[tokio::test]
async fn nobody_a_group_a_person_and_a_bot_are_told_from_a_channel() {
    let no_channel = Outcome::Absent(Absent::NotAnAccount);
    let person = format!("@{CANARY}");
    for (title, extra, expected) in [
        ("", "", Outcome::Absent(Absent::NotFound)),
        ("Exemple, entraide", "120 members, 3 online", no_channel),
        (CANARY, person.as_str(), no_channel),
        ("Service", "900 monthly users", no_channel),
    ] {
        let measured = visit(Site::with_card(&card(title, extra))).await;
        assert_eq!(measured.measurement.outcome, expected, "{extra}");
        assert_eq!(measured.retry, None);
        assert_eq!(
            measured.measurement.figures.followers,
            Figure::Missing(MissingReason::NotMeasured)
        );
    }
}

#[tokio::test]
async fn what_no_channel_can_be_called_is_refused_without_a_request() {
    let server = Site::showing(RECORDED).start().await;
    for (handle, expected) in [
        ("+AbCdEf", Outcome::Forbidden(Forbidden::PrivateAccount)),
        (
            "joinchat/AAAA",
            Outcome::Forbidden(Forbidden::PrivateAccount),
        ),
        ("mairie_bot", Outcome::Absent(Absent::NotAnAccount)),
        ("../admin", Outcome::Absent(Absent::NotAnAccount)),
        ("", Outcome::Absent(Absent::NotAnAccount)),
    ] {
        let settings = settings(&server);
        let measured = visit_with(&server, request(handle), settings).await;
        assert_eq!(measured.measurement.outcome, expected, "{handle}");
    }
    assert!(server.take_paths().is_empty());
}
