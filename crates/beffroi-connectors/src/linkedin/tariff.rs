//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::{LinkedinSettings, ask::Kind, requests};
use crate::access::pace;

/// The number of an organisation once, its followers every `followers_days`, whether it is still there
/// every `describe_days`. Posts are asked for of those that granted it, which are few.
pub(super) fn tariff(settings: &LinkedinSettings) -> Tariff {
    let pace = pace("api", settings.budget(), false);
    let followers = 1.0 / f64::from(settings.followers_days.get());
    let lookups = 1.0 / f64::from(settings.describe_days.get());
    let by_one = |what, first, again, kind: Kind| {
        Charge::calls_of_one(what, first, again, pace).charged_by_call(kind.bucket(), 1.0)
    };
    let described = Charge {
        calls_first: 0.0,
        calls_again: lookups,
        ..Charge::call_of_many("organisations", requests::IDS_PER_CALL, pace)
    };
    Tariff {
        charges: vec![
            by_one("numbers", 1.0, 0.0, Kind::ByName),
            by_one("followers", 1.0, followers, Kind::NetworkSize),
            described.charged_by_call(Kind::Lookup.bucket(), 1.0),
        ],
    }
}
