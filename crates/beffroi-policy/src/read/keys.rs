//! Keys and values of the file, each read with its line.

use beffroi_model::Platform;
use jiff::civil::Date;
use strum::IntoEnumIterator as _;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Problem;
use crate::{Metric, Storage};

/// What `days` may be.
const DAYS: &str = "expected a whole number of days from 1 to 65535, or \"unbounded\"";

/// A table with its place.
pub(super) struct Table<'a> {
    table: &'a DeTable<'a>,
    /// Its path.
    pub(super) name: String,
    /// Its line.
    pub(super) line: usize,
}

impl<'a> Table<'a> {
    pub(super) fn new(table: &'a DeTable<'a>, name: String, line: usize) -> Self {
        Self { table, name, line }
    }

    pub(super) fn path(&self, key: &str) -> String {
        match self.name.as_str() {
            "" => key.to_owned(),
            name => format!("{name}.{key}"),
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, &'a Spanned<DeValue<'a>>)> {
        self.table
            .iter()
            .map(|(key, value)| (key.get_ref().as_ref(), value))
    }
}

/// The text, and what was found wrong with it so far.
pub(super) struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            problems: Vec::new(),
        }
    }

    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn into_problems(mut self) -> Vec<Problem> {
        self.problems.sort_by_key(|problem| problem.line);
        self.problems
    }

    pub(super) fn line(&self, at: usize) -> usize {
        self.text
            .get(..at)
            .unwrap_or(self.text)
            .matches('\n')
            .count()
            + 1
    }

    pub(super) fn wrong_at(&mut self, line: usize, key: &str, problem: &str) {
        self.problems.push(Problem {
            line,
            key: key.to_owned(),
            problem: problem.to_owned(),
        });
    }

    /// Something wrong at a key of the table, or at the table that lacks it.
    pub(super) fn wrong(&mut self, table: &Table<'_>, key: &str, problem: &str) {
        let at = table.get(key).map(|value| self.line(value.span().start));
        self.wrong_at(at.unwrap_or(table.line), &table.path(key), problem);
    }

    pub(super) fn wrong_syntax(&mut self, error: &toml::de::Error) {
        let line = self.line(error.span().map_or(0, |span| span.start));
        let problem = format!("no TOML: {}", error.message().replace('\n', ", "));
        self.wrong_at(line, "", &problem);
    }

    pub(super) fn known_keys(&mut self, table: &Table<'_>, known: &[&str]) {
        let unknown: Vec<&str> = table
            .entries()
            .map(|(name, _)| name)
            .filter(|name| !known.contains(name))
            .collect();
        for name in unknown {
            let problem = format!("there is no such key, expected one of {}", listed(known));
            self.wrong(table, name, &problem);
        }
    }

    pub(super) fn table<'t>(&mut self, table: &Table<'t>, key: &str) -> Option<Table<'t>> {
        let value = table.get(key)?;
        self.as_table(table, key, value)
    }

    pub(super) fn as_table<'t>(
        &mut self,
        parent: &Table<'t>,
        key: &str,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Option<Table<'t>> {
        let DeValue::Table(table) = value.get_ref() else {
            self.wrong(parent, key, &format!("{}expected a table", found(value)));
            return None;
        };
        let line = self.line(value.span().start);
        Some(Table::new(table, parent.path(key), line))
    }

    /// A text that is not empty.
    pub(super) fn text_of(&mut self, table: &Table<'_>, key: &str) -> Option<String> {
        let Some(value) = table.get(key) else {
            self.wrong(table, key, "missing, expected a text in quotes");
            return None;
        };
        match value.get_ref() {
            DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
            _ => {
                self.wrong(
                    table,
                    key,
                    &format!("{}expected a text in quotes", found(value)),
                );
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, table: &Table<'_>, key: &str) -> Option<bool> {
        let expected = "expected `true` or `false`";
        let Some(value) = table.get(key) else {
            self.wrong(table, key, &format!("missing, {expected}"));
            return None;
        };
        let DeValue::Boolean(is) = value.get_ref() else {
            self.wrong(table, key, &format!("{}{expected}", found(value)));
            return None;
        };
        Some(*is)
    }

    pub(super) fn days(&mut self, table: &Table<'_>, key: &str) -> Option<Storage> {
        let Some(value) = table.get(key) else {
            self.wrong(table, key, &format!("missing, {DAYS}"));
            return None;
        };
        let days = match value.get_ref() {
            DeValue::String(text) if text == "unbounded" => Some(Storage::Unbounded),
            DeValue::Integer(number) => {
                let days = u16::from_str_radix(number.as_str(), number.radix()).ok();
                days.filter(|days| *days > 0).map(Storage::Days)
            }
            _ => None,
        };
        if days.is_none() {
            self.wrong(table, key, &format!("{}{DAYS}", found(value)));
        }
        days
    }

    pub(super) fn date(&mut self, table: &Table<'_>, key: &str) -> Option<Date> {
        let expected = "expected a day, as 2026-11-26";
        let Some(value) = table.get(key) else {
            self.wrong(table, key, &format!("missing, {expected}"));
            return None;
        };
        let date = match value.get_ref() {
            DeValue::Datetime(moment) => moment.to_string().parse().ok(),
            DeValue::String(text) => text.parse().ok(),
            _ => None,
        };
        if date.is_none() {
            self.wrong(table, key, &format!("{}{expected}", found(value)));
        }
        date
    }

    pub(super) fn platform(&mut self, table: &Table<'_>, name: &str) -> Option<Platform> {
        let platform = self.platform_named(name);
        if platform.is_none() {
            self.wrong(table, name, &self.expected_platform(name));
        }
        platform
    }

    pub(super) fn platform_named(&self, name: &str) -> Option<Platform> {
        let platform: Platform = name.parse().ok()?;
        (!platform.is_presence_only()).then_some(platform)
    }

    pub(super) fn expected_platform(&self, name: &str) -> String {
        let known: Vec<&str> = Platform::iter()
            .filter(|platform| !platform.is_presence_only())
            .map(Platform::as_str)
            .collect();
        format!(
            "found `{name}`, expected a platform with figures: {}",
            listed(&known)
        )
    }

    pub(super) fn metric(
        &mut self,
        table: &Table<'_>,
        name: &str,
        platform: Platform,
    ) -> Option<Metric> {
        let metric = metric_named(name, platform);
        if metric.is_none() {
            self.wrong(table, name, &expected_metric(name, platform));
        }
        metric
    }

    pub(super) fn metrics(
        &mut self,
        table: &Table<'_>,
        value: &DeValue<'_>,
        platform: Platform,
    ) -> Vec<Metric> {
        let DeValue::Array(items) = value else {
            self.wrong(table, "metrics", "expected a list of metrics");
            return Vec::new();
        };
        let mut metrics = Vec::new();
        for item in items.iter() {
            let name = item.get_ref().as_str().unwrap_or_default();
            match metric_named(name, platform) {
                Some(metric) => metrics.push(metric),
                None => self.wrong(table, "metrics", &expected_metric(name, platform)),
            }
        }
        if metrics.is_empty() && items.is_empty() {
            let problem = "an empty list, expected metrics; without the key all are meant";
            self.wrong(table, "metrics", problem);
        }
        metrics
    }
}

fn metric_named(name: &str, platform: Platform) -> Option<Metric> {
    let metric: Metric = name.parse().ok()?;
    metric.exists_on(platform).then_some(metric)
}

fn expected_metric(name: &str, platform: Platform) -> String {
    let known: Vec<&str> = Metric::of(platform).map(Metric::as_str).collect();
    format!(
        "found `{name}`, expected a metric of {platform}: {}",
        listed(&known)
    )
}

/// `found … , ` for values that can be shown on a line.
fn found(value: &Spanned<DeValue<'_>>) -> String {
    match value.get_ref() {
        DeValue::String(text) => format!("found `{text}`, "),
        DeValue::Integer(number) => format!("found `{}`, ", number.as_str()),
        DeValue::Float(number) => format!("found `{}`, ", number.as_str()),
        DeValue::Boolean(is) => format!("found `{is}`, "),
        DeValue::Datetime(moment) => format!("found `{moment}`, "),
        DeValue::Array(_) => "found a list, ".to_owned(),
        DeValue::Table(_) => "found a table, ".to_owned(),
    }
}

pub(super) fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}
