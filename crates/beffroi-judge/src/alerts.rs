//! The alerts of a night and what changed for each account. The days of one range of accounts are in memory at
//! a time; of every account some 700 bytes are kept until all were read, since what changed for an account is
//! told beside what changed for its peers.

use beffroi_index::{
    presence::DORMANT_AFTER_DAYS,
    trends::{
        self, Alert, AlertKind, COMPARED_WEEKS, Calendar, LogWeeks, WeekGrid, YEAR_WEEKS,
        YearFigures, follower_jumps, raids, silence, week_over_week, year_over_year,
    },
};
use beffroi_model::Platform;
use beffroi_store::{
    AccountDaysRow, AccountTrendRow, AlertRow, Day, JudgedNight, LookBack, Store, StoreError,
};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    days::{closed, last_closed_monday, posted_on, series, weeks},
    trend::{self, Held},
};

/// Days before a night in which something is told. An alert stands in the judgement of every night whose
/// days hold it; the first of these nights is the one that found it.
pub const ALERT_DAYS: u16 = 120;

/// Weeks that are looked at: those of alerts, the year before them and its neighbours.
const WEEKS: usize = 72;
const _: () = assert!(WEEKS > YEAR_WEEKS + COMPARED_WEEKS);

/// What is read: the days of alerts and before them those over which a raid's usual is taken; posts of the weeks
/// that are looked at, and of the two or three after them that are not closed.
const BACK: LookBack = LookBack {
    days: ALERT_DAYS + 56,
    weeks: WEEKS as u16 + 3,
    window_days: 90,
};

/// Accounts read at once: some 20 MB.
const RANGE: u32 = 4_096;

/// Days over which an account's rhythm is taken.
const POSTED_DAYS: u16 = 365;

/// Platforms that round the count of followers: each step of the rounding would be a jump.
const ROUNDED: [Platform; 2] = [Platform::Youtube, Platform::Telegram];

/// Days before the night within which followers are those of now.
const FOLLOWERS_DAYS: i64 = 14;

/// All alerts of a night and the trends of its accounts, in the order of the tables.
pub(crate) async fn rows(
    store: &Store,
    night: &JudgedNight,
) -> Result<(Vec<AlertRow>, Vec<AccountTrendRow>), StoreError> {
    let as_of = night.as_of.timestamp().to_zoned(jiff::tz::TimeZone::UTC);
    let looked_at = LookedAt::of(night.night.date(), as_of.date());
    let mut held = Vec::new();
    for range in store.account_ranges(night, BACK.window_days, RANGE).await? {
        let mut accounts = store.account_days(night, &range, BACK)?;
        while let Some(account) = Store::next_account(&mut accounts).await? {
            held.push(looked_at.account(&account));
        }
    }
    let alerts = looked_at.finish(&mut held);
    let mut rows: Vec<AlertRow> = held
        .iter()
        .zip(alerts)
        .flat_map(|(held, alerts)| alerts.into_iter().map(|alert| row(night, held, alert)))
        .collect();
    rows.sort_by(|a, b| (&a.kind, a.account_id, a.day).cmp(&(&b.kind, b.account_id, b.day)));
    let mut trends: Vec<AccountTrendRow> = held.into_iter().map(|held| held.row).collect();
    for row in &mut trends {
        (row.night, row.run_id) = (night.night, night.run_id.clone());
    }
    trends.sort_by_key(|row| row.account_id);
    Ok((rows, trends))
}

/// What a night looks at, and what it tells of the accounts' days and weeks.
pub struct LookedAt {
    calendar: Calendar,
    /// The night.
    pub today: Date,
    /// The weeks, up to the last whose posts are all closed.
    pub grid: WeekGrid,
}

impl LookedAt {
    /// Of a night's date, and that of its windows' end.
    pub fn of(today: Date, as_of: Date) -> Self {
        let calendar = Calendar::shipped();
        let grid = WeekGrid::ending(last_closed_monday(as_of), WEEKS, &calendar);
        Self {
            calendar,
            today,
            grid,
        }
    }

    fn since(&self) -> Date {
        self.today.saturating_sub(i64::from(ALERT_DAYS).days())
    }

    /// The first week of which something is told.
    fn since_week(&self) -> usize {
        let weeks = 0..self.grid.len();
        weeks
            .filter(|week| self.grid.monday(*week) < self.since())
            .count()
    }

    /// What can be told of an account without its peers, and what is kept of it until they are known.
    pub fn account(&self, account: &AccountDaysRow) -> Held {
        let weeks = weeks(account, &self.grid);
        let logs = LogWeeks::of(&weeks);
        let followers = account
            .followers
            .last()
            .filter(|(day, _)| day.date() > self.today.saturating_sub(FOLLOWERS_DAYS.days()));
        let year = YearFigures::of(
            &weeks,
            logs.as_ref(),
            (
                followers.map(|(_, count)| *count),
                account.followers_year_before,
            ),
        );
        let last = weeks.len() - 1;
        let mut row = AccountTrendRow {
            account_id: account.account_id,
            platform: account.platform.clone(),
            ..Default::default()
        };
        trend::set_week(
            &mut row,
            week_over_week(&weeks, last, &self.grid),
            year_over_year(&weeks, last, &self.grid),
        );
        // Beyond that it is dormant, which presence tells.
        let dormant = Day::from(self.today.saturating_sub(DORMANT_AFTER_DAYS.days()));
        Held {
            is_dormant: account.posts.last().is_none_or(|post| post.0 < dormant),
            collectivity_id: account.collectivity_id.clone(),
            stratum: account.stratum.clone(),
            alerts: self.alerts(account),
            logs,
            year,
            row,
        }
    }

    /// Completes what was kept of all accounts of the night by what the peers share, and gives the alerts of
    /// each.
    pub fn finish(&self, held: &mut [Held]) -> Vec<Vec<Alert>> {
        trend::finish(held, &self.grid, self.since_week())
    }

    /// The days of an account in which alerts are looked for, each once, in time.
    pub fn days(&self, account: &AccountDaysRow) -> Vec<trends::Day> {
        series(account, self.today, BACK.days)
    }

    /// The alerts of an account's days.
    fn alerts(&self, account: &AccountDaysRow) -> Vec<Alert> {
        let days = self.days(account);
        let mut alerts = raids(&days);
        let platform = account.platform.parse();
        if !platform.is_ok_and(|platform: Platform| ROUNDED.contains(&platform)) {
            alerts.extend(follower_jumps(&closed(account, &days)));
        }
        alerts.retain(|alert| alert.on > self.since());
        if account.posts_known != 0 {
            let posted_on = posted_on(account, self.today, POSTED_DAYS);
            // Beyond that it is dormant, which presence tells.
            let dormant = self.today.saturating_sub(DORMANT_AFTER_DAYS.days());
            let silence = silence(&posted_on, self.today, &self.calendar);
            alerts.extend(silence.filter(|alert| alert.on >= dormant));
        }
        alerts
    }
}

/// A week that is odd by a raid is told by the raid.
pub(crate) fn without_raided_weeks(alerts: &mut Vec<Alert>) {
    let raided: Vec<Date> = alerts
        .iter()
        .filter(|alert| alert.kind == AlertKind::Raid)
        .map(|alert| alert.on)
        .collect();
    alerts.retain(|alert| {
        let of_week = |day: &Date| alert.on <= *day && *day < alert.on.saturating_add(7.days());
        alert.kind != AlertKind::WeekChange || !raided.iter().any(of_week)
    });
}

fn row(night: &JudgedNight, held: &Held, alert: Alert) -> AlertRow {
    AlertRow {
        night: night.night,
        run_id: night.run_id.clone(),
        account_id: held.row.account_id,
        platform: held.row.platform.clone(),
        collectivity_id: held.collectivity_id.clone(),
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
