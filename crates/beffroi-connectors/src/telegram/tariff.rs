//! What a night costs.

use std::time::Duration;

use beffroi_budget::{Charge, Pace, Tariff};

/// The site's pace is the polite client's own, `fetch.host_interval`; this is its default.
const PACE: Pace = Pace {
    name: "host",
    requests: 1,
    per: Duration::from_secs(1),
    is_by_host: true,
};

/// Pages of 20 posts: one for most channels, two for every fourth.
pub(super) fn tariff() -> Tariff {
    Tariff {
        charges: vec![Charge::calls_of_one("pages", 1.25, 1.25, PACE)],
    }
}
