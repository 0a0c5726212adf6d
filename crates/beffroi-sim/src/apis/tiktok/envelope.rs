//! The envelope of every answer: data, and an error whose code is `ok` where there is none.

use serde_json::{Value, json};

use super::super::network::Call;
use crate::{answer::Answer, draw::hash};

/// Data, and no error.
pub(super) fn ok(data: Value) -> Answer {
    let log = hash(data.to_string().as_bytes());
    let error = json!({"code": "ok", "message": "", "log_id": format!("20261123{log:X}")});
    Answer::json(200, &json!({"data": data, "error": error}))
}

/// An error, and no data.
pub(super) fn error(status: u16, code: &str, message: &str) -> Answer {
    let log = hash(message.as_bytes());
    let error = json!({"code": code, "message": message, "log_id": format!("20261123{log:X}")});
    Answer::json(status, &json!({"data": {}, "error": error}))
}

/// The fields that a call wants; it must want some, and none that there is not.
pub(super) fn fields<'a>(call: &'a Call<'_>, known: &[&str]) -> Result<Vec<&'a str>, Answer> {
    let asked = call.parameter("fields").unwrap_or_default();
    if asked.is_empty() {
        return Err(error(400, "invalid_params", "Fields is required"));
    }
    let asked: Vec<&str> = asked.split(',').map(str::trim).collect();
    match asked.iter().find(|field| !known.contains(field)) {
        Some(unknown) => {
            let message = format!("Invalid field: {unknown}");
            Err(error(400, "invalid_params", &message))
        }
        None => Ok(asked),
    }
}

/// Of an object the fields asked for.
pub(super) fn only(object: Value, fields: &[&str]) -> Value {
    let Value::Object(all) = object else {
        return object;
    };
    let asked = all
        .into_iter()
        .filter(|(name, _)| fields.contains(&name.as_str()));
    Value::Object(asked.collect())
}
