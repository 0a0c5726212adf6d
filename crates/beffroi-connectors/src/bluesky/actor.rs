//! Whom a profile is asked of: a handle or a DID, checked before it joins a batch, because one
//! malformed actor fails all of them.

use beffroi_model::Absent;

/// Longest handle, a domain name (atproto.com/specs/handle).
const MAX_HANDLE_BYTES: usize = 253;

/// Longest label of a handle.
const MAX_LABEL_BYTES: usize = 63;

/// Longest DID that is asked (atproto.com/specs/did allows 2,048; no real one comes near).
const MAX_DID_BYTES: usize = 256;

/// What the server says in the place of a handle that its DID no longer confirms.
pub(super) const INVALID_HANDLE: &str = "handle.invalid";

/// Why `actor` is not worth asking, if so.
pub(super) fn refuse(actor: &str) -> Option<Absent> {
    if is_bridged(actor) {
        return Some(Absent::Bridged);
    }
    if actor == INVALID_HANDLE {
        return Some(Absent::NotFound);
    }
    (!is_did(actor) && !is_handle(actor)).then_some(Absent::NotAnAccount)
}

/// Whether it mirrors an account of the fediverse or a site, which count on their own.
pub(super) fn is_bridged(handle: &str) -> bool {
    handle.ends_with(".brid.gy")
}

fn is_handle(text: &str) -> bool {
    let mut labels = text.split('.');
    let is_label = |label: &str| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= MAX_HANDLE_BYTES
        && labels.clone().count() >= 2
        && labels.clone().all(is_label)
        && labels
            .next_back()
            .is_some_and(|tld| !tld.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether it is a permanent id rather than a handle.
pub(super) fn is_did(text: &str) -> bool {
    let Some((method, id)) = text
        .strip_prefix("did:")
        .and_then(|rest| rest.split_once(':'))
    else {
        return false;
    };
    let is_id_byte = |b: u8| b.is_ascii_alphanumeric() || b"._:%-".contains(&b);
    text.len() <= MAX_DID_BYTES
        && matches!(method, "plc" | "web")
        && !id.is_empty()
        && id.bytes().all(is_id_byte)
        && !id.ends_with([':', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_and_dids_are_asked() {
        for actor in [
            "mairie-exemple.fr",
            "exemple.bsky.social",
            "did:plc:abcdefghijklmnopqrstuvwx",
            "did:web:exemple.fr",
        ] {
            assert_eq!(refuse(actor), None, "{actor}");
        }
    }

    #[test]
    fn what_would_fail_a_whole_batch_is_not() {
        for actor in [
            "", "mairie", "a,b.fr", "-a.fr", "a..fr", "a.1", "did:plc:", "did:x:y", "a b.fr",
        ] {
            assert_eq!(refuse(actor), Some(Absent::NotAnAccount), "{actor}");
        }
        assert_eq!(refuse("handle.invalid"), Some(Absent::NotFound));
        assert_eq!(
            refuse("mairie.social.example.ap.brid.gy"),
            Some(Absent::Bridged)
        );
    }
}
