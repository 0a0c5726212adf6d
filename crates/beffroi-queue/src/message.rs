//! A job as the queue carries it: JSON, versioned by its field `schema`.

use beffroi_model::Job;
use serde::Deserialize;

/// Why a message is not a job of ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Written by a newer program.
    #[error("schema {found} is newer than {known}")]
    NewerSchema {
        /// Of the message.
        found: u64,
        /// Ours.
        known: u16,
    },
    /// Not the JSON of a job.
    #[error("not a job: {0}")]
    NotAJob(#[from] serde_json::Error),
}

/// The bytes of a job.
pub(crate) fn encode(job: &Job) -> Vec<u8> {
    serde_json::to_vec(job).expect("a job is plain JSON")
}

/// The job of the bytes.
pub(crate) fn decode(bytes: &[u8]) -> Result<Job, Unreadable> {
    #[derive(Deserialize)]
    struct SchemaOnly {
        schema: u64,
    }
    // First the version alone: what follows may have any shape in a newer one.
    let SchemaOnly { schema } = serde_json::from_slice(bytes)?;
    if schema > u64::from(Job::SCHEMA) {
        return Err(Unreadable::NewerSchema {
            found: schema,
            known: Job::SCHEMA,
        });
    }
    Ok(serde_json::from_slice(bytes)?)
}

#[cfg(test)]
pub(crate) mod tests {
    use beffroi_model::{AccountRef, Lane, Origin, Platform};

    use super::*;

    /// The `number`th job of a lane.
    pub(crate) fn job(lane: &Lane, number: u32) -> Job {
        let handle = format!("mairie{number}.example.fr");
        let account = AccountRef {
            platform: Platform::Bluesky,
            url: format!("https://bsky.app/profile/{handle}")
                .parse()
                .unwrap(),
            handle,
        };
        let run_id = "2026-11-23".parse().unwrap();
        Job::new(
            run_id,
            "2026-11-23T02:00:00Z".parse().unwrap(),
            lane.clone(),
            account,
            Vec::new(),
            Origin::Planned,
        )
    }

    #[test]
    fn a_job_reads_back_from_its_message() {
        let job = job(&Lane::host(3), 7);
        assert_eq!(decode(&encode(&job)).unwrap(), job);
    }

    #[test]
    fn a_newer_message_is_told_apart_from_nonsense() {
        let newer = decode(br#"{"schema":3,"job_id":{"changed":true}}"#).unwrap_err();
        assert_eq!(newer.to_string(), "schema 3 is newer than 2");
        for nonsense in [b"".as_slice(), b"\xff", b"{}", br#"{"schema":1}"#, b"[]"] {
            let error = decode(nonsense).unwrap_err();
            assert!(matches!(error, Unreadable::NotAJob(_)), "{error}");
        }
    }
}
