//! The right to one exchange, and what its end teaches.

use std::sync::Arc;

use beffroi_model::Failed;
use jiff::Timestamp;
use tokio::{sync::OwnedSemaphorePermit, time::Instant};

use super::{Pace, budget::Api, group::Group, host::Host};
use crate::pass::Held;

/// The right to one exchange. Its end, that is its drop, is the end of the answer.
pub(crate) struct Permit<'a> {
    /// The hold within which it was given.
    pub(crate) held: Option<Held<'a>>,
    pub(super) pace: &'a Pace,
    pub(super) host: Arc<Host>,
    pub(super) beside: Beside,
    pub(super) is_https: bool,
    /// When it was given.
    pub(super) asked_at: Instant,
    pub(super) _slots: Vec<OwnedSemaphorePermit>,
}

/// Who else keeps count beside the host.
pub(super) enum Beside {
    Group(Arc<Group>),
    Api(Arc<Api>),
}

impl Permit<'_> {
    /// The server answered with this status, and perhaps named a moment before which it wants no
    /// request. Gives the moment before which none will go.
    pub(crate) fn answered(&self, status: u16, named: Option<Timestamp>) -> Option<Timestamp> {
        self.host.clear_strikes(self.is_https);
        let is_offence = matches!(status, 429 | 503);
        match &self.beside {
            Beside::Group(group) if is_offence => Some(self.site_refused(group, status, named)),
            Beside::Group(group) => {
                if status < 500 {
                    self.site_answered(group);
                }
                if named.is_some_and(|until| self.host.block(until)) {
                    self.pace.notebook.remember(self.host.memory());
                }
                named
            }
            Beside::Api(api) => {
                let mut patience = api.patience();
                let (until, has_changed) = if is_offence {
                    let until = patience.offend(self.asked_at, named, self.pace.backoff);
                    patience.block(until);
                    (Some(until), true)
                } else {
                    let is_forgiven = status < 500 && patience.forgive(self.asked_at);
                    let is_blocked = named.is_some_and(|until| patience.block(until));
                    (named, is_forgiven || is_blocked)
                };
                drop(patience);
                if has_changed {
                    self.pace.notebook.remember(api.memory(self.host.key()));
                }
                until
            }
        }
    }

    /// The connection failed.
    pub(crate) fn failed(&self, class: Failed) {
        self.host.strike(self.is_https, class);
    }

    /// A 429 holds back all that stands behind the host's server, a 503 the host alone: the others
    /// are asked more slowly.
    fn site_refused(&self, group: &Group, status: u16, named: Option<Timestamp>) -> Timestamp {
        let backoff = self.pace.backoff;
        let mut until = self.host.offend(self.asked_at, named, backoff);
        let mut mood = group.mood();
        if status == 429 {
            let groups = mood.patience.offend(self.asked_at, named, backoff);
            until = until.max(groups);
            mood.patience.block(until);
        } else {
            mood.slowed.offend(self.asked_at);
        }
        drop(mood);
        self.host.block(until);
        self.pace.notebook.remember(self.host.memory());
        self.pace.notebook.remember(group.memory());
        until
    }

    fn site_answered(&self, group: &Group) {
        if self.host.forgive(self.asked_at) {
            self.pace.notebook.remember(self.host.memory());
        }
        let mut mood = group.mood();
        let is_forgiven = mood.patience.forgive(self.asked_at);
        let is_faster = mood.slowed.forgive(self.asked_at);
        drop(mood);
        if is_forgiven || is_faster {
            self.pace.notebook.remember(group.memory());
        }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.host.end(Instant::now());
    }
}
