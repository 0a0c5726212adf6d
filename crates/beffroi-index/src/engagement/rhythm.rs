//! How often an account posts. A post counts from its publication on: its counts may be young, its
//! date is not.

use beffroi_model::{Figure, MissingReason};

use super::{PostFigures, Window};
use crate::stats::median;

/// The rhythm of one account over one window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rhythm {
    /// Posts published within the window, young ones too.
    pub posts: usize,
    /// Posts per week: `N / D * 7`.
    pub posts_per_week: f64,
    /// Median gap between consecutive posts, days; missing for fewer than two posts.
    pub median_gap_days: Figure<f64>,
}

/// The rhythm of these posts.
pub fn rhythm(posts: &[PostFigures], window: Window) -> Rhythm {
    let posts = window.posts(posts);
    let gaps: Vec<f64> = posts
        .windows(2)
        .map(|pair| {
            let gap = pair[1].published_at.duration_since(pair[0].published_at);
            gap.as_secs_f64() / 86_400.0
        })
        .collect();
    Rhythm {
        posts: posts.len(),
        posts_per_week: posts.len() as f64 / window.weeks(),
        median_gap_days: Figure::from_option(median(&gaps), MissingReason::NoData),
    }
}
