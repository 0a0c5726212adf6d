//! One visit to one account: its counters with the newest publications, then older ones of the
//! window. What fails on the way leaves what was brought before.

use beffroi_model::{Absent, Figure, FigureName, Forbidden, Measurement, MissingReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    InstagramConnector,
    accounts::is_user_name,
    fields::FieldSet,
    graph::{Meaning, NoAnswer, Session},
    observe::{self, Listing},
    requests,
    wire::{Account, Answer, MediaPage},
};
use crate::{
    MeasureRequest, Measured, api::Setback, tolerant::Found, turns::Misses, window::Window,
};

/// What a visit leaves for the next one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// The account's id when it was last shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The runs since in which it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    misses: Option<Misses>,
}

/// Measures an account.
pub(super) async fn measure(connector: &InstagramConnector, request: &MeasureRequest) -> Measured {
    let mut measurement = request.begun();
    let mut visit = Visit {
        connector,
        name: &request.account.handle,
        as_of: request.as_of,
        session: connector.graph.session(),
    };
    let end = visit.run(request, &mut measurement).await;
    measurement.fetches = visit.session.into_records();
    Measured::ended(measurement, end)
}

struct Visit<'a> {
    connector: &'a InstagramConnector,
    name: &'a str,
    as_of: Timestamp,
    session: Session<'a>,
}

impl Visit<'_> {
    async fn run(
        &mut self,
        request: &MeasureRequest,
        measurement: &mut Measurement,
    ) -> Result<(), Setback> {
        if !is_user_name(self.name) {
            return Err(Setback::absent(Absent::NotAnAccount));
        }
        if !self.connector.graph.has_tokens() {
            return Err(Setback::forbidden(Forbidden::CredentialMissing));
        }
        // A state that cannot be read (another version's) is as none.
        let state = request.previous_state.as_deref();
        let previous: State = state
            .and_then(|state| serde_json::from_str(state).ok())
            .unwrap_or_default();
        let not_shown = Setback::absent(Absent::NotFound);
        let recheck_days = self.connector.settings.recheck_days;
        if let Some(misses) = previous.misses
            && !misses.are_due(self.as_of, recheck_days)
        {
            return Err(not_shown);
        }
        let (mut account, fields) = match self.discover().await {
            Ok(found) => found,
            Err(setback) => {
                if setback == not_shown {
                    let misses = Some(Misses::after(previous.misses, self.as_of));
                    measurement.state = Some(written(&State { misses, ..previous }));
                }
                return Err(setback);
            }
        };
        measurement.identity = observe::identity(&account, self.name);
        if previous.id.as_ref().is_some_and(|id| *id != account.id) {
            tracing::warn!(
                account.name = self.name,
                "a name on Instagram has changed hands"
            );
        }
        let media = std::mem::take(&mut account.media);
        let (listing, cut) = self.list(media, &account, fields).await?;
        measurement.figures = observe::figures(&account);
        measurement.posts = listing.posts;
        // Comments are given for one's own publications alone.
        measurement.threads = Figure::Missing(MissingReason::NotGivenByPlatform);
        if let Some(reason) = cut {
            measurement.unavailable.insert(FigureName::Posts, reason);
        }
        measurement.state = Some(written(&State {
            id: Some(account.id),
            misses: None,
        }));
        Ok(())
    }

    /// Asks for the account, with as many fields as the platform accepts.
    async fn discover(&mut self) -> Result<(Account, FieldSet), Setback> {
        let settings = &self.connector.settings;
        let accepted = &self.connector.fields;
        let limit = settings.media_per_page.get();
        let name = self.name;
        let mut fields = accepted.first();
        loop {
            let address =
                |own: &str| requests::account(&settings.base_url, own, name, fields, limit);
            match self.session.get::<Answer>(address).await {
                Ok(answer) => {
                    accepted.note(fields);
                    return Ok((answer.business_discovery, fields));
                }
                Err(refusal) => match is_of_a_field(&refusal).then(|| accepted.after(fields)) {
                    Some(Some(smaller)) => fields = smaller,
                    _ => return Err(refusal.setback()),
                },
            }
        }
    }

    /// Lists the publications back to the start of the window, the first page being there. The
    /// reason tells why the list is not whole, when it is not.
    async fn list(
        &mut self,
        first: Found<MediaPage>,
        account: &Account,
        fields: FieldSet,
    ) -> Result<(Listing, Option<MissingReason>), Setback> {
        let settings = &self.connector.settings;
        let window = Window::before(self.as_of, settings.window_days);
        let mut listing = Listing::default();
        let mut page = match first {
            Found::Object(page) => page,
            Found::Nothing => return Ok((listing, observe::missing_list(account.media_count))),
            Found::Unreadable => return Err(Setback::layout()),
        };
        let mut cursor = None;
        for pages_read in 1.. {
            let next = page.next().map(str::to_owned);
            listing.add_page(page.data, fields, window);
            if listing.is_unreadable() {
                return Err(Setback::layout());
            }
            let Some(next) = next.filter(|_| !listing.is_past_window()) else {
                let is_empty = !listing.has_read;
                let missing = is_empty.then(|| observe::missing_list(account.media_count));
                return Ok((listing, missing.flatten()));
            };
            let is_stuck = cursor.as_ref() == Some(&next) || !requests::is_cursor(&next);
            if is_stuck || pages_read >= settings.max_pages.get() {
                break;
            }
            page = match self.page(fields, &next).await {
                Ok(Some(page)) => page,
                // A cursor may lead to nothing.
                Ok(None) => return Ok((listing, None)),
                Err(setback) => return Ok((listing, Some(setback.missing_reason()))),
            };
            cursor = Some(next);
        }
        Ok((listing, Some(MissingReason::Truncated)))
    }

    /// The page behind a cursor, where there is one.
    async fn page(&mut self, fields: FieldSet, cursor: &str) -> Result<Option<MediaPage>, Setback> {
        let settings = &self.connector.settings;
        let limit = settings.media_per_page.get();
        let name = self.name;
        let address =
            |own: &str| requests::page(&settings.base_url, own, name, fields, limit, cursor);
        let answer = self.session.get::<Answer>(address).await;
        match answer
            .map_err(|refusal| refusal.setback())?
            .business_discovery
            .media
        {
            Found::Object(page) => Ok(Some(page)),
            Found::Nothing => Ok(None),
            Found::Unreadable => Err(Setback::layout()),
        }
    }
}

/// Whether a refusal may be for the sake of a field.
fn is_of_a_field(refusal: &NoAnswer) -> bool {
    match refusal {
        NoAnswer::Refused(error) => matches!(
            error.meaning(),
            Meaning::BadRequest | Meaning::PermissionMissing
        ),
        NoAnswer::Setback(_) => false,
    }
}

fn written(state: &State) -> String {
    serde_json::to_string(state).expect("text and times are JSON")
}
