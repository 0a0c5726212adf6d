//! The words that analysts meet are explained in `docs/platforms.md`, each in a row of its own.

use std::{collections::BTreeSet, fmt::Display};

use beffroi_model::{Absent, Failed, Forbidden, MissingReason, OutcomeKind};
use strum::IntoEnumIterator;

const DOCUMENT: &str = include_str!("../../../docs/platforms.md");

/// The words explained under a heading.
fn explained_under(heading: &str) -> BTreeSet<String> {
    let line = format!("\n{heading}\n");
    let (_, rest) = DOCUMENT
        .split_once(&line)
        .expect("the document has the heading");
    let section = rest.split("\n#").next().unwrap_or_default();
    let word = |row: &str| Some(row.strip_prefix("| `")?.split_once("` | ")?.0.to_owned());
    section.lines().filter_map(word).collect()
}

fn words<T: IntoEnumIterator + Display>() -> BTreeSet<String> {
    T::iter().map(|it| it.to_string()).collect()
}

#[test]
fn every_outcome_and_reason_is_explained_and_no_other() {
    assert_eq!(explained_under("## Outcomes"), words::<OutcomeKind>());
    assert_eq!(
        explained_under("### Reasons of `absent`"),
        words::<Absent>()
    );
    assert_eq!(
        explained_under("### Reasons of `forbidden`"),
        words::<Forbidden>()
    );
    assert_eq!(
        explained_under("### Reasons of `failed`"),
        words::<Failed>()
    );
    assert_eq!(
        explained_under("## Why a figure is missing"),
        words::<MissingReason>()
    );
}
