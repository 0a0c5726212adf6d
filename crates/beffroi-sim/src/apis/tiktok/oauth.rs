//! Client access tokens: asked for with the client's key and secret, good for two hours. A token
//! tells whose it is and since when, so that nothing is kept of it.

use jiff::Timestamp;
use serde_json::json;

use super::{
    super::{
        network::{Call, Service},
        parameters,
        tokens::{Credentials, TokenState},
    },
    PLATFORM,
};
use crate::answer::Answer;

/// How long a token is good, seconds.
const LASTS_SECS: i64 = 7_200;

/// Gives a token out.
pub(super) fn token(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let form = String::from_utf8_lossy(&call.body);
    let form = parameters(&form);
    let field = |name: &str| {
        let found = form.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let is_form = call
        .header("content-type")
        .is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
    if !is_form || field("grant_type") != "client_credentials" {
        return refused("invalid_request", "The request parameters are malformed.");
    }
    let token = service.judge(PLATFORM, field("client_secret"));
    let is_known = match token.state {
        TokenState::Good | TokenState::WithoutPermission => is_client(field("client_key")),
        // A secret that was renewed is as good as none.
        TokenState::Expired | TokenState::Unknown => false,
    };
    if !is_known {
        service.meters.refuse(PLATFORM, &token.name, "client");
        return refused("invalid_client", "Client key or secret is incorrect.");
    }
    Answer::json(
        200,
        &json!({
            "access_token": written(&token.name, call.now.as_second()),
            "expires_in": LASTS_SECS,
            "token_type": "Bearer",
        }),
    )
}

/// Refusals have the shape of OAuth, with status 200.
fn refused(code: &str, description: &str) -> Answer {
    let answer = json!({"error": code, "error_description": description, "log_id": "20261123"});
    Answer::json(200, &answer)
}

/// The key of the first client, or of a further one.
fn is_client(key: &str) -> bool {
    let known = Credentials::of(PLATFORM).and_then(|it| it.id);
    let rest = known.and_then(|known| key.strip_prefix(known));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn written(name: &str, since: i64) -> String {
    format!("clt.sim.{since:x}.{name}")
}

/// Whose a token is, and what it is worth.
pub(super) fn judge(token: Option<&str>, now: Timestamp) -> (String, TokenState) {
    let read = token.and_then(|token| {
        let (since, name) = token.strip_prefix("clt.sim.")?.split_once('.')?;
        let since = i64::from_str_radix(since, 16).ok()?;
        Some((name.to_owned(), since))
    });
    let Some((name, since)) = read else {
        return ("unknown".to_owned(), TokenState::Unknown);
    };
    let state = match name.as_str() {
        _ if !(since..since + LASTS_SECS).contains(&now.as_second()) => TokenState::Expired,
        "without_permission" => TokenState::WithoutPermission,
        _ => TokenState::Good,
    };
    (name, state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_two_hours() {
        let at = |secs: i64| Timestamp::from_second(1_790_000_000 + secs).unwrap();
        let token = written("2", 1_790_000_000);
        let state = |secs| judge(Some(&token), at(secs));
        assert_eq!(state(0), ("2".to_owned(), TokenState::Good));
        assert_eq!(state(7_199).1, TokenState::Good);
        assert_eq!(state(7_200).1, TokenState::Expired);
        let bare = written("without_permission", 1_790_000_000);
        assert_eq!(judge(Some(&bare), at(0)).1, TokenState::WithoutPermission);
        for none in [None, Some("clt.x"), Some("clt.sim.zz.1")] {
            assert_eq!(judge(none, at(0)).1, TokenState::Unknown);
        }
    }

    #[test]
    fn further_clients_have_further_keys() {
        assert!(is_client("sim-tiktok-client") && is_client("sim-tiktok-client-2"));
        assert!(!is_client("") && !is_client("sim-tiktok"));
    }
}
