//! Alerts beside what happened: counted, with Wilson's intervals.

use std::{collections::BTreeMap, fmt};

use beffroi_index::{
    dialogue::Share,
    trends::{
        Alert, AlertKind, Compared, LEVEL_ERRORS, YEAR_DEVIATION, can_tell_raid, errors_to_expect,
    },
};
use beffroi_judge::{Held, LookedAt};
use beffroi_sim::{AccountHistory, Event, EventKind, HistoryPost};
use beffroi_store::{AccountDaysRow, Day};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

/// What is told apart: an account, what happened to it, and what was told of it.
pub(super) struct Case<'a> {
    pub(super) history: &'a AccountHistory<'a>,
    pub(super) row: &'a AccountDaysRow,
    pub(super) held: &'a Held,
    pub(super) alerts: &'a [Alert],
}

/// Counts over some countries. It is shown as two tables in Markdown: the alerts that are right, and the
/// events that are found.
#[derive(Debug, Default)]
pub struct Measured {
    /// By alert: right ones, and all.
    precision: BTreeMap<AlertKind, (usize, usize)>,
    /// By alert and event: found, all; and of these those that the data could tell.
    recall: BTreeMap<(AlertKind, EventKind), [(usize, usize); 2]>,
    accounts: usize,
}

fn days_between(a: Date, b: Date) -> i32 {
    (a - b).get_days().abs()
}

/// The alerts that an event should raise, and how many days they may be apart; none where there is no day
/// to hit.
fn raised_by(event: EventKind) -> &'static [(AlertKind, Option<i32>)] {
    match event {
        EventKind::FansBought => &[
            (AlertKind::FollowerJumpUp, Some(1)),
            (AlertKind::YearFollowers, None),
        ],
        EventKind::FansPurged => &[
            (AlertKind::FollowerJumpDown, Some(1)),
            (AlertKind::YearFollowers, None),
        ],
        EventKind::Raid => &[(AlertKind::Raid, Some(0))],
        // The silence begins with the last post before it.
        EventKind::Silenced => &[(AlertKind::Silence, Some(21))],
        EventKind::Risen | EventKind::Fallen => &[
            (AlertKind::ChangePoint, Some(28)),
            (AlertKind::YearEngagement, None),
        ],
        EventKind::Faded => &[(AlertKind::YearEngagement, None)],
        EventKind::Slowed => &[(AlertKind::YearActivity, None)],
        EventKind::Deserted => &[(AlertKind::YearFollowers, None)],
        // Its followers grow by less than half: the year's alert is right and not demanded.
        EventKind::Crisis => &[(AlertKind::WeekChange, Some(6))],
    }
}

/// Whether an alert tells of what happened, be it not what has to be told of it.
fn is_right(alert: &Alert, event: Option<Event>) -> bool {
    use EventKind as E;
    let Some(event) = event else { return false };
    let mut raised = raised_by(event.kind).iter();
    let is_demanded = raised.any(|(kind, apart)| {
        let near = |apart: &i32| days_between(alert.on, event.on) <= *apart;
        *kind == alert.kind && apart.as_ref().is_none_or(near)
    });
    let days = (alert.on - event.on).get_days();
    is_demanded
        || match (alert.kind, event.kind) {
            // Followers who are gone react no more.
            (AlertKind::ChangePoint, E::FansPurged) => days.abs() <= 28,
            (AlertKind::YearEngagement, E::FansPurged | E::Deserted) => true,
            (AlertKind::YearFollowers, E::Crisis) => true,
            // The week lies off the half year before it.
            (AlertKind::WeekChange, E::Risen | E::Fallen | E::Faded) => (-6..=182).contains(&days),
            // A quarter as many posts make long gaps.
            (AlertKind::Silence, E::Slowed) => days >= 0,
            _ => false,
        }
}

/// Whether the data could tell, whatever the method: enough posts, enough followers.
fn could_tell(kind: AlertKind, event: Event, case: &Case<'_>, looked_at: &LookedAt) -> bool {
    let followers = |ratio: f64| -> bool {
        let now = case.row.followers.last().map_or(0, |(_, count)| *count);
        now as f64 * (1.0 - 1.0 / ratio).abs() >= 50.0
    };
    let year = |compared: Option<Compared>, factor: f64| {
        compared.is_some_and(|compared| factor.ln() / compared.error >= YEAR_DEVIATION)
    };
    match kind {
        AlertKind::Raid => {
            let days = looked_at.days(case.row);
            let at = days.iter().position(|day| day.date == event.on);
            at.is_some_and(|at| can_tell_raid(&days[..at], days[at].comments.unwrap_or(0)))
        }
        AlertKind::ChangePoint => {
            let at = looked_at.grid.index_of(event.on);
            let logs = case.held.logs.as_ref();
            let errors = logs
                .zip(at)
                .and_then(|(logs, at)| errors_to_expect(logs, at + 1, 4.0));
            errors.is_some_and(|errors| errors >= LEVEL_ERRORS)
        }
        // Five days of twelve times as much: at least four posts of one week.
        AlertKind::WeekChange => {
            let posts = |week: usize| {
                let of_week = |post: &&HistoryPost| {
                    let day = post.published_at.to_zoned(TimeZone::UTC).date();
                    let days = (day - event.on).get_days();
                    (0..5).contains(&days) && looked_at.grid.index_of(day) == Some(week)
                };
                case.history.posts.iter().filter(of_week).count()
            };
            let at = looked_at.grid.index_of(event.on);
            at.is_some_and(|at| posts(at).max(posts(at + 1)) >= 4)
        }
        AlertKind::YearEngagement => year(case.held.year.engagement.ok(), 4.0),
        AlertKind::YearActivity => year(case.held.year.activity.ok(), 4.0),
        AlertKind::YearFollowers => case.held.year.followers.is_ok(),
        AlertKind::FollowerJumpUp => followers(1.33),
        AlertKind::FollowerJumpDown => followers(0.8),
        AlertKind::Silence => {
            let a_year_ago = Day::from(looked_at.today.saturating_sub(365.days()));
            let by_day = case.row.posts.chunk_by(|one, next| one.0 == next.0);
            by_day.filter(|posts| posts[0].0 > a_year_ago).count() > 8
        }
    }
}

impl Measured {
    pub(super) fn add(&mut self, case: &Case<'_>, looked_at: &LookedAt) {
        self.accounts += 1;
        for alert in case.alerts {
            let (right, all) = self.precision.entry(alert.kind).or_default();
            *right += usize::from(is_right(alert, case.history.event));
            *all += 1;
        }
        let Some(event) = case.history.event else {
            return;
        };
        for (kind, _) in raised_by(event.kind) {
            let of = |alert: &Alert| alert.kind == *kind && is_right(alert, Some(event));
            let is_found = usize::from(case.alerts.iter().any(of));
            let could = could_tell(*kind, event, case, looked_at);
            let [all, told] = self.recall.entry((*kind, event.kind)).or_default();
            (all.0, all.1) = (all.0 + is_found, all.1 + 1);
            if could {
                (told.0, told.1) = (told.0 + is_found, told.1 + 1);
            }
        }
    }

    /// Accounts that were looked at.
    pub fn accounts(&self) -> usize {
        self.accounts
    }

    /// Share of the alerts of a kind that are right; none where there is none.
    pub fn precision(&self, kind: AlertKind) -> Option<Share> {
        let (right, all) = self.precision.get(&kind)?;
        Share::of(*right, *all)
    }

    /// Alerts of a kind that are not right.
    pub fn wrong(&self, kind: AlertKind) -> usize {
        self.precision
            .get(&kind)
            .map_or(0, |(right, all)| all - right)
    }

    /// Share of the events that are found, of those that the data could tell.
    pub fn recall(&self, kind: AlertKind, event: EventKind) -> Option<Share> {
        let [_, (found, all)] = self.recall.get(&(kind, event))?;
        Share::of(*found, *all)
    }
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| alert | right, of those told |\n| --- | --- |")?;
        for (kind, counts) in &self.precision {
            writeln!(f, "| `{kind}` | {} |", share(*counts))?;
        }
        writeln!(
            f,
            "\n| alert | event | found, of all | found, of those the data can tell |\n| --- | --- | --- | --- |"
        )?;
        for ((kind, event), [all, told]) in &self.recall {
            let (event, all, told) = (described(*event), share(*all), share(*told));
            writeln!(f, "| `{kind}` | {event} | {all} | {told} |")?;
        }
        Ok(())
    }
}

/// A share with its interval of 95 %, in words.
fn share((part, whole): (usize, usize)) -> String {
    Share::of(part, whole).map_or("–".to_owned(), |share| {
        let (low, high) = (share.interval.low, share.interval.high);
        format!(
            "{part} of {whole}: {:.2} [{low:.2}, {high:.2}]",
            share.value
        )
    })
}

/// What happens in an event, as the simulator has it.
fn described(event: EventKind) -> &'static str {
    match event {
        EventKind::FansBought => "fans bought: a third to twice as many overnight",
        EventKind::FansPurged => "a fifth to a half of the followers removed by the platform",
        EventKind::Raid => "80 to 300 hostile comments",
        EventKind::Silenced => "no more posts",
        EventKind::Risen => "posts get four times as much, for 14 to 16 weeks",
        EventKind::Fallen => "posts get a quarter, for 14 to 16 weeks",
        EventKind::Faded => "posts fade to a fifth over 200 days",
        EventKind::Slowed => "a quarter as many posts",
        EventKind::Deserted => "followers leave, a quarter of a percent a day",
        EventKind::Crisis => "a flood: twelve times as much for five days",
    }
}
