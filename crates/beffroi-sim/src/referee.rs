//! The referee: judges every request by its arrival time on the server's side.
//!
//! One small record per host and port, one per address, each behind its own lock that is held for
//! a few comparisons; nothing grows with the number of requests.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use serde::{Deserialize, Serialize};

/// Examples kept for the reader; counts go on.
const EXAMPLES: usize = 50;

/// The rules that hold for a request.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    /// Index of the host and port.
    pub(crate) host: usize,
    /// Index of the address.
    pub(crate) address: usize,
    /// `host:port`, for examples.
    pub(crate) name: &'a str,
    /// The path, for examples.
    pub(crate) path: &'a str,
    pub(crate) kind: RequestKind,
}

/// What a request is, as far as manners go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// robots.txt itself; `unreachable` when it is answered with 5xx.
    RobotsTxt { unreachable: bool },
    /// A page of a website: least gap between arrivals, and whether robots.txt allows it.
    Page {
        interval_ms: u64,
        allowed: bool,
        unreachable: bool,
    },
    /// A documented API: at most `requests` in any window.
    Api { requests: u32, window_ms: u64 },
}

/// What a violation is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Violation {
    /// Two requests to a host closer than its interval.
    HostPace,
    /// More than one request to a host under way at once.
    HostConcurrency,
    /// More requests to an address, over time, than its interval allows.
    AddressPace,
    /// More requests to an address under way at once than allowed.
    AddressConcurrency,
    /// A page fetched although robots.txt closes it.
    RobotsDisallowed,
    /// A page fetched although robots.txt answered 5xx.
    RobotsUnreachable,
    /// A page fetched before robots.txt was asked for.
    RobotsNotAsked,
    /// A request before the time given by Retry-After or a rate limit's reset.
    RetryAfter,
    /// More requests in a window than an API allows.
    ApiWindow,
}

/// The referee's report.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RefereeReport {
    /// Requests judged.
    pub requests: u64,
    /// Violations by kind; empty when all were polite.
    pub violations: BTreeMap<Violation, u64>,
    /// The first violations, in words.
    pub examples: Vec<String>,
    /// Hosts (and ports) that were asked anything.
    pub hosts: u64,
    /// Addresses that were asked anything.
    pub addresses: u64,
    /// The smallest gap between two arrivals of pages at one host, milliseconds.
    pub min_host_gap_ms: Option<f64>,
    /// The most requests under way at one host.
    pub max_host_concurrency: u32,
    /// The most requests under way at one address.
    pub max_address_concurrency: u32,
    /// The most requests that one API host got within its window, as a share of what it allows.
    pub max_api_window_use: f64,
}

/// What is expected of a polite crawler.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Expectation {
    pub(crate) group_interval_ms: f64,
    pub(crate) group_concurrency: u32,
}

/// Judges arrivals.
#[derive(Debug)]
pub(crate) struct Referee {
    start: Instant,
    expectation: Expectation,
    hosts: Vec<Mutex<HostLog>>,
    addresses: Vec<Mutex<AddressLog>>,
    requests: AtomicU64,
    findings: Mutex<Findings>,
}

#[derive(Debug, Default)]
struct Findings {
    violations: BTreeMap<Violation, u64>,
    examples: Vec<String>,
}

#[derive(Debug, Default)]
struct HostLog {
    requests: u32,
    last_ns: Option<u64>,
    min_gap_ns: Option<u64>,
    in_flight: u32,
    max_in_flight: u32,
    not_before_ns: u64,
    /// Survives a reset: a crawler may keep robots.txt for a day.
    robots_asked: bool,
    /// Arrivals within the API's window.
    window: Option<Box<Window>>,
}

#[derive(Debug, Default)]
struct Window {
    arrivals_ns: VecDeque<u64>,
    max_use: f64,
}

#[derive(Debug, Default)]
struct AddressLog {
    requests: u32,
    in_flight: u32,
    max_in_flight: u32,
    /// Requests ahead of what the interval allows.
    ahead: f64,
    last_ns: u64,
}

/// Keeps a request counted as under way until it is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay {
    referee: std::sync::Arc<Referee>,
    host: usize,
    address: usize,
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut host = lock(&self.referee.hosts[self.host]);
        host.in_flight = host.in_flight.saturating_sub(1);
        drop(host);
        let mut address = lock(&self.referee.addresses[self.address]);
        address.in_flight = address.in_flight.saturating_sub(1);
    }
}

/// A record stays usable after a panic elsewhere: it holds plain numbers.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Referee {
    pub(crate) fn new(hosts: usize, addresses: usize, expectation: Expectation) -> Self {
        Self {
            start: Instant::now(),
            expectation,
            hosts: (0..hosts).map(|_| Mutex::default()).collect(),
            addresses: (0..addresses).map(|_| Mutex::default()).collect(),
            requests: AtomicU64::new(0),
            findings: Mutex::default(),
        }
    }

    /// Nanoseconds since the referee came to be.
    pub(crate) fn now_ns(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    /// Judges a request that arrives now. The guard must live until the answer is out.
    pub(crate) fn arrival(self: &std::sync::Arc<Self>, rules: Rules<'_>) -> UnderWay {
        self.judge(rules, self.now_ns());
        UnderWay {
            referee: self.clone(),
            host: rules.host,
            address: rules.address,
        }
    }

    /// The server has asked not to be called before this many milliseconds from now.
    pub(crate) fn retry_after(&self, host: usize, wait_ms: u64) {
        let mut log = lock(&self.hosts[host]);
        log.not_before_ns = self.now_ns() + wait_ms * 1_000_000;
    }

    /// Requests that a host has got.
    pub(crate) fn requests_of(&self, host: usize) -> u32 {
        lock(&self.hosts[host]).requests
    }

    fn judge(&self, rules: Rules<'_>, now_ns: u64) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let mut found: [Option<(Violation, String)>; 8] = Default::default();
        let mut count = 0;
        let mut find = |violation, detail: String| {
            if count < found.len() {
                found[count] = Some((violation, detail));
                count += 1;
            }
        };
        {
            let mut log = lock(&self.hosts[rules.host]);
            log.judge(&rules, now_ns, &mut find);
        }
        {
            let mut log = lock(&self.addresses[rules.address]);
            let expected = if matches!(rules.kind, RequestKind::Api { .. }) {
                None // Paced by its own window.
            } else {
                Some(self.expectation)
            };
            log.judge(expected, now_ns, &mut find);
        }
        if count > 0 {
            let mut findings = lock(&self.findings);
            for (violation, detail) in found.into_iter().flatten() {
                *findings.violations.entry(violation).or_default() += 1;
                if findings.examples.len() < EXAMPLES {
                    let word = serde_json::to_string(&violation).unwrap_or_default();
                    findings.examples.push(format!(
                        "{}: {}{}: {detail}",
                        word.trim_matches('"'),
                        rules.name,
                        rules.path
                    ));
                }
            }
        }
    }

    /// What has been seen so far.
    pub(crate) fn report(&self) -> RefereeReport {
        let mut report = RefereeReport {
            requests: self.requests.load(Ordering::Relaxed),
            ..RefereeReport::default()
        };
        let mut min_gap_ns: Option<u64> = None;
        for log in &self.hosts {
            let log = lock(log);
            report.hosts += u64::from(log.requests > 0);
            report.max_host_concurrency = report.max_host_concurrency.max(log.max_in_flight);
            if let Some(gap) = log.min_gap_ns {
                min_gap_ns = Some(min_gap_ns.map_or(gap, |least| least.min(gap)));
            }
            if let Some(window) = &log.window {
                report.max_api_window_use = report.max_api_window_use.max(window.max_use);
            }
        }
        for log in &self.addresses {
            let log = lock(log);
            report.addresses += u64::from(log.requests > 0);
            report.max_address_concurrency = report.max_address_concurrency.max(log.max_in_flight);
        }
        report.min_host_gap_ms = min_gap_ns.map(|gap| gap as f64 / 1e6);
        let findings = lock(&self.findings);
        report.violations = findings.violations.clone();
        report.examples = findings.examples.clone();
        report
    }

    /// Forgets all counts. What a server has said before still binds: robots.txt that was read,
    /// Retry-After, API windows and the last arrivals.
    pub(crate) fn reset(&self) {
        self.requests.store(0, Ordering::Relaxed);
        for log in &self.hosts {
            let mut log = lock(log);
            log.requests = 0;
            log.min_gap_ns = None;
            log.max_in_flight = 0;
            if let Some(window) = &mut log.window {
                window.max_use = 0.0;
            }
        }
        for log in &self.addresses {
            let mut log = lock(log);
            log.requests = 0;
            log.max_in_flight = 0;
        }
        *lock(&self.findings) = Findings::default();
    }
}

impl HostLog {
    fn judge(&mut self, rules: &Rules<'_>, now_ns: u64, find: &mut impl FnMut(Violation, String)) {
        self.requests = self.requests.saturating_add(1);
        self.in_flight += 1;
        self.max_in_flight = self.max_in_flight.max(self.in_flight);
        if now_ns < self.not_before_ns {
            let early_ms = (self.not_before_ns - now_ns) / 1_000_000;
            find(Violation::RetryAfter, format!("{early_ms} ms too early"));
        }
        match rules.kind {
            RequestKind::Api {
                requests,
                window_ms,
            } => {
                self.window
                    .get_or_insert_default()
                    .judge(requests, window_ms, now_ns, find);
                return;
            }
            RequestKind::RobotsTxt { .. } => self.robots_asked = true,
            RequestKind::Page {
                allowed,
                unreachable,
                ..
            } => {
                if !self.robots_asked {
                    find(
                        Violation::RobotsNotAsked,
                        "robots.txt was not asked for".into(),
                    );
                }
                if unreachable {
                    find(
                        Violation::RobotsUnreachable,
                        "robots.txt answered 5xx".into(),
                    );
                } else if !allowed {
                    find(Violation::RobotsDisallowed, "closed by robots.txt".into());
                }
            }
        }
        if self.in_flight > 1 {
            find(
                Violation::HostConcurrency,
                format!("{} under way", self.in_flight),
            );
        }
        let gap_ns = self.last_ns.map(|last| now_ns.saturating_sub(last));
        self.last_ns = Some(now_ns);
        if let Some(gap_ns) = gap_ns {
            self.min_gap_ns = Some(self.min_gap_ns.map_or(gap_ns, |least| least.min(gap_ns)));
            if let RequestKind::Page { interval_ms, .. } = rules.kind
                && gap_ns < interval_ms * 1_000_000
            {
                let gap_ms = gap_ns as f64 / 1e6;
                find(
                    Violation::HostPace,
                    format!("{gap_ms:.1} ms after {interval_ms} ms due"),
                );
            }
        }
    }
}

impl Window {
    fn judge(
        &mut self,
        requests: u32,
        window_ms: u64,
        now_ns: u64,
        find: &mut impl FnMut(Violation, String),
    ) {
        let start_ns = now_ns.saturating_sub(window_ms * 1_000_000);
        while self.arrivals_ns.front().is_some_and(|at| *at < start_ns) {
            self.arrivals_ns.pop_front();
        }
        let used = self.arrivals_ns.len() + 1;
        if used > requests as usize {
            find(
                Violation::ApiWindow,
                format!("{used} requests in {window_ms} ms"),
            );
            // The list never grows beyond what is allowed.
            self.arrivals_ns.pop_front();
        }
        self.arrivals_ns.push_back(now_ns);
        self.max_use = self.max_use.max(used as f64 / f64::from(requests.max(1)));
    }
}

impl AddressLog {
    fn judge(
        &mut self,
        expected: Option<Expectation>,
        now_ns: u64,
        find: &mut impl FnMut(Violation, String),
    ) {
        self.requests = self.requests.saturating_add(1);
        self.in_flight += 1;
        self.max_in_flight = self.max_in_flight.max(self.in_flight);
        let Some(Expectation {
            group_interval_ms,
            group_concurrency,
        }) = expected
        else {
            return;
        };
        if self.in_flight > group_concurrency {
            find(
                Violation::AddressConcurrency,
                format!("{} under way", self.in_flight),
            );
        }
        // A leaky bucket: what was sent in time may arrive bunched by as much as may be under
        // way at once, and no more.
        let elapsed_ms = now_ns.saturating_sub(self.last_ns) as f64 / 1e6;
        self.last_ns = now_ns;
        if group_interval_ms > 0.0 {
            self.ahead = (self.ahead - elapsed_ms / group_interval_ms).max(0.0) + 1.0;
            if self.ahead > f64::from(group_concurrency) + 1.0 {
                self.ahead -= 1.0;
                find(
                    Violation::AddressPace,
                    format!("more than one in {group_interval_ms} ms over time"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const MS: u64 = 1_000_000;

    fn referee() -> Arc<Referee> {
        let expectation = Expectation {
            group_interval_ms: 50.0,
            group_concurrency: 4,
        };
        Arc::new(Referee::new(4, 4, expectation))
    }

    fn rules(kind: RequestKind) -> Rules<'static> {
        Rules {
            host: 0,
            address: 0,
            name: "www.x.test:80",
            path: "/",
            kind,
        }
    }

    fn page(interval_ms: u64) -> RequestKind {
        RequestKind::Page {
            interval_ms,
            allowed: true,
            unreachable: false,
        }
    }

    const ROBOTS: RequestKind = RequestKind::RobotsTxt { unreachable: false };

    /// Arrives at a time and is answered at once.
    fn visit(referee: &Arc<Referee>, at_ms: u64, kind: RequestKind) {
        let rules = rules(kind);
        referee.judge(rules, at_ms * MS);
        drop(UnderWay {
            referee: referee.clone(),
            host: rules.host,
            address: rules.address,
        });
    }

    fn violations(referee: &Referee) -> Vec<(Violation, u64)> {
        referee.report().violations.into_iter().collect()
    }

    #[test]
    fn a_polite_visit_is_silent() {
        let referee = referee();
        visit(&referee, 0, ROBOTS);
        for step in 1..10 {
            visit(&referee, step * 250, page(250));
        }
        assert_eq!(violations(&referee), []);
        let report = referee.report();
        assert_eq!((report.requests, report.hosts), (10, 1));
        assert_eq!(report.min_host_gap_ms, Some(250.0));
    }

    #[test]
    fn a_hasty_second_page_is_a_violation_of_pace() {
        let referee = referee();
        visit(&referee, 0, ROBOTS);
        visit(&referee, 250, page(250));
        visit(&referee, 499, page(250));
        assert_eq!(violations(&referee), [(Violation::HostPace, 1)]);
        assert!(referee.report().examples[0].starts_with("host_pace: www.x.test:80/"));
    }

    #[test]
    fn robots_rules_are_held_against_every_page() {
        let referee = referee();
        visit(&referee, 0, page(0));
        assert_eq!(violations(&referee), [(Violation::RobotsNotAsked, 1)]);
        visit(&referee, 1_000, ROBOTS);
        let closed = RequestKind::Page {
            interval_ms: 0,
            allowed: false,
            unreachable: false,
        };
        visit(&referee, 2_000, closed);
        let unreachable = RequestKind::Page {
            interval_ms: 0,
            allowed: false,
            unreachable: true,
        };
        visit(&referee, 3_000, unreachable);
        assert_eq!(
            violations(&referee),
            [
                (Violation::RobotsDisallowed, 1),
                (Violation::RobotsUnreachable, 1),
                (Violation::RobotsNotAsked, 1),
            ]
        );
    }

    #[test]
    fn two_at_once_are_counted_until_their_answers_are_out() {
        let referee = referee();
        visit(&referee, 0, ROBOTS);
        let first = referee.arrival(rules(page(0)));
        let second = referee.arrival(rules(page(0)));
        assert_eq!(violations(&referee), [(Violation::HostConcurrency, 1)]);
        drop((first, second));
        drop(referee.arrival(rules(page(0))));
        assert_eq!(violations(&referee), [(Violation::HostConcurrency, 1)]);
        assert_eq!(referee.report().max_host_concurrency, 2);
    }

    #[test]
    fn a_request_before_retry_after_is_a_violation() {
        let referee = referee();
        visit(&referee, 0, ROBOTS);
        referee.retry_after(0, 60_000);
        drop(referee.arrival(rules(page(0))));
        assert_eq!(violations(&referee), [(Violation::RetryAfter, 1)]);
    }

    #[test]
    fn an_api_window_slides() {
        let referee = referee();
        let api = RequestKind::Api {
            requests: 3,
            window_ms: 1_000,
        };
        for at in [0, 400, 800, 1_001, 1_401] {
            visit(&referee, at, api);
        }
        assert_eq!(violations(&referee), []);
        visit(&referee, 1_402, api);
        assert_eq!(violations(&referee), [(Violation::ApiWindow, 1)]);
        assert!(referee.report().max_api_window_use > 1.0);
    }

    #[test]
    fn an_address_bears_a_bunch_but_no_flood() {
        let referee = referee();
        for host in 0..4 {
            let mut rules = rules(ROBOTS);
            rules.host = host;
            referee.judge(rules, 0);
            drop(UnderWay {
                referee: referee.clone(),
                host,
                address: 0,
            });
        }
        assert_eq!(violations(&referee), []);
        for at in 1..4 {
            visit(&referee, at, ROBOTS);
        }
        assert_eq!(violations(&referee), [(Violation::AddressPace, 2)]);
    }

    #[test]
    fn a_reset_forgets_counts_but_not_what_binds() {
        let referee = referee();
        visit(&referee, 0, page(0));
        visit(&referee, 0, ROBOTS);
        referee.reset();
        assert_eq!(referee.report(), RefereeReport::default());
        visit(&referee, 1_000, page(0));
        assert_eq!(violations(&referee), []);
    }
}
