//! A night over every network that the simulator serves.

use std::collections::BTreeMap;

use beffroi_model::Platform;
use beffroi_sim::{Quotas, SimSettings};
use beffroi_tests::{Installation, Simulator};

use crate::{
    citizens,
    judge::{
        assert_all_figures_are_true, assert_good_manners, certificate_of, import_websites, number,
    },
};

/// In the order of their names.
const PLATFORMS: [&str; 13] = [
    "bluesky",
    "facebook",
    "instagram",
    "linkedin",
    "mastodon",
    "peertube",
    "snapchat",
    "telegram",
    "threads",
    "tiktok",
    "website",
    "x",
    "youtube",
];

#[test]
fn a_night_over_all_networks_is_true_to_the_last_figure_and_within_every_quota() {
    // The published allowances would spread such a night over hours.
    let settings = SimSettings {
        quotas: Quotas::ample(),
        ..SimSettings::default()
    };
    let france = Simulator::start_with(250, &settings);
    let platforms = format!("[{}]", PLATFORMS.join(","));
    let here = Installation::in_france(&france).with_variable("BEFFROI_RUN__PLATFORMS", &platforms);
    import_websites(&here, &france);

    let night = here.start("night", &["run", "--json", "-vv"]).wait();
    let log = night.stderr.clone();
    let certificate = certificate_of(night, &PLATFORMS);

    for platform in PLATFORMS {
        let measured = number(&certificate["platforms"][platform]["measured"]);
        let tally = &certificate["platforms"][platform]["reasons"];
        assert!(measured > 0, "{platform}: {tally}");
    }
    assert_all_figures_are_true(&here, &france, 30_000);
    assert_good_manners(&france);
    assert_eq!(france.meters().violations(), 0, "{:?}", france.meters());
    assert_the_ledger_is_what_the_platforms_counted(&here, &france);
    citizens::assert_none_is_stored(&here);
    citizens::assert_none_is_in(&log);
}

/// Money to the cent, units and calls to the last one: what the ledger holds is what the platforms' own
/// meters counted.
fn assert_the_ledger_is_what_the_platforms_counted(here: &Installation, france: &Simulator) {
    let spent = here.sql("SELECT platform, bucket, sum(spent) AS spent FROM v_budget GROUP BY ALL");
    let spent: BTreeMap<(String, String), u64> = spent
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            ((text("platform"), text("bucket")), number(&row["spent"]))
        })
        .collect();
    let meters = france.meters();
    let meter = |platform: Platform| &meters.platforms[&platform]["1"];
    let of = |platform: &str, bucket: &str| spent[&(platform.to_owned(), bucket.to_owned())];
    eprintln!("{spent:?}\n{meters:#?}");
    assert_eq!(of("x", "money"), meter(Platform::X).cost_mills * 1_000);
    let objects = &meter(Platform::X).objects;
    assert_eq!(of("x", "posts"), objects["post"]);
    assert!(objects["user"] > 10);
    for (bucket, units) in &meter(Platform::Youtube).units {
        eprintln!("{bucket} {units}");
    }
}
