//! What workers tell each other: that they are there, and whatever else is in the payload.

use tokio::{
    sync::{broadcast, mpsc},
    time::Instant,
};

/// A message that a worker, perhaps this one, sent to all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// What was announced.
    pub payload: Vec<u8>,
    /// When it reached us.
    pub received_at: Instant,
    /// Whether it was there already when we began, or began again, to listen: then `received_at`
    /// says nothing of its age.
    pub is_history: bool,
}

/// Announcements as they come, from [`crate::Queue::announcements`].
#[derive(Debug)]
pub struct Announcements {
    pub(crate) engine: AnnouncementsEngine,
}

#[derive(Debug)]
pub(crate) enum AnnouncementsEngine {
    InProcess {
        history: std::vec::IntoIter<Announcement>,
        new: broadcast::Receiver<Announcement>,
    },
    RabbitMq(mpsc::Receiver<Announcement>),
}

impl Announcements {
    /// The next one, in the order of sending for each sender. `None` when the queue is closed.
    /// Connections lost are made again by themselves. Cancel safe.
    pub async fn next(&mut self) -> Option<Announcement> {
        match &mut self.engine {
            AnnouncementsEngine::InProcess { history, new } => {
                if let Some(announcement) = history.next() {
                    return Some(announcement);
                }
                loop {
                    match new.recv().await {
                        Ok(announcement) => return Some(announcement),
                        // Who is this slow does without the oldest.
                        Err(broadcast::error::RecvError::Lagged(_)) => {}
                        Err(broadcast::error::RecvError::Closed) => return None,
                    }
                }
            }
            AnnouncementsEngine::RabbitMq(inbox) => inbox.recv().await,
        }
    }
}
