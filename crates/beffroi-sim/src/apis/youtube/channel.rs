//! A channel and its videos, as far as they are shown at the moment.

use std::collections::HashMap;

use super::{super::network::Service, PLATFORM, ids};
use crate::world::{
    World,
    network::{Fate, Life, NetworkAccount, Post},
    social::Case,
};

const DAY: i64 = 86_400;

/// Videos of which nothing is told but that they are there are older than any window.
const OLDER_DAYS: i64 = 61;

/// Share of the channels that never showed a video; their list of uploads does not exist.
const EMPTY: f64 = 0.03;
/// Shares of the channels whose owner hides subscribers, hides likes, closes all comments.
const HIDES_SUBSCRIBERS: f64 = 0.05;
const HIDES_LIKES: f64 = 0.06;
const CLOSES_COMMENTS: f64 = 0.07;

/// How pages link a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link<'a> {
    Id(&'a str),
    Handle(&'a str),
    Username(&'a str),
    Custom(&'a str),
}

impl<'a> Link<'a> {
    pub(super) fn of(account: &'a NetworkAccount) -> Self {
        let handle = &*account.handle;
        if let Some(name) = handle.strip_prefix('@') {
            Self::Handle(name)
        } else if let Some(name) = handle.strip_prefix("user:") {
            Self::Username(name)
        } else if let Some(name) = handle.strip_prefix("c:") {
            Self::Custom(name)
        } else {
            Self::Id(handle)
        }
    }
}

/// What a client asks a channel by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By<'a> {
    Id(&'a str),
    Handle(&'a str),
    Username(&'a str),
    /// The address of a page: `/c/name` or `/name`.
    Page(&'a str),
}

/// A channel that is there.
pub(super) struct Channel<'a> {
    pub(super) account: &'a NetworkAccount,
    pub(super) life: Life,
    /// Bodies' names serve as titles.
    pub(super) title: &'a str,
    /// The world's present, Unix seconds.
    present: i64,
}

/// A video of a channel.
#[derive(Clone, Copy)]
pub(super) struct Video<'c> {
    /// Unix seconds.
    pub(super) at: i64,
    /// What the account's life tells of it; nothing of those that are older than its weeks.
    pub(super) post: Option<&'c Post>,
    /// Whether it is the newest one.
    pub(super) is_newest: bool,
}

/// The permanent id.
pub(super) fn id(account: &NetworkAccount) -> String {
    match Link::of(account) {
        Link::Id(id) => id.to_owned(),
        _ => {
            let mut draw = account.draw("channel id");
            ids::channel(draw.next(), draw.next())
        }
    }
}

/// The list of uploads bears the id with another beginning.
pub(super) fn uploads(account: &NetworkAccount) -> String {
    format!("UU{}", &id(account)[2..])
}

/// When a channel took another name: for half of them hours before the present, so that a crawler
/// that comes every night sees it happen.
fn renamed_at(world: &World, account: &NetworkAccount) -> i64 {
    match account.is("renamed of late", 0.5) {
        true => world.settings.as_of.as_second() - account.number("renamed", 1, 20) as i64 * 3_600,
        false => 0,
    }
}

/// Whether it bears another name than the one that is linked.
pub(super) fn is_renamed(world: &World, account: &NetworkAccount) -> bool {
    account.fate == Fate::Renamed && world.shown_until() >= renamed_at(world, account)
}

/// Whether a name of before still leads to the channel, as it does for some time.
pub(super) fn keeps_old_name(account: &NetworkAccount) -> bool {
    account.is("keeps old name", 0.5)
}

/// Custom addresses: most became handles, some are user names, of others only the page knows.
pub(super) fn custom_kind(account: &NetworkAccount) -> u64 {
    account.number("custom", 0, 3)
}

/// The handle that a channel bears, without `@`.
pub(super) fn handle(world: &World, account: &NetworkAccount) -> String {
    let name = account.name();
    let former = match Link::of(account) {
        Link::Id(_) => format!(
            "chaine-{:x}",
            account.number("handle", 0x10_0000, 0xff_ffff)
        ),
        Link::Handle(_) => name.to_owned(),
        Link::Username(_) => format!("{name}-tv"),
        Link::Custom(_) if custom_kind(account) < 2 => name.to_owned(),
        Link::Custom(_) => format!("{name}-web"),
    };
    match is_renamed(world, account) {
        true => format!("{former}_off"),
        false => former,
    }
}

/// All names by which a channel is or was found.
pub(super) fn names(world: &World, account: &NetworkAccount) -> Vec<String> {
    let name = account.name();
    let mut names = vec![format!("id:{}", id(account))];
    match Link::of(account) {
        Link::Id(_) | Link::Handle(_) => {}
        Link::Username(_) => names.push(format!("user:{name}")),
        Link::Custom(_) => {
            names.push(format!("c:{name}"));
            names.push(format!("user:{name}"));
        }
    }
    let today = handle(world, account);
    if let Some(former) = today.strip_suffix("_off") {
        names.push(format!("@{former}"));
    }
    names.push(format!("@{today}"));
    names
}

/// The channel that answers to that.
pub(super) fn find<'a>(service: &Service<'a>, by: By<'_>) -> Option<Channel<'a>> {
    let lower = |name: &str| name.trim_start_matches('@').to_lowercase();
    let key = match by {
        By::Id(id) => format!("id:{id}"),
        By::Handle(name) => format!("@{}", lower(name)),
        By::Username(name) => format!("user:{}", lower(name)),
        By::Page(name) => format!("c:{}", lower(name)),
    };
    let account = service.find(PLATFORM, &key)?;
    let world = service.world;
    let answers = match by {
        By::Id(_) | By::Page(_) => true,
        By::Handle(name) => {
            let today = handle(world, account);
            let name = lower(name);
            name == today
                || is_renamed(world, account)
                    && keeps_old_name(account)
                    && today.strip_suffix("_off") == Some(&name)
        }
        By::Username(_) => {
            !matches!(Link::of(account), Link::Custom(_)) || custom_kind(account) == 2
        }
    };
    (answers && is_there(account)).then(|| Channel::new(world, account))
}

/// A channel that was closed, one that was terminated and one that never was look the same.
pub(super) fn is_there(account: &NetworkAccount) -> bool {
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

impl<'a> Channel<'a> {
    pub(super) fn new(world: &'a World, account: &'a NetworkAccount) -> Self {
        let mut life = account.life(world);
        if account.case == Case::Ordinary && account.is("no video", EMPTY) {
            life.posts.clear();
            life.posts_total = 0;
        }
        Self {
            account,
            life,
            title: &world.bodies[account.body as usize].collectivity.name,
            present: world.settings.as_of.as_second(),
        }
    }

    pub(super) fn id(&self) -> String {
        id(self.account)
    }

    /// From 1,000 on subscribers are told with three significant digits, cut and not rounded
    /// (fact sheet, section 3.1).
    pub(super) fn subscribers(&self) -> u64 {
        let exact = self.life.followers;
        let cut = exact
            .checked_ilog10()
            .map_or(0, |power| power.saturating_sub(2));
        exact / 10u64.pow(cut) * 10u64.pow(cut)
    }

    pub(super) fn hides_subscribers(&self) -> bool {
        self.account.is("hides subscribers", HIDES_SUBSCRIBERS)
    }

    pub(super) fn hides_likes(&self) -> bool {
        self.account.is("hides likes", HIDES_LIKES)
    }

    pub(super) fn closes_comments(&self) -> bool {
        self.account.is("closes comments", CLOSES_COMMENTS)
    }

    pub(super) fn video_id(&self, at: i64) -> String {
        ids::video(self.account.index, at)
    }

    /// All its videos, newest first.
    pub(super) fn videos(&self) -> Vec<Video<'_>> {
        let recent = self
            .life
            .posts
            .iter()
            .rev()
            .map(|post| (post.at, Some(post)));
        let older = self.older().map(|at| (at, None));
        recent
            .chain(older)
            .enumerate()
            .map(|(number, (at, post))| Video {
                at,
                post,
                is_newest: number == 0,
            })
            .collect()
    }

    /// Videos from before the weeks of which more is told, evenly spread.
    fn older(&self) -> impl Iterator<Item = i64> + '_ {
        let count = self
            .life
            .posts_total
            .saturating_sub(self.life.posts.len() as u64) as i64;
        let first = self.life.posts.first().map_or(i64::MAX, |post| post.at);
        let end = first.min(self.present - OLDER_DAYS * DAY) - DAY;
        let step = ((end - self.life.created_at) / (count + 1)).max(1);
        (0..count).map(move |number| end - number * step)
    }

    pub(super) fn video(&self, at: i64) -> Option<Video<'_>> {
        self.videos().into_iter().find(|video| video.at == at)
    }
}

/// Videos by their ids, each channel drawn once.
pub(super) struct Videos<'a> {
    channels: HashMap<u32, Option<Channel<'a>>>,
}

impl<'a> Videos<'a> {
    /// Looks up the channels of these videos.
    pub(super) fn of<'i>(service: &Service<'a>, ids: impl Iterator<Item = &'i str>) -> Self {
        let mut channels = HashMap::new();
        for (index, _) in ids.filter_map(ids::read) {
            channels.entry(index).or_insert_with(|| {
                let account = service.world.networks.accounts.get(index as usize)?;
                let is_shown = account.platform == PLATFORM && is_there(account);
                is_shown.then(|| Channel::new(service.world, account))
            });
        }
        Self { channels }
    }

    /// The video, and whose it is.
    pub(super) fn get(&self, id: &str) -> Option<(&Channel<'a>, Video<'_>)> {
        let (index, at) = ids::read(id)?;
        let channel = self.channels.get(&index)?.as_ref()?;
        Some((channel, channel.video(at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Population,
        testing::{country, settings},
    };

    #[test]
    fn subscribers_are_cut_to_three_digits_from_a_thousand_on() {
        let world = World::generate(&country(), settings(Population::High));
        let account = world.networks.accounts.iter();
        let account = account.clone().find(|it| it.platform == PLATFORM).unwrap();
        let mut channel = Channel::new(&world, account);
        for (exact, told) in [
            (0, 0),
            (7, 7),
            (999, 999),
            (1_243, 1_240),
            (10_486, 10_400),
            (536_862, 536_000),
        ] {
            channel.life.followers = exact;
            assert_eq!(channel.subscribers(), told);
        }
    }

    #[test]
    fn a_channel_has_as_many_videos_as_it_counts_newest_first() {
        let world = World::generate(&country(), settings(Population::High));
        let accounts = world
            .networks
            .accounts
            .iter()
            .filter(|it| it.platform == PLATFORM);
        let (mut channels, mut empty) = (0, 0);
        for account in accounts {
            let channel = Channel::new(&world, account);
            let videos = channel.videos();
            assert_eq!(videos.len() as u64, channel.life.posts_total);
            assert!(videos.windows(2).all(|pair| pair[0].at > pair[1].at));
            channels += 1;
            empty += u32::from(videos.is_empty());
        }
        assert!(channels > 100 && empty > 0, "{empty} of {channels}");
    }
}
