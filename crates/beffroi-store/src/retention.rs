//! Figures that are too old to be kept are taken out of the raw tables, and out of the tables of figures
//! that repeat them. What was computed of them stays.
//!
//! An observation of an account stays, with its figures NULL and `retention_expired` as the reason:
//! that there was a measurement, and under which handle, is kept. Rows with nothing left are deleted.
//! Each step looks first which partitions hold anything of the kind and rewrites these alone, one at a
//! time, waiting for each (mutations, not lightweight deletes, which only hide rows). A step that has
//! nothing to do writes nothing, so that a repeat is free.

use std::collections::BTreeMap;

use beffroi_model::Platform;
use clickhouse::{Row, query::Query};
use serde::{Deserialize, Serialize};

use crate::{Day, Store, StoreError};

/// Words of the metrics that are columns of `account_observation`, or whose absence is told there.
const OF_ACCOUNTS: [&str; 10] = [
    "followers",
    "following",
    "posts_total",
    "created_at",
    "posts",
    "reactions",
    "comments",
    "shares",
    "views",
    "dialogue",
];

/// Words of the counters of posts.
const OF_POSTS: [&str; 4] = ["reactions", "comments", "shares", "views"];

/// Words of the figures of websites.
const OF_SITES: [&str; 2] = ["posts_28d", "last_published_at"];

/// The tables of figures that repeat the followers as they were told, and what to set.
const FOLLOWERS_OF_FIGURES: [(&str, &str); 3] = [
    (
        "account_figure",
        "followers = NULL, unavailable = mapUpdate(unavailable, map('followers', 'retention_expired'))",
    ),
    ("presence_figure", "followers = NULL"),
    ("account_score", "followers = NULL"),
];

/// Whether a metric of that word can be taken out.
pub fn retention_knows(metric: &str) -> bool {
    OF_ACCOUNTS.contains(&metric) || OF_SITES.contains(&metric) || metric == "site"
}

/// Figures of a platform that have to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooOld<'a> {
    /// Whose.
    pub platform: Platform,
    /// Word of the metric, as the columns have it.
    pub metric: &'a str,
    /// The last night whose figures have to go.
    pub up_to: Day,
}

/// What went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Removed {
    /// The platform's word.
    pub platform: Platform,
    /// Where.
    pub table: &'static str,
    /// What.
    pub metrics: Vec<String>,
    /// Rows that were emptied or deleted, repeats included.
    pub rows: u64,
    /// Whether rows were deleted, or only figures of them set to NULL.
    pub deleted: bool,
}

/// One pass over one table.
struct Step {
    platform: Platform,
    table: &'static str,
    /// Which rows, as a condition.
    which: &'static str,
    /// What to set; `None` deletes the rows.
    set: Option<&'static str>,
    metrics: Vec<String>,
    up_to: Day,
}

#[derive(Row, Deserialize)]
struct PartitionRow {
    partition: String,
    rows: u64,
}

impl Store {
    /// Takes out what is too old. What it removed; nothing, when it is asked again.
    pub async fn remove_too_old(&self, figures: &[TooOld<'_>]) -> Result<Vec<Removed>, StoreError> {
        let mut removed = Vec::new();
        for step in steps(figures) {
            let rows = self.carry_out(&step).await?;
            if rows > 0 {
                removed.push(Removed {
                    platform: step.platform,
                    table: step.table,
                    metrics: step.metrics,
                    rows,
                    deleted: step.set.is_none(),
                });
            }
        }
        Ok(removed)
    }

    async fn carry_out(&self, step: &Step) -> Result<u64, StoreError> {
        let (table, which) = (step.table, step.which);
        let find = format!(
            "SELECT _partition_id AS partition, count() AS rows FROM {table} WHERE\n{which}\n\
             GROUP BY partition ORDER BY partition"
        );
        let failed = |source| StoreError::Query {
            action: "look for figures that are too old",
            source,
        };
        let partitions: Vec<PartitionRow> = step
            .bind(self.client.query_raw(&find))
            .fetch_all()
            .await
            .map_err(failed)?;
        let verb = step
            .set
            .map_or_else(|| "DELETE".to_owned(), |set| format!("UPDATE\n{set}\n"));
        let mutate = format!(
            "ALTER TABLE {table} {verb} IN PARTITION ID {{partition:String}} WHERE\n{which}"
        );
        for it in &partitions {
            let query = self
                .client
                .query_raw(&mutate)
                .with_setting("mutations_sync", "2");
            let done = step
                .bind(query)
                .param("partition", &it.partition)
                .execute()
                .await;
            done.map_err(|source| StoreError::Query {
                action: "remove figures that are too old",
                source,
            })?;
        }
        Ok(partitions.iter().map(|it| it.rows).sum())
    }
}

impl Step {
    fn bind(&self, query: Query) -> Query {
        query
            .param("platform", self.platform.as_str())
            .param("up_to", self.up_to.0)
            .param("metrics", &self.metrics)
    }
}

/// The passes that it takes. Metrics that go up to the same night share one.
fn steps(figures: &[TooOld<'_>]) -> Vec<Step> {
    let mut by_platform: BTreeMap<Platform, BTreeMap<&str, Day>> = BTreeMap::new();
    for it in figures {
        let metrics = by_platform.entry(it.platform).or_default();
        metrics.insert(it.metric, it.up_to);
    }
    let mut steps = Vec::new();
    for (platform, metrics) in by_platform {
        add_steps(&mut steps, platform, &metrics);
    }
    steps
}

fn add_steps(steps: &mut Vec<Step>, platform: Platform, metrics: &BTreeMap<&str, Day>) {
    let mut add = |table, which, set, metrics: Vec<&str>, up_to| {
        steps.push(Step {
            platform,
            table,
            which,
            set,
            metrics: metrics.into_iter().map(str::to_owned).collect(),
            up_to,
        });
    };
    let nights_of = |words: &[&'static str]| {
        let mut nights: BTreeMap<Day, Vec<&str>> = BTreeMap::new();
        for word in words {
            if let Some(up_to) = metrics.get(word) {
                nights.entry(*up_to).or_default().push(word);
            }
        }
        nights
    };
    let is_site = platform == Platform::Website;
    if is_site {
        for (up_to, words) in nights_of(&OF_SITES) {
            let which = include_str!("queries/retention/site_observation.sql");
            let set = include_str!("queries/retention/site_observation.update.sql");
            add("site_observation", which, Some(set), words, up_to);
        }
        if let Some(up_to) = metrics.get("site") {
            let which = include_str!("queries/retention/site.sql");
            add("site_observation", which, None, vec!["site"], *up_to);
        }
    } else {
        for (up_to, words) in nights_of(&OF_ACCOUNTS) {
            let which = include_str!("queries/retention/account_observation.sql");
            let set = include_str!("queries/retention/account_observation.update.sql");
            add("account_observation", which, Some(set), words, up_to);
        }
        // Rows of which nothing is left are deleted; of the others some counters may go before.
        let counters = nights_of(&OF_POSTS);
        let bounded: usize = counters.values().map(Vec::len).sum();
        let whole = counters.keys().next().filter(|_| bounded == OF_POSTS.len());
        if let Some(up_to) = whole {
            let which = include_str!("queries/retention/rows_of_night.sql");
            add("post_observation", which, None, OF_POSTS.to_vec(), *up_to);
        }
        for (up_to, words) in &counters {
            if Some(up_to) != whole {
                let which = include_str!("queries/retention/post_observation.sql");
                let set = include_str!("queries/retention/post_observation.update.sql");
                add("post_observation", which, Some(set), words.clone(), *up_to);
            }
        }
        if let Some(up_to) = metrics.get("dialogue") {
            let which = include_str!("queries/retention/rows_of_night.sql");
            add("dialogue", which, None, vec!["dialogue"], *up_to);
        }
    }
    if let Some(up_to) = metrics.get("posts") {
        let which = include_str!("queries/retention/post.sql");
        add("post", which, None, vec!["posts"], *up_to);
    }
    if !is_site {
        for (up_to, words) in nights_of(&OF_POSTS) {
            let which = include_str!("queries/retention/post_figure.sql");
            let set = include_str!("queries/retention/post_observation.update.sql");
            add("post_figure", which, Some(set), words, up_to);
        }
        if let Some(up_to) = metrics.get("followers") {
            let which = include_str!("queries/retention/post_figure_followers.sql");
            let set = "followers = NULL";
            add("post_figure", which, Some(set), vec!["followers"], *up_to);
            let which = include_str!("queries/retention/figure_followers.sql");
            for (table, set) in FOLLOWERS_OF_FIGURES {
                add(table, which, Some(set), vec!["followers"], *up_to);
            }
        }
        if let Some(up_to) = metrics.get("dialogue") {
            let which = include_str!("queries/retention/thread_figure.sql");
            add("thread_figure", which, None, vec!["dialogue"], *up_to);
        }
    }
    if let Some(up_to) = metrics.get("posts") {
        let which = include_str!("queries/retention/post_figure_rows.sql");
        add("post_figure", which, None, vec!["posts"], *up_to);
    }
    // A state may hold any figure, so that it goes with the first of them.
    if let Some(up_to) = metrics.values().max() {
        let which = include_str!("queries/retention/account_state.sql");
        let all = metrics.keys().copied().collect();
        add("account_state", which, None, all, *up_to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(figures: &[(&str, u16)]) -> Vec<String> {
        let figures: Vec<TooOld<'_>> = figures
            .iter()
            .map(|(metric, up_to)| TooOld {
                platform: Platform::Youtube,
                metric,
                up_to: Day(*up_to),
            })
            .collect();
        let line = |step: &Step| {
            let verb = if step.set.is_some() {
                "clear"
            } else {
                "delete"
            };
            format!(
                "{verb} {} {} {}",
                step.table,
                step.metrics.join("+"),
                step.up_to.0
            )
        };
        steps(&figures).iter().map(line).collect()
    }

    #[test]
    fn metrics_of_one_night_share_a_pass() {
        assert_eq!(
            shown(&[("followers", 9), ("following", 9), ("posts_total", 7)]),
            [
                "clear account_observation posts_total 7",
                "clear account_observation followers+following 9",
                "clear post_figure followers 9",
                "clear account_figure followers 9",
                "clear presence_figure followers 9",
                "clear account_score followers 9",
                "delete account_state followers+following+posts_total 9",
            ]
        );
    }

    #[test]
    fn a_posts_row_goes_when_none_of_its_counters_may_stay() {
        let figures = [
            ("reactions", 5),
            ("comments", 5),
            ("shares", 8),
            ("views", 5),
        ];
        let steps = shown(&figures);
        assert!(
            steps.contains(&"delete post_observation reactions+comments+shares+views 5".to_owned())
        );
        assert!(steps.contains(&"clear post_observation shares 8".to_owned()));
        assert!(
            !shown(&figures[1..])
                .iter()
                .any(|step| step.starts_with("delete post_observation"))
        );
    }
}
