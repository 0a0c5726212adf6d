//! A night that is stopped, killed or loses a worker.

use std::collections::BTreeMap;

use beffroi_tests::{Engine, Installation, Running, Simulator, wait_until};

use crate::{
    judge::{
        FORGOTTEN_WITH_THE_PROCESS, REDIRECTED_BETWEEN_WORKERS, assert_all_figures_are_true,
        assert_good_manners_but_for, assert_nothing_counts_twice, certificate, import_websites,
        number,
    },
    start_broker,
};

const COLLECTIVITIES: u32 = 60;
const FIGURES: u64 = 1_500;

/// When each job that has ended did so.
fn ends(installation: &Installation) -> BTreeMap<String, String> {
    let rows = installation
        .sql("SELECT toString(job_id) AS job, toString(ended_at) AS at FROM job_outcome FINAL");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(&row["job"]), text(&row["at"])))
        .collect()
}

/// How often each job asked a server anything.
fn exchanges(installation: &Installation) -> BTreeMap<String, u64> {
    let rows = installation.sql("SELECT toString(job_id) AS job, toUInt32(count()) AS exchanges FROM fetch_log GROUP BY job");
    rows.iter()
        .map(|row| {
            (
                row["job"].as_str().unwrap().to_owned(),
                number(&row["exchanges"]),
            )
        })
        .collect()
}

/// The night goes on where it was, and what had ended is left alone.
fn assert_resumes(here: &Installation, france: &Simulator) {
    let (ended, asked) = (ends(here), exchanges(here));
    assert!(
        !ended.is_empty(),
        "it was to be stopped in the middle, not at the beginning"
    );
    let certificate = certificate(here.run(&["run", "--resume", "--json"]));
    let planned = number(&certificate["planned"]);
    assert!(
        (ended.len() as u64) < planned,
        "it was to be stopped in the middle, not at the end"
    );
    let (ended_now, asked_now) = (ends(here), exchanges(here));
    for (job, at) in &ended {
        assert_eq!(ended_now.get(job), Some(at), "job {job} was done again");
        assert_eq!(asked_now.get(job), asked.get(job), "job {job} asked again");
    }
    assert_eq!(ended_now.len() as u64, planned);
    assert_all_figures_are_true(here, france, FIGURES);
    assert_good_manners_but_for(france, &[FORGOTTEN_WITH_THE_PROCESS]);
    assert_nothing_counts_twice(here);
}

/// In the middle: websites have been measured, and are still.
fn wait_for_the_middle(here: &Installation, france: &Simulator, night: &mut Running) {
    france.wait_for_requests(france.referee().requests + 200);
    wait_until("the first outcomes are in the store", || {
        !ends(here).is_empty()
    });
    assert!(!night.has_ended(), "{}", night.stderr());
}

#[test]
fn ctrl_c_brings_the_jobs_under_way_to_their_end_and_the_night_is_resumed() {
    let france = Simulator::start(COLLECTIVITIES);
    let here = Installation::in_france(&france);
    import_websites(&here, &france);
    let mut night = here.start("night", &["run", "--json"]);
    wait_for_the_middle(&here, &france, &mut night);
    night.interrupt();
    let stopped = night.wait().exited(130).said(&["stopping"]);
    assert_eq!(stopped.json()["complete"], false);

    let requests = france.referee().requests;
    let refused = here.run(&["run", "--json"]).exited(1);
    refused.said(&["has begun already", "--resume"]);
    assert_eq!(
        france.referee().requests,
        requests,
        "a night is not begun again by mistake"
    );
    assert_resumes(&here, &france);
}

#[test]
fn a_night_that_was_killed_is_resumed() {
    let france = Simulator::start(COLLECTIVITIES);
    let here = Installation::in_france(&france);
    import_websites(&here, &france);
    let mut night = here.start("night", &["run", "--json"]);
    wait_for_the_middle(&here, &france, &mut night);
    night.kill();
    wait_until("the engine has ended with its owner", || {
        here.run(&["engine", "status"]).code != Some(0)
    });
    assert_resumes(&here, &france);
}

#[test]
fn a_worker_that_is_killed_leaves_its_jobs_to_the_other() {
    let france = Simulator::start(COLLECTIVITIES);
    let broker = start_broker();
    let engine = Engine::start();
    let here = Installation::in_france(&france)
        .with_engine(&engine)
        .with_queue(&broker.url());
    import_websites(&here, &france);
    let [mut first, second] = ["one", "two"].map(|name| here.start(name, &["worker"]));
    let mut night = here.start("night", &["run", "--no-work", "--json"]);
    wait_for_the_middle(&here, &france, &mut night);
    first.kill();
    certificate(night.wait());
    second.interrupt();
    second.wait().exited(0);
    assert_all_figures_are_true(&here, &france, FIGURES);
    assert_good_manners_but_for(
        &france,
        &[FORGOTTEN_WITH_THE_PROCESS, REDIRECTED_BETWEEN_WORKERS],
    );
    assert_nothing_counts_twice(&here);
}
