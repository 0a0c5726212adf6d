//! What an answer means that is not the one asked for: told by the code of its error, and where that
//! is the general one, by what its message speaks of (developers.tiktok.com, "Error handling";
//! CybersecurityForDemocracy/tiktok-library #89; both read in 2026).

use beffroi_fetch::FetchError;
use beffroi_model::{Absent, Failed, Forbidden, Outcome};

use super::wire::{ApiError, Envelope};
use crate::api::{Reply, Setback};

/// Why a call brought nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The token has ended: another is to be had.
    TokenEnded,
    /// The project may not ask this.
    ProjectRefused,
    /// The platform does not take a parameter: a name, where that is the only one.
    BadParameter,
    /// It has lost where we were in a list.
    CursorLost,
    /// The day's allowance is spent.
    DaySpent,
    /// Anything else.
    Setback(Setback),
}

impl Refusal {
    /// What it means for an account when nothing else is known of it.
    pub(super) fn setback(self) -> Setback {
        match self {
            Self::TokenEnded => Setback::forbidden(Forbidden::CredentialRefused),
            Self::ProjectRefused => Setback::forbidden(Forbidden::PermissionMissing),
            Self::BadParameter | Self::CursorLost => {
                Setback::lasting(Outcome::Failed(Failed::Http4xx))
            }
            Self::DaySpent => Setback::lasting(Outcome::Failed(Failed::QuotaSpent)),
            Self::Setback(setback) => setback,
        }
    }

    /// What an answer means that has no data, and the code that it gives.
    pub(super) fn of_reply(reply: &Reply) -> (Self, Option<String>) {
        let envelope: Option<Envelope<serde::de::IgnoredAny>> = reply.json();
        let Some(error) = envelope.map(|envelope| envelope.error) else {
            return (of_status(reply), None);
        };
        let refusal = of_error(&error).unwrap_or_else(|| match reply.status() {
            401 => Self::TokenEnded,
            // A name that is not there, private, a minor's: of these the code is not documented.
            404 => Self::BadParameter,
            200 => Self::Setback(Setback::layout()),
            _ => of_status(reply),
        });
        (refusal, code(&error))
    }

    /// What a call means that brought no answer. Which limit a 429 is of stands in its body.
    pub(super) fn of_error(error: &FetchError) -> (Self, Option<String>) {
        let words: Option<Envelope<serde::de::IgnoredAny>> =
            serde_json::from_slice(&error.words.0).ok();
        let told = words.map(|envelope| envelope.error);
        let told = told.as_ref();
        match told.and_then(of_error) {
            Some(Self::DaySpent) => (Self::DaySpent, told.and_then(code)),
            _ => (Self::Setback(Setback::from(error)), told.and_then(code)),
        }
    }
}

/// The meaning of a code; `None` for one that is not known.
fn of_error(error: &ApiError) -> Option<Refusal> {
    let message = error.message.as_deref().unwrap_or_default().to_lowercase();
    Some(match error.code.as_str() {
        // The latter in older copies of the documentation.
        "access_token_invalid" | "invalid_token" => Refusal::TokenEnded,
        "scope_not_authorized" | "scope_permission_missed" => Refusal::ProjectRefused,
        "daily_quota_limit_exceeded" => Refusal::DaySpent,
        "invalid_params" if message.contains("cursor") || message.contains("search_id") => {
            Refusal::CursorLost
        }
        // A field that the platform does not know any more tells nothing of an account.
        "invalid_params" if message.contains("field") => Refusal::Setback(Setback::layout()),
        "invalid_params" => Refusal::BadParameter,
        _ => return None,
    })
}

/// An answer that is not in the words of the API tells nothing of an account.
fn of_status(reply: &Reply) -> Refusal {
    let setback = reply.setback();
    Refusal::Setback(match setback.outcome {
        Outcome::Absent(Absent::NotFound | Absent::Gone) => {
            Setback::lasting(Outcome::Failed(Failed::Http4xx))
        }
        Outcome::Forbidden(Forbidden::LoginRequired) => {
            Setback::forbidden(Forbidden::CredentialRefused)
        }
        _ => setback,
    })
}

/// The code, where it is one and no prose.
fn code(error: &ApiError) -> Option<String> {
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let is_word = error.code.len() <= 60 && error.code.bytes().all(is_code);
    is_word.then(|| error.code.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_mean_what_the_documentation_says() {
        for (code, message, expected) in [
            ("access_token_invalid", "", Some(Refusal::TokenEnded)),
            ("invalid_token", "", Some(Refusal::TokenEnded)),
            ("scope_not_authorized", "", Some(Refusal::ProjectRefused)),
            ("scope_permission_missed", "", Some(Refusal::ProjectRefused)),
            ("daily_quota_limit_exceeded", "", Some(Refusal::DaySpent)),
            (
                "invalid_params",
                "Invalid count or cursor",
                Some(Refusal::CursorLost),
            ),
            (
                "invalid_params",
                "The user is private",
                Some(Refusal::BadParameter),
            ),
            (
                "invalid_params",
                "Unknown field likes_count",
                Some(Refusal::Setback(Setback::layout())),
            ),
            ("rate_limit_exceeded", "", None),
            ("internal_error", "", None),
        ] {
            let error = ApiError {
                code: code.to_owned(),
                message: Some(message.to_owned()),
            };
            assert_eq!(of_error(&error), expected, "{code}");
        }
    }
}
