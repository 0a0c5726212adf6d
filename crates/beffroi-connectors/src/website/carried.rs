//! What a visit takes along when its way leads to a server that another lane asks, as JSON.
//!
//! Rule: with it the visit goes on there as if one client had gone the whole way. What cannot be read,
//! because another version wrote it, is forgotten: the visit begins anew.

use beffroi_model::Failed;
use serde::{Deserialize, Serialize};
use url::Url;

/// Version of the shape; another is not read.
const VERSION: u8 = 1;

/// How often a visit is handed over at the most. A way that leads to and fro more often leads nowhere.
const MOST_HAND_OVERS: u8 = 4;

/// Longer texts do not belong into the queue. Only addresses of absurd length make one.
const MOST_BYTES: usize = 64 * 1024;

/// A visit under way to its home page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Carried {
    version: u8,
    /// The address that was asked for last.
    pub(super) target: Url,
    /// Where that led: the address to ask now.
    pub(super) at: Url,
    /// The addresses that redirected from `target` to `at`.
    pub(super) redirects: Vec<Url>,
    /// The addresses to which the site's pages have led so far, the declared one first.
    pub(super) seen: Vec<Url>,
    pub(super) page_redirects: usize,
    pub(super) certificate_problem: Option<Failed>,
    pub(super) https_failure: Option<HttpsFailure>,
    pub(super) has_toggled_www: bool,
    hand_overs: u8,
}

/// How https ended, while it is not known whether http does better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HttpsFailure {
    pub(super) reason: Failed,
    pub(super) url: Url,
    pub(super) may_pass: bool,
}

impl Carried {
    /// A visit that begins.
    pub(super) fn begun(url: &Url) -> Self {
        Self {
            version: VERSION,
            target: url.clone(),
            at: url.clone(),
            redirects: Vec::new(),
            seen: vec![url.clone()],
            page_redirects: 0,
            certificate_problem: None,
            https_failure: None,
            has_toggled_www: false,
            hand_overs: 0,
        }
    }

    /// A visit of this address that goes on, or begins.
    pub(super) fn read(json: Option<&str>, url: &Url) -> Self {
        json.and_then(|json| serde_json::from_str::<Self>(json).ok())
            .filter(|carried| carried.version == VERSION && carried.seen.first() == Some(url))
            .unwrap_or_else(|| Self::begun(url))
    }

    /// Turns to another address.
    pub(super) fn turn_to(&mut self, target: Url) {
        self.at.clone_from(&target);
        self.target = target;
        self.redirects.clear();
    }

    /// The text to hand over with, when the way led to this address; `None` where it has been handed
    /// over often enough.
    pub(super) fn handed_over(&self, at: &Url, redirects: &[Url]) -> Option<String> {
        if self.hand_overs >= MOST_HAND_OVERS {
            return None;
        }
        let next = Self {
            at: at.clone(),
            redirects: redirects.to_vec(),
            hand_overs: self.hand_overs + 1,
            ..self.clone()
        };
        let text = serde_json::to_string(&next).ok()?;
        (text.len() <= MOST_BYTES).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn what_is_carried_reads_back_and_ends_after_four_hand_overs() {
        let home = url("https://exemple.example/");
        let mut carried = Carried::begun(&home);
        carried.certificate_problem = Some(Failed::TlsExpired);
        carried.https_failure = Some(HttpsFailure {
            reason: Failed::TcpTimeout,
            url: home.clone(),
            may_pass: true,
        });
        let there = url("https://www.exemple.example/");
        for number in 1..=4 {
            let text = carried.handed_over(&there, std::slice::from_ref(&home));
            let read = Carried::read(text.as_deref(), &home);
            assert_eq!((&read.at, &read.target), (&there, &home));
            assert_eq!(read.redirects, std::slice::from_ref(&home));
            assert_eq!(read.certificate_problem, Some(Failed::TlsExpired));
            assert_eq!(read.https_failure, carried.https_failure);
            assert_eq!(read.hand_overs, number);
            carried = read;
        }
        assert_eq!(carried.handed_over(&there, &[]), None);
    }

    #[test]
    fn what_another_wrote_is_forgotten() {
        let home = url("https://exemple.example/");
        let own = Carried::begun(&home).handed_over(&home, &[]).unwrap();
        assert_ne!(Carried::read(Some(&own), &home), Carried::begun(&home));
        let other_version = own.replace("\"version\":1", "\"version\":2");
        for foreign in [
            None,
            Some(""),
            Some("{}"),
            Some("[1]"),
            Some(&*other_version),
        ] {
            assert_eq!(Carried::read(foreign, &home), Carried::begun(&home));
        }
        let other_site = url("https://autre.example/");
        let read = Carried::read(Some(&own), &other_site);
        assert_eq!(read, Carried::begun(&other_site));
    }

    #[test]
    fn what_would_burden_the_queue_is_not_handed_over() {
        let home = url("https://exemple.example/");
        let long = url(&format!(
            "https://exemple.example/{}",
            "x".repeat(MOST_BYTES)
        ));
        assert_eq!(Carried::begun(&home).handed_over(&long, &[]), None);
    }
}
