//! `beffroi sql`: read-only statements, formatted by the server.

use std::{
    io::{IsTerminal, Read, Write},
    process::ExitCode,
};

use anyhow::{Context, bail};
use beffroi_store::{Format, Store, StoreError};

use crate::{cli::TableFormat, config::Config, output, services::StoreService};

pub(crate) async fn sql(
    config: &Config,
    statement: &str,
    format: TableFormat,
) -> anyhow::Result<ExitCode> {
    let mut text = statement.to_owned();
    if statement == "-" {
        text.clear();
        std::io::stdin()
            .read_to_string(&mut text)
            .context("could not read standard input")?;
    }
    let service = StoreService::open(config).await?;
    let result = print_result(service.reader(), &text, &[], format, None).await;
    service.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

/// Runs a statement and writes its result to standard output as it comes. In JSON the document begins
/// with one more field, where one is given.
pub(crate) async fn print_result(
    store: &Store,
    sql: &str,
    parameters: &[(&str, &str)],
    format: TableFormat,
    field: Option<(&str, serde_json::Value)>,
) -> anyhow::Result<()> {
    let format = match format {
        TableFormat::Table => Format::PrettyCompact,
        TableFormat::Csv => Format::CSVWithNames,
        TableFormat::Json => Format::JSON,
        TableFormat::Parquet => Format::Parquet,
    };
    let mut out = std::io::stdout().lock();
    if format == Format::Parquet && out.is_terminal() {
        bail!("Parquet is not for a terminal; redirect it into a file: `… > result.parquet`");
    }
    let mut cursor = store.stream_with(sql, parameters, format)?;
    let failed = |source| StoreError::Query {
        action: "run the statement",
        source,
    };
    let mut field = field.filter(|_| format == Format::JSON);
    while let Some(mut bytes) = cursor.next().await.map_err(failed)? {
        if let Some(rest) = bytes.strip_prefix(b"{")
            && let Some((name, value)) = field.take()
        {
            bytes = [format!("{{\"{name}\": {value},").as_bytes(), rest]
                .concat()
                .into();
        }
        match out.write_all(&bytes) {
            // Whoever read us (head, less) has seen enough.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Ok(()),
            written => written.context(output::NOT_WRITTEN)?,
        }
    }
    out.flush().context(output::NOT_WRITTEN)
}
