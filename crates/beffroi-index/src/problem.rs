//! What is wrong with a file of settings.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize as _, Deserializer, de::Error as _};

/// One thing that is wrong: where, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The key, as `versions.v1.level`.
    pub key: String,
    /// What is wrong and what was expected.
    pub problem: String,
}

impl Problem {
    pub(crate) fn new(key: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            problem: problem.into(),
        }
    }
}

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFile {
    /// It cannot be read: wrong syntax, an unknown, missing or mistyped key. The source says which,
    /// in which line, and what was expected.
    #[error("the file cannot be read")]
    Unreadable(#[from] toml::de::Error),
    /// It can be read and makes no sense.
    #[error("{}", List(.0))]
    Wrong(Vec<Problem>),
}

impl InvalidFile {
    /// The value, if nothing is wrong with it.
    pub(crate) fn unless<T>(problems: Vec<Problem>, value: T) -> Result<T, Self> {
        if problems.is_empty() {
            Ok(value)
        } else {
            Err(Self::Wrong(problems))
        }
    }
}

struct List<'a>(&'a [Problem]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, Problem { key, problem }) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}`{key}`: {problem}")?;
        }
        Ok(())
    }
}

/// A date as TOML writes it, without quotes.
pub(crate) fn toml_date<'de, D: Deserializer<'de>>(file: D) -> Result<Date, D::Error> {
    let written = toml::value::Datetime::deserialize(file)?;
    let date = written
        .date
        .filter(|_| written.time.is_none() && written.offset.is_none())
        .ok_or_else(|| D::Error::custom("expected a date, as 2026-11-26"))?;
    let day = i8::try_from(date.day).map_err(D::Error::custom)?;
    let month = i8::try_from(date.month).map_err(D::Error::custom)?;
    let year = i16::try_from(date.year).map_err(D::Error::custom)?;
    Date::new(year, month, day).map_err(D::Error::custom)
}
