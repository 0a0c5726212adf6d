//! Asking a site for its robots.txt, and what its answer or its silence means.

use std::sync::Arc;

use beffroi_model::{Absent, Failed, FetchRecord, Forbidden, Outcome};
use futures::future::BoxFuture;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderValue};
use url::Url;

use super::{MAX_ROBOTS_BYTES, SiteRobots, Verdict};
use crate::{
    Collect, FetchClient, FetchError, RobotsPolicy,
    error::{Elsewhere, Failure, Words},
    exchange::BodyLimit,
    journey::{Errand, Journey},
};

/// Redirects followed; RFC 9309 (2.3.1.2) asks for five, and takes more for no file at all.
const MAX_REDIRECTS: u32 = 5;

impl FetchClient {
    /// What the robots.txt of the URL's site says to us.
    pub(crate) async fn site_robots(
        &self,
        url: &Url,
        journey: &mut Journey,
    ) -> Result<Arc<SiteRobots>, Failure> {
        let robots = &self.inner.robots;
        let verdict = match robots.peek(url).await {
            Some(verdict) => verdict,
            None => loop {
                let refused = |_| Failure::of(Outcome::Forbidden(Forbidden::RefusedUrl));
                let robots_url = url.join("/robots.txt").map_err(refused)?;
                let visit = self.visit_robots(robots_url, &mut journey.records);
                match robots.get(url, visit).await {
                    Ok(verdict) => break verdict,
                    // Another lane's way ended there, ours need not.
                    Err(error) if error.elsewhere.as_ref().is_some_and(|it| self.may_ask(it)) => {}
                    Err(error) => return Err(moved_with_its_robots(error.echo(), url)),
                }
            },
        };
        match verdict {
            Verdict::Rules(robots) => Ok(robots),
            Verdict::Unreachable {
                status,
                not_before,
                is_transient,
            } => Err(Failure {
                outcome: Outcome::Failed(Failed::RobotsUnreachable),
                status,
                head: None,
                words: Words::default(),
                not_before,
                is_backoff: false,
                is_transient,
                elsewhere: None,
                source: None,
            }),
        }
    }

    /// Fetches and judges. Boxed, for a journey asks for robots and robots is itself a journey.
    fn visit_robots<'a>(
        &'a self,
        url: Url,
        records: &'a mut Vec<FetchRecord>,
    ) -> BoxFuture<'a, Result<Verdict, FetchError>> {
        Box::pin(async move {
            let headers = HeaderMap::from_iter([
                (ACCEPT, HeaderValue::from_static("text/plain, */*;q=0.1")),
                (ACCEPT_LANGUAGE, HeaderValue::from_static("fr")),
            ]);
            let errand = Errand {
                url: url.clone(),
                headers,
                // One more than counts, so that the reader sees that there was more.
                limit: BodyLimit::CutAt(MAX_ROBOTS_BYTES as u64 + 1),
                max_redirects: MAX_REDIRECTS,
                robots: RobotsPolicy::PublicApi,
                budget: None,
                post: None,
            };
            let mut file = Collect::default();
            let mut journey = Journey::default();
            let answer = self.run(errand, &mut file, &mut journey).await;
            match answer {
                Ok(answer) => {
                    records.append(&mut journey.records);
                    Ok(Verdict::Rules(Arc::new(match answer.head.status {
                        200..300 => SiteRobots::read(&file.body, &url),
                        // No file that we may read, hence no rules (RFC 9309, 2.3.1.3).
                        _ => SiteRobots::default(),
                    })))
                }
                Err(mut error) => {
                    records.append(&mut error.records);
                    verdict_on_silence(&error).ok_or(error)
                }
            }
        })
    }
}

/// What it means that no robots.txt came. Where not even a connection to the site came about there
/// is no verdict: the error is the site's own and says more than "unreachable".
fn verdict_on_silence(error: &FetchError) -> Option<Verdict> {
    let is_redirected = !error.redirects.is_empty();
    if error.elsewhere.is_some() {
        return None;
    }
    match error.outcome {
        Outcome::Failed(Failed::TooManyRedirects) => Some(Verdict::Rules(Arc::default())),
        outcome if !is_redirected && error.status.is_none() && is_before_http(outcome) => None,
        _ => Some(Verdict::Unreachable {
            status: error.status,
            not_before: error.not_before,
            is_transient: error.is_transient,
        }),
    }
}

/// A site whose robots.txt has moved to a server of another lane: its rules cannot be known here, and
/// nothing is asked without them. The site is looked for where its robots.txt is.
fn moved_with_its_robots(mut failure: Failure, url: &Url) -> Failure {
    if let Some(elsewhere) = &mut failure.elsewhere {
        let Elsewhere { url: there, .. } = &mut **elsewhere;
        there.set_path(url.path());
        there.set_query(url.query());
    }
    failure
}

fn is_before_http(outcome: Outcome) -> bool {
    matches!(
        outcome,
        Outcome::Absent(Absent::DnsNxdomain)
            | Outcome::Forbidden(Forbidden::PrivateAddress | Forbidden::RefusedUrl)
            | Outcome::Failed(
                Failed::DnsServfail
                    | Failed::DnsTimeout
                    | Failed::TcpRefused
                    | Failed::TcpTimeout
                    | Failed::TlsExpired
                    | Failed::TlsNameMismatch
                    | Failed::TlsUntrustedChain
                    | Failed::TlsProtocol
                    | Failed::TlsOther
                    | Failed::RateLimited
            )
    )
}
