//! The state for people.

use std::fmt::Write as _;

use jiff::{Timestamp, tz::TimeZone};

use super::{
    runs::RunStatus,
    snapshot::{LaneStatus, Status, WorkerStatus},
};
use crate::output::{self, MISSING, thousands};

/// Lanes shown on a terminal: those with most left; `--json` has all.
const MAX_LANES: usize = 20;

/// The state as text.
pub(super) fn text(status: &Status) -> String {
    let mut text = String::new();
    let out = &mut text;
    runs(out, status);
    if status.queue == "rabbitmq" {
        lanes(out, &status.lanes, status.at);
        waiting(out, status);
        workers(out, &status.workers);
    } else {
        line(
            out,
            "The queue is in the process of `beffroi run`: its lanes, what is put off, dead letters and",
        );
        line(
            out,
            "workers are known to it alone; with `worker.listen` it tells its figures at `/metrics`.",
        );
    }
    for warning in &status.warnings {
        line(out, &format!("warning: {}", warning.text));
    }
    text
}

fn line(out: &mut String, line: &str) {
    // Writing to a text cannot fail.
    let _ = writeln!(out, "{line}");
}

fn runs(out: &mut String, status: &Status) {
    if status.runs.is_empty() {
        match &status.latest_run {
            Some(run) => {
                let end = run.ended_at.map(|at| format!(", ended {}", clock(at)));
                let end = match run.reason.as_str() {
                    "" => end,
                    reason => Some(format!(": {reason}")),
                };
                line(
                    out,
                    &format!(
                        "No run is under way; the latest is {} ({}, began {}{}).\n",
                        run.run_id,
                        run.state,
                        clock(run.started_at),
                        end.unwrap_or_default()
                    ),
                );
            }
            None => line(out, "There is no run yet.\n"),
        }
    }
    for run in &status.runs {
        one_run(out, run, status.at);
    }
}

fn one_run(out: &mut String, run: &RunStatus, now: Timestamp) {
    let rate = run.jobs_per_second;
    let rate = rate.map_or(MISSING.to_owned(), |rate| format!("{rate:.1}"));
    line(
        out,
        &format!(
            "Run {} ({}), began {}: {} of {} jobs ended ({}), {rate} a second",
            run.run_id,
            run.state,
            clock(run.started_at),
            thousands(run.ended),
            thousands(run.planned),
            percent(run.ended, run.planned),
        ),
    );
    let mut ends = Vec::new();
    if let Some(end) = run.end_by_rate {
        ends.push(format!(
            "at this rate at {} (in {})",
            clock(end),
            span(now, end)
        ));
    }
    if let Some(end) = run.end_at_the_earliest {
        let by = run.bound_by.as_deref().unwrap_or(MISSING);
        ends.push(format!("not before {} ({by})", clock(end)));
    }
    if !ends.is_empty() {
        line(out, &format!("Expected end: {}", ends.join("; ")));
    }
    let words = ["measured", "unchanged", "absent", "forbidden", "failed"];
    let headings = ["platform", "planned", "ended", "%"]
        .into_iter()
        .chain(words);
    let mut table = output::table(headings, 1);
    for it in &run.platforms {
        let mut row = vec![
            it.platform.clone(),
            thousands(it.planned),
            thousands(it.ended),
            percent(it.ended, it.planned),
        ];
        let of = |word: &&str| it.outcomes.get(*word).copied().unwrap_or_default();
        row.extend(words.iter().map(|word| thousands(of(word))));
        table.add_row(row);
    }
    line(out, &format!("{table}\n"));
}

fn lanes(out: &mut String, lanes: &[LaneStatus], now: Timestamp) {
    let is_of_interest = |it: &&LaneStatus| {
        it.owner.is_some() || it.depth.unwrap_or_default() > 0 || it.planned > it.ended
    };
    let mut shown: Vec<&LaneStatus> = lanes.iter().filter(is_of_interest).collect();
    let left = |it: &LaneStatus| (it.planned - it.ended).max(it.depth.unwrap_or_default());
    // The sort is stable: lanes with as much left stay in the order of their names.
    shown.sort_by_key(|it| std::cmp::Reverse(left(it)));
    let more = shown.len().saturating_sub(MAX_LANES);
    shown.truncate(MAX_LANES);
    let headings = [
        "lane",
        "owner",
        "for",
        "waiting",
        "in flight",
        "requests/s",
        "ended",
        "planned",
    ];
    let mut table = output::table(headings, 2);
    for it in shown {
        table.add_row([
            it.lane.to_string(),
            it.owner.clone().unwrap_or(MISSING.to_owned()),
            it.held_since
                .map_or(MISSING.to_owned(), |since| span(since, now)),
            it.depth.map_or(MISSING.to_owned(), thousands),
            it.in_flight.map_or(MISSING.to_owned(), |it| it.to_string()),
            requests(it),
            thousands(it.ended),
            thousands(it.planned),
        ]);
    }
    line(out, &table.to_string());
    let idle = lanes.len() - lanes.iter().filter(is_of_interest).count();
    if more > 0 || idle > 0 {
        let more = match more {
            0 => String::new(),
            more => format!("{more} more lanes with less left (--json has all); "),
        };
        line(
            out,
            &format!("{more}{idle} lanes with nothing to do and no owner"),
        );
    }
    line(out, "");
}

/// `4.8 of 5.0 (96 %)`, or the requests alone where the budget is not one rate.
fn requests(lane: &LaneStatus) -> String {
    match (lane.requests_per_second, lane.allowed_per_second) {
        (Some(sent), Some(allowed)) if allowed > 0.0 => {
            format!(
                "{sent:.1} of {allowed:.1} ({:.0} %)",
                100.0 * sent / allowed
            )
        }
        (Some(sent), _) => format!("{sent:.1}"),
        (None, _) => MISSING.to_owned(),
    }
}

fn waiting(out: &mut String, status: &Status) {
    let tiers = status.retries.as_deref().unwrap_or_default();
    let some = tiers.iter().filter(|tier| tier.jobs > 0);
    let some: Vec<String> = some
        .map(|tier| {
            format!(
                "{} for {}",
                thousands(tier.jobs),
                seconds(tier.delay_secs as i64)
            )
        })
        .collect();
    let put_off = match some.as_slice() {
        [] => "none".to_owned(),
        some => some.join(", "),
    };
    let dead = status.dead.map_or(MISSING.to_owned(), thousands);
    line(
        out,
        &format!("Put off: {put_off}. Dead letters: {dead} (`beffroi dead list`).\n"),
    );
}

fn workers(out: &mut String, workers: &[WorkerStatus]) {
    if workers.is_empty() {
        return line(out, "No worker is heard.");
    }
    let headings = [
        "worker",
        "state",
        "version",
        "lanes",
        "in flight",
        "memory",
        "files",
        "heard",
    ];
    let mut table = output::table(headings, 3);
    for it in workers {
        let state: &str = it.state.into();
        table.add_row([
            it.worker.clone(),
            state.to_owned(),
            it.version.clone(),
            it.lanes.len().to_string(),
            it.in_flight.to_string(),
            it.rss_bytes
                .map_or(MISSING.to_owned(), |it| format!("{} MiB", it >> 20)),
            it.open_fds.map_or(MISSING.to_owned(), |it| it.to_string()),
            format!("{} ago", seconds(it.heard_secs_ago)),
        ]);
    }
    line(out, &format!("{table}"));
}

fn percent(part: u64, whole: u64) -> String {
    match whole {
        0 => MISSING.to_owned(),
        // A run is complete at its last job and not a percent before.
        whole if part < whole => format!("{} %", (100 * part / whole).min(99)),
        _ => "100 %".to_owned(),
    }
}

/// A moment where the reader is.
fn clock(at: Timestamp) -> String {
    let local = at.to_zoned(TimeZone::system());
    local.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn span(from: Timestamp, to: Timestamp) -> String {
    seconds(to.duration_since(from).as_secs())
}

/// `42 s`, `5 min`, `3 h 20 min`.
fn seconds(secs: i64) -> String {
    match secs.max(0) {
        secs @ 0..120 => format!("{secs} s"),
        secs @ 120..7200 => format!("{} min", secs / 60),
        secs => format!("{} h {} min", secs / 3600, secs % 3600 / 60),
    }
}
