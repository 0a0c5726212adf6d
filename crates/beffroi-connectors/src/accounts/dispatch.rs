//! From a URL to the rules that judge it.
//!
//! Called for every link of every page: an ordinary link costs a few look-ups of its host and no
//! allocation.

use std::collections::HashMap;
use std::sync::LazyLock;

use beffroi_model::Platform;
use url::Url;

use super::hosts::enclosing_domains;
use super::link::{Link, MAX_WRAPPERS};
use super::outsiders::{OUTSIDERS, Outsider};
use super::shorteners::SHORTENERS;
use super::{Parsed, Service, app_links, presence, reason, text};
use crate::{mastodon, peertube, platforms::SERVICES, x, youtube};

/// Parameters by which the jump pages of sites name their target.
const JUMP_PARAMETERS: &[&str] = &["redirect", "redirect_to", "redirect_url", "goto"];

/// What is to be done with the URLs of a domain.
#[derive(Clone, Copy)]
enum Rule {
    Service(&'static Service),
    Shortener(Option<Platform>),
    Outsider(&'static Outsider),
}

/// The rule of each domain that has one.
static RULES: LazyLock<HashMap<&'static str, Rule>> = LazyLock::new(|| {
    let services = SERVICES.iter().chain(presence::SERVICES);
    let mut rules = HashMap::new();
    for service in services {
        for domain in service.domains {
            rules.insert(*domain, Rule::Service(service));
        }
    }
    for (domain, platform) in SHORTENERS {
        rules.insert(*domain, Rule::Shortener(*platform));
    }
    for outsider in OUTSIDERS {
        rules.insert(outsider.domain, Rule::Outsider(outsider));
    }
    rules
});

/// The platform that owns a host.
pub(super) fn platform_of_host(host: &str) -> Option<Platform> {
    let (_, rule) = rule_of(host)?;
    match rule {
        Rule::Service(service) => Some(service.platform),
        Rule::Shortener(platform) => platform,
        Rule::Outsider(_) => None,
    }
}

/// Whether a host has a rule of its own.
pub(super) fn has_rules(host: &str) -> bool {
    rule_of(host).is_some()
}

/// Judges a text to which a redirector leads.
pub(super) fn judge_text(target: &str, wrappers: usize) -> Parsed {
    text::judge(target, wrappers)
}

/// Judges a URL; `wrappers` redirectors were opened to find it.
pub(super) fn judge_url(url: &Url, wrappers: usize) -> Parsed {
    match url.scheme() {
        "http" | "https" => judge_web(url, wrappers),
        "mailto" => Parsed::unusable(reason::EMAIL),
        "acct" | "at" | "did" if wrappers <= MAX_WRAPPERS => judge_text(url.as_str(), wrappers + 1),
        _ => match app_links::web_address(url) {
            Some(address) => judge_web(&address, wrappers),
            None => Parsed::unusable(reason::UNSUPPORTED_SCHEME),
        },
    }
}

fn judge_web(url: &Url, wrappers: usize) -> Parsed {
    let Some(host) = url.host_str() else {
        return Parsed::unusable(reason::NOT_A_URL);
    };
    match rule_of(host) {
        Some((domain, Rule::Service(service))) => match hashbang(url) {
            Some(url) => (service.judge)(&Link::new(&url, domain, wrappers)),
            None => (service.judge)(&Link::new(url, domain, wrappers)),
        },
        Some((_, Rule::Shortener(platform))) => Parsed::other(platform, reason::SHORTENER),
        Some((domain, Rule::Outsider(outsider))) => {
            outsider.judge(&Link::new(url, domain, wrappers))
        }
        None => judge_elsewhere(url, host, wrappers),
    }
}

/// Judges a URL on a host of which nothing is known.
fn judge_elsewhere(url: &Url, host: &str, wrappers: usize) -> Parsed {
    // `https://https//www.exemple.fr`: a doubled scheme that some parser took for a host.
    if matches!(host, "http" | "https") && wrappers < MAX_WRAPPERS {
        let address = url.as_str()[url.scheme().len()..].trim_start_matches([':', '/']);
        return judge_text(address, wrappers + 1);
    }
    if has_fediverse_shape(url.path()) {
        let link = Link::new(url, host, wrappers);
        return mastodon::accounts::judge_unknown_host(&link)
            .or_else(|| peertube::accounts::judge_unknown_host(&link))
            .unwrap_or_else(Parsed::not_social);
    }
    if url.query().is_some_and(|query| query.contains("http")) {
        let link = Link::new(url, host, wrappers);
        return link
            .follow(JUMP_PARAMETERS)
            .unwrap_or_else(Parsed::not_social);
    }
    Parsed::not_social()
}

/// Whether a path starts as one of the fediverse's does; looked at before anything is allocated.
fn has_fediverse_shape(path: &str) -> bool {
    let first = path.trim_start_matches('/');
    let first = first.split('/').next().unwrap_or_default();
    first.starts_with('@')
        || first.starts_with("%40")
        || matches!(
            first,
            "users"
                | "web"
                | "deck"
                | "ap"
                | "c"
                | "a"
                | "accounts"
                | "video-channels"
                | "w"
                | "videos"
                | "video-playlists"
                | "feeds"
        )
}

/// The rule of a host, with the domain to which it belongs.
fn rule_of(host: &str) -> Option<(&str, Rule)> {
    let known =
        enclosing_domains(host).find_map(|domain| RULES.get(domain).map(|rule| (domain, *rule)));
    known
        .or_else(|| {
            let domain = youtube::accounts::national_domain(host)?;
            Some((domain, Rule::Service(&youtube::accounts::SERVICE)))
        })
        .or_else(|| {
            x::accounts::is_mirror(host).then_some((host, Rule::Service(&x::accounts::SERVICE)))
        })
}

/// The address behind an old `#!/name` one, as X and Facebook had them. A bare `#!` is a button's.
fn hashbang(url: &Url) -> Option<Url> {
    let fragment = url.fragment()?;
    let path = fragment
        .strip_prefix('!')
        .or_else(|| fragment.strip_prefix("%21"))?
        .trim_start_matches('/');
    if path.is_empty() {
        return None;
    }
    let mut target = url.clone();
    target.set_fragment(None);
    target.set_query(None);
    target.set_path("/");
    target.join(&format!("/{path}")).ok()
}
