//! What a credential is good for, in words for the person who has to mend it.

use beffroi_model::{Failed, Forbidden, Outcome};
use jiff::Timestamp;
use serde::Serialize;

use crate::api::Setback;

/// What the platform says of a credential. It holds no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CredentialCheck {
    /// Whether the platform takes it, be it for less than we want. Also false where the platform
    /// could not be asked: then nothing is `missing`, and `told` says why.
    pub works: bool,
    /// What may be read with it, in plain words.
    pub can: Vec<&'static str>,
    /// When it ends, where the platform tells.
    pub expires_at: Option<Timestamp>,
    /// What is missing, and who gives it.
    pub missing: Vec<String>,
    /// Requests that the check took.
    pub calls: u32,
    /// The platform's own code and type of the error, or else the name of ours.
    pub told: Option<String>,
}

/// What to do, platform by platform, about a credential that is not good enough.
pub(crate) struct Givers {
    /// Where a credential comes from.
    pub(crate) credential: &'static str,
    /// Which permission is missing when the platform says that one is, and who gives it.
    pub(crate) permission: &'static str,
}

impl CredentialCheck {
    /// One with which this may be read.
    pub(crate) fn working(can: &[&'static str], calls: usize) -> Self {
        Self {
            works: true,
            can: can.to_vec(),
            expires_at: None,
            missing: Vec::new(),
            calls: u32::try_from(calls).unwrap_or(u32::MAX),
            told: None,
        }
    }

    /// One whose question was not answered. `told` is the platform's own code, where it gave one.
    pub(crate) fn of_setback(
        setback: Setback,
        told: Option<String>,
        givers: &Givers,
        calls: usize,
    ) -> Self {
        let (works, missing) = match setback.outcome {
            Outcome::Forbidden(Forbidden::CredentialRefused) => {
                (false, Some(givers.credential.to_owned()))
            }
            Outcome::Forbidden(Forbidden::PermissionMissing) => {
                (true, Some(givers.permission.to_owned()))
            }
            Outcome::Failed(Failed::QuotaSpent) => {
                let spent = "what it may ask for is spent for now; ask again once the platform's \
                             hour or day is over";
                (true, Some(spent.to_owned()))
            }
            _ => (false, None),
        };
        let ours = || setback.outcome.reason().map(str::to_owned);
        Self {
            works,
            missing: missing.into_iter().collect(),
            told: told.or_else(ours),
            ..Self::working(&[], calls)
        }
    }

    /// Adds what is missing.
    pub(crate) fn missing(mut self, what: impl Into<String>) -> Self {
        self.missing.push(what.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Retry;

    const GIVERS: Givers = Givers {
        credential: "a new token",
        permission: "the permission, from App Review",
    };

    fn check(outcome: Outcome) -> CredentialCheck {
        CredentialCheck::of_setback(Setback::lasting(outcome), None, &GIVERS, 1)
    }

    #[test]
    fn a_refused_credential_and_a_missing_permission_are_two_things() {
        let refused = check(Outcome::Forbidden(Forbidden::CredentialRefused));
        assert_eq!((refused.works, refused.missing.len()), (false, 1));
        assert_eq!(refused.missing, ["a new token"]);
        let narrow = check(Outcome::Forbidden(Forbidden::PermissionMissing));
        assert!(narrow.works && narrow.can.is_empty());
        assert_eq!(narrow.missing, ["the permission, from App Review"]);
        let spent = check(Outcome::Failed(Failed::QuotaSpent));
        assert!(spent.works && spent.missing[0].contains("spent"));
    }

    #[test]
    fn a_platform_that_could_not_be_asked_says_nothing_of_the_credential() {
        let setback = Setback {
            outcome: Outcome::Failed(Failed::ReadTimeout),
            retry: Some(Retry::after_a_try(None)),
            is_backoff: false,
        };
        let check = CredentialCheck::of_setback(setback, None, &GIVERS, 3);
        assert!(!check.works && check.missing.is_empty());
        assert_eq!(check.told.as_deref(), Some("read_timeout"));
        assert_eq!(check.calls, 3);
    }
}
