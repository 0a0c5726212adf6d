//! Errors of the Data API: one envelope, told apart by the reason (fact sheet, section 3.6).

use serde_json::json;

use crate::answer::Answer;

/// An error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Problem {
    status: u16,
    domain: &'static str,
    reason: &'static str,
    /// The parameter it is about.
    location: Option<&'static str>,
    /// Google's own word for it, and the reason in its newer envelope.
    details: Option<(&'static str, &'static str)>,
}

const fn plain(status: u16, domain: &'static str, reason: &'static str) -> Problem {
    Problem {
        status,
        domain,
        reason,
        location: None,
        details: None,
    }
}

const fn detailed(
    status: u16,
    (domain, reason): (&'static str, &'static str),
    details: (&'static str, &'static str),
) -> Problem {
    Problem {
        details: Some(details),
        ..plain(status, domain, reason)
    }
}

/// Something asked for is not there.
pub(super) const fn missing(
    domain: &'static str,
    reason: &'static str,
    location: &'static str,
) -> Problem {
    Problem {
        location: Some(location),
        ..plain(404, domain, reason)
    }
}

/// A parameter is wrong.
pub(super) const fn bad(location: &'static str, reason: &'static str) -> Problem {
    Problem {
        location: Some(location),
        ..plain(400, "youtube.parameter", reason)
    }
}

pub(super) const NO_KEY: Problem = detailed(
    403,
    ("global", "forbidden"),
    ("PERMISSION_DENIED", "CONSUMER_INVALID"),
);
/// Nobody's, or expired.
pub(super) const KEY_INVALID: Problem = detailed(
    400,
    ("global", "badRequest"),
    ("INVALID_ARGUMENT", "API_KEY_INVALID"),
);
pub(super) const KEY_BLOCKED: Problem = detailed(
    403,
    ("global", "forbidden"),
    ("PERMISSION_DENIED", "API_KEY_SERVICE_BLOCKED"),
);
pub(super) const QUOTA_SPENT: Problem = plain(403, "youtube.quota", "quotaExceeded");
pub(super) const TOO_FAST: Problem = plain(403, "usageLimits", "rateLimitExceeded");
pub(super) const NO_METHOD: Problem = plain(404, "global", "notFound");
pub(super) const COMMENTS_OFF: Problem = Problem {
    location: Some("videoId"),
    ..plain(403, "youtube.commentThread", "commentsDisabled")
};

impl Problem {
    /// In its envelope. Messages are prose.
    pub(super) fn answer(self) -> Answer {
        let message = match self.reason {
            "quotaExceeded" => {
                "The request cannot be completed because you have exceeded your quota."
            }
            "rateLimitExceeded" => "Too many requests within a minute.",
            "commentsDisabled" => {
                "The video identified by the videoId parameter has disabled comments."
            }
            _ if self == KEY_INVALID => "API key not valid. Please pass a valid API key.",
            reason => reason,
        };
        let mut inner = json!({"message": message, "domain": self.domain, "reason": self.reason});
        if let Some(location) = self.location {
            inner["location"] = location.into();
            inner["locationType"] = "parameter".into();
        }
        let mut error = json!({"code": self.status, "message": message, "errors": [inner]});
        if let Some((status, reason)) = self.details {
            error["status"] = status.into();
            error["details"] = json!([{
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
                "metadata": {"service": "youtube.googleapis.com"},
            }]);
        }
        Answer::json(self.status, &json!({"error": error}))
    }
}
