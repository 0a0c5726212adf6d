//! Which figures are missing, by name and reason: of a whole measurement, and of one post.

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
    ];
    let of_posts: Vec<_> = missing_everywhere(posts).collect();
    note(&mut measurement.unavailable, found);
    note(&mut measurement.unavailable, of_posts);
}

/// The figures that a post lacks, and why, without those of which `unavailable` says the same for
/// all posts.
pub(crate) fn missing_from_post(
    post: &Post,
    unavailable: &BTreeMap<FigureName, MissingReason>,
) -> BTreeMap<FigureName, MissingReason> {
    let missing = counters(post)
        .into_iter()
        .filter_map(|(name, figure)| Some((name, figure.missing()?)));
    missing
        .filter(|(name, reason)| unavailable.get(name) != Some(reason))
        .collect()
}

/// The figures of a post, by name.
fn counters(post: &Post) -> [(FigureName, Figure<u64>); 4] {
    [
        (FigureName::Reactions, post.reactions),
        (FigureName::Comments, post.comments),
        (FigureName::Shares, post.shares),
        (FigureName::Views, post.views),
    ]
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

/// The figures of posts that are the same in all of them, with the reason where they are missing.
fn missing_everywhere(posts: &[Post]) -> impl Iterator<Item = (FigureName, Option<MissingReason>)> {
    let of_first = posts.first().map(counters).into_iter().flatten();
    of_first
        .filter(|figure| posts.iter().all(|post| counters(post).contains(figure)))
        .map(|(name, figure)| (name, figure.missing()))
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
            kind: None,
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
        let of = |index: usize| {
            let missing = missing_from_post(&measurement.posts[index], &measurement.unavailable);
            missing.into_iter().collect::<Vec<_>>()
        };
        assert_eq!(
            of(0),
            [(FigureName::Reactions, MissingReason::NotInAnswer)],
            "views are missing everywhere"
        );
        assert_eq!(of(1), []);
    }
}
