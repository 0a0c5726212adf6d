//! Which dead letters are meant.

use std::collections::BTreeSet;

use jiff::{SpanRelativeTo, Timestamp};

use super::letter::Letter;
use crate::cli::{DeadChoice, DeadListArgs};

/// Letters by their properties: those that have all of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    /// One of these; empty for any.
    ids: BTreeSet<String>,
    reason: Option<String>,
    run: Option<String>,
    /// Buried before.
    before: Option<Timestamp>,
}

impl Choice {
    /// Those that the options of a command mean.
    pub(super) fn of(args: &DeadChoice, now: Timestamp) -> anyhow::Result<Self> {
        let before = args.older_than.map(|age| {
            let age = age.to_duration(SpanRelativeTo::days_are_24_hours())?;
            now.checked_sub(age)
        });
        Ok(Self {
            ids: args.ids.iter().cloned().collect(),
            reason: args.reason.clone(),
            run: args.run.clone(),
            before: before.transpose()?,
        })
    }

    /// Those to be listed.
    pub(super) fn of_list(args: &DeadListArgs) -> Self {
        Self {
            reason: args.reason.clone(),
            run: args.run.clone(),
            ..Self::default()
        }
    }

    /// Whether this letter is meant. One that has no run, or no time, is not of a run or older than
    /// something.
    pub(super) fn includes(&self, letter: &Letter) -> bool {
        let is = |wanted: &Option<String>, given: Option<&str>| {
            wanted.as_deref().is_none_or(|it| Some(it) == given)
        };
        (self.ids.is_empty() || self.ids.contains(&letter.id))
            && is(&self.reason, Some(&letter.reason))
            && is(&self.run, letter.run_id.as_deref())
            && self
                .before
                .is_none_or(|before| letter.buried_at.is_some_and(|at| at < before))
    }

    /// The ids asked for that none of these letters has.
    pub(super) fn missing<'a>(&'a self, letters: &[Letter]) -> Vec<&'a str> {
        let is_there = |id: &&String| letters.iter().any(|letter| letter.id == **id);
        self.ids
            .iter()
            .filter(|id| !is_there(id))
            .map(String::as_str)
            .collect()
    }
}
