//! `[fetch]` of the configuration: identity, bounds, paces, and where the guard is opened.

use std::{
    num::{NonZeroU32, NonZeroU64, NonZeroUsize},
    path::PathBuf,
    time::Duration,
};

use crate::{BuildError, DnsSettings, Document, fronts};

/// Settings of the polite client.
#[derive(Debug, Clone, PartialEq, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct FetchSettings {
    /// Where to complain about the crawler: an address of a page or a mailbox, shown to every
    /// server in the User-Agent. Default: a placeholder; set your own before a real night.
    pub contact: String,
    /// Longest wait for a connection, TLS included. Default: 10s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub connect_timeout: Duration,
    /// Longest silence of a server, before the head and between parts of the body. Default: 15s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub read_timeout: Duration,
    /// Longest time of one exchange, from sending to the last byte. Default: 20s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub total_timeout: Duration,
    /// Redirects followed for one document. Default: 10.
    pub max_redirects: u32,
    /// Longest HTML page, bytes after decompression. Default: 5 MiB.
    pub max_page_bytes: NonZeroU64,
    /// Longest feed, bytes after decompression. Default: 10 MiB.
    pub max_feed_bytes: NonZeroU64,
    /// Longest sitemap, bytes after decompression. Default: 50 MiB.
    pub max_sitemap_bytes: NonZeroU64,
    /// Longest JSON answer, bytes after decompression. Default: 10 MiB.
    pub max_json_bytes: NonZeroU64,
    /// Longest head of an answer, bytes of all its headers together. (More than 512 headers
    /// are too large whatever their bytes.) Default: 64 KiB.
    pub max_header_bytes: u32,
    /// Exchanges under way at once, over all hosts. Default: 512.
    pub max_concurrent: NonZeroUsize,
    /// Gap between the end of an answer of a host and the next request to it. Default: 1s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub host_interval: Duration,
    /// Exchanges under way at once with one host. Default: 1.
    pub host_concurrency: NonZeroUsize,
    /// How long a host is left alone after three transport errors in a row; whoever asks for it
    /// meanwhile gets the last error at once. Default: 10m.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub host_give_up: Duration,
    /// Gap between two requests to one host group, whatever the hosts in it. A group is what stands
    /// behind one address; behind a shared front, what belongs to one domain. Default: 250ms.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub group_interval: Duration,
    /// Exchanges under way at once with one host group. Default: 4.
    pub group_concurrency: NonZeroUsize,
    /// Shared fronts: addresses or ranges of them behind which so many sites stand that each domain
    /// keeps a pace of its own there. Default: the ranges of Cloudflare, Fastly, Imperva and GitHub
    /// Pages.
    pub fronts: Vec<String>,
    /// Registrable domains that past nights must have seen behind one address for it to be taken
    /// for a shared front when the next night is planned. Default: 1000.
    pub front_domains: NonZeroU32,
    /// Longest `Crawl-delay` that is honoured; a site that asks for more is not fetched and
    /// reported as forbidden. Default: 60s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub max_crawl_delay: Duration,
    /// How long a robots.txt is believed, 24 hours at the most (RFC 9309). Default: 24h.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub robots_ttl: Duration,
    /// Further tries of an exchange that failed in a way that may pass. Default: 2.
    pub retries: u32,
    /// Upper bound of the first wait before a retry; it doubles with each. Default: 500ms.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub retry_base: Duration,
    /// Longest wait, within a call, for a server that named a moment (`Retry-After`, rate-limit
    /// headers) or has to be left alone (`backoff_base`). A later moment is never cut short: the call
    /// fails and tells it. Default: 20s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub retry_max_wait: Duration,
    /// How long a server is left alone after a first 429 or 503 that names no moment; it doubles with
    /// each further one, and up to a quarter is added by chance. Default: 60s.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub backoff_base: Duration,
    /// Longest time for which it is left alone, where it names no moment. Default: 24h.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub backoff_max: Duration,
    /// Holes in the address guard, for tests and demonstrations only: `ip:port`, `[v6]:port`, or
    /// a range with its port, `127.0.0.0/8:8480`. Default: none.
    pub allow_addresses: Vec<String>,
    /// Who turns names into addresses. Default: `"system"`.
    pub dns: DnsSettings,
    /// Further certificate authorities to trust, PEM files. Default: none.
    pub extra_ca: Vec<PathBuf>,
}

/// What RFC 9309 (2.4) allows a robots.txt to be believed.
const LONGEST_ROBOTS_TTL: Duration = Duration::from_secs(24 * 3600);

/// Longer times are typing errors, and too long for the clock's arithmetic somewhere.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

const MIB: u64 = 1024 * 1024;

const fn mebibytes(count: u64) -> NonZeroU64 {
    NonZeroU64::new(count * MIB).expect("sizes of the defaults are not zero")
}

const fn count(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).expect("counts of the defaults are not zero")
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            contact: "https://beffroi.example/contact".to_owned(),
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(15),
            total_timeout: Duration::from_secs(20),
            max_redirects: 10,
            max_page_bytes: mebibytes(5),
            max_feed_bytes: mebibytes(10),
            max_sitemap_bytes: mebibytes(50),
            max_json_bytes: mebibytes(10),
            max_header_bytes: 64 * 1024,
            max_concurrent: count(512),
            host_interval: Duration::from_secs(1),
            host_concurrency: count(1),
            host_give_up: Duration::from_secs(600),
            group_interval: Duration::from_millis(250),
            group_concurrency: count(4),
            fronts: fronts::KNOWN.iter().map(|it| (*it).to_owned()).collect(),
            front_domains: const { NonZeroU32::new(1000).expect("not zero") },
            max_crawl_delay: Duration::from_secs(60),
            robots_ttl: LONGEST_ROBOTS_TTL,
            retries: 2,
            retry_base: Duration::from_millis(500),
            retry_max_wait: Duration::from_secs(20),
            backoff_base: Duration::from_secs(60),
            backoff_max: Duration::from_secs(24 * 3600),
            allow_addresses: Vec::new(),
            dns: DnsSettings::default(),
            extra_ca: Vec::new(),
        }
    }
}

impl FetchSettings {
    /// The byte limit of a document, after decompression.
    pub(crate) fn max_bytes(&self, document: Document) -> u64 {
        match document {
            Document::Page => self.max_page_bytes,
            Document::Feed => self.max_feed_bytes,
            Document::Sitemap => self.max_sitemap_bytes,
            Document::Json => self.max_json_bytes,
        }
        .get()
    }

    /// The User-Agent: name, version, and where to complain.
    pub(crate) fn user_agent(&self) -> String {
        format!("beffroi/{} (+{})", env!("CARGO_PKG_VERSION"), self.contact)
    }

    /// Refuses values with which nothing could be fetched.
    pub(crate) fn check(&self) -> Result<(), BuildError> {
        let is_printable = self
            .contact
            .bytes()
            .all(|byte| (0x21..0x7f).contains(&byte));
        if self.contact.is_empty() || !is_printable || self.contact.contains(['(', ')']) {
            return Err(BuildError::Setting {
                key: "contact",
                problem: format!(
                    "`{}` found, expected the address of a page or a mailbox, in ASCII and \
                     without spaces or parentheses",
                    self.contact
                ),
            });
        }
        let timeouts = [
            ("connect_timeout", self.connect_timeout),
            ("read_timeout", self.read_timeout),
            ("total_timeout", self.total_timeout),
            ("robots_ttl", self.robots_ttl),
        ];
        for (key, timeout) in timeouts {
            if timeout.is_zero() {
                return Err(BuildError::Setting {
                    key,
                    problem: "`0s` found, expected a time longer than zero".to_owned(),
                });
            }
        }
        let durations = timeouts.into_iter().chain([
            ("host_interval", self.host_interval),
            ("host_give_up", self.host_give_up),
            ("group_interval", self.group_interval),
            ("max_crawl_delay", self.max_crawl_delay),
            ("retry_base", self.retry_base),
            ("retry_max_wait", self.retry_max_wait),
            ("backoff_base", self.backoff_base),
            ("backoff_max", self.backoff_max),
        ]);
        for (key, duration) in durations {
            if duration > LONGEST {
                return Err(BuildError::Setting {
                    key,
                    problem: format!("`{duration:?}` found, expected a year at the most"),
                });
            }
        }
        if self.robots_ttl > LONGEST_ROBOTS_TTL {
            return Err(BuildError::Setting {
                key: "robots_ttl",
                problem: format!(
                    "`{:?}` found, expected 24 hours at the most: RFC 9309 lets no robots.txt be \
                     believed for longer",
                    self.robots_ttl
                ),
            });
        }
        if self.max_header_bytes < 1024 {
            return Err(BuildError::Setting {
                key: "max_header_bytes",
                problem: format!("`{}` found, expected 1024 or more", self.max_header_bytes),
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_survive_being_written_and_read() {
        let defaults = FetchSettings::default();
        let text = toml::to_string(&defaults).unwrap();
        assert!(text.contains("connect_timeout = \"10s\""), "{text}");
        assert_eq!(toml::from_str::<FetchSettings>(&text).unwrap(), defaults);
        defaults.check().unwrap();
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let error = toml::from_str::<FetchSettings>("contcat = 'x'").unwrap_err();
        assert!(error.to_string().contains("contcat"), "{error}");
    }

    #[test]
    fn a_contact_that_cannot_stand_in_a_header_is_refused() {
        for contact in ["", "two words", "new\nline", "a)b", "é"] {
            let settings = FetchSettings {
                contact: contact.into(),
                ..FetchSettings::default()
            };
            let error = settings.check().unwrap_err().to_string();
            assert!(error.starts_with("`fetch.contact`"), "{error}");
        }
    }

    #[test]
    fn a_time_that_cannot_be_meant_is_refused_by_name() {
        let settings = FetchSettings {
            read_timeout: Duration::ZERO,
            ..FetchSettings::default()
        };
        let error = settings.check().unwrap_err().to_string();
        assert!(
            error.contains("fetch.read_timeout") && error.contains("longer"),
            "{error}"
        );
        let settings = FetchSettings {
            robots_ttl: Duration::from_secs(25 * 3600),
            ..FetchSettings::default()
        };
        let error = settings.check().unwrap_err().to_string();
        assert!(
            error.contains("fetch.robots_ttl") && error.contains("24 hours at the most"),
            "{error}"
        );
        let settings = FetchSettings {
            host_give_up: Duration::MAX,
            ..FetchSettings::default()
        };
        let error = settings.check().unwrap_err().to_string();
        assert!(
            error.contains("fetch.host_give_up") && error.contains("a year"),
            "{error}"
        );
    }
}
