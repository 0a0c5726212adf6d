//! A visit as a whole.

use super::*;

#[tokio::test]
async fn a_visit_brings_subscribers_and_posts_with_views_and_reactions() {
    let server = Site::showing(RECORDED).start().await;
    let settings = settings(&server);
    let measured = visit_with(&server, request(NAME), settings).await;
    assert_eq!(measured.retry, None);
    assert_eq!(server.take_paths(), ["/robots.txt", PREVIEW]);
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(3_420));
    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    assert_eq!(seen.figures.following, not_given);
    assert_eq!(seen.figures.posts_total, not_given);
    assert_eq!(
        seen.threads,
        Figure::Missing(MissingReason::NotGivenByPlatform)
    );
    assert_eq!(seen.identity.renamed_to, None);
    assert_eq!(seen.state, None);

    let [forwarded, album, text] = seen.posts.as_slice() else {
        panic!("expected three posts, found {:?}", seen.posts);
    };
    assert_eq!(text.post_id, "115");
    let kinds = [PostKind::Repost, PostKind::Album, PostKind::Text].map(Some);
    assert_eq!([forwarded.kind, album.kind, text.kind], kinds);
    assert_eq!(text.url.as_deref(), Some("https://t.me/ville_exemple/115"));
    assert_eq!(text.published_at.to_string(), "2026-11-20T17:00:03Z");
    assert_eq!(text.views, Figure::Known(1_200));
    assert_eq!(text.reactions, Figure::Known(1_112), "without paid stars");
    assert_eq!(text.comments, not_given);
    assert_eq!(text.shares, not_given);

    assert_eq!(album.post_id, "116");
    assert_eq!(album.published_at.to_string(), "2026-11-21T09:00:00Z");
    assert_eq!(album.views, Figure::Known(986));
    assert_eq!(album.reactions, Figure::Known(0), "the channel allows them");

    assert_eq!(forwarded.post_id, "118");
    assert_eq!(forwarded.views, not_given, "they are the original's");

    let given: Vec<FigureName> = seen.unavailable.into_keys().collect();
    assert_eq!(
        given,
        [
            FigureName::Following,
            FigureName::PostsTotal,
            FigureName::Comments,
            FigureName::Shares,
            FigureName::Dialogue,
        ]
    );
}

#[tokio::test]
async fn a_channel_without_preview_has_its_card_alone() {
    let card = card("Ville d'Exemple", "3 421 subscribers");
    let measured = visit(Site::with_card(&card)).await;
    let seen = measured.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(seen.figures.followers, Figure::Known(3_421));
    assert!(seen.posts.is_empty());
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::HiddenByOwner
    );
    assert_eq!(seen.fetches.len(), 3, "robots.txt, the preview, the card");
}

#[tokio::test]
async fn a_channel_that_bears_another_name_today_is_reported() {
    let renamed = RECORDED.replace(">@ville_exemple<", ">@Exemple_Ville<");
    let seen = visit(Site::showing(&renamed)).await.measurement;
    assert_eq!(seen.identity.renamed_to.as_deref(), Some("exemple_ville"));
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let server = Site::showing(RECORDED).start().await;
    let connector = TelegramConnector::new(client(&server), settings(&server));
    let batch = [
        request("personne_ici"),
        request(NAME),
        request("mairie_bot"),
    ];
    let measured = connector.measure(&batch).await;
    let outcomes: Vec<Outcome> = measured
        .iter()
        .map(|measured| measured.measurement.outcome)
        .collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Absent(Absent::NotFound),
            Outcome::Measured,
            Outcome::Absent(Absent::NotAnAccount),
        ]
    );
    for (asked, measured) in batch.iter().zip(&measured) {
        assert_eq!(asked.account, measured.measurement.account);
    }
}
