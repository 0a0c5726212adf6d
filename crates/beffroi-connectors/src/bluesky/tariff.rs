//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::{BlueskySettings, requests};
use crate::access::pace;

/// One call for 25 profiles, one for the feed of each account, and one for each conversation that
/// moved, of which three are expected at first and one later.
pub(super) fn tariff(settings: &BlueskySettings) -> Tariff {
    let pace = pace("api", settings.budget(), false);
    Tariff {
        charges: vec![
            Charge::call_of_many("profiles", requests::PROFILES_PER_CALL, pace),
            Charge::calls_of_one("feeds", 1.0, 1.0, pace),
            Charge::calls_of_one("conversations", 3.0, 1.0, pace),
        ],
    }
}
