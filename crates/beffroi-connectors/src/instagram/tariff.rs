//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::InstagramSettings;
use crate::access::bucket;

/// One call for an account and its publications; a further one for every twentieth, whose window
/// holds more than a page.
pub(super) fn tariff(settings: &InstagramSettings) -> Tariff {
    let pace = settings.terms().pace();
    Tariff {
        charges: vec![
            Charge::calls_of_one("accounts", 1.05, 1.05, pace)
                .charged_by_call(bucket::REQUESTS, 1.0),
        ],
    }
}
