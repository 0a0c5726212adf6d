//! What an answer means that is not the one asked for.

use beffroi_fetch::FetchError;
use beffroi_model::{Failed, Forbidden, Outcome};

use super::wire::Problem;
use crate::api::{Reply, Setback};

/// Why a call brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The token is wrong, expired or revoked.
    TokenRefused,
    /// The member may not see this: an organisation that it does not administer, or anything at all,
    /// where the product is missing. It says nothing of the token.
    NotAllowed,
    /// There is no such thing.
    NotThere,
    /// The version in the settings is answered no more.
    VersionEnded,
    /// The day's allowance of this kind of call is spent.
    DaySpent,
    /// Anything else.
    Setback(Setback),
}

impl Refusal {
    /// What it means for an account when nothing else is known of it.
    pub(super) fn setback(self) -> Setback {
        match self {
            Self::TokenRefused => Setback::forbidden(Forbidden::CredentialRefused),
            Self::NotAllowed => Setback::forbidden(Forbidden::PermissionMissing),
            Self::NotThere | Self::VersionEnded => {
                Setback::lasting(Outcome::Failed(Failed::Http4xx))
            }
            Self::DaySpent => Setback::lasting(Outcome::Failed(Failed::QuotaSpent)),
            Self::Setback(setback) => setback,
        }
    }

    /// What an answer means, and the code that it gives.
    pub(super) fn of_reply(reply: &Reply) -> (Self, Option<String>) {
        let problem: Option<Problem> = reply.json();
        let told = problem.as_ref().and_then(name);
        let is_of_api = told.is_some();
        let is_version = reply.status() == 426 || problem.as_ref().is_some_and(is_of_version);
        let refusal = match reply.status() {
            _ if is_version => Self::VersionEnded,
            401 => Self::TokenRefused,
            403 if is_of_api => Self::NotAllowed,
            404 if is_of_api => Self::NotThere,
            // Not the API's word on what was asked for.
            404 | 410 => Self::Setback(Setback::lasting(Outcome::Failed(Failed::Http4xx))),
            200 => Self::Setback(Setback::layout()),
            _ => Self::Setback(reply.setback()),
        };
        (refusal, told)
    }

    /// What a call means that brought no answer. Which limit a 429 is of is told in its words alone:
    /// "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
    pub(super) fn of_error(error: &FetchError) -> (Self, Option<String>) {
        let problem: Option<Problem> = serde_json::from_slice(&error.words.0).ok();
        let message = problem
            .as_ref()
            .and_then(|problem| problem.message.as_deref());
        let is_of_day = message.is_some_and(|text| text.split_whitespace().any(|it| it == "DAY"));
        let refusal = match error.status {
            Some(429) if is_of_day => Self::DaySpent,
            _ => Self::Setback(Setback::from(error)),
        };
        (refusal, problem.as_ref().and_then(name))
    }
}

fn is_of_version(problem: &Problem) -> bool {
    let code = problem.code.as_deref().unwrap_or_default();
    let message = problem.message.as_deref().unwrap_or_default();
    code.contains("VERSION") || message.contains("Version Header")
}

/// Its codes, which say what happened and nothing of anybody: `ACCESS_DENIED 100`.
fn name(problem: &Problem) -> Option<String> {
    let is_code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let code = problem
        .code
        .as_deref()
        .filter(|code| !code.is_empty() && code.len() <= 60 && code.bytes().all(is_code));
    let number = problem.service_error_code.given();
    match (code, number) {
        (Some(code), Some(number)) => Some(format!("{code} {number}")),
        (Some(code), None) => Some(code.to_owned()),
        (None, Some(number)) => Some(number.to_string()),
        (None, None) => None,
    }
}
