//! What befalls accounts in their histories, with its day: what alerts should find, and what they should
//! not take for something else.

use jiff::{ToSpan as _, civil::Date};

use super::social::Case;
use crate::draw::Draw;

/// What befell an account on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub kind: EventKind,
    /// When, or when it began.
    pub on: Date,
}

/// Kinds of events. A crisis is no alert of bought fans or of a raid: followers and interactions rise
/// together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// Fans were bought: a third to twice as many overnight, who do nothing.
    FansBought,
    /// The platform removed a fifth to a half of the followers.
    FansPurged,
    /// A hostile raid of comments under one post.
    Raid,
    /// It stopped posting.
    Silenced,
    /// Its posts get four times as much from then on.
    Risen,
    /// Its posts get a quarter from then on.
    Fallen,
    /// Its posts get less and less: over two hundred days a fifth is left, and it stays so.
    Faded,
    /// It posts a quarter as often from then on.
    Slowed,
    /// Followers leave, a quarter of a percent each day.
    Deserted,
    /// A flood: for five days posts go round, and followers come.
    Crisis,
}

/// Days over which an account fades.
const FADING_DAYS: i32 = 200;

impl Event {
    /// What the posts of a day get, of what they would get without it; chance, and a crisis' few days,
    /// apart.
    pub(super) fn level_factor(&self, date: Date, today: Date) -> f64 {
        if date < self.on || date > today {
            return 1.0;
        }
        match self.kind {
            EventKind::Risen => 4.0,
            EventKind::Fallen => 0.25,
            EventKind::Faded => {
                let days = (date - self.on).get_days().min(FADING_DAYS);
                0.2_f64.powf(f64::from(days) / f64::from(FADING_DAYS))
            }
            _ => 1.0,
        }
    }

    /// How often it posts, of what it would without it.
    pub(super) fn pace_factor(&self, date: Date) -> f64 {
        match self.kind {
            EventKind::Slowed if self.on <= date => 0.25,
            _ => 1.0,
        }
    }

    /// The share of the followers that stays over a day.
    pub(super) fn stay_factor(&self, date: Date) -> f64 {
        match self.kind {
            EventKind::Deserted if self.on <= date => 0.9975,
            _ => 1.0,
        }
    }
}

/// The event of an account: that of its case or, on one in seven of the ordinary ones, any.
pub(super) fn event(case: Case, today: Date, draw: &mut Draw) -> Option<Event> {
    let back = |days: i64| today.saturating_sub(days.days());
    // Old enough for a fortnight after it to be closed, young enough for its usual before it to be known.
    let (on, picked) = (back(draw.between(30, 80)), draw.below(10));
    let silent = back(draw.between(40, 70));
    // Long enough ago that a quarter of a year lies after it.
    let level = back(draw.between(98, 112));
    let slow = back(draw.between(290, 320));
    let is_any = draw.chance(1.0 / 7.0);
    let event = |kind, on| Some(Event { kind, on });
    match case {
        Case::BoughtFans => event(EventKind::FansBought, on),
        Case::Raid => event(EventKind::Raid, on),
        Case::Ordinary if is_any => match picked {
            0 => event(EventKind::FansBought, on),
            1 => event(EventKind::FansPurged, on),
            2 => event(EventKind::Raid, on),
            3 => event(EventKind::Silenced, silent),
            4 => event(EventKind::Risen, level),
            5 => event(EventKind::Fallen, level),
            6 => event(EventKind::Faded, slow),
            7 => event(EventKind::Slowed, level),
            8 => event(EventKind::Deserted, slow),
            _ => event(EventKind::Crisis, on),
        },
        _ => None,
    }
}
