//! One run at a time on a shared store.

use beffroi_tests::{Engine, Installation, Simulator, wait_until};

use crate::judge::{
    FORGOTTEN_WITH_THE_PROCESS, assert_good_manners_but_for, assert_nothing_counts_twice,
    certificate, import_websites,
};

/// State and reason of a run.
fn state(here: &Installation, run: &str) -> (String, String) {
    let rows = here.sql(&format!(
        "SELECT state, reason FROM run FINAL WHERE run_id = '{run}'"
    ));
    let text = |name: &str| rows[0][name].as_str().unwrap().to_owned();
    (text("state"), text("reason"))
}

#[test]
fn a_second_run_on_a_shared_store_is_skipped_and_may_follow_a_dead_one() {
    let france = Simulator::start(60);
    let engine = Engine::start();
    let [here, there] = [1, 2].map(|_| Installation::in_france(&france).with_engine(&engine));
    import_websites(&here, &france);
    let mut night = here.start("night", &["run", "--date", "2026-11-23", "--json"]);
    france.wait_for_requests(200);
    assert!(!night.has_ended(), "{}", night.stderr());
    let requests = france.referee().requests;

    // The same run is refused and nothing else; another one is recorded.
    let told = [
        "another `beffroi run` is at work on this store (process ",
        "run 2026-11-23, since 20",
    ];
    let same = there
        .run(&["run", "--date", "2026-11-23", "--resume"])
        .exited(3)
        .said(&told);
    assert!(!same.stderr.contains("skipped"), "{}", same.stderr);
    let other = ["run", "--date", "2026-11-24", "--only", "platform=bluesky"];
    there.run(&other).exited(3).said(&told).said(&[
        "run 2026-11-24.bluesky is recorded as skipped",
        "`beffroi run --date 2026-11-24 --only platform=bluesky`",
    ]);
    assert!(
        !night.has_ended() && france.referee().requests > requests,
        "it is not disturbed"
    );
    let (word, reason) = state(&there, "2026-11-24.bluesky");
    assert_eq!(word, "skipped");
    assert!(reason.contains("run 2026-11-23"), "{reason}");
    let report = ["report", "run", "--run", "2026-11-24.bluesky"];
    there
        .run(&report)
        .exited(1)
        .said(&["was skipped", "--only platform=bluesky`"]);

    // Whoever dies is followed at once, as soon as it is known to be dead.
    night.kill();
    certificate(there.run(&["run", "--date", "2026-11-23", "--resume", "--json"]));
    assert_good_manners_but_for(&france, &[FORGOTTEN_WITH_THE_PROCESS]);
    assert_nothing_counts_twice(&there);
    // The one that was skipped is done later, by the same command.
    there.run(&other).exited(0);
    assert_eq!(state(&there, "2026-11-24.bluesky").0, "complete");
}

#[test]
fn a_night_in_process_rests_while_the_store_is_away_and_goes_on_by_itself() {
    let france = Simulator::start(60);
    let mut engine = Engine::start();
    let here = Installation::in_france(&france).with_engine(&engine);
    import_websites(&here, &france);
    let mut night = here.start("night", &["run", "--json"]);
    france.wait_for_requests(200);
    engine.kill();
    wait_until("the turn is in doubt", || {
        assert!(!night.has_ended(), "{}", night.stderr());
        night.stderr().contains("the lease is lost")
    });
    engine.restart();
    certificate(night.wait());
    assert_good_manners_but_for(&france, &[FORGOTTEN_WITH_THE_PROCESS]);
    assert_nothing_counts_twice(&here);
}
