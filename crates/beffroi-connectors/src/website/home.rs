//! How a visit arrives at the home page of a site, or why it does not.
//!
//! Rule: detours are few and each has its reason: http once when the certificate is bad or https does
//! not answer, with or without `www.` once when the name does not exist, and what a page itself
//! redirects to. A way that leads to a server of another lane is handed over to it.

use beffroi_fetch::{FetchError, Fetched, Head, HostGroup, Validators};
use beffroi_model::{Absent, Failed, Forbidden, Outcome};
use url::Url;

use super::{
    ask::Asker,
    carried::{Carried, HttpsFailure},
    page::{ReadPage, base_of, redirect_of},
};
use crate::{
    Elsewhere, Retry,
    accounts::{self, Parsed, hosts},
};

/// Where the visit arrived.
pub(super) enum Arrival {
    /// At a page.
    Page(Box<Home>),
    /// At a page that has not changed since the last visit.
    NotModified(Head),
    /// At an account of another platform: there is no site.
    Account(Parsed, Url),
    /// At a server that another lane asks.
    Elsewhere(Elsewhere),
    /// Nowhere.
    Ended(Ended),
}

/// The home page.
pub(super) struct Home {
    pub(super) head: Head,
    pub(super) page: ReadPage,
    /// Against which its links are resolved.
    pub(super) base: Url,
    pub(super) body_bytes: u64,
}

/// A visit without a home page.
pub(super) struct Ended {
    pub(super) outcome: Outcome,
    pub(super) url: Url,
    pub(super) status: Option<u16>,
    pub(super) retry: Option<Retry>,
}

/// The way to the home page.
pub(super) struct Way {
    pub(super) arrival: Arrival,
    /// What is wrong with the certificate, when http had to do.
    pub(super) certificate_problem: Option<Failed>,
}

/// Goes to the home page; `validators` hold for the declared address.
pub(super) async fn arrive(
    asker: &mut Asker<'_>,
    url: &Url,
    validators: &Validators,
    carried: Option<&str>,
) -> Way {
    let mut way = Carried::read(carried, url);
    let arrival = loop {
        let validators = if way.target == *url {
            validators.clone()
        } else {
            Validators::default()
        };
        let asked = asker.page_after(&way.at, &way.redirects, &validators).await;
        let (fetched, page) = match asked {
            Ok(answer) => answer,
            Err(error) => {
                if let Some(parsed) = account_at(&error.url).filter(|_| error.url != way.target) {
                    break Arrival::Account(parsed, error.url.clone());
                }
                if let Some(group) = &error.elsewhere {
                    break hand_over(&way, group, &error);
                }
                match way.around(&error) {
                    Some(next) => way.turn_to(next),
                    None => break Arrival::Ended(way.end(&error)),
                }
                continue;
            }
        };
        let next = match judge_answer(fetched, page) {
            Judged::Arrived(home) => {
                way.https_failure = None;
                let Some(next) = redirect_of(&home.page.facts, &home.base) else {
                    break Arrival::Page(home);
                };
                if way.seen.contains(&next) {
                    // A loop: the page is what the visitor keeps seeing.
                    break Arrival::Page(home);
                }
                way.seen.push(next.clone());
                next
            }
            Judged::Other(arrival) => break *arrival,
        };
        if let Some(parsed) = account_at(&next) {
            break Arrival::Account(parsed, next);
        }
        way.page_redirects += 1;
        if way.page_redirects > asker.settings.max_page_redirects {
            break too_many_redirects(next);
        }
        way.turn_to(next);
    };
    Way {
        arrival,
        certificate_problem: way.certificate_problem,
    }
}

fn hand_over(way: &Carried, group: &HostGroup, error: &FetchError) -> Arrival {
    match way.handed_over(&error.url, &error.redirects) {
        Some(carried) => Arrival::Elsewhere(Elsewhere {
            group: group.clone(),
            carried,
        }),
        None => too_many_redirects(error.url.clone()),
    }
}

fn too_many_redirects(url: Url) -> Arrival {
    Arrival::Ended(Ended {
        outcome: Outcome::Failed(Failed::TooManyRedirects),
        url,
        status: None,
        retry: None,
    })
}

/// The account of another platform at an address, if it is one.
pub(super) fn account_at(url: &Url) -> Option<Parsed> {
    let parsed = accounts::parse_url(url);
    let is_network = parsed
        .platform
        .is_some_and(|p| p != beffroi_model::Platform::Website);
    is_network.then_some(parsed)
}

impl Carried {
    /// Another address worth one try after this failure.
    fn around(&mut self, error: &FetchError) -> Option<Url> {
        let target = &self.target;
        match error.outcome {
            Outcome::Failed(
                problem @ (Failed::TlsExpired
                | Failed::TlsNameMismatch
                | Failed::TlsUntrustedChain
                | Failed::TlsProtocol
                | Failed::TlsOther),
            ) if self.certificate_problem.is_none() => {
                // The failure may be that of a redirect from http to https: going back to http
                // would only turn in circles.
                if target.scheme() != "https" {
                    return None;
                }
                let plain = over_http(target);
                self.certificate_problem = Some(problem);
                self.https_failure = https_failure(error);
                plain
            }
            // At a written port, http would be refused as well.
            Outcome::Failed(Failed::TcpRefused)
                if target.scheme() == "https" && target.port().is_none() =>
            {
                let plain = over_http(target);
                self.https_failure = https_failure(error);
                plain
            }
            // Nobody is there, or one who accepts and waits for a request that he can read.
            Outcome::Failed(Failed::TcpTimeout) if target.scheme() == "https" => {
                let plain = over_http(target);
                self.https_failure = https_failure(error);
                plain
            }
            Outcome::Absent(Absent::DnsNxdomain) if !self.has_toggled_www => {
                self.has_toggled_www = true;
                toggle_www(target)
            }
            Outcome::Measured
            | Outcome::Unchanged
            | Outcome::Absent(_)
            | Outcome::Forbidden(_)
            | Outcome::Failed(_) => None,
        }
    }

    /// The end of the way. Where http got no answer either, what https met first is what is wrong
    /// with the site.
    fn end(&mut self, error: &FetchError) -> Ended {
        let last = failed(error);
        let is_unanswered = matches!(last.outcome, Outcome::Failed(_))
            && last.status.is_none()
            && error.redirects.is_empty();
        let first = self.https_failure.take().filter(|_| is_unanswered);
        first.map_or(last, Ended::from)
    }
}

fn https_failure(error: &FetchError) -> Option<HttpsFailure> {
    let ended = failed(error);
    let Outcome::Failed(reason) = ended.outcome else {
        return None; // a parking company's host: http tells no more of the site
    };
    Some(HttpsFailure {
        reason,
        url: ended.url,
        may_pass: ended.retry.is_some(),
    })
}

impl From<HttpsFailure> for Ended {
    fn from(failure: HttpsFailure) -> Self {
        Self {
            outcome: Outcome::Failed(failure.reason),
            url: failure.url,
            status: None,
            retry: failure.may_pass.then(|| Retry::after_a_try(None)),
        }
    }
}

/// The same address over http, at the same port where one is written.
fn over_http(url: &Url) -> Option<Url> {
    let mut plain = url.clone();
    plain.set_scheme("http").ok()?;
    Some(plain)
}

fn toggle_www(url: &Url) -> Option<Url> {
    let host = url.domain()?;
    let other = match host.strip_prefix("www.") {
        Some(bare) => bare.to_owned(),
        // `www.` before a name deep in somebody's domain leads nowhere.
        None if psl::domain_str(host) == Some(host) => format!("www.{host}"),
        None => return None,
    };
    let mut toggled = url.clone();
    toggled.set_host(Some(&other)).ok()?;
    Some(toggled)
}

fn failed(error: &FetchError) -> Ended {
    let is_parked = error.url.host_str().is_some_and(hosts::is_parking);
    let outcome = if is_parked {
        Outcome::Absent(Absent::Parked)
    } else {
        error.outcome
    };
    let may_pass = error.is_transient || error.not_before.is_some();
    Ended {
        outcome,
        url: error.url.clone(),
        status: error.status,
        retry: (may_pass && !is_parked).then_some(Retry {
            not_before: error.not_before,
            has_asked: error.has_asked || error.not_before.is_none(),
        }),
    }
}

enum Judged {
    Arrived(Box<Home>),
    Other(Box<Arrival>),
}

/// What an answer means, before its words are read.
fn judge_answer(fetched: Fetched, page: Option<ReadPage>) -> Judged {
    let head = fetched.head;
    let ended = |outcome: Outcome| {
        let (url, status) = (head.url.clone(), Some(head.status));
        Judged::Other(Box::new(Arrival::Ended(Ended {
            outcome,
            url,
            status,
            retry: None,
        })))
    };
    if let Some(parsed) = account_at(&head.url) {
        return Judged::Other(Box::new(Arrival::Account(parsed, head.url.clone())));
    }
    if head.url.host_str().is_some_and(hosts::is_parking) {
        return ended(Outcome::Absent(Absent::Parked));
    }
    match head.status {
        304 => return Judged::Other(Box::new(Arrival::NotModified(head))),
        404 => return ended(Outcome::Absent(Absent::NotFound)),
        410 => return ended(Outcome::Absent(Absent::Gone)),
        401 | 403 | 451 => return ended(Outcome::Forbidden(Forbidden::Blocked)),
        200..=299 => {}
        _ => return ended(Outcome::Failed(Failed::Http4xx)),
    }
    let Some(page) = page.filter(|_| fetched.body_bytes > 0) else {
        return ended(Outcome::Failed(Failed::EmptyBody));
    };
    if !page.is_html {
        return ended(Outcome::Failed(Failed::NotHtml));
    }
    let base = base_of(&page.facts, &head.url);
    Judged::Arrived(Box::new(Home {
        head,
        page,
        base,
        body_bytes: fetched.body_bytes,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn www_is_toggled_only_at_the_top_of_a_domain() {
        for (url, expected) in [
            ("https://www.exemple.fr/", Some("https://exemple.fr/")),
            ("https://exemple.fr/a", Some("https://www.exemple.fr/a")),
            ("https://mairie.exemple.fr/", None),
            ("http://127.0.0.1/", None),
        ] {
            let toggled = toggle_www(&url.parse().unwrap()).map(String::from);
            assert_eq!(toggled.as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn http_keeps_a_written_port() {
        let plain = over_http(&"https://exemple.fr:8443/a".parse().unwrap()).unwrap();
        assert_eq!(plain.as_str(), "http://exemple.fr:8443/a");
        assert_eq!(
            over_http(&"https://exemple.fr/".parse().unwrap())
                .unwrap()
                .as_str(),
            "http://exemple.fr/"
        );
    }
}
