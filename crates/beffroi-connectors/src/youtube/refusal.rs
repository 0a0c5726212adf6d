//! What an answer means that is not the list asked for. Told by the reason's name, never by its
//! message, which is prose (developers.google.com/youtube/v3/docs/errors; read in 2026).

use beffroi_model::{Absent, Failed, Forbidden, MissingReason, Outcome};
use jiff::Timestamp;

use super::{quota, wire::Problem};
use crate::{
    Retry, access,
    api::{Reply, Setback},
};

/// Why a call brought no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// What was asked for is not there.
    Absent(Absent),
    /// Comments are off below this video.
    CommentsOff,
    /// The key's allowance of the day is spent; how that ends the account.
    QuotaSpent(Setback),
    /// Too much was asked within a minute; how that ends the account if it stays so.
    TooFast(Setback),
    /// Anything else.
    Setback(Setback),
}

impl Refusal {
    /// What it means for the account when nothing else is known of it.
    pub(super) fn setback(self) -> Setback {
        match self {
            Self::Absent(reason) => Setback::absent(reason),
            Self::CommentsOff => Setback::lasting(Outcome::Failed(Failed::Http4xx)),
            Self::QuotaSpent(setback) | Self::TooFast(setback) | Self::Setback(setback) => setback,
        }
    }

    /// Why a figure is missing when only the call that gives it ended so.
    pub(super) fn missing_reason(self) -> MissingReason {
        match self {
            Self::CommentsOff => MissingReason::RepliesRestricted,
            Self::QuotaSpent(_) => MissingReason::NotAsked,
            Self::Absent(_) | Self::TooFast(_) => MissingReason::CallFailed,
            Self::Setback(setback) => match setback.outcome {
                Outcome::Forbidden(Forbidden::PermissionMissing) => {
                    MissingReason::PermissionMissing
                }
                _ => setback.missing_reason(),
            },
        }
    }

    /// What a call means that brought no answer at all. A 429 without a moment is the same as its
    /// other form.
    pub(super) fn of_setback(setback: Setback) -> Self {
        match setback.outcome {
            Outcome::Failed(Failed::RateLimited) if !setback.is_dated() => Self::TooFast(setback),
            _ => Self::Setback(setback),
        }
    }

    /// Whether the answer had another shape than the one we know.
    pub(super) fn is_layout(self) -> bool {
        self == Self::Setback(Setback::layout())
    }

    /// Reads an answer other than 200.
    pub(super) fn of(reply: &Reply, now: Timestamp) -> Self {
        let problem: Option<Problem> = reply.json();
        let known = problem
            .as_ref()
            .and_then(|problem| problem.reasons().find_map(|reason| meaning(reason, now)));
        known.unwrap_or_else(|| {
            Self::Setback(match reply.status() {
                401 => Setback::forbidden(Forbidden::CredentialRefused),
                // An unknown method, or a server that is not the API: nothing is learnt of the account.
                404 | 410 => Setback::lasting(Outcome::Failed(Failed::Http4xx)),
                _ => reply.setback(),
            })
        })
    }
}

fn meaning(reason: &str, now: Timestamp) -> Option<Refusal> {
    let later = |failed| Setback {
        outcome: Outcome::Failed(failed),
        retry: Some(Retry::after_a_try(None)),
        is_backoff: false,
    };
    Some(match reason {
        "quotaExceeded" | "dailyLimitExceeded" => {
            Refusal::QuotaSpent(access::spent_until(quota::renewal(now)))
        }
        "rateLimitExceeded" | "userRateLimitExceeded" => {
            Refusal::TooFast(later(Failed::RateLimited))
        }
        // They come at random, and pass.
        "processingFailure" => Refusal::Setback(later(Failed::Http4xx)),
        "channelNotFound"
        | "playlistNotFound"
        | "videoNotFound"
        | "commentThreadNotFound"
        | "commentNotFound" => Refusal::Absent(Absent::NotFound),
        "channelClosed" => Refusal::Absent(Absent::Gone),
        "channelSuspended" => Refusal::Absent(Absent::Suspended),
        "commentsDisabled" => Refusal::CommentsOff,
        // Legacy names and those of `details` (google.rpc.ErrorInfo).
        "API_KEY_INVALID" | "API_KEY_EXPIRED" | "keyInvalid" | "keyExpired" => {
            Refusal::Setback(Setback::forbidden(Forbidden::CredentialRefused))
        }
        // The key may not call this API, or its project has not switched the API on.
        "API_KEY_SERVICE_BLOCKED" | "SERVICE_DISABLED" | "accessNotConfigured" => {
            Refusal::Setback(Setback::forbidden(Forbidden::PermissionMissing))
        }
        _ => return None,
    })
}
