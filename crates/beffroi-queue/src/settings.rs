//! What can be set of the queue.

use std::{num::NonZero, time::Duration};

use serde::{Deserialize, Serialize};

use crate::QueueUrl;

/// `[queue]`: where the jobs wait.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueSettings {
    /// `in-process`, or the address of RabbitMQ: `amqp://user:password@host:port/vhost`, `amqps://`
    /// over TLS. Default `in-process`, which does not outlive the program.
    pub url: QueueUrl,
    /// How the names of exchanges and queues begin, so that several observatories can share one
    /// broker. Default `beffroi`.
    pub prefix: String,
    /// Jobs of a lane that may be taken and not yet acknowledged. Default 256; more keeps more
    /// hosts busy in a lane and repeats more work after a crash.
    pub prefetch: NonZero<u16>,
    /// How long to try to reach the broker at the start. Default `30s`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub connect_timeout: Duration,
    /// How long the broker may be away in the middle of the work before the work stops with an
    /// error. Default `10m`.
    #[serde(with = "jiff::fmt::serde::unsigned_duration::friendly::compact::required")]
    pub outage_timeout: Duration,
    /// How often a job may come back unacknowledged before the broker buries it. Default 100: a
    /// worker that leaves gives back up to `prefetch` jobs, and each return counts. Queues keep
    /// the limit they were made with.
    pub delivery_limit: u32,
    /// How long a worker may go on asking in a lane after the broker last showed that the lane is
    /// its own; so long, and a second more, a lane rests when it changes hands. The same for all
    /// workers of a broker, or two could ask at once. Default `5s`, at least `1s`.
    #[serde(with = "a_second_at_least")]
    pub hold: Duration,
}

/// A duration in words, of one second or more.
mod a_second_at_least {
    use std::time::Duration;

    use jiff::fmt::serde::unsigned_duration::friendly::compact::required;
    use serde::{Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        duration: &Duration,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        required::serialize(duration, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Duration, D::Error> {
        let duration = required::deserialize(deserializer)?;
        if duration < Duration::from_secs(1) {
            return Err(D::Error::custom("expected `1s` at least"));
        }
        Ok(duration)
    }
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            url: QueueUrl::InProcess,
            prefix: "beffroi".to_owned(),
            prefetch: NonZero::new(256).expect("256 is not 0"),
            connect_timeout: Duration::from_secs(30),
            outage_timeout: Duration::from_secs(600),
            delivery_limit: 100,
            hold: Duration::from_secs(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_read_back_from_their_own_text() {
        let text = toml::to_string(&QueueSettings::default()).unwrap();
        assert!(text.contains("url = \"in-process\""), "{text}");
        assert_eq!(
            toml::from_str::<QueueSettings>(&text).unwrap(),
            QueueSettings::default()
        );
    }

    #[test]
    fn mistakes_are_refused() {
        for bad in [
            "prefetch = 0",
            "urls = 'in-process'",
            "url = 'http://broker'",
            "hold = '900ms'",
        ] {
            assert!(toml::from_str::<QueueSettings>(bad).is_err(), "{bad}");
        }
    }
}
