//! How a channel is named by its canonical handle, and its permanent id in what the site shows.

use memchr::memmem;

use super::accounts::is_channel_id;

/// What a canonical handle names (see `accounts`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'a> {
    /// The permanent id, `UC…`.
    Id(&'a str),
    /// A handle, without its `@`; its owner may change it.
    Handle(&'a str),
    /// A user name of the first years.
    Username(&'a str),
    /// A custom address, which the API does not resolve; most became handles.
    Custom(&'a str),
}

impl<'a> Name<'a> {
    /// Reads a canonical handle; `None` when it is none.
    pub(super) fn parse(handle: &'a str) -> Option<Self> {
        let name = if let Some(name) = handle.strip_prefix('@') {
            Self::Handle(name)
        } else if let Some(name) = handle.strip_prefix("user:") {
            Self::Username(name)
        } else if let Some(name) = handle.strip_prefix("c:") {
            Self::Custom(name)
        } else {
            return is_channel_id(handle).then_some(Self::Id(handle));
        };
        (!name.text().is_empty()).then_some(name)
    }

    /// The permanent id, where it is one.
    pub(super) fn id(self) -> Option<&'a str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Handle(_) | Self::Username(_) | Self::Custom(_) => None,
        }
    }

    fn text(self) -> &'a str {
        match self {
            Self::Id(text) | Self::Handle(text) | Self::Username(text) | Self::Custom(text) => text,
        }
    }
}

/// Whether a custom name can be a handle, which holds no space.
pub(super) fn may_be_handle(name: &str) -> bool {
    !name.contains(' ')
}

/// What stands before the id in a channel's page: its canonical address, and its feed's.
const BEFORE_ID: &[&str] = &[
    "rel=\"canonical\" href=\"https://www.youtube.com/channel/",
    "/feeds/videos.xml?channel_id=",
];

/// The id that a channel's page shows as its own.
pub(super) fn id_in_page(page: &[u8]) -> Option<String> {
    BEFORE_ID.iter().find_map(|before| {
        let start = memmem::find(page, before.as_bytes())? + before.len();
        let id = std::str::from_utf8(page.get(start..start + 24)?).ok()?;
        is_channel_id(id).then(|| id.to_owned())
    })
}

/// The id of a feed's channel, which the feed may write without its `UC`.
pub(super) fn id_in_feed(id: &str) -> Option<String> {
    let id = id.trim();
    let id = match id.len() {
        22 => format!("UC{id}"),
        _ => id.to_owned(),
    };
    is_channel_id(&id).then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "UCabcdefghijklmnopqrstuv";

    #[test]
    fn a_canonical_handle_tells_what_it_names() {
        assert_eq!(Name::parse(ID), Some(Name::Id(ID)));
        assert_eq!(Name::parse("@ville"), Some(Name::Handle("ville")));
        assert_eq!(Name::parse("user:ville"), Some(Name::Username("ville")));
        assert_eq!(Name::parse("c:la ville"), Some(Name::Custom("la ville")));
        for none in ["", "@", "c:", "user:", "UCcourt", "ville", "videos/UCabc"] {
            assert_eq!(Name::parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_page_shows_its_own_id_and_no_other() {
        let canonical = format!(
            "<link rel=\"canonical\" href=\"https://www.youtube.com/channel/{ID}\"><a href=\"/feeds/\
             videos.xml?channel_id=UCother\">"
        );
        let feed =
            format!("<link href=\"https://www.youtube.com/feeds/videos.xml?channel_id={ID}\">");
        assert_eq!(id_in_page(canonical.as_bytes()).as_deref(), Some(ID));
        assert_eq!(id_in_page(feed.as_bytes()).as_deref(), Some(ID));
        for none in [
            "",
            "<html>Avant d'accéder à YouTube</html>",
            "/feeds/videos.xml?channel_id=UCcut",
            "/feeds/videos.xml?channel_id=UCabc%\u{e9}fghijklmnopqrstuv",
            "<a href=\"/channel/UCabcdefghijklmnopqrstuv\">another</a>",
        ] {
            assert_eq!(id_in_page(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn a_feed_may_write_its_id_without_the_first_letters() {
        assert_eq!(id_in_feed(&ID[2..]).as_deref(), Some(ID));
        assert_eq!(id_in_feed(ID).as_deref(), Some(ID));
        assert_eq!(id_in_feed("yt:video:abcdefghijk"), None);
        assert_eq!(id_in_feed("short"), None);
    }
}
