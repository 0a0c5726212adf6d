//! What the errors of the Graph API mean.
//!
//! Decided by code, then subcode, then message, never by HTTP status: the same code comes with
//! several (Graph API, "Handling Errors" and "Rate Limits", read in 2026; strohne/Facepager
//! `src/apimodules.py`). Messages are in the language of the token's owner, so that of them only
//! names of parameters, permissions and features, numbers, and two known phrases are read.

use beffroi_model::{Absent, Failed, Forbidden, Outcome};

use super::wire::{Envelope, GraphError};
use crate::{
    Retry,
    api::{Reply, Setback},
};

/// What an answer that is not the one asked for tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Something of what was asked for.
    Refused(Refusal),
    /// An allowance of the application, the user or the token is spent: no call helps for now.
    Spent(Allowance),
    /// The allowance of this page alone is spent.
    PageSpent,
    /// No call helps until somebody acts.
    Barred(Forbidden),
}

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// How the visit ends if nothing else helps.
    Setback(Setback),
    /// Nothing of that name or number for us: it does not exist, is not published, is not for our
    /// age or country, or needs a permission (100, subcode 33).
    Unseen,
    /// The same, with the names of the features that might help (100): written of pages that do not
    /// exist and of tokens that may read none (strohne/Facepager #174, #190).
    NeedsFeature,
    /// The page was merged into the one of this number (21).
    Migrated(String),
    /// The answer would be too large (1), or the server failed: with less asked it may not.
    TooMuch(Setback),
    /// The list may not be read any further (100).
    ListEnds,
}

/// Which allowance is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowance {
    /// What may be asked in an hour or a day.
    Quota,
    /// How fast or how evenly it may be asked.
    Rate,
}

impl From<Setback> for Refusal {
    fn from(setback: Setback) -> Self {
        Self::Setback(setback)
    }
}

impl From<Refusal> for Told {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Setback> for Told {
    fn from(setback: Setback) -> Self {
        Self::Refused(setback.into())
    }
}

/// What an answer means that is not the one asked for.
pub(super) fn told(reply: &Reply) -> Told {
    let setback = reply.setback();
    match reply.json::<Envelope>() {
        Some(envelope) => of_error(&envelope.error, setback),
        // Without a word, but the meaning of this status is fixed: who asks is not known.
        None if reply.status() == 401 => Told::Barred(Forbidden::CredentialRefused),
        None => of_page(setback).into(),
    }
}

/// `setback` is what the answer would mean without its words.
fn of_error(error: &GraphError, setback: Setback) -> Told {
    let message = error.message.as_deref().unwrap_or_default();
    let for_user = error.error_user_msg.as_deref().unwrap_or_default();
    let is_too_much = is_too_much(message) || is_too_much(for_user);
    match (error.code.given(), error.error_subcode.given()) {
        (Some(102 | 190), _) => Told::Barred(Forbidden::CredentialRefused),
        (Some(368), _) => Told::Barred(Forbidden::Blocked),
        (Some(4 | 17 | 32), _) => Told::Spent(Allowance::Quota),
        (Some(613), _) => Told::Spent(Allowance::Rate),
        (Some(80_000..=80_099), _) => Told::PageSpent,
        (Some(10 | 200..=299), _) => Setback::forbidden(Forbidden::PermissionMissing).into(),
        (Some(803), _) => Setback::absent(Absent::NotFound).into(),
        (Some(21), _) => successor(message)
            .map_or(Refusal::Unseen, Refusal::Migrated)
            .into(),
        (Some(1), Some(99)) => Refusal::TooMuch(passing(setback)).into(),
        (Some(1 | 2), _) if is_too_much => Refusal::TooMuch(passing(setback)).into(),
        (Some(1 | 2), _) => passing(setback).into(),
        (Some(100), Some(33)) => Refusal::Unseen.into(),
        (Some(100), _) => of_bad_parameter(message),
        _ if error.is_transient => passing(setback).into(),
        _ => of_page(setback).into(),
    }
}

/// Code 100: our parameter is bad, or what it names.
fn of_bad_parameter(message: &str) -> Told {
    // kennetpostigo/react-facebook-login-component #9: a person has other fields than a page.
    let is_no_page = ["(User)", "(Group)", "(Event)", "(Application)"]
        .iter()
        .any(|kind| message.contains(&format!("node type {kind}")));
    if is_no_page {
        return Setback::absent(Absent::NotAnAccount).into();
    }
    if message.contains("appsecret_proof") {
        return Told::Barred(Forbidden::CredentialRefused);
    }
    if message.contains("Cursor specified exceeds the max limit") {
        return Refusal::ListEnds.into();
    }
    let features = [
        "pages_read_engagement",
        "pages_read_user_content",
        "Page Public Content Access",
        "Page Public Metadata Access",
    ];
    if features.iter().any(|feature| message.contains(feature)) {
        return Refusal::NeedsFeature.into();
    }
    // A field or parameter that this version does not know (any more): nothing about the page.
    Setback::layout().into()
}

/// Y of "Page ID X was migrated to page ID Y": the last number, whatever the language.
fn successor(message: &str) -> Option<String> {
    let mut numbers = message
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| number.len() >= 5);
    let old = numbers.next()?;
    let new = numbers.next_back()?;
    (new != old).then(|| new.to_owned())
}

fn is_too_much(message: &str) -> bool {
    message.contains("reduce the amount of data")
}

fn passing(setback: Setback) -> Setback {
    Setback {
        retry: Some(Retry::after_a_try(None)),
        ..of_page(setback)
    }
}

/// That a page is not there is said by a code. A status alone says it of an address, and of who
/// may ask rather than of a login.
fn of_page(setback: Setback) -> Setback {
    match setback.outcome {
        Outcome::Absent(_) | Outcome::Forbidden(Forbidden::LoginRequired) => {
            Setback::lasting(Outcome::Failed(Failed::Http4xx))
        }
        _ => setback,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Outcome = Outcome::Failed(Failed::Http4xx);

    fn meaning(error: &str) -> Told {
        let error: GraphError = serde_json::from_str(error).unwrap();
        of_error(&error, Setback::lasting(PLAIN))
    }

    fn absent(reason: Absent) -> Told {
        Setback::absent(reason).into()
    }

    #[test]
    fn codes_are_told_apart() {
        let barred = Told::Barred;
        let permission: Told = Setback::forbidden(Forbidden::PermissionMissing).into();
        for (error, expected) in [
            (
                r#"{"code":190,"error_subcode":463}"#,
                barred(Forbidden::CredentialRefused),
            ),
            (r#"{"code":"190"}"#, barred(Forbidden::CredentialRefused)),
            (r#"{"code":102}"#, barred(Forbidden::CredentialRefused)),
            (r#"{"code":368}"#, barred(Forbidden::Blocked)),
            (r#"{"code":10}"#, permission.clone()),
            (r#"{"code":200}"#, permission.clone()),
            (r#"{"code":283}"#, permission),
            (r#"{"code":4}"#, Told::Spent(Allowance::Quota)),
            (r#"{"code":17}"#, Told::Spent(Allowance::Quota)),
            (r#"{"code":32}"#, Told::Spent(Allowance::Quota)),
            (
                r#"{"code":613,"error_subcode":1996}"#,
                Told::Spent(Allowance::Rate),
            ),
            (r#"{"code":80001}"#, Told::PageSpent),
            (r#"{"code":803}"#, absent(Absent::NotFound)),
            (r#"{"code":100,"error_subcode":33}"#, Refusal::Unseen.into()),
            (r#"{"code":100}"#, Setback::layout().into()),
            (r#"{"code":5}"#, Setback::lasting(PLAIN).into()),
            (r#"{}"#, Setback::lasting(PLAIN).into()),
        ] {
            assert_eq!(meaning(error), expected, "{error}");
        }
    }

    #[test]
    fn failures_that_pass_are_tried_again_and_large_answers_made_smaller() {
        let again: Told = passing(Setback::lasting(PLAIN)).into();
        let smaller = Refusal::TooMuch(passing(Setback::lasting(PLAIN))).into();
        for (error, expected) in [
            (r#"{"code":1}"#, &again),
            (r#"{"code":2,"is_transient":true}"#, &again),
            (r#"{"code":9999,"is_transient":true}"#, &again),
            (r#"{"code":1,"error_subcode":99}"#, &smaller),
            (
                r#"{"code":1,"message":"Please reduce the amount of data you're asking for"}"#,
                &smaller,
            ),
            (
                r#"{"code":1,"error_user_msg":"Please reduce the amount of data"}"#,
                &smaller,
            ),
        ] {
            assert_eq!(&meaning(error), expected, "{error}");
        }
    }

    #[test]
    fn of_a_bad_parameter_the_message_decides() {
        let of = |message: &str| {
            meaning(&serde_json::json!({"code": 100, "message": message}).to_string())
        };
        assert_eq!(
            of("(#100) Tried accessing nonexisting field (fan_count) on node type (User)"),
            absent(Absent::NotAnAccount)
        );
        assert_eq!(
            of("(#100) Tried accessing nonexisting field (fan_count) on node type (Page)"),
            Setback::layout().into()
        );
        assert_eq!(
            of("This endpoint requires the 'Page Public Content Access' feature"),
            Refusal::NeedsFeature.into()
        );
        assert_eq!(
            of("API calls from the server require an appsecret_proof argument"),
            Told::Barred(Forbidden::CredentialRefused)
        );
        assert_eq!(
            of("(#100) After Cursor specified exceeds the max limit supported by this endpoint"),
            Refusal::ListEnds.into()
        );
    }

    #[test]
    fn the_number_of_a_merged_page_is_read_in_any_language() {
        let of = |message: &str| {
            meaning(&serde_json::json!({"code": 21, "message": message}).to_string())
        };
        let to = |number: &str| Told::from(Refusal::Migrated(number.to_owned()));
        assert_eq!(
            of(
                "(#21) Page ID 111111111 was migrated to page ID 222222222. Please update your API calls to the new ID"
            ),
            to("222222222")
        );
        assert_eq!(
            of("(#21) La page 111111111 a migré vers la page 222222222"),
            to("222222222")
        );
        for unclear in [
            "(#21) The page was migrated",
            "(#21) Page ID 111111111 was migrated",
            "",
        ] {
            assert_eq!(of(unclear), Refusal::Unseen.into(), "{unclear}");
        }
    }
}
