//! Who is where, and what changed between two nights.

use super::{LAST, date, roll_up, rows, world::World};
use crate::store::store_on;
use beffroi_tests::Engine;

/// An account on a platform, by its number.
fn id(number: u32) -> String {
    format!("00000000-0000-5000-8000-{number:012}")
}

/// Says that discovery found an account in a night.
fn found(engine: &Engine, night: i64, platform: &str, number: u32) {
    let night = date(night);
    engine.query(&format!(
        "INSERT INTO beffroi.account (collectivity_id, platform, account_id, source, seen_in, handle, verdict, confidence, night, seen_at) \
         VALUES ('210000001', '{platform}', '{}', 'discovery', '{night}', 'h{number}', 'own', 0.9, '{night}', '{night} 04:00:00')",
        id(number)
    ));
}

/// Says how its visit ended.
fn visited(
    engine: &Engine,
    night: i64,
    platform: &str,
    number: u32,
    outcome: &str,
    identity: &str,
) {
    let (night, id) = (date(night), id(number));
    engine.query(&format!(
        "INSERT INTO beffroi.job (run_id, job_id, night, account_id, platform, handle, collectivity_ids) \
         VALUES ('{night}', '{id}', '{night}', '{id}', '{platform}', 'h{number}', ['210000001'])"
    ));
    engine.query(&format!(
        "INSERT INTO beffroi.job_outcome (run_id, job_id, night, account_id, platform, outcome, ended_at) \
         VALUES ('{night}', '{id}', '{night}', '{id}', '{platform}', '{outcome}', '{night} 05:00:00')"
    ));
    if outcome == "measured" {
        engine.query(&format!(
            "INSERT INTO beffroi.account_observation (account_id, run_id, night, observed_at, platform, followers, permanent_id) \
             VALUES ('{id}', '{night}', '{night}', '{night} 05:00:00', '{platform}', 100, '{identity}')"
        ));
    }
}

#[tokio::test]
async fn states_events_and_coverage_are_those_of_the_nights() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    World::of(1, 0).write(&engine);
    engine.query(
        "INSERT INTO beffroi.collectivity (version, collectivity_id, name, category, population) \
         VALUES ('2026-09-01 00:00:00', '210000001', 'Exemple', 'commune', 700)",
    );
    // The first night: one account each on five platforms; on the sixth one that was left long ago.
    let platforms = ["mastodon", "bluesky", "x", "facebook", "tiktok", "youtube"];
    for (number, platform) in (1..).zip(platforms) {
        found(&engine, LAST - 2, platform, number);
        let outcome = if number == 6 { "absent" } else { "measured" };
        visited(
            &engine,
            LAST - 2,
            platform,
            number,
            outcome,
            &format!("permanent-{number}"),
        );
    }
    roll_up(&store, LAST - 2).await;
    // The second: x is gone, mastodon goes by another handle, bluesky by another account.
    found(&engine, LAST - 1, "mastodon", 11);
    visited(&engine, LAST - 1, "mastodon", 11, "measured", "permanent-1");
    visited(&engine, LAST - 1, "mastodon", 1, "absent", "");
    found(&engine, LAST - 1, "bluesky", 12);
    visited(&engine, LAST - 1, "bluesky", 12, "measured", "permanent-12");
    visited(&engine, LAST - 1, "bluesky", 2, "absent", "");
    visited(&engine, LAST - 1, "x", 3, "absent", "");
    visited(&engine, LAST - 1, "facebook", 4, "failed", "");
    roll_up(&store, LAST - 1).await;
    // The third: x is back, and tiktok has a second one, which posted 100 days ago.
    visited(&engine, LAST, "x", 3, "measured", "permanent-3");
    found(&engine, LAST, "tiktok", 15);
    visited(&engine, LAST, "tiktok", 15, "measured", "permanent-15");
    let last = date(LAST);
    engine.query(&format!(
        "INSERT INTO beffroi.post_figure (account_id, post_id, platform, published_at, observed_at, run_id) \
         VALUES ('{}', 'p', 'tiktok', toDateTime64('{last}', 3) - INTERVAL 100 DAY, '{last}', '{last}')",
        id(15)
    ));
    roll_up(&store, LAST).await;
    let events = |night: i64| {
        engine.query(&format!(
            "SELECT platform, event, detail FROM beffroi.presence_event FINAL WHERE night = '{}' ORDER BY platform, event",
            date(night)
        ))
    };
    assert_eq!(
        events(LAST - 2),
        "",
        "nothing to compare the first night with"
    );
    assert_eq!(
        events(LAST - 1),
        "bluesky\tmoved\th2 -> h12\nmastodon\trenamed\th1 -> h11\nx\tclosed\th3\nx\tdeparted\th3"
    );
    assert_eq!(
        events(LAST),
        "tiktok\topened\th15\nx\tcame_back\th3\nx\topened\th3"
    );
    roll_up(&store, LAST - 1).await;
    roll_up(&store, LAST).await;
    assert_eq!(
        events(LAST),
        "tiktok\topened\th15\nx\tcame_back\th3\nx\topened\th3",
        "computed again"
    );
    let states = rows(
        &engine,
        &format!(
            "SELECT handle, state, stratum, first_seen FROM beffroi.presence_figure WHERE night = '{last}' ORDER BY handle"
        ),
    );
    let states: Vec<String> = states
        .iter()
        .map(|row| {
            format!(
                "{} {}",
                row["handle"].as_str().unwrap(),
                row["state"].as_str().unwrap()
            )
        })
        .collect();
    // Of those that were measured no post was ever seen, and they are not looked at for long.
    let expected = [
        "h1 absent",
        "h11 unknown",
        "h12 unknown",
        "h15 dormant",
        "h2 absent",
        "h3 unknown",
        "h4 failed",
        "h5 unknown",
        "h6 absent",
    ];
    assert_eq!(states, expected);
    let coverage = engine.query(&format!(
        "SELECT platform, planned, ended_with_figures, share, is_covered FROM beffroi.stratum_coverage \
         WHERE night = '{}' AND platform = 'facebook'",
        date(LAST - 1)
    ));
    assert_eq!(coverage, "facebook\t1\t0\t0\t0");
    // The nights are of one month: each stays when another is computed again.
    let uncovered = "SELECT night, account_id FROM beffroi.uncovered_account ORDER BY night";
    let of_night = |night: i64, number: u32| format!("{}\t{}", date(night), id(number));
    assert_eq!(engine.query(uncovered), of_night(LAST - 1, 4));
    visited(&engine, LAST, "youtube", 6, "failed", "");
    roll_up(&store, LAST).await;
    let both = [of_night(LAST - 1, 4), of_night(LAST, 6)].join("\n");
    assert_eq!(engine.query(uncovered), both);
    let events = "SELECT event, is_covered FROM beffroi.v_presence_event WHERE account_id = ";
    engine.query(&format!(
        "INSERT INTO beffroi.presence_event (night, run_id, platform, account_id, event) \
         VALUES ('{0}', '{0}', 'facebook', '{1}', 'closed')",
        date(LAST - 1),
        id(4)
    ));
    assert_eq!(engine.query(&format!("{events}'{}'", id(4))), "closed\t0");
    assert_eq!(engine.query(&format!("{events}'{}'", id(15))), "opened\t1");
}
