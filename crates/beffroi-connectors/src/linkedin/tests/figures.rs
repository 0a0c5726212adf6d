//! Followers, and what is missing for whom.

use super::*;

#[tokio::test]
async fn any_organisation_has_its_followers_and_nothing_else() {
    let measured = visit(Linkedin::new()).await;
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(21914));
    assert_eq!(
        seen.identity.permanent_id.as_deref(),
        Some("urn:li:organization:2414183")
    );
    assert_eq!(seen.identity.renamed_to, None);
    let site = ("https://www.ville.test".to_owned(), false);
    assert_eq!(seen.identity.profile_links, [site]);
    assert_eq!(
        seen.unavailable.into_iter().collect::<Vec<_>>(),
        [
            (FigureName::Following, MissingReason::NotGivenByPlatform),
            (FigureName::PostsTotal, MissingReason::NotGivenByPlatform),
            (FigureName::Posts, MissingReason::PermissionMissing),
            (FigureName::Dialogue, MissingReason::PermissionMissing),
        ]
    );
    assert_eq!(seen.fetches.len(), 2, "its number, its followers");
}

#[tokio::test]
async fn followers_may_be_a_text_and_what_is_no_number_is_a_changed_layout() {
    let mut texts = Linkedin::new();
    texts.followers = Some(json!("21914"));
    let seen = visit(texts).await.measurement;
    assert_eq!(seen.figures.followers, Figure::Known(21914));
    let layout = Outcome::Failed(Failed::Layout);
    for answer in [
        json!({"firstDegreeSize": null}),
        json!({"size": 3}),
        json!([]),
    ] {
        let changed = Linkedin::new().answering("/rest/networkSizes", Answer::json(answer));
        assert_eq!(outcome(changed).await, layout);
    }
    for answer in [json!({"items": []}), json!({"elements": [{"number": 3}]})] {
        let changed = Linkedin::new().answering("/rest/organizations", Answer::json(answer));
        assert_eq!(outcome(changed).await, layout);
    }
}

#[tokio::test]
async fn nobody_is_a_figure_of_an_organisation_that_is_there_alone() {
    let mut nobody = Linkedin::new();
    nobody.followers = Some(json!(0));
    let seen = visit(nobody.clone()).await.measurement;
    assert_eq!(
        seen.figures.followers,
        Figure::Known(0),
        "found by its name"
    );

    // Known by a number that nothing has confirmed.
    let unknown = nobody.answering("/rest/organizationsLookup", Answer::page(500, ""));
    let server = unknown.start().await;
    let connector = connector(&server, settings(&server));
    let batch = [request("company:2414183")];
    let seen = measure(&connector, &batch).await.remove(0).measurement;
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotInAnswer)
    );
}

#[tokio::test]
async fn a_number_in_the_address_needs_no_name_and_a_brand_has_a_urn_of_its_own() {
    let mut linkedin = Linkedin::new();
    linkedin.organizations = vec![
        organization(ID, "ville-de-test"),
        organization("77", "lyon-economie"),
    ];
    linkedin.organizations[1]["primaryOrganizationType"] = json!("BRAND");
    let server = linkedin.start().await;
    let connector = connector(&server, settings(&server));
    let batch = ["company:2414183", "showcase:lyon-economie"].map(request);
    let measured = measure(&connector, &batch).await;
    let ids: Vec<_> = measured
        .iter()
        .map(|it| it.measurement.identity.permanent_id.as_deref().unwrap())
        .collect();
    assert_eq!(
        ids,
        ["urn:li:organization:2414183", "urn:li:organizationBrand:77"]
    );
    let paths = server.take_paths();
    assert_eq!(paths[0], "/rest/organizationsLookup");
    assert!(paths.contains(&"/rest/networkSizes/urn%3Ali%3AorganizationBrand%3A77".to_owned()));
    let named = paths.iter().filter(|it| *it == "/rest/organizations");
    assert_eq!(named.count(), 1);
}
