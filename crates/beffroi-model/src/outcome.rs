//! How a job ends: always exactly one of five outcomes, each with its named reason.
//!
//! Match without a wildcard, so that a new case must be thought of everywhere.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// The end of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// New figures were read.
    Measured,
    /// The account answered that nothing has changed since the last visit.
    Unchanged,
    /// The account is not there.
    Absent(Absent),
    /// The account may not be read, or we decided not to.
    Forbidden(Forbidden),
    /// The account could not be read this time.
    Failed(Failed),
}

/// The five words alone.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[expect(missing_docs, reason = "documented at `Outcome`")]
pub enum OutcomeKind {
    Measured,
    Unchanged,
    Absent,
    Forbidden,
    Failed,
}

impl OutcomeKind {
    /// The word, as stored and printed.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl Outcome {
    /// The word without its reason.
    pub fn kind(self) -> OutcomeKind {
        match self {
            Self::Measured => OutcomeKind::Measured,
            Self::Unchanged => OutcomeKind::Unchanged,
            Self::Absent(_) => OutcomeKind::Absent,
            Self::Forbidden(_) => OutcomeKind::Forbidden,
            Self::Failed(_) => OutcomeKind::Failed,
        }
    }

    /// The reason's name; `None` for measured and unchanged.
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Self::Measured | Self::Unchanged => None,
            Self::Absent(reason) => Some(reason.into()),
            Self::Forbidden(reason) => Some(reason.into()),
            Self::Failed(reason) => Some(reason.into()),
        }
    }
}

/// Why an account is not there.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Absent {
    /// 404, or the platform knows no such account.
    NotFound,
    /// 410, or deleted.
    Gone,
    /// Suspended or taken down by the platform.
    Suspended,
    /// Deactivated by its owner.
    Deactivated,
    /// Left for another account, which is recorded as a find.
    Moved,
    /// The domain name does not exist.
    DnsNxdomain,
    /// The domain is for sale or parked.
    Parked,
    /// A placeholder page.
    UnderConstruction,
    /// The domain expired and serves somebody else's content.
    Hijacked,
    /// The declared address is not a site of the body's own (a network page, an app's page).
    NotOwnSite,
    /// The server speaks another protocol than the platform's.
    NotThisPlatform,
    /// A mirror of an account that lives elsewhere.
    Bridged,
    /// An actor that stands for the server, not for a person or body.
    NotAnAccount,
}

/// Why an account may not be read.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Forbidden {
    /// robots.txt says no.
    RobotsDisallowed,
    /// robots.txt asks for a longer delay than we are configured to wait.
    CrawlDelayTooLong,
    /// 401, 403, 451 or a wall against robots.
    Blocked,
    /// The server answers only to those who log in, and we have no token for it.
    LoginRequired,
    /// The address is private, loopback, link-local or otherwise not on the public internet.
    PrivateAddress,
    /// The URL's scheme, port or user part is refused.
    RefusedUrl,
    /// The owner asked not to be shown to those who are not logged in.
    OptedOut,
    /// The owner shows it only to those whom it admits.
    PrivateAccount,
    /// The platform answers only with a credential, and none is configured.
    CredentialMissing,
    /// The credential is wrong, expired or revoked.
    CredentialRefused,
    /// The credential lacks a permission that the platform grants on application.
    PermissionMissing,
    /// The platform may be read only if it is switched on in the settings, and it is not.
    SwitchedOff,
}

/// Why an account could not be read this time.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Failed {
    /// robots.txt could not be read (5xx, 429, time-out, network): nothing is fetched this time.
    RobotsUnreachable,
    /// The name server failed.
    DnsServfail,
    /// The name server did not answer in time.
    DnsTimeout,
    /// Connection refused.
    TcpRefused,
    /// No connection in time, or no route.
    TcpTimeout,
    /// The connection was cut.
    ConnectionReset,
    /// The certificate has expired or is not yet valid.
    TlsExpired,
    /// The certificate is for another name.
    TlsNameMismatch,
    /// The certificate's issuer is unknown, self-signed or missing from the chain.
    TlsUntrustedChain,
    /// No common protocol version or cipher, or the peer does not speak TLS.
    TlsProtocol,
    /// The certificate was revoked or is otherwise invalid.
    TlsOther,
    /// An answer of the 4xx family that has no outcome of its own.
    #[serde(rename = "http_4xx")]
    #[strum(serialize = "http_4xx")]
    Http4xx,
    /// An answer of the 5xx family.
    #[serde(rename = "http_5xx")]
    #[strum(serialize = "http_5xx")]
    Http5xx,
    /// 429, or a Retry-After that does not fit into the night.
    RateLimited,
    /// What the credential may ask for in the platform's hour or day is spent.
    QuotaSpent,
    /// No byte came for too long.
    ReadTimeout,
    /// The whole took too long.
    TotalTimeout,
    /// More bytes, after decompression, than allowed.
    TooLarge,
    /// Longer headers than allowed.
    HeadersTooLarge,
    /// More redirects than allowed, or a loop.
    TooManyRedirects,
    /// A redirect to nowhere, to an address that cannot be read, or of a call that is meant for one
    /// server alone.
    BadRedirect,
    /// Not HTTP, or cut short.
    MalformedResponse,
    /// The compressed body is corrupt or of an unknown coding.
    BadEncoding,
    /// Not the kind of document expected (a PDF where HTML was due).
    NotHtml,
    /// No content at all.
    EmptyBody,
    /// A page that shows nothing without running scripts.
    JsOnly,
    /// The answer no longer has the shape the connector knows.
    Layout,
    /// The run was stopped for good before its turn came.
    NotReached,
    /// Every worker that took the job died of it or lost it, until the broker took it out of its lane.
    Poisoned,
    /// A bug of ours: the job could not be carried out at all.
    Internal,
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator;

    #[test]
    fn reasons_read_back_and_differ_between_outcomes() {
        let mut names: Vec<&'static str> = Vec::new();
        names.extend(Absent::iter().map(<&'static str>::from));
        names.extend(Forbidden::iter().map(<&'static str>::from));
        names.extend(Failed::iter().map(<&'static str>::from));
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "one word, one meaning");
        assert_eq!(Outcome::Failed(Failed::Http5xx).reason(), Some("http_5xx"));
        assert_eq!(Outcome::Measured.reason(), None);
    }
}
