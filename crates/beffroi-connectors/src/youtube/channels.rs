//! The channels of a batch: one call for all whose ids are known, and one more for each that has to
//! be resolved first or cannot be told from the others' answer.

use std::collections::HashMap;

use beffroi_fetch::Document;
use beffroi_model::{Absent, FetchRecord};
use url::Url;

use super::{
    YoutubeConnector,
    ask::Asker,
    name::{self, Name},
    quota,
    refusal::Refusal,
    requests,
    wire::Channel,
};
use crate::{api::Setback, tolerant::Items};

/// What one call said of many channels.
pub(super) struct Batch {
    /// The call's exchanges: the source of every channel in it.
    pub(super) records: Vec<FetchRecord>,
    answer: Answer,
}

enum Answer {
    /// The channels by id, and whether there were others that cannot be read.
    Read(HashMap<String, Channel>, bool),
    /// One of them spoilt the call: each is asked alone.
    Spoilt,
    /// The call failed.
    Failed(Setback),
}

/// What is known of a channel after that call.
pub(super) enum InBatch<'a> {
    /// The channel.
    Found(&'a Channel),
    /// There is no such channel.
    Absent,
    /// It has to be asked for alone.
    Alone,
}

impl Batch {
    /// Asks for the channels of `ids`: one unit, whatever their number up to 50.
    pub(super) async fn ask(connector: &YoutubeConnector, mut ids: Vec<&str>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        let mut asker = Asker::new(connector);
        let answer = if ids.is_empty() {
            Answer::Read(HashMap::new(), false)
        } else {
            let url = requests::channels(&connector.settings.base_url, &ids);
            match asker.list::<Channel>(url, quota::UNITS).await {
                Ok(page) if page.items.is_unreadable() => Answer::Failed(Setback::layout()),
                Ok(page) => Answer::by_id(page.items),
                Err(Refusal::Absent(_)) if ids.len() > 1 => Answer::Spoilt,
                Err(refusal) => Answer::Failed(refusal.setback()),
            }
        };
        Self {
            records: asker.into_records(),
            answer,
        }
    }

    /// What the call said of one of the channels asked for.
    pub(super) fn get(&self, id: &str) -> Result<InBatch<'_>, Setback> {
        match &self.answer {
            Answer::Read(channels, has_unreadable) => match channels.get(id) {
                Some(channel) => Ok(InBatch::Found(channel)),
                // It may be the one that cannot be read.
                None if *has_unreadable => Ok(InBatch::Alone),
                None => Ok(InBatch::Absent),
            },
            Answer::Spoilt => Ok(InBatch::Alone),
            Answer::Failed(setback) => Err(*setback),
        }
    }
}

impl Answer {
    /// Channels come in any order.
    fn by_id(items: Items<Channel>) -> Self {
        let has_unreadable = items.unreadable > 0;
        let channels = items.read.into_iter();
        Self::Read(
            channels
                .map(|channel| (channel.id.clone(), channel))
                .collect(),
            has_unreadable,
        )
    }
}

/// The channel of an id: one unit.
pub(super) async fn by_id(
    asker: &mut Asker<'_>,
    base: &Url,
    id: &str,
) -> Result<Option<Channel>, Setback> {
    Ok(one(asker, requests::channels(base, &[id]))
        .await?
        .filter(|channel| channel.id == id))
}

/// The channel that bears a name today: one unit, and up to three and a page for a custom name,
/// of which the API knows nothing: most are handles by now, or else user names.
pub(super) async fn resolve(
    connector: &YoutubeConnector,
    asker: &mut Asker<'_>,
    name: Name<'_>,
) -> Result<Option<Channel>, Setback> {
    let base = &connector.settings.base_url;
    match name {
        Name::Id(id) => by_id(asker, base, id).await,
        Name::Handle(handle) => one(asker, requests::channel_by_handle(base, handle)).await,
        Name::Username(name) => one(asker, requests::channel_by_username(base, name)).await,
        Name::Custom(custom) => {
            if name::may_be_handle(custom)
                && let Some(channel) = one(asker, requests::channel_by_handle(base, custom)).await?
            {
                return Ok(Some(channel));
            }
            let by_username = one(asker, requests::channel_by_username(base, custom)).await?;
            if by_username.is_some() {
                return Ok(by_username);
            }
            match on_page(asker, &connector.settings.site_url, name).await? {
                Some(id) => by_id(asker, base, &id).await,
                None => Ok(None),
            }
        }
    }
}

/// The id that the page of a name shows, as robots.txt allows; `None` when there is no such page.
pub(super) async fn on_page(
    asker: &mut Asker<'_>,
    site: &Url,
    name: Name<'_>,
) -> Result<Option<String>, Setback> {
    let reply = asker
        .site(requests::page(site, name), Document::Page)
        .await?;
    match reply.status() {
        200 => match name::id_in_page(reply.body()) {
            Some(id) => Ok(Some(id)),
            None => Err(reply.setback()),
        },
        404 | 410 => Ok(None),
        _ => Err(reply.setback()),
    }
}

async fn one(asker: &mut Asker<'_>, url: Url) -> Result<Option<Channel>, Setback> {
    match asker.list::<Channel>(url, quota::UNITS).await {
        Ok(page) if page.items.unreadable > 0 => Err(Setback::layout()),
        Ok(page) => Ok(page.items.read.into_iter().next()),
        Err(Refusal::Absent(Absent::NotFound)) => Ok(None),
        Err(refusal) => Err(refusal.setback()),
    }
}
