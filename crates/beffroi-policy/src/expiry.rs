//! Which nights of which figures are too old to be kept.

use beffroi_model::Platform;
use jiff::civil::Date;

use crate::{Metric, Policies, Storage};

/// Figures of a platform up to a night, which has to go too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiry {
    /// Whose.
    pub platform: Platform,
    /// Which.
    pub metric: Metric,
    /// The last night whose figures have to go.
    pub up_to: Date,
}

impl Policies {
    /// What has to go on that day. Rules are applied once a night, so what would grow too old before
    /// the next time goes now: with 30 days, the nights of today and of the 28 days before stay, and
    /// at the next application none of them is older than 30 days.
    pub fn expiries(&self, today: Date) -> Vec<Expiry> {
        self.iter()
            .filter_map(|(platform, metric, policy)| match policy.store.is.days {
                Storage::Days(days) => {
                    let kept = jiff::Span::new().days(i64::from(days) - 1);
                    // The calendar begins long before the first night.
                    let up_to = today.checked_sub(kept).unwrap_or(Date::MIN);
                    Some(Expiry {
                        platform,
                        metric,
                        up_to,
                    })
                }
                Storage::Unbounded => None,
            })
            .collect()
    }
}
