//! Names and ids of users, checked before they are put into a request: one malformed name of a
//! hundred fails all of them (400), and ids become part of paths.

/// How an account is asked for whose name is not known (`https://x.com/i/user/2244994945`).
const ID_HANDLE: &str = "id:";

/// Longest name (OpenAPI: `^[A-Za-z0-9_]{1,15}$`).
const MAX_NAME_BYTES: usize = 15;

/// Longest id (OpenAPI: `^[0-9]{1,19}$`).
const MAX_ID_BYTES: usize = 19;

/// Whom a handle names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whom<'a> {
    /// The user of this id.
    Id(&'a str),
    /// The user who bears this name today.
    Name(&'a str),
}

/// Reads a canonical handle; `None` when it can be no user's.
pub(super) fn read(handle: &str) -> Option<Whom<'_>> {
    match handle.strip_prefix(ID_HANDLE) {
        Some(id) => is_id(id).then_some(Whom::Id(id)),
        None => is_username(handle).then_some(Whom::Name(handle)),
    }
}

/// Whether a text can be a name.
pub(super) fn is_username(text: &str) -> bool {
    let is_name_byte = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=MAX_NAME_BYTES).contains(&text.len()) && text.bytes().all(is_name_byte)
}

/// Whether a text can be an id.
pub(super) fn is_id(text: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_fail_a_whole_request_is_not_asked() {
        assert_eq!(read("ville_de_test"), Some(Whom::Name("ville_de_test")));
        assert_eq!(read("id:2244994945"), Some(Whom::Id("2244994945")));
        for refused in [
            "",
            "ville-de-test",
            "seizecaracteres_",
            "a,b",
            "é",
            "id:",
            "id:12x",
            "id:12345678901234567890",
        ] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
