//! A credential that its platform refuses is left alone for an hour, whatever is asked of it
//! meanwhile: nothing but a person's deed changes that, and a call for each account would be rude.

use std::{sync::Mutex, time::Duration};

use beffroi_model::{Forbidden, Platform};
use tokio::time::Instant;

use crate::api::Setback;

/// How long a refusal is believed.
const BELIEVED_FOR: Duration = Duration::from_secs(3600);

/// Whether a credential is refused at present.
#[derive(Debug, Default)]
pub(crate) struct Barred(Mutex<Option<(Instant, Forbidden)>>);

impl Barred {
    /// Why nothing is asked, if so.
    pub(crate) fn setback(&self) -> Option<Setback> {
        let barred = *self.0.lock().expect("nothing panics while holding it");
        let (until, reason) = barred?;
        (Instant::now() < until).then(|| Setback::forbidden(reason))
    }

    /// Notes a refusal. How the refused call ends.
    pub(crate) fn bar(&self, platform: Platform, reason: Forbidden) -> Setback {
        tracing::error!(
            platform = %platform,
            reason = %reason,
            "a credential is refused, with which nothing is asked for an hour"
        );
        let until = Instant::now() + BELIEVED_FOR;
        *self.0.lock().expect("nothing panics while holding it") = Some((until, reason));
        Setback::forbidden(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_refusal_is_believed_for_an_hour() {
        let barred = Barred::default();
        assert_eq!(barred.setback(), None);
        let refused = barred.bar(Platform::Tiktok, Forbidden::CredentialRefused);
        assert_eq!(barred.setback(), Some(refused));
        tokio::time::advance(BELIEVED_FOR).await;
        assert_eq!(barred.setback(), None);
    }
}
