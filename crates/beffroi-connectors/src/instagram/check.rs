//! What the token is good for: one discovery of somebody else's account, in which whether there is
//! such an account matters little: only who has all permissions is told that there is none.

use beffroi_model::{Absent, Outcome};

use super::{InstagramConnector, fields::FieldSet, requests, wire::Answer};
use crate::{CredentialCheck, credential::Givers};

const ANY_ACCOUNT: &str = "nasa";

const CAN: &[&str] = &[
    "professional accounts with their followers",
    "their publications with likes, comments and views of reels",
];

const GIVERS: Givers = Givers {
    credential: "a new token of a person, or a system user, with a role on the Facebook page of our \
                 own professional account: this one is wrong, expired (it lives about 60 days) or \
                 revoked",
    permission: "`instagram_basic`, `instagram_manage_insights` and `pages_read_engagement` in \
                 advanced access, which Meta grants by App Review after the verification of the \
                 business; and a token made after that",
};

/// Asks what the token is good for; `None` without one.
pub(super) async fn check(connector: &InstagramConnector) -> Option<CredentialCheck> {
    if !connector.graph.has_tokens() {
        return None;
    }
    let base = &connector.settings.base_url;
    let address = |own: &str| requests::account(base, own, ANY_ACCOUNT, FieldSet::Sure, 1);
    let mut session = connector.graph.session();
    let answer = session.get::<Answer>(address).await;
    let told = session.take_told();
    let calls = session.into_records().len();
    let setback = match answer {
        Ok(_) => return Some(CredentialCheck::working(CAN, calls)),
        Err(refusal) => refusal.setback(),
    };
    if setback.outcome == Outcome::Absent(Absent::NotFound) {
        return Some(CredentialCheck::working(CAN, calls));
    }
    Some(CredentialCheck::of_setback(setback, told, &GIVERS, calls))
}
