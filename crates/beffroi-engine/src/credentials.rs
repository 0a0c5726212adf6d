//! The engine's two users and their passwords.
//!
//! A password is made at the first start and kept in a file of mode 600; it never stands in an
//! argument, an environment variable or a log.

use std::{fmt, fs, io, path::Path};

use crate::{EngineError, folder::DataFolder};

/// The user with all rights.
pub(crate) const ADMIN: &str = "beffroi";
/// The user who can only read.
pub(crate) const READER: &str = "reader";

/// Random bytes of a password, which is written in hexadecimal.
const PASSWORD_BYTES: usize = 32;

/// A text that is not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The text, for the one who sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The passwords of a folder.
#[derive(Debug, Clone)]
pub(crate) struct Credentials {
    pub(crate) admin: Secret,
    pub(crate) reader: Secret,
}

impl Credentials {
    /// Reads the folder's passwords, and makes those that are missing.
    pub(crate) fn load_or_create(folder: &DataFolder) -> Result<Self, EngineError> {
        Ok(Self {
            admin: load_or_create(folder, &folder.root().join("password"))?,
            reader: load_or_create(folder, &folder.root().join("reader-password"))?,
        })
    }
}

fn load_or_create(folder: &DataFolder, path: &Path) -> Result<Secret, EngineError> {
    match fs::read_to_string(path) {
        Ok(text) => check(path, text.trim()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = random()?;
            folder.write_private(path, &format!("{}\n", secret.0))?;
            Ok(secret)
        }
        Err(error) => Err(EngineError::file("read", path)(error)),
    }
}

/// A password is hexadecimal, so that it needs no escaping anywhere; never an empty one.
fn check(path: &Path, text: &str) -> Result<Secret, EngineError> {
    if text.len() == 2 * PASSWORD_BYTES && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Ok(Secret(text.to_owned()));
    }
    Err(EngineError::Damaged {
        path: path.to_owned(),
        reason: format!("a password is {} hexadecimal digits", 2 * PASSWORD_BYTES),
    })
}

fn random() -> Result<Secret, EngineError> {
    let mut bytes = [0; PASSWORD_BYTES];
    getrandom::fill(&mut bytes).map_err(EngineError::system("make a password"))?;
    Ok(Secret(
        bytes.iter().map(|byte| format!("{byte:02x}")).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn passwords_are_made_once_and_differ() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(dir.path()).unwrap();
        let first = Credentials::load_or_create(&folder).unwrap();
        let second = Credentials::load_or_create(&folder).unwrap();
        assert_eq!(first.admin, second.admin);
        assert_eq!(first.reader, second.reader);
        assert_ne!(first.admin, first.reader);
        assert_eq!(first.admin.expose().len(), 64);
        for file in ["password", "reader-password"] {
            let metadata = fs::metadata(folder.root().join(file)).unwrap();
            assert_eq!(metadata.permissions().mode() & 0o777, 0o600, "{file}");
        }
    }

    #[test]
    fn an_emptied_password_file_is_refused_rather_than_believed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DataFolder::create(dir.path()).unwrap();
        fs::write(folder.root().join("password"), "").unwrap();
        let error = Credentials::load_or_create(&folder).unwrap_err();
        assert!(matches!(error, EngineError::Damaged { .. }), "{error}");
    }

    #[test]
    fn a_secret_does_not_print() {
        let secret = random().unwrap();
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }
}
