//! The way to a document: hop by hop through redirects, and try by try at each hop.
//!
//! Every hop is guarded, asked of its own site's robots.txt, and paced anew; every exchange is
//! recorded, whatever comes of it.

use beffroi_model::{Failed, FetchRecord, Forbidden, Outcome};
use jiff::Timestamp;
use reqwest::header::HeaderMap;
use tokio::time::sleep;
use url::{Position, Url};

use crate::{
    BodySink, BudgetSpec, FetchClient, FetchError, HostGroup, RobotsPolicy,
    cookies::Cookies,
    error::{Failure, Words},
    exchange::{Answer, BodyLimit, NoAnswer, is_redirect},
    failure::{is_transient, is_transport, is_worth_retrying},
    guard::Refusal,
    hints,
    pace::{CrawlDelay, NotNow, Permit, Tempo},
    pass::fenced,
    post::Post,
    redirects::{drop_sensitive, next_hop},
    retry,
};

/// One document to fetch.
pub(crate) struct Errand {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) limit: BodyLimit,
    pub(crate) max_redirects: u32,
    pub(crate) robots: RobotsPolicy,
    pub(crate) budget: Option<BudgetSpec>,
    pub(crate) post: Option<Post>,
}

/// What has happened on the way.
#[derive(Default)]
pub(crate) struct Journey {
    pub(crate) redirects: Vec<Url>,
    pub(crate) records: Vec<FetchRecord>,
    cookies: Cookies,
    /// The hops before this one were asked without a cookie that we have now.
    pub(crate) first_hop_with_all_cookies: usize,
    /// Exchanges before the present hop.
    records_before_hop: usize,
}

impl Journey {
    /// One that begins after these redirects.
    pub(crate) fn after(redirects: Vec<Url>) -> Self {
        Self {
            redirects,
            ..Self::default()
        }
    }

    pub(crate) fn into_error(self, url: Url, failure: Failure) -> FetchError {
        let (elsewhere, url) = match failure.elsewhere {
            Some(elsewhere) => (Some(elsewhere.group), elsewhere.url),
            None => (None, url),
        };
        FetchError {
            outcome: failure.outcome,
            url,
            has_asked: self.records.len() > self.records_before_hop,
            elsewhere,
            status: failure.status,
            head: failure.head,
            words: failure.words,
            not_before: failure.not_before,
            is_backoff: failure.is_backoff,
            is_transient: failure.is_transient,
            redirects: self.redirects,
            records: self.records,
            source: failure.source,
        }
    }
}

impl FetchClient {
    /// Goes all the way. The answer is neither a redirect nor a 429 nor a 5xx.
    pub(crate) async fn run(
        &self,
        mut errand: Errand,
        sink: &mut dyn BodySink,
        journey: &mut Journey,
    ) -> Result<Answer, FetchError> {
        errand.url.set_fragment(None);
        if let Some(Err(failure)) = errand.post.as_ref().map(Post::check) {
            return Err(std::mem::take(journey).into_error(errand.url, failure));
        }
        loop {
            journey.records_before_hop = journey.records.len();
            let hop = match self.hop(&errand, sink, journey).await {
                Ok(answer) if !is_redirect(answer.head.status) => return Ok(answer),
                Ok(answer) => {
                    if journey.cookies.take(&errand.url, &answer.head.headers) {
                        journey.first_hop_with_all_cookies = journey.redirects.len() + 1;
                    }
                    next_hop(&errand, &answer, journey)
                }
                Err(failure) => Err(failure),
            };
            match hop {
                Ok(next) => {
                    if next.origin() != errand.url.origin() {
                        drop_sensitive(&mut errand.headers);
                    }
                    journey
                        .redirects
                        .push(std::mem::replace(&mut errand.url, next));
                }
                Err(failure) => return Err(std::mem::take(journey).into_error(errand.url, failure)),
            }
        }
    }

    /// One hop: guard, robots, and tries until an answer is there.
    async fn hop(
        &self,
        errand: &Errand,
        sink: &mut dyn BodySink,
        journey: &mut Journey,
    ) -> Result<Answer, Failure> {
        let inner = &*self.inner;
        let admitted = inner.guard.admit(&errand.url).await;
        let target = admitted.map_err(Failure::from)?;
        if errand.budget.is_none() && target.is_name {
            inner.pace.notebook.saw(&target.host, target.lowest());
        }
        if errand.budget.is_none() && !self.may_ask(&target.group) {
            return Err(Failure::elsewhere(target.group, errand.url.clone()));
        }
        let crawl_delay = match errand.robots {
            RobotsPolicy::PublicApi => CrawlDelay::Unread,
            RobotsPolicy::Obey => {
                let robots = self.site_robots(&errand.url, journey).await?;
                if !robots
                    .rules
                    .allows(&errand.url[Position::BeforePath..Position::AfterQuery])
                {
                    return Err(Failure::of(Outcome::Forbidden(Forbidden::RobotsDisallowed)));
                }
                let delay = robots.rules.crawl_delay();
                if delay.is_some_and(|delay| delay > inner.settings.max_crawl_delay) {
                    return Err(Failure::of(Outcome::Forbidden(
                        Forbidden::CrawlDelayTooLong,
                    )));
                }
                CrawlDelay::Read(delay)
            }
        };
        let tempo = errand.budget.map_or(Tempo::Site(crawl_delay), Tempo::Api);
        let is_https = errand.url.scheme() == "https";
        let mut retries_done = 0;
        loop {
            let pass = self.pass.as_ref();
            let permit = inner.pace.enter(&target, is_https, tempo, pass).await?;
            let mut headers = errand.headers.clone();
            journey.cookies.add_to(&errand.url, &mut headers);
            let exchange = inner.exchanger.send(errand, &target, headers, sink);
            let (answer, record) = fenced(permit.held, exchange).await;
            inner.counters.count(&record);
            journey.records.push(record);
            let (not_before, is_backoff) = learn(&permit, tempo, &answer);
            drop(permit);

            let (mut failure, may_pass) = match judge(answer, not_before) {
                Ok(answer) => return Ok(answer),
                Err(judgement) => judgement,
            };
            failure.is_backoff = is_backoff;
            let post = errand.post.as_ref();
            let may_pass = may_pass && post.is_none_or(|post| post.may_be_sent_again(&failure));
            if !may_pass || retries_done >= inner.settings.retries || self.is_too_late(not_before) {
                return Err(failure);
            }
            // A moment is waited for at the gate, by all.
            if not_before.is_none() {
                let base = inner.settings.retry_base;
                let wait = retry::backoff(base, retries_done, &mut rand::rng());
                sleep(wait).await;
            }
            retries_done += 1;
        }
    }

    /// Whether the group is the lane's, or there is no lane to keep to.
    pub(crate) fn may_ask(&self, group: &HostGroup) -> bool {
        let pass = self.pass.as_ref();
        let territory = pass.and_then(|pass| pass.territory.as_deref());
        territory.is_none_or(|territory| territory.holds(group))
    }

    fn is_too_late(&self, not_before: Option<Timestamp>) -> bool {
        not_before.is_some_and(|moment| {
            let wait = moment.duration_since(Timestamp::now());
            std::time::Duration::try_from(wait)
                .is_ok_and(|w| w > self.inner.settings.retry_max_wait)
        })
    }
}

/// Tells the gates how the exchange fared: who asks for patience gets it. Gives the moment before which
/// nothing goes there, and whether that is our own back-off. Only websites are given up.
fn learn(
    permit: &Permit<'_>,
    tempo: Tempo,
    answer: &Result<Answer, NoAnswer>,
) -> (Option<Timestamp>, bool) {
    match (answer, tempo) {
        (Ok(answer), _) => {
            let head = &answer.head;
            let named = hints::not_before(head.status, &head.headers, Timestamp::now());
            let not_before = permit.answered(head.status, named);
            (not_before, named.is_none() && not_before.is_some())
        }
        (Err(failure), Tempo::Site(_)) if is_transport(failure.class) => {
            permit.failed(failure.class);
            (None, false)
        }
        (Err(_), _) => (None, false),
    }
}

/// An answer, or what is wrong with it and whether another try may help.
fn judge(
    answer: Result<Answer, NoAnswer>,
    not_before: Option<Timestamp>,
) -> Result<Answer, (Failure, bool)> {
    match answer {
        Ok(answer) => {
            let status = answer.head.status;
            let (class, may_pass) = match status {
                429 => (Failed::RateLimited, true),
                // Not implemented, version not supported: they will not be tomorrow either.
                501 | 505 => (Failed::Http5xx, false),
                500.. => (Failed::Http5xx, true),
                _ => return Ok(answer),
            };
            let failure = Failure {
                status: Some(status),
                head: Some(Box::new(answer.head)),
                words: answer.words,
                not_before,
                is_transient: may_pass,
                ..Failure::of(Outcome::Failed(class))
            };
            Err((failure, may_pass))
        }
        Err(no_answer) => {
            let failure = Failure {
                outcome: Outcome::Failed(no_answer.class),
                status: no_answer.status,
                head: no_answer.head.map(Box::new),
                words: Words::default(),
                not_before,
                is_backoff: false,
                is_transient: is_transient(no_answer.class),
                elsewhere: None,
                source: no_answer.source.map(Into::into),
            };
            Err((failure, is_worth_retrying(no_answer.class)))
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self {
            is_transient: refusal.is_transient(),
            ..Self::of(refusal.outcome())
        }
        .caused_by(refusal)
    }
}

impl From<NotNow> for Failure {
    fn from(not_now: NotNow) -> Self {
        match not_now {
            NotNow::Blocked(moment) => Self {
                not_before: Some(moment),
                is_transient: true,
                ..Self::of(Outcome::Failed(Failed::RateLimited))
            },
            NotNow::GivenUp(class) => Self {
                is_transient: is_transient(class),
                ..Self::of(Outcome::Failed(class))
            },
            // The gate never says so to anybody: it lets them wait.
            NotNow::HoldEnded => Self::of(Outcome::Failed(Failed::Internal)),
        }
    }
}
