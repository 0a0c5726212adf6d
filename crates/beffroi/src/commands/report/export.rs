//! Reports as data: the server formats, we hand the bytes on, to standard output or into a file that
//! appears when it is whole.

use std::{
    fs::{self, File},
    io::{self, IsTerminal, Write},
    path::Path,
};

use anyhow::{Context, bail};
use beffroi_store::{Format, Store, StoreError};

use crate::output;

/// Runs a statement and writes its result. In JSON the document begins with the fields given.
pub(super) async fn write(
    store: &Store,
    sql: &str,
    parameters: &[(&str, &str)],
    format: Format,
    fields: &[(&str, serde_json::Value)],
    file: Option<&Path>,
) -> anyhow::Result<()> {
    match file {
        None => {
            let mut out = io::stdout().lock();
            if format == Format::Parquet && out.is_terminal() {
                bail!("Parquet is not for a terminal; name a file: `--output FILE`");
            }
            match stream(store, sql, parameters, format, fields, &mut out).await {
                // Whoever read us (head, less) has seen enough.
                Err(error) if is_closed_pipe(&error) => Ok(()),
                Err(error) if error.is::<io::Error>() => Err(error.context(output::NOT_WRITTEN)),
                written => written,
            }
        }
        Some(path) => {
            let part = part_of(path);
            let mut out = create(&part)?;
            let written = stream(store, sql, parameters, format, fields, &mut out).await;
            let written = written.and_then(|()| Ok(out.sync_all()?));
            finish(written, &part, path)
        }
    }
}

/// Writes a text to standard output, or into a file.
pub(super) fn write_text(text: &str, file: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = file else {
        return output::write(format_args!("{text}"));
    };
    let part = part_of(path);
    let mut out = create(&part)?;
    let written = out.write_all(text.as_bytes());
    let written = written.and_then(|()| out.sync_all());
    finish(written.map_err(Into::into), &part, path)
}

fn part_of(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

fn create(part: &Path) -> anyhow::Result<File> {
    File::create(part).with_context(|| format!("could not create `{}`", part.display()))
}

fn finish(written: anyhow::Result<()>, part: &Path, path: &Path) -> anyhow::Result<()> {
    let put = written.and_then(|()| Ok(fs::rename(part, path)?));
    if put.is_err() {
        // What is cut must not be taken for the whole.
        let _ = fs::remove_file(part);
    }
    put.with_context(|| format!("could not write `{}`", path.display()))
}

async fn stream(
    store: &Store,
    sql: &str,
    parameters: &[(&str, &str)],
    format: Format,
    fields: &[(&str, serde_json::Value)],
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let mut cursor = store.stream_with(sql, parameters, format)?;
    let failed = |source| StoreError::Query {
        action: "run the report",
        source,
    };
    let mut fields = (format == Format::JSON).then_some(fields);
    while let Some(bytes) = cursor.next().await.map_err(failed)? {
        match (bytes.strip_prefix(b"{"), fields) {
            (Some(rest), Some(fields_now)) => {
                fields = None;
                out.write_all(b"{")?;
                for (name, value) in fields_now {
                    write!(out, "\"{name}\": {value},")?;
                }
                out.write_all(rest)?;
            }
            _ => out.write_all(&bytes)?,
        }
    }
    Ok(out.flush()?)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<io::Error>();
    io.is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
