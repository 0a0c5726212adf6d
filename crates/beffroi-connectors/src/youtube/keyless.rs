//! A visit without a key: the channel's feed, as robots.txt allows. It gives the newest videos and
//! their views; no subscribers, likes or comments.

use beffroi_fetch::Document;
use beffroi_model::{
    Absent, Failed, Figure, FigureName, Figures, Measurement, MissingReason, Outcome,
};

use super::{
    YoutubeConnector,
    ask::Asker,
    channels, feed,
    feed::Feed,
    name::Name,
    requests,
    state::{Remembered, State},
};
use crate::{
    MeasureRequest, Measured, Retry,
    api::{Reply, Setback},
    window::Window,
};

/// Measures an account by its feed: one request, and one more for the page of a name whose id is not
/// known yet.
pub(super) async fn measure(connector: &YoutubeConnector, request: &MeasureRequest) -> Measured {
    let mut measurement = request.begun();
    let mut asker = Asker::new(connector);
    let end = run(connector, request, &mut asker, &mut measurement).await;
    measurement.fetches = asker.into_records();
    Measured::ended(measurement, end)
}

async fn run(
    connector: &YoutubeConnector,
    request: &MeasureRequest,
    asker: &mut Asker<'_>,
    measurement: &mut Measurement,
) -> Result<(), Setback> {
    let no_account = || Setback::absent(Absent::NotAnAccount);
    let name = Name::parse(&request.account.handle).ok_or_else(no_account)?;
    let site = &connector.settings.site_url;
    let (known, remembered) = recall(request, name);
    let url = match (&known, name) {
        (Some(id), _) => requests::feed(site, id),
        (None, Name::Username(name)) => requests::feed_of_user(site, name),
        (None, name) => {
            let id = channels::on_page(asker, site, name).await?;
            let no_page = || Setback::absent(Absent::NotFound);
            requests::feed(site, &id.ok_or_else(no_page)?)
        }
    };
    let asked_id = url
        .query_pairs()
        .find(|(key, _)| key == "channel_id")
        .map(|(_, id)| id.into_owned());
    let reply = asker.site(url, Document::Feed).await?;
    if reply.status() != 200 {
        return Err(refusal(&reply));
    }
    let window = Window::before(request.as_of, connector.settings.window_days);
    let Feed {
        channel_id,
        posts,
        is_cut,
    } = feed::read(reply.body(), window).ok_or_else(|| reply.setback())?;

    let with_key = MissingReason::LoginRequired;
    measurement.figures = Figures {
        following: Figure::Missing(MissingReason::NotGivenByPlatform),
        ..Figures::missing(with_key)
    };
    measurement.threads = Figure::Missing(with_key);
    let unavailable = &mut measurement.unavailable;
    unavailable.insert(FigureName::Reactions, with_key);
    unavailable.insert(FigureName::Comments, with_key);
    unavailable.insert(FigureName::Shares, MissingReason::NotGivenByPlatform);
    if is_cut {
        unavailable.insert(FigureName::Posts, MissingReason::Truncated);
    }
    measurement.posts = posts;
    if let Some(id) = asked_id.or(channel_id) {
        measurement.identity.permanent_id = Some(id.clone());
        let state = State {
            id,
            uploads: remembered,
        };
        measurement.state = Some(state.write());
    }
    Ok(())
}

/// The id where it is known, and what visits with a key remember of its uploads, which is kept.
fn recall(request: &MeasureRequest, name: Name<'_>) -> (Option<String>, Option<Remembered>) {
    let previous = State::read(request.previous_state.as_deref());
    let previous = previous.filter(|state| match name.id() {
        Some(id) => state.id == id,
        None => Name::parse(&state.id).and_then(Name::id).is_some(),
    });
    match (name.id(), previous) {
        (_, Some(state)) => (Some(state.id), state.uploads),
        (id, None) => (id.map(str::to_owned), None),
    }
}

/// What another answer than a feed means. Feeds of channels that exist answer 404 for hours at a
/// time (RSS-Bridge/rss-bridge#2113, glanceapp/glance#910; 2021 to 2026): it proves no absence.
fn refusal(reply: &Reply) -> Setback {
    match reply.status() {
        404 | 410 => Setback {
            outcome: Outcome::Failed(Failed::Http4xx),
            retry: Some(Retry::after_a_try(None)),
            is_backoff: false,
        },
        _ => reply.setback(),
    }
}
