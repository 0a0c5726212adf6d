//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::{YoutubeSettings, quota, requests};
use crate::access::pace;

/// Channels whose number of videos moved since the night before, or whose turn it is.
const MOVING: f64 = 0.05;
/// Videos of a channel in the window, as expected.
const VIDEOS: f64 = 4.0;
/// Calls for comments at a channel's first visit, and at a further one.
const COMMENTS: (f64, f64) = (1.0, 0.05);

/// Channels by 50, uploads where the number of videos moved, counters of the window's videos by 50,
/// comments where their number moved: a unit a call.
pub(super) fn tariff(settings: &YoutubeSettings) -> Tariff {
    let pace = pace("api", settings.budget(), false);
    let by_call = requests::IDS_PER_CALL as f64;
    let counters = match settings.batch_get_stats {
        true => quota::STATISTICS,
        false => quota::UNITS,
    };
    let moving = MOVING + 1.0 / (1.5 * f64::from(settings.refresh_days.get()));
    Tariff {
        charges: vec![
            Charge::call_of_many("channels", requests::IDS_PER_CALL, pace)
                .charged_by_call(quota::UNITS, 1.0),
            Charge::calls_of_one("uploads", 1.0, moving, pace).charged_by_call(quota::UNITS, 1.0),
            Charge::calls_of_one("counters", VIDEOS / by_call, VIDEOS / by_call, pace)
                .charged_by_call(counters, 1.0),
            Charge::calls_of_one("comments", COMMENTS.0, COMMENTS.1, pace)
                .charged_by_call(quota::UNITS, 1.0),
        ],
    }
}
