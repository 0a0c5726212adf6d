//! The simulated country over sixteen months, judged: behaviour, not fans.

use std::collections::BTreeMap;

use beffroi_index::stats::spearman;
use beffroi_judge::judge_night;
use beffroi_model::Platform;
use beffroi_policy::Policies;
use beffroi_sim::{AccountHistory, Case, Population, World, WorldSettings};
use beffroi_tests::Engine;
use jiff::civil::date;

use super::{
    alerts,
    figures::of_history,
    scores::shipped,
    tables::{Night, write_histories, write_night},
};
use crate::store::store_on;

/// Bodies of the country: enough that every stratum of communes up to 20,000 has its peers.
const BODIES: usize = 1_100;

/// Days of the histories: the weeks that alerts are looked for in.
const DAYS: i32 = 75 * 7;

/// Fewer followers than this make a small account.
const SMALL: u64 = 1_000;

/// What was judged of an account.
#[derive(Debug, Clone)]
pub(super) struct Scored {
    pub(super) engagement: Option<f64>,
    pub(super) activity: Option<f64>,
    pub(super) audience: Option<f64>,
    pub(super) dialogue: Option<f64>,
    pub(super) total: Option<f64>,
    pub(super) shift: Option<f64>,
    pub(super) top_ten: Option<f64>,
    pub(super) why: String,
}

pub(super) fn world(night: Night) -> World {
    World::generate(
        &beffroi_registry::shipped().collectivities,
        WorldSettings {
            seed: 1,
            population: Population::High,
            as_of: night.as_of,
            https_share: 0.05,
            http_port: 8480,
            https_port: 8443,
            limit: Some(BODIES),
        },
    )
}

/// The scores of a version, by account.
pub(super) fn scores(engine: &Engine, version: &str) -> BTreeMap<String, Scored> {
    let text = engine.query(&format!(
        "SELECT account_id, engagement_score, activity_score, audience_score, dialogue_score, total, rank_shift, \
         top_ten, why FROM beffroi.account_score WHERE index_version = '{version}' FORMAT TSV"
    ));
    text.lines()
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let number = |n: usize| fields[n].parse().ok();
            let scored = Scored {
                engagement: number(1),
                activity: number(2),
                audience: number(3),
                dialogue: number(4),
                total: number(5),
                shift: number(6),
                top_ten: number(7),
                // The last one's empty word is cut off with the end of the text.
                why: fields.get(8).copied().unwrap_or_default().to_owned(),
            };
            (fields[0].to_owned(), scored)
        })
        .collect()
}

#[tokio::test]
async fn the_country_is_judged_as_it_behaves() {
    let night = Night::of(date(2026, 11, 23));
    let world = world(night);
    let histories: Vec<AccountHistory<'_>> = world.histories(Platform::Facebook, DAYS).collect();
    let accounts: Vec<_> = histories.iter().map(|one| of_history(one, night)).collect();
    assert!(accounts.len() > 400, "{}", accounts.len());
    let engine = Engine::start();
    let store = store_on(&engine).await;
    write_histories(&engine, &accounts);
    write_night(&engine, &accounts, night);
    let versions = shipped();
    let policies = Policies::default();
    let report = judge_night(&store, &policies, night.date, &night.run_id(), &versions)
        .await
        .unwrap();
    println!("{report:?}");
    let by_account: BTreeMap<&str, &AccountHistory<'_>> = accounts
        .iter()
        .zip(&histories)
        .map(|(account, history)| (account.figures.key.as_str(), history))
        .collect();
    alerts::judged(&engine, &by_account);
    alerts::year_before(&engine, &by_account);
    for version in &versions {
        let scores = scores(&engine, &version.name);
        assert_eq!(scores.len(), accounts.len());
        correlations(&version.name, &by_account, &scores);
        planted(&by_account, &scores);
    }
    assert!(report.versions[0].posts_set_apart > 0);

    // Once more: the same, to the last digit.
    let run = night.run_id().parse().unwrap();
    let before = store.figure_checksums(&run).await.unwrap();
    let again = judge_night(&store, &policies, night.date, &night.run_id(), &versions)
        .await
        .unwrap();
    assert_eq!(again.versions, report.versions);
    assert_eq!(store.figure_checksums(&run).await.unwrap(), before);
}

/// The planted cases come out as they should.
fn planted(accounts: &BTreeMap<&str, &AccountHistory<'_>>, scores: &BTreeMap<String, Scored>) {
    let of = |case: Case| -> Vec<&Scored> {
        let found = accounts.iter().filter(|(_, history)| history.case == case);
        let found: Vec<&Scored> = found.map(|(id, _)| &scores[*id]).collect();
        assert!(found.len() >= 2, "{case:?}: {}", found.len());
        found
    };
    for bought in of(Case::BoughtFans) {
        assert!(bought.audience.unwrap() > 80.0, "{bought:?}");
        assert!(bought.engagement.unwrap() < 15.0, "{bought:?}");
        assert!(bought.shift.is_none_or(|shift| shift < 0.0), "{bought:?}");
    }
    for lively in of(Case::LivelyVillage) {
        assert!(lively.engagement.unwrap() > 90.0, "{lively:?}");
        assert!(lively.total.unwrap() > 60.0, "{lively:?}");
        assert!(lively.top_ten.unwrap() > 0.3, "{lively:?}");
    }
    for silent in of(Case::PostingToSilence) {
        assert!(silent.activity.unwrap() > 70.0, "{silent:?}");
        assert!(silent.engagement.unwrap() < 15.0, "{silent:?}");
        assert!(silent.total.unwrap() < 50.0, "{silent:?}");
    }
    for answering in of(Case::AnswersEveryone) {
        // Some have fewer threads than may be told.
        assert!(
            answering.dialogue.is_none_or(|score| score > 80.0),
            "{answering:?}"
        );
    }
    assert!(
        of(Case::AnswersEveryone)
            .iter()
            .any(|one| one.dialogue.is_some())
    );
    for dormant in of(Case::Dormant) {
        assert_eq!(
            (dormant.total, dormant.why.as_str()),
            (None, "no_data"),
            "{dormant:?}"
        );
        assert!(dormant.activity.unwrap() < 30.0, "{dormant:?}");
    }
    // Hundreds of hostile comments make nobody the best.
    let raided = of(Case::Raid);
    let best = raided
        .iter()
        .filter(|one| one.engagement.unwrap() > 90.0)
        .count();
    assert!(best * 2 <= raided.len(), "{raided:?}");
}

/// The index follows the hidden engagement, and the fan count does not: within strata, since that is where
/// accounts are compared, and overall.
fn correlations(
    version: &str,
    accounts: &BTreeMap<&str, &AccountHistory<'_>>,
    scores: &BTreeMap<String, Scored>,
) {
    let told = |what: &str,
                is_small: bool,
                of: &dyn Fn(&AccountHistory<'_>, &Scored) -> Option<f64>| {
        let pairs: Vec<(f64, f64)> = accounts
            .iter()
            .filter(|(_, history)| history.case == Case::Ordinary)
            .filter(|(_, history)| !is_small || last(history) < SMALL)
            .filter(|(id, _)| scores[**id].total.is_some())
            .filter_map(|(id, history)| Some((of(history, &scores[*id])?, history.true_engagement)))
            .collect();
        let rho = spearman(&pairs).unwrap();
        let who = if is_small {
            "under 1,000 followers"
        } else {
            "all"
        };
        println!(
            "{version}: Spearman of {what} and true engagement, {who} ({}): {rho:.3}",
            pairs.len()
        );
        rho
    };
    for is_small in [false, true] {
        let engagement = told("the engagement indicator", is_small, &|_, scored| {
            scored.engagement
        });
        let total = told("the index", is_small, &|_, scored| scored.total);
        let fans = told("the fan count", is_small, &|history, _| {
            Some(last(history) as f64)
        });
        assert!(engagement > 0.7, "{engagement}");
        assert!(total > 0.55, "{total}");
        assert!(fans < 0.1 && fans < total - 0.5, "{fans}");
    }
}

fn last(history: &AccountHistory<'_>) -> u64 {
    history.followers.last().map_or(0, |(_, count)| *count)
}
