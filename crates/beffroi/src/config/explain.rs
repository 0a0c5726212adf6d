//! What is wrong with a configuration, in the words of whoever wrote it: the file with its line or
//! the variable of the environment, the key, what was found, what was expected.

use std::path::{Path, PathBuf};

use beffroi_fetch::BuildError;
use beffroi_store::StoreError;
use figment::{
    Figment, Metadata,
    error::{Actual, Kind},
};
use toml::de::{DeTable, DeValue};

use super::{ConfigError, PREFIX, figment};
use crate::cli::Places;

/// Longest part of a value that a message repeats, characters.
const MAX_VALUE_CHARS: usize = 80;

/// Keys whose values are, or may hold, a secret: what stands there is not repeated.
const SECRETS: [&str; 3] = ["password", "token", "url"];

/// Where a configuration comes from, for messages.
pub(super) struct Sources<'a> {
    figment: &'a Figment,
    file: Option<&'a Path>,
}

impl<'a> Sources<'a> {
    pub(super) fn new(figment: &'a Figment, file: Option<&'a Path>) -> Self {
        Self { figment, file }
    }

    /// All errors of reading it, a line each.
    pub(super) fn explain(&self, errors: &figment::Error) -> ConfigError {
        let lines: Vec<String> = errors
            .clone()
            .into_iter()
            .map(|error| self.one(&error))
            .collect();
        ConfigError::Wrong(lines.join("\n"))
    }

    /// A value that was read and cannot be used.
    pub(super) fn wrong(&self, path: &[&str], problem: &str) -> ConfigError {
        let place = self.place(path, self.figment.find_metadata(&path.join(".")));
        ConfigError::Wrong(format!("{place}`{}`: {problem}", path.join(".")))
    }

    fn one(&self, error: &figment::Error) -> String {
        let path: Vec<&str> = error.path.iter().map(String::as_str).collect();
        let key = path.join(".");
        // Of a value that several sources give together, the error names but one.
        let metadata = self.figment.find_metadata(&key).or(error.metadata.as_ref());
        let place = self.place(&path, metadata);
        if key.is_empty() {
            return format!("{place}{}", error.kind).trim_end().to_owned();
        }
        format!("{place}`{key}`: {}", self.problem(&error.kind, &path))
    }

    /// What was found and what was expected.
    fn problem(&self, kind: &Kind, path: &[&str]) -> String {
        let is_secret = path.last().is_some_and(|key| SECRETS.contains(key));
        match kind {
            Kind::InvalidType(actual, expected) | Kind::InvalidValue(actual, expected) => {
                let (found, expected) = (found(actual, is_secret), in_words(expected));
                format!("found {found}, expected {expected}")
            }
            Kind::UnknownField(_, known) => {
                format!("there is no such setting; known are {}", listed(known))
            }
            Kind::UnknownVariant(word, known) => {
                format!(
                    "found `{}`, expected one of {}",
                    shortened(word),
                    listed(known)
                )
            }
            Kind::Message(text) if text.contains("duration format") => {
                let value = self.figment.find_value(&path.join("."));
                let text = value.ok().and_then(|value| value.into_string());
                let found = text.map_or(String::new(), |text| {
                    format!("found `{}`, ", shortened(&text))
                });
                format!("{found}expected {DURATION}")
            }
            Kind::Message(text) if text.contains("untagged enum") => {
                "found a value of another shape than expected; `beffroi config` shows them"
                    .to_owned()
            }
            other => other.to_string(),
        }
    }

    /// The file with its line, or the variable, with a colon behind it.
    fn place(&self, path: &[&str], metadata: Option<&Metadata>) -> String {
        if metadata.is_some_and(|it| it.name.contains("environment")) {
            return match variable(path) {
                Some(name) => format!("environment variable `{name}`: "),
                None => "environment: ".to_owned(),
            };
        }
        let named = metadata
            .and_then(|it| it.source.as_ref())
            .and_then(|source| source.file_path())
            .map(PathBuf::from);
        let Some(file) = named.or(self.file.map(Path::to_owned)) else {
            return String::new();
        };
        match line(&file, path) {
            Some(line) => format!("{}, line {line}: ", file.display()),
            None => format!("{}: ", file.display()),
        }
    }
}

/// A setting that only the parts made of it can judge is told like one that cannot be read.
pub(crate) fn with_place(
    error: anyhow::Error,
    file: Option<&Path>,
    places: &Places,
) -> anyhow::Error {
    let figment = figment(file);
    let sources = Sources::new(&figment, file);
    if let Some(error) = error.downcast_ref::<BuildError>() {
        match error {
            BuildError::Setting { key, problem } => {
                return sources.wrong(&["fetch", key], problem).into();
            }
            BuildError::ExtraCa { path, source } => {
                let problem = format!("`{}` cannot be read: {source}", path.display());
                return sources.wrong(&["fetch", "extra_ca"], &problem).into();
            }
            BuildError::Client(_) => {}
        }
    }
    if let Some(wrong @ StoreError::Url { .. }) = error.downcast_ref::<StoreError>() {
        let place = match &places.store {
            Some(_) => "`--store`: ".to_owned(),
            None => sources.place(&["store", "url"], figment.find_metadata("store.url")),
        };
        return ConfigError::Wrong(format!("{place}{wrong}")).into();
    }
    error
}

const DURATION: &str = "a duration in quotes, such as `\"500ms\"`, `\"10s\"`, `\"5m\"` or `\"2h\"`";

/// What stands there.
fn found(actual: &Actual, is_secret: bool) -> String {
    let value = match actual {
        Actual::Bool(value) => value.to_string(),
        Actual::Unsigned(value) => value.to_string(),
        Actual::Signed(value) => value.to_string(),
        Actual::Float(value) => value.to_string(),
        Actual::Str(value) => shortened(value),
        Actual::Seq => return "a list".to_owned(),
        Actual::Map => return "a table or a date".to_owned(),
        other => return other.to_string(),
    };
    match actual {
        Actual::Str(_) if is_secret => "another text".to_owned(),
        _ if is_secret => "a value without quotes".to_owned(),
        _ => format!("`{value}`"),
    }
}

/// What serde expects, without the names of types.
fn in_words(expected: &str) -> String {
    let words = match expected {
        "u16" => "a whole number from 0 to 65535",
        "a nonzero u16" => "a whole number from 1 to 65535",
        "u8" | "u32" | "u64" | "u128" | "usize" => "a whole number, not below 0",
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "bool" | "a boolean" => "`true` or `false`",
        "a string" | "string" | "str" | "path string" => "a text in quotes",
        "a sequence" | "sequence" => "a list, as in `[\"…\", \"…\"]`",
        "a map" | "map" => "a table",
        _ if expected.starts_with("a nonzero") => "a whole number above 0",
        _ if expected.starts_with("struct ") => "a table of settings",
        _ if expected.contains("duration") => DURATION,
        _ => expected,
    };
    words.to_owned()
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

fn shortened(value: &str) -> String {
    let mut shown: String = value.chars().take(MAX_VALUE_CHARS).collect();
    if value.chars().nth(MAX_VALUE_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// The variable of the environment that gives a key, alone or with its table.
fn variable(path: &[&str]) -> Option<String> {
    let names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .collect();
    (1..=path.len()).rev().find_map(|length| {
        let wanted = format!("{PREFIX}{}", path[..length].join("__"));
        names
            .iter()
            .find(|name| name.eq_ignore_ascii_case(&wanted))
            .cloned()
    })
}

/// The line of a key, or of the innermost table of its path that the file has. The file is read once
/// more, because figment keeps no lines.
fn line(file: &Path, path: &[&str]) -> Option<usize> {
    let text = std::fs::read_to_string(file).ok()?;
    let document = DeTable::parse(&text).ok()?;
    let mut table = Some(document.get_ref());
    let mut at = None;
    for name in path {
        let Some((key, value)) = table.and_then(|table| {
            table
                .iter()
                .find(|(key, _)| key.get_ref().as_ref() == *name)
        }) else {
            break;
        };
        at = Some(key.span().start);
        table = match value.get_ref() {
            DeValue::Table(inner) => Some(inner),
            _ => None,
        };
    }
    at.map(|at| text[..at].matches('\n').count() + 1)
}
