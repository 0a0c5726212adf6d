//! Errors, as RFC 7807 has them.

use serde_json::{Value, json};

use crate::answer::Answer;

/// An error with its words; `invalid` names the parameters that are refused.
pub(super) fn problem(status: u16, detail: &str, invalid: Option<Value>) -> Answer {
    let title = match status {
        400 => "Bad Request",
        404 => "Not Found",
        429 => "Too Many Requests",
        _ => "Error",
    };
    let mut fields = json!({
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "docs": "https://docs.joinpeertube.org/api-rest-reference.html",
        "error": detail,
    });
    if let Some(invalid) = invalid {
        fields["invalid-params"] = invalid;
    }
    Answer {
        content_type: "application/problem+json; charset=utf-8",
        ..Answer::json(status, &fields)
    }
}
