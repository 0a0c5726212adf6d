//! What the credential is good for: a token, where none is at hand, and one account's counters,
//! which cost a request of the day's 1,000.

use super::{TiktokConnector, ask::Asker, refusal::Refusal, requests, wire::User};
use crate::{CredentialCheck, credential::Givers};

/// TikTok's own account. Whether it is there matters little: only an approved project is told so.
const ANY_ACCOUNT: &str = "tiktok";

const CAN: &[&str] = &[
    "public accounts with their followers",
    "their videos with likes, comments, shares and views",
];

const GIVERS: Givers = Givers {
    credential: "the client key and client secret of the research project, from its page at \
                 developers.tiktok.com: these are wrong or were renewed",
    permission: "TikTok's approval of the research project (scope `research.data.basic`), for which \
                 academic and non-profit researchers apply at developers.tiktok.com",
};

/// Asks what the credential is good for; `None` without one.
pub(super) async fn check(connector: &TiktokConnector) -> Option<CredentialCheck> {
    let tokens = connector.tokens.as_ref()?;
    let mut asker = Asker::new(connector, tokens);
    let asked = requests::user(&connector.settings.base_url, ANY_ACCOUNT);
    let answer = asker.ask::<User>(asked).await;
    let told = asker.told.take();
    let calls = asker.into_records().len();
    Some(match answer {
        Ok(_) | Err(Refusal::BadParameter) => CredentialCheck::working(CAN, calls),
        Err(refusal) => CredentialCheck::of_setback(refusal.setback(), told, &GIVERS, calls),
    })
}
