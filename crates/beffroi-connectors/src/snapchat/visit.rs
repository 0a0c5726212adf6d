//! One visit to one account: its page, where its turn has come.

use beffroi_fetch::{Document, Request};
use beffroi_model::{Absent, Figure, FigureName, Forbidden, Measurement, MissingReason};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::{
    SnapchatConnector,
    accounts::is_user_name,
    observe,
    wire::{self, NextData, PublicProfile, Shown},
};
use crate::{
    MeasureRequest, Measured,
    api::{Calls, Reply, Setback},
    turns::is_turn,
};

/// What a visit leaves for the next one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
struct State {
    /// The run in which the page was last read.
    #[serde(skip_serializing_if = "Option::is_none")]
    read_at: Option<Timestamp>,
}

/// Measures an account.
pub(super) async fn measure(connector: &SnapchatConnector, request: &MeasureRequest) -> Measured {
    let mut measurement = request.begun();
    let mut calls = Calls::new(connector.client.clone());
    let end = visit(connector, request, &mut calls, &mut measurement).await;
    measurement.fetches = calls.into_records();
    Measured::ended(measurement, end)
}

async fn visit(
    connector: &SnapchatConnector,
    request: &MeasureRequest,
    calls: &mut Calls,
    measurement: &mut Measurement,
) -> Result<(), Setback> {
    let (settings, name) = (&connector.settings, &request.account.handle);
    if !settings.enabled {
        return Err(Setback::forbidden(Forbidden::SwitchedOff));
    }
    if !is_user_name(name) {
        return Err(Setback::absent(Absent::NotAnAccount));
    }
    // A state that cannot be read (another version's) is as none.
    let state = request.previous_state.as_deref();
    let state = state.and_then(|state| serde_json::from_str(state).ok());
    let state: State = state.unwrap_or_default();
    let profile = if is_turn(name, settings.days.get(), state.read_at, request.as_of) {
        connector.wait().await;
        let request = Request::site(page(&settings.base_url, name), Document::Page);
        Some(profile_of(&calls.get(request).await?)?)
    } else {
        None
    };
    if let Some(profile) = &profile {
        measurement.identity = observe::identity(profile, name);
        let read_at = Some(request.as_of);
        let state = serde_json::to_string(&State { read_at });
        measurement.state = Some(state.expect("a time is JSON"));
    }
    let not_given = MissingReason::NotGivenByPlatform;
    measurement.figures = observe::figures(profile.as_ref());
    measurement.threads = Figure::Missing(not_given);
    measurement.unavailable.insert(FigureName::Posts, not_given);
    Ok(())
}

/// The page of a name.
fn page(base: &Url, name: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("/@{name}"));
    url.set_query(None);
    url
}

/// The profile that a page shows. A page without any data is a wall: it says nothing of the account.
fn profile_of(reply: &Reply) -> Result<PublicProfile, Setback> {
    if reply.status() != 200 {
        return Err(reply.setback());
    }
    let Some(data) = wire::data_of(reply.body()) else {
        return Err(Setback::forbidden(Forbidden::Blocked));
    };
    let data: Option<NextData> = serde_json::from_slice(data).ok();
    match data.ok_or_else(Setback::layout)?.shown() {
        Shown::Profile(profile) => Ok(profile),
        Shown::NoPublicProfile => Err(Setback::forbidden(Forbidden::PrivateAccount)),
        // Who is not there is told by the status; with a 200 the layout has changed.
        Shown::Nobody | Shown::Unreadable => Err(Setback::layout()),
    }
}
