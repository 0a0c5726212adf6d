//! How long lanes rested when their owner was taken away, from the requests that the simulator saw.

use std::collections::{BTreeMap, HashMap};

use beffroi_sim::Arrival;

use crate::Engine;

/// A lane that changed hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handover {
    /// The lane.
    pub lane: String,
    /// Who asked last before.
    pub from: String,
    /// Who asked first afterwards.
    pub to: String,
    /// From the moment given to the first request afterwards, milliseconds.
    pub after_ms: i64,
}

/// How long before a fault a lane must have moved to count as moving.
const RECENT_MS: i64 = 5_000;

/// The lane of each website's host, as the night was planned.
pub fn lanes_of_hosts(engine: &Engine, database: &str) -> HashMap<String, String> {
    let statement = format!(
        "SELECT DISTINCT domain(url), lane FROM {database}.job FINAL WHERE platform = 'website'"
    );
    let rows = engine.query(&statement);
    let pairs = rows.lines().filter_map(|line| line.split_once('\t'));
    pairs
        .map(|(host, lane)| (host.to_owned(), lane.to_owned()))
        .collect()
}

/// Of the lanes that `owner` (or anybody) was working at a moment: who asked first afterwards (anybody,
/// or anybody but the owner), and when. A lane without work left is not among them.
pub fn handovers(
    arrivals: &[Arrival],
    lanes: &HashMap<String, String>,
    at_ms: i64,
    owner: Option<&str>,
) -> Vec<Handover> {
    let mut before: BTreeMap<&str, &Arrival> = BTreeMap::new();
    let mut found: BTreeMap<&str, Handover> = BTreeMap::new();
    for arrival in arrivals {
        let Some(lane) = lanes.get(&arrival.host) else {
            continue;
        };
        if arrival.at_ms < at_ms {
            before.insert(lane, arrival);
            continue;
        }
        let Some(last) = before.get(lane.as_str()) else {
            continue;
        };
        let from = name_of(&last.agent);
        let to = name_of(&arrival.agent);
        let is_of_the_owner = owner.is_none_or(|owner| owner == from);
        let is_taken_over = owner.is_none_or(|owner| owner != to);
        if at_ms - last.at_ms <= RECENT_MS && is_of_the_owner && is_taken_over {
            found.entry(lane).or_insert_with(|| Handover {
                lane: lane.clone(),
                from,
                to,
                after_ms: arrival.at_ms - at_ms,
            });
        }
    }
    found.into_values().collect()
}

/// A host that two workers asked one after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The host.
    pub host: String,
    /// Who asked before.
    pub from: String,
    /// Who asked then.
    pub to: String,
    /// When the second asked, milliseconds since 1970.
    pub at_ms: i64,
    /// Between the two requests, milliseconds.
    pub gap_ms: i64,
}

/// A worker that was hindered from letting go of its lanes in good order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disturbed {
    /// Its name.
    pub worker: String,
    /// From when, milliseconds since 1970.
    pub from_ms: i64,
    /// Until when.
    pub until_ms: i64,
}

/// The changes that came too early. Whoever takes over from a disturbed worker rests for as long as that
/// one might still have asked, `silence_ms`. One that let go in good order has said that it is silent:
/// after it a host's own pace is enough. A lane may be handed back so, but not again and again within
/// that time: two that ask in turn are two at once.
pub fn too_early(arrivals: &[Arrival], disturbed: &[Disturbed], silence_ms: i64) -> Vec<Change> {
    // The last change of each host, and whether it was a coming back.
    let mut last: HashMap<String, (Change, bool)> = HashMap::new();
    let mut early = Vec::new();
    for change in changes(arrivals) {
        let is_disturbed = disturbed.iter().any(|it| {
            it.worker == change.from && (it.from_ms..=it.until_ms).contains(&change.at_ms)
        });
        let before = last.get(&change.host);
        let comes_back = before.is_some_and(|(before, _)| {
            before.from == change.to && change.at_ms - before.at_ms < silence_ms
        });
        let is_in_turn = comes_back && before.is_some_and(|(_, came_back)| *came_back);
        if is_in_turn || is_disturbed && change.gap_ms < silence_ms {
            early.push(change.clone());
        }
        last.insert(change.host.clone(), (change, comes_back));
    }
    early
}

/// Every change of the worker that asks a host.
fn changes(arrivals: &[Arrival]) -> Vec<Change> {
    let mut last: HashMap<&str, (i64, String)> = HashMap::new();
    let mut changes = Vec::new();
    for arrival in arrivals {
        let to = name_of(&arrival.agent);
        let before = last.insert(&arrival.host, (arrival.at_ms, to.clone()));
        if let Some((at_ms, from)) = before
            && from != to
        {
            changes.push(Change {
                host: arrival.host.clone(),
                from,
                to,
                at_ms: arrival.at_ms,
                gap_ms: arrival.at_ms - at_ms,
            });
        }
    }
    changes
}

/// The worker's name at the end of the contact address in its User-Agent.
pub fn name_of(agent: &str) -> String {
    let contact = agent.rsplit('/').next().unwrap_or_default();
    contact.trim_end_matches(')').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(at_ms: i64, host: &str, worker: &str) -> Arrival {
        Arrival {
            at_ms,
            host: host.to_owned(),
            address: 0,
            agent: format!("beffroi/0.1 (+https://observatoire.test/{worker})"),
        }
    }

    #[test]
    fn a_lane_is_taken_over_by_the_first_who_is_not_its_owner() {
        let lanes = [
            ("a.test", "host.01"),
            ("b.test", "host.02"),
            ("c.test", "host.03"),
        ]
        .map(|(host, lane)| (host.to_owned(), lane.to_owned()))
        .into();
        let arrivals = [
            arrival(1_000, "a.test", "w0"),
            arrival(1_000, "b.test", "w1"),
            arrival(1_000, "c.test", "w0"),
            // The owner's last, on its way at the moment.
            arrival(2_100, "a.test", "w0"),
            arrival(2_300, "b.test", "w1"),
            arrival(4_500, "a.test", "w1"),
            arrival(4_600, "a.test", "w1"),
        ];
        let moved = handovers(&arrivals, &lanes, 2_000, Some("w0"));
        let expected = Handover {
            lane: "host.01".into(),
            from: "w0".into(),
            to: "w1".into(),
            after_ms: 2_500,
        };
        assert_eq!(moved, [expected]);
        let all = handovers(&arrivals, &lanes, 2_000, None);
        let after: Vec<i64> = all.iter().map(|it| it.after_ms).collect();
        assert_eq!(after, [100, 300]);
    }

    #[test]
    fn too_early_is_who_follows_a_disturbed_one_at_once_and_who_asks_in_turn_with_another() {
        let arrivals = [
            arrival(1_000, "a.test", "w0"),
            arrival(1_000, "b.test", "w1"),
            arrival(2_000, "a.test", "w1"),
            arrival(2_500, "b.test", "w0"),
            arrival(3_000, "a.test", "w0"),
            arrival(4_000, "a.test", "w1"),
            arrival(8_000, "b.test", "w1"),
        ];
        let early = |disturbed: &[Disturbed]| -> Vec<i64> {
            let early = too_early(&arrivals, disturbed, 3_000);
            early.iter().map(|change| change.at_ms).collect()
        };
        assert_eq!(
            early(&[]),
            [4_000],
            "handed back once, and then two at once"
        );
        let mut stopped = Disturbed {
            worker: "w1".into(),
            from_ms: 900,
            until_ms: 9_000,
        };
        let followed = early(std::slice::from_ref(&stopped));
        assert_eq!(followed, [2_500, 3_000, 4_000]);
        stopped.until_ms = 2_000;
        assert_eq!(early(&[stopped]), [4_000], "long past");
    }

    #[test]
    fn each_change_of_who_asks_a_host_is_told_with_its_gap() {
        let arrivals = [
            arrival(1_000, "a.test", "w0"),
            arrival(1_100, "b.test", "w1"),
            arrival(1_200, "a.test", "w0"),
            arrival(4_700, "a.test", "w1"),
            arrival(4_750, "a.test", "w0"),
        ];
        let gaps: Vec<(String, i64)> = changes(&arrivals)
            .into_iter()
            .map(|it| (it.to, it.gap_ms))
            .collect();
        assert_eq!(gaps, [("w1".to_owned(), 3_500), ("w0".to_owned(), 50)]);
    }
}
