//! What the token is good for: one call for a public page that is not ours, with its followers and
//! one post, which is what Page Public Content Access is for.

use beffroi_fetch::Request;
use beffroi_model::{Absent, Failed, Outcome};

use super::{
    FacebookConnector,
    refusal::{self, Refusal, Told},
    requests,
    wire::{Envelope, Page},
};
use crate::{
    CredentialCheck,
    api::{Calls, Setback},
    credential::Givers,
};

/// A public page that many follow and that is ours in no way: NASA's.
const PUBLIC_PAGE: &str = "NASA";

const CAN: &[&str] = &[
    "public pages with their followers",
    "their posts with reactions, comments and shares",
];

const GIVERS: Givers = Givers {
    credential: "a new access token, best of a system user, from the Business Manager of the \
                 application: this one is wrong, expired or revoked",
    permission: "Page Public Content Access, which Meta grants by App Review after the verification \
                 of the business",
};

/// Asks what the token is good for; `None` without one.
pub(super) async fn check(connector: &FacebookConnector) -> Option<CredentialCheck> {
    let settings = &connector.settings;
    let (name, value) = settings.authorization()?;
    let url = requests::public_page(settings, PUBLIC_PAGE);
    let request = Request::api(url, settings.budget()).header(name, value);
    let mut calls = Calls::new(connector.client.clone());
    let answer = calls.get(request).await;
    let calls = calls.into_records().len();
    let of_setback =
        |setback, told| Some(CredentialCheck::of_setback(setback, told, &GIVERS, calls));
    let reply = match answer {
        Ok(reply) => reply,
        Err(setback) => return of_setback(setback, None),
    };
    if reply.status() == 200 && reply.json::<Page>().is_some() {
        return Some(CredentialCheck::working(CAN, calls));
    }
    let envelope: Option<Envelope> = reply.json();
    let told = envelope.and_then(|envelope| envelope.error.name());
    let unseen = Setback::absent(Absent::NotFound);
    let setback = match refusal::told(&reply) {
        Told::Barred(reason) => Setback::forbidden(reason),
        Told::Spent(_) | Told::PageSpent => Setback::lasting(Outcome::Failed(Failed::QuotaSpent)),
        Told::Refused(Refusal::Setback(setback) | Refusal::TooMuch(setback)) => setback,
        Told::Refused(Refusal::NeedsFeature) => {
            Setback::forbidden(beffroi_model::Forbidden::PermissionMissing)
        }
        Told::Refused(Refusal::Unseen | Refusal::Migrated(_) | Refusal::ListEnds) => unseen,
    };
    if setback == unseen {
        // Written of pages that do not exist and to tokens that may read none.
        let narrow = CredentialCheck {
            told,
            ..CredentialCheck::working(&[], calls)
        };
        return Some(narrow.missing(format!(
            "perhaps {}: the page `{PUBLIC_PAGE}`, which everybody may see, is not shown",
            GIVERS.permission
        )));
    }
    of_setback(setback, told)
}
