//! Reading a robots.txt and asking it (RFC 9309).
//!
//! Every line that can be read counts, whatever surrounds it; nothing makes the reader fail. All
//! groups for one product token are one group, and `Sitemap` lines belong to no group.

use std::{borrow::Cow, time::Duration};

use encoding_rs::Encoding;
use url::Url;

use super::{
    MAX_ROBOTS_BYTES,
    pattern::{Pattern, normal_path},
};

/// Octets of a line that count: eight times the longest URL of the old browsers, as google's
/// parser has it. The rest of a longer line is dropped.
const MAX_LINE_BYTES: usize = 8 * 2083;

/// A robots.txt, read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Robots {
    groups: Vec<Group>,
    sitemaps: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Group {
    /// Product tokens in lower case; `*` is everybody.
    agents: Vec<String>,
    rules: Vec<Rule>,
    /// Each with the number of agents that had been named when it came.
    crawl_delays: Vec<(usize, Duration)>,
}

/// What a robots.txt says to one product token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AgentRules {
    rules: Vec<Rule>,
    crawl_delay: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Rule {
    pattern: Pattern,
    is_allow: bool,
}

impl Robots {
    /// Reads the file's bytes: UTF-8, or UTF-16 where a byte order mark says so. What lies beyond
    /// the first 500 KiB is ignored, together with the line that the limit cuts.
    pub fn parse(bytes: &[u8]) -> Self {
        let bytes = within_limit(bytes);
        let text = unmarked(bytes);
        let mut robots = Self::default();
        let mut is_head = false; // the group's `User-agent` lines may still go on
        for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
            let line = &line[..line.len().min(MAX_LINE_BYTES)];
            let Some((key, value)) = key_and_value(line) else {
                continue;
            };
            match key {
                Key::UserAgent => {
                    if !is_head {
                        robots.groups.push(Group::default());
                    }
                    is_head = true;
                    let group = robots.groups.last_mut().expect("a group was just begun");
                    group.agents.extend(product_token(value));
                }
                Key::Allow | Key::Disallow => {
                    is_head = false;
                    let Some(group) = robots.groups.last_mut() else {
                        continue; // a rule for nobody
                    };
                    if !value.is_empty() {
                        let is_allow = key == Key::Allow;
                        group.rules.push(Rule {
                            pattern: Pattern::new(value),
                            is_allow,
                        });
                    }
                }
                // Not of the RFC, hence it must not end the list of agents; yet it was meant for
                // those named above it alone.
                Key::CrawlDelay => {
                    if let Some(group) = robots.groups.last_mut()
                        && let Some(delay) = parse_delay(value)
                    {
                        group.crawl_delays.push((group.agents.len(), delay));
                    }
                }
                Key::Sitemap => {
                    if let Ok(sitemap) = std::str::from_utf8(value) {
                        robots.sitemaps.push(sitemap.to_owned());
                    }
                }
            }
        }
        robots
    }

    /// Whether `agent` (a product token; a version after it is ignored) may fetch this path with
    /// its query, or this URL.
    pub fn allows(&self, agent: &str, path_or_url: &str) -> bool {
        self.rules_for(agent).allows(path_or_url)
    }

    /// `Crawl-delay` for `agent`: the first that its group gives.
    pub fn crawl_delay(&self, agent: &str) -> Option<Duration> {
        self.rules_for(agent).crawl_delay
    }

    /// The values of the `Sitemap` lines, as written.
    pub fn sitemaps(&self) -> &[String] {
        &self.sitemaps
    }

    /// All that is said to `agent`: the groups that name it, taken together; where there is none,
    /// the groups for everybody.
    pub fn rules_for(&self, agent: &str) -> AgentRules {
        let token = product_token(agent.as_bytes()).unwrap_or_default();
        let everybody = "*";
        let is_named = self
            .groups
            .iter()
            .any(|group| group.agents.contains(&token));
        let name = if is_named { token.as_str() } else { everybody };
        let place = |group: &Group| group.agents.iter().position(|agent| agent == name);
        let mut said = AgentRules::default();
        for group in &self.groups {
            let Some(place) = place(group) else {
                continue;
            };
            said.rules.extend(group.rules.iter().cloned());
            let delay = group.crawl_delays.iter().find(|(named, _)| place < *named);
            said.crawl_delay = said.crawl_delay.or(delay.map(|(_, delay)| *delay));
        }
        said
    }
}

impl AgentRules {
    /// Whether this path with its query, or this URL, may be fetched: the longest pattern that
    /// matches decides, and of two equally long the one that allows. robots.txt itself always may.
    pub fn allows(&self, path_or_url: &str) -> bool {
        let path = path_and_query(path_or_url);
        if path == "/robots.txt" {
            return true;
        }
        let path = normal_path(&path);
        let mut best: Option<(usize, bool)> = None;
        for rule in &self.rules {
            let rank = (rule.pattern.octets(), rule.is_allow);
            if best.is_none_or(|best| rank > best) && rule.pattern.matches(&path) {
                best = Some(rank);
            }
        }
        best.is_none_or(|(_, is_allow)| is_allow)
    }

    /// The gap that the file asks for between two requests.
    pub fn crawl_delay(&self) -> Option<Duration> {
        self.crawl_delay
    }

    /// Bytes it holds in memory, roughly.
    pub(crate) fn weight(&self) -> usize {
        self.rules.iter().map(|rule| rule.pattern.weight()).sum()
    }
}

fn within_limit(bytes: &[u8]) -> &[u8] {
    let is_line_end = |byte: u8| matches!(byte, b'\n' | b'\r');
    match bytes.get(MAX_ROBOTS_BYTES) {
        None => bytes,
        Some(next) if is_line_end(*next) => &bytes[..MAX_ROBOTS_BYTES],
        Some(_) => {
            let kept = &bytes[..MAX_ROBOTS_BYTES];
            let end = kept
                .iter()
                .rposition(|byte| is_line_end(*byte))
                .map_or(0, |last| last + 1);
            &kept[..end]
        }
    }
}

/// The text in UTF-8 (or whatever the file is in, octet by octet) without its byte order mark.
fn unmarked(bytes: &[u8]) -> Cow<'_, [u8]> {
    match Encoding::for_bom(bytes) {
        Some((encoding, length)) if encoding != encoding_rs::UTF_8 => {
            let (text, _) = encoding.decode_without_bom_handling(&bytes[length..]);
            Cow::Owned(text.into_owned().into_bytes())
        }
        Some((_, length)) => Cow::Borrowed(&bytes[length..]),
        None => Cow::Borrowed(bytes),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    UserAgent,
    Allow,
    Disallow,
    CrawlDelay,
    Sitemap,
}

impl Key {
    /// Knows the keys and the misspellings that google's parser forgives.
    fn parse(key: &[u8]) -> Option<Self> {
        let is_one_of = |names: &[&str]| {
            names
                .iter()
                .any(|name| key.eq_ignore_ascii_case(name.as_bytes()))
        };
        if is_one_of(&["user-agent", "useragent", "user agent"]) {
            Some(Self::UserAgent)
        } else if is_one_of(&[
            "disallow",
            "dissallow",
            "dissalow",
            "disalow",
            "diasllow",
            "disallaw",
        ]) {
            Some(Self::Disallow)
        } else if is_one_of(&["allow"]) {
            Some(Self::Allow)
        } else if is_one_of(&["crawl-delay", "crawldelay", "crawl delay"]) {
            Some(Self::CrawlDelay)
        } else if is_one_of(&["sitemap", "site-map"]) {
            Some(Self::Sitemap)
        } else {
            None
        }
    }
}

/// `key: value`, or `key value` where the colon was forgotten.
fn key_and_value(line: &[u8]) -> Option<(Key, &[u8])> {
    let line = line.split(|byte| *byte == b'#').next()?.trim_ascii();
    if let Some(colon) = line.iter().position(|byte| *byte == b':')
        && let Some(key) = Key::parse(line[..colon].trim_ascii())
    {
        return Some((key, line[colon + 1..].trim_ascii()));
    }
    let space = line.iter().position(u8::is_ascii_whitespace)?;
    let value = line[space..].trim_ascii();
    let is_one_word = !value.iter().any(u8::is_ascii_whitespace);
    is_one_word
        .then(|| Key::parse(&line[..space]))?
        .map(|key| (key, value))
}

/// The product token at the head of a name, in lower case: `beffroi` of `Beffroi/1.0 (+https…)`.
fn product_token(name: &[u8]) -> Option<String> {
    let name = name.trim_ascii();
    if name.first() == Some(&b'*') {
        let is_alone = name.get(1).is_none_or(u8::is_ascii_whitespace);
        return is_alone.then(|| "*".to_owned());
    }
    let is_token = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let token: String = name
        .iter()
        .take_while(is_token)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    (!token.is_empty()).then_some(token)
}

/// Decimal seconds. More than fits is as long as it gets.
fn parse_delay(value: &[u8]) -> Option<Duration> {
    let seconds: f64 = std::str::from_utf8(value)
        .ok()?
        .replace(',', ".")
        .parse()
        .ok()?;
    (seconds >= 0.0).then(|| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

fn path_and_query(path_or_url: &str) -> Cow<'_, str> {
    if path_or_url.starts_with('/') {
        return Cow::Borrowed(path_or_url.split('#').next().unwrap_or_default());
    }
    match Url::parse(path_or_url) {
        Ok(url) => match url.query() {
            Some(query) => Cow::Owned(format!("{}?{query}", url.path())),
            None => Cow::Owned(url.path().to_owned()),
        },
        Err(_) => Cow::Owned(format!("/{path_or_url}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn allows(robots: &str, path: &str) -> bool {
        Robots::parse(robots.as_bytes()).allows("beffroi", path)
    }

    const NEWS: &str = "/actualites/x?p=1";

    #[test]
    fn the_files_of_french_sites_are_read_as_the_fact_sheet_says() {
        assert!(!allows("User-agent: *\nDisallow: /\n", NEWS));
        assert!(allows(
            "User-agent: Beffroi\nDisallow:\n\nUser-agent: *\nDisallow: /\n",
            NEWS
        ));
        assert!(allows(
            "User-agent: *\nDisallow: /actu\nAllow: /actualites/\n",
            NEWS
        ));
        assert!(!allows("User-agent: *\nDisallow: /*?\n", NEWS));
        assert!(allows("User-agent: *\nDisallow: /*.php$\n", NEWS));
        assert!(allows("", NEWS));
        assert!(!allows(
            "User-agent: *\nDisallow: /",
            "https://mairie.example/a"
        ));
        assert!(allows(
            "User-agent: *\nDisallow: /",
            "https://mairie.example/robots.txt"
        ));
    }

    #[test]
    fn groups_of_one_agent_are_one_and_shut_out_those_for_everybody() {
        let robots = "User-agent: beffroi\nDisallow: /a\n\nUser-agent: x\nDisallow: /x\n\n\
                      User-agent: BEFFROI/2.0\nDisallow: /b\n\nUser-agent: *\nDisallow: /c\n";
        assert!(!allows(robots, "/a"));
        assert!(!allows(robots, "/b"));
        assert!(allows(robots, "/c"));
        assert!(allows(robots, "/x"));
        let robots = Robots::parse(robots.as_bytes());
        assert!(robots.allows("beffroi-images", "/a"), "another product");
        assert!(!robots.allows("beffroi-images", "/c"));
        assert!(!robots.allows("Beffroi/0.1 (+https://x.example)", "/a"));
    }

    #[test]
    fn agents_in_a_row_share_their_rules_and_other_lines_do_not_part_them() {
        let robots = "User-agent: x\nSitemap: https://a.example/s.xml\nfoo: bar\nCrawl-delay: 2\n\
                      User-agent: beffroi\nDisallow: /a\n";
        let robots = Robots::parse(robots.as_bytes());
        assert!(!robots.allows("x", "/a"));
        assert!(!robots.allows("beffroi", "/a"));
        assert_eq!(robots.sitemaps(), ["https://a.example/s.xml"]);
    }

    #[test]
    fn the_longest_pattern_decides_and_on_a_tie_the_one_that_allows() {
        assert!(allows("User-agent: *\nDisallow: /p\nAllow: /page", "/page"));
        assert!(!allows(
            "User-agent: *\nAllow: /p\nDisallow: /page",
            "/page"
        ));
        assert!(allows(
            "User-agent: *\nDisallow: /folder\nAllow: /folder",
            "/folder/page"
        ));
        assert!(!allows(
            "User-agent: *\nAllow: /page\nDisallow: /*.htm",
            "/page.htm"
        ));
        assert!(allows("User-agent: *\nAllow: /$\nDisallow: /", "/"));
        assert!(!allows("User-agent: *\nAllow: /$\nDisallow: /", "/page"));
    }

    #[test]
    fn rules_before_any_agent_and_empty_rules_forbid_nothing() {
        assert!(allows("Disallow: /\nUser-agent: *\nDisallow:", NEWS));
        assert!(allows("User-agent: *\nDisallow: # all\n", NEWS));
    }

    #[test]
    fn misspellings_missing_colons_and_odd_line_ends_are_forgiven() {
        for robots in [
            "useragent: *\ndissallow: /",
            "USER AGENT: *\nDisalow: /",
            "user-agent *\ndisallow /",
            "User-agent: *\rDisallow: /",
            "User-agent: *\r\nDisallow: /\r\n",
            "  User-agent : *  # tous\n\tDisallow : / # rien",
            "\u{feff}User-agent: *\nDisallow: /",
            "garbage\n\0\u{1}\nUser-agent: *\n<p>\nDisallow: /",
            "User-agent: * \nDiasllow:/",
        ] {
            assert!(!allows(robots, NEWS), "{robots:?}");
        }
    }

    #[test]
    fn utf_16_is_read_by_its_mark() {
        let text = "User-agent: *\nDisallow: /actualit\u{e9}s\n";
        let little: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = [0xfe, 0xff]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        for bytes in [little, big] {
            let robots = Robots::parse(&bytes);
            assert!(!robots.allows("beffroi", "/actualit%C3%A9s/1"));
            assert!(robots.allows("beffroi", "/agenda"));
        }
    }

    #[test]
    fn a_page_served_in_its_place_forbids_nothing() {
        let page = "<!doctype html>\n<title>404: page introuvable</title>\n<p>Disallow: /</p>";
        assert!(allows(page, NEWS));
    }

    #[test]
    fn what_lies_beyond_the_limit_does_not_count_and_the_cut_line_is_dropped() {
        let head = "User-agent: *\nDisallow: /a\n";
        let fill = |length: usize| format!("{head}#{}\n", "x".repeat(length - head.len() - 2));
        let beyond = format!("{}Disallow: /b\n", fill(MAX_ROBOTS_BYTES));
        assert!(!allows(&beyond, "/a"));
        assert!(allows(&beyond, "/b"));
        let cut = format!("{}Disallow: /b/c/d\n", fill(MAX_ROBOTS_BYTES - 12));
        assert!(allows(&cut, "/b"), "half a line is no rule");
        let whole = format!("{}Disallow: /b\nDisallow: /c", fill(MAX_ROBOTS_BYTES - 12));
        assert!(!allows(&whole, "/b"), "the line ends exactly at the limit");
        assert!(allows(&whole, "/c"));
    }

    #[test]
    fn the_first_crawl_delay_of_the_group_counts() {
        let delay = |robots: &str| Robots::parse(robots.as_bytes()).crawl_delay("beffroi");
        let seconds = |seconds| Some(Duration::from_secs_f64(seconds));
        assert_eq!(
            delay("User-agent: *\nCrawl-delay: 2.5\nCrawl-delay: 9"),
            seconds(2.5)
        );
        assert_eq!(delay("User-agent: *\nCrawl-delay: 1,5"), seconds(1.5));
        assert_eq!(
            delay("User-agent: x\nCrawl-delay: 9\n\nUser-agent: *\nDisallow:"),
            None
        );
        assert_eq!(
            delay("User-agent: *\nCrawl-delay: 1e300"),
            Some(Duration::MAX)
        );
        for nonsense in ["-1", "NaN", "soon", ""] {
            assert_eq!(
                delay(&format!("User-agent: *\nCrawl-delay: {nonsense}")),
                None
            );
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_the_reader_fail(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            Robots::parse(&bytes).allows("beffroi", "/");
        }

        #[test]
        fn lines_in_any_order_of_garbage_keep_a_plain_ban(
            before in "[a-z \\n]{0,60}", after in "[a-z0-9 \\n#]{0,60}",
        ) {
            let robots = format!("{before}\nUser-agent: beffroi\nDisallow: /x\n{after}");
            prop_assert!(!allows(&robots, "/x"));
        }
    }
}
