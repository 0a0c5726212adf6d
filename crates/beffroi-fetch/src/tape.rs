//! What one visit asks and is answered, on a tape: to be archived, and to be played again.
//!
//! While a future runs within [`recorded`], each call of its task goes onto the tape, a failure too.
//! Within [`played`] nothing is sent at all: the same calls are answered from the tape, each by its address
//! and what it carries, and those that are not on it fail and are told.
//!
//! A visit that is on a tape has one time, that of its beginning ([`visit_time`]): what it asks must not
//! depend on when it is played.

mod take;

use std::{
    collections::{HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
};

use beffroi_model::{Failed, Outcome};
use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use self::take::failure;
use crate::{FetchError, Fetched};

pub use self::take::{Take, TakenAnswer};

tokio::task_local! {
    static TAPE: Arc<Tape>;
}

/// What a visit asked and was answered.
#[derive(Debug, Clone)]
pub struct Recording {
    /// When the visit began.
    pub began: Timestamp,
    /// Its calls, in their order.
    pub takes: Vec<Take>,
    /// Whether it left calls out because an allowance of ours was spent.
    pub is_cut: bool,
}

/// How a visit fared on a tape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Played {
    /// Addresses that it asked and that the tape does not hold.
    pub unanswered: Vec<Url>,
    /// Whether it asked all that the tape holds.
    pub is_all_asked: bool,
}

/// What a call is known by: its address and what it carries.
type Call = (Url, Option<Bytes>);

/// What a call meets in its task.
pub(crate) enum Tape {
    /// It is kept.
    Recording(Timestamp, Mutex<(Vec<Take>, bool)>),
    /// It is answered.
    Playing(Timestamp, Mutex<Playing>),
}

/// A tape that is played.
pub(crate) struct Playing {
    /// By call, in their order. The last one answers for all that follow.
    answers: HashMap<Call, VecDeque<Take>>,
    asked: HashSet<Call>,
    is_cut: bool,
    unanswered: Vec<Url>,
}

/// Runs a visit and keeps what it asks.
pub async fn recorded<F: Future>(visit: F) -> (F::Output, Recording) {
    let began = Timestamp::now();
    let tape = Arc::new(Tape::Recording(began, Mutex::default()));
    let output = TAPE.scope(Arc::clone(&tape), visit).await;
    let (takes, is_cut) = match &*tape {
        Tape::Recording(_, kept) => std::mem::take(&mut *lock(kept)),
        Tape::Playing(..) => Default::default(),
    };
    let recording = Recording {
        began,
        takes,
        is_cut,
    };
    (output, recording)
}

/// Runs a visit on what an earlier one was answered.
pub async fn played<F: Future>(recording: Recording, visit: F) -> (F::Output, Played) {
    let mut answers: HashMap<Call, VecDeque<Take>> = HashMap::new();
    for take in recording.takes {
        let call = (take.url.clone(), take.asked.clone());
        answers.entry(call).or_default().push_back(take);
    }
    let playing = Playing {
        answers,
        asked: HashSet::new(),
        is_cut: recording.is_cut,
        unanswered: Vec::new(),
    };
    let tape = Arc::new(Tape::Playing(recording.began, Mutex::new(playing)));
    let output = TAPE.scope(Arc::clone(&tape), visit).await;
    let (unanswered, is_all_asked) = match &*tape {
        Tape::Playing(_, playing) => {
            let mut playing = lock(playing);
            let is_all_asked = playing.asked.len() == playing.answers.len();
            (std::mem::take(&mut playing.unanswered), is_all_asked)
        }
        Tape::Recording(..) => (Vec::new(), true),
    };
    let played = Played {
        unanswered,
        is_all_asked,
    };
    (output, played)
}

/// The time by which a visit decides what to ask: now, and the time of its beginning where it is on a tape.
pub fn visit_time() -> Timestamp {
    match Tape::current().as_deref() {
        Some(Tape::Recording(began, _) | Tape::Playing(began, _)) => *began,
        None => Timestamp::now(),
    }
}

/// Whether this visit is played from a tape: then there is nobody to be patient with.
pub fn is_played() -> bool {
    matches!(Tape::current().as_deref(), Some(Tape::Playing(..)))
}

/// Whether this visit is played from a tape that holds no call of this address.
pub fn is_played_without(url: &Url) -> bool {
    match Tape::current().as_deref() {
        Some(Tape::Playing(_, playing)) => !lock(playing).answers.keys().any(|(it, _)| it == url),
        Some(Tape::Recording(..)) | None => false,
    }
}

/// Notes that this visit leaves a call out because an allowance of ours is spent. When it is played, the
/// calls that its tape does not hold fail for that reason.
pub fn note_cut() {
    if let Some(Tape::Recording(_, kept)) = Tape::current().as_deref() {
        lock(kept).1 = true;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while holding it")
}

impl Tape {
    /// The tape of this task.
    pub(crate) fn current() -> Option<Arc<Self>> {
        TAPE.try_with(Arc::clone).ok()
    }

    /// Keeps what a call brought.
    pub(crate) fn keep(
        &self,
        url: Url,
        asked: Option<Bytes>,
        answer: &Result<Fetched, FetchError>,
    ) {
        if let Self::Recording(_, kept) = self {
            let take = Take::of(url, asked, answer);
            lock(kept).0.push(take);
        }
    }

    /// The answer to a call, where this tape is played.
    pub(crate) fn answer(
        &self,
        url: &Url,
        asked: Option<Bytes>,
    ) -> Option<Result<Fetched, FetchError>> {
        let Self::Playing(_, playing) = self else {
            return None;
        };
        let mut playing = lock(playing);
        let call = (url.clone(), asked);
        if playing.answers.contains_key(&call) {
            playing.asked.insert(call.clone());
        }
        let take = match playing.answers.get_mut(&call) {
            Some(takes) if takes.len() > 1 => takes.pop_front(),
            Some(takes) => takes.front().cloned(),
            None => None,
        };
        Some(match take {
            Some(take) => take.into_answer().map_err(|error| *error),
            None if playing.is_cut => {
                Err(failure(url.clone(), Outcome::Failed(Failed::QuotaSpent)))
            }
            None => {
                playing.unanswered.push(url.clone());
                Err(failure(url.clone(), Outcome::Failed(Failed::Internal)))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        BudgetSpec, Collect, Document, FetchClient, FetchSettings, Holder, Repeat, Request,
    };
    use beffroi_model::BodyHash;
    use reqwest::header::HeaderMap;
    use std::num::NonZeroU32;

    fn take(url: &str, body: &'static str) -> Take {
        let url: Url = url.parse().unwrap();
        Take {
            url: url.clone(),
            asked: None,
            at: Timestamp::UNIX_EPOCH,
            duration_ms: 3,
            answer: TakenAnswer::Reply {
                url,
                status: 200,
                headers: HeaderMap::new(),
                body: Bytes::from_static(body.as_bytes()),
                body_bytes: body.len() as u64,
                body_hash: BodyHash::of(body.as_bytes()),
            },
        }
    }

    fn recording(takes: Vec<Take>) -> Recording {
        Recording {
            began: Timestamp::UNIX_EPOCH,
            takes,
            is_cut: false,
        }
    }

    #[tokio::test]
    async fn a_tape_answers_in_order_and_nothing_is_sent() {
        let client = FetchClient::try_new(FetchSettings::default()).unwrap();
        let budget = BudgetSpec {
            requests: NonZeroU32::MIN,
            per: std::time::Duration::from_secs(3600),
            concurrency: NonZeroU32::MIN,
            holder: Holder::ANYBODY,
        };
        let ask = |url: &str| client.get(Request::api(url.parse().unwrap(), budget));
        let visit = async {
            let mut told = Vec::new();
            // A name that no server resolves: what is sent would fail, and take its time.
            for url in [
                "https://a.invalid/x",
                "https://a.invalid/x",
                "https://a.invalid/x",
            ] {
                told.push(ask(url).await.unwrap().body);
            }
            (told, ask("https://a.invalid/y").await)
        };
        let takes = vec![
            take("https://a.invalid/x", "one"),
            take("https://a.invalid/x", "two"),
        ];
        let ((told, missing), told_again) = Box::pin(played(recording(takes), visit)).await;
        assert_eq!(told, ["one", "two", "two"]);
        assert_eq!(
            missing.unwrap_err().outcome,
            Outcome::Failed(Failed::Internal)
        );
        let missed = ["https://a.invalid/y".parse().unwrap()];
        assert_eq!(told_again.unanswered, missed);
        assert!(told_again.is_all_asked);
        assert_eq!(client.counters().exchanges_total, 0);
    }

    #[tokio::test]
    async fn a_post_is_answered_by_what_it_carries_and_a_sink_gets_what_was_read() {
        let client = FetchClient::try_new(FetchSettings::default()).unwrap();
        let budget = BudgetSpec {
            requests: NonZeroU32::MIN,
            per: std::time::Duration::from_secs(3600),
            concurrency: NonZeroU32::MIN,
            holder: Holder::ANYBODY,
        };
        let url = || -> Url { "https://a.invalid/x".parse().unwrap() };
        let post =
            |body: &'static str| Request::api_post(url(), budget, "text/plain", body, Repeat::Safe);
        let asked = |body: &'static str, asked: &'static str| Take {
            asked: Some(Bytes::from_static(asked.as_bytes())),
            ..take("https://a.invalid/x", body)
        };
        let takes = vec![
            asked("first", "1"),
            asked("second", "2"),
            asked("token", ""),
            take("https://a.invalid/x", "page"),
        ];
        let visit = async {
            let mut told = Vec::new();
            for request in [post("2"), post("1"), post("hush").with_secret_body()] {
                told.push(client.get(request).await.unwrap().body);
            }
            let mut sink = Collect::default();
            let page = Request::site(url(), Document::Page);
            let fetched = client.get_into(page, &mut sink).await.unwrap();
            (told, fetched.body_bytes, sink.body, visit_time())
        };
        let ((told, bytes, sunk, time), told_again) =
            Box::pin(played(recording(takes), visit)).await;
        assert_eq!(told, ["second", "first", "token"]);
        assert_eq!((bytes, &sunk[..]), (4, &b"page"[..]));
        assert_eq!(time, Timestamp::UNIX_EPOCH);
        assert!(told_again.unanswered.is_empty() && told_again.is_all_asked);
    }

    #[tokio::test]
    async fn calls_that_a_spent_allowance_left_out_fail_for_that_reason() {
        let client = FetchClient::try_new(FetchSettings::default()).unwrap();
        let url: Url = "https://a.invalid/x".parse().unwrap();
        let cut = Recording {
            is_cut: true,
            ..recording(Vec::new())
        };
        assert!(!is_played());
        let visit = async {
            assert!(is_played() && is_played_without(&url));
            client.get(Request::site(url.clone(), Document::Page)).await
        };
        let (answer, told_again) = played(cut, visit).await;
        assert_eq!(
            answer.unwrap_err().outcome,
            Outcome::Failed(Failed::QuotaSpent)
        );
        assert!(told_again.unanswered.is_empty());
        let nothing = async {};
        let (_, told_again) =
            played(recording(vec![take("https://a.invalid/x", "")]), nothing).await;
        assert!(!told_again.is_all_asked);
    }
}
