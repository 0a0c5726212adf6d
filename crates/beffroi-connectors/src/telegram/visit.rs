//! One visit to one channel: a page of its preview, and older ones back to the start of the window.
//!
//! It costs 1 request, and 1 for each 20 posts of the window beyond the first.

use beffroi_fetch::{
    Document, Request,
    header::{ACCEPT_LANGUAGE, HeaderValue},
};
use beffroi_model::{
    Absent, Failed, Figure, FigureName, Forbidden, Measurement, MissingReason, Outcome,
};

use super::{
    TelegramConnector, name,
    observe::{self, Listing, Standing},
    requests,
    wire::{self, Page},
};
use crate::{
    MeasureRequest, Measured, Retry,
    api::{Calls, Reply, Setback},
    window::Window,
};

/// Measures a channel.
pub(super) async fn measure(connector: &TelegramConnector, request: &MeasureRequest) -> Measured {
    let mut measurement = request.begun();
    let mut visit = Visit {
        connector,
        name: &request.account.handle,
        calls: Calls::new(connector.client.clone()),
        window: Window::before(request.as_of, connector.settings.window_days),
    };
    let end = visit.run(&mut measurement).await;
    measurement.fetches = visit.calls.into_records();
    Measured::ended(measurement, end)
}

struct Visit<'a> {
    connector: &'a TelegramConnector,
    name: &'a str,
    calls: Calls,
    window: Window,
}

impl Visit<'_> {
    async fn run(&mut self, measurement: &mut Measurement) -> Result<(), Setback> {
        name::judge(self.name)?;
        let reply = self.ask(None).await?;
        let page = page_of(&reply)?;
        let subscribers = match Standing::of(&page) {
            Standing::Previewed => observe::subscribers(&page),
            Standing::NotPreviewed(subscribers) => subscribers,
            Standing::NoChannel => return Err(Setback::absent(Absent::NotAnAccount)),
            Standing::Nobody => return Err(Setback::absent(Absent::NotFound)),
            Standing::Unrecognised => return Err(unrecognised(&reply)),
        };
        measurement.identity = observe::identity(&page, self.name);
        let (listing, cut) = match page.has_channel {
            true => self.list(page).await,
            false => (Listing::default(), Some(MissingReason::HiddenByOwner)),
        };
        if listing.is_unreadable() {
            return Err(Setback::layout());
        }
        let not_given = MissingReason::NotGivenByPlatform;
        measurement.figures = observe::figures(subscribers);
        measurement.threads = Figure::Missing(not_given);
        measurement.unavailable.extend([
            (FigureName::Comments, not_given),
            (FigureName::Shares, not_given),
        ]);
        let cut = cut.map(|reason| (FigureName::Posts, reason));
        measurement.unavailable.extend(cut);
        measurement.posts = listing.into_posts(self.name);
        Ok(())
    }

    /// Lists the posts back to the start of the window. The reason tells why the list is not whole,
    /// when it is not.
    async fn list(&mut self, newest: Page) -> (Listing, Option<MissingReason>) {
        let mut listing = Listing::default();
        // A notice in the place of posts, for instance to readers of some countries.
        if !newest.has_history && newest.messages.is_empty() {
            return (listing, Some(MissingReason::NotInAnswer));
        }
        let mut page = newest;
        let mut pages_left = self.connector.settings.max_pages.get();
        loop {
            listing.add_page(&page, self.window);
            pages_left -= 1;
            let is_read = listing
                .oldest_read
                .is_some_and(|at| self.window.is_past(at));
            let Some(before) = page.before.filter(|_| !is_read) else {
                return (listing, None);
            };
            if pages_left == 0 {
                return (listing, Some(MissingReason::Truncated));
            }
            let older = match self.ask(Some(before)).await {
                Ok(reply) => page_of(&reply).ok(),
                Err(setback) => return (listing, Some(setback.missing_reason())),
            };
            let is_older = |older: &Page| {
                let goes_on = older.before.is_none_or(|further| further < before);
                older.has_channel && goes_on
            };
            match older.filter(is_older) {
                Some(older) => page = older,
                None => return (listing, Some(MissingReason::CallFailed)),
            }
        }
    }

    /// Asks for a page, in the language whose words we know.
    async fn ask(&mut self, before: Option<u64>) -> Result<Reply, Setback> {
        let base = &self.connector.settings.base_url;
        let url = requests::preview(base, self.name, before);
        let request = Request::site(url, Document::Page)
            .header(ACCEPT_LANGUAGE, HeaderValue::from_static("en"));
        self.calls.get(request).await
    }
}

/// Telegram answers 200 whatever the name; anything else is not its word on the channel, and least
/// of all that there is none.
fn page_of(reply: &Reply) -> Result<Page, Setback> {
    match reply.status() {
        200 => wire::read(&reply.text()).ok_or_else(Setback::layout),
        404 | 410 => Err(unrecognised(reply)),
        _ => Err(reply.setback()),
    }
}

/// A page of neither kind: a wall, one of those that Telegram shows to who asks too much, or a new
/// layout. The first two may pass.
fn unrecognised(reply: &Reply) -> Setback {
    if reply.is_wall() {
        return Setback::forbidden(Forbidden::Blocked);
    }
    Setback {
        outcome: Outcome::Failed(Failed::Layout),
        retry: Some(Retry::after_a_try(None)),
        is_backoff: false,
    }
}
