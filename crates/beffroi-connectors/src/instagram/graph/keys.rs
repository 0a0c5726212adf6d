//! The tokens of one platform: each with a pace of its own, and a rest when it is limited.
//!
//! What must hold: a token is used at most once in its interval, and never while it rests. Turns
//! are handed out in order of arrival, each to the token that is free first.

use std::{collections::BTreeMap, sync::Mutex, time::Duration};

use beffroi_fetch::header::HeaderValue;
use beffroi_model::{Forbidden, Outcome};
use jiff::Timestamp;
use tokio::time::{Instant, sleep_until};

use crate::{Retry, Secret, api::Setback};

/// Which token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyIndex(usize);

/// The tokens and their turns.
#[derive(Debug)]
pub(super) struct Keys {
    interval: Duration,
    keys: Vec<Key>,
    paces: Mutex<Vec<Pace>>,
    /// Held by the one who waits for the next turn: an async lock, for it is the queue itself.
    queue: tokio::sync::Mutex<()>,
}

/// A token, with the name that it has in the settings.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    /// Marked as sensitive, so that it prints nowhere.
    pub(super) authorization: HeaderValue,
}

#[derive(Debug, Default)]
struct Pace {
    next: Option<Instant>,
    stretch: Option<f64>,
    rest: Option<Rest>,
}

/// Why and until when a token is not used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rest {
    pub(super) until: Timestamp,
    /// How jobs end meanwhile.
    pub(super) outcome: Outcome,
    /// Whether a job may be tried again then.
    pub(super) passes: bool,
}

enum Turn {
    Now(KeyIndex),
    At(Instant),
}

/// What is wrong with the text of a token, if so: it has to stand in a header.
pub(crate) fn refuse_token(token: &Secret) -> Option<&'static str> {
    let text = token.expose();
    if text.is_empty() {
        return Some("found an empty text, expected a token");
    }
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic());
    (!is_plain).then_some("found spaces or letters outside ASCII, expected a token")
}

impl Keys {
    /// Each token may be used `requests` times in any window of `per`. Those that cannot be sent
    /// are left out (the settings' check refuses them before).
    pub(super) fn new(tokens: &BTreeMap<String, Secret>, requests: u32, per: Duration) -> Self {
        let keys: Vec<Key> = tokens
            .iter()
            .filter(|(_, token)| refuse_token(token).is_none())
            .filter_map(|(name, token)| {
                let bearer = format!("Bearer {}", token.expose());
                let mut authorization = HeaderValue::from_str(&bearer).ok()?;
                authorization.set_sensitive(true);
                Some(Key {
                    name: name.clone(),
                    authorization,
                })
            })
            .collect();
        Self {
            // 2 % slower than allowed: the network may bunch what was sent apart.
            interval: (per / requests.max(1)).mul_f64(1.02),
            paces: Mutex::new(keys.iter().map(|_| Pace::default()).collect()),
            keys,
            queue: tokio::sync::Mutex::new(()),
        }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.keys.len()
    }

    /// A token.
    pub(super) fn key(&self, index: KeyIndex) -> &Key {
        &self.keys[index.0]
    }

    /// Waits until a token may be used (`only` that one, where given), and spends its turn. Ends at
    /// once when all rest.
    pub(super) async fn turn(&self, only: Option<KeyIndex>) -> Result<KeyIndex, Setback> {
        let _first = self.queue.lock().await;
        loop {
            match self.take_turn(only, Instant::now(), Timestamp::now())? {
                Turn::Now(index) => return Ok(index),
                // The token may be put to rest meanwhile: it is looked at again.
                Turn::At(moment) => sleep_until(moment).await,
            }
        }
    }

    /// Lets one token rest, or all of them. A longer rest is not cut short.
    pub(super) fn rest(&self, only: Option<KeyIndex>, rest: Rest) {
        for (index, pace) in self.paces().iter_mut().enumerate() {
            let is_meant = only.is_none_or(|only| only.0 == index);
            if is_meant && pace.rest.is_none_or(|known| known.until < rest.until) {
                pace.rest = Some(rest);
            }
        }
    }

    /// Slows one token down, `1.0` being the pace allowed.
    pub(super) fn stretch(&self, index: KeyIndex, stretch: f64) {
        self.paces()[index.0].stretch = Some(stretch);
    }

    /// Whether a token rests.
    pub(super) fn rests(&self, index: KeyIndex, now: Timestamp) -> bool {
        self.paces()[index.0].rest_at(now).is_some()
    }

    /// The rest that leaves most hope, when all rest.
    pub(super) fn all_rest(&self, now: Timestamp) -> Option<Rest> {
        let paces = self.paces();
        let mut rests = paces.iter().map(|pace| pace.rest_at(now));
        let first = rests.next()??;
        rests.try_fold(first, |best, rest| Some(best.better(rest?)))
    }

    fn take_turn(
        &self,
        only: Option<KeyIndex>,
        now: Instant,
        wall: Timestamp,
    ) -> Result<Turn, Setback> {
        let mut paces = self.paces();
        // The one whose turn has been due for longest, so that all are used alike; one that was never
        // used comes first.
        let mut first: Option<(Option<Instant>, usize)> = None;
        let mut resting: Option<Rest> = None;
        for (index, pace) in paces.iter().enumerate() {
            if only.is_some_and(|only| only.0 != index) {
                continue;
            }
            if let Some(rest) = pace.rest_at(wall) {
                resting = Some(resting.map_or(rest, |best| best.better(rest)));
                continue;
            }
            if first.is_none_or(|(due, _)| pace.next < due) {
                first = Some((pace.next, index));
            }
        }
        let Some((due, index)) = first else {
            let none = Setback::forbidden(Forbidden::CredentialMissing);
            return Err(resting.map_or(none, Rest::setback));
        };
        if let Some(due) = due.filter(|due| *due > now) {
            return Ok(Turn::At(due));
        }
        let pace = &mut paces[index];
        pace.next = Some(now + self.interval.mul_f64(pace.stretch.unwrap_or(1.0)));
        Ok(Turn::Now(KeyIndex(index)))
    }

    fn paces(&self) -> std::sync::MutexGuard<'_, Vec<Pace>> {
        self.paces.lock().expect("nothing panics while holding it")
    }
}

impl Pace {
    fn rest_at(&self, now: Timestamp) -> Option<Rest> {
        self.rest.filter(|rest| rest.until > now)
    }
}

impl Rest {
    /// How a job ends that finds nothing but this.
    pub(super) fn setback(self) -> Setback {
        Setback {
            outcome: self.outcome,
            retry: self.passes.then_some(Retry {
                not_before: Some(self.until),
            }),
        }
    }

    /// The one that leaves more hope: it passes, or ends sooner.
    fn better(self, other: Self) -> Self {
        match (self.passes, other.passes) {
            (true, false) => self,
            (false, true) => other,
            _ if other.until < self.until => other,
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_model::Failed;

    fn keys(names: &[&str]) -> Keys {
        let token = |name: &&str| ((*name).to_owned(), Secret::new("hush"));
        let tokens = names.iter().map(token).collect();
        Keys::new(&tokens, 10, Duration::from_secs(100))
    }

    fn limited(minutes: i64) -> Rest {
        let wait = jiff::SignedDuration::from_mins(minutes);
        Rest {
            until: Timestamp::now().checked_add(wait).unwrap(),
            outcome: Outcome::Failed(Failed::QuotaSpent),
            passes: true,
        }
    }

    fn refused() -> Rest {
        Rest {
            outcome: Outcome::Forbidden(Forbidden::CredentialRefused),
            passes: false,
            ..limited(5)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn no_token_is_used_twice_in_its_interval() {
        let keys = keys(&["a", "b"]);
        let begin = Instant::now();
        let mut used: Vec<Vec<Duration>> = vec![Vec::new(); 2];
        for _ in 0..10 {
            let index = keys.turn(None).await.unwrap();
            used[index.0].push(begin.elapsed());
        }
        for times in used {
            assert_eq!(times.len(), 5, "both are used alike");
            for pair in times.windows(2) {
                assert!(pair[1] - pair[0] >= Duration::from_secs(10), "{pair:?}");
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_whose_allowance_runs_low_is_used_less() {
        let keys = keys(&["a"]);
        keys.stretch(KeyIndex(0), 5.0);
        let begin = Instant::now();
        keys.turn(None).await.unwrap();
        keys.turn(None).await.unwrap();
        assert!(begin.elapsed() >= Duration::from_secs(50));
    }

    #[tokio::test(start_paused = true)]
    async fn a_resting_token_is_passed_over_and_when_all_rest_nobody_waits() {
        let keys = keys(&["a", "b"]);
        let rest = limited(30);
        keys.rest(Some(KeyIndex(0)), rest);
        assert_eq!(keys.turn(None).await, Ok(KeyIndex(1)));
        assert_eq!(keys.all_rest(Timestamp::now()), None);
        let only = keys.turn(Some(KeyIndex(0))).await;
        assert_eq!(only, Err(rest.setback()));

        keys.rest(Some(KeyIndex(1)), refused());
        assert_eq!(
            keys.turn(None).await,
            Err(rest.setback()),
            "the one that passes"
        );
        assert_eq!(keys.all_rest(Timestamp::now()), Some(rest));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_ends_and_is_not_cut_short() {
        let keys = keys(&["a"]);
        let long = limited(30);
        keys.rest(None, long);
        keys.rest(None, limited(1));
        assert_eq!(keys.turn(None).await, Err(long.setback()));
        let past = Rest {
            until: Timestamp::UNIX_EPOCH,
            ..long
        };
        let fresh = self::keys(&["a"]);
        fresh.rest(None, past);
        assert!(fresh.turn(None).await.is_ok());
    }

    #[test]
    fn tokens_print_nowhere_and_those_that_fit_no_header_are_refused() {
        assert!(!format!("{:?}", keys(&["a"])).contains("hush"));
        assert_eq!(refuse_token(&Secret::new("EAAB|x-_.")), None);
        for text in ["", "two words", "new\nline", "é"] {
            assert!(refuse_token(&Secret::new(text)).is_some(), "{text:?}");
        }
    }
}
