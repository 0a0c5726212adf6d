//! What a post shows, as far as its platform says: a post is judged against those of its own kind.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumIter, EnumString, IntoStaticStr};

/// What a post shows, spelt as in JSON and SQL. A post that shows several things is of the first kind
/// that applies, from the top. Where the answer does not tell, a post has no kind: it is never guessed.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumIter,
    EnumString,
    IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum PostKind {
    /// Somebody else's post, with words of the account's own or forwarded as it was.
    Repost,
    /// A question with answers to choose from.
    Poll,
    /// An event with its date.
    Event,
    /// A broadcast, while the platform tells it from a recording.
    Live,
    /// Several images or videos.
    Album,
    /// A short upright video (a reel), where the platform tells it from others.
    ShortVideo,
    /// A video.
    Video,
    /// A sound.
    Audio,
    /// One image; of Facebook, which does not count them, one or several.
    Image,
    /// A file to be read.
    Document,
    /// A link, shown with what it leads to. Facebook calls by one name a link and a post of somebody
    /// else: both are links there.
    Link,
    /// Words alone.
    Text,
    /// A publication of a website.
    Article,
}

impl PostKind {
    /// The name in JSON and SQL.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn kinds_are_spelt_the_same_everywhere() {
        let names: Vec<_> = PostKind::iter().map(PostKind::as_str).collect();
        assert_eq!(
            names,
            [
                "repost",
                "poll",
                "event",
                "live",
                "album",
                "short_video",
                "video",
                "audio",
                "image",
                "document",
                "link",
                "text",
                "article",
            ]
        );
        for kind in PostKind::iter() {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert_eq!(kind.to_string(), kind.as_str());
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{kind}\""));
        }
    }
}
