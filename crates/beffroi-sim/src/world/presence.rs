//! Who is where: the presence table of the calibration figures (shared data, section 5).
//! Networks without a column there follow its last sentence: 1 to 3 % in large strata, more in
//! regions; the share of the fediverse is set so that about 300 accounts exist in the high world.

use beffroi_model::{Category, Collectivity, Platform};

use crate::Population;

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presence {
    pub(super) website: f64,
    facebook_low: f64,
    facebook_high: f64,
    instagram: f64,
    x: f64,
    youtube: f64,
    linkedin: f64,
    /// Each of TikTok, Threads, Snapchat, Telegram.
    newer: f64,
    /// Each of Mastodon and Bluesky.
    open_network: f64,
    /// PanneauPocket; the other alert apps are fractions of it.
    alert_app: f64,
}

const fn row(v: [f64; 10]) -> Presence {
    Presence {
        website: v[0],
        facebook_low: v[1],
        facebook_high: v[2],
        instagram: v[3],
        x: v[4],
        youtube: v[5],
        linkedin: v[6],
        newer: v[7],
        open_network: v[8],
        alert_app: v[9],
    }
}

// Percent.               site  fb-  fb+  insta  x   yt   li   new  open alert
const UNDER_500: [f64; 10] = [36., 3., 35., 0.3, 0.1, 0.2, 0., 0.02, 0.06, 18.];
const FROM_500: [f64; 10] = [85., 8., 65., 1.2, 1., 0.7, 0.2, 0.1, 0.3, 25.];
const FROM_2000: [f64; 10] = [99., 40., 85., 9., 13., 11., 3., 0.4, 2., 20.];
const FROM_10000: [f64; 10] = [99., 64., 95., 30., 45., 35., 20., 1., 5., 8.];
const FROM_20000: [f64; 10] = [100., 90., 99., 70., 75., 65., 50., 2., 12., 4.];
const FROM_100000: [f64; 10] = [100., 100., 100., 98., 90., 95., 90., 3., 40., 2.];
const CC: [f64; 10] = [90., 30., 65., 10., 10., 8., 8., 0.5, 1., 6.];
const CA: [f64; 10] = [99., 75., 95., 45., 35., 40., 50., 1., 6., 2.];
const CU: [f64; 10] = [100., 95., 100., 80., 70., 75., 85., 2., 15., 0.];
const METROPOLE: [f64; 10] = [100., 100., 100., 95., 90., 100., 100., 3., 40., 0.];
const DEPARTEMENT: [f64; 10] = [100., 97., 97., 90., 82., 95., 95., 3., 30., 0.];
const REGION: [f64; 10] = [100., 100., 100., 95., 90., 100., 100., 10., 60., 0.];

impl Presence {
    pub(super) fn of(body: &Collectivity) -> Self {
        row(match body.category {
            Category::Region
            | Category::CollectiviteTerritorialeUnique
            | Category::CollectiviteOutreMer => REGION,
            Category::Departement => DEPARTEMENT,
            Category::Metropole => METROPOLE,
            Category::CommunauteUrbaine | Category::EtablissementPublicTerritorial => CU,
            Category::CommunauteAgglomeration => CA,
            Category::CommunauteCommunes => CC,
            Category::Commune => match body.population {
                0..500 => UNDER_500,
                500..2_000 => FROM_500,
                2_000..10_000 => FROM_2000,
                10_000..20_000 => FROM_10000,
                20_000..100_000 => FROM_20000,
                100_000.. => FROM_100000,
            },
        })
    }

    /// The chance, in [0, 1], that the body has a website, or, for any other platform, that a body
    /// with a website is on it: accounts are found through sites, so all of the table's accounts
    /// are given to bodies that have one.
    pub(super) fn chance(&self, platform: Platform, population: Population) -> f64 {
        let high = population == Population::High;
        let percent = match platform {
            Platform::Website => self.website,
            Platform::Facebook if high => self.facebook_high,
            Platform::Facebook => self.facebook_low,
            Platform::Instagram => self.instagram,
            Platform::X => self.x,
            Platform::Youtube => self.youtube,
            Platform::Linkedin => self.linkedin,
            Platform::Tiktok | Platform::Threads | Platform::Snapchat | Platform::Telegram => {
                self.newer
            }
            Platform::Mastodon | Platform::Bluesky if high => self.open_network,
            Platform::Mastodon | Platform::Bluesky => self.open_network / 3.0,
            // Rarer than the rest of the fediverse.
            Platform::Peertube => self.open_network / 10.0,
            Platform::Panneaupocket if high => self.alert_app,
            Platform::Panneaupocket => self.alert_app / 2.0,
            Platform::Intramuros => self.alert_app / 3.0,
            Platform::Illiwap => self.alert_app / 5.0,
            Platform::Whatsapp => self.alert_app / 10.0,
            _ => 0.0,
        };
        match platform {
            Platform::Website => percent / 100.0,
            _ => (percent / self.website).min(1.0),
        }
    }
}
