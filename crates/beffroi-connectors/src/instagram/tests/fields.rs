//! Fields that the platform refuses, which would fail every call.

use super::*;

fn refused(code: u64) -> Answer {
    graph_error(400, json!({ "code": code }))
}

#[tokio::test]
async fn refused_fields_are_given_up_and_the_rest_is_measured() {
    for code in [10, 100] {
        let reel = media_with(
            "1",
            "2026-11-20T00:00:00+0000",
            json!({"media_product_type": "REELS"}),
        );
        let discovery = Discovery::new(vec![reel]).refusing_field("view_count", refused(code));
        let server = discovery.start().await;
        let connector = connector(&server, settings(&server));
        for calls in [2, 1] {
            let seen = measure(&connector, &[request(NAME)])
                .await
                .remove(0)
                .measurement;
            assert_eq!(seen.outcome, Outcome::Measured);
            assert_eq!(seen.fetches.len(), calls, "the second visit knows");
            assert_eq!(
                seen.posts[0].views,
                Figure::Missing(MissingReason::NotAsked)
            );
            assert_eq!(seen.posts[0].reactions, Figure::Known(143));
        }
    }
}

#[tokio::test]
async fn once_the_fields_were_answered_a_refusal_is_the_accounts_own() {
    let discovery = Discovery::new(Vec::new()).with("autre", refused(10));
    let server = discovery.start().await;
    let connector = connector(&server, settings(&server));
    let measured = measure(&connector, &[request(NAME), request("autre")]).await;
    let other = &measured[1].measurement;
    assert_eq!(
        other.outcome,
        Outcome::Forbidden(Forbidden::PermissionMissing)
    );
    assert_eq!(other.fetches.len(), 1);
}

#[tokio::test]
async fn shares_are_asked_for_by_the_switch_alone() {
    let shared = media_with(
        "1",
        "2026-11-20T00:00:00+0000",
        json!({"shares_count": 7, "reposts_count": "2"}),
    );
    let discovery = Discovery::new(vec![shared]);
    let server = discovery.clone().start().await;
    let asks = InstagramSettings {
        ask_shares: true,
        ..settings(&server)
    };
    let asking = connector(&server, asks.clone());
    let seen = measure(&asking, &[request(NAME)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(seen.posts[0].shares, Figure::Known(9));

    let refusing = discovery.refusing_field("shares_count", refused(100));
    let server = refusing.start().await;
    let asks = InstagramSettings {
        base_url: server.root(),
        ..asks
    };
    let asking = connector(&server, asks);
    let seen = measure(&asking, &[request(NAME)])
        .await
        .remove(0)
        .measurement;
    assert_eq!(
        seen.posts[0].shares,
        Figure::Missing(MissingReason::NotGivenByPlatform)
    );
    let asked = server.asked();
    let fields = asked[1].query("fields").remove(0);
    assert!(fields.contains("view_count"), "views are not given up");
}
