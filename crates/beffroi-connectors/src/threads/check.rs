//! What the token is good for: one lookup of an account that is neither Meta's nor ours. Before App
//! Review only @meta, @threads, @instagram and @facebook are shown, so that theirs would tell
//! nothing (Meta, "Threads Profiles", 2026-04-13).

use beffroi_model::{Absent, Outcome};

use super::{ThreadsConnector, requests, wire::Profile};
use crate::{CredentialCheck, credential::Givers, instagram::graph::NoAnswer};

/// A public account that many follow: NASA's.
const PUBLIC_ACCOUNT: &str = "nasa";

const CAN: &[&str] = &[
    "public profiles with their followers",
    "the times of their posts",
];

const GIVERS: Givers = Givers {
    credential: "a new token of a user who consents: this one is wrong, revoked, or expired, as each \
                 does after 60 days unless it is renewed",
    permission: "`threads_profile_discovery` in advanced access, which Meta grants by App Review",
};

/// Asks what the token is good for; `None` without one.
pub(super) async fn check(connector: &ThreadsConnector) -> Option<CredentialCheck> {
    if !connector.graph.has_tokens() {
        return None;
    }
    let base = &connector.settings.base_url;
    let mut session = connector.graph.session();
    let answer = session
        .get::<Profile>(|_| requests::profile(base, PUBLIC_ACCOUNT))
        .await;
    let told = session.take_told();
    let calls = session.into_records().len();
    let refusal = match answer {
        Ok(_) => return Some(CredentialCheck::working(CAN, calls)),
        Err(refusal) => refusal,
    };
    let is_not_shown = match &refusal {
        NoAnswer::Refused(error) => error.is_about_user(PUBLIC_ACCOUNT),
        NoAnswer::Setback(_) => false,
    };
    if is_not_shown || refusal.setback().outcome == Outcome::Absent(Absent::NotFound) {
        let narrow = CredentialCheck {
            told,
            ..CredentialCheck::working(&["Meta's own accounts"], calls)
        };
        return Some(narrow.missing(GIVERS.permission));
    }
    let setback = refusal.setback();
    Some(CredentialCheck::of_setback(setback, told, &GIVERS, calls))
}
