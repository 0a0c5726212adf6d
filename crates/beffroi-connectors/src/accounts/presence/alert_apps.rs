//! Alert apps by URL. Source of the shapes: the fact sheet `alert-apps`, section 1.

use beffroi_model::Platform;

use crate::accounts::{Link, Parsed, Service, Strength, reason};

pub(super) const BETTERSTREET: Service =
    vendor_only(Platform::Betterstreet, &["betterstreet.org"], |_| {
        vendor(Platform::Betterstreet)
    });
pub(super) const CITIZENAPPS: Service =
    vendor_only(Platform::Citizenapps, &["citizenapps.fr"], |_| {
        vendor(Platform::Citizenapps)
    });
pub(super) const CITYALL: Service =
    vendor_only(Platform::Cityall, &["cityall.fr", "lumiplan.com"], |_| {
        vendor(Platform::Cityall)
    });
pub(super) const IMAGINA: Service = vendor_only(Platform::Imagina, &["imagina.com"], |_| {
    vendor(Platform::Imagina)
});
pub(super) const MYMAIRIE: Service = vendor_only(Platform::Mymairie, &["mymairie.fr"], |_| {
    vendor(Platform::Mymairie)
});
pub(super) const NEOCITY: Service = vendor_only(Platform::Neocity, &["neocity.fr"], |_| {
    vendor(Platform::Neocity)
});

pub(super) const PANNEAUPOCKET: Service = Service {
    platform: Platform::Panneaupocket,
    domains: &["panneaupocket.com"],
    judge: panneaupocket,
};

pub(super) const ILLIWAP: Service = Service {
    platform: Platform::Illiwap,
    domains: &["illiwap.com"],
    judge: illiwap,
};

pub(super) const INTRAMUROS: Service = Service {
    platform: Platform::Intramuros,
    domains: &[
        "appli-intramuros.com",
        "appli-intramuros.fr",
        "intramuros.org",
        "intramuros.page.link",
    ],
    judge: intramuros,
};

pub(super) const CITYKOMI: Service = Service {
    platform: Platform::Citykomi,
    domains: &["citykomi.com"],
    judge: citykomi,
};

pub(super) const LAPAGELOCALE: Service = Service {
    platform: Platform::Lapagelocale,
    domains: &["lapagelocale.com", "lapagelocale.fr"],
    judge: lapagelocale,
};

/// Words by which the page of another body than a collectivity names itself.
const OTHER_ORGANISATIONS: &[&str] = &[
    "brigade",
    "college",
    "ecole",
    "gendarmerie",
    "pompiers",
    "prefecture",
    "sdis",
];

/// First segments of `intramuros.org` that are not a commune's.
const INTRAMUROS_PAGES: &[&str] = &[
    "accueil",
    "api",
    "blog",
    "cgu",
    "connexion",
    "contact",
    "faq",
    "fiche",
    "fr",
    "legal",
    "login",
    "mentions-legales",
    "politique-de-confidentialite",
    "presse",
    "qui-sommes-nous",
    "static",
];

const fn vendor_only(
    platform: Platform,
    domains: &'static [&'static str],
    judge: fn(&Link<'_>) -> Parsed,
) -> Service {
    Service {
        platform,
        domains,
        judge,
    }
}

/// The vendor's own page: a sign that the service is used, by nobody in particular.
pub(super) fn vendor(platform: Platform) -> Parsed {
    Parsed::other(platform, reason::VENDOR)
}

/// `/ville/250252113-exemple-57220` and the iframe `/embeded/250252113` (so spelt by the vendor).
fn panneaupocket(link: &Link<'_>) -> Parsed {
    let path = link.path();
    let ["ville" | "embeded" | "embedded" | "embed", page, ..] = path.as_slice() else {
        return vendor(Platform::Panneaupocket);
    };
    let (id, slug) = page.split_once('-').unwrap_or((page, ""));
    if id.is_empty() || id.len() > 20 || !id.bytes().all(|b| b.is_ascii_digit()) {
        return vendor(Platform::Panneaupocket);
    }
    let url = format!("https://app.panneaupocket.com/ville/{id}");
    let found = Parsed::at(Platform::Panneaupocket, id, &url);
    let found = if slug.is_empty() {
        found
    } else {
        found.spelt(slug)
    };
    if names_other_organisation(slug) {
        return found.weakened(Strength::Weak, Some(reason::OTHER_ORGANISATION));
    }
    found
}

/// `station.illiwap.com[/fr]/public/22047/actu/embed` and the feed `/rss/<station>`.
fn illiwap(link: &Link<'_>) -> Parsed {
    let path = link.path();
    let path = match path.as_slice() {
        ["fr", rest @ ..] => rest,
        whole => whole,
    };
    match path {
        ["public" | "rss", station, ..] if is_slug(station) => {
            let station = if is_corsican_code(station) {
                station.to_uppercase()
            } else {
                (*station).to_owned()
            };
            let url = format!("https://station.illiwap.com/fr/public/{station}");
            Parsed::at(Platform::Illiwap, station, &url)
        }
        _ => vendor(Platform::Illiwap),
    }
}

/// A station may be an INSEE code; those of Corsica hold a letter, which is a capital.
fn is_corsican_code(station: &str) -> bool {
    station.len() == 5
        && (station.starts_with("2a") || station.starts_with("2b"))
        && station[2..].bytes().all(|b| b.is_ascii_digit())
}

/// `intramuros.org/la-garde04/actualites/12`; widgets give the number of the city instead.
fn intramuros(link: &Link<'_>) -> Parsed {
    if let Some(city) = link.param("city-id").filter(|_| link.subdomain == "api") {
        let is_number = city.len() <= 12 && city.bytes().all(|b| b.is_ascii_digit());
        if is_number {
            return Parsed::at(
                Platform::Intramuros,
                format!("city:{city}"),
                &format!("https://api.appli-intramuros.com/_public/events/?city-id={city}"),
            );
        }
    }
    if link.domain != "intramuros.org" || !matches!(link.subdomain, "" | "www") {
        return vendor(Platform::Intramuros);
    }
    match link.path().as_slice() {
        [slug, ..] if is_slug(slug) && !INTRAMUROS_PAGES.contains(slug) => Parsed::at(
            Platform::Intramuros,
            *slug,
            &format!("https://www.intramuros.org/{slug}"),
        ),
        _ => vendor(Platform::Intramuros),
    }
}

/// The plugin's call `/v1/public/partners/channels/12`.
fn citykomi(link: &Link<'_>) -> Parsed {
    match link.path().as_slice() {
        ["v1", "public", "partners", "channels", id, ..]
            if id.len() <= 12 && id.bytes().all(|b| b.is_ascii_digit()) =>
        {
            Parsed::at(
                Platform::Citykomi,
                *id,
                &format!("https://www.citykomi.com/v1/public/partners/channels/{id}"),
            )
        }
        _ => vendor(Platform::Citykomi),
    }
}

/// `lapagelocale.fr/95840-villiers-adam`.
fn lapagelocale(link: &Link<'_>) -> Parsed {
    let path = link.path();
    let page = path.first().filter(|page| {
        page.split_once('-').is_some_and(|(postcode, slug)| {
            postcode.len() == 5 && postcode.bytes().all(|b| b.is_ascii_digit()) && is_slug(slug)
        })
    });
    match page {
        Some(page) => Parsed::at(
            Platform::Lapagelocale,
            *page,
            &format!("https://lapagelocale.fr/{page}"),
        ),
        None => vendor(Platform::Lapagelocale),
    }
}

fn is_slug(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_'))
}

fn names_other_organisation(slug: &str) -> bool {
    slug.split('-')
        .any(|word| OTHER_ORGANISATIONS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::tests::{accounts, kinds, parse};
    use crate::accounts::{Kind, Strength};

    #[test]
    fn a_page_of_the_collectivity_gives_its_number_or_name() {
        accounts(
            Platform::Panneaupocket,
            &[
                (
                    "https://app.panneaupocket.com/ville/250252113-exemple-57220",
                    "250252113",
                ),
                ("https://app.panneaupocket.com/ville/250252113", "250252113"),
                (
                    "https://app.panneaupocket.com/embeded/250252113?mode=widgetTv",
                    "250252113",
                ),
            ],
        );
        accounts(
            Platform::Illiwap,
            &[
                (
                    "https://station.illiwap.com/fr/public/22047/actu/embed",
                    "22047",
                ),
                (
                    "https://station.illiwap.com/fr/public/22047/agenda/list",
                    "22047",
                ),
                ("https://station.illiwap.com/public/22047", "22047"),
                ("https://station.illiwap.com/rss/22047", "22047"),
                (
                    "https://station.illiwap.com/fr/public/2A014/actu/embed",
                    "2A014",
                ),
                ("https://station.illiwap.com/rss/2a014", "2A014"),
                (
                    "https://station.illiwap.com/fr/public/commune-de-trifouilly",
                    "commune-de-trifouilly",
                ),
            ],
        );
        accounts(
            Platform::Intramuros,
            &[
                ("https://www.intramuros.org/la-garde04", "la-garde04"),
                (
                    "https://www.intramuros.org/la-garde04/actualites/12",
                    "la-garde04",
                ),
                (
                    "https://www.intramuros.org/la-garde04/agenda/12",
                    "la-garde04",
                ),
                (
                    "https://www.intramuros.org/la-garde04/etablissements_scolaires/12",
                    "la-garde04",
                ),
            ],
        );
        accounts(
            Platform::Intramuros,
            &[(
                "https://api.appli-intramuros.com/_public/events/?city-id=12&agglo-id=3",
                "city:12",
            )],
        );
        accounts(
            Platform::Lapagelocale,
            &[(
                "https://lapagelocale.fr/95840-villiers-adam",
                "95840-villiers-adam",
            )],
        );
        accounts(
            Platform::Citykomi,
            &[(
                "https://www.citykomi.com/v1/public/partners/channels/12",
                "12",
            )],
        );
    }

    #[test]
    fn the_sheet_s_vectors_have_their_strength() {
        for (link, platform, handle, strength) in [
            (
                "https://app.panneaupocket.com/ville/250252113-exemple-57220",
                Platform::Panneaupocket,
                Some("250252113"),
                Strength::Strong,
            ),
            (
                "https://app.panneaupocket.com/embeded/110180054?mode=widget",
                Platform::Panneaupocket,
                Some("110180054"),
                Strength::Strong,
            ),
            (
                "https://app.panneaupocket.com/ville/340053572-brigade-de-gendarmerie-de-bayeux-14400",
                Platform::Panneaupocket,
                Some("340053572"),
                Strength::Weak,
            ),
            (
                "https://www.panneaupocket.com/",
                Platform::Panneaupocket,
                None,
                Strength::Weak,
            ),
            (
                "https://station.illiwap.com/fr/public/22047/actu/embed",
                Platform::Illiwap,
                Some("22047"),
                Strength::Strong,
            ),
            (
                "https://www.intramuros.org/la-garde04",
                Platform::Intramuros,
                Some("la-garde04"),
                Strength::Strong,
            ),
            (
                "https://www.intramuros.org/fiche/acteur/65869",
                Platform::Intramuros,
                None,
                Strength::Weak,
            ),
        ] {
            let parsed = parse(link);
            assert_eq!(parsed.platform, Some(platform), "{link}");
            assert_eq!(parsed.handle.as_deref(), handle, "{link}");
            assert_eq!(parsed.strength, strength, "{link}");
        }
    }

    #[test]
    fn the_name_and_postcode_stay_at_hand_for_the_cross_check() {
        let parsed = parse("https://app.panneaupocket.com/ville/250252113-exemple-57220");
        assert_eq!(parsed.spelling.as_deref(), Some("exemple-57220"));
    }

    #[test]
    fn a_vendor_s_page_is_a_weak_sign_without_account() {
        for (platform, link) in [
            (Platform::Panneaupocket, "https://app.panneaupocket.com/"),
            (Platform::Illiwap, "https://www.illiwap.com/decouvrir"),
            (Platform::Intramuros, "https://www.intramuros.org/"),
            (Platform::Intramuros, "https://intramuros.page.link/x"),
            (
                Platform::Intramuros,
                "https://files.appli-intramuros.com/website/uploads/1/x.pdf",
            ),
            (Platform::Cityall, "https://www.lumiplan.com"),
            (Platform::Citykomi, "https://www.citykomi.com/"),
            (Platform::Mymairie, "https://mymairie.fr/x"),
            (Platform::Neocity, "https://www.neocity.fr"),
            (Platform::Citizenapps, "https://citizenapps.fr"),
            (Platform::Imagina, "https://imagina.com/fr/x"),
            (Platform::Lapagelocale, "https://lapagelocale.com"),
            (Platform::Betterstreet, "https://betterstreet.org"),
        ] {
            kinds(Some(platform), &[(link, Kind::Other, reason::VENDOR)]);
            assert_eq!(parse(link).strength, Strength::Weak);
        }
    }
}
