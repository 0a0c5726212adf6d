//! One visit to one organisation: its number where it is not known, its followers where their turn
//! has come, and its posts where it granted them. What fails on the way leaves what was brought
//! before.

use beffroi_model::{Absent, FetchRecord, Figure, FigureName, Figures, Measurement, MissingReason};

use super::{
    LinkedinConnector,
    ask::{Asker, Kind as Call},
    name::{self, Kind, Name},
    observe, posts,
    refusal::Refusal,
    requests,
    state::State,
    wire::{List, NetworkSize, Organization},
};
use crate::{
    MeasureRequest, Measured, api::Setback, availability::note_missing_figures, dialogue::Dialogue,
    turns::is_turn, window::Window,
};

/// A visit under way.
pub(super) struct Visit<'a> {
    connector: &'a LinkedinConnector,
    request: &'a MeasureRequest,
    name: Option<Name<'a>>,
    asker: Asker<'a>,
    /// What is known of the organisation; `None` until its number is.
    state: Option<State>,
    /// Whether it was there at an earlier visit, and its number is no organisation's any more.
    is_lost: bool,
    website: Option<String>,
    measurement: Measurement,
    /// The exchanges shared with other visits.
    pub(super) records: Vec<FetchRecord>,
    end: Option<Setback>,
}

impl<'a> Visit<'a> {
    /// A visit of which nothing was asked yet.
    pub(super) fn new(connector: &'a LinkedinConnector, request: &'a MeasureRequest) -> Self {
        let measurement = request.begun();
        let name = Name::of_handle(&request.account.handle);
        let remembered = State::read(request.previous_state.as_deref());
        let remembered = remembered.filter(|state| name::is_number(&state.id));
        let numbered = name.and_then(|name| {
            let id = name.number()?;
            Some(State::of(id, name.kind == Kind::Showcase))
        });
        Self {
            connector,
            request,
            name,
            asker: Asker::new(connector),
            state: remembered.or(numbered),
            is_lost: false,
            website: None,
            measurement,
            records: Vec::new(),
            end: name
                .is_none()
                .then(|| Setback::absent(Absent::NotAnAccount)),
        }
    }

    /// Ends the visit without a measurement.
    pub(super) fn close(&mut self, setback: Setback) {
        self.end.get_or_insert(setback);
    }

    /// The organisation's number, where its description is due.
    pub(super) fn id_to_describe(&self) -> Option<&str> {
        let state = self.state.as_ref().filter(|_| self.end.is_none())?;
        let days = self.connector.settings.describe_days.get();
        let is_due = is_turn(&state.id, days, state.described_at, self.request.as_of);
        is_due.then_some(&state.id)
    }

    /// Takes the description.
    pub(super) fn describe(&mut self, organization: &Organization) {
        let name = organization.vanity_name.as_deref().map(str::to_lowercase);
        let is_showcase = self.name.is_some_and(|name| name.kind == Kind::Showcase);
        let is_brand = is_showcase || observe::is_brand(organization);
        let known = self
            .state
            .take()
            .filter(|state| state.id == organization.id);
        let known = known.unwrap_or_else(|| State::of(&organization.id, is_brand));
        self.website.clone_from(&organization.localized_website);
        self.state = Some(State {
            is_brand,
            name: name.filter(|name| !name.is_empty()).or(known.name),
            described_at: Some(self.request.as_of),
            ..known
        });
    }

    /// Takes in that the organisation of that number is not there. Its name may have gone to another.
    pub(super) fn lose(&mut self) {
        self.state = None;
        self.is_lost = true;
        if self.name.is_some_and(|name| name.number().is_some()) {
            self.close(Setback::absent(Absent::NotFound));
        }
    }

    /// Asks what is to be asked.
    pub(super) async fn run(&mut self) -> Result<(), Setback> {
        if let Some(end) = self.end {
            return Err(end);
        }
        let name = self
            .name
            .ok_or_else(|| Setback::absent(Absent::NotAnAccount))?;
        if self.state.is_none() {
            let organization = self.resolve(name).await?;
            self.describe(&organization);
        }
        let Some(mut state) = self.state.take() else {
            return Err(Setback::layout());
        };
        let followers = self.followers(&mut state).await?;
        self.measurement.identity = observe::identity(&state, name, self.website.as_deref());
        self.measurement.figures = observe::figures(followers);
        self.posts(&mut state).await;
        self.measurement.state = Some(state.write());
        Ok(())
    }

    /// The organisation that bears the name today.
    async fn resolve(&mut self, name: Name<'_>) -> Result<Organization, Setback> {
        let url = requests::by_name(&self.connector.settings.base_url, name.text);
        let list: List<Organization> = self
            .asker
            .ask(Call::ByName, url)
            .await
            .map_err(Refusal::setback)?;
        if list.elements.is_unreadable() {
            return Err(Setback::layout());
        }
        let bears = |it: &&Organization| {
            let bears = |vanity: &String| vanity.to_lowercase() == name.text;
            it.vanity_name.as_ref().is_none_or(bears)
        };
        let found = list.elements.read.iter().find(bears);
        let found = found.filter(|found| name::is_number(&found.id));
        let nobody = if self.is_lost {
            Absent::Gone
        } else {
            Absent::NotFound
        };
        found.cloned().ok_or_else(|| Setback::absent(nobody))
    }

    /// How many follow the organisation, where their turn has come. LinkedIn may say 0 of one that is
    /// not there: of one that was never described, that tells nothing.
    async fn followers(&mut self, state: &mut State) -> Result<Figure<u64>, Setback> {
        let settings = &self.connector.settings;
        let (days, as_of) = (settings.followers_days.get(), self.request.as_of);
        if !is_turn(&state.id, days, state.followers_at, as_of) {
            return Ok(Figure::Missing(MissingReason::NotAsked));
        }
        let urn = name::urn(&state.id, state.is_brand);
        let url = requests::network_size(&settings.base_url, &urn, settings.edge_type());
        let not_in_answer = Figure::Missing(MissingReason::NotInAnswer);
        match self.asker.ask::<NetworkSize>(Call::NetworkSize, url).await {
            Ok(size) => match size.first_degree_size.figure() {
                Figure::Known(0) if state.described_at.is_none() => Ok(not_in_answer),
                Figure::Missing(MissingReason::NotInAnswer) => Err(Setback::layout()),
                followers => {
                    state.followers_at = Some(as_of);
                    Ok(followers)
                }
            },
            // It is looked up anew at the next visit.
            Err(Refusal::NotThere) if state.described_at.is_some() => {
                state.described_at = None;
                Ok(not_in_answer)
            }
            Err(Refusal::NotThere) => Err(Setback::absent(Absent::NotFound)),
            Err(refusal) => Err(refusal.setback()),
        }
    }

    /// The posts and what was said below them, where the organisation granted that.
    async fn posts(&mut self, state: &mut State) {
        let settings = &self.connector.settings;
        let (handle, as_of) = (&self.request.account.handle, self.request.as_of);
        let is_granted = settings.is_granted(handle, &state.id);
        let days = settings.describe_days.get();
        let is_tried = settings.try_posts && is_turn(&state.id, days, state.refused_at, as_of);
        let measurement = &mut self.measurement;
        let permission = MissingReason::PermissionMissing;
        if !is_granted && !is_tried {
            measurement.threads = Figure::Missing(permission);
            measurement
                .unavailable
                .insert(FigureName::Posts, permission);
            return;
        }
        let window = Window::before(as_of, settings.window_days);
        let mut dialogue = Dialogue::default();
        let reader = posts::Reader {
            asker: &mut self.asker,
            settings,
            urn: name::urn(&state.id, state.is_brand),
            window,
        };
        let read = reader.read(&mut state.talks, &mut dialogue).await;
        state.refused_at = (read.cut == Some(permission)).then_some(as_of);
        if let Some(reason) = read.cut {
            measurement.unavailable.insert(FigureName::Posts, reason);
            dialogue.miss(reason);
        }
        measurement.posts = read.posts;
        measurement.threads = dialogue.figure();
    }

    /// The measurement.
    pub(super) fn finish(mut self) -> Measured {
        let mut measurement = self.measurement;
        measurement.fetches = std::mem::take(&mut self.records);
        measurement.fetches.append(&mut self.asker.into_records());
        if let Some(end) = self.end {
            measurement.figures = Figures::missing(MissingReason::NotMeasured);
            return end.end(measurement);
        }
        note_missing_figures(&mut measurement);
        Measured::new(measurement, None)
    }
}
