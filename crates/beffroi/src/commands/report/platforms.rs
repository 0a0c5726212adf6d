//! `beffroi report platforms`: one statement in long form, a line a platform, a metric and, of E and its
//! kin, the components. A terminal sees some metrics, each written as its kind is.

use std::collections::{BTreeMap, BTreeSet};

use beffroi_index::catalogue::{Catalogue, Kind as MetricKind, Metric};
use beffroi_store::ReportRows;

use super::{
    Desk,
    asked::Asked,
    columns::{Dictionary, word},
    kind::{self, Kind},
    print_title,
    table::{self, Cell, Row},
    units,
};
use crate::{
    cli::{Period, ReportArgs, ReportFormat, over_accounts},
    output::{self, say},
    words::Lang,
};

/// What a terminal shows where no metric is named: audience, rhythm, resonance, answers.
const SHOWN: [&str; 6] = [
    "followers",
    "weekly_growth",
    "posts_per_week",
    "e",
    "views_median",
    "reply_rate",
];

pub(super) async fn report(
    desk: &Desk<'_>,
    args: &ReportArgs,
    chosen: &[String],
) -> anyhow::Result<()> {
    let kind = &kind::PLATFORMS;
    let lang = Lang::of(args.out.lang);
    let is_table = args.out.format == ReportFormat::Table && !args.out.dictionary;
    let catalogue = Catalogue::shipped();
    let wanted = wanted(&catalogue, chosen, is_table);
    let more = [("metrics", serde_json::to_string(&wanted)?)];
    if !is_table {
        return desk
            .tabular_with(kind, args, &Period::default(), &more)
            .await;
    }
    let mut asked = Asked::of(desk, args, &Period::default(), kind.nights).await?;
    if args.limit.is_none() {
        // Whole, so that no platform is cut.
        asked.limit = u32::MAX;
    }
    let gate = desk.gate(kind, &asked).await?;
    let mut parameters = asked.parameters(&gate.parameter(lang));
    parameters.extend_from_slice(&more);
    let rows = desk.rows(kind.sql, &parameters).await?;
    print_title(kind, &asked, lang)?;
    if rows.data.is_empty() {
        say!("{}", lang.pick(kind.nothing.0, kind.nothing.1))?;
    } else {
        Metrics::new(&catalogue, lang).print(kind, &rows)?;
    }
    say!("{}", lang.pick(kind.note.0, kind.note.1))?;
    for line in table::legend(&rows, lang) {
        say!("{line}")?;
    }
    for footnote in gate.footnotes(lang) {
        say!("* {footnote}")?;
    }
    Ok(())
}

/// The metrics wanted, each with its unit.
fn wanted<'a>(
    catalogue: &'a Catalogue,
    chosen: &[String],
    is_table: bool,
) -> BTreeMap<&'a str, &'a str> {
    let is_chosen = |metric: &&Metric| match chosen {
        [] => !is_table || SHOWN.contains(&metric.name.as_str()),
        chosen => chosen.contains(&metric.name),
    };
    let chosen = over_accounts(catalogue).filter(is_chosen);
    chosen
        .map(|metric| (metric.name.as_str(), metric.unit.as_str()))
        .collect()
}

/// How lines about metrics are written.
struct Metrics<'a> {
    catalogue: &'a Catalogue,
    dictionary: Dictionary,
    lang: Lang,
}

impl<'a> Metrics<'a> {
    fn new(catalogue: &'a Catalogue, lang: Lang) -> Self {
        Self {
            catalogue,
            dictionary: Dictionary::shipped(),
            lang,
        }
    }

    /// The lines, the units of their metrics, and why figures are missing.
    fn print(&self, kind: &Kind, rows: &ReportRows) -> anyhow::Result<()> {
        let texts = kind.cells.iter().take_while(|cell| cell.is_text()).count();
        let headings = kind
            .cells
            .iter()
            .map(|cell| cell.heading(&self.dictionary, self.lang));
        let mut table = output::table(headings, texts);
        for row in Row::all(rows) {
            table.add_row(kind.cells.iter().map(|cell| self.write(*cell, &row)));
        }
        say!("{table}")?;
        let colon = self.colon();
        if let Some(units) = self.units(rows) {
            say!("{}{colon} {units}", self.lang.pick("Unités", "Units"))?;
        }
        if let Some(reasons) = self.reasons(rows) {
            say!("{}{colon} {reasons}", self.lang.pick("Manquent", "Missing"))?;
        }
        Ok(())
    }

    fn write(&self, cell: Cell, row: &Row<'_>) -> String {
        let metric = row.text("metric");
        match cell {
            Cell::Text("metric") => match row.text("components").as_str() {
                "" => self.title(&metric),
                components => format!("{} ({components})", self.title(&metric)),
            },
            Cell::Number("accounts") => cell.write(row, self.lang),
            Cell::Number(name) if self.is_share(&metric) => {
                Cell::Percent(name).write(row, self.lang)
            }
            cell => cell.write(row, self.lang),
        }
    }

    fn title(&self, metric: &str) -> String {
        let title = self.dictionary.heading(metric, self.lang);
        if self.is_share(metric) {
            format!("{title} %")
        } else {
            title
        }
    }

    fn is_share(&self, metric: &str) -> bool {
        let metric = self.catalogue.get(metric);
        metric.is_some_and(|it| it.kind == MetricKind::Share)
    }

    /// The units of the metrics whose title does not say it.
    fn units(&self, rows: &ReportRows) -> Option<String> {
        let mut told = BTreeSet::new();
        let mut lines = Vec::new();
        for row in Row::all(rows) {
            let metric = row.text("metric");
            let title = self.title(&metric);
            let unit = self.catalogue.get(&metric).map(|it| it.unit.as_str());
            let unit = unit.map_or("", |it| units::unit(it, self.lang));
            if told.insert(metric) && unit != title {
                lines.push(format!("{title}{} {unit}", self.colon()));
            }
        }
        self.listed(&lines)
    }

    /// Of each metric the reasons, with how many lines each has.
    fn reasons(&self, rows: &ReportRows) -> Option<String> {
        let mut metrics: Vec<(String, BTreeMap<String, usize>)> = Vec::new();
        for row in Row::all(rows) {
            let metric = row.text("metric");
            let Some(why) = row.reason(&metric) else {
                continue;
            };
            let known = metrics.iter().position(|(it, _)| *it == metric);
            let place = known.unwrap_or_else(|| {
                metrics.push((metric, BTreeMap::new()));
                metrics.len() - 1
            });
            let (_, counts) = &mut metrics[place];
            *counts.entry(word(&why, self.lang)).or_default() += 1;
        }
        let lines: Vec<String> = metrics
            .iter()
            .map(|(metric, counts)| {
                let counts: Vec<String> = counts
                    .iter()
                    .map(|(why, count)| format!("{why} ({count})"))
                    .collect();
                format!(
                    "{}{} {}",
                    self.title(metric),
                    self.colon(),
                    counts.join(", ")
                )
            })
            .collect();
        self.listed(&lines)
    }

    fn colon(&self) -> &'static str {
        self.lang.pick("\u{a0}:", ":")
    }

    fn listed(&self, lines: &[String]) -> Option<String> {
        let semicolon = self.lang.pick("\u{a0}; ", "; ");
        (!lines.is_empty()).then(|| lines.join(semicolon))
    }
}

#[cfg(test)]
mod tests {
    use beffroi_policy::Metric as Figure;

    use super::*;
    use crate::gate::{metrics_needed, metrics_of};

    /// The metrics whose lines are told apart by components: E and what is made like it.
    const LIKE_E: [&str; 8] = [
        "e",
        "e_post_mean",
        "e_post_median",
        "e_post_trimmed",
        "er_post",
        "weighted_e_post",
        "interactions",
        "interactions_per_inhabitant",
    ];

    /// A metric of the statement.
    struct Line<'a> {
        metric: &'a str,
        /// The columns of the gate behind which it stands.
        gates: Vec<&'a str>,
        by_components: bool,
    }

    /// The list of the statement.
    fn lines() -> Vec<Line<'static>> {
        let lines = kind::PLATFORMS.sql.lines().map(str::trim);
        let listed = lines.filter(|line| line.starts_with("('"));
        listed
            .map(|line| {
                let (metric, rest) = line[2..].split_once('\'').unwrap();
                let (gates, rest) = rest.split_once(']').unwrap();
                let (by_components, values) =
                    rest.split_once(", quantilesExactInclusiveState").unwrap();
                assert!(values.contains(metric), "{line}");
                Line {
                    metric,
                    gates: gates.split('\'').skip(1).step_by(2).collect(),
                    by_components: by_components == ", 1",
                }
            })
            .collect()
    }

    #[test]
    fn the_statement_has_every_metric_of_platforms_in_the_order_of_the_catalogue() {
        let catalogue = Catalogue::shipped();
        let known: Vec<&str> = over_accounts(&catalogue)
            .map(|metric| metric.name.as_str())
            .collect();
        let found: Vec<&str> = lines().iter().map(|line| line.metric).collect();
        assert_eq!(found, known);
        for name in SHOWN {
            assert!(known.contains(&name), "{name}");
        }
        let like_e: Vec<&str> = lines()
            .iter()
            .filter(|line| line.by_components)
            .map(|line| line.metric)
            .collect();
        assert_eq!(like_e, LIKE_E);
    }

    #[test]
    fn every_metric_stands_behind_all_that_it_is_made_of() {
        let catalogue = Catalogue::shipped();
        for line in lines() {
            let gated: Vec<Figure> = line
                .gates
                .iter()
                .inspect(|gate| assert!(kind::PLATFORMS.gated.contains(gate), "{gate}"))
                .flat_map(|gate| metrics_of(gate))
                .copied()
                .collect();
            let needs = metrics_needed(&catalogue.get(line.metric).unwrap().needs);
            for need in needs {
                assert!(gated.contains(&need), "{}: {need:?}", line.metric);
            }
        }
    }

    #[test]
    fn a_terminal_has_some_metrics_and_data_all_of_them() {
        let catalogue = Catalogue::shipped();
        let count = |chosen: &[&str], is_table| {
            let chosen: Vec<String> = chosen.iter().map(|it| (*it).to_owned()).collect();
            wanted(&catalogue, &chosen, is_table).len()
        };
        assert_eq!(count(&[], true), SHOWN.len());
        assert_eq!(count(&[], false), lines().len());
        assert_eq!(count(&["e", "p3", "e"], true), 2);
        assert_eq!(count(&["e"], false), 1);
    }
}
