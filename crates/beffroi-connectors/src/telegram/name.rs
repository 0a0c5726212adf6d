//! Names of Telegram: of a channel, a group, a person or a bot, which only the page tells apart.

use beffroi_model::{Absent, Forbidden};

use crate::api::Setback;

/// Whether a text can be the name of a channel.
pub(super) fn is_name(text: &str) -> bool {
    (4..=32).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// Ends the visit where the name alone tells that there is nothing to ask for: an invitation to a
/// closed group, a bot (whose names end so by Telegram's rule), what is no name.
pub(super) fn judge(name: &str) -> Result<(), Setback> {
    let is_invitation = ["+", "joinchat/", "c/"]
        .iter()
        .any(|start| name.starts_with(start));
    if is_invitation {
        return Err(Setback::forbidden(Forbidden::PrivateAccount));
    }
    if !is_name(name) || name.ends_with("bot") {
        return Err(Setback::absent(Absent::NotAnAccount));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_may_tell_that_there_is_nothing_to_ask() {
        assert_eq!(judge("ville_exemple"), Ok(()));
        assert_eq!(judge("vill"), Ok(()));
        let private = Err(Setback::forbidden(Forbidden::PrivateAccount));
        for invitation in ["+AbCdEf", "joinchat/AAAA", "c/1234567890"] {
            assert_eq!(judge(invitation), private, "{invitation}");
        }
        let none = Err(Setback::absent(Absent::NotAnAccount));
        for other in [
            "mairie_bot",
            "Ville",
            "ville/7",
            "v",
            "",
            "ville exemple",
            "../x",
        ] {
            assert_eq!(judge(other), none, "{other}");
        }
    }
}
