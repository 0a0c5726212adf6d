//! The store's clock against ours. Windows, allowances by the day and the times of figures come from
//! the clocks of whoever works; one that is off would spend tomorrow's allowance today.

use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{Store, StoreError};

/// How far our clock may be from the store's.
pub const MAX_CLOCK_OFFSET: SignedDuration = SignedDuration::from_secs(5);

/// An answer that came so soon says enough.
const QUICK: SignedDuration = SignedDuration::from_millis(500);

/// How often the store is asked before the quickest of its answers is taken.
const READINGS: usize = 5;

/// What a reading of the store's clock said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    /// The store's clock minus ours.
    offset: SignedDuration,
    /// How long the answer took.
    took: SignedDuration,
}

#[derive(Deserialize)]
struct Now {
    now: i64,
}

impl Store {
    /// How far the store's clock is ahead of ours (below zero: behind), to within half of the time
    /// that its answer took; of several readings the quickest counts.
    pub async fn clock_offset(&self) -> Result<SignedDuration, StoreError> {
        Ok(self.read_clock().await?.offset)
    }

    /// Insists that our clock is within [`MAX_CLOCK_OFFSET`] of the store's. A store that is too slow
    /// to tell is given the benefit of the doubt.
    pub async fn check_clock(&self) -> Result<(), StoreError> {
        let reading = self.read_clock().await?;
        if reading.is_beyond(MAX_CLOCK_OFFSET) {
            return Err(StoreError::Clock {
                offset_ms: i64::try_from(reading.offset.as_millis()).unwrap_or(i64::MAX),
            });
        }
        Ok(())
    }

    async fn read_clock(&self) -> Result<Reading, StoreError> {
        let mut quickest: Option<Reading> = None;
        for _ in 0..READINGS {
            let reading = self.read_clock_once().await?;
            if quickest.is_none_or(|it| reading.took < it.took) {
                quickest = Some(reading);
            }
            if reading.took < QUICK {
                break;
            }
        }
        Ok(quickest.expect("there is at least one reading"))
    }

    async fn read_clock_once(&self) -> Result<Reading, StoreError> {
        let (asked, begin) = (Timestamp::now(), Instant::now());
        let rows: Vec<Now> = self
            .json_rows(include_str!("queries/clock.sql"), &[])
            .await?;
        let took = SignedDuration::try_from(begin.elapsed()).unwrap_or(SignedDuration::MAX);
        let now = rows.first().map(|row| row.now).unwrap_or_default();
        Ok(Reading::of(asked, now, took))
    }
}

impl Reading {
    /// From what the store said, in milliseconds since 1970, to a question of ours.
    fn of(asked: Timestamp, said_ms: i64, took: SignedDuration) -> Self {
        let halfway_ms = asked.as_millisecond() + saturated_ms(took) / 2;
        Self {
            offset: SignedDuration::from_millis(said_ms.saturating_sub(halfway_ms)),
            took,
        }
    }

    /// Whether the clocks are further apart than this, however long which way took.
    fn is_beyond(self, limit: SignedDuration) -> bool {
        self.offset.abs() > limit.saturating_add(self.took / 2)
    }
}

fn saturated_ms(duration: SignedDuration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;
    use crate::StoreSettings;

    const MS: fn(i64) -> SignedDuration = SignedDuration::from_millis;

    /// A store whose clock is so many seconds ahead of ours, and which says nothing else.
    async fn store_ahead_by(seconds: i64) -> Store {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 4096];
                let _ = stream.read(&mut asked).await;
                let now = Timestamp::now().as_millisecond() + seconds * 1000;
                let body = format!("{{\"now\":{now}}}\n");
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        Store::try_new(StoreSettings {
            url,
            ..StoreSettings::default()
        })
        .unwrap()
    }

    #[tokio::test]
    async fn a_clock_that_is_off_is_told_by_how_much_and_a_good_one_is_not() {
        let ahead = store_ahead_by(90).await;
        let offset = ahead.clock_offset().await.unwrap();
        assert!((offset - MS(90_000)).abs() < MS(3_000), "{offset}");
        let error = ahead.check_clock().await.unwrap_err().to_string();
        assert!(
            error.contains("behind the store's") && error.contains("NTP"),
            "{error}"
        );
        let behind = store_ahead_by(-90).await;
        let error = behind.check_clock().await.unwrap_err();
        assert!(
            error.to_string().contains("ahead of the store's"),
            "{error}"
        );
        assert!(!error.is_transient());
        store_ahead_by(0).await.check_clock().await.unwrap();
    }

    #[test]
    fn half_of_the_way_is_taken_off_and_a_slow_answer_proves_nothing() {
        let asked = Timestamp::from_millisecond(1_000_000).unwrap();
        let even = Reading::of(asked, 1_000_100, MS(200));
        assert_eq!(even.offset, MS(0));
        let off = Reading::of(asked, 1_006_100, MS(200));
        assert_eq!(off.offset, MS(6_000));
        assert!(off.is_beyond(MAX_CLOCK_OFFSET));
        assert!(Reading::of(asked, 993_900, MS(200)).is_beyond(MAX_CLOCK_OFFSET));
        let slow = Reading::of(asked, 1_006_100, MS(8_000));
        assert!(!slow.is_beyond(MAX_CLOCK_OFFSET));
    }
}
