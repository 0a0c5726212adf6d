//! What can go wrong with the store, and whether trying again helps.

/// A failed operation on the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// `store.url` cannot be used.
    #[error(
        "`store.url` is `{url}`: {problem}; expected `embedded` or `http://user:password@host:8123`"
    )]
    Url {
        /// The setting, without a password.
        url: String,
        /// What is wrong.
        problem: String,
    },
    /// The server did not answer in time.
    #[error(
        "no ClickHouse answers at `{url}` (tried for {tried_secs} s); is it running, and is `store.url` right?"
    )]
    Unreachable {
        /// The server, without a password.
        url: String,
        /// How long it was tried.
        tried_secs: u64,
        /// The last error.
        #[source]
        source: clickhouse::error::Error,
    },
    /// The server refused the user.
    #[error(
        "ClickHouse at `{url}` refuses the user; check `store.user` and `BEFFROI_STORE__PASSWORD`"
    )]
    Denied {
        /// The server, without a password.
        url: String,
        /// The server's words.
        #[source]
        source: clickhouse::error::Error,
    },
    /// A statement failed.
    #[error("failed to {action}")]
    Query {
        /// What it was for.
        action: &'static str,
        /// The server's words.
        #[source]
        source: clickhouse::error::Error,
    },
    /// A migration that was applied has another content now.
    #[error(
        "migration `{name}` differs from the one applied to this database (checksum {found}, expected {expected}); restore the file, and put changes into a new migration"
    )]
    Drift {
        /// The migration's file name.
        name: String,
        /// Checksum in the database.
        found: String,
        /// Checksum of the program's file.
        expected: String,
    },
    /// The database was migrated by a newer program.
    #[error(
        "the database is at schema {database}, this program knows {program}; use a newer beffroi"
    )]
    NewerSchema {
        /// Highest number applied.
        database: u32,
        /// Highest number known.
        program: u32,
    },
    /// There is no such run.
    #[error("the store knows no run `{run_id}`; was it made with another store?")]
    UnknownRun {
        /// The run's name.
        run_id: String,
    },
    /// Our clock and the store's are too far apart.
    #[error(
        "this machine's clock is {} s {} the store's, more than the 5 s that times, windows and allowances can bear; set it right (NTP: `timedatectl set-ntp true`) on the machine that is wrong, then start again",
        offset_ms.unsigned_abs() as f64 / 1000.0,
        if *.offset_ms > 0 { "behind" } else { "ahead of" }
    )]
    Clock {
        /// The store's clock minus ours, milliseconds.
        offset_ms: i64,
    },
    /// Something stored cannot be read back.
    #[error("`{column}` holds `{value}`, which cannot be read: {problem}")]
    Corrupt {
        /// Table and column.
        column: &'static str,
        /// The text.
        value: String,
        /// Why.
        problem: String,
    },
}

impl StoreError {
    /// Whether the same operation may succeed later: the server was away or overloaded.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Query { source, .. } => is_transient(source),
            Self::Url { .. }
            | Self::Denied { .. }
            | Self::Drift { .. }
            | Self::NewerSchema { .. }
            | Self::UnknownRun { .. }
            | Self::Clock { .. }
            | Self::Corrupt { .. } => false,
        }
    }
}

/// The server's error number, where it gave one (`Code: 60. DB::Exception: …`). In the middle of a
/// result the message begins with bytes of the result, so it is searched, not matched at the start.
pub(crate) fn server_code(error: &clickhouse::error::Error) -> Option<u32> {
    let clickhouse::error::Error::BadResponse(text) = error else {
        return None;
    };
    let digits = text.split("Code: ").nth(1)?;
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    digits[..end].parse().ok()
}

/// Whether the same statement may succeed later.
pub(crate) fn is_transient(error: &clickhouse::error::Error) -> bool {
    use clickhouse::error::Error;
    match error {
        Error::Network(_) | Error::TimedOut => true,
        // Server-side conditions that pass: time-out (159), too many queries (202), network (209,
        // 210), memory (241), disk (243), too many parts (252), read-only table (242), shutting down
        // (236), server overloaded (745). Everything else is a mistake of ours.
        Error::BadResponse(text) => match server_code(error) {
            Some(code) => {
                matches!(
                    code,
                    159 | 202 | 209 | 210 | 236 | 241 | 242 | 243 | 252 | 425 | 745
                )
            }
            // A proxy's 502/503 or a cut answer has no number.
            None => !text.contains("Authentication"),
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clickhouse::error::Error;

    #[test]
    fn the_servers_number_is_found_even_behind_binary_garbage() {
        let error = Error::BadResponse("\u{1}\u{2}xxCode: 241. DB::Exception: Memory limit".into());
        assert_eq!(server_code(&error), Some(241));
        assert!(is_transient(&error));
    }

    #[test]
    fn a_missing_table_is_permanent_and_a_cut_connection_is_not() {
        assert!(!is_transient(&Error::BadResponse(
            "Code: 60. DB::Exception: Unknown table".into()
        )));
        assert!(is_transient(&Error::TimedOut));
        assert!(!is_transient(&Error::SchemaMismatch("column".into())));
    }
}
