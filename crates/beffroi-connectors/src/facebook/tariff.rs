//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::FacebookSettings;
use crate::access::{bucket, pace};

/// One call for a page, its posts and their comments; a further one for every fifth page, whose
/// window or comments are more than a call holds. Meta tells what is used in percent only.
pub(super) fn tariff(settings: &FacebookSettings) -> Tariff {
    let pace = pace("api", settings.budget(), false);
    Tariff {
        charges: vec![
            Charge::calls_of_one("pages", 1.0, 1.0, pace).charged_by_call(bucket::REQUESTS, 1.0),
            Charge::calls_of_one("more posts and comments", 0.2, 0.2, pace)
                .charged_by_call(bucket::REQUESTS, 1.0),
        ],
    }
}
