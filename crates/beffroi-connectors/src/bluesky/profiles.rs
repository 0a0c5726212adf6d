//! The profiles of a batch: one call for all, and one more for each that the answer leaves out
//! without a word, to learn why.

use std::collections::HashMap;

use beffroi_fetch::{FetchClient, Request};
use beffroi_model::FetchRecord;

use super::{
    BlueskySettings, observe, requests,
    wire::{Profile, Profiles},
};
use crate::api::{Calls, Setback};

/// What one call said of many actors.
pub(super) struct Batch {
    /// The call's exchanges: the source of every profile in it.
    pub(super) records: Vec<FetchRecord>,
    answer: Result<HashMap<String, Profile>, Setback>,
}

impl Batch {
    /// Asks for the profiles of `actors`, none of which may be malformed. A refusal of the whole
    /// (400) leaves every actor to be asked alone, since one of them may have caused it.
    pub(super) async fn ask(
        client: &FetchClient,
        settings: &BlueskySettings,
        actors: &[&str],
    ) -> Self {
        let mut calls = Calls::new(client.clone());
        let answer = match actors {
            // A single one is asked alone: that answer tells the reason at once.
            [] | [_] => Ok(HashMap::new()),
            _ => profiles(&mut calls, settings, actors).await,
        };
        Self {
            records: calls.into_records(),
            answer,
        }
    }

    /// Takes the profile of `actor` out; `None` when it has to be asked for alone. Answers come in
    /// any order and are told by handle or DID; a profile that shows neither of those asked for, as
    /// when it has lost its handle, is not joined.
    pub(super) fn take(&mut self, actor: &str) -> Result<Option<Profile>, Setback> {
        match &mut self.answer {
            Ok(profiles) => Ok(profiles.remove(actor)),
            Err(setback) => Err(*setback),
        }
    }
}

async fn profiles(
    calls: &mut Calls,
    settings: &BlueskySettings,
    actors: &[&str],
) -> Result<HashMap<String, Profile>, Setback> {
    let url = requests::profiles(&settings.base_url, actors.iter().copied());
    let reply = calls.get(Request::api(url, settings.budget())).await?;
    let profiles = match reply.status() {
        // Those that cannot be read are asked alone, as those that are left out.
        200 => {
            let answer: Profiles = reply.json().ok_or_else(|| reply.setback())?;
            answer.profiles.read
        }
        400 => Vec::new(),
        _ => return Err(observe::refusal(&reply)),
    };
    let mut by_actor = HashMap::with_capacity(profiles.len());
    for profile in profiles {
        // An actor was asked for by one of the two; the other is never looked up.
        let handle = profile.handle();
        let asked = actors
            .iter()
            .find(|actor| **actor == profile.did || handle.as_deref() == Some(**actor));
        if let Some(asked) = asked {
            by_actor.insert((*asked).to_owned(), profile);
        }
    }
    Ok(by_actor)
}

/// The profile of one actor, or why there is none.
pub(super) async fn profile(
    calls: &mut Calls,
    settings: &BlueskySettings,
    actor: &str,
) -> Result<Profile, Setback> {
    let url = requests::profile(&settings.base_url, actor);
    let reply = calls.get(Request::api(url, settings.budget())).await?;
    match reply.status() {
        200 => reply.json().ok_or_else(|| reply.setback()),
        _ => Err(observe::refusal(&reply)),
    }
}
