//! A channel of an instance and its videos, as they are and as the API writes them.

use beffroi_model::PostKind;
use serde_json::{Value, json};

use super::{super::iso_ms, Instance, PLATFORM, is_there};
use crate::{
    ThreadTruth,
    truth::second,
    world::{
        World, kinds,
        network::{Life, NetworkAccount, Post},
        social::VisitorThread,
    },
};

/// Share of the channels on whose videos nobody may comment.
const CLOSED_SHARE: f64 = 0.12;

/// A channel, with the account that owns it.
#[derive(Debug)]
pub(super) struct Channel<'a> {
    account: &'a NetworkAccount,
    title: &'a str,
    pub(super) followers: u64,
    pub(super) created_at: i64,
    /// Oldest first.
    pub(super) videos: Vec<Video>,
    /// Nobody may comment on any video.
    pub(super) is_closed: bool,
    /// Its lists hold a copy of another instance's video.
    pub(super) has_copy: bool,
}

/// A video and the comments below it.
#[derive(Debug, Clone)]
pub(super) struct Video {
    pub(super) uuid: String,
    number: u64,
    pub(super) post: Post,
    pub(super) policy: Policy,
    pub(super) is_delicate: bool,
    /// It lost the date of its publication: its arrival stands for it.
    is_undated: bool,
}

/// Who may comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Policy {
    Everybody,
    Nobody,
    Approval,
}

impl<'a> Channel<'a> {
    /// The channel of an account, where it is there.
    pub(super) fn of(world: &'a World, account: &'a NetworkAccount) -> Option<Self> {
        if !is_there(account) {
            return None;
        }
        let Life {
            followers,
            created_at,
            posts,
            ..
        } = account.life(world);
        let is_closed = account.is("closed", CLOSED_SHARE);
        let mut draw = account.draw("videos");
        let newest = posts.len().saturating_sub(1);
        let videos = posts.into_iter().enumerate().map(|(place, post)| {
            let policy = match draw.below(20) {
                _ if is_closed => Policy::Nobody,
                // Of the newest it is known, so that a window is never without any open video.
                _ if place == newest => Policy::Everybody,
                0 => Policy::Nobody,
                1 => Policy::Approval,
                _ => Policy::Everybody,
            };
            Video {
                uuid: uuid(account.index, post.at),
                number: number(account.index, post.at),
                is_delicate: draw.chance(0.04),
                is_undated: draw.chance(0.03),
                post: match policy {
                    // What was said before is not shown any more.
                    Policy::Nobody => Post {
                        threads: Vec::new(),
                        own_comments: Vec::new(),
                        ..post
                    },
                    Policy::Everybody | Policy::Approval => post,
                },
                policy,
            }
        });
        Some(Self {
            account,
            title: &world.bodies[account.body as usize].collectivity.name,
            followers,
            created_at,
            videos: videos.collect(),
            is_closed,
            has_copy: account.is("copy", 0.1),
        })
    }

    /// Its host, with the port.
    pub(super) fn host(&self) -> &'a str {
        self.account.handle.split_once('@').map_or("", |it| it.1)
    }

    /// Its permanent id.
    pub(super) fn url(&self) -> String {
        format!(
            "http://{}/video-channels/{}",
            self.host(),
            self.account.name()
        )
    }

    /// The length of the list of its videos.
    pub(super) fn total(&self) -> u64 {
        self.videos.len() as u64 + u64::from(self.has_copy)
    }

    /// The video of that id, UUID, or short UUID.
    pub(super) fn video(&self, id: &str) -> Option<&Video> {
        self.videos
            .iter()
            .find(|video| id == video.uuid || id == video.short() || id == video.number.to_string())
    }

    /// As the API shows it.
    pub(super) fn shown(&self, instance: Instance) -> Value {
        let name = self.account.name();
        let mut shown = json!({
            "id": self.account.index + 10,
            "url": self.url(),
            "name": name,
            "host": self.host(),
            "avatars": [],
            "banners": [],
            "followingCount": 0,
            "followersCount": self.followers,
            "createdAt": iso_ms(self.created_at * 1000),
            "updatedAt": iso_ms(self.created_at * 1000),
            "displayName": self.title,
            "description": "Chaîne officielle",
            "support": null,
            "isLocal": true,
            "ownerAccount": self.owner_shown(instance),
        });
        old_avatar(&mut shown, instance);
        shown
    }

    /// Its owner, as the API shows it.
    pub(super) fn owner_shown(&self, instance: Instance) -> Value {
        let mut shown = self.owner();
        shown["followersCount"] = (self.followers / 10).into();
        shown["followingCount"] = 0.into();
        shown["createdAt"] = iso_ms(self.created_at * 1000).into();
        shown["updatedAt"] = iso_ms(self.created_at * 1000).into();
        shown["description"] = Value::Null;
        old_avatar(&mut shown, instance);
        shown
    }

    /// Its owner, as videos and comments name it.
    pub(super) fn owner(&self) -> Value {
        let name = owner_name(self.account);
        json!({
            "id": self.account.index + 3,
            "url": format!("http://{}/accounts/{name}", self.host()),
            "name": name,
            "host": self.host(),
            "avatars": [],
            "displayName": self.title,
        })
    }

    /// A copy of a video that lives elsewhere, with the counters of the copy.
    pub(super) fn copy(&self) -> Value {
        let at_ms = self.videos.last().map_or(0, |video| video.post.at * 1000) - 5_000;
        json!({
            "id": 7,
            "uuid": format!("{:08x}-0000-4000-8000-000000000000", self.account.index),
            "shortUUID": format!("c{:x}", self.account.index),
            "isLocal": false,
            "createdAt": iso_ms(at_ms),
            "publishedAt": iso_ms(at_ms),
            "originallyPublishedAt": null,
            "views": 1,
            "likes": 0,
            "dislikes": 0,
            "nsfw": false,
            "url": "https://elsewhere.test/videos/watch/x",
            "account": {"id": 1, "name": "autre", "host": "elsewhere.test"},
        })
    }
}

impl Video {
    /// Comments that are not deleted, of all levels.
    pub(super) fn comments(&self) -> u64 {
        let deleted = self.post.threads.iter().filter(|it| is_deleted(it)).count();
        self.post.all_comments() - deleted as u64
    }

    /// Visitors' threads, those that were deleted left out.
    pub(super) fn threads(&self) -> Vec<ThreadTruth> {
        let threads = self.post.threads.iter().filter(|it| !is_deleted(it));
        threads
            .map(|thread| ThreadTruth {
                post_id: self.uuid.clone(),
                root_id: self.uuid.clone(),
                opened_at: second(thread.opened_ms / 1000),
                replied_at: thread.replied_ms().map(|ms| second(ms / 1000)),
            })
            .collect()
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }

    fn short(&self) -> String {
        format!("s{:x}", self.number)
    }

    /// As lists show it.
    pub(super) fn listed(&self, channel: &Channel<'_>, instance: Instance) -> Value {
        let published = iso_ms(self.post.at * 1000);
        // It is uploaded before it is published.
        let created = match self.is_undated {
            true => published.clone(),
            false => iso_ms(self.post.at * 1000 - 3_600_000),
        };
        let mut listed = json!({
            "id": self.number,
            "uuid": self.uuid,
            "shortUUID": self.short(),
            "name": "Conseil municipal",
            "isLive": kinds::kind(PLATFORM, self.post.at) == Some(PostKind::Live),
            "isLocal": true,
            "nsfw": self.is_delicate,
            "createdAt": created,
            "publishedAt": if self.is_undated { Value::Null } else { published.clone().into() },
            "originallyPublishedAt": null,
            "updatedAt": published,
            "category": {"id": 11, "label": "News & Politics"},
            "licence": {"id": null, "label": "Unknown"},
            "language": {"id": "fr", "label": "French"},
            "privacy": {"id": 1, "label": "Public"},
            "duration": 5400,
            "views": self.post.views,
            "viewers": 0,
            "likes": self.post.reactions,
            "dislikes": self.post.reactions / 20,
            "url": format!("http://{}/videos/watch/{}", channel.host(), self.uuid),
            "thumbnailPath": "/lazy-static/thumbnails/x.jpg",
            "embedPath": format!("/videos/embed/{}", self.uuid),
            "account": channel.owner(),
            "channel": {
                "id": channel.account.index + 10,
                "name": channel.account.name(),
                "host": channel.host(),
                "url": channel.url(),
                "displayName": channel.title,
            },
        });
        if instance.counts_comments {
            listed["comments"] = self.comments().into();
        }
        listed
    }

    /// By itself.
    pub(super) fn details(&self, channel: &Channel<'_>, instance: Instance) -> Value {
        let mut details = self.listed(channel, instance);
        details["tags"] = json!([]);
        details["support"] = Value::Null;
        details["state"] = json!({"id": 1, "label": "Published"});
        details["downloadEnabled"] = true.into();
        details["commentsEnabled"] = (self.policy != Policy::Nobody).into();
        if instance.is_old {
            // Before 6.2 there was no approval: a flag alone.
            details["commentsEnabled"] = (self.policy == Policy::Everybody).into();
        } else {
            let (id, label) = match self.policy {
                Policy::Everybody => (1, "Enabled"),
                Policy::Nobody => (2, "Disabled"),
                Policy::Approval => (3, "Requires approval"),
            };
            details["commentsPolicy"] = json!({"id": id, "label": label});
        }
        details
    }
}

/// Whether the comment that began a thread was deleted.
pub(super) fn is_deleted(thread: &VisitorThread) -> bool {
    thread.visitor.is_multiple_of(29)
}

/// One avatar in the place of several.
fn old_avatar(shown: &mut Value, instance: Instance) {
    if instance.is_old
        && let Some(fields) = shown.as_object_mut()
    {
        fields.remove("avatars");
        fields.insert("avatar".to_owned(), Value::Null);
    }
}

/// The name of the account that owns a channel: channels and accounts share one namespace.
pub(super) fn owner_name(account: &NetworkAccount) -> String {
    format!("admin_{}", account.name())
}

/// Host of a channel, without the port.
pub(super) fn host_name(account: &NetworkAccount) -> &str {
    let host = account.handle.split_once('@').map_or("", |it| it.1);
    host.split(':').next().unwrap_or(host)
}

/// The id of what an account did at a moment, which is unique in all instances.
pub(super) fn number(index: u32, at: i64) -> u64 {
    u64::from(index) * 10_000_000_000 + at.unsigned_abs()
}

fn uuid(index: u32, at: i64) -> String {
    format!("{index:08x}-0a1e-484a-b099-{:012x}", at.unsigned_abs())
}

/// Whose a video is, by any of its ids.
pub(super) fn account_of_video(id: &str) -> Option<u64> {
    if let Some((index, _)) = id.split_once('-') {
        return u64::from_str_radix(index, 16).ok();
    }
    let number = match id.strip_prefix('s') {
        Some(short) => u64::from_str_radix(short, 16).ok()?,
        None => id.parse().ok()?,
    };
    Some(number / 10_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_id_of_a_video_tells_whose_it_is() {
        let at = 1_790_000_123;
        let number = number(47, at);
        for id in [uuid(47, at), number.to_string(), format!("s{number:x}")] {
            assert_eq!(account_of_video(&id), Some(47), "{id}");
        }
        assert_eq!(uuid(47, at).len(), 36);
        for id in ["", "x", "s", "zz-1"] {
            assert_eq!(account_of_video(id), None, "{id}");
        }
    }
}
