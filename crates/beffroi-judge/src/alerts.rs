//! The alerts of a night, account by account: only one range of accounts is in memory at a time.

use beffroi_index::{
    presence::DORMANT_AFTER_DAYS,
    trends::{Alert, AlertKind, Calendar, follower_jumps, raids, silence, week_alerts},
};
use beffroi_model::Platform;
use beffroi_store::{AccountDaysRow, AlertRow, Day, JudgedNight, LookBack, Store, StoreError};
use jiff::{ToSpan as _, civil::Date};

use crate::days::{closed, last_closed_monday, series, weeks};

/// Days before a night in which something is told. An alert stands in the judgement of every night whose
/// days hold it; the first of these nights is the one that found it.
pub const ALERT_DAYS: u16 = 120;

/// What is read: the days of alerts and before them the 56 over which a raid's usual is taken; the weeks of
/// alerts, those of the year before them and its neighbours.
const BACK: LookBack = LookBack {
    days: ALERT_DAYS + 56,
    weeks: 72,
    window_days: 90,
};

/// Accounts read at once: some 20 MB.
const RANGE: u32 = 4_096;

/// Platforms that round the count of followers: each step of the rounding would be a jump.
const ROUNDED: [Platform; 2] = [Platform::Youtube, Platform::Telegram];

/// All alerts of a night, in the order of the table.
pub(crate) async fn rows(store: &Store, night: &JudgedNight) -> Result<Vec<AlertRow>, StoreError> {
    let calendar = Calendar::shipped();
    let mut rows = Vec::new();
    for range in store.account_ranges(night, BACK.window_days, RANGE).await? {
        let mut accounts = store.account_days(night, &range, BACK)?;
        while let Some(account) = Store::next_account(&mut accounts).await? {
            let alerts = of(&account, night, &calendar);
            rows.extend(alerts.into_iter().map(|alert| row(night, &account, alert)));
        }
    }
    rows.sort_by(|a, b| (&a.kind, a.account_id, a.day).cmp(&(&b.kind, b.account_id, b.day)));
    Ok(rows)
}

/// The alerts of an account.
fn of(account: &AccountDaysRow, night: &JudgedNight, calendar: &Calendar) -> Vec<Alert> {
    let today = night.night.date();
    let since = today.saturating_sub(i64::from(ALERT_DAYS).days());
    let days = series(account, today, BACK.days);
    let mut alerts = raids(&days);
    let is_rounded = account
        .platform
        .parse()
        .is_ok_and(|platform: Platform| ROUNDED.contains(&platform));
    if !is_rounded {
        alerts.extend(follower_jumps(&closed(account, &days)));
    }
    alerts.retain(|alert| alert.on > since);
    if account.posts_known != 0 {
        let posted_on: Vec<Date> = account.posted_on.iter().map(|day| day.date()).collect();
        // Beyond that it is dormant, which presence tells.
        let dormant = today.saturating_sub(DORMANT_AFTER_DAYS.days());
        alerts.extend(silence(&posted_on, today, calendar).filter(|alert| alert.on >= dormant));
    }
    let last = last_closed_monday(
        night
            .as_of
            .timestamp()
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date(),
    );
    alerts.extend(week_alerts(&weeks(account, last), since, calendar));
    // A week that is odd by a raid, and one with a raid and a jump, is told by the first.
    let raided: Vec<Date> = alerts
        .iter()
        .filter(|alert| alert.kind == AlertKind::Raid)
        .map(|alert| alert.on)
        .collect();
    alerts.retain(|alert| {
        alert.kind != AlertKind::WeekChange
            || !raided
                .iter()
                .any(|day| alert.on <= *day && *day < alert.on.saturating_add(7.days()))
    });
    alerts
}

fn row(night: &JudgedNight, account: &AccountDaysRow, alert: Alert) -> AlertRow {
    AlertRow {
        night: night.night,
        run_id: night.run_id.clone(),
        account_id: account.account_id,
        platform: account.platform.clone(),
        collectivity_id: account.collectivity_id.clone(),
        kind: alert.kind.to_string(),
        day: Day::from(alert.on),
        says_fr: alert.says_fr,
        says_en: alert.says_en,
        figures: alert
            .figures
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    }
}
