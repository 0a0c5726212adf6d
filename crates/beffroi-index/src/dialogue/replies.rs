//! The dialogue of one account: reply rate, delays, what was answered in time.

use beffroi_model::{Figure, MissingReason};
use jiff::Timestamp;

use super::{Curve, Duration, Quantile, Share};

/// Fewest threads for which anything is published.
pub const MIN_THREADS: usize = 10;

/// Days within which a reply counts.
pub const REPLY_DAYS: i64 = 7;

const HOUR_SECS: i64 = 3600;
const REPLY_SECS: i64 = REPLY_DAYS * 24 * HOUR_SECS;

/// A visitor's thread and how long it was watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenThread {
    /// When the visitor wrote.
    pub opened_at: Timestamp,
    /// When the account first replied; `None` while it has not.
    pub replied_at: Option<Timestamp>,
    /// When it was last looked at.
    pub seen_until: Timestamp,
}

impl SeenThread {
    /// Seconds for which it was watched.
    fn watched_secs(&self) -> i64 {
        (self.seen_until.as_second() - self.opened_at.as_second()).max(0)
    }

    /// Seconds to the reply; 0 where two servers' clocks put it before the question.
    fn delay_secs(&self) -> Option<i64> {
        let delay = self.replied_at?.as_second() - self.opened_at.as_second();
        Some(delay.max(0))
    }

    /// Whether it was watched for long enough to say that it went unanswered. One that was answered
    /// early is not closed early: that would count the answered of the last days, and not the others.
    pub fn is_closed(&self) -> bool {
        self.watched_secs() >= REPLY_SECS
    }

    fn is_answered_within(&self, secs: i64) -> bool {
        self.delay_secs().is_some_and(|delay| delay <= secs)
    }

    /// The part of the seven days that the visitor did not have to wait: 1 answered at once, 6/7
    /// after a day, 0 not within seven days. Its mean over closed threads is one less the restricted
    /// mean waiting time (Irwin 1949; Royston & Parmar 2013) over seven days, so that rate and delay
    /// are in one figure. `None` for a thread that is not closed.
    pub fn promptness(&self) -> Option<f64> {
        if !self.is_closed() {
            return None;
        }
        let waited = self.delay_secs().unwrap_or(REPLY_SECS).min(REPLY_SECS);
        Some(1.0 - waited as f64 / REPLY_SECS as f64)
    }
}

/// Figures of dialogue. Each is missing below ten threads.
#[derive(Debug, Clone, PartialEq)]
pub struct Dialogue {
    /// Threads that visitors opened.
    pub threads: usize,
    /// Those that were watched for seven days.
    pub closed_threads: usize,
    /// Share of the closed threads that were answered within seven days.
    pub reply_rate: Figure<Share>,
    /// Share answered within two hours, of the threads watched for at least that long.
    pub within_2_hours: Figure<Share>,
    /// Within 24 hours.
    pub within_24_hours: Figure<Share>,
    /// When a quarter of all threads has an answer, hours, unanswered ones right-censored. `value`
    /// without a number: later than seven days.
    pub delay_quartile_hours: Figure<Quantile>,
    /// When half has.
    pub delay_median_hours: Figure<Quantile>,
    /// When three quarters have.
    pub delay_upper_quartile_hours: Figure<Quantile>,
}

impl Dialogue {
    /// The figures of the threads of a window; the reason when they could not be read.
    pub fn of(threads: &Figure<Vec<SeenThread>>) -> Self {
        match threads {
            Figure::Known(threads) => Self::known(threads),
            Figure::Missing(reason) => Self::missing(*reason),
        }
    }

    fn missing(reason: MissingReason) -> Self {
        Self {
            threads: 0,
            closed_threads: 0,
            reply_rate: Figure::Missing(reason),
            within_2_hours: Figure::Missing(reason),
            within_24_hours: Figure::Missing(reason),
            delay_quartile_hours: Figure::Missing(reason),
            delay_median_hours: Figure::Missing(reason),
            delay_upper_quartile_hours: Figure::Missing(reason),
        }
    }

    fn known(threads: &[SeenThread]) -> Self {
        let within = |secs: i64| {
            let watched = || {
                threads
                    .iter()
                    .filter(|thread| thread.watched_secs() >= secs)
            };
            let answered = watched().filter(|thread| thread.is_answered_within(secs));
            published(
                watched().count(),
                Share::of(answered.count(), watched().count()),
            )
        };
        let curve = Curve::of(&waits(threads), 0.95);
        let delay = |share| published(threads.len(), Some(curve.quantile(share)));
        Self {
            threads: threads.len(),
            closed_threads: threads.iter().filter(|thread| thread.is_closed()).count(),
            reply_rate: within(REPLY_SECS),
            within_2_hours: within(2 * HOUR_SECS),
            within_24_hours: within(24 * HOUR_SECS),
            delay_quartile_hours: delay(0.25),
            delay_median_hours: delay(0.5),
            delay_upper_quartile_hours: delay(0.75),
        }
    }
}

fn published<T>(threads: usize, value: Option<T>) -> Figure<T> {
    let enough = value.filter(|_| threads >= MIN_THREADS);
    Figure::from_option(enough, MissingReason::NoData)
}

/// The waits in hours. A reply after more than seven days is one that was not given in time.
fn waits(threads: &[SeenThread]) -> Vec<Duration> {
    let hours = |secs: i64| secs as f64 / HOUR_SECS as f64;
    threads
        .iter()
        .map(|thread| match thread.delay_secs() {
            Some(delay) if delay <= REPLY_SECS => Duration {
                length: hours(delay),
                has_ended: true,
            },
            Some(_) => Duration {
                length: hours(REPLY_SECS),
                has_ended: false,
            },
            None => Duration {
                length: hours(thread.watched_secs().min(REPLY_SECS)),
                has_ended: false,
            },
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * HOUR_SECS;

    fn thread(opened: i64, replied_after: Option<i64>, watched: i64) -> SeenThread {
        let at = |secs| Timestamp::from_second(1_700_000_000 + secs).unwrap();
        SeenThread {
            opened_at: at(opened),
            replied_at: replied_after.map(|delay| at(opened + delay)),
            seen_until: at(opened + watched),
        }
    }

    #[test]
    fn threads_too_young_to_tell_are_in_no_rate() {
        // Ten closed, four answered in time; one answered on the ninth day; five of yesterday, all
        // answered within the hour.
        let mut threads: Vec<SeenThread> = (0..4)
            .map(|n| thread(n, Some(3 * HOUR_SECS), 10 * DAY))
            .collect();
        threads.push(thread(4, Some(9 * DAY), 10 * DAY));
        threads.extend((5..10).map(|n| thread(n, None, 10 * DAY)));
        threads.extend((10..15).map(|n| thread(n, Some(HOUR_SECS), DAY)));
        let dialogue = Dialogue::of(&Figure::Known(threads));
        assert_eq!((dialogue.threads, dialogue.closed_threads), (15, 10));
        let rate = dialogue.reply_rate.known().unwrap();
        assert_eq!((rate.part, rate.whole, rate.value), (4, 10, 0.4));
        let within = dialogue.within_2_hours.known().unwrap();
        assert_eq!((within.part, within.whole), (5, 15));
        let within = dialogue.within_24_hours.known().unwrap();
        assert_eq!((within.part, within.whole), (9, 15));
        // 5 of 15 at one hour, 4 more at three: the median is three hours.
        assert_eq!(
            dialogue.delay_median_hours.known().unwrap().value,
            Some(3.0)
        );
        assert_eq!(
            dialogue.delay_quartile_hours.known().unwrap().value,
            Some(1.0)
        );
        assert_eq!(
            dialogue.delay_upper_quartile_hours.known().unwrap().value,
            None
        );
    }

    #[test]
    fn nine_threads_are_too_few_to_publish() {
        let threads: Vec<SeenThread> = (0..9).map(|n| thread(n, Some(60), 10 * DAY)).collect();
        let dialogue = Dialogue::of(&Figure::Known(threads));
        assert_eq!(dialogue.reply_rate, Figure::Missing(MissingReason::NoData));
        assert_eq!(
            dialogue.delay_median_hours,
            Figure::Missing(MissingReason::NoData)
        );
    }

    #[test]
    fn unread_comments_are_no_silence() {
        let hidden = Figure::Missing(MissingReason::RepliesRestricted);
        let dialogue = Dialogue::of(&hidden);
        assert_eq!(
            dialogue.reply_rate,
            Figure::Missing(MissingReason::RepliesRestricted)
        );
    }

    #[test]
    fn promptness_joins_rate_and_delay() {
        assert_eq!(thread(0, Some(0), 8 * DAY).promptness(), Some(1.0));
        assert_eq!(thread(0, Some(-90), 8 * DAY).promptness(), Some(1.0));
        assert_eq!(
            thread(0, Some(DAY), 8 * DAY).promptness(),
            Some(1.0 - 1.0 / 7.0)
        );
        assert_eq!(thread(0, Some(9 * DAY), 10 * DAY).promptness(), Some(0.0));
        assert_eq!(thread(0, None, 7 * DAY).promptness(), Some(0.0));
        assert_eq!(thread(0, Some(60), 6 * DAY).promptness(), None);
    }
}
