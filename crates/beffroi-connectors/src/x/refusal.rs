//! What it means when X does not answer what was asked: of one account among many (in the `errors`
//! of a 200), and of a whole request.
//!
//! Sources: docs.x.com, "Response codes and errors", 2026; DocNow/twarc, SFM's harvester and 4CAT
//! for what is not written there: a suspended account has the kind of a missing one and is told by
//! its words alone, and a spent monthly cap is a 429 like any other.

use beffroi_fetch::FetchError;
use beffroi_model::{Absent, Failed, Forbidden, Outcome};
use jiff::{SignedDuration, Timestamp};

use super::wire::Problem;
use crate::{
    Retry,
    api::{Reply, Setback},
};

/// How long X is not asked again once credits or cap are found to be spent. One of its windows: they
/// may be filled up by hand at any time, and a refused request costs nothing.
pub(super) const SPENT_BELIEVED_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What a problem with one account means; `None` when it tells nothing of the account.
pub(super) fn of_account(problem: &Problem) -> Option<Setback> {
    let title = problem.title.as_deref().unwrap_or_default().to_lowercase();
    let detail = problem.detail.as_deref().unwrap_or_default().to_lowercase();
    if detail.contains("suspended") {
        return Some(Setback::absent(Absent::Suspended));
    }
    match problem.kind() {
        "not-authorized-for-resource" => Some(Setback::forbidden(Forbidden::PrivateAccount)),
        // Withheld, or shown to some alone.
        "resource-unavailable" => Some(Setback::forbidden(Forbidden::Blocked)),
        "resource-not-found" => Some(Setback::absent(Absent::NotFound)),
        _ if title.contains("not found") => Some(Setback::absent(Absent::NotFound)),
        _ => None,
    }
}

/// What an answer means that is not a 200.
pub(super) fn of_reply(reply: &Reply) -> Setback {
    let problem: Option<Problem> = reply.json();
    let problem = problem.as_ref();
    if problem.is_some_and(is_spent) {
        return Setback::lasting(Outcome::Failed(Failed::QuotaSpent));
    }
    match reply.status() {
        401 => Setback::forbidden(Forbidden::CredentialRefused),
        402 => Setback::lasting(Outcome::Failed(Failed::QuotaSpent)),
        403 => problem
            .and_then(of_client)
            .or_else(|| problem.and_then(of_account_within))
            .unwrap_or_else(|| reply.setback()),
        // An unknown path or a server that is not X's: nothing that we learn of the account.
        404 | 410 => Setback::lasting(Outcome::Failed(Failed::Http4xx)),
        _ => reply.setback(),
    }
}

/// Whether credits or cap are spent.
fn is_spent(problem: &Problem) -> bool {
    let is_title = |title: &str| {
        let title = title.to_ascii_lowercase();
        title == "usagecapexceeded" || title == "creditsdepleted"
    };
    problem.title.as_deref().is_some_and(is_title)
        || matches!(problem.kind(), "usage-capped" | "credits")
}

/// What a problem with our app means.
fn of_client(problem: &Problem) -> Option<Setback> {
    let reason = problem.reason.as_deref().unwrap_or_default();
    match (problem.kind(), reason) {
        ("client-forbidden", _) | (_, "client-not-enrolled" | "official-client-forbidden") => {
            Some(Setback::forbidden(Forbidden::PermissionMissing))
        }
        // The token is of another sort than the call takes.
        ("unsupported-authentication", _) => Some(Setback::forbidden(Forbidden::CredentialRefused)),
        _ => None,
    }
}

fn of_account_within(problem: &Problem) -> Option<Setback> {
    let inner = problem.errors.iter().find_map(of_account);
    inner.or_else(|| of_account(problem))
}

/// What a call means that brought no answer. Of a 429 the client gives the head alone, so the rate
/// tells: one that is not used up is not what stopped us, but the cap or X's own trouble. Then X is
/// tried again, but not soon.
pub(super) fn of_error(error: &FetchError, now: Timestamp) -> Setback {
    let head = error.head.as_ref();
    let left = head.and_then(|head| head.header("x-rate-limit-remaining"));
    let is_window = left.is_some_and(|left| left.trim() == "0");
    if error.status != Some(429) || is_window {
        return Setback::from(error);
    }
    let later = now.checked_add(SPENT_BELIEVED_FOR).unwrap_or(now);
    let not_before = error.not_before.map_or(later, |moment| moment.max(later));
    Setback {
        outcome: Outcome::Failed(Failed::QuotaSpent),
        retry: Some(Retry::after_a_try(Some(not_before))),
        is_backoff: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn outcome(problem: Value) -> Option<Outcome> {
        let problem: Problem = serde_json::from_value(problem).unwrap();
        of_account(&problem).map(|setback| setback.outcome)
    }

    #[test]
    fn problems_with_an_account_are_told_apart_by_kind_and_words() {
        let not_found = Some(Outcome::Absent(Absent::NotFound));
        for (problem, expected) in [
            (
                json!({"title": "Not Found Error", "detail": "Could not find user with ids: [7].",
                    "type": "https://api.x.com/2/problems/resource-not-found"}),
                not_found,
            ),
            (
                json!({"type": "https://api.twitter.com/2/problems/resource-not-found"}),
                not_found,
            ),
            (json!({"title": "Not Found Error", "type": null}), not_found),
            (
                json!({"title": "Forbidden", "detail": "User has been suspended: [suspendu].",
                    "type": "https://api.x.com/2/problems/resource-not-found"}),
                Some(Outcome::Absent(Absent::Suspended)),
            ),
            (
                json!({"title": "Authorization Error",
                    "type": "https://api.x.com/2/problems/not-authorized-for-resource"}),
                Some(Outcome::Forbidden(Forbidden::PrivateAccount)),
            ),
            (
                json!({"type": "https://api.x.com/2/problems/resource-unavailable"}),
                Some(Outcome::Forbidden(Forbidden::Blocked)),
            ),
            (
                json!({"type": "https://api.x.com/2/problems/field-hydration-failure"}),
                None,
            ),
            (json!({}), None),
        ] {
            assert_eq!(outcome(problem.clone()), expected, "{problem}");
        }
    }
}
