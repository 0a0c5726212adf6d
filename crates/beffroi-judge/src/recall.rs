//! How much of what exists discovery knows, by platform and by stratum.

use std::collections::BTreeMap;

use beffroi_index::presence::capture_recapture;
use beffroi_store::{DiscoveryRecallRow, JudgedNight, RoutesRow};

/// Level of the intervals.
const LEVEL: f64 = 0.95;

/// Accounts of both routes below which a stratum has no estimate of its own: from seven on the estimator
/// is next to unbiased (Robson & Regier 1964; from memory).
const MIN_BOTH: u32 = 7;

/// The word for all strata together.
const ALL: &str = "all";

/// One row for each platform of which both routes found something, and for each stratum with enough.
pub(crate) fn rows(night: &JudgedNight, routes: &[RoutesRow]) -> Vec<DiscoveryRecallRow> {
    let mut all: BTreeMap<&str, RoutesRow> = BTreeMap::new();
    for row in routes {
        let sum = all.entry(&row.platform).or_insert_with(|| RoutesRow {
            platform: row.platform.clone(),
            stratum: ALL.to_owned(),
            directory_only: 0,
            website_only: 0,
            both: 0,
        });
        sum.directory_only += row.directory_only;
        sum.website_only += row.website_only;
        sum.both += row.both;
    }
    let strata = routes
        .iter()
        .filter(|row| row.both >= MIN_BOTH && !row.stratum.is_empty());
    let mut rows: Vec<DiscoveryRecallRow> = all
        .values()
        .chain(strata)
        .filter_map(|routes| estimate(night, routes))
        .collect();
    rows.sort_by(|a, b| (&a.platform, &a.stratum).cmp(&(&b.platform, &b.stratum)));
    rows
}

fn estimate(night: &JudgedNight, routes: &RoutesRow) -> Option<DiscoveryRecallRow> {
    let both = u64::from(routes.both);
    let directory = u64::from(routes.directory_only) + both;
    let website = u64::from(routes.website_only) + both;
    // Cells add up, so both routes never found more than one of them.
    let capture = capture_recapture(directory, website, both, LEVEL).ok()??;
    Some(DiscoveryRecallRow {
        night: night.night,
        run_id: night.run_id.clone(),
        platform: routes.platform.clone(),
        stratum: routes.stratum.clone(),
        directory_only: routes.directory_only,
        website_only: routes.website_only,
        both: routes.both,
        estimate: capture.total,
        low: capture.total_interval.low,
        high: capture.total_interval.high,
        recall: capture.recall,
        recall_low: capture.recall_interval.low,
        recall_high: capture.recall_interval.high,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_store::{Day, Millis};

    fn routes(platform: &str, stratum: &str, cells: (u32, u32, u32)) -> RoutesRow {
        RoutesRow {
            platform: platform.to_owned(),
            stratum: stratum.to_owned(),
            directory_only: cells.0,
            website_only: cells.1,
            both: cells.2,
        }
    }

    #[test]
    fn a_platform_has_one_estimate_and_a_stratum_only_with_enough() {
        let night = JudgedNight {
            night: Day(20_000),
            run_id: "2024-10-04".to_owned(),
            as_of: Millis(0),
        };
        let rows = rows(
            &night,
            &[
                routes("facebook", "500-1999", (60, 30, 40)),
                routes("facebook", "0-499", (5, 10, 2)),
                routes("x", "500-1999", (1, 0, 1)),
                routes("telegram", "500-1999", (0, 24, 0)),
            ],
        );
        let found: Vec<(&str, &str)> = rows
            .iter()
            .map(|row| (row.platform.as_str(), row.stratum.as_str()))
            .collect();
        assert_eq!(
            found,
            [("facebook", "500-1999"), ("facebook", "all"), ("x", "all")]
        );
        // 100 and 70 of which 40 are both: 101 * 71 / 41 - 1.
        assert!((rows[0].estimate - (101.0 * 71.0 / 41.0 - 1.0)).abs() < 1e-9);
        assert!((rows[0].recall - 130.0 / rows[0].estimate).abs() < 1e-9);
        assert_eq!((rows[1].directory_only, rows[1].both), (65, 42));
        for row in &rows {
            assert!(
                row.low <= row.estimate && row.estimate <= row.high,
                "{row:?}"
            );
            assert!(
                row.recall_low <= row.recall && row.recall <= row.recall_high,
                "{row:?}"
            );
        }
    }
}
