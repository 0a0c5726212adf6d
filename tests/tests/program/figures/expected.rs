//! The figures of an account of a random world, by beffroi-index from the raw rows.

use beffroi_index::{
    dialogue::{Dialogue, SeenThread},
    engagement::{
        AccountPosts, Engagement, Level, Overperformance, PastPost, PostFigures, Weights, Window,
        coverage, overperformance, rhythm, weekly_growth,
    },
    stats::median,
};
use beffroi_model::{Figure, MissingReason};
use jiff::Timestamp;

use super::world::{Account, DAY, Post, Reading, as_of};

/// Why does not matter here: a test of its own looks at reasons.
const NONE: MissingReason = MissingReason::NoData;

fn figure<T>(value: Option<T>) -> Figure<T> {
    Figure::from_option(value, NONE)
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap()
}

/// The columns of `account_figure` by name, `None` where NULL is expected.
pub(super) fn figures(
    account: &Account,
    night: i64,
    days: u16,
) -> Vec<(&'static str, Option<f64>)> {
    let window = Window {
        end: at(as_of(night)),
        days,
    };
    let followers = figure(account.followers.get(&night).and_then(|(_, count)| *count));
    let posts: Vec<PostFigures> = (account.posts.iter())
        .map(|(id, post)| post_figures(account, id, post))
        .collect();
    let input = AccountPosts {
        followers,
        inhabitants: Some(account.population),
        posts: posts.clone(),
    };
    let plain = Engagement::of(&input, window, &Weights::EQUAL);
    let weighted = Engagement::of(&input, window, &Weights::FANPAGE_KARMA);
    let rhythm = rhythm(&posts, window);
    let spread = plain.e_of_posts.known();
    let views = plain.views_of_posts.known();
    let level = |level: Level| {
        [
            level.share.known(),
            level.mean.known(),
            level.per_thousand.known(),
        ]
    };
    let [p1, p2, p3] = level(plain.popularity);
    let [c1, c2, c3] = level(plain.commitment);
    let [v1, v2, v3] = level(plain.virality);
    let dialogue = Dialogue::of(&threads(account, window));
    let share = |share: Figure<beffroi_index::dialogue::Share>| share.known().map(|it| it.value);
    let delay = |quantile: Figure<beffroi_index::dialogue::Quantile>| {
        quantile.known().and_then(|it| it.value)
    };
    let components = plain.components;
    let count = [components.reactions, components.comments, components.shares];
    let count = count.into_iter().filter(|it| *it).count();
    vec![
        ("followers", followers.known().map(|count| count as f64)),
        ("weekly_growth", growth(account, night, i64::from(days))),
        (
            "coverage",
            coverage(followers, Some(account.population)).known(),
        ),
        ("posts_per_week", Some(rhythm.posts_per_week)),
        ("median_gap", rhythm.median_gap_days.known()),
        ("applause", p2),
        ("conversation", c2),
        ("amplification", v2),
        ("p1", p1),
        ("p2", p2),
        ("p3", p3),
        ("c1", c1),
        ("c2", c2),
        ("c3", c3),
        ("v1", v1),
        ("v2", v2),
        ("v3", v3),
        ("e", plain.e.known()),
        ("e_components", (count > 0).then_some(count as f64)),
        ("e_post_mean", spread.map(|it| it.mean)),
        ("e_post_median", spread.map(|it| it.median)),
        ("e_post_trimmed", spread.map(|it| it.trimmed_mean)),
        ("er_post", plain.rate_percent().known()),
        (
            "weighted_e_post",
            weighted.weighted_of_posts.known().map(|it| it.mean),
        ),
        ("interactions", plain.interactions.known()),
        (
            "interactions_per_inhabitant",
            plain.per_thousand_inhabitants_week.known(),
        ),
        ("views_median", views.map(|it| it.median)),
        ("views_mean", views.map(|it| it.mean)),
        ("overperformance", ratios(&posts, window)),
        (
            "threads",
            account.has_dialogue.then_some(dialogue.threads as f64),
        ),
        ("reply_rate", share(dialogue.reply_rate)),
        ("answered_2h", share(dialogue.within_2_hours)),
        ("answered_24h", share(dialogue.within_24_hours)),
        ("reply_delay_quartile", delay(dialogue.delay_quartile_hours)),
        ("reply_delay_median", delay(dialogue.delay_median_hours)),
        (
            "reply_delay_upper_quartile",
            delay(dialogue.delay_upper_quartile_hours),
        ),
        ("closed_posts", Some(plain.posts as f64)),
        ("young_posts", Some(plain.young_posts as f64)),
        (
            "posts_assumed_followers",
            Some(plain.posts_with_assumed_followers as f64),
        ),
        ("closed_threads", Some(dialogue.closed_threads as f64)),
    ]
}

/// The reading that counts: the first at an age of seven days or more, else the last.
fn reading(post: &Post) -> &Reading {
    let is_closed = |reading: &&Reading| reading.observed_at - post.published_at >= 7 * DAY;
    let closed = post.readings.values().find(is_closed);
    closed.unwrap_or_else(|| post.readings.values().next_back().unwrap())
}

fn post_figures(account: &Account, id: &str, post: &Post) -> PostFigures {
    let reading = reading(post);
    let [reactions, comments, shares, views] = reading.counters;
    PostFigures {
        post_id: id.to_owned(),
        kind: (!post.kind.is_empty()).then(|| post.kind.to_owned()),
        published_at: at(post.published_at),
        observed_at: at(reading.observed_at),
        reactions: figure(reactions),
        comments: figure(comments),
        shares: figure(shares),
        views: figure(views),
        followers: figure(followers_at(account, post.published_at)),
    }
}

/// Followers at a moment: the last known in the week before, else the first in the week after.
fn followers_at(account: &Account, moment: i64) -> Option<u64> {
    let known: Vec<(i64, u64)> = (account.followers.values())
        .filter_map(|(at, count)| count.map(|count| (*at, count)))
        .collect();
    let before = known.iter().rfind(|(at, _)| *at <= moment);
    let after = known.iter().find(|(at, _)| *at > moment);
    (before.filter(|(at, _)| moment - at <= 7 * DAY))
        .or(after.filter(|(at, _)| at - moment <= 7 * DAY))
        .map(|(_, count)| *count)
}

fn growth(account: &Account, night: i64, days: i64) -> Option<f64> {
    let last = account.followers.get(&night)?.1?;
    let known: Vec<(i64, u64)> = (account.followers.iter())
        .filter_map(|(night, (_, count))| count.map(|count| (*night, count)))
        .collect();
    let begin = night - days;
    let before = known
        .iter()
        .rfind(|(night, _)| (begin - 7..=begin).contains(night));
    let after = known
        .iter()
        .find(|(night, _)| *night > begin && *night <= begin + (days / 2).min(7));
    let (then, first) = before.or(after)?;
    weekly_growth(
        Figure::Known(*first),
        Figure::Known(last),
        (night - then) as f64,
    )
    .known()
}

/// The median of the closed posts' overperformance.
fn ratios(posts: &[PostFigures], window: Window) -> Option<f64> {
    let judged = judged(posts).into_iter();
    let within = judged.filter(|(post, _)| window.holds(post.published_at));
    let ratios: Vec<f64> = within
        .filter_map(|(_, judged)| Some(judged?.ratio))
        .collect();
    median(&ratios)
}

/// The account's posts with how they did against its past: `None` of those that are young, show no counter, or
/// have too short a past.
pub(super) fn posts(account: &Account) -> Vec<(PostFigures, Option<Overperformance>)> {
    let posts: Vec<PostFigures> = (account.posts.iter())
        .map(|(id, post)| post_figures(account, id, post))
        .collect();
    let judged = judged(&posts).into_iter();
    let mut all: Vec<_> = judged.map(|(post, it)| (post.clone(), it)).collect();
    let young = posts.iter().filter(|post| post.is_young());
    all.extend(young.map(|post| (post.clone(), None)));
    all
}

/// The closed posts, each against those before it that give the same counters.
fn judged(posts: &[PostFigures]) -> Vec<(&PostFigures, Option<Overperformance>)> {
    let mut closed: Vec<&PostFigures> = posts.iter().filter(|post| !post.is_young()).collect();
    closed.sort_by_key(|post| (post.published_at, post.post_id.clone()));
    let counters = |post: &PostFigures| {
        [
            post.reactions.known(),
            post.comments.known(),
            post.shares.known(),
        ]
    };
    let given = |post: &PostFigures| counters(post).map(|it| it.is_some());
    let sum = |post: &PostFigures| counters(post).into_iter().flatten().sum::<u64>() as f64;
    let judge = |(place, post): (usize, &&PostFigures)| {
        if given(post) == [false; 3] {
            return None;
        }
        let past: Vec<PastPost> = (closed[..place].iter().rev())
            .filter(|other| given(other) == given(post))
            .map(|other| PastPost {
                kind: other.kind.clone(),
                interactions_at_age: sum(other),
            })
            .collect();
        overperformance(post.kind.as_deref(), sum(post), &past)
    };
    let judged = closed.iter().enumerate().map(judge);
    closed.iter().copied().zip(judged).collect()
}

/// The threads of the window, as they stood at its end.
pub(super) fn threads(account: &Account, window: Window) -> Figure<Vec<SeenThread>> {
    if !account.has_dialogue {
        return Figure::Missing(MissingReason::RepliesRestricted);
    }
    let end = window.end.as_millisecond();
    let threads = account
        .threads
        .iter()
        .filter(|it| window.holds(at(it.opened_at)));
    Figure::Known(
        threads
            .map(|it| {
                let replied = it.seen.iter().filter_map(|(_, reply)| *reply).min();
                let seen = it.seen.iter().map(|(at, _)| *at).max().unwrap();
                SeenThread {
                    opened_at: at(it.opened_at),
                    replied_at: replied.filter(|at| *at <= end).map(at),
                    seen_until: at(seen.min(end)),
                }
            })
            .collect(),
    )
}
