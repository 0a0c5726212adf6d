//! The addresses that are asked, all of them GETs.
//!
//! Source: `support/doc/api/openapi.yaml` of PeerTube 7.0; nodeinfo.diaspora.software; read in 2026.

use url::Url;

use crate::fediverse::below;

use super::address::{Handle, Kind};

/// Most items one page holds (`constants.ts`, PAGINATION, read in 2026); more is refused with 400.
pub(super) const ITEMS_PER_PAGE: usize = 100;

/// What stands for the number of a comment in the record of a call.
const SOME_COMMENT: &str = "*";

const COMMENT_THREADS: &str = "comment-threads";

/// Which software is this?
pub(super) fn nodeinfo(root: &Url) -> Url {
    below(root, &[".well-known", "nodeinfo"])
}

/// The channel or account.
pub(super) fn actor(root: &Url, handle: &Handle) -> Url {
    below(root, &["api", "v1", collection(handle.kind), &handle.name])
}

/// A page of its videos, those published last first. Instances that hide delicate ones by default
/// are asked for all.
pub(super) fn videos(root: &Url, handle: &Handle, start: usize) -> Url {
    let kind = collection(handle.kind);
    let mut url = below(root, &["api", "v1", kind, &handle.name, "videos"]);
    page(&mut url, start, "-publishedAt");
    url.query_pairs_mut().append_pair("nsfw", "both");
    url
}

/// One video.
pub(super) fn video(root: &Url, uuid: &str) -> Url {
    below(root, &["api", "v1", "videos", uuid])
}

/// A page of the threads below a video, without the replies in them.
pub(super) fn threads(root: &Url, uuid: &str, start: usize) -> Url {
    let mut url = below(root, &["api", "v1", "videos", uuid, COMMENT_THREADS]);
    page(&mut url, start, "-createdAt");
    url
}

/// A thread with its replies. The address names a visitor's comment: see [`for_the_record`].
pub(super) fn thread(root: &Url, uuid: &str, thread_id: &str) -> Url {
    below(
        root,
        &["api", "v1", "videos", uuid, COMMENT_THREADS, thread_id],
    )
}

/// The address as it is recorded: without the number of a visitor's comment.
pub(super) fn for_the_record(mut url: Url) -> Url {
    let names_a_comment = url.path_segments().is_some_and(|segments| {
        let mut from_the_end = segments.rev();
        from_the_end.next().is_some_and(|last| !last.is_empty())
            && from_the_end.next() == Some(COMMENT_THREADS)
    });
    if names_a_comment && let Ok(mut segments) = url.path_segments_mut() {
        segments.pop().push(SOME_COMMENT);
    }
    url
}

fn collection(kind: Kind) -> &'static str {
    match kind {
        Kind::Channel => "video-channels",
        Kind::Account => "accounts",
    }
}

fn page(url: &mut Url, start: usize, sort: &str) {
    url.query_pairs_mut()
        .append_pair("start", &start.to_string())
        .append_pair("count", &ITEMS_PER_PAGE.to_string())
        .append_pair("sort", sort);
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://video.example.fr/api/v1";

    fn root() -> Url {
        "https://video.example.fr/".parse().unwrap()
    }

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap()
    }

    #[test]
    fn the_addresses_are_those_of_the_documentation() {
        let channel = handle("channel:ville@video.example.fr");
        let account = handle("account:mairie@video.example.fr");
        let page = "count=100&sort";
        for (url, expected) in [
            (actor(&root(), &channel), "/video-channels/ville".to_owned()),
            (actor(&root(), &account), "/accounts/mairie".to_owned()),
            (
                videos(&root(), &channel, 0),
                format!("/video-channels/ville/videos?start=0&{page}=-publishedAt&nsfw=both"),
            ),
            (
                videos(&root(), &account, 95),
                format!("/accounts/mairie/videos?start=95&{page}=-publishedAt&nsfw=both"),
            ),
            (video(&root(), "u-1"), "/videos/u-1".to_owned()),
            (
                threads(&root(), "u-1", 100),
                format!("/videos/u-1/comment-threads?start=100&{page}=-createdAt"),
            ),
            (
                thread(&root(), "u-1", "55"),
                "/videos/u-1/comment-threads/55".to_owned(),
            ),
            (video(&root(), "../x"), "/videos/..%2Fx".to_owned()),
        ] {
            assert_eq!(url.as_str(), format!("{API}{expected}"));
        }
        assert_eq!(
            nodeinfo(&root()).as_str(),
            "https://video.example.fr/.well-known/nodeinfo"
        );
    }

    #[test]
    fn a_record_names_no_comment_and_all_else() {
        let recorded = |url: Url| for_the_record(url).to_string();
        assert_eq!(
            recorded(thread(&root(), "u-1", "55")),
            format!("{API}/videos/u-1/comment-threads/*")
        );
        for url in [
            threads(&root(), "u-1", 0),
            video(&root(), "u-1"),
            nodeinfo(&root()),
            root(),
        ] {
            assert_eq!(for_the_record(url.clone()), url);
        }
    }
}
