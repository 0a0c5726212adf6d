//! The videos of a batch: one query for all of its accounts, page by page.
//!
//! The platform may lose where a reader is ("Invalid count or cursor"): then the days are read in
//! halves, each anew (CybersecurityForDemocracy/tiktok-library #89).

use std::collections::{HashMap, HashSet};

use beffroi_model::{Failed, MissingReason, Outcome, Post};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};

use super::{
    TiktokConnector,
    ask::{self, Asker},
    observe,
    refusal::Refusal,
    requests::{self, Cursor},
    token::Tokens,
    visit::Visit,
    wire::VideoPage,
};
use crate::{api::Setback, window::Window};

/// Reads the videos of all accounts that are still to be read, those of each window together.
pub(super) async fn read(connector: &TiktokConnector, tokens: &Tokens, visits: &mut [Visit<'_>]) {
    let open = visits.iter().filter(|visit| visit.is_open());
    let mut ends: Vec<Timestamp> = open.map(Visit::as_of).collect();
    ends.sort_unstable();
    ends.dedup();
    for as_of in ends {
        let is_of_it = |visit: &Visit<'_>| visit.is_open() && visit.as_of() == as_of;
        let mut names: Vec<&str> = visits
            .iter()
            .filter(|visit| is_of_it(visit))
            .map(Visit::name)
            .collect();
        names.sort_unstable();
        names.dedup();
        let window = Window::before(as_of, connector.settings.window_days);
        let mut query = Query::new(connector, tokens, &names, window);
        let end = query.run(as_of).await;
        let Query { asker, posts, .. } = query;
        let (mut posts, records) = (posts, asker.into_records());
        for visit in visits.iter_mut().filter(|visit| is_of_it(visit)) {
            visit.take_posts(posts.remove(visit.name()).unwrap_or_default(), end);
            visit.records.extend_from_slice(&records);
        }
    }
}

/// A query under way.
struct Query<'a> {
    asker: Asker<'a>,
    connector: &'a TiktokConnector,
    names: Vec<String>,
    window: Window,
    pages_left: u16,
    seen: HashSet<String>,
    posts: HashMap<String, Vec<Post>>,
}

/// Why a list may not be whole: a reason, and the setback where a call failed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cut {
    /// There was more than we read.
    Truncated,
    /// A call failed.
    Failed(Setback),
}

impl Cut {
    /// Why posts are missing.
    pub(super) fn reason(self) -> MissingReason {
        match self {
            Self::Truncated => MissingReason::Truncated,
            Self::Failed(setback) => setback.missing_reason(),
        }
    }
}

/// How the reading of some days ended.
enum Days {
    Read,
    CursorLost,
}

impl<'a> Query<'a> {
    fn new(
        connector: &'a TiktokConnector,
        tokens: &'a Tokens,
        names: &[&str],
        window: Window,
    ) -> Self {
        Self {
            asker: Asker::new(connector, tokens),
            connector,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            window,
            pages_left: connector.settings.max_pages.get(),
            seen: HashSet::new(),
            posts: HashMap::new(),
        }
    }

    /// Reads the window. The reason tells why its videos may not be all, if so.
    async fn run(&mut self, as_of: Timestamp) -> Option<Cut> {
        let day = |moment: Timestamp| moment.to_zoned(TimeZone::UTC).date();
        let mut stretches = vec![(day(self.window.start()), day(as_of))];
        while let Some((from, to)) = stretches.pop() {
            match self.days(from, to).await {
                Ok(Days::Read) => {}
                Ok(Days::CursorLost) => match halves(from, to) {
                    Some([first, second]) => stretches.extend([first, second]),
                    None => {
                        let lost = Outcome::Failed(Failed::Http4xx);
                        return Some(Cut::Failed(Setback::lasting(lost)));
                    }
                },
                Err(cut) => return Some(cut),
            }
        }
        None
    }

    /// Reads some days from their first page on. Videos that were read before are left out.
    async fn days(&mut self, from: Date, to: Date) -> Result<Days, Cut> {
        let mut cursor: Option<Cursor> = None;
        loop {
            let Some(pages_left) = self.pages_left.checked_sub(1) else {
                return Err(Cut::Truncated);
            };
            self.pages_left = pages_left;
            let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
            let base = &self.connector.settings.base_url;
            let asked = requests::videos(base, &names, (from, to), cursor.as_ref());
            let page: VideoPage = match self.asker.ask(asked).await {
                Ok(page) => page,
                Err(Refusal::CursorLost) => return Ok(Days::CursorLost),
                Err(refusal) => return Err(Cut::Failed(refusal.setback())),
            };
            if page.videos.is_unreadable() {
                return Err(Cut::Failed(ask::layout().setback()));
            }
            let next = next(&page);
            self.keep(page);
            match next {
                Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(Days::Read),
            }
        }
    }

    fn keep(&mut self, page: VideoPage) {
        for video in page.videos.read {
            if self.window.contains(video.created_at) && self.seen.insert(video.id.clone()) {
                let post = observe::post(&video);
                self.posts.entry(video.username).or_default().push(post);
            }
        }
    }
}

/// Where the next page begins. A page may be short though there are more.
fn next(page: &VideoPage) -> Option<Cursor> {
    if !page.has_more {
        return None;
    }
    Some(Cursor {
        cursor: page.cursor.given()?,
        search_id: page.search_id.clone().filter(|id| !id.is_empty())?,
    })
}

/// The days in two parts, the later one last; `None` of a single day.
fn halves(from: Date, to: Date) -> Option<[(Date, Date); 2]> {
    let days = from.until(to).ok()?.get_days();
    if days < 1 {
        return None;
    }
    let middle = from.checked_add(Span::new().days(days / 2)).ok()?;
    Some([(from, middle), (middle.tomorrow().ok()?, to)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_halved_without_a_gap_down_to_one() {
        let (from, to) = (date(2026, 10, 26), date(2026, 11, 23));
        let [first, second] = halves(from, to).unwrap();
        assert_eq!((first.0, second.1), (from, to));
        assert_eq!(first.1.tomorrow().unwrap(), second.0);
        let [first, second] = halves(to, to.tomorrow().unwrap()).unwrap();
        assert_eq!((first.0, first.1, second.0), (to, to, second.1));
        assert_eq!(halves(to, to), None);
    }
}
