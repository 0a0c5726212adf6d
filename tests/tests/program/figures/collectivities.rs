//! The figures of collectivities are those of their accounts taken together, as far as that may be done.

use beffroi_index::dialogue::{Dialogue, Quantile, SeenThread, Share};
use beffroi_index::engagement::Window;
use beffroi_model::{Figure, Platform};
use beffroi_tests::Engine;
use jiff::Timestamp;
use serde_json::Value;

use super::{
    LAST, date, expected, is_close, roll_up, rows,
    world::{Account, World, as_of},
};
use crate::store::store_on;

/// Accounts of a body, on two of the world's three platforms.
const EACH: usize = 2;

/// What may be combined: of YouTube nothing, of Bluesky all but its dialogue.
fn may_be_combined(platform: Platform, figure: &str) -> bool {
    match platform {
        Platform::Youtube => false,
        Platform::Bluesky => figure != "threads",
        _ => true,
    }
}

/// The accounts that enter a figure, of those that have it: where all are on one platform, without leave.
fn entering<'a>(accounts: &'a [(&'a Account, f64)], figure: &str) -> Vec<&'a (&'a Account, f64)> {
    let is_alone = accounts
        .iter()
        .all(|(it, _)| it.platform == accounts[0].0.platform);
    let may = |it: &&(&Account, f64)| is_alone || may_be_combined(it.0.platform, figure);
    accounts.iter().filter(may).collect()
}

fn pooled(threads: Vec<SeenThread>) -> Vec<(&'static str, Option<f64>)> {
    let dialogue = Dialogue::of(&Figure::Known(threads));
    let share = |share: Figure<Share>| share.known().map(|it| it.value);
    let delay = |quantile: Figure<Quantile>| quantile.known().and_then(|it| it.value);
    vec![
        ("reply_rate", share(dialogue.reply_rate)),
        ("answered_2h", share(dialogue.within_2_hours)),
        ("answered_24h", share(dialogue.within_24_hours)),
        ("reply_delay_quartile", delay(dialogue.delay_quartile_hours)),
        ("reply_delay_median", delay(dialogue.delay_median_hours)),
        (
            "reply_delay_upper_quartile",
            delay(dialogue.delay_upper_quartile_hours),
        ),
        ("closed_threads", Some(dialogue.closed_threads as f64)),
    ]
}

/// The columns of `collectivity_figure` by name; of those that are missing since nothing may be combined the name.
fn figures(
    accounts: &[Account],
    days: u16,
) -> (Vec<(&'static str, Option<f64>)>, Vec<&'static str>) {
    let end = Timestamp::from_millisecond(as_of(LAST)).unwrap();
    let window = Window { end, days };
    let known = |figure: &str| -> Vec<(&Account, f64)> {
        let of = |account: &Account| {
            let figures = expected::figures(account, LAST, days);
            figures.into_iter().find(|it| it.0 == figure).unwrap().1
        };
        (accounts.iter())
            .filter_map(|account| Some((account, of(account)?)))
            .collect()
    };
    let mut all = vec![("accounts", Some(accounts.len() as f64))];
    let mut refused = Vec::new();
    for figure in ["posts_per_week", "interactions", "threads"] {
        let known = known(figure);
        let entering = entering(&known, figure);
        let sum = (!entering.is_empty()).then(|| entering.iter().map(|it| it.1).sum::<f64>());
        all.push((figure, sum));
        if sum.is_none() && !known.is_empty() {
            refused.push(figure);
        }
        if figure == "threads" {
            let threads = entering.iter().flat_map(|(account, _)| {
                let threads = expected::threads(account, window);
                threads.known().unwrap()
            });
            all.extend(pooled(threads.collect()));
        }
        if figure == "interactions" {
            let population = f64::from(accounts[0].population);
            let weeks = f64::from(days) / 7.0;
            let per = sum.filter(|_| population > 0.0);
            all.push((
                "interactions_per_inhabitant",
                per.map(|it| it / population * 1000.0 / weeks),
            ));
        }
    }
    (all, refused)
}

fn policies(engine: &Engine) {
    let metrics = ["posts", "reactions", "comments", "shares", "dialogue"];
    for platform in [Platform::Mastodon, Platform::Bluesky, Platform::Youtube] {
        for metric in metrics {
            let figure = if metric == "dialogue" {
                "threads"
            } else {
                metric
            };
            let combine = u8::from(may_be_combined(platform, figure));
            engine.query(&format!(
                "INSERT INTO beffroi.policy (platform, metric, combine, publish) \
                 VALUES ('{platform}', '{metric}', {combine}, 'yes')"
            ));
        }
    }
}

#[tokio::test]
async fn figures_of_collectivities_are_those_of_their_accounts_together() {
    let engine = Engine::start();
    let (mut known, mut refused_of_all, mut alone) = (0, 0, 0);
    let store = store_on(&engine).await;
    let world = World::of(1, 15 * EACH);
    world.write(&engine);
    policies(&engine);
    // Each account of the world has a body of its own: two by two they share the first one's.
    engine.query(
        "ALTER TABLE beffroi.job UPDATE collectivity_ids = \
         [toString(200000000 + intDiv(toUInt32(collectivity_ids[1]) - 200000000, 2) * 2)] \
         WHERE 1 SETTINGS mutations_sync = 1",
    );
    for night in [LAST - 28, LAST] {
        roll_up(&store, night).await;
    }
    let found = rows(
        &engine,
        &format!(
            "SELECT * FROM beffroi.collectivity_figure WHERE night = '{}' ORDER BY collectivity_id",
            date(LAST)
        ),
    );
    let bodies: Vec<&[Account]> = world.accounts.chunks(EACH).collect();
    assert_eq!(found.len(), 4 * bodies.len());
    for row in &found {
        let days = u16::try_from(row["window_days"].as_u64().unwrap()).unwrap();
        let number: usize = row["collectivity_id"].as_str().unwrap().parse().unwrap();
        let (expected, refused) = figures(bodies[(number - 200_000_000) / EACH], days);
        for (name, expected) in expected {
            let what = format!("body {number}, {days} days, {name}");
            let why = row["unavailable"].get(name).and_then(Value::as_str);
            match (row[name].as_f64(), expected) {
                (None, None) => {
                    let group = match name {
                        "posts_per_week" => name,
                        name if name.starts_with("interactions") => "interactions",
                        _ => "threads",
                    };
                    let is_refused = why == Some("not_to_be_combined");
                    assert_eq!(is_refused, refused.contains(&group), "{what}: {why:?}");
                    assert!(why.is_some(), "{what}: no reason");
                }
                (Some(found), Some(expected)) if is_close(found, expected) => {
                    assert_eq!(why, None, "{what}");
                    known += 1;
                }
                other => panic!("{what}: {other:?}"),
            }
        }
        refused_of_all += refused.len();
        let platforms = row["dialogue_platforms"].as_array().unwrap();
        alone += usize::from(platforms == &[Value::from("youtube")]);
        assert_eq!(row["is_covered"], 1);
    }
    assert!(known > 200, "{known} figures are known");
    assert!(refused_of_all > 0 && alone > 0, "{refused_of_all}, {alone}");
}
