use beffroi_model::{AccountRef, Origin, Platform, Try};

use super::*;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + secs).unwrap()
}

fn job(handle: &str) -> Job {
    let account = AccountRef {
        platform: Platform::Bluesky,
        handle: handle.to_owned(),
        url: format!("https://bsky.app/profile/{handle}")
            .parse()
            .unwrap(),
    };
    let lane = Lane::api(Platform::Bluesky);
    let run = "2026-11-26".parse().unwrap();
    Job::new(run, at(0), lane, account, Vec::new(), Origin::Planned)
}

fn letter(handle: &str, reason: &str, buried_secs: Option<i64>) -> Letter {
    let job = job(handle);
    Letter {
        id: job.job_id.to_string(),
        run_id: Some(job.run_id.to_string()),
        platform: Some("bluesky".to_owned()),
        handle: Some(handle.to_owned()),
        lane: job.lane.to_string(),
        reason: reason.to_owned(),
        tries: Some(3),
        buried_at: buried_secs.map(at),
    }
}

fn choice(line: &str) -> Choice {
    use clap::Parser as _;

    let words = ["beffroi", "dead", "drop"]
        .into_iter()
        .chain(line.split(' '));
    let cli = crate::cli::Cli::try_parse_from(words).unwrap();
    let crate::cli::Command::Dead(DeadCommand::Drop(args)) = cli.command else {
        panic!("{cli:?}");
    };
    Choice::of(&args, at(0)).unwrap()
}

#[test]
fn of_several_restrictions_all_must_hold() {
    let gone = letter("a.example", "tcp_timeout", Some(-40 * 86_400));
    let young = letter("b.example", "tcp_timeout", Some(-60));
    let poison = letter("c.example", "delivery_limit", None);
    let chosen = |line: &str| {
        let choice = choice(line);
        [&gone, &young, &poison].map(|it| choice.includes(it))
    };
    assert_eq!(chosen("--all"), [true, true, true]);
    assert_eq!(chosen("--reason tcp_timeout"), [true, true, false]);
    assert_eq!(chosen("--older-than 30d"), [true, false, false]);
    assert_eq!(
        chosen("--reason tcp_timeout --older-than 30s"),
        [true, true, false]
    );
    assert_eq!(
        chosen("--run 2026-11-26 --reason delivery_limit"),
        [false, false, true]
    );
    assert_eq!(chosen("--run 2026-11-27"), [false, false, false]);
    assert_eq!(chosen(&young.id), [false, true, false]);
}

#[test]
fn an_id_that_is_not_there_is_told() {
    let known = letter("a.example", "gone", None);
    let choice = choice(&format!("{} another", known.id));
    assert_eq!(choice.missing(&[known]), ["another"]);
}

#[test]
fn a_replayed_job_begins_anew_and_keeps_its_history() {
    let tried = Job {
        attempt: 3,
        parked: 5,
        tries: vec![Try {
            at: at(0),
            worker: "w".to_owned(),
            reason: "tcp_timeout".to_owned(),
        }],
        ..job("a.example")
    };
    let again = anew(tried.clone());
    assert_eq!((again.attempt, again.parked), (0, 0));
    assert_eq!(again.tries, tried.tries);
    assert_eq!(again.job_id, tried.job_id);
}
