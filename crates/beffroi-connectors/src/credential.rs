//! What a platform asks of those who read it: a key or token, by the name that it has in the
//! configuration. Each has a lane and budgets of its own; none steps in for another.

mod barred;
mod check;

use std::{collections::BTreeMap, io, path::PathBuf};

use beffroi_fetch::header::HeaderValue;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{Checked, Secret, secret::text_or_number};

pub(crate) use barred::Barred;
pub use check::CredentialCheck;
pub(crate) use check::Givers;

/// `[platforms.PLATFORM.credentials]` of the configuration: by name.
pub type CredentialSettings = BTreeMap<String, CredentialSource>;

/// Where a credential is found: in the configuration (or the environment, which is read as such), or
/// in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct CredentialSource {
    /// Whose the secret is, where the platform wants to be told: Instagram's professional account
    /// that asks (`1784…`), the client key of a TikTok application.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "optional_text"
    )]
    pub id: Option<String>,
    /// The key or token itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// A file that holds the key or token and nothing else, as secrets of containers are mounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
    /// The last day on which it works, as the platform said when it was made: most tell it then, and
    /// never again by a call that costs nothing. For `beffroi credentials check`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

fn optional_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    text_or_number(deserializer).map(Some)
}

/// A credential, ready to be used. It does not print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its name in the configuration; also the end of its lane's name.
    pub name: String,
    /// Whose it is, where the platform wants to be told.
    pub id: Option<String>,
    /// The key or token.
    pub secret: Secret,
}

impl Credential {
    /// The value of an `Authorization` header, which no log shows; `None` where the secret fits no
    /// header, which [`CredentialSource::read`] refuses before.
    pub(crate) fn bearer(&self) -> Option<HeaderValue> {
        sensitive(format!("Bearer {}", self.printable()?))
    }

    /// The secret as a header's value of its own.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        sensitive(self.printable()?.to_owned())
    }

    fn printable(&self) -> Option<&str> {
        let secret = self.secret.expose();
        let fits = !secret.is_empty() && secret.bytes().all(|byte| byte.is_ascii_graphic());
        fits.then_some(secret)
    }
}

fn sensitive(text: String) -> Option<HeaderValue> {
    let mut value = HeaderValue::try_from(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Why a credential of the configuration cannot be used. No text of it is shown.
#[derive(Debug, thiserror::Error)]
pub enum CredentialProblem {
    /// The file cannot be read.
    #[error("`{path}` cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// What was found cannot be a secret.
    #[error("{0}")]
    Shape(&'static str),
}

impl CredentialSource {
    /// Reads the credential. White space around it, as editors leave it at the end of a file, does not
    /// count.
    pub fn read(&self, name: &str) -> Result<Credential, CredentialProblem> {
        let text = match (&self.secret, &self.secret_file) {
            (Some(secret), None) => secret.expose().to_owned(),
            (None, Some(path)) => {
                std::fs::read_to_string(path).map_err(|source| CredentialProblem::File {
                    path: path.clone(),
                    source,
                })?
            }
            _ => {
                let problem = "expected either `secret` or `secret_file`";
                return Err(CredentialProblem::Shape(problem));
            }
        };
        let text = text.trim();
        if text.is_empty() {
            let problem = "the secret is empty, expected a key or token";
            return Err(CredentialProblem::Shape(problem));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let problem = "the secret holds spaces or letters outside ASCII, which no header takes; \
                           expected a key or token alone, without `Bearer`";
            return Err(CredentialProblem::Shape(problem));
        }
        Ok(Credential {
            name: name.to_owned(),
            id: self.id.clone(),
            secret: Secret::new(text),
        })
    }
}

/// Refuses credentials that cannot be used, as far as that is seen without reading a file. Their names
/// are parts of lanes' names.
pub(crate) fn check_all(credentials: &CredentialSettings) -> Checked<'_> {
    for (name, source) in credentials {
        let is_sign = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || name.len() > 40 || !name.bytes().all(is_sign) {
            let problem = format!(
                "found `{name}`, expected a name of lower-case letters, digits and hyphens"
            );
            return Err((vec!["credentials", name], problem));
        }
        match (&source.secret, &source.secret_file) {
            (Some(_), None) => {
                if let Err(problem) = source.read(name) {
                    return Err((vec!["credentials", name, "secret"], problem.to_string()));
                }
            }
            (None, Some(_)) => {}
            _ => {
                let problem = "expected either `secret` or `secret_file`".to_owned();
                return Err((vec!["credentials", name], problem));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(toml: &str) -> CredentialSource {
        toml::from_str(toml).unwrap()
    }

    #[test]
    fn a_secret_comes_from_the_configuration_or_a_file_and_shows_nowhere() {
        let credential = source("secret = 'hush'\nid = '17'").read("main").unwrap();
        assert_eq!(credential.secret.expose(), "hush");
        assert_eq!(
            (credential.name.as_str(), credential.id.as_deref()),
            ("main", Some("17"))
        );
        assert!(!format!("{credential:?}").contains("hush"));

        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hush-2\r\n").unwrap();
        let from_file = CredentialSource {
            secret_file: Some(file.path().to_owned()),
            ..Default::default()
        };
        assert_eq!(from_file.read("main").unwrap().secret.expose(), "hush-2");
    }

    #[test]
    fn the_day_on_which_it_ends_can_be_told() {
        let told = source("secret = 'x'\nexpires = '2027-01-20'");
        assert_eq!(told.expires, Some(Date::constant(2027, 1, 20)));
        assert!(toml::from_str::<CredentialSource>("expires = 'soon'").is_err());
    }

    #[test]
    fn what_cannot_be_used_is_refused_without_being_shown() {
        for (toml, told) in [
            ("id = 'x'", "either `secret` or `secret_file`"),
            (
                "secret = 'hush'\nsecret_file = 'f'",
                "either `secret` or `secret_file`",
            ),
            ("secret = ' '", "empty"),
            ("secret = 'Bearer hush'", "without `Bearer`"),
            ("secret = 'hushé'", "outside ASCII"),
            (
                "secret_file = 'missing.key'",
                "`missing.key` cannot be read",
            ),
        ] {
            let problem = source(toml).read("main").unwrap_err().to_string();
            assert!(problem.contains(told), "{toml}: {problem}");
            assert!(!problem.contains("hush"), "{problem}");
        }
        assert!(toml::from_str::<CredentialSource>("token = 'hush'").is_err());
    }
}
