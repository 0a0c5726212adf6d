//! What all methods have in common: mandatory headers, errors, lists of ids, pages.

use serde_json::{Value, json};

use super::{super::network::Call, is_active};
use crate::answer::Answer;

/// An error.
pub(super) fn error(status: u16, number: Option<u32>, code: &str, message: &str) -> Answer {
    let mut fields = json!({"status": status, "code": code, "message": message});
    if let Some(number) = number {
        fields["serviceErrorCode"] = number.into();
    }
    Answer::json(status, &fields)
}

/// The member may not see that.
pub(super) fn denied(resource: &str) -> Answer {
    let message = format!("Not enough permissions to access: {resource}");
    error(403, Some(100), "ACCESS_DENIED", &message)
}

/// A parameter is not as it must be.
pub(super) fn illegal(what: &str) -> Answer {
    error(400, None, "ILLEGAL_ARGUMENT", what)
}

/// How a call without the mandatory headers is refused.
pub(super) fn refused_headers(call: &Call<'_>) -> Option<Answer> {
    let Some(version) = call.header("linkedin-version") else {
        let message = "A version must be present. Please specify a version by adding the \
                       LinkedIn-Version header.";
        return Some(error(400, None, "VERSION_MISSING", message));
    };
    if !is_active(version, call.now) {
        let message = format!("Requested version {version} is not active");
        return Some(error(426, None, "NONEXISTENT_VERSION", &message));
    }
    if call.header("x-restli-protocol-version") != Some("2.0.0") {
        return Some(illegal("Invalid protocol version"));
    }
    // A URN in the path is one piece, its colons encoded.
    call.path.contains(':').then(|| illegal("Invalid key"))
}

/// The items of `List(…)`, whose parentheses and commas are written as they are.
pub(super) fn list<'a>(call: &'a Call<'_>, name: &str) -> Option<Vec<&'a str>> {
    let is_plain = call.query.contains(&format!("{name}=List("));
    let text = call.parameter(name).filter(|_| is_plain)?;
    let items = text.strip_prefix("List(")?.strip_suffix(')')?;
    Some(items.split(',').filter(|item| !item.is_empty()).collect())
}

/// A page of a list, with a link to the next one.
pub(super) fn page(call: &Call<'_>, usual: usize, elements: Vec<Value>) -> Answer {
    let number = |name: &str, default: usize| {
        let given = call.parameter(name).map(str::parse::<usize>);
        given.unwrap_or(Ok(default)).ok()
    };
    let (Some(start), Some(count @ 1..=100)) = (number("start", 0), number("count", usual)) else {
        return illegal("Invalid start or count");
    };
    let total = elements.len();
    let shown: Vec<Value> = elements.into_iter().skip(start).take(count).collect();
    let mut links = json!([]);
    if start + shown.len() < total && !shown.is_empty() {
        let href = format!("{}?start={}&count={count}", call.path, start + count);
        links = json!([{"type": "application/json", "rel": "next", "href": href}]);
    }
    Answer::json(
        200,
        &json!({
            "paging": {"start": start, "count": count, "links": links},
            "elements": shown,
        }),
    )
}
