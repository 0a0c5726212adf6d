//! Handles of PeerTube, `channel:name@host[:port]` and `account:name@host[:port]`, and where their
//! host listens.

use url::Url;

/// Which of its two kinds of actors. Both share the names of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Where videos are published.
    Channel,
    /// A user, who owns channels and writes comments.
    Account,
}

/// A canonical handle, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handle {
    /// What it names.
    pub(super) kind: Kind,
    /// The name, in lower case.
    pub(super) name: String,
    /// The host of the home instance, with a port other than the scheme's own.
    pub(super) domain: String,
}

impl Handle {
    /// Takes a handle apart.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (kind, text) = text.split_once(':')?;
        let kind = match kind {
            "channel" => Kind::Channel,
            "account" => Kind::Account,
            _ => return None,
        };
        let (name, domain) = text.split_once('@')?;
        Self::new(kind, name, domain)
    }

    /// A handle of these parts, if they can be parts of one.
    pub(super) fn new(kind: Kind, name: &str, domain: &str) -> Option<Self> {
        // PeerTube allows 50 characters (`constants.ts`, ACTORS.PREFERRED_USERNAME, read in 2026).
        let is_name = (1..=50).contains(&name.len())
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
        let is_domain = !domain.is_empty() && !domain.contains(['/', '?', '#', '@', '\\', ' ']);
        (is_name && is_domain).then(|| Self {
            kind,
            name: name.to_ascii_lowercase(),
            domain: domain.to_lowercase(),
        })
    }

    /// The canonical text.
    pub(super) fn canonical(&self) -> String {
        let kind = match self.kind {
            Kind::Channel => "channel",
            Kind::Account => "account",
        };
        format!("{kind}:{}@{}", self.name, self.domain)
    }

    /// The root of its instance: https, but for one seen over plain http at a port of its own
    /// (private set-ups; the client guards which are allowed).
    pub(super) fn root(&self, account_url: &Url) -> Option<Url> {
        let is_plain = account_url.scheme() == "http" && self.domain.contains(':');
        let scheme = if is_plain { "http" } else { "https" };
        Url::parse(&format!("{scheme}://{}/", self.domain)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_names_its_kind_and_reads_back() {
        for text in [
            "channel:ville_exemple@video.example.fr",
            "account:mairie@127.0.0.1:9000",
        ] {
            assert_eq!(Handle::parse(text).unwrap().canonical(), text);
        }
        let handle = Handle::parse("channel:Ville@Video.Example.fr").unwrap();
        assert_eq!(handle.canonical(), "channel:ville@video.example.fr");
    }

    #[test]
    fn what_could_lead_elsewhere_is_no_handle() {
        for text in [
            "ville@video.example.fr",
            "playlist:ville@video.example.fr",
            "channel:ville",
            "channel:@video.example.fr",
            "channel:a/b@video.example.fr",
            "channel:ville@video.example.fr/x",
            "channel:ville@a@b",
            "channel:ville@",
        ] {
            assert_eq!(Handle::parse(text), None, "{text}");
        }
    }

    #[test]
    fn plain_http_is_for_odd_ports_alone() {
        let root = |handle: &str, url: &str| {
            let root = Handle::parse(handle).unwrap().root(&url.parse().unwrap());
            root.unwrap().to_string()
        };
        assert_eq!(
            root("channel:v@127.0.0.1:9000", "http://127.0.0.1:9000/c/v"),
            "http://127.0.0.1:9000/"
        );
        assert_eq!(
            root("channel:v@video.example", "http://video.example/c/v"),
            "https://video.example/"
        );
        assert_eq!(
            root("channel:v@video.example:81", "https://video.example:81/c/v"),
            "https://video.example:81/"
        );
    }
}
