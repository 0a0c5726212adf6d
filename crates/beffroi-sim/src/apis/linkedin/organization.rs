//! Organisations: their names, numbers and followers.

use serde_json::{Map, Value, json};

use super::{
    super::network::{Call, Service},
    PLATFORM, is_there, rest,
};
use crate::{
    ThreadTruth,
    answer::Answer,
    truth::second,
    world::{
        World,
        network::{Fate, Life, NetworkAccount},
    },
};

/// Share of the organisations that granted their posts to the token's member.
const GRANTED_SHARE: f64 = 0.15;

/// An organisation.
#[derive(Debug)]
pub(super) struct Organization<'a> {
    pub(super) account: &'a NetworkAccount,
    name: &'a str,
    pub(super) life: Life,
    pub(super) grants: bool,
}

impl<'a> Organization<'a> {
    pub(super) fn of(world: &'a World, account: &'a NetworkAccount) -> Self {
        Self {
            account,
            name: &world.bodies[account.body as usize].collectivity.name,
            life: account.life(world),
            grants: account.is("grants", GRANTED_SHARE),
        }
    }

    pub(super) fn urn(&self) -> String {
        format!("urn:li:organization:{}", id(self.account))
    }

    /// The URN of a post: two kinds, by how it was published.
    pub(super) fn post_urn(&self, at: i64) -> String {
        let kind = if at % 3 == 0 { "ugcPost" } else { "share" };
        format!("urn:li:{kind}:{}", number(self.account, at))
    }

    pub(super) fn threads(&self) -> Vec<ThreadTruth> {
        let mut threads = Vec::new();
        for post in &self.life.posts {
            let urn = self.post_urn(post.at);
            threads.extend(post.threads.iter().map(|thread| ThreadTruth {
                post_id: urn.clone(),
                root_id: urn.clone(),
                opened_at: second(thread.opened_ms / 1000),
                replied_at: thread.replied_ms().map(|ms| second(ms / 1000)),
            }));
        }
        threads
    }

    /// What everybody may know of it.
    fn described(&self) -> Value {
        let site = format!("https://www.{}.test", vanity(self.account));
        json!({
            "id": id(self.account),
            "vanityName": vanity(self.account),
            "localizedName": self.name,
            "name": {
                "localized": {"fr_FR": self.name},
                "preferredLocale": {"country": "FR", "language": "fr"},
            },
            "primaryOrganizationType": "NONE",
            "locations": [],
            "localizedWebsite": site,
        })
    }
}

/// The number of an organisation, which outlives its names.
pub(super) fn id(account: &NetworkAccount) -> u64 {
    account.number("organization", 1_000_000, 99_999_999)
}

/// Its name in its page's address today.
pub(super) fn vanity(account: &NetworkAccount) -> String {
    match account.fate {
        Fate::Renamed => format!("{}-officiel", account.name()),
        _ => account.name().to_owned(),
    }
}

/// The number of what an account did at a moment: milliseconds in the first 41 bits, and whose it
/// is in the last 22.
pub(super) fn number(account: &NetworkAccount, at: i64) -> u64 {
    (at.unsigned_abs() * 1000) << 22 | u64::from(account.index)
}

/// Whose that is.
pub(super) fn owner<'a>(service: &Service<'a>, number: u64) -> Option<Organization<'a>> {
    let account = service.find(PLATFORM, &format!("#{}", number & 0x3f_ffff))?;
    let is_shown = is_there(account);
    is_shown.then(|| Organization::of(service.world, account))
}

fn find<'a>(service: &Service<'a>, name: &str) -> Option<Organization<'a>> {
    let account = service.find(PLATFORM, name).filter(|it| is_there(it))?;
    Some(Organization::of(service.world, account))
}

/// The organisation of a number.
pub(super) fn by_id<'a>(service: &Service<'a>, id: &str) -> Option<Organization<'a>> {
    let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    find(service, id).filter(|_| is_number)
}

/// The organisation of a URN.
pub(super) fn by_urn<'a>(service: &Service<'a>, urn: &str) -> Option<Organization<'a>> {
    by_id(service, urn.strip_prefix("urn:li:organization:")?)
}

/// The finder by name. Nobody of that name is an empty list.
pub(super) fn by_name(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let (Some("vanityName"), Some(name)) = (call.parameter("q"), call.parameter("vanityName"))
    else {
        return rest::illegal("The finder vanityName and its parameter are required");
    };
    let name = name.to_lowercase();
    let found = find(service, &name).filter(|it| vanity(it.account) == name);
    let elements: Vec<Value> = found.iter().map(Organization::described).collect();
    rest::page(call, 10, elements)
}

/// Many by their numbers.
pub(super) fn lookup(service: &Service<'_>, call: &Call<'_>) -> Answer {
    let Some(ids) = rest::list(call, "ids") else {
        return rest::illegal("Invalid list of ids");
    };
    let (mut results, mut statuses, mut errors) = (Map::new(), Map::new(), Map::new());
    for id in ids {
        match by_id(service, id) {
            Some(found) => {
                results.insert(id.to_owned(), found.described());
                statuses.insert(id.to_owned(), 200.into());
            }
            None => {
                statuses.insert(id.to_owned(), 404.into());
                let error = json!({"status": 404, "message": "Not found"});
                errors.insert(id.to_owned(), error);
            }
        }
    }
    let answer = json!({"results": results, "statuses": statuses, "errors": errors});
    Answer::json(200, &answer)
}

/// How many follow it. The kind of connection is spelt otherwise since version 202305.
pub(super) fn network_size(service: &Service<'_>, call: &Call<'_>, urn: &str) -> Answer {
    let is_old = call.header("linkedin-version") < Some("202305");
    let spelling = match is_old {
        true => "CompanyFollowedByMember",
        false => "COMPANY_FOLLOWED_BY_MEMBER",
    };
    if call.parameter("edgeType") != Some(spelling) {
        return rest::illegal("Invalid edgeType");
    }
    match by_urn(service, urn) {
        Some(found) => Answer::json(200, &json!({"firstDegreeSize": found.life.followers})),
        // Either is possible by the sheet.
        None if urn.len().is_multiple_of(2) => Answer::json(200, &json!({"firstDegreeSize": 0})),
        None => rest::error(404, None, "NOT_FOUND", "Entity not found"),
    }
}
