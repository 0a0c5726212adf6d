//! Hosts: a name, an address in 127.0.0.0/8, and the manners of the server behind it.

use std::net::Ipv4Addr;

/// Index of a host in the world.
pub(crate) type HostIndex = u32;

/// A host of the simulated web.
#[derive(Debug, Clone)]
pub(crate) struct Host {
    pub(crate) name: Box<str>,
    pub(crate) address: Ipv4Addr,
    /// Index of the address: hosts on mutualised hosting share one.
    pub(crate) address_index: u32,
    pub(crate) dns: Dns,
    /// Whether its pages are on the https port.
    pub(crate) https: bool,
    pub(crate) certificate: CertificateKind,
    pub(crate) robots: Robots,
    /// Time to the first byte of a page, milliseconds.
    pub(crate) latency_ms: u16,
    pub(crate) gzip: bool,
    pub(crate) validators: bool,
    /// Answers its first page request with 429 and Retry-After.
    pub(crate) busy_at_first: bool,
    pub(crate) role: Role,
}

/// What the name server says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dns {
    Address,
    NxDomain,
    ServFail,
}

/// The certificate that a host shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum CertificateKind {
    /// Signed by the simulator's authority, for the right name and time.
    Good,
    Expired,
    WrongName,
    SelfSigned,
    /// Signed by an authority that nobody is told of.
    UnknownAuthority,
}

/// What a host serves.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Role {
    /// Websites: one of its own, or several under paths.
    Sites(Vec<u32>),
    /// An old domain that sends everything to the home page of a site.
    RedirectTo(u32),
    /// A Mastodon instance's pages and API, or the bare domain of its handles.
    Mastodon(u16),
    /// The Bluesky AppView.
    Bluesky,
    /// A host of the API of that number in the list of all APIs.
    Api(u8),
}

/// The robots.txt of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Robots {
    /// 404.
    None,
    /// `Disallow:` with nothing.
    AllowAll,
    /// An error page with status 200.
    SoftNotFound,
    /// The CMS's own list of private folders.
    Partial,
    /// `Disallow: /` for everybody.
    DisallowAll,
    /// `Disallow: /` for our token alone.
    DisallowUs,
    /// Everything refused to all but our token.
    AllowUsOnly,
    /// A delay that a crawler honours, seconds.
    Delay(u8),
    /// A delay beyond reason.
    DelayTooLong,
    /// 503.
    ServerError,
}

/// Folders that `Robots::Partial` closes.
pub(crate) const PRIVATE_FOLDERS: [&str; 3] = ["/espace-agents/", "/recherche", "/admin/"];

impl Robots {
    /// Whether a path may be fetched by the observatory's crawler.
    pub(crate) fn allows(self, path: &str) -> bool {
        match self {
            Self::None
            | Self::AllowAll
            | Self::SoftNotFound
            | Self::AllowUsOnly
            | Self::Delay(_) => true,
            Self::Partial => !PRIVATE_FOLDERS
                .iter()
                .any(|folder| path.starts_with(folder)),
            // A crawler that will not wait so long must not fetch at all.
            Self::DisallowAll | Self::DisallowUs | Self::ServerError | Self::DelayTooLong => false,
        }
    }

    /// Status and body of robots.txt.
    pub(crate) fn document(self, sitemap: Option<&str>) -> (u16, String) {
        let mut text = match self {
            Self::None => return (404, "<h1>404</h1>".to_owned()),
            Self::ServerError => return (503, "<h1>503</h1>".to_owned()),
            Self::SoftNotFound => {
                return (
                    200,
                    "<!DOCTYPE html><html><body>Page introuvable</body></html>".into(),
                );
            }
            Self::AllowAll => "User-agent: *\nDisallow:\n".to_owned(),
            Self::Partial => {
                let mut text = "# robots.txt\r\nUser-agent: *\r\n".to_owned();
                for folder in PRIVATE_FOLDERS {
                    text.push_str(&format!("Disallow: {folder}\r\n"));
                }
                text.push_str("\r\nUser-agent: BadBot\r\nDisallow: /\r\n");
                text
            }
            Self::DisallowAll => "User-agent: *\nDisallow: /\n".to_owned(),
            Self::DisallowUs => {
                "User-agent: *\nDisallow: /admin/\n\nUser-agent: Beffroi\nDisallow: /\n".to_owned()
            }
            Self::AllowUsOnly => {
                "User-agent: BEFFROI\nDisallow:\n\nUser-agent: *\nDisallow: /\n".to_owned()
            }
            Self::Delay(seconds) => {
                format!("User-agent: *\nCrawl-delay: {seconds}\nDisallow: /admin/\n")
            }
            Self::DelayTooLong => "User-agent: *\nCrawl-delay: 86400\nDisallow:\n".to_owned(),
        };
        if let Some(address) = sitemap {
            text.push_str(&format!("Sitemap: {address}\n"));
        }
        (200, text)
    }

    /// The delay it asks for, milliseconds.
    pub(crate) fn delay_ms(self) -> u64 {
        match self {
            Self::Delay(seconds) => u64::from(seconds) * 1000,
            Self::DelayTooLong => 86_400_000,
            _ => 0,
        }
    }
}

/// The address of an index: distinct for distinct indices, spread over 127.16.0.0 and above, so
/// that neither 127.0.0.1 nor a broadcast address is ever given.
pub(crate) fn address(index: u32, seed: u64) -> Ipv4Addr {
    const BITS: u32 = 22;
    const MASK: u32 = (1 << BITS) - 1;
    // An odd factor permutes the residues of a power of two.
    let spread = (index.wrapping_mul(0x9E37_79B1) ^ (seed as u32)) & MASK;
    Ipv4Addr::from((127 << 24) + (1 << 20) + spread)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_distinct_and_loopback() {
        let mut seen = std::collections::HashSet::new();
        for index in 0..50_000 {
            let address = address(index, 42);
            assert!(address.is_loopback() && address != Ipv4Addr::LOCALHOST);
            assert!(seen.insert(address), "{address} twice");
        }
    }

    #[test]
    fn what_robots_txt_says_is_what_the_referee_holds() {
        assert!(!Robots::Partial.allows("/espace-agents/contact"));
        assert!(Robots::Partial.allows("/contact"));
        assert!(!Robots::DisallowUs.allows("/"));
        assert!(Robots::AllowUsOnly.allows("/"));
        let (status, text) = Robots::Partial.document(Some("http://x.test/sitemap.xml"));
        assert_eq!(status, 200);
        assert!(text.contains("Disallow: /espace-agents/"));
        assert!(text.ends_with("Sitemap: http://x.test/sitemap.xml\n"));
    }
}
