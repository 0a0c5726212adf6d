//! Users: who they are, and whether they are shown.

use super::{super::network::Service, PLATFORM, problem::Missing};
use crate::world::{
    World,
    network::{Fate, Life, NetworkAccount},
};

const DAY: i64 = 86_400;

/// How far back the recent search goes.
pub(super) const SEARCH_SECS: i64 = 7 * DAY;

/// How long after the world's present a crawler may come, so that what it may still hear does not
/// depend on the hour: what was posted within that time after the search's start has no replies.
const SLACK: i64 = DAY / 2;

/// Share of the accounts to which not everybody may reply.
const RESTRICTS_REPLIES: f64 = 0.05;

/// What a client asks a user by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By<'a> {
    Name(&'a str),
    Id(&'a str),
}

/// A user whose profile is shown.
pub(super) struct User<'a> {
    pub(super) account: &'a NetworkAccount,
    pub(super) id: u64,
    pub(super) life: Life,
    pub(super) is_protected: bool,
}

pub(super) fn id(account: &NetworkAccount) -> u64 {
    account.number("id", 20_000_000, 1_900_000_000_000_000_000)
}

/// When a user took another name: for most of them hours before the present, so that a crawler
/// that comes every night sees it happen.
fn renamed_at(world: &World, account: &NetworkAccount) -> i64 {
    match account.is("renamed of late", 0.7) {
        true => world.settings.as_of.as_second() - account.number("renamed", 1, 20) as i64 * 3_600,
        false => 0,
    }
}

fn new_name(account: &NetworkAccount) -> String {
    let former: String = account.handle.chars().take(11).collect();
    format!("{former}_off")
}

/// The name of the moment, in lower case.
pub(super) fn name(world: &World, account: &NetworkAccount) -> String {
    let is_renamed =
        account.fate == Fate::Renamed && world.shown_until() >= renamed_at(world, account);
    match is_renamed {
        true => new_name(account),
        false => account.handle.to_string(),
    }
}

/// As the user writes it.
pub(super) fn spelt(world: &World, account: &NetworkAccount) -> String {
    let mut name = name(world, account);
    if account.is("capital", 0.6)
        && let Some(first) = name.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    name
}

/// What the index knows a user by.
pub(super) fn names(account: &NetworkAccount) -> Vec<String> {
    let mut names = vec![account.handle.to_string(), format!("id:{}", id(account))];
    if account.fate == Fate::Renamed {
        names.push(new_name(account));
    }
    names
}

/// The user asked for, or why there is none.
pub(super) fn find<'a>(service: &Service<'a>, by: By<'_>) -> Result<User<'a>, Missing> {
    let account = match by {
        By::Name(name) => service.find(PLATFORM, &name.to_ascii_lowercase()),
        By::Id(id) => service.find(PLATFORM, &format!("id:{id}")),
    };
    let account = account.ok_or(Missing::NotFound)?;
    let world = service.world;
    if let By::Name(asked) = by
        && !name(world, account).eq_ignore_ascii_case(asked)
    {
        return Err(Missing::NotFound);
    }
    let is_protected = match account.fate {
        Fate::Sound | Fate::Renamed => false,
        Fate::Private => true,
        Fate::Suspended => return Err(Missing::Suspended),
        Fate::Restricted => return Err(Missing::Withheld),
        Fate::NotFound | Fate::Gone | Fate::Merged => return Err(Missing::NotFound),
    };
    Ok(User::new(world, account, is_protected))
}

impl<'a> User<'a> {
    pub(super) fn new(world: &World, account: &'a NetworkAccount, is_protected: bool) -> Self {
        let mut life = account.life(world);
        let reach = world.settings.as_of.as_second() - SEARCH_SECS;
        for post in &mut life.posts {
            if (reach - 60..reach + SLACK).contains(&post.at) {
                post.threads.clear();
                post.own_comments.clear();
            }
        }
        Self {
            account,
            id: id(account),
            life,
            is_protected,
        }
    }

    /// Whether only those may reply whom the account names.
    pub(super) fn restricts_replies(&self) -> bool {
        self.account.is("restricts replies", RESTRICTS_REPLIES)
    }
}
