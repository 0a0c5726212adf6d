//! What a night costs.

use std::time::Duration;

use beffroi_budget::{Charge, Pace, Tariff};

use super::WebsiteSettings;

/// A site's pace is the polite client's own, `fetch.host_interval`; this is its default.
const PACE: Pace = Pace {
    name: "host",
    requests: 1,
    per: Duration::from_secs(1),
    is_by_host: true,
};

/// A first visit reads robots.txt, the home page, the feed (or looks for one) and the additional
/// pages; a further one the home page and the feed, and once in `discovery_interval` all of it.
pub(super) fn tariff(settings: &WebsiteSettings) -> Tariff {
    let pages = settings.pages as f64;
    let nights = settings.discovery_interval.as_secs_f64() / 86_400.0;
    let first = 3.0 + pages;
    let again = 3.0 + pages / nights.max(1.0);
    Tariff {
        charges: vec![Charge::calls_of_one("pages", first, again, PACE)],
    }
}
