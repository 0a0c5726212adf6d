//! The registry in the store: imports and what they said, the effective collectivities and the
//! accounts that belong to them.

use beffroi_model::{AccountRef, Category, Collectivity, CollectivityId, InseeCode, Siren};
use clickhouse::Row;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::{
    Store, StoreError,
    rows::{AccountRow, CollectivityRow, Millis},
};

/// Rows sent in one insert of an import.
const INSERT_ROWS: usize = 50_000;

/// One thing that an import said of a body.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct FactRow {
    pub import_id: String,
    pub collectivity_id: String,
    pub field: String,
    pub value: String,
    pub label: String,
}

/// An import of the registry.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct ImportRow {
    pub import_id: String,
    pub kind: String,
    pub name: String,
    pub sha256: String,
    pub state: String,
    pub facts: u64,
    pub issues: u64,
    pub imported_at: Millis,
}

/// A version of the effective registry.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are commented in the migration")]
pub struct RegistryVersionRow {
    pub version: Millis,
    pub sha256: String,
    pub imports: Vec<String>,
    pub collectivities: u64,
    pub accounts: u64,
}

impl RegistryVersionRow {
    /// The name of this version in `account.seen_in`.
    pub fn seen_in(&self) -> String {
        format!("registry:{}", self.version.0)
    }
}

/// An account that is to be measured, with the bodies whose it is.
#[derive(Debug, Clone, PartialEq)]
pub struct DueAccount {
    /// The account.
    pub account: AccountRef,
    /// The bodies, by key.
    pub collectivity_ids: Vec<CollectivityId>,
    /// When its last visit ended, whatever the outcome; `None` when there was none.
    pub visited_at: Option<Timestamp>,
}

/// An account as a body's own.
#[derive(Debug, Clone, PartialEq, Row, Serialize, Deserialize)]
pub struct OwnAccount {
    /// The platform's word.
    pub platform: String,
    /// Canonical handle.
    pub handle: String,
    /// Public address.
    pub url: String,
    /// How sure one is, 0 to 1.
    pub confidence: f32,
    /// Who said so.
    pub sources: Vec<String>,
}

#[derive(Row, Deserialize)]
struct DueRow {
    platform: String,
    handle: String,
    url: String,
    collectivity_ids: Vec<String>,
    visited_at: Option<Millis>,
}

impl Store {
    /// Writes an import: its facts, then the row that makes them count. An import cut short leaves
    /// nothing that counts, and may be repeated.
    pub async fn write_import(
        &self,
        import: &ImportRow,
        facts: &[FactRow],
    ) -> Result<(), StoreError> {
        for part in facts.chunks(INSERT_ROWS) {
            self.insert_rows("registry_fact", part).await?;
        }
        self.insert_rows("registry_import", std::slice::from_ref(import))
            .await
    }

    /// The imports that count, oldest first.
    pub async fn imports(&self) -> Result<Vec<ImportRow>, StoreError> {
        self.client
            .query(include_str!("queries/imports.sql"))
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the imports",
                source,
            })
    }

    /// What an import said.
    pub async fn facts(&self, import_id: &str) -> Result<Vec<FactRow>, StoreError> {
        self.client
            .query_raw(include_str!("queries/facts.sql"))
            .param("import_id", import_id)
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the facts of an import",
                source,
            })
    }

    /// The present version of the effective registry.
    pub async fn registry_version(&self) -> Result<Option<RegistryVersionRow>, StoreError> {
        self.client
            .query(include_str!("queries/latest_version.sql"))
            .fetch_optional()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the registry's version",
                source,
            })
    }

    /// Writes a version of the effective registry: its rows, then the row that makes them count.
    pub async fn write_registry(
        &self,
        version: &RegistryVersionRow,
        collectivities: &[CollectivityRow],
        accounts: &[AccountRow],
    ) -> Result<(), StoreError> {
        for part in collectivities.chunks(INSERT_ROWS) {
            self.insert_rows("collectivity", part).await?;
        }
        for part in accounts.chunks(INSERT_ROWS) {
            self.insert_rows("account", part).await?;
        }
        self.insert_rows("registry_version", std::slice::from_ref(version))
            .await
    }

    /// The bodies of the present registry.
    pub async fn collectivities(&self) -> Result<Vec<Collectivity>, StoreError> {
        let mut cursor = self
            .client
            .query(include_str!("queries/collectivities.sql"))
            .fetch::<BodyRow>()
            .map_err(|source| StoreError::Query {
                action: "read the collectivities",
                source,
            })?;
        let mut collectivities = Vec::new();
        while let Some(row) = cursor.next().await.map_err(|source| StoreError::Query {
            action: "read the collectivities",
            source,
        })? {
            collectivities.push(collectivity(row)?);
        }
        Ok(collectivities)
    }

    /// The bodies of the present registry; none when there is no registry yet.
    pub async fn collectivities_if_any(&self) -> Result<Vec<Collectivity>, StoreError> {
        match self.registry_version().await? {
            Some(_) => self.collectivities().await,
            None => Ok(Vec::new()),
        }
    }

    /// The accounts that count as a body's own.
    pub async fn accounts_of(&self, id: &CollectivityId) -> Result<Vec<OwnAccount>, StoreError> {
        self.client
            .query_raw(include_str!("queries/accounts_of.sql"))
            .param("collectivity_id", id.as_str())
            .fetch_all()
            .await
            .map_err(|source| StoreError::Query {
                action: "read a body's accounts",
                source,
            })
    }

    /// The accounts that count as some body's own, each once. Presence-only services are left out.
    pub async fn due_accounts(&self) -> Result<Vec<DueAccount>, StoreError> {
        let rows = self
            .client
            .query(include_str!("queries/due_accounts.sql"))
            .fetch_all::<DueRow>()
            .await
            .map_err(|source| StoreError::Query {
                action: "read the accounts due",
                source,
            })?;
        rows.into_iter()
            .map(|row| {
                Ok(DueAccount {
                    account: AccountRef {
                        platform: read("account.platform", row.platform)?,
                        url: read::<Url>("account.url", row.url)?,
                        handle: row.handle,
                    },
                    collectivity_ids: row
                        .collectivity_ids
                        .into_iter()
                        .map(CollectivityId::from_stored)
                        .collect(),
                    visited_at: row.visited_at.map(Millis::timestamp),
                })
            })
            .filter(|due| !matches!(due, Ok(due) if due.account.platform.is_presence_only()))
            .collect()
    }
}

#[derive(Row, Deserialize)]
struct BodyRow {
    collectivity_id: String,
    siren: String,
    insee_code: String,
    name: String,
    category: String,
    population: u32,
    department_code: String,
    region_code: String,
    epci_siren: String,
    postal_codes: Vec<String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl CollectivityRow {
    /// A body's row in a version of the registry.
    pub fn of(body: &Collectivity, version: Millis) -> Self {
        let text = |siren: Option<Siren>| siren.map(|s| s.to_string()).unwrap_or_default();
        Self {
            version,
            collectivity_id: body.collectivity_id.to_string(),
            siren: text(body.siren),
            insee_code: body
                .insee_code
                .as_ref()
                .map(InseeCode::to_string)
                .unwrap_or_default(),
            name: body.name.clone(),
            category: body.category.to_string(),
            population: body.population,
            department_code: body.department_code.clone(),
            region_code: body.region_code.clone(),
            epci_siren: text(body.epci_siren),
            postal_codes: body.postal_codes.clone(),
            latitude: body.latitude,
            longitude: body.longitude,
        }
    }
}

fn collectivity(row: BodyRow) -> Result<Collectivity, StoreError> {
    let siren = |text: String| {
        if text.is_empty() {
            Ok(None)
        } else {
            read("collectivity.siren", text).map(Some)
        }
    };
    Ok(Collectivity {
        siren: siren(row.siren)?,
        epci_siren: siren(row.epci_siren)?,
        insee_code: if row.insee_code.is_empty() {
            None
        } else {
            Some(read("collectivity.insee_code", row.insee_code)?)
        },
        category: read::<Category>("collectivity.category", row.category)?,
        collectivity_id: CollectivityId::from_stored(row.collectivity_id),
        name: row.name,
        population: row.population,
        department_code: row.department_code,
        region_code: row.region_code,
        postal_codes: row.postal_codes,
        latitude: row.latitude,
        longitude: row.longitude,
    })
}

pub(crate) fn read<T>(column: &'static str, text: String) -> Result<T, StoreError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|problem: T::Err| StoreError::Corrupt {
        column,
        problem: problem.to_string(),
        value: text,
    })
}
