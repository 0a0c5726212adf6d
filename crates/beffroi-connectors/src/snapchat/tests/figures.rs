//! Subscribers, however the page holds them.

use super::*;

#[tokio::test]
async fn subscribers_of_a_public_profile_are_read_as_text_or_number() {
    for subscribers in [json!("5400"), json!(5400)] {
        let measured = visit(Site::showing(profile(subscribers))).await;
        let seen = measured.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        assert_eq!(seen.figures.followers, Figure::Known(5400));
        assert_eq!(seen.identity.renamed_to, None);
        assert_eq!(seen.identity.permanent_id, None);
        let site = ("https://www.ville.test".to_owned(), false);
        assert_eq!(seen.identity.profile_links, [site]);
        assert!(seen.posts.is_empty());
        let not_given = MissingReason::NotGivenByPlatform;
        for name in [
            FigureName::Following,
            FigureName::PostsTotal,
            FigureName::Posts,
            FigureName::Dialogue,
        ] {
            assert_eq!(seen.unavailable[&name], not_given, "{name}");
        }
        let paths: Vec<_> = seen.fetches.iter().map(|it| it.url.path()).collect();
        assert_eq!(paths, ["/robots.txt", PAGE]);
    }
}

#[tokio::test]
async fn subscribers_that_are_not_shown_are_missing_and_none_is_a_figure() {
    let of = |subscribers| async move {
        let seen = visit(Site::showing(profile(subscribers))).await.measurement;
        assert_eq!(seen.outcome, Outcome::Measured);
        seen.figures.followers
    };
    assert_eq!(of(json!("0")).await, Figure::Known(0));
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    assert_eq!(of(json!(null)).await, missing);
    assert_eq!(of(json!("5.4k")).await, missing);
}

#[tokio::test]
async fn older_pages_hold_the_profile_without_its_kind() {
    let inner = profile(json!("5400"))["userProfile"]["publicProfileInfo"].clone();
    for older in [json!({"publicProfileInfo": inner}), inner] {
        let seen = visit(Site::showing(json!({"userProfile": older}))).await;
        assert_eq!(seen.measurement.figures.followers, Figure::Known(5400));
    }
}

#[tokio::test]
async fn another_name_on_the_page_is_told() {
    let mut renamed = profile(json!("5400"));
    renamed["userProfile"]["publicProfileInfo"]["username"] = json!("VilleNouvelle");
    let there = Answer::page(200, &html(&renamed));
    let site = Site::default()
        .with(
            PAGE,
            Answer::page(302, "").header("location", "/fr-FR/@villenouvelle"),
        )
        .with("/fr-FR/@villenouvelle", there);
    let seen = visit(site).await.measurement;
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("villenouvelle"));
}

#[tokio::test]
async fn a_changed_layout_is_a_failure() {
    for props in [
        json!({"profile": {}}),
        json!({"userProfile": {"$case": "brandProfile", "brandProfile": {"username": "x"}}}),
        json!({"userProfile": {"publicProfileInfo": {"name": "x", "subscriberCount": "3"}}}),
        json!({"userProfile": "x"}),
    ] {
        let shown = props.to_string();
        let outcome = outcome(Site::showing(props)).await;
        assert_eq!(outcome, Outcome::Failed(Failed::Layout), "{shown}");
    }
    let broken = "<script id=\"__NEXT_DATA__\">{\"props\":</script>";
    let broken = Site::default().with(PAGE, Answer::page(200, broken));
    assert_eq!(outcome(broken).await, Outcome::Failed(Failed::Layout));
}
