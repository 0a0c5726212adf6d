//! What workers announce, within this process.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::broadcast, time::Instant};

use crate::{Announcement, Announcements, announcement::AnnouncementsEngine};

/// Announcements kept for those who come to listen, and those that a slow listener may be behind: some
/// minutes' worth.
const KEPT: usize = 1024;

#[derive(Debug)]
pub(super) struct Workers {
    history: Mutex<VecDeque<Announcement>>,
    new: broadcast::Sender<Announcement>,
}

impl Default for Workers {
    fn default() -> Self {
        Self {
            history: Mutex::default(),
            new: broadcast::Sender::new(KEPT),
        }
    }
}

impl Workers {
    pub(super) fn announce(&self, payload: Vec<u8>) {
        let announcement = Announcement {
            payload,
            received_at: Instant::now(),
            is_history: false,
        };
        // Under the lock, so that who begins to listen misses none and hears none twice.
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        if history.len() == KEPT {
            history.pop_front();
        }
        history.push_back(announcement.clone());
        // Nobody may be listening.
        let _ = self.new.send(announcement);
    }

    pub(super) fn listen(&self, reach: Duration) -> Announcements {
        let now = Instant::now();
        let history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let recent: Vec<Announcement> = history
            .iter()
            .filter(|it| now.duration_since(it.received_at) < reach)
            .map(|it| Announcement {
                received_at: now,
                is_history: true,
                ..it.clone()
            })
            .collect();
        Announcements {
            engine: AnnouncementsEngine::InProcess {
                history: recent.into_iter(),
                new: self.new.subscribe(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_comes_to_listen_hears_the_last_reach_and_then_what_is_new() {
        let workers = Workers::default();
        for payload in [b"old", b"few"] {
            advance(Duration::from_secs(30)).await;
            workers.announce(payload.to_vec());
        }
        advance(Duration::from_secs(5)).await;
        let mut heard = workers.listen(Duration::from_secs(10));
        workers.announce(b"new".to_vec());
        for (payload, is_history) in [(b"few", true), (b"new", false)] {
            let announcement = heard.next().await.unwrap();
            assert_eq!(announcement.payload, payload);
            assert_eq!(announcement.is_history, is_history);
            assert_eq!(announcement.received_at, Instant::now());
        }
        drop(workers);
        assert!(heard.next().await.is_none());
    }
}
