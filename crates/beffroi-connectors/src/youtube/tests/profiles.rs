//! Who a channel is, and its counters.

use super::*;

#[tokio::test]
async fn hidden_and_missing_counters_are_never_zero() {
    let hidden = json!({"hiddenSubscriberCount": true, "subscriberCount": "0"});
    let seen = visit(Api::default().with_channel(channel_with("statistics", hidden)))
        .await
        .measurement;
    let reason = MissingReason::HiddenByOwner;
    assert_eq!(seen.figures.followers, Figure::Missing(reason));
    assert_eq!(seen.unavailable[&FigureName::Followers], reason);

    let mut bare = channel();
    bare.as_object_mut().unwrap().remove("statistics");
    let seen = visit(Api::default().with_channel(bare)).await.measurement;
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, missing);
    assert_eq!(seen.figures.posts_total, missing);
}

#[tokio::test]
async fn counters_are_read_as_strings_or_numbers() {
    let numbers = json!({"subscriberCount": 536000, "videoCount": 12.0});
    let seen = visit(Api::default().with_channel(channel_with("statistics", numbers)))
        .await
        .measurement;
    assert_eq!(seen.figures.followers, Figure::Known(536_000));
    assert_eq!(seen.followers_step, Some(1_000));
    assert_eq!(seen.figures.posts_total, Figure::Known(12));
}

#[tokio::test]
async fn a_renamed_channel_is_found_again_by_its_id() {
    let server = talking().start().await;
    let first = measure(&server, settings(&server), &[request(HANDLE)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(first.identity.renamed_to, None);
    assert_eq!(first.identity.permanent_id.as_deref(), Some(ID));

    let renamed = channel_with("snippet", json!({"customUrl": "@VilleNouvelle"}));
    let server = talking().with_channel(renamed).start().await;
    let mut request = request(HANDLE);
    request.previous_state = first.state;
    let seen = measure(&server, settings(&server), &[request])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.account.handle, HANDLE,
        "the identity stays the handle asked for"
    );
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("@villenouvelle"));
    assert_eq!(server.asked()[0].query("id"), [ID]);
}

#[tokio::test]
async fn only_a_handle_can_be_seen_to_have_changed() {
    for custom_url in [json!("villedexemple"), json!(null), json!("@autre")] {
        let channel = channel_with("snippet", json!({ "customUrl": custom_url }));
        let seen = visit(Api::default().with_channel(channel))
            .await
            .measurement;
        assert_eq!(seen.identity.renamed_to, None, "asked by id: {custom_url}");
    }
}

#[tokio::test]
async fn a_handle_is_the_same_however_its_letters_are_written() {
    for custom_url in ["@Évry-Exemple", "@%C3%89vry-exemple"] {
        let channel = channel_with("snippet", json!({ "customUrl": custom_url }));
        let all = json!({"kind": "youtube#channelListResponse", "items": [channel]});
        let server = Api::default()
            .refusing("channels", Answer::json(all))
            .start()
            .await;
        let seen = measure(&server, settings(&server), &[request("@évry-exemple")])
            .await
            .remove(0)
            .measurement;
        assert_eq!(server.asked()[0].query("forHandle"), ["@évry-exemple"]);
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.identity.renamed_to, None, "{custom_url}");
    }
}

#[tokio::test]
async fn a_private_channel_is_not_read() {
    let private = channel_with("status", json!({"privacyStatus": "private"}));
    let seen = visit(Api::default().with_channel(private))
        .await
        .measurement;
    assert_eq!(seen.outcome, Outcome::Forbidden(Forbidden::PrivateAccount));
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
    assert_eq!(seen.fetches.len(), 1);
}

#[test]
fn subscribers_are_exact_below_a_thousand_and_cut_to_three_digits_above() {
    let step = super::super::observe::subscribers_step;
    for (subscribers, expected) in [
        (0, None),
        (999, None),
        (1_000, Some(10)),
        (9_990, Some(10)),
        (10_400, Some(100)),
        (536_000, Some(1_000)),
        (12_300_000, Some(100_000)),
    ] {
        assert_eq!(step(subscribers), expected, "{subscribers}");
    }
}
