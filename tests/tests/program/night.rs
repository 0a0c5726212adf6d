//! A whole night over a simulated France, in both modes. The figures are compared with the
//! simulator's truth, the manners judged by its referee.

use std::{fs, path::Path};

use beffroi_tests::{Installation, Simulator};
use serde_json::Value;

use crate::{
    citizens,
    judge::{
        REDIRECTED_BETWEEN_WORKERS, assert_all_figures_are_true, assert_good_manners,
        assert_good_manners_but_for, assert_nothing_counts_twice, assert_repeating_changes_nothing,
        certificate, import_websites, number,
    },
    start_broker,
};

const COLLECTIVITIES: u32 = 250;

/// Figures that a France of that size has at the very least.
const FIGURES: u64 = 8_000;

/// What the issue allows a worker, MiB.
const MAX_MEMORY_MB: u64 = 400;

#[test]
fn a_night_in_process_is_complete_true_polite_and_repeatable() {
    let france = Simulator::start(COLLECTIVITIES);
    let here = Installation::in_france(&france);
    import_websites(&here, &france);

    let night = here.start("night", &["run", "--json", "-vv"]).wait();
    let (log, memory) = (night.stderr.clone(), night.peak_memory_mb);
    let certificate = certificate(night);

    assert!(number(&certificate["planned"]) > 200, "{certificate}");
    assert!(memory > 0 && memory < MAX_MEMORY_MB, "{memory} MiB");
    assert_all_figures_are_true(&here, &france, FIGURES);
    assert_good_manners(&france);
    assert_nothing_counts_twice(&here);
    assert_it_is_judged(&here);
    citizens::assert_none_is_stored(&here);
    citizens::assert_none_is_in(&log);
    assert_repeating_changes_nothing(&here, &france, &["run", "--json"], &certificate);
}

/// The night ended with its figures, which `beffroi rollup` computes again to the same.
fn assert_it_is_judged(here: &Installation) {
    let accounts = here.number("SELECT toUInt32(uniqExact(account_id)) FROM job");
    let content = "SELECT sum(cityHash64(toString(tuple(*)))) FROM account_figure";
    let rows = "SELECT toUInt32(countIf(window_days = 28)) FROM account_figure";
    let with_e = "SELECT toUInt32(countIf(e IS NOT NULL)) FROM account_figure";
    let present = "SELECT toUInt32(count()) FROM presence_figure WHERE state = 'active'";
    assert_eq!(here.number(rows), accounts, "each account has its figures");
    assert!(here.number(with_e) > 0 && here.number(present) > 0);
    let before = here.sql(content);
    let report = here.run(&["rollup", "--json"]).exited(0).json();
    assert_eq!(report[0]["tables"][0]["table"], "post_figure", "{report}");
    assert_eq!(here.sql(content), before);
    let none = here.run(&["rollup", "--night", "2020-01-01"]).exited(1);
    assert!(none.stderr.contains("is not judged"), "{}", none.stderr);
}

#[test]
fn a_night_of_two_workers_over_rabbitmq_and_http_is_as_complete_true_and_polite() {
    let france = Simulator::start(COLLECTIVITIES);
    let broker = start_broker();
    let home = Installation::default();
    let engine = StartedEngine::start(&home);
    let here = Installation::in_france(&france)
        .with_options(&["--store", &engine.url, "--queue", &broker.url()])
        .with_variable("BEFFROI_STORE__USER", &engine.user)
        .with_variable("BEFFROI_STORE__PASSWORD", &engine.password);
    import_websites(&here, &france);

    let workers = ["one", "two"].map(|name| here.start(name, &["worker", "-vv"]));
    let night = here
        .start("night", &["run", "--no-work", "--json", "-vv"])
        .wait();
    let mut logs = vec![night.stderr.clone()];
    let certificate = certificate(night);
    for worker in workers {
        worker.interrupt();
        let worker = worker.wait().exited(0);
        assert!(
            worker.peak_memory_mb < MAX_MEMORY_MB,
            "{} MiB",
            worker.peak_memory_mb
        );
        logs.push(worker.stderr);
    }

    let at_work = here.number("SELECT toUInt32(uniqExact(worker)) FROM job_outcome");
    assert_eq!(at_work, 2, "both workers worked");
    assert_all_figures_are_true(&here, &france, FIGURES);
    assert_good_manners_but_for(&france, &[REDIRECTED_BETWEEN_WORKERS]);
    assert_nothing_counts_twice(&here);
    citizens::assert_none_is_stored(&here);
    logs.iter().for_each(|log| citizens::assert_none_is_in(log));
    citizens::assert_none_is_among_the_dead(&broker.url());
    assert_repeating_changes_nothing(
        &here,
        &france,
        &["run", "--no-work", "--json"],
        &certificate,
    );
}

/// An engine that `beffroi engine start` left running; `beffroi engine stop` ends it.
struct StartedEngine<'a> {
    home: &'a Installation,
    url: String,
    user: String,
    password: String,
}

impl<'a> StartedEngine<'a> {
    fn start(home: &'a Installation) -> Self {
        let told = home.succeed(&["engine", "start", "--json"]).json();
        let text = |key: &str| told[key].as_str().unwrap().to_owned();
        let password = fs::read_to_string(Path::new(&text("data_dir")).join("password")).unwrap();
        let engine = Self {
            home,
            url: text("url"),
            user: text("user"),
            password: password.trim().to_owned(),
        };
        let status: Value = home.succeed(&["engine", "status", "--json"]).json();
        assert_eq!(
            (&status["status"], &status["url"]),
            (&"running".into(), &told["url"])
        );
        engine
    }
}

impl Drop for StartedEngine<'_> {
    fn drop(&mut self) {
        // Not insisted on: its folder's end stops it too.
        self.home.run(&["engine", "stop"]);
    }
}
