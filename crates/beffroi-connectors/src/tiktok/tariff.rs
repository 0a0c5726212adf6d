//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::TiktokSettings;
use crate::access::{bucket, pace};

/// Pages of 100 videos of a query for as many accounts as it names.
const PAGES: f64 = 2.0;

/// An account's counters every `profile_days`, and the videos of many accounts in one query.
pub(super) fn tariff(settings: &TiktokSettings) -> Tariff {
    let pace = pace("api", settings.budget(), false);
    let profiles = 1.0 / f64::from(settings.profile_days.get());
    let names = usize::from(settings.names_per_query.get());
    let queries = Charge {
        calls_first: PAGES,
        calls_again: PAGES,
        ..Charge::call_of_many("videos", names, pace)
    };
    Tariff {
        charges: vec![
            Charge::calls_of_one("profiles", 1.0, profiles, pace)
                .charged_by_call(bucket::REQUESTS, 1.0),
            queries.charged_by_call(bucket::REQUESTS, 1.0),
        ],
    }
}
