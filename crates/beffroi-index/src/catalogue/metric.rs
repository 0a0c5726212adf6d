//! A metric's entry. The keys are explained at the head of `config/metrics.toml`.

use serde::Deserialize;
use strum::{Display, EnumString, IntoStaticStr};

use super::check::problems;
use crate::problem::InvalidFile;

/// The metrics.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    pub(super) version: u32,
    pub(super) metrics: Vec<Metric>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Its name in SQL, JSON and reports.
    pub name: String,
    /// What people read.
    pub title: Title,
    /// How it is computed, in the notation of the file's head.
    pub formula: String,
    /// The same in French; `None` of a formula without words.
    pub formula_fr: Option<String>,
    /// What one unit of it is.
    pub unit: String,
    /// What kind of number it is.
    pub kind: Kind,
    /// Which way is better.
    pub direction: Direction,
    /// Lengths of the windows over which it is computed, days.
    pub windows: Vec<u16>,
    /// Of what it is computed.
    pub levels: Vec<Level>,
    /// Without what it is missing.
    pub needs: Vec<Need>,
    /// The catalogue's version that brought it.
    pub since: u32,
    /// Who defined it.
    pub source: String,
    /// How well that is known.
    pub status: Status,
}

impl Metric {
    /// The formula as a French reader has it.
    pub fn french_formula(&self) -> &str {
        self.formula_fr.as_deref().unwrap_or(&self.formula)
    }
}

/// A title in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$arm_doc:meta])* $arm:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Display,
            EnumString, IntoStaticStr,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum $name { $($(#[$arm_doc])* $arm),+ }
    };
}

words!(
    /// What kind of number a metric is.
    Kind {
        /// So many.
        Count,
        /// So many per something.
        Rate,
        /// A part of a whole, 0 to 1.
        Share,
        /// A time.
        Duration,
        /// A scale of our own.
        Index,
    }
);

words!(
    /// Which way is better.
    Direction {
        /// More is better.
        Higher,
        /// Less is better.
        Lower,
        /// Neither.
        None,
    }
);

words!(
    /// Of what a metric is computed.
    Level {
        /// Of one account.
        Account,
        /// Of all accounts of a platform.
        Platform,
        /// Of a collectivity over its accounts.
        Collectivity,
    }
);

words!(
    /// A figure without which a metric is missing.
    Need {
        /// Followers.
        Followers,
        /// The list of posts.
        Posts,
        /// Reactions of the posts.
        Reactions,
        /// Comments of the posts.
        Comments,
        /// Shares of the posts.
        Shares,
        /// At least one of the three.
        Interactions,
        /// Views of the posts.
        Views,
        /// Visitors' threads.
        Dialogue,
        /// Inhabitants of the collectivity.
        Inhabitants,
        /// Enough peers.
        Peers,
        /// Which accounts there are, and by which route each was found.
        Presence,
    }
);

words!(
    /// How well a metric's source is known.
    Status {
        /// The formula was read at the source, or in a later work that quotes it.
        Verified,
        /// A known formula; the text could not be opened: not to be printed as a quotation.
        FromMemory,
        /// Defined here.
        Ours,
    }
);

impl Catalogue {
    /// Reads a file, and tells all that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidFile> {
        let catalogue: Self = toml::from_str(text)?;
        InvalidFile::unless(problems(&catalogue), catalogue)
    }

    /// The shipped catalogue.
    pub fn shipped() -> Self {
        Self::parse(crate::METRICS_FILE).expect("the shipped file is tested")
    }

    /// Its version.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The metrics, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Metric> {
        self.metrics.iter()
    }

    /// The metric of that name.
    pub fn get(&self, name: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.name == name)
    }
}
