//! What posts show. Drawn from the moment of a post alone, whose id is made of it too, so that every
//! answer and the truth tell the same. Instagram's and Telegram's follow from what else is drawn of a post.

use beffroi_model::{Platform, PostKind};

use crate::draw::Draw;

/// What is shown on each platform, as often as it stands there; `None` is a post of which the platform
/// does not tell.
fn shown(platform: Platform) -> &'static [Option<PostKind>] {
    use PostKind::{Album, Audio, Document, Event, Image, Link, Live, Poll, Repost, Text, Video};
    match platform {
        Platform::Facebook => &[
            Some(Image),
            Some(Image),
            Some(Image),
            Some(Link),
            Some(Link),
            Some(Text),
            Some(Video),
            Some(Event),
            None,
        ],
        Platform::Instagram => &[Some(Image), Some(Image), Some(Album), Some(Video)],
        Platform::Threads => &[
            Some(Text),
            Some(Image),
            Some(Album),
            Some(Video),
            Some(Audio),
        ],
        Platform::X => &[
            Some(Text),
            Some(Link),
            Some(Link),
            Some(Image),
            Some(Image),
            Some(Album),
            Some(Video),
            Some(Poll),
            Some(Repost),
        ],
        Platform::Mastodon => &[
            Some(Text),
            Some(Link),
            Some(Image),
            Some(Album),
            Some(Video),
            Some(Audio),
            Some(Poll),
            None,
        ],
        Platform::Bluesky => &[
            Some(Text),
            Some(Link),
            Some(Image),
            Some(Album),
            Some(Video),
            Some(Repost),
            None,
        ],
        Platform::Linkedin => &[
            Some(Text),
            Some(Link),
            Some(Image),
            Some(Album),
            Some(Video),
            Some(Document),
            Some(Poll),
            Some(Repost),
            None,
        ],
        Platform::Peertube => &[Some(Video), Some(Video), Some(Video), Some(Live)],
        _ => &[Some(Video)],
    }
}

/// What the post of that moment shows.
pub(crate) fn kind(platform: Platform, at: i64) -> Option<PostKind> {
    let kinds = shown(platform);
    let mut draw = Draw::new(at.unsigned_abs(), "kind", 0);
    kinds[draw.below(kinds.len())]
}
