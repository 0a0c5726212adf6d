//! The error envelope of the Graph APIs, and what its codes mean. The HTTP status alone says
//! nothing: limits come with 400 and 403 alike.
//!
//! Sources: "Handling Errors" and "Rate Limits" of developers.facebook.com/docs/graph-api; the code
//! of an unknown user was seen in public clients (2026).

use beffroi_model::{Absent, Failed, Forbidden, Outcome};
use serde::Deserialize;

use crate::{
    Retry,
    api::{Reply, Setback},
    graph_error,
    tolerant::{self, Count},
};

/// Subcode of "the object does not exist, or may not be seen with this token".
const UNSEEN_OBJECT: u64 = 33;

/// Subcode of "Cannot find User".
const CANNOT_FIND_USER: u64 = 2_207_013;

#[derive(Deserialize)]
struct Envelope {
    #[serde(deserialize_with = "tolerant::needed")]
    error: GraphError,
}

/// An error of the platform. Its message is read, and never kept nor logged.
#[derive(Deserialize)]
pub(crate) struct GraphError {
    #[serde(default)]
    code: Count,
    #[serde(default)]
    error_subcode: Count,
    #[serde(default, deserialize_with = "tolerant::flag")]
    is_transient: bool,
    #[serde(default, deserialize_with = "tolerant::text")]
    message: Option<String>,
    #[serde(default, rename = "type", deserialize_with = "tolerant::text")]
    kind: Option<String>,
}

/// What an error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The application as a whole, the token's user or its account has asked too much.
    Limited,
    /// The token is expired, revoked or wrong.
    TokenRefused,
    /// The platform stopped us for breaking a rule: a matter for people.
    PolicyBlock,
    /// The token lacks a permission, or may not see what is asked for.
    PermissionMissing,
    /// There is no such user, or none that may be shown.
    UnknownUser,
    /// A parameter or a field is not accepted.
    BadRequest,
    /// It may pass by itself.
    Passing,
    /// Anything else.
    Other,
}

impl GraphError {
    /// The error in an answer, where there is one.
    pub(crate) fn read(reply: &Reply) -> Option<Self> {
        reply.json::<Envelope>().map(|envelope| envelope.error)
    }

    /// What it means. Limits are transient too, so that their codes come first.
    pub(crate) fn meaning(&self) -> Meaning {
        let subcode = self.error_subcode.given();
        match self.code.given() {
            Some(4 | 17 | 32 | 613 | 80_000..=80_099) => Meaning::Limited,
            Some(102 | 190) => Meaning::TokenRefused,
            Some(368) => Meaning::PolicyBlock,
            Some(10 | 200..=299) => Meaning::PermissionMissing,
            Some(100) if subcode == Some(UNSEEN_OBJECT) => Meaning::PermissionMissing,
            Some(110) => Meaning::UnknownUser,
            _ if subcode == Some(CANNOT_FIND_USER) => Meaning::UnknownUser,
            Some(100) => Meaning::BadRequest,
            Some(1 | 2) => Meaning::Passing,
            _ if self.is_transient => Meaning::Passing,
            _ => Meaning::Other,
        }
    }

    /// Its code, subcode and type, which say what happened and nothing of anybody.
    pub(crate) fn name(&self) -> Option<String> {
        graph_error::name(self.code, self.error_subcode, self.kind.as_deref())
    }

    /// Whether it is the general code 100 and its message speaks of a user.
    pub(crate) fn is_about_user(&self, name: &str) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();
        self.code.given() == Some(100) && (message.contains("user") || message.contains(name))
    }

    /// How a job ends when this is all the platform says.
    pub(crate) fn setback(&self) -> Setback {
        match self.meaning() {
            Meaning::Limited => passing(Failed::QuotaSpent),
            Meaning::TokenRefused => Setback::forbidden(Forbidden::CredentialRefused),
            Meaning::PolicyBlock => Setback::forbidden(Forbidden::Blocked),
            Meaning::PermissionMissing => Setback::forbidden(Forbidden::PermissionMissing),
            Meaning::UnknownUser => Setback::absent(Absent::NotFound),
            Meaning::Passing => passing(Failed::Http4xx),
            Meaning::BadRequest | Meaning::Other => {
                Setback::lasting(Outcome::Failed(Failed::Http4xx))
            }
        }
    }
}

/// What an answer without the envelope means. It does not come from the API proper, and so tells
/// nothing of the account: a 404 is no absence.
pub(super) fn setback_without_envelope(reply: &Reply) -> Setback {
    match reply.status() {
        401 => Setback::forbidden(Forbidden::CredentialRefused),
        404 | 410 => Setback::lasting(Outcome::Failed(Failed::Http4xx)),
        _ => reply.setback(),
    }
}

fn passing(reason: Failed) -> Setback {
    Setback {
        outcome: Outcome::Failed(reason),
        retry: Some(Retry::after_a_try(None)),
        is_backoff: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> GraphError {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn codes_mean_what_the_documentation_says() {
        for (json, expected) in [
            (r#"{"code":4,"is_transient":true}"#, Meaning::Limited),
            (r#"{"code":17}"#, Meaning::Limited),
            (r#"{"code":"32"}"#, Meaning::Limited),
            (r#"{"code":613,"error_subcode":1996}"#, Meaning::Limited),
            (r#"{"code":80002}"#, Meaning::Limited),
            (r#"{"code":190,"error_subcode":463}"#, Meaning::TokenRefused),
            (r#"{"code":368}"#, Meaning::PolicyBlock),
            (r#"{"code":10}"#, Meaning::PermissionMissing),
            (r#"{"code":200}"#, Meaning::PermissionMissing),
            (
                r#"{"code":100,"error_subcode":33}"#,
                Meaning::PermissionMissing,
            ),
            (
                r#"{"code":110,"error_subcode":2207013}"#,
                Meaning::UnknownUser,
            ),
            (r#"{"code":110}"#, Meaning::UnknownUser),
            (
                r#"{"code":100,"error_subcode":"2207013"}"#,
                Meaning::UnknownUser,
            ),
            (r#"{"code":100}"#, Meaning::BadRequest),
            (r#"{"code":2}"#, Meaning::Passing),
            (r#"{"code":9999,"is_transient":true}"#, Meaning::Passing),
            (r#"{"code":2635}"#, Meaning::Other),
            (r#"{"message":"no code"}"#, Meaning::Other),
        ] {
            assert_eq!(error(json).meaning(), expected, "{json}");
        }
    }

    #[test]
    fn only_a_general_error_that_speaks_of_a_user_is_about_one() {
        let about = |json: &str| error(json).is_about_user("mairie");
        assert!(about(
            r#"{"code":100,"message":"The requested user cannot be found or is not eligible"}"#
        ));
        assert!(about(r#"{"code":100,"message":"No profile Mairie"}"#));
        assert!(!about(r#"{"code":100,"message":"Invalid parameter"}"#));
        assert!(!about(r#"{"code":100}"#));
        assert!(!about(r#"{"code":10,"message":"user has no permission"}"#));
    }
}
