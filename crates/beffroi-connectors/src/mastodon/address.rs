//! Handles and hosts of the fediverse: `user@domain[:port]`, and where a domain's server listens.

use url::Url;

/// A canonical handle, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handle {
    /// The part before the `@`, in lower case.
    pub(super) user: String,
    /// The host, with a port other than the scheme's own, in lower case.
    pub(super) domain: String,
}

/// Longest name that is read; Mastodon's own limit is 30 characters, other servers allow more.
const MAX_USER_CHARS: usize = 128;

impl Handle {
    /// Takes `user@domain` apart, with or without `acct:` or `@` in front.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("acct:").unwrap_or(text);
        let text = text.strip_prefix('@').unwrap_or(text);
        let (user, domain) = text.split_once('@')?;
        let is_user = !user.is_empty()
            && user.len() <= MAX_USER_CHARS
            && user
                .chars()
                .all(|c| c.is_alphanumeric() || "_.-".contains(c));
        let is_domain = !domain.is_empty() && !domain.contains(['/', '?', '#', '@', '\\', ' ']);
        (is_user && is_domain).then(|| Self {
            user: user.to_lowercase(),
            domain: domain.to_lowercase(),
        })
    }

    /// The scheme by which its domain is asked: https, but for an account seen over plain http at a
    /// port of its own (private set-ups; the client guards which are allowed).
    pub(super) fn scheme(&self, account_url: &Url) -> &'static str {
        let is_plain = account_url.scheme() == "http" && self.domain.contains(':');
        if is_plain { "http" } else { "https" }
    }

    /// The canonical text.
    pub(super) fn canonical(&self) -> String {
        format!("{}@{}", self.user, self.domain)
    }
}

/// The root of a host's addresses.
pub(super) fn root(scheme: &str, authority: &str) -> Option<Url> {
    Url::parse(&format!("{scheme}://{authority}/")).ok()
}

/// `host[:port]` of an address, as in handles and settings.
pub(super) fn authority(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_read_with_its_port_and_without_its_ornaments() {
        for text in [
            "Mairie@127.0.0.1:9000",
            "@mairie@127.0.0.1:9000",
            "acct:mairie@127.0.0.1:9000",
        ] {
            let handle = Handle::parse(text).unwrap();
            assert_eq!(handle.canonical(), "mairie@127.0.0.1:9000");
        }
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_handle() {
        for text in [
            "mairie",
            "@mairie",
            "mairie@",
            "@@x",
            "a/b@x",
            "mairie@x/y",
            "mairie@x@y",
            "a b@x",
        ] {
            assert_eq!(Handle::parse(text), None, "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_odd_ports_alone() {
        let scheme =
            |handle: &str, url: &str| Handle::parse(handle).unwrap().scheme(&url.parse().unwrap());
        assert_eq!(
            scheme("m@127.0.0.1:9000", "http://127.0.0.1:9000/@m"),
            "http"
        );
        assert_eq!(
            scheme("m@social.example", "http://social.example/@m"),
            "https"
        );
        assert_eq!(
            scheme("m@social.example:81", "https://social.example:81/@m"),
            "https"
        );
    }

    #[test]
    fn an_authority_names_only_an_odd_port() {
        let with = |text: &str| authority(&text.parse().unwrap());
        assert_eq!(
            with("https://social.example:443/x").as_deref(),
            Some("social.example")
        );
        assert_eq!(
            with("http://social.example:8480/x").as_deref(),
            Some("social.example:8480")
        );
    }
}
