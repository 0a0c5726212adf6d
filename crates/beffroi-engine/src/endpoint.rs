//! Where a running engine answers: the file `endpoint.json`, present only while it serves.

use std::{fs, io};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    EngineError,
    credentials::{ADMIN, Credentials, READER, Secret},
    folder::DataFolder,
};

/// A running engine: what a client needs to talk with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Base address, `http://127.0.0.1:PORT`.
    pub url: String,
    /// The user with all rights.
    pub user: &'static str,
    /// Its password.
    pub password: Secret,
    /// The user who can only read, for at most 60 seconds a query.
    pub reader_user: &'static str,
    /// Its password.
    pub reader_password: Secret,
    /// The serving process.
    pub pid: u32,
    /// ClickHouse's version.
    pub version: String,
    /// Since when it serves.
    pub started_at: Timestamp,
}

/// The content of `endpoint.json`. Passwords stay in their own files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EndpointRecord {
    pub(crate) pid: u32,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) version: String,
    pub(crate) started_at: Timestamp,
}

impl EndpointRecord {
    /// The record of this process, which has just begun to serve.
    pub(crate) fn of_this_process(port: u16, version: String) -> Self {
        Self {
            pid: std::process::id(),
            port,
            user: ADMIN.to_owned(),
            version,
            started_at: Timestamp::now(),
        }
    }

    /// The folder's record, if there is one. It may be of a process that was killed: only with
    /// the lock held does it mean anything.
    pub(crate) fn read(folder: &DataFolder) -> Result<Option<Self>, EngineError> {
        let path = folder.endpoint_file();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(EngineError::file("read", path)(error)),
        };
        match serde_json::from_str(&text) {
            Ok(record) => Ok(Some(record)),
            Err(error) => Err(EngineError::Damaged {
                path,
                reason: error.to_string(),
            }),
        }
    }

    pub(crate) fn write(&self, folder: &DataFolder) -> Result<(), EngineError> {
        let text = serde_json::to_string(self).expect("a record is plain JSON");
        folder.write_private(&folder.endpoint_file(), &format!("{text}\n"))
    }

    /// Removes the folder's record.
    pub(crate) fn remove(folder: &DataFolder) -> Result<(), EngineError> {
        let path = folder.endpoint_file();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(EngineError::file("remove", path)(error))
            }
            _ => Ok(()),
        }
    }

    /// The record with the folder's passwords.
    pub(crate) fn into_endpoint(self, folder: &DataFolder) -> Result<Endpoint, EngineError> {
        let credentials = Credentials::load_or_create(folder)?;
        Ok(Endpoint {
            url: format!("http://127.0.0.1:{}", self.port),
            user: ADMIN,
            password: credentials.admin,
            reader_user: READER,
            reader_password: credentials.reader,
            pid: self.pid,
            version: self.version,
            started_at: self.started_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_and_names_no_password() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(dir.path()).unwrap();
        assert_eq!(EndpointRecord::read(&folder).unwrap(), None);
        let record = EndpointRecord::of_this_process(8123, "26.7.2.1".to_owned());
        record.write(&folder).unwrap();
        assert_eq!(EndpointRecord::read(&folder).unwrap(), Some(record.clone()));

        let endpoint = record.into_endpoint(&folder).unwrap();
        assert_eq!(endpoint.url, "http://127.0.0.1:8123");
        let text = fs::read_to_string(folder.endpoint_file()).unwrap();
        assert!(!text.contains(endpoint.password.expose()));

        EndpointRecord::remove(&folder).unwrap();
        assert_eq!(EndpointRecord::read(&folder).unwrap(), None);
        EndpointRecord::remove(&folder).unwrap();
    }
}
