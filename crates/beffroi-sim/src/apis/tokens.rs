//! Secrets that the simulator's APIs accept, and those that they refuse as the platform would.

use beffroi_model::Platform;

/// Secrets of one platform. None of them is worth anything elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// Where they are accepted.
    pub platform: Platform,
    /// What stands beside the secret where the platform wants two texts: the observatory's own
    /// account id on Instagram, the client key on TikTok. Further credentials count it on, or have
    /// the secret's ending.
    pub id: Option<&'static str>,
    /// Accepted. `-2`, `-3` and so on behind it are further credentials, metered apart.
    pub secret: &'static str,
    /// Was good until yesterday.
    pub expired: &'static str,
    /// Good, but without the permission that the platform grants on application.
    pub without_permission: &'static str,
}

const fn credentials(
    platform: Platform,
    id: Option<&'static str>,
    [secret, expired, without_permission]: [&'static str; 3],
) -> Credentials {
    Credentials {
        platform,
        id,
        secret,
        expired,
        without_permission,
    }
}

/// Secrets of all platforms that want one.
pub const CREDENTIALS: [Credentials; 7] = [
    credentials(
        Platform::Facebook,
        None,
        [
            "sim-facebook-token",
            "sim-facebook-expired",
            "sim-facebook-bare",
        ],
    ),
    credentials(
        Platform::Instagram,
        Some("17841409999999999"),
        [
            "sim-instagram-token",
            "sim-instagram-expired",
            "sim-instagram-bare",
        ],
    ),
    credentials(
        Platform::Threads,
        None,
        [
            "sim-threads-token",
            "sim-threads-expired",
            "sim-threads-bare",
        ],
    ),
    credentials(
        Platform::X,
        None,
        ["sim-x-token", "sim-x-expired", "sim-x-bare"],
    ),
    credentials(
        Platform::Youtube,
        None,
        ["sim-youtube-key", "sim-youtube-expired", "sim-youtube-bare"],
    ),
    credentials(
        Platform::Linkedin,
        None,
        [
            "sim-linkedin-token",
            "sim-linkedin-expired",
            "sim-linkedin-bare",
        ],
    ),
    credentials(
        Platform::Tiktok,
        Some("sim-tiktok-client"),
        ["sim-tiktok-secret", "sim-tiktok-expired", "sim-tiktok-bare"],
    ),
];

impl Credentials {
    /// The secrets of a platform; none where it wants none.
    pub fn of(platform: Platform) -> Option<Self> {
        CREDENTIALS.into_iter().find(|it| it.platform == platform)
    }
}

/// A secret, judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Its name in the meters: `1`, `2` … for those that are accepted.
    pub(crate) name: String,
    pub(crate) state: TokenState,
}

/// What a secret is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenState {
    Good,
    Expired,
    WithoutPermission,
    /// Nobody gave it out, or there was none.
    Unknown,
}

/// Whose secret that is.
pub(crate) fn judge(platform: Platform, secret: &str) -> Token {
    let token = |name: &str, state| Token {
        name: name.to_owned(),
        state,
    };
    let unknown = token("unknown", TokenState::Unknown);
    let Some(known) = Credentials::of(platform) else {
        return unknown;
    };
    if secret == known.expired {
        return token("expired", TokenState::Expired);
    }
    if secret == known.without_permission {
        return token("without_permission", TokenState::WithoutPermission);
    }
    match secret.strip_prefix(known.secret) {
        Some("") => token("1", TokenState::Good),
        Some(rest) => match rest.strip_prefix('-').map(str::parse::<u8>) {
            Some(Ok(number @ 2..)) => token(&number.to_string(), TokenState::Good),
            _ => unknown,
        },
        None => unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_told_apart_and_named_without_being_shown() {
        let named = |secret: &str| {
            let token = judge(Platform::X, secret);
            (token.name, token.state)
        };
        assert_eq!(named("sim-x-token"), ("1".into(), TokenState::Good));
        assert_eq!(named("sim-x-token-2"), ("2".into(), TokenState::Good));
        let unknown = ("unknown".to_owned(), TokenState::Unknown);
        for secret in [
            "",
            "sim-x-token-1",
            "sim-x-token2",
            "sim-x-toke",
            "sim-youtube-key",
        ] {
            assert_eq!(named(secret), unknown, "{secret}");
        }
        assert_eq!(named("sim-x-expired").1, TokenState::Expired);
        assert_eq!(named("sim-x-bare").1, TokenState::WithoutPermission);
    }
}
