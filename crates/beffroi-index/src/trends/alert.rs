//! What an alert is, and the days that alerts are looked for in.

use jiff::civil::Date;
use strum::{Display, EnumString, IntoStaticStr};

/// A day of an account. Interactions are those of the posts *published* that day, as the counters
/// of platforms allow no better; comments too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// Which.
    pub date: Date,
    /// Followers at its end, where they were seen.
    pub followers: Option<u64>,
    /// Posts published.
    pub posts: u32,
    /// Reactions to them; `None` where they are not all known.
    pub reactions: Option<u64>,
    /// Comments under them.
    pub comments: Option<u64>,
    /// Shares of them.
    pub shares: Option<u64>,
    /// Visitors' threads opened that day.
    pub threads: Option<DayThreads>,
}

impl Day {
    /// All interactions, over the components that are known; `None` where none is.
    pub fn interactions(&self) -> Option<u64> {
        [self.reactions, self.comments, self.shares]
            .into_iter()
            .flatten()
            .reduce(|a, b| a + b)
    }
}

/// Visitors' threads of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayThreads {
    /// Opened.
    pub opened: u32,
    /// Of these, answered by the account so far.
    pub answered: u32,
}

/// What an alert is about.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Display, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
pub enum AlertKind {
    /// Followers jumped up, and nobody interacts more: bought fans, perhaps.
    FollowerJumpUp,
    /// Followers jumped down: a purge by the platform, perhaps.
    FollowerJumpDown,
    /// A burst of comments without as many reactions, and without answers.
    Raid,
    /// The account stopped posting.
    Silence,
    /// What posts get changed its level for good.
    ChangePoint,
    /// The posts of a week got far more or far less than those of the weeks before.
    WeekChange,
    /// Over a quarter posts get far more or far less than a year before, and peers' do not.
    YearEngagement,
    /// Over a quarter it posts far more or far less often than a year before, and peers do not.
    YearActivity,
    /// It has far more or far fewer followers than a year before, and peers do not.
    YearFollowers,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// What.
    pub kind: AlertKind,
    /// The day it is about.
    pub on: Date,
    /// The figures behind it, by name.
    pub figures: Vec<(&'static str, f64)>,
    /// Why, in a sentence with the figures, in French.
    pub says_fr: String,
    /// The same in English.
    pub says_en: String,
}

impl Alert {
    /// A figure by its name.
    pub fn figure(&self, name: &str) -> Option<f64> {
        let found = self.figures.iter().find(|(other, _)| *other == name);
        found.map(|(_, value)| *value)
    }
}

/// A number as French writes it.
pub(super) fn fr(value: f64, decimals: usize) -> String {
    format!("{value:.decimals$}").replace('.', ",")
}

/// The periods of the calendar behind a sentence, in French and English; empty where there are none.
pub(super) fn marked(marks: &[impl AsRef<str>], fr: &str, en: &str) -> (String, String) {
    if marks.is_empty() {
        return (String::new(), String::new());
    }
    let names: Vec<&str> = marks.iter().map(AsRef::as_ref).collect();
    let french: Vec<&str> = names.iter().map(|name| in_french(name)).collect();
    (
        format!(" ; {fr} {}", french.join(", ")),
        format!("; {en} {}", names.join(", ")),
    )
}

/// The name of a period of the shipped calendar in French; another calendar's as it is.
fn in_french(name: &str) -> &str {
    match name {
        "august" => "août",
        "election_municipal" => "élections municipales",
        "election_departmental_regional" => "élections départementales et régionales",
        "election_presidential" => "élection présidentielle",
        "election_legislative" => "élections législatives",
        "election_european" => "élections européennes",
        other => other,
    }
}
