//! The worked example of the literature review, to the last digit, and what surrounds it.

use beffroi_index::engagement::{AccountPosts, Components, Engagement, Weights, Window, rhythm};
use beffroi_model::{Figure, MissingReason};

use crate::world::{day, post, window};

fn example() -> AccountPosts {
    let counts = [(40, 4, 8), (0, 0, 0), (12, 0, 1), (28, 6, 3)];
    AccountPosts {
        followers: Figure::Known(4_000),
        inhabitants: Some(10_000),
        posts: counts
            .iter()
            .enumerate()
            .map(|(n, counts)| post(&format!("p{n}"), day(n as i64 * 3), *counts, 4_000))
            .collect(),
    }
}

fn known(figure: Figure<f64>) -> f64 {
    figure.known().unwrap()
}

#[test]
fn the_example_comes_out_to_the_last_digit() {
    let found = Engagement::of(&example(), window(), &Weights::EQUAL);
    assert_eq!(found.posts, 4);
    assert_eq!(known(found.popularity.share), 0.75);
    assert_eq!(known(found.popularity.mean), 20.0);
    assert_eq!(known(found.popularity.per_thousand), 5.0);
    assert_eq!(known(found.commitment.share), 0.5);
    assert_eq!(known(found.commitment.mean), 2.5);
    assert_eq!(known(found.commitment.per_thousand), 0.625);
    assert_eq!(known(found.virality.share), 0.75);
    assert_eq!(known(found.virality.mean), 3.0);
    assert_eq!(known(found.virality.per_thousand), 0.75);
    assert_eq!(known(found.e), 6.375);
    assert_eq!(known(found.rate_percent()), 0.6375);
    assert_eq!(known(found.interactions), 102.0);
    // 102 interactions, 10 thousand inhabitants, 90/7 weeks.
    assert_eq!(
        known(found.per_thousand_inhabitants_week),
        102.0 / 10_000.0 * 1000.0 / (90.0 / 7.0)
    );
    assert_eq!((found.components, found.young_posts), (Components::ALL, 0));
    let weighted = Engagement::of(&example(), window(), &Weights::FANPAGE_KARMA);
    let percent = weighted.weighted_of_posts.known().unwrap().mean / 10.0;
    assert!((percent - 0.85).abs() < 1e-15, "{percent}");
    assert_eq!(known(weighted.e), 8.5);
}

#[test]
fn posts_of_the_example_spread_as_computed_by_hand() {
    // E of the posts: 13, 0, 3.25, 9.25. The trimmed mean drops none of four.
    let found = Engagement::of(&example(), window(), &Weights::EQUAL);
    let posts = found.e_of_posts.known().unwrap();
    assert_eq!((posts.count, posts.mean), (4, 6.375));
    assert_eq!((posts.median, posts.trimmed_mean), (6.25, 6.375));
}

#[test]
fn followers_at_publication_count_where_they_are_known() {
    let mut account = example();
    account.posts[0].followers = Figure::Known(2_000);
    account.posts[1].followers = Figure::Missing(MissingReason::NoData);
    let found = Engagement::of(&account, window(), &Weights::EQUAL);
    // The first post's E doubles to 26; the literal E keeps the one F of the collection.
    assert_eq!(
        found.e_of_posts.known().unwrap().mean,
        (26.0 + 3.25 + 9.25) / 4.0
    );
    assert_eq!(known(found.e), 6.375);
    assert_eq!(found.posts_with_assumed_followers, 1);
}

#[test]
fn young_posts_and_those_outside_the_window_are_set_apart() {
    let mut account = example();
    let mut young = post("young", day(89), (900, 90, 90), 4_000);
    young.observed_at = day(90);
    account.posts.push(young);
    account
        .posts
        .push(post("late", day(90), (900, 90, 90), 4_000));
    account
        .posts
        .push(post("early", day(-1), (900, 90, 90), 4_000));
    let found = Engagement::of(&account, window(), &Weights::EQUAL);
    assert_eq!((found.posts, found.young_posts), (4, 1));
    assert_eq!(known(found.e), 6.375);
    // The rhythm counts the young one: its date does not ripen.
    let rhythm = rhythm(&account.posts, window());
    assert_eq!(rhythm.posts, 5);
    assert!((rhythm.posts_per_week - 5.0 / 90.0 * 7.0).abs() < 1e-15);
    assert_eq!(rhythm.median_gap_days, Figure::Known(3.0));
    let nothing = Window {
        end: day(-10),
        days: 7,
    };
    let found = Engagement::of(&account, nothing, &Weights::EQUAL);
    assert_eq!(found.e, Figure::Missing(MissingReason::NoData));
}

#[test]
fn the_later_of_two_observations_of_a_post_counts_once() {
    let mut account = example();
    let mut stale = account.posts[0].clone();
    stale.reactions = Figure::Known(3);
    stale.observed_at = day(7);
    account.posts.insert(0, stale);
    let found = Engagement::of(&account, window(), &Weights::EQUAL);
    assert_eq!((found.posts, known(found.e)), (4, 6.375));
}

#[test]
fn a_hidden_component_is_missing_with_its_reason_and_e_is_partial() {
    let mut account = example();
    for post in &mut account.posts {
        post.shares = Figure::Missing(MissingReason::NotGivenByPlatform);
    }
    let found = Engagement::of(&account, window(), &Weights::EQUAL);
    assert_eq!(found.components.to_string(), "R+K");
    assert!(found.components.is_partial());
    assert_eq!(known(found.e), 5.625);
    let missing = Figure::Missing(MissingReason::NotGivenByPlatform);
    assert_eq!(found.virality.share, missing);
    assert_eq!(found.virality.per_thousand, missing);
    assert_eq!((found.virality.posts, found.virality.posts_without), (0, 4));
}

#[test]
fn a_counter_that_failed_once_hides_one_post_not_the_account() {
    let mut account = example();
    account.posts[3].comments = Figure::Missing(MissingReason::CallFailed);
    let found = Engagement::of(&account, window(), &Weights::EQUAL);
    assert_eq!(found.components, Components::ALL);
    // Three posts show all three: 13, 0, 3.25. Comments are a mean over three posts.
    assert_eq!(found.e_of_posts.known().unwrap().count, 3);
    assert_eq!(known(found.commitment.mean), 4.0 / 3.0);
    assert_eq!(found.commitment.posts_without, 1);
}

#[test]
fn without_followers_nothing_is_divided() {
    for (followers, reason) in [
        (Figure::Known(0), MissingReason::NoData),
        (
            Figure::Missing(MissingReason::HiddenByOwner),
            MissingReason::HiddenByOwner,
        ),
    ] {
        let mut account = example();
        account.followers = followers;
        for post in &mut account.posts {
            post.followers = followers;
        }
        let found = Engagement::of(&account, window(), &Weights::EQUAL);
        assert_eq!(found.e, Figure::Missing(reason));
        assert_eq!(found.e_of_posts, Figure::Missing(reason));
        assert_eq!(known(found.popularity.mean), 20.0);
    }
}
