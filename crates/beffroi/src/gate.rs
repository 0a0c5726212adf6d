//! What a report may show: which of its columns have to be left out for which platforms, and what has
//! to be said of it.

use std::collections::BTreeMap;

use beffroi_index::catalogue::Need;
use beffroi_model::Platform;
use beffroi_policy::{Metric, Policies, Shown, Source};
use serde::Serialize;

use crate::words::Lang;

const AGGREGATED: &str = "published_only_in_aggregates";
const NOT_PUBLISHED: &str = "not_to_be_published";
const NOT_COMBINED: &str = "not_to_be_combined_with_other_platforms";

/// The figures of which a column is made. A column of reports that is not here is made of none (presence,
/// ranks within withheld lines) or stands with the one that is, as the intervals with their score.
pub(crate) fn metrics_of(column: &str) -> &'static [Metric] {
    match column {
        "followers" | "audience_score" => &[Metric::Followers],
        "posts_per_week" | "activity_score" => &[Metric::Posts],
        "applause" => &[Metric::Posts, Metric::Reactions],
        "conversation" => &[Metric::Posts, Metric::Comments],
        "amplification" => &[Metric::Posts, Metric::Shares],
        "views_median" => &[Metric::Posts, Metric::Views],
        "reply_rate" | "dialogue_score" => &[Metric::Dialogue],
        "interactions" => &[
            Metric::Posts,
            Metric::Reactions,
            Metric::Comments,
            Metric::Shares,
        ],
        "e" | "engagement_score" => &[
            Metric::Posts,
            Metric::Followers,
            Metric::Reactions,
            Metric::Comments,
            Metric::Shares,
        ],
        // All its parts, so that a total never tells what one of them may not.
        "total" => &[
            Metric::Posts,
            Metric::Followers,
            Metric::Reactions,
            Metric::Comments,
            Metric::Shares,
            Metric::Dialogue,
        ],
        unknown => unreachable!("`{unknown}` is no gated column"),
    }
}

/// The figures of which a metric of the catalogue is made.
pub(crate) fn metrics_needed(needs: &[Need]) -> Vec<Metric> {
    let of = |need: &Need| -> &'static [Metric] {
        match need {
            Need::Followers => &[Metric::Followers],
            Need::Posts => &[Metric::Posts],
            Need::Reactions => &[Metric::Reactions],
            Need::Comments => &[Metric::Comments],
            Need::Shares => &[Metric::Shares],
            Need::Interactions => &[Metric::Reactions, Metric::Comments, Metric::Shares],
            Need::Views => &[Metric::Views],
            Need::Dialogue => &[Metric::Dialogue],
            Need::Inhabitants | Need::Peers | Need::Presence => &[],
        }
    };
    needs.iter().flat_map(of).copied().collect()
}

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
    notice_fr: String,
}

/// How a report uses figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Account by account.
    EachAccount,
    /// In figures over accounts of one platform.
    OnePlatform,
    /// In figures over accounts of several platforms.
    Together,
}

impl Gate {
    /// The gate of a report that shows these columns of these platforms.
    pub(crate) fn new(
        policies: &Policies,
        platforms: &[Platform],
        columns: &[&'static str],
        used: Use,
    ) -> Self {
        let mut gate = Self::default();
        for platform in platforms {
            let mut shown: Vec<Metric> = Vec::new();
            for column in columns {
                let metrics = metrics_of(column);
                match refusal(policies, *platform, metrics, used) {
                    Some((because, source)) => gate.leave_out(*platform, column, because, source),
                    None => shown.extend(metrics),
                }
            }
            let notices = policies.notices(*platform, &shown);
            gate.notices
                .extend(notices.into_iter().map(|notice| Notice {
                    platform: *platform,
                    notice: notice.en.to_owned(),
                    notice_fr: notice.fr.to_owned(),
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

    /// Whether a column of a platform is left out.
    pub(crate) fn withholds(&self, platform: &str, column: &str) -> bool {
        let is_it = |it: &LeftOut| it.platform.as_str() == platform && it.columns.contains(&column);
        self.left_out.iter().any(is_it)
    }

    /// Whether anything of a platform is left out.
    pub(crate) fn is_about(&self, platform: &str) -> bool {
        self.left_out
            .iter()
            .any(|it| it.platform.as_str() == platform)
    }

    /// The parameter `policy` of the statement: which columns are NULL for which platforms, of these those
    /// that may not even enter an aggregate (`never`), and what is said of each platform.
    pub(crate) fn parameter(&self, lang: Lang) -> String {
        let mut withheld: BTreeMap<&str, Vec<Platform>> = BTreeMap::new();
        let mut never: BTreeMap<&str, Vec<Platform>> = BTreeMap::new();
        for it in &self.left_out {
            for column in &it.columns {
                withheld.entry(column).or_default().push(it.platform);
                if it.because == NOT_PUBLISHED {
                    never.entry(column).or_default().push(it.platform);
                }
            }
        }
        let mut notes: BTreeMap<Platform, String> = BTreeMap::new();
        for (platform, line) in self.lines(lang) {
            let note = notes.entry(platform).or_default();
            if !note.is_empty() {
                note.push_str("; ");
            }
            note.push_str(&line);
        }
        serde_json::json!({ "withheld": withheld, "never": never, "notes": notes }).to_string()
    }

    /// The footnotes: a platform and what is said of it.
    pub(crate) fn footnotes(&self, lang: Lang) -> Vec<String> {
        let lines = self.lines(lang).into_iter();
        let colon = lang.pick("\u{a0}:", ":");
        lines
            .map(|(platform, line)| format!("{platform}{colon} {line}"))
            .collect()
    }

    fn lines(&self, lang: Lang) -> Vec<(Platform, String)> {
        let left_out = self.left_out.iter().map(|it| {
            let columns: Vec<String> = it.columns.iter().map(|it| named(it, lang)).collect();
            let because = match (lang, it.because) {
                (Lang::En, because) => because.replace('_', " "),
                (Lang::Fr, AGGREGATED) => "publication en agrégats seulement".to_owned(),
                (Lang::Fr, NOT_COMBINED) => "pas de combinaison avec d'autres réseaux".to_owned(),
                (Lang::Fr, _) => "pas de publication".to_owned(),
            };
            let (columns, source) = (columns.join(", "), &it.source);
            let line = match lang {
                Lang::En => format!("{columns} left out, {because} ({source})"),
                Lang::Fr => format!("sans {columns}\u{a0}: {because} ({source})"),
            };
            (it.platform, line)
        });
        let notices = self
            .notices
            .iter()
            .map(|it| (it.platform, lang.pick(&it.notice_fr, &it.notice).clone()));
        let mut lines: Vec<_> = left_out.chain(notices).collect();
        lines.sort_by_key(|(platform, _)| *platform);
        lines
    }
}

/// A gated column in words.
fn named(column: &str, lang: Lang) -> String {
    let french = match column {
        "followers" => "abonnés",
        "posts_per_week" => "publications par semaine",
        "applause" => "réactions par publication",
        "conversation" => "commentaires par publication",
        "amplification" => "partages par publication",
        "views_median" => "vues par publication",
        "reply_rate" => "taux de réponse",
        "audience_score" => "score d'audience",
        "activity_score" => "score d'activité",
        "engagement_score" => "score d'engagement",
        "dialogue_score" => "score de dialogue",
        "e" => "E",
        "total" => "indice",
        other => other,
    };
    lang.pick(french.to_owned(), column.replace('_', " "))
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
        Use::OnePlatform | Use::Together => policies.refuses_to_aggregate(platform, metrics),
    };
    if let Some(rule) = published {
        let because = match rule.is.how {
            Shown::Aggregated => AGGREGATED,
            Shown::No | Shown::Notice | Shown::Yes => NOT_PUBLISHED,
        };
        return Some((because, &rule.source));
    }
    let combined = policies
        .refuses_to_combine(platform, metrics)
        .filter(|_| used == Use::Together)?;
    Some((NOT_COMBINED, &combined.source))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [&str; 4] = ["followers", "posts_per_week", "e", "reply_rate"];
    const PLATFORMS: [Platform; 3] = [Platform::X, Platform::Youtube, Platform::Mastodon];

    #[test]
    fn each_account_of_x_is_withheld_and_youtube_is_labelled() {
        let gate = Gate::new(&Policies::default(), &PLATFORMS, &COLUMNS, Use::EachAccount);
        assert_eq!(gate.left_out.len(), 1);
        assert_eq!(gate.left_out[0].platform, Platform::X);
        assert_eq!(gate.left_out[0].columns.len(), COLUMNS.len());
        assert_eq!(gate.notices.len(), 1);
        assert_eq!(gate.notices[0].platform, Platform::Youtube);
        let parameter: serde_json::Value = serde_json::from_str(&gate.parameter(Lang::En)).unwrap();
        assert_eq!(parameter["withheld"]["e"], serde_json::json!(["x"]));
        assert_eq!(parameter["never"], serde_json::json!({}));
        assert!(parameter["notes"].get("mastodon").is_none());
        assert_eq!(gate.footnotes(Lang::En).len(), 2);
        let french = gate.footnotes(Lang::Fr);
        assert!(french[0].starts_with("x\u{a0}: sans abonnés, publications par semaine, E"));
        assert!(french[1].contains("l'API de YouTube"), "{french:?}");
    }

    #[test]
    fn youtube_enters_no_figure_over_platforms_until_its_amendment_is_declared() {
        let left_out = |policies: &Policies| -> Vec<Platform> {
            let gate = Gate::new(policies, &PLATFORMS, &COLUMNS, Use::Together);
            gate.left_out.iter().map(|it| it.platform).collect()
        };
        assert_eq!(left_out(&Policies::default()), [Platform::Youtube]);
        let amended = "[[amendments]]\nplatform = 'youtube'\ncombine = true\ndocument = 'letter'\nsigned = 2026-12-01";
        let policies = Policies::with_file(amended).unwrap();
        assert_eq!(left_out(&policies), []);
    }

    #[test]
    fn figures_over_one_platform_need_no_leave_to_combine_but_leave_to_be_published() {
        let gate = Gate::new(&Policies::default(), &PLATFORMS, &COLUMNS, Use::OnePlatform);
        assert_eq!(gate.left_out, []);
        assert_eq!(gate.notices.len(), 1);
        assert_eq!(gate.notices[0].platform, Platform::Youtube);
        let silent = "[platforms.mastodon]\n\
            store = { days = 'unbounded', source = 'S', read = 2026-11-01 }\n\
            combine = { allowed = true, source = 'S', read = 2026-11-01 }\n\
            publish = { how = 'no', source = 'S', read = 2026-11-01 }\n";
        let policies = Policies::with_file(silent).unwrap();
        let gate = Gate::new(&policies, &PLATFORMS, &COLUMNS, Use::OnePlatform);
        assert_eq!(gate.left_out.len(), 1);
        assert_eq!(gate.left_out[0].platform, Platform::Mastodon);
        assert_eq!(gate.left_out[0].because, NOT_PUBLISHED);
        assert_eq!(gate.left_out[0].columns, COLUMNS);
    }
}
