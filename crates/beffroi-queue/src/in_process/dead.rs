//! The dead of this process.

use std::{
    collections::BTreeMap,
    ops::Bound,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use beffroi_model::Job;
use jiff::Timestamp;

use crate::{DeadLetter, message};

#[derive(Debug, Default)]
pub(super) struct Dead {
    /// By order of burial.
    letters: Mutex<BTreeMap<u64, DeadLetter>>,
}

impl Dead {
    pub(super) fn bury(&self, job: &Job, reason: &str) {
        let payload = message::encode(job);
        let letter = DeadLetter {
            id: DeadLetter::id_of(&payload),
            payload,
            lane: job.lane.to_string(),
            reason: reason.to_owned(),
            buried_at: Some(Timestamp::now()),
            history: Vec::new(),
        };
        let mut letters = self.letters();
        let next = letters.last_key_value().map_or(0, |(last, _)| last + 1);
        letters.insert(next, letter);
    }

    pub(super) fn count(&self) -> u64 {
        self.letters().len() as u64
    }

    fn letters(&self) -> MutexGuard<'_, BTreeMap<u64, DeadLetter>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A pass over the dead.
#[derive(Debug)]
pub(crate) struct DeadPass {
    dead: Arc<Dead>,
    last: Option<u64>,
    current: Option<u64>,
}

impl DeadPass {
    pub(super) fn new(dead: Arc<Dead>) -> Self {
        let last = dead.letters().last_key_value().map(|(last, _)| *last);
        Self {
            dead,
            last,
            current: None,
        }
    }

    pub(crate) fn next(&mut self) -> Option<DeadLetter> {
        let last = Bound::Included(self.last?);
        let after = match self.current {
            Some(current) if Some(current) >= self.last => return None,
            Some(current) => Bound::Excluded(current),
            None => Bound::Unbounded,
        };
        let letters = self.dead.letters();
        let (number, letter) = letters.range((after, last)).next()?;
        self.current = Some(*number);
        Some(letter.clone())
    }

    pub(crate) fn take(&mut self) {
        if let Some(current) = self.current {
            self.dead.letters().remove(&current);
        }
    }
}
