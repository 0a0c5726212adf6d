//! What a night costs.

use beffroi_budget::{Charge, Pace, Tariff};

use super::SnapchatSettings;

/// A page of a profile, every `days`.
pub(super) fn tariff(settings: &SnapchatSettings) -> Tariff {
    let pace = Pace {
        name: "page",
        requests: 1,
        per: settings.interval,
        is_by_host: false,
    };
    let again = 1.0 / f64::from(settings.days.get());
    Tariff {
        charges: vec![Charge::calls_of_one("profiles", 1.0, again, pace)],
    }
}
