//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::PeertubeSettings;
use crate::access::pace;

/// The channel and its videos at every visit, and the comments of those that moved, of which one is
/// expected at first and one in five visits later.
pub(super) fn tariff(settings: &PeertubeSettings) -> Tariff {
    let pace = pace("instance", settings.budget(), true);
    Tariff {
        charges: vec![
            Charge::calls_of_one("channels", 2.0, 1.0, pace),
            Charge::calls_of_one("videos", 3.0, 2.0, pace),
            Charge::calls_of_one("comments", 1.0, 0.2, pace),
        ],
    }
}
