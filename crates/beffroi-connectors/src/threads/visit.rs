//! One visit to one account: its profile where that is due, then its posts of the window. What
//! fails on the way leaves what was brought before.

use beffroi_model::{Absent, Figure, FigureName, Forbidden, Measurement, MissingReason, Outcome};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{
    ThreadsConnector,
    observe::{self, Listing},
    requests,
    wire::{Posts, Profile},
};
use crate::{
    MeasureRequest, Measured,
    api::Setback,
    instagram::{
        accounts::is_user_name,
        graph::{NoAnswer, Session},
    },
    turns::{Misses, is_due},
    window::Window,
};

/// What a visit leaves for the next one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// The run in which the profile was last looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    looked_up_at: Option<Timestamp>,
    /// The runs since in which the account was not shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    misses: Option<Misses>,
}

/// Measures an account.
pub(super) async fn measure(connector: &ThreadsConnector, request: &MeasureRequest) -> Measured {
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
    connector: &'a ThreadsConnector,
    name: &'a str,
    as_of: Timestamp,
    session: Session<'a>,
}

/// The posts that could be listed, and why not all of them, if so.
struct Listed {
    listing: Listing,
    cut: Option<MissingReason>,
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
        let mut state: State = state
            .and_then(|state| serde_json::from_str(state).ok())
            .unwrap_or_default();
        let settings = &self.connector.settings;
        if let Some(misses) = state.misses
            && !misses.are_due(self.as_of, settings.recheck_days)
        {
            return Err(not_shown());
        }
        let read = self.read(&mut state, measurement).await;
        if read == Err(not_shown()) {
            state.misses = Some(Misses::after(state.misses, self.as_of));
            state.looked_up_at = None;
        }
        measurement.state = Some(written(&state));
        read
    }

    async fn read(
        &mut self,
        state: &mut State,
        measurement: &mut Measurement,
    ) -> Result<(), Setback> {
        let lookup_days = self.connector.settings.lookup_days;
        let mut profile = None;
        if is_due(state.looked_up_at, self.as_of, lookup_days) {
            let found = self.look_up().await?;
            measurement.identity = observe::identity(&found, self.name);
            profile = Some(found);
        }
        let Listed { listing, cut } = match self.list().await {
            Ok(listed) => listed,
            // Without a lookup the posts are all there is to a visit.
            Err(setback) if profile.is_none() || setback == Setback::layout() => {
                return Err(setback);
            }
            Err(setback) => Listed {
                listing: Listing::default(),
                cut: Some(reason(setback)),
            },
        };
        if profile.is_some() {
            state.looked_up_at = Some(self.as_of);
        }
        state.misses = None;
        measurement.figures = observe::figures(profile.as_ref());
        measurement.posts = listing.posts;
        measurement.threads = Figure::Missing(MissingReason::NotGivenByPlatform);
        if let Some(reason) = cut {
            measurement.unavailable.insert(FigureName::Posts, reason);
        }
        // Also where there is no post to say so.
        for name in [
            FigureName::Reactions,
            FigureName::Comments,
            FigureName::Shares,
            FigureName::Views,
        ] {
            let reason = MissingReason::NotGivenByPlatform;
            measurement.unavailable.insert(name, reason);
        }
        Ok(())
    }

    async fn look_up(&mut self) -> Result<Profile, Setback> {
        let (base, name) = (&self.connector.settings.base_url, self.name);
        let answer = self.session.get(|_| requests::profile(base, name)).await;
        answer.map_err(|refusal| self.meaning(&refusal))
    }

    /// Lists the posts back to the start of the window.
    async fn list(&mut self) -> Result<Listed, Setback> {
        let settings = &self.connector.settings;
        let (base, name) = (&settings.base_url, self.name);
        let window = Window::before(self.as_of, settings.window_days);
        let length = SignedDuration::from_hours(24 * i64::from(settings.window_days));
        let since = self
            .as_of
            .checked_sub(length)
            .unwrap_or(Timestamp::UNIX_EPOCH);
        let mut listing = Listing::default();
        let mut cursor: Option<String> = None;
        for pages_read in 0..settings.max_pages.get() {
            let after = cursor.as_deref();
            let address = |_: &str| requests::posts(base, name, since, after);
            let page: Posts = match self.session.get(address).await {
                Ok(page) => page,
                Err(refusal) if pages_read == 0 => return Err(self.meaning(&refusal)),
                Err(refusal) => {
                    let cut = Some(reason(refusal.setback()));
                    return Ok(Listed { listing, cut });
                }
            };
            let next = page.next().map(str::to_owned);
            listing.add_page(page.data, window);
            if listing.is_unreadable() {
                return Err(Setback::layout());
            }
            match next {
                Some(next) if !listing.is_past_window() && cursor.as_ref() != Some(&next) => {
                    cursor = Some(next);
                }
                Some(_) if !listing.is_past_window() => break,
                Some(_) | None => return Ok(Listed { listing, cut: None }),
            }
        }
        let cut = Some(MissingReason::Truncated);
        Ok(Listed { listing, cut })
    }

    /// What a refusal means. The code of an account that is not shown is the general one, and its
    /// text is not documented: where it speaks of the user, it is taken to mean that.
    fn meaning(&self, refusal: &NoAnswer) -> Setback {
        match refusal {
            NoAnswer::Refused(error) if error.is_about_user(self.name) => not_shown(),
            _ => refusal.setback(),
        }
    }
}

fn not_shown() -> Setback {
    Setback::absent(Absent::NotFound)
}

/// Why the list is missing.
fn reason(setback: Setback) -> MissingReason {
    match setback.outcome {
        Outcome::Forbidden(Forbidden::PermissionMissing) => MissingReason::PermissionMissing,
        _ => setback.missing_reason(),
    }
}

fn written(state: &State) -> String {
    serde_json::to_string(state).expect("text and times are JSON")
}
