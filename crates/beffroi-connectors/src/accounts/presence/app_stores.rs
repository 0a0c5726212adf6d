//! Apps of the two stores: a branded app of the town (`city_app`), an alert app's, or neither.
//!
//! Whether an app is the town's own only its name can tell, which is the caller's comparison: by
//! the URL it is a candidate. Source of the shapes: the fact sheet `alert-apps`, section 1.

use beffroi_model::Platform;

use super::alert_apps::vendor;
use crate::accounts::{Link, Parsed, Service, Strength, reason};

pub(super) const STORES: Service = Service {
    platform: Platform::CityApp,
    domains: &["apps.apple.com", "itunes.apple.com", "play.google.com"],
    judge,
};

/// An alert app's word in the package or the title of its own app.
const VENDORS: &[(&str, Platform)] = &[
    ("betterstreet", Platform::Betterstreet),
    ("cityall", Platform::Cityall),
    ("citykomi", Platform::Citykomi),
    ("illiwap", Platform::Illiwap),
    ("intramuros", Platform::Intramuros),
    ("lumiplan", Platform::Cityall),
    ("mymairie", Platform::Mymairie),
    ("panneaupocket", Platform::Panneaupocket),
];

/// Makers of branded apps: their packages are surely some town's.
const BRANDED: &[&str] = &["fr.neocity."];

/// Starts of packages that are no town's.
const NOT_TOWNS: &[&str] = &[
    "com.adobe.",
    "com.android.",
    "com.facebook.",
    "com.google.",
    "com.instagram.",
    "com.linkedin.",
    "com.microsoft.",
    "com.snapchat.",
    "com.twitter.",
    "com.whatsapp",
    "com.zhiliaoapp.",
    "fr.gouv.",
    "org.mozilla.",
    "org.telegram.",
];

fn judge(link: &Link<'_>) -> Parsed {
    let path = link.path();
    match (link.domain, path.as_slice()) {
        ("play.google.com", ["store", "apps", "details", ..]) => match link.param("id") {
            Some(package) => android(&package),
            None => Parsed::other(None, reason::APP_STORE),
        },
        ("play.google.com", _) => Parsed::other(None, reason::APP_STORE),
        (_, segments) => apple(link, segments),
    }
}

fn android(package: &str) -> Parsed {
    let is_package = package.len() <= 200
        && package.contains('.')
        && package.starts_with(|c: char| c.is_ascii_alphabetic())
        && package.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && package
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'));
    let folded = package.to_ascii_lowercase();
    if !is_package || NOT_TOWNS.iter().any(|start| folded.starts_with(start)) {
        return Parsed::other(None, reason::APP_STORE);
    }
    if let Some(platform) = vendor_of(&folded) {
        return vendor(platform);
    }
    let url = format!("https://play.google.com/store/apps/details?id={package}");
    let app = Parsed::at(Platform::CityApp, package, &url);
    if BRANDED.iter().any(|start| folded.starts_with(start)) {
        app.weakened(Strength::Weak, None)
    } else {
        app.weakened(Strength::Candidate, Some(reason::UNCONFIRMED_SHAPE))
    }
}

/// `/fr/app/<title>/id1234567890`.
fn apple(link: &Link<'_>, segments: &[&str]) -> Parsed {
    let is_id = |segment: &&&str| {
        segment.strip_prefix("id").is_some_and(|id| {
            (6..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit())
        })
    };
    let Some(app) = segments.iter().position(|segment| *segment == "app") else {
        return Parsed::other(None, reason::APP_STORE);
    };
    let Some(id) = segments[app..].iter().find(is_id) else {
        return Parsed::other(None, reason::APP_STORE);
    };
    let title = link.spelt(app + 1);
    if let Some(platform) = vendor_of(&title.to_lowercase().replace('-', "")) {
        return vendor(platform);
    }
    let app = Parsed::at(
        Platform::CityApp,
        *id,
        &format!("https://apps.apple.com/app/{id}"),
    );
    app.spelt(title)
        .weakened(Strength::Candidate, Some(reason::UNCONFIRMED_SHAPE))
}

fn vendor_of(name: &str) -> Option<Platform> {
    VENDORS
        .iter()
        .find(|(word, _)| name.contains(word))
        .map(|(_, platform)| *platform)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::Kind;
    use crate::accounts::tests::{accounts, kinds, parse};

    #[test]
    fn an_app_is_a_candidate_by_its_package_or_number() {
        accounts(
            Platform::CityApp,
            &[
                (
                    "https://play.google.com/store/apps/details?id=fr.vendeur.exemple&hl=fr",
                    "fr.vendeur.exemple",
                ),
                (
                    "market://details?id=fr.vendeur.exemple",
                    "fr.vendeur.exemple",
                ),
            ],
        );
        accounts(
            Platform::CityApp,
            &[
                (
                    "https://apps.apple.com/fr/app/ma-ville/id1234567890",
                    "id1234567890",
                ),
                (
                    "https://itunes.apple.com/fr/app/ma-ville/id1234567890?mt=8",
                    "id1234567890",
                ),
            ],
        );
        let parsed = parse("https://apps.apple.com/fr/app/ma-ville/id1234567890");
        assert_eq!(parsed.strength, Strength::Candidate);
        assert_eq!(parsed.spelling.as_deref(), Some("ma-ville"));
    }

    #[test]
    fn a_branded_app_is_more_than_a_candidate() {
        let parsed = parse("https://play.google.com/store/apps/details?id=fr.neocity.exemple");
        assert_eq!(parsed.strength, Strength::Weak);
        assert_eq!(parsed.kind, Kind::Account);
    }

    #[test]
    fn an_alert_app_s_own_app_is_its_vendor_s() {
        for (platform, link) in [
            (
                Platform::Intramuros,
                "https://play.google.com/store/apps/details?id=com.intramuros.Intramuros.production",
            ),
            (
                Platform::Citykomi,
                "https://play.google.com/store/apps/details?id=com.citykomi.port",
            ),
            (
                Platform::Panneaupocket,
                "https://apps.apple.com/fr/app/panneaupocket/id1143507069",
            ),
        ] {
            kinds(Some(platform), &[(link, Kind::Other, reason::VENDOR)]);
        }
    }

    #[test]
    fn other_apps_and_pages_of_the_stores_are_nobody_s() {
        kinds(
            None,
            &[
                (
                    "https://play.google.com/store/apps/details?id=com.facebook.katana",
                    Kind::Other,
                    reason::APP_STORE,
                ),
                (
                    "https://play.google.com/store/apps/dev?id=1",
                    Kind::Other,
                    reason::APP_STORE,
                ),
                (
                    "https://apps.apple.com/fr/developer/x/id1234567890",
                    Kind::Other,
                    reason::APP_STORE,
                ),
            ],
        );
    }
}
