//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::ThreadsSettings;
use crate::access::bucket;

/// The profile every `lookup_days`, the posts at every visit.
pub(super) fn tariff(settings: &ThreadsSettings) -> Tariff {
    let pace = settings.terms().pace();
    let lookups = 1.0 / f64::from(settings.lookup_days.max(1));
    Tariff {
        charges: vec![
            Charge::calls_of_one("profiles", 1.0, lookups, pace)
                .charged_by_call(bucket::REQUESTS, 1.0),
            Charge::calls_of_one("posts", 1.0, 1.0, pace).charged_by_call(bucket::REQUESTS, 1.0),
        ],
    }
}
