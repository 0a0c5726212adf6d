//! What must hold of every night, however it went.

use std::collections::BTreeMap;

use beffroi_sim::Violation;
use serde_json::Value;

use crate::{Ended, Installation, Rows, Simulator};

const OUTCOMES: [&str; 5] = ["measured", "unchanged", "absent", "forbidden", "failed"];

/// By what a row of a table is told from all others.
pub const KEYS: [(&str, &str); 4] = [
    ("job_outcome", "run_id, job_id"),
    ("account_observation", "account_id, run_id"),
    ("site_observation", "account_id, run_id"),
    ("post_observation", "account_id, post_id, run_id"),
];

/// Brings the simulated websites into the registry.
pub fn import_websites(installation: &Installation, france: &Simulator) {
    installation.succeed(&["registry", "import", &france.registry()]);
}

/// The certificate of a night that ended well: complete, and its outcomes add up to its plan.
pub fn certificate(ended: Ended) -> Value {
    certificate_of(ended, &["bluesky", "mastodon", "website"])
}

/// The same of a night that measured these platforms, in the order of their names.
pub fn certificate_of(ended: Ended, measured: &[&str]) -> Value {
    let certificate = ended.exited(0).json();
    assert_eq!(certificate["complete"], true, "{certificate}");
    assert_balanced(&certificate);
    let platforms = certificate["platforms"].as_object().unwrap();
    let names: Vec<&str> = platforms.keys().map(String::as_str).collect();
    assert_eq!(names, measured);
    let mut planned = 0;
    for tally in platforms.values() {
        assert_balanced(tally);
        planned += number(&tally["planned"]);
        let strata = tally["strata"].as_array().unwrap();
        strata.iter().for_each(assert_balanced);
        let in_strata: u64 = strata
            .iter()
            .map(|stratum| number(&stratum["planned"]))
            .sum();
        assert_eq!(in_strata, number(&tally["planned"]));
        let reasons = tally["reasons"].as_object().unwrap().values().map(number);
        let unhappy = ["absent", "forbidden", "failed"].map(|word| number(&tally[word]));
        assert_eq!(
            reasons.sum::<u64>(),
            unhappy.iter().sum::<u64>(),
            "each has its reason"
        );
    }
    assert_eq!(planned, number(&certificate["planned"]));
    certificate
}

fn assert_balanced(tally: &Value) {
    let ended: u64 = OUTCOMES.iter().map(|word| number(&tally[*word])).sum();
    assert_eq!(ended, number(&tally["planned"]), "{tally}");
}

/// A number in JSON.
pub fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

/// Every stored figure beside the simulator's own.
pub fn compare(installation: &Installation, france: &Simulator) -> (Ended, Value) {
    let ended = installation.run(&["sim", "compare", "--truth", france.url(), "--json"]);
    let comparison = ended.json();
    (ended, comparison)
}

/// Every stored figure is the simulator's own, and there are at least so many.
pub fn assert_all_figures_are_true(installation: &Installation, france: &Simulator, at_least: u64) {
    let (compared, comparison) = compare(installation, france);
    assert_eq!(
        comparison["wrong"], 0,
        "{:#}\n{}",
        comparison["examples"], comparison["wrong_figures"]
    );
    assert!(number(&comparison["compared"]) >= at_least, "{comparison}");
    compared.exited(0);
}

/// The referee has nothing to say.
pub fn assert_good_manners(france: &Simulator) {
    assert_good_manners_but_for(france, &[]);
}

/// The referee has nothing to say but, at most so often, of these.
pub fn assert_good_manners_but_for(france: &Simulator, known: &[(Violation, u64)]) {
    let mut report = france.referee();
    for (violation, at_most) in known {
        report
            .violations
            .retain(|it, count| it != violation || *count > *at_most);
    }
    assert_eq!(report.violations, BTreeMap::new(), "{:#?}", report.examples);
}

/// A site that redirects to a host behind another address is followed there by the worker that has the
/// job, while another worker may keep that address's pace. Where lanes are not drawn by address this
/// is exceeded by far.
pub const REDIRECTED_BETWEEN_WORKERS: (Violation, u64) = (Violation::AddressPace, 8);

/// That a host asked for patience is kept in memory alone: who goes on after a process has died may ask
/// it again within the seconds it named.
pub const FORGOTTEN_WITH_THE_PROCESS: (Violation, u64) = (Violation::RetryAfter, 8);

/// Each job has one outcome; nothing was written twice under another key.
pub fn assert_nothing_counts_twice(installation: &Installation) {
    let jobs = "SELECT toUInt32(count()) FROM job FINAL";
    let ends = "SELECT toUInt32(uniqExact(run_id, job_id)) FROM job_outcome";
    assert_eq!(installation.number(jobs), installation.number(ends));
    for (table, keys) in KEYS {
        let repeats = format!("SELECT toUInt32(count() - uniqExact({keys})) FROM {table} FINAL");
        assert_eq!(installation.number(&repeats), 0, "{table}");
    }
}

/// The same night again: no row more, no request more, the same certificate.
pub fn assert_repeating_changes_nothing(
    installation: &Installation,
    france: &Simulator,
    run: &[&str],
    certificate: &Value,
) {
    let (rows, requests): (Rows, u64) = (installation.row_counts(), france.referee().requests);
    let again = installation.succeed(run).json();
    assert_eq!(&again, certificate);
    assert_eq!(installation.row_counts(), rows);
    assert_eq!(france.referee().requests, requests);
}
