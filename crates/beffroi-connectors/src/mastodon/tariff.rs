//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::MastodonSettings;
use crate::access::pace;

/// The name is resolved at the first visit only; each night profile, statuses, and the conversations
/// that moved, of which three are expected at first and one later.
pub(super) fn tariff(settings: &MastodonSettings) -> Tariff {
    let pace = pace("instance", settings.budget(), true);
    Tariff {
        charges: vec![
            Charge::calls_of_one("profiles", 2.0, 1.0, pace),
            Charge::calls_of_one("statuses", 1.0, 1.0, pace),
            Charge::calls_of_one("conversations", 3.0, 1.0, pace),
        ],
    }
}
