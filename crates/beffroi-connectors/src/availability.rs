//! Which figures of a measurement are missing altogether, by name and reason.

use std::collections::BTreeMap;

use beffroi_model::{Figure, FigureName, Measurement, MissingReason, Post};

/// Notes in `unavailable` every figure of the account that is missing, and every figure of posts
/// that is missing for all of them for one reason. Reasons noted before are kept.
pub(crate) fn note_missing_figures(measurement: &mut Measurement) {
    let figures = measurement.figures;
    let posts = &measurement.posts;
    let found = [
        (FigureName::Followers, figures.followers.missing()),
        (FigureName::Following, figures.following.missing()),
        (FigureName::PostsTotal, figures.posts_total.missing()),
        (FigureName::Dialogue, measurement.threads.missing()),
        (
            FigureName::Reactions,
            missing_everywhere(posts, |post| post.reactions),
        ),
        (
            FigureName::Comments,
            missing_everywhere(posts, |post| post.comments),
        ),
        (
            FigureName::Shares,
            missing_everywhere(posts, |post| post.shares),
        ),
        (
            FigureName::Views,
            missing_everywhere(posts, |post| post.views),
        ),
    ];
    note(&mut measurement.unavailable, found);
}

fn note(
    unavailable: &mut BTreeMap<FigureName, MissingReason>,
    found: impl IntoIterator<Item = (FigureName, Option<MissingReason>)>,
) {
    for (name, reason) in found {
        if let Some(reason) = reason {
            unavailable.entry(name).or_insert(reason);
        }
    }
}

/// The reason for which a figure is missing from all posts, if it is one and there are posts.
fn missing_everywhere(
    posts: &[Post],
    figure: impl Fn(&Post) -> Figure<u64>,
) -> Option<MissingReason> {
    let reason = figure(posts.first()?).missing()?;
    let is_common = posts
        .iter()
        .all(|post| figure(post).missing() == Some(reason));
    is_common.then_some(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_model::{AccountRef, Outcome, Platform};
    use jiff::Timestamp;

    fn post(reactions: Figure<u64>) -> Post {
        Post {
            post_id: "1".to_owned(),
            url: None,
            published_at: Timestamp::UNIX_EPOCH,
            reactions,
            comments: Figure::Known(0),
            shares: Figure::Known(0),
            views: Figure::Missing(MissingReason::NotGivenByPlatform),
        }
    }

    #[test]
    fn a_figure_that_one_post_has_is_not_unavailable() {
        let account = AccountRef {
            platform: Platform::Mastodon,
            handle: "mairie@social.example".to_owned(),
            url: "https://social.example/@mairie".parse().unwrap(),
        };
        let now = Timestamp::UNIX_EPOCH;
        let mut measurement = Measurement::without_figures(account, Outcome::Measured, now);
        measurement.figures.followers = Figure::Known(1);
        measurement.threads = Figure::Known(Vec::new());
        measurement.posts = vec![
            post(Figure::Missing(MissingReason::NotInAnswer)),
            post(Figure::Known(3)),
        ];
        note_missing_figures(&mut measurement);
        let names: Vec<_> = measurement.unavailable.keys().copied().collect();
        assert_eq!(
            names,
            [
                FigureName::Following,
                FigureName::PostsTotal,
                FigureName::Views
            ]
        );
    }
}
