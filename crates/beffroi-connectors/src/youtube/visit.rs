//! The first half of a visit to one channel by the API: who it is, its counters and its uploads. The
//! second is `opened`; between the two the counters of videos are asked for many accounts at once.

use beffroi_model::{Absent, Forbidden, Measurement};

use super::{
    YoutubeConnector,
    ask::Asker,
    channels::{self, InBatch},
    name::Name,
    observe,
    opened::Opened,
    state::State,
    uploads::{self, Uploads},
    wire::Channel,
};
use crate::{MeasureRequest, Measured, api::Setback, window::Window};

/// A visit of which nothing was asked yet.
pub(super) struct Visit<'a> {
    connector: &'a YoutubeConnector,
    request: &'a MeasureRequest,
    name: Option<Name<'a>>,
    previous: Option<State>,
    asker: Asker<'a>,
    window: Window,
}

impl<'a> Visit<'a> {
    /// A visit to the account of a request.
    pub(super) fn new(connector: &'a YoutubeConnector, request: &'a MeasureRequest) -> Self {
        Self {
            connector,
            request,
            name: Name::parse(&request.account.handle),
            previous: State::read(request.previous_state.as_deref()),
            asker: Asker::new(connector),
            window: Window::before(request.as_of, connector.settings.window_days),
        }
    }

    /// The permanent id, where it is known without asking.
    pub(super) fn known_id(&self) -> Option<&str> {
        let name = self.name?;
        let remembered = self.previous.as_ref().map(|state| state.id.as_str());
        name.id()
            .or_else(|| Name::parse(remembered?).and_then(Name::id))
    }

    /// Learns who the channel is, its counters and its uploads. `batch` is what one call said of all
    /// known ids. An account that ends here is handed back measured.
    pub(super) async fn open(
        mut self,
        batch: &channels::Batch,
    ) -> Result<Opened<'a>, Box<Measured>> {
        let mut measurement = self.request.begun();
        let records = match self.known_id() {
            Some(_) => batch.records.clone(),
            None => Vec::new(),
        };
        match self.run(batch, &mut measurement).await {
            Ok((channel_id, uploads)) => Ok(Opened {
                connector: self.connector,
                asker: self.asker,
                window: self.window,
                measurement,
                channel_id,
                uploads,
                records,
            }),
            Err(setback) => {
                measurement.fetches = records;
                measurement.fetches.append(&mut self.asker.into_records());
                Err(Box::new(setback.end(measurement)))
            }
        }
    }

    async fn run(
        &mut self,
        batch: &channels::Batch,
        measurement: &mut Measurement,
    ) -> Result<(String, Uploads), Setback> {
        let no_account = || Setback::absent(Absent::NotAnAccount);
        let name = self.name.ok_or_else(no_account)?;
        let asked_alone;
        let channel = match self.find(name, batch)? {
            InBatch::Found(channel) => channel,
            other => {
                let is_alone = matches!(other, InBatch::Alone);
                asked_alone = self.find_alone(name, is_alone).await?;
                &asked_alone
            }
        };
        measurement.identity = observe::identity(channel, name);
        if channel.is_private() {
            return Err(Setback::forbidden(Forbidden::PrivateAccount));
        }
        let uploads = self.uploads(channel).await?;
        measurement.figures = observe::figures(channel);
        Ok((channel.id.clone(), uploads))
    }

    fn find<'b>(&self, name: Name<'_>, batch: &'b channels::Batch) -> Result<InBatch<'b>, Setback> {
        match self.known_id() {
            Some(id) => match batch.get(id)? {
                // A channel that was deleted, one that was terminated and a wrong id look the same.
                InBatch::Absent if name.id().is_some() => Err(Setback::absent(Absent::NotFound)),
                known => Ok(known),
            },
            None => Ok(InBatch::Absent),
        }
    }

    /// Asks for the channel by its id, when the batch did not tell of it (`is_alone`), and else by
    /// its name: which may have gone to another channel since the id was remembered.
    async fn find_alone(&mut self, name: Name<'_>, is_alone: bool) -> Result<Channel, Setback> {
        let base = &self.connector.settings.base_url;
        if is_alone && let Some(id) = self.known_id().map(str::to_owned) {
            let channel = channels::by_id(&mut self.asker, base, &id).await?;
            if let Some(channel) = channel {
                return Ok(channel);
            }
        }
        if is_alone && name.id().is_some() {
            return Err(Setback::absent(Absent::NotFound));
        }
        let channel = channels::resolve(self.connector, &mut self.asker, name).await?;
        channel.ok_or_else(|| Setback::absent(Absent::NotFound))
    }

    async fn uploads(&mut self, channel: &Channel) -> Result<Uploads, Setback> {
        let settings = &self.connector.settings;
        let as_of = self.request.as_of;
        let previous = self.previous.take().filter(|state| state.id == channel.id);
        match previous.and_then(|state| state.uploads) {
            Some(remembered) if !uploads::is_due(channel, &remembered, settings, as_of) => {
                Ok(Uploads::recall(remembered, self.window))
            }
            remembered => {
                let asker = &mut self.asker;
                Uploads::list(asker, settings, channel, remembered, self.window, as_of).await
            }
        }
    }
}
