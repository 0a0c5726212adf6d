//! What a report may show: which of its columns have to be left out for which platforms, and what has
//! to be said of it.

use std::collections::BTreeMap;

use beffroi_model::Platform;
use beffroi_policy::{Metric, Policies, Shown, Source};
use serde::Serialize;

/// The figures of which each column of the engagement report is made.
const ENGAGEMENT: [(&str, &[Metric]); 6] = [
    ("followers", &[Metric::Followers]),
    ("posts_per_week", &[Metric::Posts]),
    (
        "interactions_per_post",
        &[Metric::Reactions, Metric::Comments, Metric::Shares],
    ),
    ("reply_rate", &[Metric::Dialogue]),
    ("reply_delay_hours", &[Metric::Dialogue]),
    (
        "engagement_e",
        &[
            Metric::Followers,
            Metric::Reactions,
            Metric::Comments,
            Metric::Shares,
        ],
    ),
];

/// The columns of which the report over all platforms has a median.
const PEERS: [&str; 4] = [
    "posts_per_week",
    "interactions_per_post",
    "reply_rate",
    "engagement_e",
];

/// What is left out of a report, and what is said of it. In JSON as the field `policy`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Gate {
    left_out: Vec<LeftOut>,
    notices: Vec<Notice>,
}

/// Columns of a platform that are left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct LeftOut {
    platform: Platform,
    columns: Vec<&'static str>,
    because: &'static str,
    source: String,
}

/// Words to show beside the figures of a platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Notice {
    platform: Platform,
    notice: String,
}

/// How a report uses figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Account by account.
    EachAccount,
    /// In figures over accounts of several platforms.
    Together,
}

impl Use {
    /// Whether a report of that use has the column.
    fn has(self, column: &str) -> bool {
        match self {
            Self::EachAccount => true,
            Self::Together => PEERS.contains(&column),
        }
    }
}

impl Gate {
    /// The gate of the engagement report, or of one made of it, for these platforms.
    pub(crate) fn of_engagement(policies: &Policies, platforms: &[Platform], used: Use) -> Self {
        let mut gate = Self::default();
        for platform in platforms {
            let mut shown: Vec<Metric> = Vec::new();
            for (column, metrics) in ENGAGEMENT.into_iter().filter(|(name, _)| used.has(name)) {
                match refusal(policies, *platform, metrics, used) {
                    Some((because, source)) => gate.leave_out(*platform, column, because, source),
                    None => shown.extend(metrics),
                }
            }
            let notices = policies.notices(*platform, &shown);
            gate.notices
                .extend(notices.into_iter().map(|notice| Notice {
                    platform: *platform,
                    notice: notice.to_owned(),
                }));
        }
        gate
    }

    fn leave_out(
        &mut self,
        platform: Platform,
        column: &'static str,
        because: &'static str,
        source: &Source,
    ) {
        let alike = |it: &&mut LeftOut| {
            it.platform == platform && it.because == because && it.source == source.source
        };
        match self.left_out.iter_mut().find(alike) {
            Some(it) => it.columns.push(column),
            None => self.left_out.push(LeftOut {
                platform,
                columns: vec![column],
                because,
                source: source.source.clone(),
            }),
        }
    }

    /// The parameter `policy` of the statement: which columns are NULL for which platforms, and what
    /// is said of each platform.
    pub(crate) fn parameter(&self) -> String {
        let mut withheld: BTreeMap<&str, Vec<Platform>> = BTreeMap::new();
        for it in &self.left_out {
            for column in &it.columns {
                withheld.entry(column).or_default().push(it.platform);
            }
        }
        let mut notes: BTreeMap<Platform, String> = BTreeMap::new();
        for (platform, line) in self.lines() {
            let note = notes.entry(platform).or_default();
            if !note.is_empty() {
                note.push_str("; ");
            }
            note.push_str(&line);
        }
        serde_json::json!({ "withheld": withheld, "notes": notes }).to_string()
    }

    /// The footnotes: a platform and what is said of it.
    pub(crate) fn footnotes(&self) -> Vec<String> {
        let lines = self.lines().into_iter();
        lines
            .map(|(platform, line)| format!("{platform}: {line}"))
            .collect()
    }

    fn lines(&self) -> Vec<(Platform, String)> {
        let left_out = self.left_out.iter().map(|it| {
            let columns: Vec<String> = it.columns.iter().map(|it| it.replace('_', " ")).collect();
            let line = format!(
                "{} left out, {} ({})",
                columns.join(", "),
                it.because.replace('_', " "),
                it.source
            );
            (it.platform, line)
        });
        let notices = self
            .notices
            .iter()
            .map(|it| (it.platform, it.notice.clone()));
        let mut lines: Vec<_> = left_out.chain(notices).collect();
        lines.sort_by_key(|(platform, _)| *platform);
        lines
    }
}

/// Why a column has to be left out, and who says so.
fn refusal<'a>(
    policies: &'a Policies,
    platform: Platform,
    metrics: &[Metric],
    used: Use,
) -> Option<(&'static str, &'a Source)> {
    let published = match used {
        Use::EachAccount => policies.refuses_to_show(platform, metrics),
        Use::Together => policies.refuses_to_aggregate(platform, metrics),
    };
    if let Some(rule) = published {
        let because = match rule.is.how {
            Shown::Aggregated => "published_only_in_aggregates",
            Shown::No | Shown::Notice | Shown::Yes => "not_to_be_published",
        };
        return Some((because, &rule.source));
    }
    let combined = policies
        .refuses_to_combine(platform, metrics)
        .filter(|_| used == Use::Together)?;
    Some(("not_to_be_combined_with_other_platforms", &combined.source))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLATFORMS: [Platform; 3] = [Platform::X, Platform::Youtube, Platform::Mastodon];

    #[test]
    fn each_account_of_x_is_withheld_and_youtube_is_labelled() {
        let gate = Gate::of_engagement(&Policies::default(), &PLATFORMS, Use::EachAccount);
        assert_eq!(gate.left_out.len(), 1);
        assert_eq!(gate.left_out[0].platform, Platform::X);
        assert_eq!(gate.left_out[0].columns.len(), ENGAGEMENT.len());
        assert_eq!(gate.notices.len(), 1);
        assert_eq!(gate.notices[0].platform, Platform::Youtube);
        let parameter: serde_json::Value = serde_json::from_str(&gate.parameter()).unwrap();
        assert_eq!(
            parameter["withheld"]["engagement_e"],
            serde_json::json!(["x"])
        );
        assert!(parameter["notes"].get("mastodon").is_none());
        assert_eq!(gate.footnotes().len(), 2);
    }

    #[test]
    fn youtube_enters_no_figure_over_platforms_until_its_amendment_is_declared() {
        let left_out = |policies: &Policies| -> Vec<Platform> {
            let gate = Gate::of_engagement(policies, &PLATFORMS, Use::Together);
            gate.left_out.iter().map(|it| it.platform).collect()
        };
        assert_eq!(left_out(&Policies::default()), [Platform::Youtube]);
        let amended = "[[amendments]]\nplatform = 'youtube'\ncombine = true\ndocument = 'letter'\nsigned = 2026-12-01";
        let policies = Policies::with_file(amended).unwrap();
        assert_eq!(left_out(&policies), []);
    }
}
