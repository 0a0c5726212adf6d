//! Long histories of accounts, with the parameters that stand behind them: what a judgement is tested
//! on. They are not served and not part of the truth of a night; they share with what is served the
//! bodies, the handles, the planted cases and the laws of the calibration figures (section 5), and add
//! what a night cannot show: growth, seasons, and events with their day.

use beffroi_model::{Collectivity, Platform};
use jiff::{Timestamp, ToSpan as _, civil::Date, tz::TimeZone};

use super::{
    World,
    event::{Event, EventKind, event},
    network::{Fate, Law, NetworkAccount},
    social::Case,
};
use crate::draw::Draw;

/// An account over many nights.
#[derive(Debug, Clone)]
pub struct AccountHistory<'a> {
    /// Whose it is.
    pub body: &'a Collectivity,
    /// Where.
    pub platform: Platform,
    /// Its canonical handle.
    pub handle: &'a str,
    /// The planted case.
    pub case: Case,
    /// Hidden: interactions of its median post per thousand followers, before chance and noise. What an
    /// index of engagement should find.
    pub true_engagement: f64,
    /// Hidden: the share of threads that it answers.
    pub true_reply_rate: f64,
    /// Hidden: what happened to it.
    pub event: Option<Event>,
    /// Followers at the end of each night, oldest first.
    pub followers: Vec<(Date, u64)>,
    /// Its posts with their final counters, oldest first.
    pub posts: Vec<HistoryPost>,
    /// Visitors' threads of the last 120 days, at most forty of a post but a raided one's, oldest first.
    pub threads: Vec<HistoryThread>,
}

/// A post with its final counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryPost {
    /// When it was published.
    pub published_at: Timestamp,
    /// Likes.
    pub reactions: u64,
    /// Comments.
    pub comments: u64,
    /// Shares.
    pub shares: u64,
}

/// A visitor's thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistoryThread {
    /// Under which of the posts.
    pub post: usize,
    /// When the visitor wrote.
    pub opened_at: Timestamp,
    /// When the account first replied, if it did.
    pub replied_at: Option<Timestamp>,
}

/// Days over which threads are told.
const THREAD_DAYS: i32 = 120;

/// Threads told of a post at the most, a raid's excepted: of a large page's post some are enough.
const THREADS_OF_POST: u64 = 40;

/// Standard deviation of the logarithm of accounts' true engagement, and of their posts'.
const BETWEEN: f64 = 0.7;
const WITHIN: f64 = 1.1;

/// Standard deviation of the logarithm of a post's share of comments, and of shares.
const MIX: f64 = 0.5;

impl World {
    /// The histories of a network's sound accounts over so many days up to the world's `as_of`; always
    /// the same.
    pub fn histories(
        &self,
        platform: Platform,
        days: i32,
    ) -> impl Iterator<Item = AccountHistory<'_>> {
        let accounts = self.networks.accounts.iter();
        accounts
            .filter(move |account| account.platform == platform && account.fate == Fate::Sound)
            .map(move |account| self.history(account, days))
    }

    fn history<'a>(&'a self, account: &'a NetworkAccount, days: i32) -> AccountHistory<'a> {
        let body = &self.bodies[account.body as usize].collectivity;
        let law = Law::of(account.platform, body);
        let mut draw = account.draw("history");
        let people = f64::from(body.population.max(50));
        let followers = match account.case {
            Case::BoughtFans => people * 0.3 + 60.0,
            Case::LivelyVillage => people * 0.6 + 40.0,
            _ => people * draw.log_normal(law.audience, 0.8) + 20.0 * draw.unit(),
        }
        .max(3.0);
        let size = (followers / 10_000.0).clamp(1.0, 100.0);
        let true_engagement = match account.case {
            Case::BoughtFans | Case::PostingToSilence => 0.05,
            Case::LivelyVillage => 330.0,
            _ => 9.6 * size.powf(-0.49) * draw.log_normal(1.0, BETWEEN),
        };
        let true_reply_rate = match account.case {
            Case::AnswersEveryone => 1.0,
            _ if draw.chance(0.25) => 0.0,
            _ => (draw.unit() * draw.unit() * 0.8).min(1.0),
        };
        let today = TimeZone::UTC.to_datetime(self.settings.as_of).date();
        let event = event(account.case, today, &mut draw);
        let mut history = AccountHistory {
            body,
            platform: account.platform,
            handle: &account.handle,
            case: account.case,
            true_engagement,
            true_reply_rate,
            event,
            followers: Vec::new(),
            posts: Vec::new(),
            threads: Vec::new(),
        };
        let per_week = match account.case {
            Case::PostingToSilence => 70.0,
            Case::Raid | Case::LivelyVillage | Case::AnswersEveryone => law.per_week.max(5.0),
            _ => (law.per_week * draw.log_normal(0.83, 0.6)).min(25.0),
        };
        Living {
            history: &mut history,
            as_of: self.settings.as_of,
            today,
            per_week,
            fans: followers,
            fans_before: None,
            growth: (0.003 + 0.017 * draw.unit()) / 30.0,
            draw: &mut draw,
        }
        .live(days);
        history
    }
}

/// An account while it lives from day to day.
struct Living<'a, 'b> {
    history: &'a mut AccountHistory<'b>,
    as_of: Timestamp,
    today: Date,
    per_week: f64,
    fans: f64,
    /// Followers on the eve of the event.
    fans_before: Option<f64>,
    growth: f64,
    draw: &'a mut Draw,
}

impl Living<'_, '_> {
    fn live(mut self, days: i32) {
        // Growth has brought it to where it is: at the begin it had fewer.
        self.fans /= (1.0 + self.growth).powi(days);
        let idle = self.draw.between(95, 240);
        let is_idle = self.history.case == Case::Dormant
            || self.history.case == Case::Ordinary
                && self.history.event.is_none()
                && self.draw.chance(0.15);
        for back in (0..days).rev() {
            let date = self.today.saturating_sub(i64::from(back).days());
            self.grow(date);
            let posted_until = if is_idle { idle } else { -1 };
            if i64::from(back) > posted_until && !self.is(EventKind::Silenced, |on| date >= on) {
                self.post(date);
            }
            let count = self.fans.round().max(1.0) as u64;
            self.history.followers.push((date, count));
        }
        self.history.threads.sort_by_key(|thread| thread.opened_at);
    }

    fn is(&self, kind: EventKind, when: impl Fn(Date) -> bool) -> bool {
        let event = self.history.event.filter(|event| event.kind == kind);
        event.is_some_and(|event| when(event.on))
    }

    fn grow(&mut self, date: Date) {
        // Some come and some leave: more of both than the difference.
        let expected = self.fans * self.growth;
        let spread = 3.0 * (self.draw.unit() + self.draw.unit() + self.draw.unit() - 1.5);
        self.fans += expected + spread * expected.sqrt();
        let by = self.draw.unit();
        if self.history.event.is_some_and(|event| event.on == date) {
            self.fans_before = Some(self.fans);
        }
        if self.is(EventKind::FansBought, |on| on == date) {
            self.fans *= match self.history.case {
                // Many fans, bought by advertising.
                Case::BoughtFans => 12.0,
                _ => 1.33 + by,
            };
        } else if self.is(EventKind::FansPurged, |on| on == date) {
            self.fans *= 0.8 - 0.3 * by;
        } else if self.is(EventKind::Crisis, |on| on == date) {
            self.fans *= 1.15 + 0.3 * by;
        }
        if let Some(event) = self.history.event {
            self.fans *= event.stay_factor(date);
        }
    }

    fn post(&mut self, date: Date) {
        let weekday = match date.weekday().to_monday_zero_offset() {
            6 => 0.5,
            1..=3 => 1.15,
            _ => 1.0,
        };
        let season = if date.month() == 8 { 0.6 } else { 1.0 };
        let event = self.history.event;
        let pace = event.map_or(1.0, |event| event.pace_factor(date));
        let expected = self.per_week / 7.0 * weekday * season * pace;
        let mut count = self.draw.poisson(expected);
        let is_raided = self.is(EventKind::Raid, |on| on == date);
        let is_crisis = self.is(EventKind::Crisis, |on| {
            on <= date && date < on.saturating_add(5.days())
        });
        if (is_raided || is_crisis) && count == 0 {
            count = 1;
        }
        for number in 0..count {
            let second = self.draw.between(8 * 3_600, 19 * 3_600);
            self.publish(date, second, is_raided && number == 0, is_crisis);
        }
    }

    fn publish(&mut self, date: Date, second: i64, is_raided: bool, is_crisis: bool) {
        let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0));
        let at = midnight.map(|at| at.saturating_add(second.seconds()));
        let Ok(Ok(published_at)) = at else { return };
        if published_at >= self.as_of {
            return;
        }
        let mut total = self.interactions(date);
        if is_crisis {
            total *= 12.0;
        }
        // The mix differs from post to post: some are commented, some are passed on.
        let (commented, shared) = (
            0.08 * self.draw.log_normal(1.0, MIX),
            0.14 * self.draw.log_normal(1.0, MIX),
        );
        let of = 0.78 + commented + shared;
        let mut part = |share: f64| (total * share / of + self.draw.unit()) as u64;
        let (reactions, mut comments, shares) = (part(0.78), part(commented), part(shared));
        if self.history.case == Case::PostingToSilence || self.history.case == Case::BoughtFans {
            comments = 0;
        }
        if is_raided {
            comments += 80 + self.draw.below(220) as u64;
        }
        self.history.posts.push(HistoryPost {
            published_at,
            reactions,
            comments,
            shares,
        });
        if date > self.today.saturating_sub(i64::from(THREAD_DAYS).days()) {
            self.threads(published_at, comments, is_raided);
        }
    }

    fn interactions(&mut self, date: Date) -> f64 {
        // Bought fans do nothing: what a post gets comes from those who were there before.
        let mut own = self.fans;
        let is_bought = self.is(EventKind::FansBought, |on| on <= date);
        if is_bought && let Some(before) = self.fans_before {
            own = before;
        }
        let silent = matches!(
            self.history.case,
            Case::BoughtFans | Case::PostingToSilence | Case::LivelyVillage
        );
        if own < 1_000.0 && !silent && self.draw.chance(0.2) {
            return 0.0;
        }
        let sigma = match self.history.case {
            Case::LivelyVillage => 0.4,
            _ => WITHIN,
        };
        let rate = self.history.true_engagement / 1_000.0;
        let event = self.history.event;
        let level = event.map_or(1.0, |event| event.level_factor(date, self.today));
        own * self.draw.log_normal(rate, sigma).min(0.5) * level
    }

    fn threads(&mut self, published_at: Timestamp, comments: u64, is_raided: bool) {
        let post = self.history.posts.len() - 1;
        let rate = if is_raided {
            0.01
        } else {
            self.history.true_reply_rate
        };
        let told = if is_raided {
            comments
        } else {
            comments.min(THREADS_OF_POST)
        };
        for _ in 0..told {
            // Three of four comments open a thread.
            if !self.draw.chance(0.75) {
                continue;
            }
            let wait = 30 + self.draw.exponential(9.0 * 3_600.0) as i64;
            let wait = if is_raided { wait.min(3 * 3_600) } else { wait };
            let opened_at = published_at.saturating_add(wait.seconds());
            let delay = self.draw.log_normal(8.0 * 3_600.0, 1.3).max(90.0) as i64;
            let is_answered = self.draw.chance(rate);
            let Some(opened_at) = opened_at.ok().filter(|at| *at < self.as_of) else {
                continue;
            };
            let replied_at = opened_at
                .saturating_add(delay.seconds())
                .ok()
                .filter(|at| is_answered && *at < self.as_of);
            self.history.threads.push(HistoryThread {
                post,
                opened_at,
                replied_at,
            });
        }
    }
}
