//! Old nights are thinned out: what a report wants of two years ago is a week, not a day.

use std::collections::BTreeSet;

use super::nights::{JudgedNight, kept_nights};
use crate::{Store, StoreError, swap::partition_of};

/// The tables of which old nights are dropped. Posts, threads, coverage, events and alerts stay.
const THINNED: [&str; 6] = [
    "account_figure",
    "presence_figure",
    "collectivity_figure",
    "account_score",
    "collectivity_score",
    "account_trend",
];

impl Store {
    /// Drops the figures of the judged nights that are not kept. How many partitions went.
    pub(super) async fn thin_out(
        &self,
        judged: &[JudgedNight],
        keep_nights: u16,
    ) -> Result<u64, StoreError> {
        let kept = kept_nights(judged, keep_nights);
        let dropped: BTreeSet<String> = (judged.iter().map(|it| it.night))
            .filter(|night| !kept.contains(night))
            .map(partition_of)
            .collect();
        let mut count = 0;
        for table in THINNED {
            for partition in self.partitions(table).await? {
                if !dropped.contains(&partition) {
                    continue;
                }
                let sql = format!("ALTER TABLE {table} DROP PARTITION ID '{partition}'");
                self.execute(&sql, "drop the figures of an old night")
                    .await?;
                count += 1;
            }
        }
        Ok(count)
    }
}
