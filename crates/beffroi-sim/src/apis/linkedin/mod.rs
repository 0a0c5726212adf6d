//! LinkedIn's Community Management API (fact sheet `linkedin`): organisations by their names and
//! numbers, how many follow them, and the posts of those that granted them to the token's member.

mod conversation;
mod organization;
mod posts;
mod rest;

use beffroi_model::{Absent, MissingReason, Outcome, Platform};
use jiff::{Timestamp, ToSpan as _, tz::TimeZone};

use self::organization::Organization;
use super::{
    network::{Call, NetworkApi, Service},
    tokens::TokenState,
};
use crate::{
    Credentials, SimSettings,
    answer::Answer,
    meters::{Clock, Quota},
    truth::{DialogueMissing, FigureTruth, PostTruth, SocialTruth, second},
    world::{
        World, kinds,
        network::{Fate, NetworkAccount},
    },
};

const PLATFORM: Platform = Platform::Linkedin;
const HOST: &str = "api.linkedin.test";

/// The application, whose allowance all members' tokens share.
const APPLICATION: &str = "application";

/// The day of a month from which its version is answered, and the day of the same month a year
/// later until which it is.
const FIRST_DAY: i8 = 5;
const LAST_DAY: i8 = 17;

/// The API.
pub(crate) struct Linkedin;

/// The kinds of calls, each with an allowance of its own.
const RESOURCES: [&str; 6] = [
    "organizations",
    "organizationsLookup",
    "networkSizes",
    "posts",
    "socialMetadata",
    "socialActions",
];

impl NetworkApi for Linkedin {
    fn platforms(&self) -> &'static [Platform] {
        &[PLATFORM]
    }

    fn hosts(&self) -> Vec<String> {
        vec![HOST.to_owned()]
    }

    fn names(&self, _world: &World, account: &NetworkAccount) -> Vec<String> {
        vec![
            organization::vanity(account),
            organization::id(account).to_string(),
            // Posts and comments are found by the number of whose they are.
            format!("#{}", account.index),
        ]
    }

    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth {
        // Its name of today is linked by nobody.
        if !is_there(account) || account.fate == Fate::Renamed {
            let outcome = Outcome::Absent(Absent::NotFound);
            return SocialTruth::without_figures(outcome, account.case);
        }
        let organization = Organization::of(world, account);
        let not_given = FigureTruth::Missing(MissingReason::NotGivenByPlatform);
        let truth = SocialTruth {
            permanent_id: Some(organization.urn()),
            followers: FigureTruth::Known(organization.life.followers),
            following: not_given,
            posts_total: not_given,
            ..SocialTruth::without_figures(Outcome::Measured, account.case)
        };
        if !organization.grants {
            let permission = MissingReason::PermissionMissing;
            return SocialTruth {
                posts_missing: Some(permission),
                dialogue_missing: Some(DialogueMissing {
                    reason: permission,
                    post_ids: Vec::new(),
                    unless_post_ids: Vec::new(),
                }),
                ..truth
            };
        }
        // Shares and views are in statistics for administrators, a call for each post.
        let not_asked = FigureTruth::Missing(MissingReason::NotAsked);
        let posts = organization.life.posts.iter().rev();
        let posts = posts.map(|post| PostTruth {
            id: organization.post_urn(post.at),
            published_at: second(post.at),
            kind: kinds::kind(PLATFORM, post.at),
            reactions: FigureTruth::Known(post.reactions),
            comments: FigureTruth::Known(post.all_comments()),
            shares: not_asked,
            views: not_asked,
            continues: None,
        });
        SocialTruth {
            posts: posts.collect(),
            threads: organization.threads(),
            ..truth
        }
    }

    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer {
        let Some(secret) = call.bearer() else {
            return rest::error(
                401,
                Some(65604),
                "EMPTY_ACCESS_TOKEN",
                "Empty oauth2 access token",
            );
        };
        let token = service.judge(PLATFORM, secret);
        if let Some((answer, kind)) = refusal(token.state, call) {
            service.meters.refuse(PLATFORM, &token.name, kind);
            return answer;
        }
        if let Some(answer) = rest::refused_headers(call) {
            service.meters.refuse(PLATFORM, &token.name, "headers");
            return answer;
        }
        let segments = call.segments();
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let resource = match segments.as_slice() {
            ["rest", resource, ..] => RESOURCES.iter().find(|known| *known == resource),
            _ => None,
        };
        let Some(resource) = resource.filter(|_| call.method == hyper::Method::GET) else {
            return rest::error(404, None, "RESOURCE_NOT_FOUND", "No virtual resource found");
        };
        let quotas = &service.settings.quotas;
        for (whose, limit, word) in [
            (
                token.name.as_str(),
                quotas.linkedin_member_calls_per_day,
                "MEMBER",
            ),
            (APPLICATION, quotas.linkedin_calls_per_day, "APPLICATION"),
        ] {
            let quota = Quota {
                bucket: resource,
                subject: 0,
                limit,
                clock: Clock::UtcDay,
                // The limits stand in the developer's portal alone.
                is_published: false,
            };
            let standing = service.spend(PLATFORM, whose, quota, 1, call.now);
            if standing.is_spent {
                let message = format!(
                    "Resource level throttle {word} DAY limit for calls to this resource is reached."
                );
                return rest::error(429, Some(101), "TOO_MANY_REQUESTS", &message);
            }
        }
        match segments.get(1..).unwrap_or_default() {
            ["organizations"] => organization::by_name(service, call),
            // The full description is for administrators.
            ["organizations", id] => rest::denied(&format!("organizations.GET.{id}")),
            ["organizationsLookup"] => organization::lookup(service, call),
            ["networkSizes", urn] => organization::network_size(service, call, urn),
            ["posts"] => posts::list(service, call),
            ["socialMetadata"] => posts::metadata(service, call),
            ["socialMetadata", urn] => posts::metadata_of(service, urn),
            ["socialActions", urn, "comments"] => conversation::comments(service, call, urn),
            _ => rest::error(404, None, "RESOURCE_NOT_FOUND", "No virtual resource found"),
        }
    }

    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String {
        let quotas = &settings.quotas;
        let secret = Credentials::of(Platform::Linkedin).map_or("", |it| it.secret);
        let requests = quotas
            .linkedin_calls_per_day
            .min(quotas.linkedin_member_calls_per_day)
            .max(1);
        format!(
            "[platforms.linkedin]\n\
             base_url = \"http://{HOST}:{http_port}\"\n\
             api_version = \"{}\"\n\
             requests_per_day = {requests}\n\
             requests_per_second = 50\n\
             concurrency = 8\n\
             # Some organisations granted their posts: asking all tells which.\n\
             try_posts = true\n\
             max_comment_calls = 1000\n\
             [platforms.linkedin.credentials.simulated]\n\
             secret = \"{secret}\"\n",
            version_before(Timestamp::now())
        )
    }
}

fn refusal(state: TokenState, call: &Call<'_>) -> Option<(Answer, &'static str)> {
    let unauthorised = |number, code, message: &str| rest::error(401, Some(number), code, message);
    match state {
        TokenState::Good => None,
        TokenState::Expired => Some((
            unauthorised(
                65602,
                "EXPIRED_ACCESS_TOKEN",
                "The token used in the request has expired",
            ),
            "expired",
        )),
        TokenState::Unknown => Some((
            unauthorised(65600, "INVALID_ACCESS_TOKEN", "Invalid access token"),
            "unknown",
        )),
        TokenState::WithoutPermission => {
            let resource = call.path.trim_start_matches("/rest/");
            Some((rest::denied(resource), "permission"))
        }
    }
}

/// Whether there is an organisation, under whatever name.
fn is_there(account: &NetworkAccount) -> bool {
    match account.fate {
        Fate::Sound | Fate::Renamed => true,
        Fate::NotFound
        | Fate::Gone
        | Fate::Suspended
        | Fate::Private
        | Fate::Restricted
        | Fate::Merged => false,
    }
}

/// The version of last month, which is answered on every day of this one.
fn version_before(now: Timestamp) -> String {
    let today = now.to_zoned(TimeZone::UTC).date();
    let last_month = today.checked_sub(1.month()).unwrap_or(today);
    last_month.strftime("%Y%m").to_string()
}

/// Whether a version is answered.
fn is_active(version: &str, now: Timestamp) -> bool {
    let (Ok(number), 6) = (version.parse::<i32>(), version.len()) else {
        return false;
    };
    let today = now.to_zoned(TimeZone::UTC).date();
    let (year, month) = (number / 100, number % 100);
    let age = (i32::from(today.year()) - year) * 12 + i32::from(today.month()) - month;
    match age {
        _ if !(1..=12).contains(&month) => false,
        0 => today.day() >= FIRST_DAY,
        1..12 => true,
        12 => today.day() <= LAST_DAY,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_answered_for_a_year() {
        let active = |version, now: &str| is_active(version, now.parse().unwrap());
        let day = "2026-08-17T12:00:00Z";
        assert!(active("202508", day) && active("202607", day) && active("202608", day));
        assert!(!active("202508", "2026-08-18T12:00:00Z"));
        assert!(!active("202608", "2026-08-01T12:00:00Z"), "not yet");
        for wrong in ["202609", "202507", "202613", "202600", "2026", "latest"] {
            assert!(!active(wrong, day), "{wrong}");
        }
        let january = "2027-01-31T00:00:00Z".parse().unwrap();
        assert_eq!(version_before(january), "202612");
        assert!(is_active(&version_before(january), january));
    }
}
