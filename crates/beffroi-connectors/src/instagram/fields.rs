//! Which fields are asked for. One that is refused fails the whole call, so that those of which we
//! are not sure are given up when they are, until the program starts anew.

use std::sync::Mutex;

/// A set of fields, each larger than the one below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FieldSet {
    /// Those that are documented for others' accounts.
    Sure,
    /// Views of reels as well (seen in clients since June 2025).
    Views,
    /// Shares and reposts as well, documented since April 2026 for one's own publications.
    Shares,
}

impl FieldSet {
    /// The next smaller one.
    fn smaller(self) -> Option<Self> {
        match self {
            Self::Shares => Some(Self::Views),
            Self::Views => Some(Self::Sure),
            Self::Sure => None,
        }
    }
}

/// The set that the platform is known, or hoped, to accept.
#[derive(Debug)]
pub(super) struct AcceptedFields(Mutex<Known>);

#[derive(Debug, Clone, Copy)]
struct Known {
    set: FieldSet,
    /// Whether it was ever answered: what is refused afterwards is refused for the account's sake.
    is_proven: bool,
}

impl AcceptedFields {
    /// Nothing is known yet.
    pub(super) fn new(ask_shares: bool) -> Self {
        let set = if ask_shares {
            FieldSet::Shares
        } else {
            FieldSet::Views
        };
        Self(Mutex::new(Known {
            set,
            is_proven: false,
        }))
    }

    /// What to ask for first.
    pub(super) fn first(&self) -> FieldSet {
        self.known().set
    }

    /// What to ask for when `refused` was refused, if there is any use in it.
    pub(super) fn after(&self, refused: FieldSet) -> Option<FieldSet> {
        let known = self.known();
        let is_accepted = known.is_proven && refused <= known.set;
        if is_accepted {
            return None;
        }
        refused.smaller()
    }

    /// Notes that a set was answered.
    pub(super) fn note(&self, answered: FieldSet) {
        let mut known = self.0.lock().expect("nothing panics while holding it");
        if !known.is_proven {
            *known = Known {
                set: answered,
                is_proven: true,
            };
        }
    }

    fn known(&self) -> Known {
        *self.0.lock().expect("nothing panics while holding it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_refused_are_given_up_once_a_smaller_set_was_answered() {
        let fields = AcceptedFields::new(true);
        assert_eq!(fields.first(), FieldSet::Shares);
        assert_eq!(fields.after(FieldSet::Shares), Some(FieldSet::Views));
        assert_eq!(fields.first(), FieldSet::Shares, "nothing is proven yet");
        fields.note(FieldSet::Views);
        assert_eq!(fields.first(), FieldSet::Views);
        assert_eq!(fields.after(FieldSet::Views), None, "the account's own");
        assert_eq!(
            fields.after(FieldSet::Shares),
            Some(FieldSet::Views),
            "asked before the others were given up"
        );
    }

    #[test]
    fn when_all_is_refused_nothing_is_given_up() {
        let fields = AcceptedFields::new(false);
        assert_eq!(fields.after(FieldSet::Views), Some(FieldSet::Sure));
        assert_eq!(fields.after(FieldSet::Sure), None);
        assert_eq!(fields.first(), FieldSet::Views);
    }
}
