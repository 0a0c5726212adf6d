//! How an error of Meta's Graph APIs is named, for those who have to mend its cause: by what is of a
//! fixed vocabulary in it. Its message is prose, may name anybody, and is left out.

use crate::tolerant::Count;

/// Longest type that is shown; Meta's own are half as long.
const LONGEST_TYPE: usize = 40;

/// `190/463 OAuthException`; `None` for an error without a code.
pub(crate) fn name(code: Count, subcode: Count, kind: Option<&str>) -> Option<String> {
    let mut name = code.given()?.to_string();
    if let Some(subcode) = subcode.given() {
        name = format!("{name}/{subcode}");
    }
    let is_word = |kind: &&str| {
        kind.len() <= LONGEST_TYPE && kind.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    Some(match kind.filter(is_word) {
        Some(kind) => format!("{name} {kind}"),
        None => name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_types_are_told_and_prose_is_not() {
        let code = Count::Given(190);
        let full = name(code, Count::Given(463), Some("OAuthException"));
        assert_eq!(full.as_deref(), Some("190/463 OAuthException"));
        let prose = name(code, Count::Absent, Some("The user Jeanne has left"));
        assert_eq!(prose.as_deref(), Some("190"));
        assert_eq!(name(Count::Absent, code, Some("OAuthException")), None);
    }
}
