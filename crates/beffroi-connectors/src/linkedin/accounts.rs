//! LinkedIn organisations by URL. Persons are never collected.
//!
//! Canonical handle: `company:`, `school:` or `showcase:` and the vanity name in lower case (or the
//! number) as the URL gives it. Source of the shapes: the fact sheet `linkedin`, section 1.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, is_placeholder, reason};

const PLATFORM: Platform = Platform::Linkedin;

pub(crate) const SERVICE: Service = Service {
    platform: PLATFORM,
    domains: &["licdn.com", "linkedin.com"],
    judge,
};

/// Sub-domains that are no language of the site.
const OTHER_SITES: &[&str] = &["ads", "px"];

fn judge(link: &Link<'_>) -> Parsed {
    if link.domain == "licdn.com" || !link.on_main_site() || OTHER_SITES.contains(&link.subdomain) {
        return Parsed::other(PLATFORM, reason::ASSET);
    }
    let path = link.path();
    // The same pages for telephones, for the letters it sends, and for those without an account.
    let views = usize::from(matches!(
        path.first(),
        Some(&("comm" | "mwlite" | "organization-guest"))
    ));
    match &path[views..] {
        [] => Parsed::other(PLATFORM, reason::HOME_PAGE),
        [
            "company" | "company-beta" | "companies" | "organization",
            name,
            ..,
        ] => page("company", name, link.spelt(views + 1)),
        [kind @ ("school" | "showcase"), name, ..] => page(kind, name, link.spelt(views + 1)),
        ["feed", ..] if link.param("shareActive").is_some() => Parsed::share(PLATFORM),
        ["sharearticle" | "sharing", ..] | ["cws", "share", ..] => Parsed::share(PLATFORM),
        ["authwall" | "login" | "uas" | "signup" | "checkpoint", ..] => link
            .follow(&["sessionRedirect", "session_redirect"])
            .unwrap_or_else(|| Parsed::other(PLATFORM, reason::SERVICE_PAGE)),
        ["redir" | "safety", ..] => link
            .follow(&["url"])
            .unwrap_or_else(|| Parsed::other(PLATFORM, reason::WRAPPER)),
        ["in" | "pub" | "profile", ..] => Parsed::other(PLATFORM, reason::PERSON),
        ["groups", ..] => Parsed::other(PLATFORM, reason::GROUP),
        ["events", ..] => Parsed::other(PLATFORM, reason::EVENT),
        // The name before `_` in `/posts/name_…` may be a person's: it is not kept.
        ["posts" | "pulse" | "video" | "newsletters", _, ..]
        | ["feed", "update", ..]
        | ["embed", ..] => Parsed::content(PLATFORM),
        _ => Parsed::other(PLATFORM, reason::SERVICE_PAGE),
    }
}

/// The page of an organisation; `kind` is `company`, `school` or `showcase`.
fn page(kind: &str, name: &str, spelt: &str) -> Parsed {
    // `unavailable` is where the address of a page that is no more leads.
    if matches!(name, "setup" | "unavailable") {
        return Parsed::other(PLATFORM, reason::SERVICE_PAGE);
    }
    if is_placeholder(name) {
        return Parsed::other(PLATFORM, reason::PLACEHOLDER);
    }
    let is_name = name.len() <= 200
        && name.starts_with(char::is_alphanumeric)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '\'' | '\u{2019}'));
    if !is_name {
        return Parsed::other(PLATFORM, reason::INVALID_HANDLE);
    }
    let url = format!("https://www.linkedin.com/{kind}/{name}");
    let page = Parsed::at(PLATFORM, format!("{kind}:{name}"), &url);
    if spelt == name {
        page
    } else {
        page.spelt(spelt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse, posts};

    #[test]
    fn every_shape_of_an_organisation_gives_its_account() {
        accounts(
            PLATFORM,
            &[
                (
                    "https://www.linkedin.com/company/ville-de-lyon/",
                    "company:ville-de-lyon",
                ),
                (
                    "https://fr.linkedin.com/company/ville-de-lyon?trk=x",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/Ville-de-Lyon/posts/?feedView=all",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/ville-de-lyon/about",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/ville-de-lyon/mycompany",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/ville-de-lyon/jobs",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/ville-de-lyon/life",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/ville-de-lyon/people",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/ville-de-lyon/admin/feed/posts",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/organization-guest/company/ville-de-lyon",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/mwlite/company/Ville-de-Lyon",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/comm/company/ville-de-lyon?midToken=x",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/uas/login?session_redirect=%2Fcompany%2Fville-de-lyon%2F",
                    "company:ville-de-lyon",
                ),
                (
                    "https://www.linkedin.com/company/2414183/",
                    "company:2414183",
                ),
                (
                    "https://www.linkedin.com/company-beta/2414183/",
                    "company:2414183",
                ),
                (
                    "https://www.linkedin.com/company/mairie-de-s%C3%A8te",
                    "company:mairie-de-sète",
                ),
                (
                    "https://www.linkedin.com/company/mairie-de-se%CC%80te",
                    "company:mairie-de-sète",
                ),
                (
                    "https://www.linkedin.com/company/mairie-de-s%25C3%25A8te",
                    "company:mairie-de-sète",
                ),
                (
                    "https://www.linkedin.com/school/universite-de-x/",
                    "school:universite-de-x",
                ),
                (
                    "https://www.linkedin.com/showcase/lyon-economie/",
                    "showcase:lyon-economie",
                ),
                (
                    "https://www.linkedin.com/authwall?trk=x&sessionRedirect=https%3A%2F%2Ffr.linkedin.com%2Fcompany%2Fville-de-lyon",
                    "company:ville-de-lyon",
                ),
            ],
        );
    }

    #[test]
    fn a_publication_names_nobody() {
        posts(
            PLATFORM,
            &[
                (
                    "https://www.linkedin.com/posts/ville-de-lyon_slug-activity-7123-abcd",
                    None,
                ),
                (
                    "https://www.linkedin.com/feed/update/urn:li:activity:7123",
                    None,
                ),
                ("https://www.linkedin.com/pulse/un-article", None),
                ("https://www.linkedin.com/video/live/urn:li:ugcPost:1", None),
                ("https://www.linkedin.com/newsletters/une-lettre-1", None),
            ],
        );
    }

    #[test]
    fn everything_else_is_no_account_and_says_why() {
        use crate::accounts::Kind::{Other, Share};
        kinds(
            Some(PLATFORM),
            &[
                (
                    "https://www.linkedin.com/in/jean-dupont",
                    Other,
                    reason::PERSON,
                ),
                (
                    "https://www.linkedin.com/pub/jean-dupont/1/2/3",
                    Other,
                    reason::PERSON,
                ),
                (
                    "https://www.linkedin.com/mwlite/in/jean-dupont",
                    Other,
                    reason::PERSON,
                ),
                (
                    "https://www.linkedin.com/feed/?shareActive=true&text=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.linkedin.com/company/unavailable/",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.linkedin.com/groups/12345",
                    Other,
                    reason::GROUP,
                ),
                (
                    "https://www.linkedin.com/events/12345",
                    Other,
                    reason::EVENT,
                ),
                (
                    "https://www.linkedin.com/jobs/view/12345",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.linkedin.com/shareArticle?mini=true&url=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.linkedin.com/sharing/share-offsite/?url=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.linkedin.com/cws/share?url=x",
                    Share,
                    reason::SHARE_BUTTON,
                ),
                (
                    "https://www.linkedin.com/login",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.linkedin.com/legal/user-agreement",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                ("https://www.linkedin.com/feed", Other, reason::SERVICE_PAGE),
                (
                    "https://www.linkedin.com/company/setup/new",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                (
                    "https://www.linkedin.com/company/linkedin",
                    Other,
                    reason::PLACEHOLDER,
                ),
                ("https://platform.linkedin.com/in.js", Other, reason::ASSET),
                ("https://px.ads.linkedin.com/collect", Other, reason::ASSET),
                (
                    "https://snap.licdn.com/li.lms-analytics/insight.min.js",
                    Other,
                    reason::ASSET,
                ),
                ("https://www.linkedin.com/", Other, reason::HOME_PAGE),
                (
                    "https://www.linkedin.com/company/",
                    Other,
                    reason::SERVICE_PAGE,
                ),
                ("https://lnkd.in/abc", Other, reason::SHORTENER),
            ],
        );
    }

    #[test]
    fn a_name_keeps_its_spelling() {
        let parsed = parse("https://www.linkedin.com/company/Ville-de-Lyon");
        assert_eq!(parsed.spelling.as_deref(), Some("Ville-de-Lyon"));
    }
}
