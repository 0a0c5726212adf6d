//! What the shipped policies let a collectivity's total be made of.

use std::collections::HashMap;

use beffroi_index::index::{IndexVersions, judge};
use beffroi_model::{AccountId, Platform};
use beffroi_policy::Policies;
use beffroi_store::{CollectivityScoreRow, Day, JudgedNight, Millis, ProfileRow};

use super::{Judged, rows};
use crate::profile;

/// An account of the n-th of some communes, which differ a little.
fn account(n: u32, platform: Platform, has_dialogue: bool) -> ProfileRow {
    ProfileRow {
        account_id: AccountId::new(platform, &format!("mairie{n}")).as_uuid(),
        platform: platform.to_string(),
        handle: format!("mairie{n}"),
        collectivity_id: format!("2135{n:05}"),
        category: "commune".to_owned(),
        stratum: "500-1999".to_owned(),
        population: Some(900),
        department_code: "35".to_owned(),
        region_code: "53".to_owned(),
        components: "RKS".to_owned(),
        followers: Some(300 + u64::from(n)),
        coverage: Some(300.0 + f64::from(n)),
        posts_per_week: Some(2.0),
        interactions: Some(if platform == Platform::Facebook {
            300.0
        } else {
            100.0
        }),
        posts: 25,
        posts_set_apart: 0,
        engagement_days: 20,
        engagement_mean: 1.0 + f64::from(n % 7) / 3.0,
        engagement_squares: 9.0,
        threads_known: has_dialogue.into(),
        closed_threads: if has_dialogue { 20 } else { 0 },
        promptness_mean: f64::from(n % 5) / 5.0,
        promptness_squares: 2.0,
        followers_why: String::new(),
        coverage_why: String::new(),
        posts_why: String::new(),
        engagement_why: String::new(),
        threads_why: "not_given_by_platform".to_owned(),
        is_covered: u8::from(platform != Platform::Mastodon),
    }
}

/// The collectivities' rows of these accounts by v1.
fn judged(accounts: &[ProfileRow]) -> Vec<CollectivityScoreRow> {
    let night = JudgedNight {
        night: Day(20_780),
        run_id: "2026-11-23".to_owned(),
        as_of: Millis(0),
    };
    let versions = IndexVersions::shipped();
    let version = versions.get("v1").unwrap();
    let profiles: Vec<_> = accounts.iter().filter_map(profile).collect();
    let judgements = judge(&profiles, version).unwrap();
    let all: Vec<Judged<'_>> = accounts
        .iter()
        .map(|account| Judged {
            account,
            judgement: judgements
                .iter()
                .find(|one| one.key == account.account_id.to_string()),
        })
        .collect();
    let names = HashMap::from([("213500003".to_owned(), "Bellecombe".to_owned())]);
    rows(&night, version, &all, &names, &Policies::default())
}

#[test]
fn what_may_not_be_combined_is_left_out_of_totals_and_of_dispersion() {
    let mut accounts = Vec::new();
    for n in 0..25 {
        accounts.push(account(n, Platform::Facebook, true));
        accounts.push(account(n, Platform::Youtube, true));
        // What members do on LinkedIn may not be combined; what nobody knows of it is in no total.
        accounts.push(account(n, Platform::Linkedin, n != 3));
    }
    let rows = judged(&accounts);
    assert_eq!(rows.len(), 25);
    assert_eq!((rows[3].name.as_str(), rows[3].networks), ("Bellecombe", 3));
    // Threads of LinkedIn are known: Facebook alone is left.
    assert_eq!(rows[2].not_combined, ["linkedin", "youtube"]);
    assert_eq!(rows[2].accounts, 1);
    assert_eq!(rows[3].not_combined, ["youtube"]);
    assert_eq!(rows[3].accounts, 2);
    assert_eq!(rows[3].total_platforms, ["facebook", "linkedin"]);
    assert_eq!(rows[3].dispersion_platforms, ["facebook", "linkedin"]);
    // Its interactions may be combined in either case: 300 and 100 over two networks.
    let (p, q) = (0.75_f64, 0.25_f64);
    let entropy = -(p * p.ln() + q * q.ln());
    for row in &rows[2..4] {
        let effective = row.effective_networks.unwrap();
        assert!((effective - entropy.exp()).abs() < 1e-12, "{row:?}");
        let evenness = row.dispersion_evenness.unwrap();
        assert!((evenness - entropy / 2.0_f64.ln()).abs() < 1e-12, "{row:?}");
    }
}

#[test]
fn who_is_on_one_network_alone_combines_nothing_and_keeps_its_total() {
    let mut accounts: Vec<ProfileRow> = (0..25)
        .map(|n| account(n, Platform::Youtube, true))
        .collect();
    accounts.push(account(7, Platform::Mastodon, false));
    let rows = judged(&accounts);
    assert!(
        rows.iter()
            .all(|row| row.total.is_some() && row.accounts == 1)
    );
    assert_eq!(rows[0].not_combined, Vec::<String>::new());
    assert_eq!(
        (rows[0].effective_networks, rows[0].dispersion_evenness),
        (Some(1.0), None)
    );
    // The seventh has a Mastodon account too, which has no peers and so no total, but interactions.
    assert_eq!(rows[7].not_combined, ["youtube"]);
    // Its total is that of the YouTube account all the same, and says so.
    assert_eq!(rows[7].total_platforms, ["youtube"]);
    assert_eq!(rows[7].dispersion_platforms, ["mastodon"]);
    assert_eq!((rows[0].is_covered, rows[7].is_covered), (1, 1));
}

#[test]
fn bodies_are_ranked_among_their_peers_and_whoever_is_not_has_a_reason() {
    let mut accounts: Vec<ProfileRow> = (0..25)
        .map(|n| account(n, Platform::Mastodon, true))
        .collect();
    accounts.push(account(30, Platform::Youtube, true));
    // Neither has peers on its platform; and a body of another kind.
    accounts.push(account(31, Platform::Bluesky, true));
    let mut region = account(32, Platform::Mastodon, true);
    region.category = "region".to_owned();
    region.stratum = ">=100000".to_owned();
    region.population = Some(3_000_000);
    accounts.push(region);
    let rows = judged(&accounts);
    let of = |n: usize| {
        let id = format!("2135{n:05}");
        rows.iter().find(|row| row.collectivity_id == id).unwrap()
    };
    for n in 0..25 {
        let row = of(n);
        assert_eq!((row.why.as_str(), row.widened), ("", 0), "{row:?}");
        assert_eq!(row.peers, "commune 500-1999");
        assert_eq!(row.ranked_of, Some(25));
        assert!(row.rank_from <= row.rank_to && row.top_ten.is_some());
    }
    let first = rows.iter().filter(|row| row.rank_from == Some(1)).count();
    assert!(first > 0 && first < 25, "{first} share the first rank");
    for n in [30, 31] {
        let row = of(n);
        assert_eq!((row.total, row.rank_from), (None, None));
        assert_eq!(row.why, "no_ranked_account");
    }
    // Its account is ranked among all, and so is the body: said as widened.
    let region = of(32);
    assert_eq!((region.peers.as_str(), region.widened), ("all", 1));
    assert_eq!(region.ranked_of, Some(26));
}
