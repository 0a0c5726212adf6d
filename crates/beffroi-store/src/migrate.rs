//! The schema: numbered files, applied in order, checked for drift, refused when newer than the
//! program. See `migrations/README.md`.

use clickhouse::Row;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Millis, Store, StoreError};

/// One numbered statement.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// File name without its ending: `0004_collectivity`.
    pub name: &'static str,
    /// The statement.
    pub sql: &'static str,
}

macro_rules! migration {
    ($name:literal) => {
        Migration {
            name: $name,
            sql: include_str!(concat!("../migrations/", $name, ".sql")),
        }
    };
}

/// Every migration, in order.
const MIGRATIONS: &[Migration] = &[
    migration!("0001_schema_migration"),
    migration!("0002_registry_import"),
    migration!("0003_registry_fact"),
    migration!("0004_registry_version"),
    migration!("0005_collectivity"),
    migration!("0006_account"),
    migration!("0007_run"),
    migration!("0008_job"),
    migration!("0009_job_outcome"),
    migration!("0010_account_observation"),
    migration!("0011_post"),
    migration!("0012_post_observation"),
    migration!("0013_dialogue"),
    migration!("0014_site_observation"),
    migration!("0015_fetch_log"),
    migration!("0016_account_state"),
    migration!("0017_v_account"),
    migration!("0018_v_account_observation"),
    migration!("0019_v_post_observation"),
    migration!("0020_v_site_observation"),
    migration!("0021_v_collectivity"),
    migration!("0022_v_job_outcome"),
    migration!("0023_v_presence"),
    migration!("0024_account_observation_flags"),
    migration!("0025_v_account_observation"),
    migration!("0026_account_rules"),
    migration!("0027_v_account"),
    migration!("0028_v_presence"),
    migration!("0029_v_handle"),
    migration!("0030_policy"),
    migration!("0031_v_public_account_observation"),
    migration!("0032_v_public_post_observation"),
    migration!("0033_budget_entry"),
    migration!("0034_v_budget"),
    migration!("0035_host_memory"),
    migration!("0036_host_seen"),
    migration!("0037_run_front"),
    migration!("0038_lease"),
    migration!("0039_run_reason"),
    migration!("0040_v_checksum"),
    migration!("0041_post_figure"),
    migration!("0042_thread_figure"),
    migration!("0043_account_figure"),
    migration!("0044_presence_figure"),
    migration!("0045_presence_event"),
    migration!("0046_stratum_coverage"),
    migration!("0047_post_figure_overperformance"),
    migration!("0048_presence_figure_comments"),
    migration!("0049_v_checksum"),
    migration!("0050_account_score"),
    migration!("0051_collectivity_score"),
    migration!("0052_alert"),
    migration!("0053_discovery_recall"),
    migration!("0054_account_score_is_covered"),
    migration!("0055_collectivity_score_is_covered"),
    migration!("0060_correction"),
    migration!("0070_v_account_figure"),
    migration!("0071_v_account_score"),
    migration!("0072_v_collectivity_score"),
    migration!("0073_v_presence_night"),
    migration!("0074_v_presence_event"),
    migration!("0075_v_alert"),
    migration!("0076_v_post_figure"),
    migration!("0077_v_stratum_coverage"),
    migration!("0078_v_public_account_figure"),
    migration!("0079_v_public_account_score"),
    migration!("0080_site_observation_unknown"),
    migration!("0081_v_site_observation"),
    migration!("0082_post_figure_is_read"),
    migration!("0083_figure_basis"),
    migration!("0084_post_kind"),
    migration!("0085_post_figure_kind"),
    migration!("0086_v_post_figure"),
    migration!("0088_account_score_evidence"),
    migration!("0089_collectivity_score_ranks"),
    migration!("0090_v_collectivity_score"),
    migration!("0091_v_public_collectivity_score"),
    migration!("0092_v_thread_figure"),
    migration!("0093_v_account_score"),
    migration!("0096_account_trend"),
    migration!("0097_v_account_trend"),
    migration!("0100_v_checksum"),
    migration!("0105_v_account_figure"),
    migration!("0106_v_public_account_figure"),
    migration!("0107_v_presence_night"),
    migration!("0108_uncovered_account"),
    migration!("0109_uncovered_account_before"),
    migration!("0110_v_alert"),
    migration!("0111_v_account_trend"),
    migration!("0112_v_post_figure"),
    migration!("0113_v_thread_figure"),
    migration!("0114_v_presence_event"),
    migration!("0115_collectivity_figure"),
    migration!("0116_v_collectivity_figure"),
    migration!("0117_v_public_collectivity_figure"),
    migration!("0118_v_checksum"),
];

/// What `migrate` did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationReport {
    /// Names of the migrations applied now.
    pub applied: Vec<&'static str>,
    /// The schema's number afterwards.
    pub schema: u32,
}

#[derive(Debug, Row, Serialize, Deserialize)]
struct AppliedRow {
    number: u32,
    name: String,
    checksum: String,
    program: String,
    applied_at: Millis,
}

impl Migration {
    fn number(&self) -> u32 {
        self.name[..4]
            .parse()
            .expect("a migration's name begins with four digits")
    }

    fn checksum(&self) -> String {
        Sha256::digest(self.sql.as_bytes())
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl Store {
    /// Applies what is missing. Checks first that what was applied is what the program knows.
    pub async fn migrate(&self) -> Result<MigrationReport, StoreError> {
        self.migrate_with(MIGRATIONS).await
    }

    async fn migrate_with(&self, known: &[Migration]) -> Result<MigrationReport, StoreError> {
        // The first migration makes the table that records the others; it is safe to run twice.
        self.execute(known[0].sql, "create the table of migrations")
            .await?;
        let applied = self
            .client
            .query("SELECT number, name, checksum, program, applied_at FROM schema_migration FINAL ORDER BY number")
            .fetch_all::<AppliedRow>()
            .await
            .map_err(|source| StoreError::Query { action: "read the migrations applied", source })?;
        let newest_known = known.last().expect("there is a first migration").number();
        if let Some(newest) = applied.last().filter(|row| row.number > newest_known) {
            return Err(StoreError::NewerSchema {
                database: newest.number,
                program: newest_known,
            });
        }
        let mut report = MigrationReport {
            applied: Vec::new(),
            schema: newest_known,
        };
        for migration in known {
            let checksum = migration.checksum();
            match applied.iter().find(|row| row.number == migration.number()) {
                Some(row) if row.checksum == checksum => continue,
                Some(row) => {
                    return Err(StoreError::Drift {
                        name: migration.name.to_owned(),
                        found: row.checksum.clone(),
                        expected: checksum,
                    });
                }
                None => {}
            }
            self.execute(migration.sql, "apply a migration").await?;
            let row = AppliedRow {
                number: migration.number(),
                name: migration.name.to_owned(),
                checksum,
                program: env!("CARGO_PKG_VERSION").to_owned(),
                applied_at: Millis::now(),
            };
            self.insert_rows("schema_migration", std::slice::from_ref(&row))
                .await?;
            report.applied.push(migration.name);
        }
        Ok(report)
    }

    /// Runs a statement that returns nothing.
    pub(crate) async fn execute(&self, sql: &str, action: &'static str) -> Result<(), StoreError> {
        let query = self.client.query_raw(sql);
        query
            .execute()
            .await
            .map_err(|source| StoreError::Query { action, source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Insert deduplication is off, and inserts are retried: a view that counts what arrives would
    /// count a repeat. Roll-ups are computed anew from the deduplicated facts.
    #[test]
    fn no_roll_up_counts_what_arrives() {
        for migration in MIGRATIONS {
            let code = (migration.sql.lines()).filter(|line| !line.trim_start().starts_with("--"));
            let words: Vec<String> = code
                .flat_map(str::split_whitespace)
                .map(str::to_uppercase)
                .collect();
            let is_fed_by_inserts = words.iter().any(|it| it == "MATERIALIZED")
                && words.iter().any(|it| it == "VIEW")
                && !words.iter().any(|it| it == "REFRESH");
            assert!(
                !is_fed_by_inserts,
                "{} makes a materialized view that is fed by inserts: give it a REFRESH",
                migration.name
            );
        }
    }

    #[test]
    fn numbers_rise_and_each_file_holds_one_statement() {
        // Those of a change that was developed beside another may leave a gap.
        assert_eq!(MIGRATIONS[0].number(), 1);
        assert!(MIGRATIONS.is_sorted_by(|a, b| a.number() < b.number()));
        for migration in MIGRATIONS {
            let lines = || {
                let is_code = |line: &&str| !line.trim_start().starts_with("--");
                migration.sql.lines().filter(is_code)
            };
            assert!(
                lines().all(|line| !line.trim_end().ends_with(';')),
                "{} ends a statement before its end",
                migration.name
            );
            let statement: String = lines().collect();
            assert!(
                [
                    "IF NOT EXISTS",
                    "CREATE OR REPLACE VIEW",
                    "COMMENT COLUMN IF EXISTS",
                    "MODIFY COLUMN IF EXISTS",
                    // Rows that are not there yet.
                    "NOT IN (SELECT",
                ]
                .iter()
                .any(|words| statement.contains(words)),
                "{} cannot run twice",
                migration.name
            );
        }
    }
}
