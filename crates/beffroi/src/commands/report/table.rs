//! Reports as tables on a terminal: which columns there is room for, and how a cell is written.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_store::ReportRows;
use serde_json::Value;

use super::columns::{Dictionary, word};
use crate::{
    gate::Gate,
    output::{self, MISSING, say},
    words::Lang,
};

/// A column of a table, made of one or more of the statement's.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell {
    /// A text, as it is.
    Text(&'static str),
    /// A word or a list of words of the data, translated.
    Word(&'static str),
    /// A number.
    Number(&'static str),
    /// A share, in percent.
    Percent(&'static str),
    /// A number with the ends of its interval, `…_low` and `…_high`: `62 [51–70]`.
    Interval(&'static str),
    /// The same of a share, in percent.
    PercentInterval(&'static str),
    /// Ranks of a tie group: `3–7 / 212`, of the columns from, to and of.
    Ranks(&'static str, &'static str, &'static str),
}

impl Cell {
    /// The first of its columns.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Text(name)
            | Self::Word(name)
            | Self::Number(name)
            | Self::Percent(name)
            | Self::Interval(name)
            | Self::PercentInterval(name)
            | Self::Ranks(name, ..) => name,
        }
    }

    pub(super) fn is_text(self) -> bool {
        matches!(self, Self::Text(_) | Self::Word(_))
    }

    /// What stands above it.
    pub(super) fn heading(self, dictionary: &Dictionary, lang: Lang) -> String {
        let name = self.column();
        let name = if name.ends_with("_rank_from") {
            "rank_from"
        } else {
            name
        };
        let heading = dictionary.heading(name, lang);
        match self {
            Self::Percent(_) | Self::PercentInterval(_) => format!("{heading} %"),
            _ => heading,
        }
    }

    /// What stands in it.
    pub(super) fn write(self, row: &Row<'_>, lang: Lang) -> String {
        let missing = || MISSING.to_owned();
        match self {
            Self::Text(name) => row.text(name),
            Self::Word(name) => match row.get(name) {
                Value::Array(words) => {
                    let words = words.iter().filter_map(Value::as_str);
                    words
                        .map(|it| word(it, lang))
                        .collect::<Vec<_>>()
                        .join(", ")
                }
                Value::String(text) => word(text, lang),
                _ => missing(),
            },
            Self::Number(name) => row.number(name).map_or_else(missing, |it| lang.figure(it)),
            Self::Percent(name) => row.number(name).map_or_else(missing, |it| lang.percent(it)),
            Self::Interval(name) => row
                .interval(name)
                .map_or_else(missing, |(value, low, high)| {
                    format!("{value:.0} [{low:.0}–{high:.0}]")
                }),
            Self::PercentInterval(name) => {
                row.interval(name)
                    .map_or_else(missing, |(value, low, high)| {
                        let [value, low, high] = [value, low, high].map(|it| 100.0 * it);
                        format!("{value:.0} [{low:.0}–{high:.0}]")
                    })
            }
            Self::Ranks(from, to, of) => {
                let ranks = (row.number(from), row.number(to), row.number(of));
                let (Some(from), Some(to), Some(of)) = ranks else {
                    return missing();
                };
                let of = lang.number(of, 0);
                if from == to {
                    format!("{from} / {of}")
                } else {
                    format!("{from}–{to} / {of}")
                }
            }
        }
    }
}

/// A row of a result, by the names of its columns.
pub(super) struct Row<'a> {
    rows: &'a ReportRows,
    values: &'a [Value],
}

impl<'a> Row<'a> {
    /// All rows of a result.
    pub(super) fn all(rows: &'a ReportRows) -> impl Iterator<Item = Self> {
        rows.data.iter().map(move |values| Self { rows, values })
    }

    /// A value; NULL where there is no such column.
    pub(super) fn get(&self, name: &str) -> &'a Value {
        let index = self.rows.meta.iter().position(|it| it.name == name);
        index.map_or(&Value::Null, |index| &self.values[index])
    }

    /// Whether the result has such a column.
    pub(super) fn is_column(&self, name: &str) -> bool {
        self.rows.meta.iter().any(|it| it.name == name)
    }

    /// A number; ClickHouse writes 64-bit integers as strings, for the sake of JavaScript.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name) {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        }
    }

    fn interval(&self, name: &str) -> Option<(f64, f64, f64)> {
        let value = self.number(name)?;
        let stem = name.strip_suffix("_score").unwrap_or(name);
        let low = self.number(&format!("{stem}_low"))?;
        let high = self.number(&format!("{stem}_high"))?;
        Some((value, low, high))
    }

    /// A text; empty where it is NULL.
    pub(super) fn text(&self, name: &str) -> String {
        match self.get(name) {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            Value::Array(values) => {
                let texts = values.iter().filter_map(Value::as_str);
                texts.collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }

    /// Why a column is NULL: by the map `unavailable`, else by the column of reasons beside it.
    pub(super) fn reason(&self, column: &str) -> Option<String> {
        let told = self.get("unavailable").get(column).and_then(Value::as_str);
        if let Some(why) = told {
            return Some(why.to_owned());
        }
        let beside = match column {
            "total" => "why".to_owned(),
            _ => {
                let stem = column.strip_suffix("_score").unwrap_or(column);
                format!("{}_why", stem.strip_suffix("_from").unwrap_or(stem))
            }
        };
        Some(self.text(&beside)).filter(|why| !why.is_empty())
    }

    /// Whether a list of words has one.
    pub(super) fn has(&self, name: &str, word: &str) -> bool {
        let words = self.get(name).as_array();
        words.is_some_and(|words| words.iter().any(|it| it == word))
    }
}

/// Prints a table.
pub(super) fn print(
    rows: &ReportRows,
    cells: &[Cell],
    dictionary: &Dictionary,
    lang: Lang,
) -> anyhow::Result<()> {
    let texts = cells.iter().take_while(|cell| cell.is_text()).count();
    let headings = cells.iter().map(|cell| cell.heading(dictionary, lang));
    let mut table = output::table(headings, texts);
    for row in Row::all(rows) {
        table.add_row(cells.iter().map(|cell| cell.write(&row, lang)));
    }
    say!("{table}")
}

/// Why cells are missing: of each column the reasons, with how many cells each has.
pub(super) fn reasons(
    rows: &ReportRows,
    cells: &[Cell],
    gate: &Gate,
    lang: Lang,
) -> Option<String> {
    let dictionary = Dictionary::shipped();
    let colon = lang.pick("\u{a0}:", ":");
    let mut columns = Vec::new();
    for cell in cells.iter().filter(|cell| !cell.is_text()) {
        let column = cell.column();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for row in Row::all(rows).filter(|row| row.get(column).is_null()) {
            let platform = row.text("platform");
            let why = match row.reason(column) {
                _ if gate.withholds(&platform, column) => "not_publishable".to_owned(),
                Some(why) => why,
                // What stands beside a figure that is withheld (its posts, its interval) goes with it.
                None if gate.is_about(&platform) => "not_publishable".to_owned(),
                None => "unknown".to_owned(),
            };
            *counts.entry(word(&why, lang)).or_default() += 1;
        }
        if !counts.is_empty() {
            let counts: Vec<String> = counts
                .iter()
                .map(|(why, count)| format!("{why} ({count})"))
                .collect();
            let heading = cell.heading(&dictionary, lang);
            columns.push(format!("{heading}{colon} {}", counts.join(", ")));
        }
    }
    let title = lang.pick("Manquent", "Missing");
    let semicolon = lang.pick("\u{a0}; ", "; ");
    (!columns.is_empty()).then(|| format!("{title}{colon} {}", columns.join(semicolon)))
}

/// The flags that occur, explained.
pub(super) fn legend(rows: &ReportRows, lang: Lang) -> Vec<&'static str> {
    flags(rows, lang)
        .into_iter()
        .map(|(_, line)| line)
        .collect()
}

/// The flags that occur, each with its explanation.
pub(super) fn flags(rows: &ReportRows, lang: Lang) -> Vec<(&'static str, &'static str)> {
    let known = [
        (
            "partial_e",
            "E partiel : une composante n'est pas montrée ; comparé seulement aux E de mêmes composantes",
            "partial E: a component is not shown; compared only with E over the same ones",
        ),
        (
            "young_posts",
            "publ. jeunes : des publications de moins de 7 jours ne comptent pas encore",
            "young posts: posts younger than 7 days do not count yet",
        ),
        (
            "short_series",
            "série courte : compte suivi depuis moins longtemps que la fenêtre ; publications par semaine et activité sont sous-estimées",
            "short series: an account watched for less than the window; posts per week and activity are understated",
        ),
        (
            "assumed_followers",
            "abonnés supposés : pour certaines publications, ceux d'aujourd'hui tiennent lieu de ceux d'alors",
            "assumed followers: for some posts today's stand in for those of the day",
        ),
        (
            "widened_peers",
            "pairs élargis : moins de 20 pairs de même catégorie et strate",
            "widened peers: fewer than 20 peers of the same category and stratum",
        ),
        (
            "peers_changed",
            "autres pairs : classé dans un autre groupe la première nuit",
            "other peers: ranked in another group in the earlier night",
        ),
        (
            "implausible",
            "saut douteux : un chiffre a décuplé ou chuté au dixième en une nuit",
            "implausible jump: a figure rose tenfold or fell to a tenth overnight",
        ),
        (
            "not_covered",
            "strate mal couverte : trop peu de comptes de la strate ont été mesurés cette nuit-là",
            "stratum not covered: too few accounts of the stratum were measured that night",
        ),
    ];
    let found: BTreeSet<String> = Row::all(rows)
        .filter_map(|row| row.get("flags").as_array())
        .flatten()
        .filter_map(|flag| flag.as_str().map(str::to_owned))
        .collect();
    let found = known.into_iter().filter(|(flag, ..)| found.contains(*flag));
    found
        .map(|(flag, fr, en)| (flag, lang.pick(fr, en)))
        .collect()
}
