//! Several questions to the Graph API in one request (fact sheet `facebook`, section 5).

use serde_json::{Value, json};

use super::{
    GraphError,
    fields::Arguments,
    host::{Asked, MAX_TOGETHER, one},
};
use crate::{
    answer::Answer,
    apis::{
        network::{Call, Service},
        parameter, parameters,
    },
};

/// Several questions in one request; each counts as a call, and fails alone.
pub(super) fn answer(service: &Service<'_>, call: &Call<'_>, secret: &str) -> Answer {
    let body = String::from_utf8_lossy(&call.body);
    let form = parameters(&body);
    let parameter = |name| parameter(&form, name).or_else(|| call.parameter(name));
    let entries: Option<Vec<Value>> = parameter("batch")
        .and_then(|batch| serde_json::from_str(batch).ok())
        .or_else(|| {
            let body: Value = serde_json::from_slice(&call.body).ok()?;
            body["batch"].as_array().cloned()
        });
    let Some(entries) = entries else {
        return GraphError::bad_parameter("(#100) batch parameter must be a JSON array").answer();
    };
    if entries.len() > MAX_TOGETHER {
        let error = GraphError {
            kind: "GraphBatchException",
            ..GraphError::new(
                400,
                2,
                None,
                "Too many requests in batch message. Maximum batch size is 50",
            )
        };
        return error.answer();
    }
    let with_headers = parameter("include_headers") != Some("false");
    let mut answers = Vec::new();
    for entry in &entries {
        let relative = entry["relative_url"].as_str().unwrap_or_default();
        let (path, query) = relative.split_once('?').unwrap_or((relative, ""));
        let inner = Call {
            path,
            parameters: parameters(query),
            body: bytes::Bytes::new(),
            ..*call
        };
        let asked = Asked {
            segments: inner.segments(),
            parameters: Arguments(inner.parameters.clone()),
            secret: inner.parameter("access_token").unwrap_or(secret),
        };
        let answer = one(service, &inner, &asked);
        let mut written = json!({
            "code": answer.status,
            "body": String::from_utf8_lossy(&answer.body),
        });
        if with_headers {
            let headers = answer.headers.iter();
            let headers = headers.map(|(name, value)| json!({"name": name, "value": value}));
            written["headers"] = headers.collect();
        }
        answers.push(written);
    }
    Answer::json(200, &answers.into())
}
