//! Entries that can be read and make no sense.

use std::collections::BTreeSet;

use super::{Catalogue, Metric};
use crate::problem::Problem;

/// The windows that there are, days.
const WINDOWS: [u16; 4] = [7, 28, 90, 365];

pub(super) fn problems(catalogue: &Catalogue) -> Vec<Problem> {
    let mut problems = Vec::new();
    if catalogue.version == 0 {
        problems.push(Problem::new("version", "expected 1 or more"));
    }
    let mut names = BTreeSet::new();
    for (index, metric) in catalogue.metrics.iter().enumerate() {
        let key = if metric.name.is_empty() {
            format!("metrics.{}", index + 1)
        } else {
            format!("metrics.{}", metric.name)
        };
        if !names.insert(&metric.name) {
            problems.push(Problem::new(&key, "is there twice, expected another name"));
        }
        let own = entry_problems(metric, catalogue.version);
        problems.extend(
            own.into_iter()
                .map(|(field, problem)| Problem::new(format!("{key}.{field}"), problem)),
        );
    }
    problems
}

fn entry_problems(metric: &Metric, version: u32) -> Vec<(&'static str, &'static str)> {
    let mut problems = Vec::new();
    let mut expect = |is_right: bool, field, expected| {
        if !is_right {
            problems.push((field, expected));
        }
    };
    let is_word = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    expect(
        is_word(&metric.name),
        "name",
        "expected lower-case letters, digits and `_`, a letter first",
    );
    for (text, field) in [
        (&metric.title.fr, "title.fr"),
        (&metric.title.en, "title.en"),
        (&metric.formula, "formula"),
        (&metric.unit, "unit"),
        (&metric.source, "source"),
    ] {
        expect(!text.trim().is_empty(), field, "is empty, expected a text");
    }
    expect(
        !metric.windows.is_empty() && metric.windows.iter().all(|days| WINDOWS.contains(days)),
        "windows",
        "expected some of 7, 28, 90, 365",
    );
    expect(
        metric.windows.is_sorted_by(|a, b| a < b),
        "windows",
        "expected each length once, in rising order",
    );
    let french = metric.formula_fr.as_deref();
    expect(
        french.is_none_or(|text| !text.trim().is_empty()),
        "formula_fr",
        "is empty, expected the formula in French, or no such key",
    );
    let levels: BTreeSet<_> = metric.levels.iter().collect();
    expect(
        !levels.is_empty() && levels.len() == metric.levels.len(),
        "levels",
        "expected some of account, platform, collectivity, each once",
    );
    let needs: BTreeSet<_> = metric.needs.iter().collect();
    expect(
        !needs.is_empty() && needs.len() == metric.needs.len(),
        "needs",
        "expected the figures it is computed from, each once",
    );
    expect(
        metric.since >= 1 && metric.since <= version,
        "since",
        "expected a version from 1 to the catalogue's own",
    );
    problems
}

#[cfg(test)]
mod tests {
    use super::super::{Direction, Kind, Level, Need, Status};
    use super::*;
    use crate::problem::InvalidFile;

    #[test]
    fn the_shipped_catalogue_has_what_the_reports_need() {
        let catalogue = Catalogue::shipped();
        for name in [
            "followers",
            "weekly_growth",
            "coverage",
            "posts_per_week",
            "median_gap",
            "applause",
            "conversation",
            "amplification",
            "p1",
            "p2",
            "p3",
            "c1",
            "c2",
            "c3",
            "v1",
            "v2",
            "v3",
            "e",
            "e_components",
            "er_post",
            "interactions_per_inhabitant",
            "views_median",
            "overperformance",
            "reply_rate",
            "reply_delay_median",
            "answered_2h",
            "answered_24h",
            "index_total",
            "rank_shift",
            "discovery_recall",
        ] {
            assert!(catalogue.get(name).is_some(), "{name}");
        }
        let e = catalogue.get("e").unwrap();
        assert_eq!(
            (e.kind, e.direction, e.status),
            (Kind::Rate, Direction::Higher, Status::FromMemory)
        );
        assert_eq!(e.windows, WINDOWS);
        assert_eq!(e.levels, [Level::Account, Level::Platform]);
        assert_eq!(e.needs, [Need::Posts, Need::Interactions, Need::Followers]);
        let delay = catalogue.get("reply_delay_median").unwrap();
        assert_eq!(
            (delay.direction, delay.unit.as_str()),
            (Direction::Lower, "hours")
        );
    }

    #[test]
    fn every_formula_with_words_is_there_in_french() {
        let symbols = ["min", "ln", "exp"];
        for metric in Catalogue::shipped().iter() {
            let mut words = metric
                .formula
                .split(|c: char| !c.is_alphabetic())
                .filter(|word| word.len() > 2 && !symbols.contains(word));
            assert_eq!(
                words.next().is_some(),
                metric.formula_fr.is_some(),
                "{}: {}",
                metric.name,
                metric.formula
            );
        }
    }

    #[test]
    fn everything_wrong_is_told_with_its_key_and_what_was_expected() {
        let text = crate::METRICS_FILE
            .replacen("name = \"coverage\"", "name = \"Cover-age\"", 1)
            .replacen("windows = [7, 28, 90, 365]", "windows = [28, 7, 30]", 1)
            .replacen("unit = \"reactions per post\"", "unit = \" \"", 1)
            .replacen("name = \"p2\"", "name = \"p1\"", 1)
            .replacen("since = 1", "since = 9", 1)
            .replacen("needs = [\"followers\"]", "needs = []", 1);
        let told = Catalogue::parse(&text).unwrap_err().to_string();
        for part in [
            "`metrics.Cover-age.name`: expected lower-case letters",
            "`metrics.followers.windows`: expected some of 7, 28, 90, 365",
            "`metrics.followers.windows`: expected each length once",
            "`metrics.applause.unit`: is empty",
            "`metrics.p1`: is there twice",
            "`metrics.followers.since`: expected a version",
            "`metrics.followers.needs`: expected the figures",
        ] {
            assert!(told.contains(part), "{part} in {told}");
        }
    }

    #[test]
    fn unknown_keys_and_words_are_refused_with_the_known_ones() {
        for (right, wrong, remedy) in [
            ("kind = \"count\"", "kind = \"number\"", "`count`"),
            ("formula = \"F\"", "formla = \"F\"", "`formula`"),
            ("needs = [\"posts\"]", "needs = [\"likes\"]", "`reactions`"),
        ] {
            let text = crate::METRICS_FILE.replacen(right, wrong, 1);
            let InvalidFile::Unreadable(source) = Catalogue::parse(&text).unwrap_err() else {
                panic!("{wrong} was read");
            };
            assert!(source.to_string().contains(remedy), "{source}");
        }
    }
}
