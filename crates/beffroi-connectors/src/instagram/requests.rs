//! The addresses that are asked: our own account, with the other one named in the field expression.
//!
//! Sources: Meta, "IG User Business Discovery" (2026-08-12); the fields beyond, public clients.

use url::Url;

use super::fields::FieldSet;

/// Fields of the account that are documented, and readable for others' accounts. Neither name nor
/// biography: we have no use for them.
const ACCOUNT: &str = "id,username,website,followers_count,follows_count,media_count";

/// Fields of a publication.
const MEDIA: &str =
    "id,timestamp,media_type,media_product_type,permalink,like_count,comments_count";

/// The account `name`, with its newest publications.
pub(super) fn account(base: &Url, own_id: &str, name: &str, fields: FieldSet, limit: u16) -> Url {
    let media = media(fields);
    let fields =
        format!("business_discovery.username({name}){{{ACCOUNT},media.limit({limit}){{{media}}}}}");
    node(base, own_id, &fields)
}

/// The publications of `name` behind a cursor, which must be [well-formed](is_cursor).
pub(super) fn page(
    base: &Url,
    own_id: &str,
    name: &str,
    fields: FieldSet,
    limit: u16,
    cursor: &str,
) -> Url {
    let media = media(fields);
    let fields = format!(
        "business_discovery.username({name}){{id,media.after({cursor}).limit({limit}){{{media}}}}}"
    );
    node(base, own_id, &fields)
}

/// Whether a cursor can stand in the field expression without changing its meaning.
pub(super) fn is_cursor(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_=+/.~|:".contains(&byte);
    !text.is_empty() && text.bytes().all(is_plain)
}

fn media(fields: FieldSet) -> String {
    let more = match fields {
        FieldSet::Sure => "",
        FieldSet::Views => ",view_count",
        FieldSet::Shares => ",view_count,shares_count,reposts_count",
    };
    format!("{MEDIA}{more}")
}

fn node(base: &Url, own_id: &str, fields: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(own_id);
    }
    url.query_pairs_mut().clear().append_pair("fields", fields);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(url: &Url) -> String {
        let (name, value) = url.query_pairs().next().unwrap();
        assert_eq!(name, "fields");
        value.into_owned()
    }

    #[test]
    fn the_other_account_stands_in_the_field_expression() {
        for base in [
            "https://graph.facebook.com/v25.0/",
            "https://graph.facebook.com/v25.0",
        ] {
            let base = base.parse().unwrap();
            let url = account(&base, "17841400000000009", "mairie", FieldSet::Views, 50);
            assert_eq!(url.path(), "/v25.0/17841400000000009");
            assert_eq!(
                fields(&url),
                "business_discovery.username(mairie){id,username,website,followers_count,\
                 follows_count,media_count,media.limit(50){id,timestamp,media_type,media_product_type,\
                 permalink,like_count,comments_count,view_count}}"
            );
            let url = page(
                &base,
                "17841400000000009",
                "mairie",
                FieldSet::Sure,
                25,
                "QVFI-_==",
            );
            assert_eq!(
                fields(&url),
                "business_discovery.username(mairie){id,media.after(QVFI-_==).limit(25){id,\
                 timestamp,media_type,media_product_type,permalink,like_count,comments_count}}"
            );
        }
    }

    #[test]
    fn a_cursor_cannot_change_the_expression() {
        assert!(is_cursor("QVFIUmx-_=="));
        for text in ["", "a){b", "a,b", "a b", "é", "a}"] {
            assert!(!is_cursor(text), "{text}");
        }
    }
}
