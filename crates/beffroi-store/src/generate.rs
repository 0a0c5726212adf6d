//! Generated worlds: the raw rows of any number of accounts and nights, made inside ClickHouse, for
//! measuring what figures and reports cost at sizes that no test reaches. The statements are in
//! `src/queries/generate`; nothing of it is drawn but from the seed.

use clickhouse::query::Query;

use crate::{
    Day, Store, StoreError,
    swap::{attempt_digits, partition_of},
};

/// Nights that one statement makes.
const NIGHTS_AT_ONCE: u16 = 7;

/// For how many nights a post is read, as the connectors do.
const POST_NIGHTS: u16 = 28;

/// For how many nights a post of a spare night is read: just until it is closed.
const SPARE_POST_NIGHTS: u16 = 8;

/// A world to be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GeneratedWorld {
    /// Accounts, four to a body.
    pub accounts: u64,
    /// Its first night.
    pub first_night: Day,
    /// How many nights.
    pub nights: u16,
    /// How many of the first nights are spare: in them a post is read for eight nights and not for 28, and
    /// there are no jobs. Figures come to the same; the world is a third as large on disk.
    pub spare_nights: u16,
    /// Everything is drawn from it.
    pub seed: u64,
}

/// Tables that are filled once.
const ONCE: [(&str, &str); 2] = [
    (
        "registry_version",
        include_str!("queries/generate/registry_version.sql"),
    ),
    (
        "collectivity",
        include_str!("queries/generate/collectivity.sql"),
    ),
];

/// The tables of figures of which a history is made by copying.
const COPIED: [&str; 6] = [
    "account_figure",
    "presence_figure",
    "collectivity_figure",
    "stratum_coverage",
    "account_score",
    "collectivity_score",
];

/// Tables that are filled some nights at a time.
const BY_NIGHT: [(&str, &str); 8] = [
    ("run", include_str!("queries/generate/run.sql")),
    ("account", include_str!("queries/generate/account.sql")),
    ("job", include_str!("queries/generate/job.sql")),
    (
        "job_outcome",
        include_str!("queries/generate/job_outcome.sql"),
    ),
    (
        "account_observation",
        include_str!("queries/generate/account_observation.sql"),
    ),
    ("post", include_str!("queries/generate/post.sql")),
    (
        "post_observation",
        include_str!("queries/generate/post_observation.sql"),
    ),
    ("dialogue", include_str!("queries/generate/dialogue.sql")),
];

impl Store {
    /// Writes a generated world into this database, which should hold nothing else. Generating it again
    /// writes the same rows again.
    pub async fn generate(&self, world: &GeneratedWorld) -> Result<(), StoreError> {
        self.execute(
            "DROP TABLE IF EXISTS generated_account SYNC",
            "drop the generated accounts",
        )
        .await?;
        let accounts = format!(
            "CREATE TABLE generated_account ENGINE = MergeTree ORDER BY n AS\n{}",
            include_str!("queries/generate/generated_account.sql")
        );
        self.make(world, &accounts, world.first_night, 0).await?;
        for (table, select) in ONCE {
            let sql = format!("INSERT INTO {table}\n{select}");
            self.make(world, &sql, world.first_night, 0).await?;
        }
        for begin in (0..world.nights).step_by(NIGHTS_AT_ONCE.into()) {
            let nights = NIGHTS_AT_ONCE.min(world.nights - begin);
            let first = Day(world.first_night.0 + begin);
            let is_spare = begin < world.spare_nights;
            for (table, select) in BY_NIGHT {
                if is_spare && table.starts_with("job") {
                    continue;
                }
                let sql = format!("INSERT INTO {table}\n{select}");
                self.make(world, &sql, first, nights).await?;
            }
        }
        Ok(())
    }

    /// Adds a night to a world that was generated, one after its last.
    pub async fn generate_night(
        &self,
        world: &GeneratedWorld,
        night: Day,
    ) -> Result<(), StoreError> {
        for (table, select) in BY_NIGHT {
            let sql = format!("INSERT INTO {table}\n{select}");
            self.make(world, &sql, night, 1).await?;
        }
        Ok(())
    }

    /// Copies the figures of a night to the same day of weeks before, in the place of what was there: what
    /// reports over time cost does not depend on what the figures are.
    pub async fn copy_figures(&self, night: Day, weeks: u16) -> Result<(), StoreError> {
        for table in COPIED {
            for week in 1..=weeks {
                let (from, to) = (night.date(), Day(night.0 - 7 * week).date());
                let own = format!("{table}_{}", attempt_digits());
                self.make_attempt(&own, table).await?;
                let copy = format!(
                    "INSERT INTO {own} SELECT * REPLACE (toDate('{to}') AS night) FROM (SELECT * FROM {table} WHERE night = '{from}')"
                );
                self.execute(&copy, "copy figures").await?;
                let partition = partition_of(Day(night.0 - 7 * week));
                self.swap_in(&own, table, std::iter::once(partition))
                    .await?;
            }
        }
        Ok(())
    }

    async fn make(
        &self,
        world: &GeneratedWorld,
        sql: &str,
        first: Day,
        nights: u16,
    ) -> Result<(), StoreError> {
        let post_nights = if first.0 < world.first_night.0 + world.spare_nights {
            SPARE_POST_NIGHTS
        } else {
            POST_NIGHTS
        };
        let query: Query = self
            .client
            .query_raw(sql)
            .param("seed", world.seed)
            .param("accounts", world.accounts)
            .param("world_begins", world.first_night.date().to_string())
            .param("first_night", first.date().to_string())
            .param("nights", nights)
            .param("post_nights", post_nights)
            .with_setting("max_insert_threads", "2");
        query.execute().await.map_err(|source| StoreError::Query {
            action: "generate a world",
            source,
        })
    }
}
