//! `--dictionary`: what each column of a report is, in the format asked for.

use anyhow::{Context, bail};
use beffroi_store::Format;
use serde::Serialize;

use super::{
    Desk, Parameters,
    asked::Asked,
    columns::{Column, Dictionary},
    export,
    kind::Kind,
    units::unit,
};
use crate::{
    cli::{Output, ReportArgs, ReportFormat},
    output,
    words::Lang,
};

/// A column with its type.
#[derive(Debug, Serialize)]
struct Line {
    #[serde(flatten)]
    column: Column,
    /// ClickHouse's type; `Nullable` says that it may be missing.
    kind: String,
}

/// Makes a table of lines that are handed over as JSON, for the formats that the server writes.
const FROM_JSON: &str = "SELECT JSONExtractString(line, 'name') AS name, JSONExtractString(line, 'title_fr') AS title_fr, \
    JSONExtractString(line, 'title_en') AS title_en, JSONExtractString(line, 'unit') AS unit, \
    JSONExtractString(line, 'formula') AS formula, JSONExtractString(line, 'source') AS source, \
    JSONExtractString(line, 'kind') AS kind \
    FROM (SELECT arrayJoin(JSONExtractArrayRaw({lines:String})) AS line)";

/// Prints the dictionary of a report's columns, in their order.
pub(super) async fn hand_on(
    desk: &Desk<'_>,
    kind: &Kind,
    args: &ReportArgs,
    more: &[(&'static str, String)],
) -> anyhow::Result<()> {
    let mut parameters = Asked::nothing(desk, args).parameters("{}");
    parameters.extend_from_slice(more);
    of_statement(desk, kind.sql, &parameters, &args.out).await
}

/// The same of a statement that is no `Kind`.
pub(super) async fn of_statement(
    desk: &Desk<'_>,
    sql: &str,
    parameters: &Parameters,
    out: &Output,
) -> anyhow::Result<()> {
    let lang = Lang::of(out.lang);
    let rows = desk.rows(sql, parameters).await?;
    let dictionary = Dictionary::shipped();
    let mut lines = Vec::new();
    for meta in &rows.meta {
        let column = dictionary
            .get(&meta.name)
            .with_context(|| format!("the column `{}` is not explained", meta.name))?;
        lines.push(Line {
            column,
            kind: meta.kind.clone(),
        });
    }
    let file = out.output.as_deref();
    let format = match out.format {
        ReportFormat::Table => return print(&lines, lang),
        ReportFormat::Json => {
            let text = serde_json::to_string_pretty(&lines)? + "\n";
            return export::write_text(&text, file);
        }
        ReportFormat::Csv => Format::CSVWithNames,
        ReportFormat::Parquet => Format::Parquet,
        ReportFormat::Html => bail!("a dictionary is table, csv, json or parquet"),
    };
    let lines = serde_json::to_string(&lines)?;
    let parameters = [("lines", lines.as_str())];
    export::write(desk.store, FROM_JSON, &parameters, format, &[], file).await
}

fn print(lines: &[Line], lang: Lang) -> anyhow::Result<()> {
    let headings = lang.pick(
        ["colonne", "titre", "unité", "formule ou sens", "source"],
        ["column", "title", "unit", "formula or meaning", "source"],
    );
    let mut table = output::table(headings, headings.len());
    for Line { column, .. } in lines {
        let title = lang.pick(&column.title_fr, &column.title_en);
        let french = column.formula_fr.as_ref().unwrap_or(&column.formula);
        table.add_row([
            &column.name,
            title,
            unit(&column.unit, lang),
            lang.pick(french, &column.formula),
            &column.source,
        ]);
    }
    output::say!("{table}")
}
