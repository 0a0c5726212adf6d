//! Accounts of Mastodon and Bluesky: who they are, what they posted, who answered. One law for
//! both (calibration figures, section 5); the platforms differ in how they show it.

use beffroi_model::Platform;
use jiff::Timestamp;

use super::account::Linked;
use crate::draw::Draw;

/// A Mastodon or Bluesky account.
#[derive(Debug, Clone)]
pub(crate) struct SocialAccount {
    /// Index of the body.
    pub(crate) body: u32,
    /// Its own index among all social accounts.
    pub(crate) index: u32,
    pub(crate) platform: Platform,
    /// Mastodon: its instance.
    pub(crate) instance: u16,
    /// Mastodon: the user name; Bluesky: the handle.
    pub(crate) name: Box<str>,
    /// Bluesky: the permanent id.
    pub(crate) did: Box<str>,
    /// How pages link it, with the canonical handle of that link.
    pub(crate) linked: Linked,
    pub(crate) fate: Fate,
    pub(crate) case: Case,
    pub(crate) key: u64,
    pub(crate) followers: u64,
    pub(crate) following: u64,
    pub(crate) posts_total: u64,
    /// The owner hides its counts (Mastodon forks answer -1).
    pub(crate) hides_counts: bool,
    /// Only followers may reply, since the account's owner said so (Bluesky's threadgate).
    pub(crate) replies_restricted: bool,
    /// Unix seconds.
    pub(crate) created_at: i64,
    /// Oldest first.
    pub(crate) posts: Vec<Post>,
    /// Times of boosts and reposts, oldest first, Unix milliseconds.
    pub(crate) boosts: Vec<i64>,
}

/// What became of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Sound,
    /// Readable, but silenced by its instance.
    Limited,
    NotFound,
    Gone,
    Suspended,
    Deactivated,
    /// Left for the social account of that index.
    MovedTo(u32),
    /// Asks not to be shown to those who are not logged in.
    OptedOut,
}

/// The planted cases that an engagement index must tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Case {
    /// Nothing planted.
    Ordinary,
    /// Many fans bought by advertising, no interaction.
    BoughtFans,
    /// A village where a third of the inhabitants react.
    LivelyVillage,
    /// Ten posts a day to silence.
    PostingToSilence,
    /// Answers everyone.
    AnswersEveryone,
    /// Nothing since the election.
    Dormant,
    /// A hostile raid under one post.
    Raid,
    /// Not planted: left X in January 2025; the account stands, without a word since.
    Departed,
}

impl Case {
    pub(crate) const PLANTED: [Self; 6] = [
        Self::BoughtFans,
        Self::LivelyVillage,
        Self::PostingToSilence,
        Self::AnswersEveryone,
        Self::Dormant,
        Self::Raid,
    ];
}

/// A post of the account.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    /// Unix milliseconds; no two posts or replies of an account share one.
    pub(crate) at_ms: i64,
    pub(crate) reactions: u64,
    pub(crate) reposts: u64,
    pub(crate) quotes: u64,
    /// The account's earlier post which this one continues.
    pub(crate) continues: Option<usize>,
    pub(crate) threads: Vec<VisitorThread>,
}

/// A visitor's direct reply, and what came below it.
#[derive(Debug, Clone)]
pub(crate) struct VisitorThread {
    /// When it was written, by the clock of the visitor's server, Unix milliseconds.
    pub(crate) opened_ms: i64,
    /// Who the visitor is; serves to make a name.
    pub(crate) visitor: u32,
    /// Below it, one under the other.
    pub(crate) steps: Vec<Step>,
}

/// A reply below a visitor's reply.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step {
    pub(crate) own: bool,
    pub(crate) at_ms: i64,
}

impl VisitorThread {
    /// The account's first reply below it.
    pub(crate) fn replied_ms(&self) -> Option<i64> {
        self.steps
            .iter()
            .find(|step| step.own)
            .map(|step| step.at_ms)
    }
}

const HOUR_MS: f64 = 3_600_000.0;
const DAY_MS: f64 = 24.0 * HOUR_MS;

/// How far back an account's posts are shown.
const SHOWN_DAYS: f64 = 75.0;

/// What an account is drawn from.
pub(super) struct Character {
    pub(super) population: u32,
    pub(super) case: Case,
    pub(super) platform: Platform,
    pub(super) as_of: Timestamp,
}

impl SocialAccount {
    /// Draws audience, posts and dialogue.
    pub(super) fn live(&mut self, character: &Character) {
        let mut draw = Draw::new(self.key, "audience", 0);
        let people = f64::from(character.population.max(50));
        let mut followers = people * draw.log_normal(0.03, 0.8) + draw.unit() * 20.0;
        match character.case {
            Case::BoughtFans => followers = people * 3.0 + 5_000.0,
            Case::LivelyVillage => followers = people * 0.6 + 40.0,
            _ => {}
        }
        self.followers = followers.max(3.0) as u64;
        self.following = draw.between(2, 180) as u64;
        self.created_at =
            character.as_of.as_second() / 86_400 * 86_400 - draw.between(200, 1_400) * 86_400;
        self.posts = posts(&mut draw, character, self.followers, people);
        let last = self.posts.last().map_or(0, |post| post.at_ms);
        self.boosts = (0..draw.poisson(3.0))
            .map(|_| last - draw.between(1, 40 * 86_400_000))
            .collect();
        self.boosts.sort_unstable();
        self.boosts.dedup();
        self.posts_total = self.posts.len() as u64 + draw.between(10, 900) as u64;
        self.keep_times_apart();
    }

    /// Ids are made of times: no two may meet.
    fn keep_times_apart(&mut self) {
        let mut taken = std::collections::HashSet::new();
        let mut free = |at: &mut i64| {
            while !taken.insert(*at) {
                *at += 1;
            }
        };
        for post in &mut self.posts {
            free(&mut post.at_ms);
        }
        for post in &mut self.posts {
            for thread in &mut post.threads {
                free(&mut thread.opened_ms);
                thread
                    .steps
                    .iter_mut()
                    .for_each(|step| free(&mut step.at_ms));
            }
        }
        self.boosts.iter_mut().for_each(free);
    }

    /// Direct replies to a post: those of visitors, and the account's own continuations.
    pub(crate) fn direct_replies(&self, post: usize) -> usize {
        let own = self
            .posts
            .iter()
            .filter(|other| other.continues == Some(post))
            .count();
        self.posts[post].threads.len() + own
    }
}

fn posts(draw: &mut Draw, character: &Character, followers: u64, people: f64) -> Vec<Post> {
    let as_of_ms = character.as_of.as_millisecond();
    let per_week = match character.case {
        Case::PostingToSilence => 70.0,
        Case::Raid | Case::LivelyVillage | Case::AnswersEveryone => 5.0,
        _ => draw.log_normal(2.5, 0.7).min(12.0),
    };
    let dormant =
        character.case == Case::Dormant || character.case == Case::Ordinary && draw.chance(0.12);
    let end_ms = match dormant {
        true => as_of_ms - draw.between(95, 240) * DAY_MS as i64,
        false => as_of_ms - 60_000,
    };
    let reply_rate = match character.case {
        Case::AnswersEveryone => 1.0,
        _ if draw.chance(0.25) => 0.0,
        _ => 0.8 * draw.unit() * draw.unit() + if people < 10_000.0 { 0.0 } else { 0.1 },
    };
    let mut times = Vec::new();
    let mut at = end_ms as f64;
    loop {
        at -= 1_000.0 + draw.exponential(7.0 * DAY_MS / per_week);
        if at < end_ms as f64 - SHOWN_DAYS * DAY_MS {
            break;
        }
        times.push(at as i64);
    }
    times.reverse();
    let raided = times.len().checked_sub(3);
    let mut posts: Vec<Post> = Vec::new();
    for (number, at_ms) in times.into_iter().enumerate() {
        let mut post = Post {
            at_ms,
            reactions: 0,
            reposts: 0,
            quotes: 0,
            continues: None,
            threads: Vec::new(),
        };
        let silent = matches!(character.case, Case::BoughtFans | Case::PostingToSilence);
        if !silent {
            interact(draw, &mut post, character, followers, people);
            let mut threads = draw.poisson((0.25 + 0.08 * post.reactions as f64).min(5.0));
            if character.case == Case::Raid && Some(number) == raided {
                threads = 75 + draw.below(20);
            }
            for _ in 0..threads {
                let hostile = character.case == Case::Raid;
                let rate = if hostile { 0.02 } else { reply_rate };
                post.threads.extend(visitor_thread(
                    draw,
                    at_ms,
                    as_of_ms,
                    rate,
                    character.platform,
                ));
            }
        }
        let parent = posts.len();
        posts.push(post);
        let continued_ms = at_ms + 45_000 + draw.below(60_000) as i64;
        if !silent && draw.chance(0.06) && continued_ms < as_of_ms {
            posts.push(Post {
                at_ms: continued_ms,
                reactions: draw.below(3) as u64,
                reposts: 0,
                quotes: 0,
                continues: Some(parent),
                threads: if draw.chance(0.3) {
                    visitor_thread(draw, continued_ms, as_of_ms, reply_rate, character.platform)
                        .into_iter()
                        .collect()
                } else {
                    Vec::new()
                },
            });
        }
    }
    posts
}

/// Reactions and shares of a post.
fn interact(draw: &mut Draw, post: &mut Post, character: &Character, followers: u64, people: f64) {
    if followers < 1_000 && draw.chance(0.2) && character.case != Case::LivelyVillage {
        return;
    }
    let rate = draw.log_normal(0.0096, 1.1).min(0.5);
    let total = match character.case {
        Case::LivelyVillage => people * (0.28 + 0.1 * draw.unit()),
        _ => followers as f64 * rate,
    };
    post.reactions = (total * 0.85 + draw.unit()) as u64;
    post.reposts = (total * 0.13 + draw.unit()) as u64;
    post.quotes = u64::from(draw.chance(0.1)) * (1 + post.reposts / 10);
}

/// A visitor's thread under a post, if it falls before `as_of`.
pub(super) fn visitor_thread(
    draw: &mut Draw,
    post_ms: i64,
    as_of_ms: i64,
    reply_rate: f64,
    platform: Platform,
) -> Option<VisitorThread> {
    let opened_ms = post_ms + 30_000 + draw.exponential(9.0 * HOUR_MS) as i64;
    if opened_ms >= as_of_ms - 30_000 {
        return None;
    }
    let mut thread = VisitorThread {
        opened_ms,
        visitor: draw.below(1_000_000) as u32,
        steps: Vec::new(),
    };
    let mut at_ms = opened_ms;
    if draw.chance(0.12) {
        // Another visitor first; the account may answer that one.
        at_ms += 60_000 + draw.exponential(2.0 * HOUR_MS) as i64;
        thread.steps.push(Step { own: false, at_ms });
    }
    if draw.chance(reply_rate) {
        at_ms = office_hours(at_ms + draw.log_normal(8.0 * HOUR_MS, 1.3).max(90_000.0) as i64);
        thread.steps.push(Step { own: true, at_ms });
        if draw.chance(0.3) {
            at_ms += 120_000 + draw.exponential(HOUR_MS) as i64;
            thread.steps.push(Step { own: false, at_ms });
        }
    }
    thread.steps.retain(|step| step.at_ms < as_of_ms - 10_000);
    // Clocks of other servers run wrong: the question then seems to come after its answer.
    if platform == Platform::Mastodon
        && draw.chance(0.02)
        && let Some(replied_ms) = thread.replied_ms()
    {
        thread.opened_ms = replied_ms + 5_000;
    }
    Some(thread)
}

/// Moves a reply that would fall between 18 and 8 o'clock to the next morning.
fn office_hours(at_ms: i64) -> i64 {
    const DAY: i64 = 86_400_000;
    const OPEN: i64 = 8 * 3_600_000;
    const CLOSED: i64 = 18 * 3_600_000;
    let of_day = at_ms.rem_euclid(DAY);
    match of_day {
        _ if of_day < OPEN => at_ms - of_day + OPEN + of_day % 3_600_000,
        _ if of_day >= CLOSED => at_ms - of_day + DAY + OPEN + of_day % 3_600_000,
        _ => at_ms,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_written_in_office_hours() {
        let midnight = 20_000 * 86_400_000;
        assert_eq!(
            office_hours(midnight + 3_600_000 * 3) - midnight,
            8 * 3_600_000
        );
        assert_eq!(
            office_hours(midnight + 3_600_000 * 12) - midnight,
            12 * 3_600_000
        );
        assert_eq!(
            office_hours(midnight + 3_600_000 * 20) - midnight,
            32 * 3_600_000
        );
    }
}
