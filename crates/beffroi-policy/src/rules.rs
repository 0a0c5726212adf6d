//! The rules, and what holds for a platform and a metric.

use std::{collections::BTreeMap, fmt};

use beffroi_model::Platform;
use jiff::civil::Date;
use serde::Serialize;
use strum::{Display, EnumString, IntoStaticStr, VariantNames};

use crate::{DEFAULT_FILE, Metric, read, read::Wrong};

/// How long raw figures may be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// So many days, 1 or more.
    Days(u16),
    /// For good.
    Unbounded,
}

impl Storage {
    /// Days for comparison: for good is longer than any number.
    pub(crate) fn length(self) -> u32 {
        match self {
            Self::Days(days) => days.into(),
            Self::Unbounded => u32::MAX,
        }
    }
}

impl Serialize for Storage {
    /// As the file has it: a number or `unbounded`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Days(days) => serializer.serialize_u16(*days),
            Self::Unbounded => serializer.serialize_str("unbounded"),
        }
    }
}

impl fmt::Display for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days} days"),
            Self::Unbounded => f.write_str("unbounded"),
        }
    }
}

/// Whether figures may enter a figure together with those of other platforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Combination {
    /// Whether they may.
    pub allowed: bool,
}

/// How figures may be published.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Display, EnumString, IntoStaticStr, VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Shown {
    /// As they are.
    Yes,
    /// As they are, with the notice beside them.
    Notice,
    /// Only within figures over several accounts.
    Aggregated,
    /// Not at all.
    No,
}

/// Whether and how figures may be published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Publication {
    /// How.
    pub how: Shown,
    /// The words to show beside them; empty: none.
    pub notice: String,
    /// The same in French; where the file has none, the words as they are.
    pub notice_fr: String,
}

/// Words to be shown beside figures, in both languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice<'a> {
    /// English, as the file's `notice`.
    pub en: &'a str,
    /// French.
    pub fr: &'a str,
}

/// Where a rule was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Address or name of the document; `none stated` where nothing was found that says it.
    pub source: String,
    /// The day it was read.
    pub read: Date,
    /// What is unsure or has to be known besides; empty: nothing.
    pub note: String,
}

/// What is allowed, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule<T> {
    /// What is allowed.
    #[serde(flatten)]
    pub is: T,
    /// Who says so.
    #[serde(flatten)]
    pub source: Source,
}

/// The rule of `store`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Stored {
    /// For how long.
    pub days: Storage,
}

/// The three rules for one metric of one platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// How long raw figures may be stored.
    pub store: Rule<Stored>,
    /// Whether they may be combined with other platforms'.
    pub combine: Rule<Combination>,
    /// Whether and how they may be published.
    pub publish: Rule<Publication>,
}

/// A written consent of a platform to more than its terms allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Amendment {
    /// Who consented.
    pub platform: Platform,
    /// For which metrics; empty: all.
    pub metrics: Vec<Metric>,
    /// Whether figures may be combined now.
    pub combine: Option<bool>,
    /// How long figures may be stored now.
    pub store_days: Option<Storage>,
    /// The document that says so.
    pub document: String,
    /// The day it was signed.
    pub signed: Date,
}

/// All rules, amendments applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policies {
    pub(crate) rules: BTreeMap<(Platform, Metric), Policy>,
    pub(crate) amendments: Vec<Amendment>,
}

impl Default for Policies {
    /// The shipped ones.
    fn default() -> Self {
        read::whole(DEFAULT_FILE).expect("the shipped policies are read by a test")
    }
}

impl Policies {
    /// The shipped rules with an operator's file over them: a platform that it names is replaced
    /// whole, the others stay, and its amendments are added.
    pub fn with_file(text: &str) -> Result<Self, Wrong> {
        read::over_default(text)
    }

    /// What holds; `None` for a metric that the platform cannot have.
    pub fn get(&self, platform: Platform, metric: Metric) -> Option<&Policy> {
        self.rules.get(&(platform, metric))
    }

    /// Everything, by platform and metric.
    pub fn iter(&self) -> impl Iterator<Item = (Platform, Metric, &Policy)> {
        self.rules
            .iter()
            .map(|((platform, metric), policy)| (*platform, *metric, policy))
    }

    /// The amendments declared.
    pub fn amendments(&self) -> &[Amendment] {
        &self.amendments
    }

    /// The rule for which figures made of these metrics may not enter a figure over several
    /// platforms; `None` when they may.
    pub fn refuses_to_combine(
        &self,
        platform: Platform,
        metrics: &[Metric],
    ) -> Option<&Rule<Combination>> {
        let mut rules = self.of(platform, metrics).map(|policy| &policy.combine);
        rules.find(|rule| !rule.is.allowed)
    }

    /// The rule for which figures of one account, made of these metrics, may not be published; the
    /// strictest, `None` when they may.
    pub fn refuses_to_show(
        &self,
        platform: Platform,
        metrics: &[Metric],
    ) -> Option<&Rule<Publication>> {
        let is = |how: Shown| move |rule: &&Rule<Publication>| rule.is.how == how;
        let rules = || self.of(platform, metrics).map(|policy| &policy.publish);
        let never = rules().find(is(Shown::No));
        never.or_else(|| rules().find(is(Shown::Aggregated)))
    }

    /// The same for figures over several accounts.
    pub fn refuses_to_aggregate(
        &self,
        platform: Platform,
        metrics: &[Metric],
    ) -> Option<&Rule<Publication>> {
        let mut rules = self.of(platform, metrics).map(|policy| &policy.publish);
        rules.find(|rule| rule.is.how == Shown::No)
    }

    /// What has to be shown beside figures made of these metrics, in English and French.
    pub fn notices(&self, platform: Platform, metrics: &[Metric]) -> Vec<Notice<'_>> {
        let mut notices: Vec<Notice<'_>> = self
            .of(platform, metrics)
            .map(|policy| &policy.publish.is)
            .filter(|publication| !publication.notice.is_empty())
            .map(|publication| Notice {
                en: &publication.notice,
                fr: &publication.notice_fr,
            })
            .collect();
        notices.sort_unstable();
        notices.dedup();
        notices
    }

    fn of<'a>(
        &'a self,
        platform: Platform,
        metrics: &[Metric],
    ) -> impl Iterator<Item = &'a Policy> {
        metrics
            .iter()
            .filter_map(move |metric| self.get(platform, *metric))
    }
}
