//! A job as the queue carries it: JSON, versioned by its fields `schema`, its writer's version, and
//! `needs`, the oldest version whose reader may work on it.

use beffroi_model::Job;
use serde::Deserialize;

/// Why a message is not a job of ours.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// Written by a newer program, for readers as new.
    #[error("needs a program that reads schema {needs}, and this one reads {known}")]
    NeedsNewer {
        /// By the message.
        needs: u64,
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

/// The job of the bytes. What a newer writer added is kept in [`Job::other`].
pub(crate) fn decode(bytes: &[u8]) -> Result<Job, Unreadable> {
    #[derive(Deserialize)]
    struct Versions {
        schema: u64,
        needs: Option<u64>,
    }
    // First the versions alone: what follows may have any shape in a newer one.
    let Versions { schema, needs } = serde_json::from_slice(bytes)?;
    // The first version did not say, and needed itself.
    let needs = needs.unwrap_or(schema);
    if needs > u64::from(Job::SCHEMA) {
        return Err(Unreadable::NeedsNewer {
            needs,
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
    fn a_message_that_needs_a_newer_reader_is_told_apart_from_nonsense() {
        for newer in [
            r#"{"schema":3,"job_id":{"changed":true}}"#,
            r#"{"schema":4,"needs":3}"#,
        ] {
            let error = decode(newer.as_bytes()).unwrap_err();
            assert_eq!(
                error.to_string(),
                "needs a program that reads schema 3, and this one reads 2"
            );
        }
        for nonsense in [b"".as_slice(), b"\xff", b"{}", br#"{"schema":1}"#, b"[]"] {
            let error = decode(nonsense).unwrap_err();
            assert!(matches!(error, Unreadable::NotAJob(_)), "{error}");
        }
    }

    #[test]
    fn a_newer_message_that_we_may_work_on_keeps_what_we_do_not_know() {
        let mut newer = serde_json::to_value(job(&Lane::host(3), 7)).unwrap();
        newer["schema"] = 9.into();
        newer["urgency"] = serde_json::json!({"level": 3});
        let read = decode(&serde_json::to_vec(&newer).unwrap()).unwrap();
        assert_eq!((read.schema, read.needs), (9, 2));
        let again: serde_json::Value = serde_json::from_slice(&encode(&read)).unwrap();
        assert_eq!(again, newer);
    }

    #[test]
    fn a_message_of_the_first_version_is_read() {
        let first = include_bytes!("../tests/messages/schema-1.json");
        let read = decode(first).unwrap();
        assert_eq!((read.schema, read.needs, read.attempt), (1, 1, 1));
        assert_eq!(read.lane, Lane::host(7));
        assert_eq!(decode(&encode(&read)).unwrap(), read);
    }
}
