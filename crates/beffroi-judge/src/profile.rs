//! From a row of the store to what the index judges.

use beffroi_index::{engagement::Components, index::Profile, score::Evidence};
use beffroi_model::{Figure, MissingReason};
use beffroi_store::ProfileRow;

/// The profile of an account. `None` where its body is not in the registry, or its platform unknown: then
/// there is nobody to compare it with.
pub fn profile(row: &ProfileRow) -> Option<Profile> {
    // Of a list of posts that was cut the rhythm is not known; what its posts got is.
    let engagement = evidence(
        row.engagement_days,
        row.engagement_mean,
        row.engagement_squares,
        reason(&row.engagement_why),
    );
    let dialogue = if row.threads_known == 0 {
        Figure::Missing(reason(&row.threads_why))
    } else {
        evidence(
            row.closed_threads,
            row.promptness_mean,
            row.promptness_squares,
            MissingReason::NoData,
        )
    };
    Some(Profile {
        key: row.account_id.to_string(),
        platform: row.platform.parse().ok()?,
        category: row.category.parse().ok()?,
        population: row.population,
        followers: Figure::from_option(row.followers, reason(&row.followers_why)),
        audience: Figure::from_option(row.coverage, reason(&row.coverage_why)),
        posts_per_week: Figure::from_option(row.posts_per_week, reason(&row.posts_why)),
        components: components(&row.components),
        posts: row.posts,
        posts_set_apart: row.posts_set_apart,
        engagement,
        dialogue,
    })
}

fn evidence(count: u32, mean: f64, squares: f64, why: MissingReason) -> Figure<Evidence> {
    let known = Evidence {
        count,
        mean,
        squares,
    };
    Figure::from_option((count > 0).then_some(known), why)
}

/// The components as the store writes them: `RKS`, `RK`, empty.
pub(crate) fn components(letters: &str) -> Components {
    Components {
        reactions: letters.contains('R'),
        comments: letters.contains('K'),
        shares: letters.contains('S'),
    }
}

/// A reason in the store's word; one that only an outcome can have means that there was no measurement.
fn reason(word: &str) -> MissingReason {
    match word {
        "" => MissingReason::NoData,
        word => word.parse().unwrap_or(MissingReason::NotMeasured),
    }
}
