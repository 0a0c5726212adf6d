//! The access token: asked for with the client's key and secret, kept in memory, and renewed before
//! it ends, two hours later (developers.tiktok.com, "Client Access Token Management", 2026).

use std::time::Duration;

use beffroi_fetch::{
    Repeat, Request,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
    is_played, is_played_without,
};
use beffroi_model::{Forbidden, Platform};
use tokio::time::Instant;

use super::{TiktokConnector, refusal::Refusal, requests, wire::TokenAnswer};
use crate::{
    Credential, Secret,
    api::{Calls, Setback},
    credential::Barred,
};

/// How long a token is good where the answer does not say.
const USUAL_SECONDS: u64 = 7200;

/// How long before its end it is renewed: longer than a call lasts with all its tries.
const RENEWED_BEFORE: Duration = Duration::from_secs(300);

/// The token of one client.
#[derive(Debug)]
pub(super) struct Tokens {
    client_key: String,
    client_secret: Secret,
    /// An async lock, for whoever comes while a token is asked for waits for that one.
    held: tokio::sync::Mutex<Option<Held>>,
    barred: Barred,
}

#[derive(Debug)]
struct Held {
    /// Marked as sensitive, so that it prints nowhere.
    authorization: HeaderValue,
    renew_at: Instant,
}

/// Why there is no token, and the platform's own code for it.
pub(super) struct NoToken {
    pub(super) setback: Setback,
    pub(super) told: Option<String>,
}

impl From<Setback> for NoToken {
    fn from(setback: Setback) -> Self {
        Self {
            setback,
            told: None,
        }
    }
}

impl Tokens {
    /// Those of a credential; `None` when it names no client.
    pub(super) fn of(credential: Credential) -> Option<Self> {
        let client_key = credential.id.filter(|id| !id.is_empty());
        if client_key.is_none() {
            tracing::error!(
                credential.name = %credential.name,
                "TikTok's credential has no `id`, which is the client key of the application"
            );
        }
        Some(Self {
            client_key: client_key?,
            client_secret: credential.secret,
            held: tokio::sync::Mutex::default(),
            barred: Barred::default(),
        })
    }

    /// The header that shows the token, which is asked for where there is none that lasts.
    pub(super) async fn authorization(
        &self,
        calls: &mut Calls,
        connector: &TiktokConnector,
    ) -> Result<(HeaderName, HeaderValue), NoToken> {
        if let Some(setback) = self.barred.setback() {
            return Err(setback.into());
        }
        let (url, _) = requests::token(&connector.settings.base_url, "", "");
        if is_played_without(&url) {
            // The token of that visit was an earlier visit's.
            return Ok((AUTHORIZATION, HeaderValue::from_static("Bearer played")));
        }
        let mut held = self.held.lock().await;
        // It may have been refused to the one who was waited for.
        if let Some(setback) = self.barred.setback() {
            return Err(setback.into());
        }
        let is_lasting = |held: &&Held| Instant::now() < held.renew_at && !is_played();
        if let Some(held) = held.as_ref().filter(is_lasting) {
            return Ok((AUTHORIZATION, held.authorization.clone()));
        }
        let new = self.ask(calls, connector).await?;
        let authorization = new.authorization.clone();
        *held = Some(new);
        Ok((AUTHORIZATION, authorization))
    }

    /// Forgets a token that the platform takes for ended.
    pub(super) async fn forget(&self, authorization: &HeaderValue) {
        let mut held = self.held.lock().await;
        held.take_if(|held| held.authorization == *authorization);
    }

    /// Notes that the platform refuses the client or its project.
    pub(super) fn refuse(&self, reason: Forbidden) -> Setback {
        self.barred.bar(Platform::Tiktok, reason)
    }

    async fn ask(&self, calls: &mut Calls, connector: &TiktokConnector) -> Result<Held, NoToken> {
        let secret = self.client_secret.expose();
        let (url, form) = requests::token(&connector.settings.base_url, &self.client_key, secret);
        let media_type = "application/x-www-form-urlencoded";
        let request = Request::api_post(url, connector.budget, media_type, form, Repeat::Safe)
            .with_secret_body();
        let reply = match calls.get_or_error(request).await {
            Ok(reply) => reply,
            Err(error) => return Err(Setback::from(&*error).into()),
        };
        let asked_at = Instant::now();
        let answer: Option<TokenAnswer> = reply.json();
        let Some(answer) = answer else {
            return Err(Refusal::of_reply(&reply).0.setback().into());
        };
        let seconds = answer.expires_in.given().unwrap_or(USUAL_SECONDS);
        let lasts = Duration::from_secs(seconds);
        let token = answer.access_token.filter(|token| !token.is_empty());
        let authorization = token.and_then(|token| {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        let code = answer.error.filter(|code| code != "ok");
        match (authorization, code) {
            (Some(authorization), None) => Ok(Held {
                authorization,
                // A token that ends sooner than that is used once.
                renew_at: asked_at + lasts.saturating_sub(RENEWED_BEFORE),
            }),
            (None, None) if reply.status() == 200 => Err(Setback::layout().into()),
            (_, told) => Err(NoToken {
                setback: self.refuse(Forbidden::CredentialRefused),
                told,
            }),
        }
    }
}
