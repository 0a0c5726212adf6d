//! The data that a profile's page is drawn from: JSON within a `script` of the page. Of it the
//! account's own name, subscribers and site are read, and no text.

use serde::Deserialize;

use crate::tolerant::{self, Count, Found};

/// How the `script` is marked.
const MARKS: [&[u8]; 2] = [br#"id="__NEXT_DATA__""#, br"id='__NEXT_DATA__'"];

/// The JSON within a page; `None` where there is none. It may hold a `<`, so that only the end of
/// the script ends it.
pub(super) fn data_of(page: &[u8]) -> Option<&[u8]> {
    let marked = MARKS.iter().find_map(|mark| {
        let at = memchr::memmem::find(page, mark)?;
        Some(&page[at + mark.len()..])
    })?;
    let begin = memchr::memchr(b'>', marked)? + 1;
    let script = &marked[begin..];
    let end = memchr::memmem::find(script, b"</script>")?;
    Some(&script[..end])
}

/// The data of a page.
#[derive(Deserialize)]
pub(super) struct NextData {
    #[serde(deserialize_with = "tolerant::needed")]
    props: Props,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Props {
    #[serde(deserialize_with = "tolerant::needed")]
    page_props: PageProps,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageProps {
    #[serde(default)]
    user_profile: Found<UserProfile>,
}

/// A profile, under the name of its kind; older pages had it at once, without a kind
/// (skyme5/snapchat-dl, read in 2026).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserProfile {
    #[serde(default)]
    public_profile_info: Found<PublicProfile>,
    #[serde(default)]
    user_info: Found<UserInfo>,
    #[serde(default, deserialize_with = "tolerant::text")]
    username: Option<String>,
    #[serde(default)]
    subscriber_count: Count,
    #[serde(default, deserialize_with = "tolerant::text")]
    website_url: Option<String>,
}

/// A profile that everybody may see.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PublicProfile {
    #[serde(deserialize_with = "tolerant::needed_id")]
    pub(super) username: String,
    /// A text in today's pages, a number in others.
    #[serde(default)]
    pub(super) subscriber_count: Count,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(super) website_url: Option<String>,
}

/// An account without a public profile.
#[derive(Deserialize)]
struct UserInfo {
    #[serde(rename = "username", deserialize_with = "tolerant::needed_id")]
    _username: String,
}

/// What a page shows.
pub(super) enum Shown {
    /// A public profile.
    Profile(PublicProfile),
    /// An account without one.
    NoPublicProfile,
    /// No account.
    Nobody,
    /// Something that we do not know.
    Unreadable,
}

impl NextData {
    /// What the page shows.
    pub(super) fn shown(self) -> Shown {
        let profile = match self.props.page_props.user_profile {
            Found::Object(profile) => profile,
            Found::Nothing => return Shown::Nobody,
            Found::Unreadable => return Shown::Unreadable,
        };
        match (profile.public_profile_info, profile.user_info) {
            (Found::Object(public), _) => Shown::Profile(public),
            (Found::Nothing, Found::Object(_)) => Shown::NoPublicProfile,
            (Found::Nothing, Found::Nothing) => match profile.username {
                Some(username) if profile.subscriber_count != Count::Absent => {
                    Shown::Profile(PublicProfile {
                        username,
                        subscriber_count: profile.subscriber_count,
                        website_url: profile.website_url,
                    })
                }
                _ => Shown::Unreadable,
            },
            _ => Shown::Unreadable,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_ends_with_the_script_and_not_with_a_bracket() {
        let page = br#"<html><script>var a = "__NEXT_DATA__";</script>
            <script id="__NEXT_DATA__" type="application/json">{"bio":"1 < 2"}</script></html>"#;
        assert_eq!(data_of(page).unwrap(), br#"{"bio":"1 < 2"}"#);
        let quoted = b"<script type='application/json' id='__NEXT_DATA__'>{}</script>";
        assert_eq!(data_of(quoted).unwrap(), b"{}");
        for none in [
            &b"<html></html>"[..],
            br#"<script id="__NEXT_DATA__">{"cut":"#,
            br#"<script id="__NEXT_DATA__""#,
        ] {
            assert_eq!(data_of(none), None);
        }
    }
}
