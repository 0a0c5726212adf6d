//! The reading: visits of a folder, file by file in the order of their names, which is that of time.

use std::{
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
};

use crate::{
    Visit, call,
    visit::OF_VISIT,
    warc::{Record, broken},
};

type Input = BufReader<zstd::stream::read::Decoder<'static, BufReader<File>>>;

/// What reads an archive.
pub struct Reader {
    files: std::vec::IntoIter<PathBuf>,
    open: Option<(PathBuf, Input)>,
    torn: u64,
}

/// The archive cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the archive `{path}` cannot be read")]
pub struct ReadError {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

impl Reader {
    /// Reads the files of a folder.
    pub fn open(dir: &Path) -> Result<Self, ReadError> {
        let failed = |source| ReadError {
            path: dir.to_owned(),
            source,
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(dir).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.to_string_lossy().ends_with(".warc.zst") {
                files.push(path);
            }
        }
        files.sort();
        Ok(Self {
            files: files.into_iter(),
            open: None,
            torn: 0,
        })
    }

    /// Files that did not end with a whole visit so far.
    pub fn torn(&self) -> u64 {
        self.torn
    }

    /// The next visit that is whole.
    pub fn next_visit(&mut self) -> Result<Option<Visit>, ReadError> {
        loop {
            if self.open.is_none() {
                let Some(path) = self.files.next() else {
                    return Ok(None);
                };
                let failed = |source| ReadError {
                    path: path.clone(),
                    source,
                };
                let file = File::open(&path).map_err(failed)?;
                let decoder = zstd::stream::read::Decoder::new(file).map_err(failed)?;
                self.open = Some((path, BufReader::new(decoder)));
            }
            let Some((path, input)) = &mut self.open else {
                continue;
            };
            match next_of(input) {
                Ok(Some(visit)) => return Ok(Some(visit)),
                Ok(None) => self.open = None,
                Err(error) => {
                    tracing::warn!(
                        archive.file = %path.display(),
                        error = &error as &dyn std::error::Error,
                        "the archive's file ends with a torn record; what came before it is read"
                    );
                    self.torn += 1;
                    self.open = None;
                }
            }
        }
    }
}

/// The next visit of a file.
fn next_of(input: &mut Input) -> std::io::Result<Option<Visit>> {
    loop {
        let Some(record) = Record::read(input)? else {
            return Ok(None);
        };
        if record.field("Content-Type") != Some(OF_VISIT) {
            continue;
        }
        let (mut visit, answers) =
            Visit::begin(&record).ok_or_else(|| broken("a visit cannot be read"))?;
        for _ in 0..answers {
            let mut record = record_of_visit(input)?;
            let asked = call::asked(&record);
            if asked.is_some() {
                record = record_of_visit(input)?;
            }
            visit.recording.takes.push(call::take(&record, asked)?);
        }
        return Ok(Some(visit));
    }
}

/// The next record of a visit that has begun.
fn record_of_visit(input: &mut Input) -> std::io::Result<Record> {
    Record::read(input)?.ok_or_else(|| broken("a visit lacks its last answers"))
}
