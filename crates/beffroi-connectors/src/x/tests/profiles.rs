//! Who an account is: names, ids, counters.

use super::*;

#[tokio::test]
async fn a_renamed_account_is_found_again_by_its_id() {
    let mut renamed = talking();
    renamed.users = vec![user(ID, "MaVilleDeTest", 2)];
    let (asked, seen) = two_nights(talking(), renamed, |settings| {
        settings.refresh_days = NEVER;
    })
    .await;
    assert_eq!(asked[0].query("ids"), [ID]);
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("mavilledetest"));
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(ID));
    assert!(asked[1].query("query")[0].contains("to:MaVilleDeTest"));
}

#[tokio::test]
async fn an_account_known_by_its_id_alone_has_no_other_name() {
    let server = talking().start().await;
    let batch = [request("id:1001", 0), request("id:1009", 0)];
    let measured = measure(&server, settings(&server), &batch).await;
    let seen = &measured[0].measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(seen.figures.followers, Figure::Known(9120));
    let unknown = &measured[1].measurement;
    assert_eq!(unknown.outcome, Outcome::Absent(Absent::NotFound));
    assert_eq!(server.asked()[0].query("ids"), ["1001,1009"]);
}

#[tokio::test]
async fn a_name_that_went_to_a_new_account_begins_anew() {
    let mut anew = X::new(vec![post_of(OTHER_ID, ago(-3), 0)]);
    anew.users = vec![user(OTHER_ID, HANDLE, 1)];
    let (asked, seen) = two_nights(talking(), anew, |_| {}).await;
    assert_eq!(
        paths(&asked)[..3],
        ["users", "users/by", "users/1002/tweets"]
    );
    assert_eq!(seen.identity.permanent_id.as_deref(), Some(OTHER_ID));
    let ids: Vec<_> = seen
        .posts
        .iter()
        .map(|post| post.post_id.as_str())
        .collect();
    assert_eq!(ids, [id_at(ago(-3))], "the other's posts are not its own");
}

#[tokio::test]
async fn counters_are_read_in_both_spellings_and_never_invented() {
    for (metrics, expected) in [
        (
            json!({"followers_count": "9120", "tweet_count": 7}),
            Some(7),
        ),
        (json!({"followers_count": 9120, "post_count": 7}), Some(7)),
        (
            json!({"followers_count": 9120, "tweet_count": 7, "post_count": 7}),
            Some(7),
        ),
        (json!({"followers_count": 9120}), None),
    ] {
        let mut x = X::new(Vec::new());
        x.users[0]["public_metrics"] = metrics.clone();
        let seen = visit(x).await.measurement;
        assert_eq!(seen.figures.followers, Figure::Known(9120), "{metrics}");
        assert_eq!(seen.figures.posts_total.known(), expected, "{metrics}");
        let missing = Figure::Missing(MissingReason::NotInAnswer);
        assert_eq!(seen.figures.following, missing, "{metrics}");
    }
    let mut x = X::new(Vec::new());
    x.users[0]["public_metrics"] = json!(null);
    let seen = visit(x).await.measurement;
    assert_eq!(
        seen.unavailable[&FigureName::Followers],
        MissingReason::NotInAnswer
    );
}

#[tokio::test]
async fn a_link_is_told_by_where_it_leads_or_as_it_stands() {
    let mut x = X::new(Vec::new());
    x.users[0]["entities"] = json!({"description": {}});
    let seen = visit(x.clone()).await.measurement;
    let short = "https://t.co/abc".to_owned();
    assert_eq!(seen.identity.profile_links, [(short, false)]);
    x.users[0]["url"] = json!("");
    assert!(visit(x).await.measurement.identity.profile_links.is_empty());
}
