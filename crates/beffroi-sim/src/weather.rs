//! Bad weather: for some seconds every host of the world answers late, not at all, or hangs up. It is
//! ordered while the simulator serves (`/_sim/weather?kind=…&ms=…`), and passes by itself.
//!
//! The referee judges the request before: a crawler owes its manners to a sick server too.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep, sleep_until};

/// How late a slow host answers: less than the patience of any crawler.
const SLOW: Duration = Duration::from_millis(700);

/// What the hosts do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They answer late.
    Slow,
    /// They take the request and say nothing until the weather has passed; then they hang up.
    Silent,
    /// They hang up at once, with a reset.
    Reset,
}

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Answered,
    /// The connection ends without an answer.
    HungUp,
}

/// The weather, fine at first.
#[derive(Debug, Default)]
pub(crate) struct Weather(Mutex<Option<(Kind, Instant)>>);

impl Weather {
    /// Reads `kind=reset&ms=3000`; `None` when it says something else.
    pub(crate) fn order(&self, query: &str) -> Option<()> {
        let value = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find_map(|(key, value)| (key == name).then_some(value))
        };
        let kind = match value("kind")? {
            "slow" => Kind::Slow,
            "silent" => Kind::Silent,
            "reset" => Kind::Reset,
            _ => return None,
        };
        let lasting = Duration::from_millis(value("ms")?.parse().ok()?);
        *self.now() = Some((kind, Instant::now() + lasting));
        Some(())
    }

    /// Whether connections are ended by a reset at this moment.
    pub(crate) fn resets(&self) -> bool {
        self.present().is_some_and(|(kind, _)| kind == Kind::Reset)
    }

    /// Lets a request through the weather.
    pub(crate) async fn endure(&self) -> Fate {
        match self.present() {
            None => Fate::Answered,
            Some((Kind::Slow, _)) => {
                sleep(SLOW).await;
                Fate::Answered
            }
            Some((Kind::Silent, until)) => {
                sleep_until(until).await;
                Fate::HungUp
            }
            Some((Kind::Reset, _)) => Fate::HungUp,
        }
    }

    fn present(&self) -> Option<(Kind, Instant)> {
        self.now().filter(|(_, until)| Instant::now() < *until)
    }

    /// A plain value, usable after a panic elsewhere.
    fn now(&self) -> std::sync::MutexGuard<'_, Option<(Kind, Instant)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn weather_passes_by_itself_and_each_kind_has_its_fate() {
        let weather = Weather::default();
        assert_eq!(weather.endure().await, Fate::Answered);

        weather.order("kind=reset&ms=3000").unwrap();
        assert!(weather.resets());
        assert_eq!(weather.endure().await, Fate::HungUp);
        sleep(Duration::from_millis(3000)).await;
        assert!(!weather.resets());
        assert_eq!(weather.endure().await, Fate::Answered);

        let begin = Instant::now();
        weather.order("kind=silent&ms=2000").unwrap();
        assert_eq!(weather.endure().await, Fate::HungUp);
        assert_eq!(begin.elapsed(), Duration::from_millis(2000));

        weather.order("ms=2000&kind=slow").unwrap();
        let begin = Instant::now();
        assert_eq!(weather.endure().await, Fate::Answered);
        assert_eq!(begin.elapsed(), SLOW);
    }

    #[tokio::test]
    async fn what_is_no_weather_is_refused() {
        let weather = Weather::default();
        for query in ["", "kind=snow&ms=5", "kind=slow", "kind=slow&ms=long"] {
            assert_eq!(weather.order(query), None, "{query}");
        }
    }
}
