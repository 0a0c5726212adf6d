//! Which messages are posts, and how older pages are read.

use std::num::NonZeroU16;

use super::*;

#[tokio::test]
async fn messages_outside_the_window_are_no_posts_and_ids_may_have_gaps() {
    let page = preview(
        &[
            plain(90, "2026-10-25T00:00:00+00:00"),
            plain(95, "2026-11-02T00:00:00+00:00"),
            plain(112, "2026-11-02T00:00:00+00:00"),
            plain(118, "2026-11-23T00:00:01+00:00"),
        ],
        Some(90),
    );
    let measured = visit(Site::showing(&page)).await;
    assert_eq!(ids(&measured), ["112", "95"]);
    let seen = measured.measurement;
    assert_eq!(seen.identity.renamed_to, None, "capitals are no other name");
    assert_eq!(
        seen.fetches.len(),
        2,
        "no page is asked beyond the window: robots.txt and the first"
    );
}

#[tokio::test]
async fn older_pages_are_read_until_the_first_post_and_each_post_counts_once() {
    let newest = preview(
        &[
            plain(21, "2026-11-20T00:00:00+00:00"),
            plain(22, "2026-11-21T00:00:00+00:00"),
        ],
        Some(21),
    );
    let oldest = preview(
        &[
            plain(3, "2026-11-02T00:00:00+00:00"),
            plain(21, "2026-11-20T00:00:00+00:00"),
        ],
        None,
    );
    let site = Site::showing(&newest).with("/s/ville_exemple#21", Answer::page(200, &oldest));
    let measured = visit(site).await;
    assert_eq!(ids(&measured), ["22", "21", "3"]);
    assert!(
        !measured
            .measurement
            .unavailable
            .contains_key(&FigureName::Posts)
    );
}

#[tokio::test]
async fn a_window_longer_than_the_pages_allowed_is_truncated() {
    let page = preview(&[plain(21, "2026-11-20T00:00:00+00:00")], Some(21));
    let server = Site::showing(&page).start().await;
    let settings = TelegramSettings {
        max_pages: NonZeroU16::MIN,
        ..settings(&server)
    };
    let measured = visit_with(&server, request(NAME), settings).await;
    assert_eq!(ids(&measured), ["21"]);
    assert_eq!(
        measured.measurement.unavailable[&FigureName::Posts],
        MissingReason::Truncated
    );
}

#[tokio::test]
async fn an_older_page_that_fails_or_leads_in_a_circle_leaves_the_newer_ones() {
    let page = preview(&[plain(21, "2026-11-20T00:00:00+00:00")], Some(21));
    for older in [
        Answer::page(200, "<html>oops</html>"),
        Answer::page(200, &page),
        Answer::page(502, ""),
        Answer::page(403, ""),
    ] {
        let site = Site::showing(&page).with("/s/ville_exemple#21", older);
        let measured = visit(site).await;
        assert_eq!(measured.measurement.outcome, Outcome::Measured);
        assert_eq!(ids(&measured), ["21"]);
        assert_eq!(
            measured.measurement.unavailable[&FigureName::Posts],
            MissingReason::CallFailed
        );
    }
}

#[tokio::test]
async fn an_empty_channel_has_no_posts_and_a_notice_in_their_place_is_not_that() {
    let empty = visit(Site::showing(&preview(&[], None))).await.measurement;
    assert_eq!(empty.outcome, Outcome::Measured);
    assert_eq!(empty.figures.followers, Figure::Known(986));
    assert!(empty.posts.is_empty());
    assert!(!empty.unavailable.contains_key(&FigureName::Posts));

    let notice = preview(&[], None).replace("tgme_channel_history", "tgme_channel_notice");
    let seen = visit(Site::showing(&notice)).await.measurement;
    assert_eq!(seen.outcome, Outcome::Measured);
    assert_eq!(
        seen.unavailable[&FigureName::Posts],
        MissingReason::NotInAnswer
    );
}

#[tokio::test]
async fn counters_that_are_not_shown_are_missing_and_never_zero() {
    let reaction = |text: &str| format!("<span class=\"tgme_reaction\">{text}</span>");
    let page = preview(
        &[
            message(1, "2026-11-20T00:00:00+00:00", "", ""),
            message(2, "2026-11-21T00:00:00+00:00", "", "bientôt"),
        ],
        None,
    );
    let seen = visit(Site::showing(&page)).await.measurement;
    let missing = Figure::Missing(MissingReason::NotInAnswer);
    for post in &seen.posts {
        assert_eq!(post.views, missing);
        assert_eq!(
            post.reactions, missing,
            "no post shows that they are allowed"
        );
    }
    assert_eq!(
        seen.unavailable[&FigureName::Reactions],
        MissingReason::NotInAnswer
    );

    let page = preview(
        &[
            message(1, "2026-11-20T00:00:00+00:00", &reaction("👍"), "7"),
            message(2, "2026-11-21T00:00:00+00:00", &reaction("👍3"), "7"),
            message(3, "2026-11-22T00:00:00+00:00", "", "7"),
        ],
        None,
    );
    let seen = visit(Site::showing(&page)).await.measurement;
    let reactions: Vec<_> = seen.posts.iter().map(|post| post.reactions).collect();
    assert_eq!(reactions, [Figure::Known(0), Figure::Known(3), missing]);
}

#[tokio::test]
async fn posts_that_cannot_be_read_spoil_nobody_and_are_no_empty_channel_alone() {
    let undated = || message(7, "hier", "", "1");
    let unnumbered = || plain(7, "2026-11-20T00:00:00+00:00").replace("/7", "/x");
    let page = preview(
        &[
            undated(),
            plain(8, "2026-11-20T00:00:00+00:00"),
            unnumbered(),
        ],
        None,
    );
    assert_eq!(ids(&visit(Site::showing(&page)).await), ["8"]);

    let page = preview(&[undated(), unnumbered()], None);
    let seen = visit(Site::showing(&page)).await.measurement;
    assert_eq!(seen.outcome, Outcome::Failed(Failed::Layout));
    assert_eq!(
        seen.figures.followers,
        Figure::Missing(MissingReason::NotMeasured)
    );
}

#[tokio::test]
async fn what_a_post_shows_is_read_of_its_parts() {
    let part = |class: &str| format!("<a class=\"{class} more\" href=\"#\"></a>");
    let picture = part("tgme_widget_message_photo_wrap");
    let video = part("tgme_widget_message_video_player");
    let link = part("tgme_widget_message_link_preview");
    let forwarded = part("tgme_widget_message_forwarded_from");
    let cases = [
        (String::new(), PostKind::Text),
        (link.clone(), PostKind::Link),
        (picture.clone() + &link, PostKind::Image),
        (video.clone(), PostKind::Video),
        (
            part("tgme_widget_message_roundvideo_player"),
            PostKind::Video,
        ),
        (picture.clone() + &video, PostKind::Album),
        (part("tgme_widget_message_voice_player"), PostKind::Audio),
        (
            part("tgme_widget_message_document_wrap"),
            PostKind::Document,
        ),
        (part("tgme_widget_message_poll"), PostKind::Poll),
        (forwarded + &picture, PostKind::Repost),
        (picture.repeat(500), PostKind::Album),
    ];
    let messages: Vec<String> = (1..)
        .zip(&cases)
        .map(|(number, (parts, _))| message(number, "2026-11-20T00:00:00+00:00", parts, "7"))
        .collect();
    let seen = visit(Site::showing(&preview(&messages, None))).await;
    let kinds: Vec<_> = (seen.measurement.posts.iter().rev())
        .map(|post| post.kind)
        .collect();
    assert_eq!(kinds, cases.map(|(_, kind)| Some(kind)));
}
