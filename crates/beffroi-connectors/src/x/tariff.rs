//! What a night costs.

use beffroi_budget::{Charge, Tariff};

use super::{
    XSettings,
    price::{POST_PRICE, POSTS, USER_PRICE},
    requests,
};
use crate::access::{bucket, pace};

/// Posts and own replies of an account in a day, as expected: what the calibration figures say of
/// town halls that post.
const POSTS_A_DAY: f64 = 0.5;
/// Visitors' replies to an account in a day.
const REPLIES_A_DAY: f64 = 0.3;
/// Accounts that have posted since the night before.
const MOVING: f64 = 0.4;
/// Days that a search goes back.
const SEARCH_DAYS: f64 = 7.0;

/// Profiles by 100, posts by account where the counter moved, replies by 20 accounts, and the counters
/// of known posts by 100, every `refresh_days`.
pub(super) fn tariff(settings: &XSettings) -> Tariff {
    let in_window = POSTS_A_DAY * f64::from(settings.window_days);
    let profiles = 1.0 / f64::from(settings.profile_days.get());
    let refreshed = in_window / f64::from(settings.refresh_days.get());
    let (heard_first, heard_again) = match settings.dialogue {
        true => (REPLIES_A_DAY * SEARCH_DAYS, REPLIES_A_DAY),
        false => (0.0, 0.0),
    };
    let [users, timelines, posts, searches] = [
        ("users", settings.user_budget()),
        ("timelines", settings.timeline_budget()),
        ("posts", settings.post_budget()),
        ("searches", settings.search_budget()),
    ]
    .map(|(name, budget)| pace(name, budget, false));
    let (user, post) = (USER_PRICE as f64, POST_PRICE as f64);
    let read_first = in_window + heard_first;
    let read_again = POSTS_A_DAY + heard_again + refreshed;
    let mut charges = vec![
        Charge::call_of_many("profiles", requests::USERS_PER_CALL, users).charged_by_account(
            bucket::MONEY,
            user,
            user * profiles,
        ),
        Charge::calls_of_one("posts", 1.0, MOVING, timelines).charged_by_account(
            bucket::MONEY,
            in_window * post,
            POSTS_A_DAY * post,
        ),
        Charge {
            calls_first: 0.0,
            calls_again: refreshed / requests::POSTS_PER_CALL as f64,
            ..Charge::calls_of_one("counters", 0.0, 0.0, posts)
        }
        .charged_by_account(bucket::MONEY, 0.0, refreshed * post),
        // The same objects, as they are counted for the month.
        Charge::calls_of_one("posts and replies read", 0.0, 0.0, posts)
            .charged_by_account(POSTS, read_first, read_again),
    ];
    if settings.dialogue {
        charges.push(
            Charge::call_of_many("replies", requests::ACCOUNTS_PER_SEARCH, searches)
                .charged_by_account(bucket::MONEY, heard_first * post, heard_again * post),
        );
    }
    Tariff { charges }
}
