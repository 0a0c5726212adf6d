//! A night over every network that the simulator serves.

use std::collections::BTreeMap;

use beffroi_model::Platform;
use beffroi_sim::{Credentials, Quotas, SimSettings};
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

#[test]
fn an_expired_token_ends_its_lane_and_nothing_else_and_the_certificate_says_so() {
    let france = Simulator::start(120);
    let expired = Credentials::of(Platform::Facebook).unwrap().expired;
    let here = Installation::in_france(&france)
        .with_variable("BEFFROI_RUN__PLATFORMS", "[website,facebook,bluesky]")
        .with_variable(
            "BEFFROI_PLATFORMS__FACEBOOK__CREDENTIALS__SIMULATED__SECRET",
            expired,
        );
    let check = here.run(&["credentials", "check", "facebook"]).exited(1);
    assert!(
        check.stdout.contains("facebook.simulated: does not work"),
        "{}",
        check.stdout
    );
    assert!(
        check.stdout.contains("missing   a new access token"),
        "{}",
        check.stdout
    );
    import_websites(&here, &france);

    let night = here.start("night", &["run", "--json"]).wait();
    let certificate = certificate_of(night, &["bluesky", "facebook", "website"]);
    let facebook = &certificate["platforms"]["facebook"];
    let planned = number(&facebook["planned"]);
    assert!(planned > 20, "{facebook}");
    let refused = number(&facebook["reasons"]["forbidden.credential_refused"]);
    let others = number(&facebook["absent"]);
    assert_eq!(refused + others, planned, "{facebook}");
    assert!(number(&certificate["platforms"]["website"]["measured"]) > 50);
    assert!(number(&certificate["platforms"]["bluesky"]["measured"]) > 0);
    let asked = &france.meters().platforms[&Platform::Facebook];
    let asked: u64 = asked.values().map(|meter| meter.requests).sum();
    assert!(asked <= 10, "a dead token is left alone: {asked}");
    assert_good_manners(&france);
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
    assert_eq!(of("x", "money"), meter(Platform::X).cost_mills * 1_000);
    let objects = &meter(Platform::X).objects;
    assert_eq!(of("x", "posts"), objects["post"]);
    assert!(objects["user"] > 10);
    let units = &meter(Platform::Youtube).units;
    assert_eq!(of("youtube", "units"), units["common"]);
    assert_eq!(of("youtube", "statistics"), units["statistics"]);
}
