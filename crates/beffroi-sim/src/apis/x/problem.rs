//! What X answers instead: problems of a request, and of single things asked for (fact sheet,
//! section 3).

use serde_json::{Value, json};

use crate::answer::Answer;

/// A request that is refused as a whole.
#[derive(Debug, Clone)]
pub(super) struct Problem {
    status: u16,
    value: Value,
}

fn kind(name: &str) -> String {
    format!("https://api.x.com/2/problems/{name}")
}

impl Problem {
    pub(super) fn answer(self) -> Answer {
        Answer::json(self.status, &self.value)
    }

    /// A token that is expired, revoked or nobody's.
    pub(super) fn unauthorized() -> Self {
        Self {
            status: 401,
            value: json!({
                "title": "Unauthorized", "type": "about:blank", "status": 401,
                "detail": "Unauthorized",
            }),
        }
    }

    /// An app without access.
    pub(super) fn not_enrolled() -> Self {
        Self {
            status: 403,
            value: json!({
                "client_id": "1", "reason": "client-not-enrolled", "title": "Client Forbidden",
                "detail": "When authenticating requests to the X API v2 endpoints, you must use \
                           keys and tokens from a developer App that is attached to a Project.",
                "required_enrollment": "Appropriate Level of API Access",
                "registration_url": "https://developer.x.com/en/docs/projects/overview",
                "type": kind("client-forbidden"),
            }),
        }
    }

    pub(super) fn no_such_path() -> Self {
        Self {
            status: 404,
            value: json!({
                "title": "Not Found", "type": "about:blank", "status": 404, "detail": "Not Found",
            }),
        }
    }

    /// A parameter is wrong: nothing of the request is answered.
    pub(super) fn invalid(parameter: &str, value: &str, message: &str) -> Self {
        Self {
            status: 400,
            value: json!({
                "errors": [{"parameters": {parameter: [value]}, "message": message}],
                "title": "Invalid Request",
                "detail": "One or more parameters to your request was invalid.",
                "type": kind("invalid-request"),
            }),
        }
    }

    /// Credits are used up.
    pub(super) fn no_credits() -> Self {
        Self {
            status: 402,
            value: json!({
                "title": "CreditsDepleted",
                "detail": "Your enrolled account does not have any credits to fulfill this request.",
                "type": kind("credits"),
            }),
        }
    }

    /// The cycle's posts are read.
    pub(super) fn capped() -> Self {
        Self {
            status: 429,
            value: json!({
                "title": "UsageCapExceeded",
                "detail": "Usage cap exceeded: Monthly product cap",
                "period": "Monthly", "scope": "Product", "account_id": 1,
                "product_name": "pay-per-use", "type": kind("usage-capped"),
            }),
        }
    }

    /// The account whose posts were asked for is not shown; some such answers come as 403.
    pub(super) fn hidden(error: Value) -> Self {
        Self {
            status: 403,
            value: json!({"errors": [error]}),
        }
    }
}

/// Why a thing asked for is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    NotFound,
    Suspended,
    /// For those alone whom its owner admits.
    Protected,
    /// Withheld.
    Withheld,
}

/// The entry in `errors`. `resource` is `user` or `tweet`.
pub(super) fn missing(reason: Missing, resource: &str, parameter: &str, value: &str) -> Value {
    let noun = match resource {
        "user" => "User",
        _ => "Post",
    };
    let (title, detail, name) = match reason {
        Missing::NotFound => (
            "Not Found Error",
            format!("Could not find {resource} with {parameter}: [{value}]."),
            "resource-not-found",
        ),
        // It has the type of one that is not there: its words alone tell.
        Missing::Suspended => (
            "Forbidden",
            format!("{noun} has been suspended: [{value}]."),
            "resource-not-found",
        ),
        Missing::Protected => (
            "Authorization Error",
            format!(
                "Sorry, you are not authorized to see the {resource} with {parameter}: [{value}]."
            ),
            "not-authorized-for-resource",
        ),
        Missing::Withheld => (
            "Resource Unavailable",
            format!("{noun} is withheld: [{value}]."),
            "resource-unavailable",
        ),
    };
    json!({
        "value": value, "parameter": parameter, "resource_type": resource, "resource_id": value,
        "title": title, "detail": detail, "type": kind(name),
    })
}
