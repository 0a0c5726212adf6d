//! The store away, refusing, or of another schema.

use std::{net::TcpListener, time::Instant};

use beffroi_tests::{Engine, Installation, Simulator, wait_until};

use crate::judge::{
    assert_all_figures_are_true, assert_good_manners, assert_nothing_counts_twice, certificate,
    import_websites,
};

const IMPATIENT: &str = "[store]\nconnect_timeout = \"2s\"\n";

/// An address where nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn a_store_that_cannot_be_reached_is_told_within_the_configured_time() {
    let url = format!("http://{}/", nobody());
    let here = Installation::new(IMPATIENT).with_store(&url, "", "");
    let begin = Instant::now();
    let ended = here.run(&["run"]).exited(1);
    assert!(begin.elapsed().as_secs() < 10, "{:?}", begin.elapsed());
    ended.said(&["no ClickHouse answers at", &url, "store.url", "because"]);
}

#[test]
fn a_wrong_password_is_told_at_once_and_not_printed() {
    let engine = Engine::start();
    // One of digits is a text too.
    for password in ["wrong-secret", "4711081547"] {
        let here = Installation::default().with_store(&engine.url(), engine.user(), password);
        let begin = Instant::now();
        let ended = here.run(&["run"]).exited(1);
        assert!(begin.elapsed().as_secs() < 10, "no use in trying again");
        assert!(!ended.stderr.contains(password), "{}", ended.stderr);
        ended.said(&["refuses the user", "store.user", "BEFFROI_STORE__PASSWORD"]);
    }
}

#[test]
fn a_user_who_may_only_read_is_told_so() {
    let engine = Engine::start();
    let password = engine.reader_password();
    let here = Installation::default().with_store(&engine.url(), "reader", password);
    let begin = Instant::now();
    here.run(&["run"])
        .exited(1)
        .said(&["failed to create the database", "reader"]);
    assert!(begin.elapsed().as_secs() < 10, "no use in trying again");
}

#[test]
fn an_engine_killed_in_the_middle_and_started_again_loses_nothing() {
    let france = Simulator::start(60);
    let mut engine = Engine::start();
    let here = Installation::in_france(&france).with_engine(&engine);
    import_websites(&here, &france);
    let mut night = here.start("night", &["run", "--json"]);
    france.wait_for_requests(150);
    engine.kill();
    let requests = france.referee().requests;
    // Visits under way end while the store is away.
    france.wait_for_requests(requests + 20);
    wait_until("the outage was met", || {
        night.stderr().contains("trying again")
    });
    assert!(!night.has_ended(), "{}", night.stderr());
    engine.restart();
    let night = night.wait();
    certificate(night);
    assert_all_figures_are_true(&here, &france, 1_500);
    assert_good_manners(&france);
    assert_nothing_counts_twice(&here);
}

#[test]
fn a_schema_that_drifted_or_is_newer_is_refused_before_anything_is_written() {
    let engine = Engine::start();
    let here = Installation::default().with_engine(&engine);
    let applied = here.succeed(&["migrate", "--json"]).json();
    assert!(
        applied["applied"].as_array().unwrap().len() > 20,
        "{applied}"
    );
    let again = here.succeed(&["migrate", "--json"]).json();
    assert_eq!(
        (&again["applied"], &again["schema"]),
        (&serde_json::json!([]), &applied["schema"])
    );

    let change = |values: &str| {
        engine.query(&format!("INSERT INTO beffroi.schema_migration {values}"));
    };
    change(
        "SELECT number, name, 'another', program, now64(3) + 60 FROM beffroi.schema_migration WHERE number = 5",
    );
    for command in ["migrate", "run"] {
        here.run(&[command]).exited(1).said(&[
            "`0005_collectivity` differs",
            "another",
            "new migration",
        ]);
    }
    change("SELECT 4711, '4711_future', 'f', '9.9.9', now64(3)");
    for command in ["migrate", "run"] {
        here.run(&[command])
            .exited(1)
            .said(&["at schema 4711", "newer beffroi"]);
    }
    assert_eq!(engine.query("SELECT count() FROM beffroi.run"), "0");
}
