//! The address of a queue. Its password is never printed.

use std::{fmt, str::FromStr};

use lapin::uri::AMQPUri;
use serde::{Deserialize, Serialize};

/// Which queue engine, and where.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum QueueUrl {
    /// In the memory of this process.
    InProcess,
    /// A RabbitMQ broker.
    RabbitMq(Box<AMQPUri>),
}

/// A text that is no address of a queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a queue is `in-process` or `amqp[s]://user:password@host:port/vhost`: {0}")]
pub struct InvalidQueueUrl(String);

impl FromStr for QueueUrl {
    type Err = InvalidQueueUrl;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "in-process" {
            return Ok(Self::InProcess);
        }
        // The text is not repeated in the error: it may hold a password.
        let mut uri = text.parse::<AMQPUri>().map_err(InvalidQueueUrl)?;
        // A closing slash names the virtual host of the empty name, which nobody has and many write.
        if uri.vhost.is_empty() {
            uri.vhost = "/".to_owned();
        }
        Ok(Self::RabbitMq(Box::new(uri)))
    }
}

impl TryFrom<String> for QueueUrl {
    type Error = InvalidQueueUrl;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<QueueUrl> for String {
    fn from(url: QueueUrl) -> Self {
        url.to_string()
    }
}

/// Without the password, hence not what was parsed.
impl fmt::Display for QueueUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InProcess => f.write_str("in-process"),
            Self::RabbitMq(uri) => write!(
                f,
                "{}://{}:…@{}/{}",
                uri.scheme,
                uri.authority.userinfo.username,
                address(uri),
                uri.vhost
            ),
        }
    }
}

impl fmt::Debug for QueueUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "QueueUrl({self})")
    }
}

/// `host:port`, for messages.
pub(crate) fn address(uri: &AMQPUri) -> String {
    format!("{}:{}", uri.authority.host, uri.authority.port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_printed_without_its_password() {
        let url: QueueUrl = "amqp://worker:s3cret@broker.example:5673/night"
            .parse()
            .unwrap();
        let serialised = String::from(url.clone());
        for text in [format!("{url}"), format!("{url:?}"), serialised] {
            assert!(
                text.contains("worker:…@broker.example:5673/night"),
                "{text}"
            );
            assert!(!text.contains("s3cret"), "{text}");
        }
    }

    #[test]
    fn the_virtual_host_is_the_default_one_unless_named() {
        for (text, vhost) in [
            ("amqp://broker", "/"),
            ("amqp://broker/", "/"),
            ("amqp://broker/%2f", "/"),
            ("amqp://broker/night", "night"),
        ] {
            let QueueUrl::RabbitMq(uri) = text.parse().unwrap() else {
                panic!("{text} is RabbitMQ's");
            };
            assert_eq!(uri.vhost, vhost, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_repeating_it() {
        for bad in [
            "",
            "in process",
            "http://u:s3cret@broker",
            "amqp//s3cret@broker",
        ] {
            let error = bad.parse::<QueueUrl>().unwrap_err().to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
