//! A channel's uploads of the window: listed anew where they may have moved, else remembered.

use std::collections::HashSet;

use beffroi_model::MissingReason;
use jiff::{SignedDuration, Timestamp};

use super::{
    YoutubeSettings,
    ask::Asker,
    quota,
    refusal::Refusal,
    requests,
    state::{Remembered, RememberedVideo, Talk},
    wire::{Channel, UploadItem},
};
use crate::{api::Setback, window::Window};

/// The uploads that a visit goes by.
pub(super) struct Uploads {
    /// The videos, none of them older than the window.
    pub(super) videos: Vec<Upload>,
    /// Why the list is not whole, when it is not.
    pub(super) cut: Option<MissingReason>,
    /// When they were last listed, and what the channel counted then; `None` when never.
    listed: Option<(Timestamp, Option<u64>)>,
    window_days: u16,
}

/// A video of the window, or one of which only its own counters tell whether it is.
pub(super) struct Upload {
    /// Its id.
    pub(super) id: String,
    /// When it was published, where that is known.
    pub(super) at: Option<Timestamp>,
    /// What was said below it at the last visit.
    pub(super) talk: Option<Talk>,
}

/// Whether a channel's uploads have to be listed: its number of videos has moved, its turn has come,
/// or what is remembered does not reach back far enough.
pub(super) fn is_due(
    channel: &Channel,
    remembered: &Remembered,
    settings: &YoutubeSettings,
    as_of: Timestamp,
) -> bool {
    let video_count = channel.video_count().given();
    let has_moved = video_count.is_none() || video_count != remembered.video_count;
    let age = as_of.duration_since(remembered.listed_at);
    has_moved
        || settings.window_days > remembered.window_days
        || age >= turn(&channel.id, settings.refresh_days.get())
}

/// After how long a channel's uploads are listed again: between `refresh_days` and twice as many, by
/// its id, so that channels first seen in one night do not have all their turns in one.
fn turn(channel_id: &str, refresh_days: u16) -> SignedDuration {
    let spread = channel_id.bytes().fold(0_u64, |spread, byte| {
        spread.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let extra = spread % (u64::from(refresh_days) + 1);
    let days = i64::from(refresh_days) + i64::try_from(extra).unwrap_or_default();
    SignedDuration::from_hours(24 * days)
}

impl Uploads {
    /// Those of the last visit that the window still holds.
    pub(super) fn recall(remembered: Remembered, window: Window) -> Self {
        let Remembered {
            video_count,
            listed_at,
            window_days,
            is_cut,
            videos,
        } = remembered;
        let videos = videos.into_iter().map(|(id, video)| Upload {
            id,
            at: Some(video.at),
            talk: video.talk,
        });
        Self {
            videos: videos
                .filter(|upload| upload.at.is_some_and(|at| !window.is_past(at)))
                .collect(),
            cut: is_cut.then_some(MissingReason::Truncated),
            listed: Some((listed_at, video_count)),
            window_days,
        }
    }

    /// Lists them: a unit for 50. What fails leaves those remembered, and the next visit to try
    /// again. Those published after `as_of` are kept for the next run, which may not list again.
    pub(super) async fn list(
        asker: &mut Asker<'_>,
        settings: &YoutubeSettings,
        channel: &Channel,
        remembered: Option<Remembered>,
        window: Window,
        as_of: Timestamp,
    ) -> Result<Self, Setback> {
        let video_count = channel.video_count().given();
        let listed = match pages(asker, settings, channel, window).await {
            Ok(listed) => listed,
            Err(refusal) if refusal.is_layout() => return Err(Setback::layout()),
            // What a channel without any video has for a list.
            Err(Refusal::Absent(_)) if video_count.is_none_or(|count| count == 0) => {
                Listed::default()
            }
            Err(refusal) => {
                let mut known = match remembered {
                    Some(remembered) => Self::recall(remembered, window),
                    None => Self {
                        videos: Vec::new(),
                        cut: None,
                        listed: None,
                        window_days: 0,
                    },
                };
                known.cut = Some(refusal.missing_reason());
                return Ok(known);
            }
        };
        let mut talks = remembered
            .map(|remembered| remembered.videos)
            .unwrap_or_default();
        let videos = listed.videos.into_iter().map(|(id, at)| Upload {
            talk: talks.remove(&id).and_then(|video| video.talk),
            id,
            at,
        });
        Ok(Self {
            videos: videos.collect(),
            cut: listed.is_cut.then_some(MissingReason::Truncated),
            listed: Some((as_of, video_count)),
            window_days: settings.window_days,
        })
    }

    /// Has them listed again at the next visit, whatever the channel counts then.
    pub(super) fn list_again(&mut self) {
        if let Some((_, video_count)) = &mut self.listed {
            *video_count = None;
        }
    }

    /// What is to be remembered of them, with what was said below each.
    pub(super) fn remember(self) -> Option<Remembered> {
        let (listed_at, video_count) = self.listed?;
        let videos = self.videos.into_iter().filter_map(|upload| {
            let at = upload.at?;
            let talk = upload.talk;
            Some((upload.id, RememberedVideo { at, talk }))
        });
        Some(Remembered {
            video_count,
            listed_at,
            window_days: self.window_days,
            is_cut: self.cut == Some(MissingReason::Truncated),
            videos: videos.collect(),
        })
    }
}

#[derive(Default)]
struct Listed {
    videos: Vec<(String, Option<Timestamp>)>,
    is_cut: bool,
}

/// Reads pages until one ends before the window. The order is newest first, though not promised;
/// videos may be given twice, or not at all (youtube/api-samples#231, #546).
async fn pages(
    asker: &mut Asker<'_>,
    settings: &YoutubeSettings,
    channel: &Channel,
    window: Window,
) -> Result<Listed, Refusal> {
    let playlist = channel.uploads();
    let mut listed = Listed::default();
    let mut seen = HashSet::new();
    let mut token: Option<String> = None;
    for _ in 0..settings.max_pages.get() {
        let url = requests::uploads(&settings.base_url, &playlist, token.as_deref());
        let page = asker.list::<UploadItem>(url, quota::UNITS).await?;
        if page.items.is_unreadable() {
            return Err(Refusal::Setback(Setback::layout()));
        }
        let mut is_read = false;
        for item in page.items.read {
            let id = item.content_details.video_id;
            let at = item.content_details.video_published_at;
            let is_past = at.is_some_and(|at| window.is_past(at));
            is_read = is_past;
            if !is_past && seen.insert(id.clone()) {
                listed.videos.push((id, at));
            }
        }
        match page.next {
            Some(next) if !is_read && token.as_ref() != Some(&next) => token = Some(next),
            Some(_) if !is_read => break,
            Some(_) | None => return Ok(listed),
        }
    }
    listed.is_cut = true;
    Ok(listed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn turns_lie_between_the_days_and_twice_as_many_and_are_spread() {
        let id = |number: u32| format!("UCabcdefghijklmnopqr{number:04}");
        let days: HashSet<i64> = (0..200)
            .map(|number| turn(&id(number), 7).as_hours() / 24)
            .collect();
        let mut days: Vec<_> = days.into_iter().collect();
        days.sort_unstable();
        assert_eq!(days, [7, 8, 9, 10, 11, 12, 13, 14]);
    }
}
