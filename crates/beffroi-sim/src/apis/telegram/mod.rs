//! Telegram's preview of public channels (fact sheet `telegram`): HTML, almost always with status
//! 200, whatever stands behind a name. It has no credentials and publishes no limit.

mod channel;
mod html;

use beffroi_model::{Absent, MissingReason, Outcome, Platform, PostKind};
use serde_json::Value;

use self::channel::Channel;
use super::network::{Call, NetworkApi, Service};
use crate::{
    SimSettings,
    answer::Answer,
    draw::hash,
    meters::{Clock, Quota},
    referee::RequestKind,
    truth::{DialogueMissing, FigureTruth, PostTruth, SocialTruth, second},
    world::{
        World,
        network::{Fate, NetworkAccount},
    },
};

const PLATFORM: Platform = Platform::Telegram;
const HOST: &str = "t.me.test";

/// Nobody logs in: all requests are one client's.
const CLIENT: &str = "anonymous";

/// Folders that robots.txt closes.
const CLOSED: [&str; 2] = ["/share/", "/iv"];

/// Share of the channels without preview that are closed to readers of some countries, and say so
/// in the place of their posts.
const NOTICE_SHARE: f64 = 0.3;

/// The preview pages.
pub(crate) struct Telegram;

/// What stands behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// A channel with its preview.
    Previewed,
    /// A channel that shows a notice in the place of its posts.
    Notice,
    /// A channel whose owner switched the preview off.
    CardOnly,
    Group,
    Person,
    Nobody,
}

impl Standing {
    /// What an account is to those who ask for that name.
    fn of(account: &NetworkAccount, name: &str) -> Self {
        match account.fate {
            Fate::Sound => Self::Previewed,
            Fate::Renamed if name == name_today(account) => Self::Previewed,
            Fate::Restricted if account.is("notice", NOTICE_SHARE) => Self::Notice,
            Fate::Restricted => Self::CardOnly,
            // A name that a channel left is taken by others.
            Fate::Private if account.is("group", 0.5) => Self::Group,
            Fate::Private => Self::Person,
            Fate::NotFound | Fate::Gone | Fate::Suspended | Fate::Renamed | Fate::Merged => {
                Self::Nobody
            }
        }
    }

    fn outcome(self) -> Outcome {
        match self {
            Self::Previewed | Self::Notice | Self::CardOnly => Outcome::Measured,
            Self::Group | Self::Person => Outcome::Absent(Absent::NotAnAccount),
            Self::Nobody => Outcome::Absent(Absent::NotFound),
        }
    }
}

impl NetworkApi for Telegram {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned()]
    }

    fn names(&self, _world: &World, account: &NetworkAccount) -> Vec<String> {
        match account.fate {
            Fate::Renamed => vec![account.handle.to_string(), name_today(account)],
            _ => vec![account.handle.to_string()],
        }
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        let standing = Standing::of(account, &account.handle);
        let truth = SocialTruth::without_figures(standing.outcome(), account.case);
        if standing.outcome() != Outcome::Measured {
            return truth;
        }
        let not_given = MissingReason::NotGivenByPlatform;
        let channel = Channel::of(world, account);
        // The counters beside the posts are rounded, the card's is not.
        let (followers, posts_missing) = match standing {
            Standing::CardOnly => (channel.subscribers, Some(MissingReason::HiddenByOwner)),
            Standing::Notice => (
                channel::rounded(channel.subscribers),
                Some(MissingReason::NotInAnswer),
            ),
            _ => (channel::rounded(channel.subscribers), None),
        };
        let posts = match posts_missing {
            Some(_) => Vec::new(),
            None => channel.posts().rev().map(|it| post(&channel, it)).collect(),
        };
        SocialTruth {
            followers: FigureTruth::Known(followers),
            following: FigureTruth::Missing(not_given),
            posts_total: FigureTruth::Missing(not_given),
            posts,
            posts_missing,
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
            let text = format!("User-agent: *\n{closed}");
            return Answer::new(200, "text/plain", text);
        }
        service.meters.request(PLATFORM, CLIENT);
        let quota = Quota {
            bucket: "pages",
            subject: 0,
            limit: service.settings.quotas.telegram_pages_per_minute,
            clock: Clock::Window { secs: 60 },
            is_published: false,
        };
        let standing = service.spend(PLATFORM, CLIENT, quota, 1, call.now);
        if standing.is_spent {
            return Answer::html(
                429,
                "<!DOCTYPE html><html><body>Too Many Requests</body></html>",
            );
        }
        let answer = respond(service, call);
        let is_script = call.header("x-requested-with") == Some("XMLHttpRequest");
        match is_script && answer.status == 200 {
            // The page's own script gets the same page as a text of JSON.
            true => Answer::json(
                200,
                &Value::String(String::from_utf8_lossy(&answer.body).into_owned()),
            ),
            false => answer,
        }
    }

    fn configuration(&self, _settings: &SimSettings, http_port: u16) -> String {
        format!(
            "[platforms.telegram]\n\
             base_url = \"http://{HOST}:{http_port}\"\n\
             # Who posts ten times a day fills more pages than the default reads.\n\
             max_pages = 30\n"
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

fn post(channel: &Channel, message: &channel::Message) -> PostTruth {
    let missing = |reason| FigureTruth::Missing(reason);
    let not_given = missing(MissingReason::NotGivenByPlatform);
    PostTruth {
        id: message.number.to_string(),
        published_at: second(message.at),
        kind: Some(match message.pictures {
            _ if message.is_forwarded => PostKind::Repost,
            2.. => PostKind::Album,
            1 => PostKind::Image,
            0 if message.is_video => PostKind::Video,
            0 => message.shows,
        }),
        // Without any reaction on the page nobody can tell whether they are allowed.
        reactions: match channel.shows_reactions {
            true => FigureTruth::Known(
                message
                    .reactions
                    .iter()
                    .map(|it| channel::rounded(*it))
                    .sum(),
            ),
            false => missing(MissingReason::NotInAnswer),
        },
        comments: not_given,
        shares: not_given,
        views: match (message.is_forwarded, message.views) {
            (true, _) => not_given,
            (false, Some(views)) => FigureTruth::Known(channel::rounded(views)),
            (false, None) => missing(MissingReason::NotInAnswer),
        },
        continues: None,
    }
}

/// The name that a renamed channel bears now.
fn name_today(account: &NetworkAccount) -> String {
    let former: String = account.handle.chars().take(28).collect();
    format!("{former}_off")
}

fn respond(service: &Service<'_>, call: &Call<'_>) -> Answer {
    if call.method != hyper::Method::GET && call.method != hyper::Method::HEAD {
        return Answer::html(405, "<h1>405</h1>");
    }
    let segments = call.segments();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (name, is_preview, around) = match segments.as_slice() {
        [] => return Answer::redirect(302, "https://telegram.org/".to_owned()),
        ["s", name] => (*name, true, None),
        ["s", name, number] => (*name, true, number.parse().ok()),
        [name, ..] => (*name, false, None),
    };
    let name = name.to_lowercase();
    let account = service.find(PLATFORM, &name);
    let standing = account.map_or(Standing::Nobody, |account| Standing::of(account, &name));
    let has_preview = matches!(standing, Standing::Previewed | Standing::Notice);
    let (Some(account), true) = (account, is_preview && has_preview) else {
        // What has no preview has a card, be it nobody's.
        return match is_preview {
            true => Answer::redirect(302, format!("/{name}")),
            false => Answer::html(200, card(service, account, standing, &name)),
        };
    };
    let channel = Channel::of(service.world, account);
    if standing == Standing::Notice {
        return Answer::html(200, html::notice(&channel, &name));
    }
    let bound = |parameter: &str| call.parameter(parameter).and_then(|text| text.parse().ok());
    let page = channel.page(bound("before"), bound("after"), around);
    Answer::html(200, html::preview(&channel, &name, page))
}

fn card(
    service: &Service<'_>,
    account: Option<&NetworkAccount>,
    standing: Standing,
    name: &str,
) -> String {
    let Some(account) = account else {
        return html::nobody(name);
    };
    let channel = || Channel::of(service.world, account);
    match standing {
        Standing::Previewed | Standing::Notice => html::card(&channel(), name, true),
        Standing::CardOnly => html::card(&channel(), name, false),
        Standing::Group => {
            let members = 20 + hash(name.as_bytes()) % 900;
            html::other_card(name, &format!("{members} members, 3 online"))
        }
        Standing::Person => html::other_card(name, &format!("@{name}")),
        Standing::Nobody => html::nobody(name),
    }
}
