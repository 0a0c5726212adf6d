//! What a platform asks of those who read it: a key or token, by the name that it has in the
//! configuration. Each has a lane and budgets of its own; none steps in for another.

mod barred;
mod check;

use std::{collections::BTreeMap, io, path::PathBuf};

use serde::{Deserialize, Serialize};

use beffroi_fetch::header::HeaderValue;

use crate::Secret;

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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The key or token itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// A file that holds the key or token and nothing else, as secrets of containers are mounted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_file: Option<PathBuf>,
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

impl Credential {
    /// The header `Authorization` that shows it, marked so that no log does; `None` where it cannot
    /// stand in a header, which [`CredentialSource::read`] refuses.
    pub(crate) fn bearer(&self) -> Option<HeaderValue> {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", self.secret.expose())).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
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
