//! Known hosts of no platform of ours: redirectors to be opened, share buttons, and sites whose
//! addresses look like the fediverse's but are not.

use url::Position;

use super::link::Link;
use super::{Parsed, reason};

/// A domain and what its addresses are good for. An address of neither sort is an ordinary link.
pub(super) struct Outsider {
    pub(super) domain: &'static str,
    redirects: &'static [Redirect],
    /// Starts of paths that are share buttons; `/` is all of them.
    shares: &'static [&'static str],
}

/// A path, by its start, that only leads elsewhere.
struct Redirect {
    path: &'static str,
    target: Target,
}

/// Where the address of the target stands.
enum Target {
    /// In the first of these parameters.
    Params(&'static [&'static str]),
    /// The whole query is the address.
    Query,
    /// The rest of the path is the address, without its scheme.
    Path,
}

impl Outsider {
    pub(super) fn judge(&self, link: &Link<'_>) -> Parsed {
        let path = link.url.path();
        for redirect in self.redirects {
            if path.starts_with(redirect.path) {
                return redirect.judge(link);
            }
        }
        if self.shares.iter().any(|start| path.starts_with(start)) {
            return Parsed::share(None);
        }
        Parsed::not_social()
    }
}

impl Redirect {
    fn judge(&self, link: &Link<'_>) -> Parsed {
        let followed = match self.target {
            Target::Params(names) => link.follow(names),
            Target::Query => link.url.query().map(|query| {
                let decoded = percent_encoding::percent_decode_str(query).decode_utf8_lossy();
                link.follow_to(&decoded)
            }),
            Target::Path => {
                let target = &link.url[Position::BeforePath..][self.path.len()..];
                (!target.is_empty()).then(|| link.follow_to(&format!("https://{target}")))
            }
        };
        followed.unwrap_or_else(|| Parsed::other(None, reason::WRAPPER))
    }
}

const fn redirector(domain: &'static str, redirects: &'static [Redirect]) -> Outsider {
    Outsider {
        domain,
        redirects,
        shares: &[],
    }
}

const fn sharer(domain: &'static str, shares: &'static [&'static str]) -> Outsider {
    Outsider {
        domain,
        redirects: &[],
        shares,
    }
}

const fn not_fediverse(domain: &'static str) -> Outsider {
    sharer(domain, &[])
}

const fn params(path: &'static str, names: &'static [&'static str]) -> Redirect {
    Redirect {
        path,
        target: Target::Params(names),
    }
}

const fn query(path: &'static str) -> Redirect {
    Redirect {
        path,
        target: Target::Query,
    }
}

const fn rest(path: &'static str) -> Redirect {
    Redirect {
        path,
        target: Target::Path,
    }
}

/// What Google puts before the addresses it finds, and before those of its copies for telephones.
const GOOGLE: &[Redirect] = &[
    params("/url", &["q", "url"]),
    rest("/amp/s/"),
    rest("/amp/"),
];

/// The closest domain around a host counts: `l.facebook.com` is met before `facebook.com`.
pub(super) const OUTSIDERS: &[Outsider] = &[
    redirector(
        "accounts.google.com",
        &[params("/", &["continue", "followup"])],
    ),
    redirector("anonym.to", &[query("/")]),
    redirector("away.vk.com", &[params("/", &["to"])]),
    redirector("consent.google.com", &[params("/", &["continue"])]),
    redirector("consent.youtube.com", &[params("/", &["continue"])]),
    redirector("google.com", GOOGLE),
    redirector("google.fr", GOOGLE),
    redirector("href.li", &[query("/")]),
    redirector("l.facebook.com", &[params("/", &["u"])]),
    redirector("l.instagram.com", &[params("/", &["u"])]),
    redirector("l.messenger.com", &[params("/", &["u"])]),
    redirector("l.threads.com", &[params("/", &["u"])]),
    redirector("l.threads.net", &[params("/", &["u"])]),
    redirector("lm.facebook.com", &[params("/", &["u"])]),
    redirector("nullrefer.com", &[query("/")]),
    redirector("out.reddit.com", &[params("/", &["url"])]),
    redirector("safelinks.protection.outlook.com", &[params("/", &["url"])]),
    redirector("slack-redir.net", &[params("/", &["url"])]),
    redirector("t.umblr.com", &[params("/", &["z"])]),
    redirector("translate.google.com", &[params("/translate", &["u"])]),
    Outsider {
        domain: "vk.com",
        redirects: &[params("/away.php", &["to"])],
        shares: &["/share.php"],
    },
    sharer("addthis.com", &["/"]),
    sharer("addtoany.com", &["/"]),
    sharer("blogger.com", &["/blog-this.g", "/blog_this.pyra"]),
    sharer("del.icio.us", &["/"]),
    sharer("delicious.com", &["/save", "/post"]),
    sharer("digg.com", &["/submit"]),
    sharer("getpocket.com", &["/save", "/edit"]),
    sharer("mastodonshare.com", &["/"]),
    sharer("mix.com", &["/add", "/mixit"]),
    sharer("news.ycombinator.com", &["/submitlink"]),
    sharer("pinterest.com", &["/pin/create"]),
    sharer("pinterest.fr", &["/pin/create"]),
    sharer("plus.google.com", &["/share"]),
    sharer("reddit.com", &["/submit"]),
    sharer("share.diasporafoundation.org", &["/"]),
    sharer("share.flipboard.com", &["/"]),
    sharer("share.joinmastodon.org", &["/"]),
    sharer("shareaholic.com", &["/"]),
    sharer("sharethis.com", &["/"]),
    sharer("stumbleupon.com", &["/submit"]),
    sharer("toot.kytta.dev", &["/"]),
    sharer("tumblr.com", &["/share", "/widgets/share"]),
    sharer("viadeo.com", &["/shareit", "/share"]),
    sharer(
        "xing.com",
        &["/app/user", "/spi/shares", "/social_plugins/share"],
    ),
    not_fediverse("beacons.ai"),
    not_fediverse("chatgpt.com"),
    not_fediverse("dev.to"),
    not_fediverse("flipboard.com"),
    not_fediverse("hackmd.io"),
    not_fediverse("hashnode.com"),
    not_fediverse("hive.blog"),
    not_fediverse("kick.com"),
    not_fediverse("leboncoin.fr"),
    not_fediverse("leetchi.com"),
    not_fediverse("lemon8-app.com"),
    not_fediverse("likee.video"),
    not_fediverse("linktr.ee"),
    not_fediverse("medium.com"),
    not_fediverse("npmjs.com"),
    not_fediverse("observablehq.com"),
    not_fediverse("odysee.com"),
    not_fediverse("patreon.com"),
    not_fediverse("peakd.com"),
    not_fediverse("replit.com"),
    not_fediverse("rumble.com"),
    not_fediverse("steemit.com"),
    not_fediverse("substack.com"),
    not_fediverse("trello.com"),
    not_fediverse("triller.co"),
    not_fediverse("unsplash.com"),
];
