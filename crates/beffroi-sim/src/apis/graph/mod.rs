//! What the Graph APIs of Meta have in common: the envelope of errors, tokens, times, cursors and
//! the headers of usage (fact sheet `facebook`, sections 3, 4 and 6).

mod batch;
mod comments;
mod edges;
mod facebook;
mod fields;
mod host;
mod instagram;
mod nodes;

use jiff::Timestamp;
use serde_json::{Value, json};

pub(super) use self::host::MetaGraph;

use super::{
    network::Call,
    tokens::{Token, TokenState},
};
use crate::{answer::Answer, draw::hash, meters::Standing};

/// An error of the Graph API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GraphError {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) subcode: Option<u32>,
    pub(super) kind: &'static str,
    pub(super) message: String,
    /// Further fields, as only some errors have them.
    pub(super) more: Option<Value>,
    /// `X-Business-Use-Case-Usage`, where the error is of that allowance.
    pub(super) usage: Option<String>,
}

impl GraphError {
    /// An error of the most common type.
    pub(super) fn new(
        status: u16,
        code: u32,
        subcode: Option<u32>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code,
            subcode,
            kind: "OAuthException",
            message: message.into(),
            more: None,
            usage: None,
        }
    }

    /// A parameter or a field that is wrong.
    pub(super) fn bad_parameter(message: impl Into<String>) -> Self {
        Self::new(400, 100, None, message)
    }

    /// In its envelope.
    pub(super) fn answer(&self) -> Answer {
        let answer = Answer::json(self.status, &self.envelope());
        match &self.usage {
            Some(usage) => answer.header("x-business-use-case-usage", usage),
            None => answer,
        }
    }

    pub(super) fn envelope(&self) -> Value {
        let trace = hash(self.message.as_bytes());
        let mut fields = json!({
            "message": self.message,
            "type": self.kind,
            "code": self.code,
            "fbtrace_id": format!("A{trace:x}"),
        });
        if let Some(subcode) = self.subcode {
            fields["error_subcode"] = subcode.into();
        }
        if matches!(self.code, 2 | 4 | 17) {
            fields["is_transient"] = true.into();
        }
        if let Some(Value::Object(more)) = &self.more {
            for (name, value) in more {
                fields[name] = value.clone();
            }
        }
        json!({"error": fields})
    }
}

/// An error of the most common type, in its envelope.
pub(super) fn error(status: u16, code: u32, subcode: Option<u32>, message: &str) -> Answer {
    GraphError::new(status, code, subcode, message).answer()
}

/// The secret of a call: the parameter, or the header.
pub(super) fn secret<'a>(call: &'a Call<'_>) -> Option<&'a str> {
    call.parameter("access_token").or_else(|| call.bearer())
}

/// How a call without a good token is refused, and the refusal's name in the meters.
/// `permission` is what a token without permission is told, with its code.
pub(super) fn refusal(token: &Token, permission: (u32, &str)) -> Option<(Answer, &'static str)> {
    match token.state {
        TokenState::Good => None,
        TokenState::Expired => {
            let message = "Error validating access token: Session has expired on Sunday, \
                           22-Nov-26 03:00:00 PST. The current time is later.";
            Some((error(401, 190, Some(463), message), "expired"))
        }
        TokenState::WithoutPermission => {
            let (code, message) = permission;
            Some((error(403, code, None, message), "permission"))
        }
        TokenState::Unknown => {
            let message = "Invalid OAuth access token - Cannot parse access token";
            Some((error(400, 190, None, message), "unknown"))
        }
    }
}

/// A call without any token.
pub(super) fn no_token() -> Answer {
    let message = "An access token is required to request this resource.";
    error(400, 104, None, message)
}

/// `2026-03-02T08:15:00+0000`.
pub(super) fn time(secs: i64) -> String {
    let timestamp = Timestamp::from_second(secs).unwrap_or(Timestamp::UNIX_EPOCH);
    timestamp.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}

/// The header that tells how much of an allowance is used, in percent. It only appears after some
/// traffic.
pub(super) fn with_app_usage(answer: Answer, standing: &Standing) -> Answer {
    if standing.percent() == 0 {
        return answer;
    }
    let calls = standing.percent();
    let usage = json!({
        "call_count": calls,
        "total_cputime": calls / 3,
        "total_time": calls / 2,
    });
    answer.header("x-app-usage", usage.to_string())
}

/// Where a list goes on: behind the entry of that time.
pub(super) fn cursor(at: i64) -> String {
    format!("QVFI{:x}", at ^ 0x5f5f)
}

/// The time in a cursor; none where it is no cursor of ours.
pub(super) fn after(cursor: &str) -> Option<i64> {
    let at = i64::from_str_radix(cursor.strip_prefix("QVFI")?, 16).ok()?;
    Some(at ^ 0x5f5f)
}

/// Seconds of a time in a parameter: Unix seconds, or a date.
pub(super) fn moment(text: &str) -> Option<i64> {
    text.parse::<i64>().ok().or_else(|| {
        let timestamp: Timestamp = text.parse().ok()?;
        Some(timestamp.as_second())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_where_it_was_made() {
        assert_eq!(after(&cursor(1_790_000_123)), Some(1_790_000_123));
        assert_eq!(after("QQ"), None);
        assert_eq!(after("QVFIzz"), None);
    }

    #[test]
    fn times_have_an_offset_without_colon() {
        assert_eq!(time(1_772_439_300), "2026-03-02T08:15:00+0000");
        assert_eq!(moment("1772439300"), Some(1_772_439_300));
        assert_eq!(moment("2026-03-02T08:15:00Z"), Some(1_772_439_300));
        assert_eq!(moment("yesterday"), None);
    }
}
