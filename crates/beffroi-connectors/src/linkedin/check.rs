//! What the token is good for: one question for the followers of an organisation that is not ours,
//! LinkedIn's own.

use super::{
    LinkedinConnector,
    ask::{Asker, Kind},
    name,
    refusal::Refusal,
    requests,
    wire::NetworkSize,
};
use crate::{CredentialCheck, credential::Givers};

/// LinkedIn's own organisation. Whether it is there matters little: only who may ask is told.
const ANY_ORGANIZATION: &str = "1337";

const CAN: &[&str] = &["organisations with their followers"];

const GIVERS: Givers = Givers {
    credential: "a new access token of the member, who logs in to our application again: this one is \
                 wrong, revoked or expired (it lives about 60 days)",
    permission: "the product Community Management, which LinkedIn grants to the legal entity behind \
                 the application after a review; and a token made after that",
};

/// Asks what the token is good for; `None` without one.
pub(super) async fn check(connector: &LinkedinConnector) -> Option<CredentialCheck> {
    connector.authorization.as_ref()?;
    let settings = &connector.settings;
    let urn = name::urn(ANY_ORGANIZATION, false);
    let url = requests::network_size(&settings.base_url, &urn, settings.edge_type());
    let mut asker = Asker::new(connector);
    let answer = asker.ask::<NetworkSize>(Kind::NetworkSize, url).await;
    let told = asker.told.take();
    let calls = asker.into_records().len();
    Some(match answer {
        Ok(_) | Err(Refusal::NotThere) => CredentialCheck::working(CAN, calls),
        Err(refusal) => {
            let check = CredentialCheck::of_setback(refusal.setback(), told, &GIVERS, calls);
            match refusal {
                Refusal::VersionEnded => check.missing(format!(
                    "a newer `platforms.linkedin.api_version` than {}, from LinkedIn's list of \
                     versions",
                    settings.api_version
                )),
                _ => check,
            }
        }
    })
}
