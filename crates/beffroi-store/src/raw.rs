//! Statements of analysts and reports: the server formats, we pass the bytes on.

use clickhouse::query::BytesCursor;
use serde::Serialize;
use strum::{Display, EnumString};

use crate::{Store, StoreError};

/// A format in which results are handed on, as ClickHouse names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, EnumString)]
#[expect(missing_docs, reason = "ClickHouse's own names")]
pub enum Format {
    PrettyCompact,
    CSVWithNames,
    JSON,
    JSONEachRow,
    Parquet,
    TSVWithNames,
}

impl Store {
    /// A client that can only read: the server itself refuses everything else.
    pub fn read_only(&self) -> Self {
        // 2 and not 1: with 1 the server would refuse the format settings of the request too.
        let client = self.client.clone().with_setting("readonly", "2");
        Self {
            client,
            ..self.clone()
        }
    }

    /// Runs a statement and hands its result on in parts, formatted by the server.
    pub fn stream(&self, sql: &str, format: Format) -> Result<BytesCursor, StoreError> {
        self.client
            .query_raw(sql)
            .fetch_bytes(format.to_string())
            .map_err(|source| StoreError::Query {
                action: "run the statement",
                source,
            })
    }

    /// The same with one named parameter, `{name:Type}` in the statement.
    pub fn stream_with(
        &self,
        sql: &str,
        parameters: &[(&str, &str)],
        format: Format,
    ) -> Result<BytesCursor, StoreError> {
        let mut query = self.client.query_raw(sql);
        for (name, value) in parameters {
            query = query.param(name, value);
        }
        query
            .fetch_bytes(format.to_string())
            .map_err(|source| StoreError::Query {
                action: "run the report",
                source,
            })
    }

    /// Rows of a report as JSON values, for tables on a terminal.
    pub async fn rows(
        &self,
        sql: &str,
        parameters: &[(&str, impl Serialize + Clone)],
    ) -> Result<ReportRows, StoreError> {
        let failed = |source| StoreError::Query {
            action: "run the report",
            source,
        };
        let mut query = self.client.query_raw(sql);
        for (name, value) in parameters {
            query = query.param(name, value.clone());
        }
        let mut cursor = query.fetch_bytes("JSONCompact").map_err(failed)?;
        let bytes = cursor.collect().await.map_err(failed)?;
        serde_json::from_slice(&bytes).map_err(|problem| StoreError::Corrupt {
            column: "a report",
            value: String::from_utf8_lossy(&bytes[..bytes.len().min(80)]).into_owned(),
            problem: problem.to_string(),
        })
    }
}

impl Store {
    /// Rows of a statement as values of a type, by the names of their columns.
    pub async fn json_rows<T: serde::de::DeserializeOwned>(
        &self,
        sql: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Vec<T>, StoreError> {
        self.json_rows_of(sql, parameters).await
    }

    /// The same with parameters that may be lists, `{names:Array(String)}`.
    pub async fn json_rows_of<T: serde::de::DeserializeOwned>(
        &self,
        sql: &str,
        parameters: &[(&str, impl Serialize + Clone)],
    ) -> Result<Vec<T>, StoreError> {
        let failed = |source| StoreError::Query {
            action: "run the statement",
            source,
        };
        let mut query = self
            .client
            .query_raw(sql)
            .with_setting("output_format_json_quote_64bit_integers", "0");
        for (name, value) in parameters {
            query = query.param(name, value.clone());
        }
        let mut cursor = query.fetch_bytes("JSONEachRow").map_err(failed)?;
        let bytes = cursor.collect().await.map_err(failed)?;
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| {
                serde_json::from_slice(line).map_err(|problem| StoreError::Corrupt {
                    column: "a result",
                    value: String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned(),
                    problem: problem.to_string(),
                })
            })
            .collect()
    }
}

/// A result with its column names.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ReportRows {
    /// The columns in order.
    pub meta: Vec<ReportColumn>,
    /// The rows, each in the order of the columns.
    pub data: Vec<Vec<serde_json::Value>>,
}

/// A column of a result.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct ReportColumn {
    /// Its name.
    pub name: String,
    /// Its ClickHouse type.
    #[serde(rename = "type")]
    pub kind: String,
}
