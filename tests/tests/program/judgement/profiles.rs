//! What a statement says of each account is what the index computes from its posts and threads.

use std::collections::BTreeMap;

use beffroi_index::{
    index::{IndexVersions, Profile},
    score::Evidence,
};
use beffroi_judge::profile;
use beffroi_model::Figure;
use beffroi_store::{InteractionWeights, Store};
use beffroi_tests::Engine;
use jiff::{ToSpan as _, civil::date, tz::TimeZone};

use super::{
    figures::{Account, random},
    tables::{Night, write_histories, write_night},
};
use crate::store::store_on;

/// The days on which a raid is seen, of the accounts whose number is a multiple of six: that of a post.
fn raids(accounts: &mut [Account], engine: &Engine, night: Night) -> usize {
    let mut count = 0;
    for account in accounts.iter_mut().step_by(6) {
        let Figure::Known(posts) = &account.figures.posts else {
            continue;
        };
        let day_of = |at: jiff::Timestamp| at.to_zoned(TimeZone::UTC).date();
        let Some(day) = posts.first().map(|post| day_of(post.published_at)) else {
            continue;
        };
        let ids = posts.iter().filter(|post| day_of(post.published_at) == day);
        account.figures.set_apart = ids.map(|post| post.post_id.clone()).collect();
        count += 1;
        let (run, id) = (night.run_id(), &account.figures.key);
        engine.query(&format!(
            "INSERT INTO beffroi.alert (night, run_id, account_id, kind, day) \
             VALUES ('{run}', '{run}', '{id}', 'raid', '{day}')"
        ));
    }
    count
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * (1.0 + a.abs() + b.abs())
}

fn same_figure(a: Figure<f64>, b: Figure<f64>) -> bool {
    match (a, b) {
        (Figure::Known(a), Figure::Known(b)) => close(a, b),
        _ => a == b,
    }
}

fn same_evidence(a: Figure<Evidence>, b: Figure<Evidence>) -> bool {
    match (a, b) {
        (Figure::Known(a), Figure::Known(b)) => {
            a.count == b.count && close(a.mean, b.mean) && close(a.squares, b.squares)
        }
        _ => a == b,
    }
}

fn same(a: &Profile, b: &Profile) -> bool {
    let words = |one: &Profile| {
        let Profile {
            key,
            platform,
            category,
            population,
            followers,
            ..
        } = one;
        (key.clone(), *platform, *category, *population, *followers)
    };
    let counts = |one: &Profile| (one.components, one.posts, one.posts_set_apart);
    words(a) == words(b)
        && counts(a) == counts(b)
        && same_figure(a.audience, b.audience)
        && same_figure(a.posts_per_week, b.posts_per_week)
        && same_evidence(a.engagement, b.engagement)
        && same_evidence(a.dialogue, b.dialogue)
}

async fn compare(store: &Store, accounts: &[Account], night: Night) -> (usize, usize) {
    let found = store
        .nights_with_figures(night.date, night.date)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    let (mut engaged, mut answering) = (0, 0);
    for version in IndexVersions::shipped().iter() {
        let weights = InteractionWeights {
            reactions: version.interactions.reactions,
            comments: version.interactions.comments,
            shares: version.interactions.shares,
        };
        let rows = store.profiles(&found[0], 90, weights).await.unwrap();
        let rows: BTreeMap<String, Profile> = rows
            .iter()
            .filter_map(profile)
            .map(|profile| (profile.key.clone(), profile))
            .collect();
        assert_eq!(rows.len(), accounts.len());
        for account in accounts {
            let expected = Profile::of(&account.known_by(night), night.window(), version);
            let found = &rows[&expected.key];
            assert!(same(found, &expected), "{found:#?}\n{expected:#?}");
            engaged += usize::from(expected.engagement.missing().is_none());
            answering += usize::from(expected.dialogue.missing().is_none());
        }
    }
    (engaged, answering)
}

#[tokio::test]
async fn a_statement_gives_the_same_profiles_as_the_index() {
    let engine = Engine::start();
    let store = store_on(&engine).await;
    let last = Night::of(date(2026, 11, 23));
    let mut accounts = random(240, last);
    write_histories(&engine, &accounts);
    // The older night is written when all is known, as one that is computed again.
    let older = Night::of(last.date.checked_sub(10.days()).unwrap());
    for night in [last, older] {
        write_night(&engine, &accounts, night);
    }
    let (engaged, answering) = compare(&store, &accounts, older).await;
    assert!(engaged > 250 && answering > 150, "{engaged} {answering}");
    let raided = raids(&mut accounts, &engine, last);
    assert!(raided > 20, "{raided}");
    let (engaged, answering) = compare(&store, &accounts, last).await;
    assert!(engaged > 250 && answering > 150, "{engaged} {answering}");
}
