//! Snapchat's public profiles (fact sheet `snapchat`): a page whose figures stand in the JSON that it
//! is drawn from. It has no credentials and publishes no limit.

use beffroi_model::{Absent, Forbidden, MissingReason, Outcome, Platform};
use serde_json::{Value, json};

use super::network::{Call, NetworkApi, Service};
use crate::{
    SimSettings,
    answer::Answer,
    meters::{Clock, Quota},
    referee::RequestKind,
    truth::{DialogueMissing, FigureTruth, SocialTruth},
    world::{
        World,
        network::{Fate, NetworkAccount},
    },
};

const PLATFORM: Platform = Platform::Snapchat;
const HOST: &str = "www.snapchat.test";

/// Nobody logs in: all requests are one client's.
const CLIENT: &str = "anonymous";

/// Folders that robots.txt closes.
const CLOSED: [&str; 2] = ["/share", "/scan"];

/// Shares of the profiles whose page does not show their subscribers, tells them as a number, and
/// is still of the older layout.
const HIDES_SHARE: f64 = 0.15;
const NUMBER_SHARE: f64 = 0.2;
const OLD_SHARE: f64 = 0.15;

/// The pages.
pub(crate) struct Snapchat;

/// How a profile's page is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Without the kind of the profile above it.
    Old,
    Number,
    Text,
    /// Too small, or hidden: the page holds no number.
    WithoutSubscribers,
}

impl Layout {
    fn of(account: &NetworkAccount) -> Self {
        match account.draw("layout").weighted(&[
            OLD_SHARE,
            NUMBER_SHARE,
            HIDES_SHARE,
            1.0 - OLD_SHARE - NUMBER_SHARE - HIDES_SHARE,
        ]) {
            0 => Self::Old,
            1 => Self::Number,
            2 => Self::WithoutSubscribers,
            _ => Self::Text,
        }
    }
}

impl NetworkApi for Snapchat {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned()]
    }

    fn names(&self, _world: &World, account: &NetworkAccount) -> Vec<String> {
        vec![name_today(account)]
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        let outcome = outcome(account);
        let truth = SocialTruth::without_figures(outcome, account.case);
        if outcome != Outcome::Measured {
            return truth;
        }
        let not_given = MissingReason::NotGivenByPlatform;
        SocialTruth {
            followers: match Layout::of(account) {
                Layout::WithoutSubscribers => FigureTruth::Missing(MissingReason::NotInAnswer),
                Layout::Old | Layout::Number | Layout::Text => {
                    FigureTruth::Known(account.life(world).followers)
                }
            },
            following: FigureTruth::Missing(not_given),
            posts_total: FigureTruth::Missing(not_given),
            posts_missing: Some(not_given),
            dialogue_missing: Some(DialogueMissing {
                reason: not_given,
                post_ids: Vec::new(),
                unless_post_ids: Vec::new(),
            }),
            ..truth
        }
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        if call.path == "/robots.txt" {
            let closed = CLOSED
                .map(|folder| format!("Disallow: {folder}\n"))
                .concat();
            return Answer::new(200, "text/plain", format!("User-agent: *\n{closed}"));
        }
        service.meters.request(PLATFORM, CLIENT);
        let quota = Quota {
            bucket: "pages",
            subject: 0,
            limit: service.settings.quotas.snapchat_pages_per_minute,
            clock: Clock::Window { secs: 60 },
            is_published: false,
        };
        let standing = service.spend(PLATFORM, CLIENT, quota, 1, call.now);
        if standing.is_spent {
            return wall(standing.resets_at.as_second());
        }
        if call.method != hyper::Method::GET && call.method != hyper::Method::HEAD {
            return Answer::html(405, "<h1>405</h1>");
        }
        respond(service, call)
    }

    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String {
        let interval = settings.host_interval.as_millis().max(1);
        format!(
            "[platforms.snapchat]\n\
             # Nobody forbids reading the simulated pages.\n\
             enabled = true\n\
             base_url = \"http://{HOST}:{http_port}\"\n\
             interval = \"{interval}ms\"\n"
        )
    }

    fn manners(&self, path: &str) -> RequestKind {
        if path == "/robots.txt" {
            return RequestKind::RobotsTxt { unreachable: false };
        }
        RequestKind::Page {
            interval_ms: 0,
            allowed: !CLOSED.iter().any(|folder| path.starts_with(folder)),
            unreachable: false,
        }
    }
}

fn outcome(account: &NetworkAccount) -> Outcome {
    match account.fate {
        Fate::Sound => Outcome::Measured,
        // Without a public profile.
        Fate::Private => Outcome::Forbidden(Forbidden::PrivateAccount),
        // Its name of today is linked by nobody.
        Fate::Renamed
        | Fate::NotFound
        | Fate::Gone
        | Fate::Suspended
        | Fate::Restricted
        | Fate::Merged => Outcome::Absent(Absent::NotFound),
    }
}

/// The name that an account bears now.
fn name_today(account: &NetworkAccount) -> String {
    match account.fate {
        Fate::Renamed => {
            let former: String = account.handle.chars().take(11).collect();
            format!("{former}.off")
        }
        _ => account.handle.to_string(),
    }
}

/// Who asks too much meets one of three walls.
fn wall(seconds: i64) -> Answer {
    let page = "<!DOCTYPE html><html><body>Please wait while we check your browser</body></html>";
    match seconds / 60 % 3 {
        0 => Answer::html(429, page),
        1 => Answer::html(403, page),
        _ => Answer::html(200, page),
    }
}

fn respond(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let segments = call.segments();
    let mut segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let is_locale = |segment: &&str| segment.len() == 5 && segment.as_bytes()[2] == b'-';
    if segments.first().is_some_and(is_locale) {
        segments.remove(0);
    }
    let name = match segments.as_slice() {
        ["add", name, ..] => return Answer::redirect(301, format!("/@{}", name.to_lowercase())),
        [name, ..] => name.strip_prefix('@'),
        [] => None,
    };
    let Some(name) = name else {
        return Answer::html(404, document(&json!({"pageType": 0})));
    };
    let lower = name.to_lowercase();
    let account = service.find(PLATFORM, &lower);
    let Some(account) =
        account.filter(|it| matches!(it.fate, Fate::Sound | Fate::Private | Fate::Renamed))
    else {
        return Answer::html(404, document(&json!({"pageType": 0})));
    };
    Answer::html(200, document(&page_props(service, account, &lower)))
}

fn page_props(service: &Service<'_>, account: &NetworkAccount, name: &str) -> Value {
    let title = &service.world.bodies[account.body as usize]
        .collectivity
        .name;
    if account.fate == Fate::Private {
        let info = json!({
            "username": name,
            "displayName": title,
            "snapcodeImageUrl": "https://app.test/snapcode",
        });
        return json!({"userProfile": {"$case": "userInfo", "userInfo": info}});
    }
    let layout = Layout::of(account);
    let followers = account.life(service.world).followers;
    let mut info = json!({
        "username": name,
        "title": title,
        // A bracket that must not end the script.
        "bio": "Compte officiel <3",
        "websiteUrl": format!("https://www.{name}.test"),
        "badge": 0,
        "categoryStringId": "public-profile-category-v3-government",
        "hasStory": account.is("story", 0.3),
        "hasCuratedHighlights": false,
        "hasSpotlightHighlights": false,
        "businessProfileId": format!("{:x}", account.number("business", 1, 1 << 60)),
    });
    match layout {
        Layout::Old | Layout::Number => info["subscriberCount"] = followers.into(),
        Layout::Text => info["subscriberCount"] = followers.to_string().into(),
        Layout::WithoutSubscribers => {}
    }
    let profile = match layout {
        Layout::Old => info,
        Layout::Number | Layout::Text | Layout::WithoutSubscribers => {
            json!({"$case": "publicProfileInfo", "publicProfileInfo": info})
        }
    };
    json!({
        "pageType": 18,
        "pageLinks": {"canonicalUrl": format!("https://www.snapchat.com/@{name}")},
        "userProfile": profile,
        "story": {"snapList": [{
            "snapId": {"value": "s1"},
            "snapMediaType": 0,
            "timestampInSec": {"value": service.world.settings.as_of.as_second().to_string()},
        }]},
        "curatedHighlights": [],
        "spotlightHighlights": [],
    })
}

/// The page around the data.
fn document(page_props: &Value) -> String {
    let data = json!({"props": {"pageProps": page_props}, "page": "/@[username]", "query": {}});
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Snapchat</title>\
         <script>window.data = \"__NEXT_DATA__\";</script></head>\n<body><div id=\"__next\"></div>\n\
         <script id=\"__NEXT_DATA__\" type=\"application/json\">{data}</script></body></html>\n"
    )
}
