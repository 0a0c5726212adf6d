//! Whole visits to pages that are recorded. Every place and person is fictitious; texts hold
//! `CANARY`, which must be found nowhere afterwards.

mod absence;
mod figures;
mod limits;
mod visits;

use std::{collections::HashMap, time::Duration};

use beffroi_fetch::FetchSettings;
use beffroi_model::{Absent, Failed, Figure, FigureName, Forbidden, MissingReason, Outcome};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::*;
use crate::recorded::{self, Answer, Server, as_of, measure_hiding};

const CANARY: &str = "citizen-canary";
const NAME: &str = "villedetest";
const PAGE: &str = "/@villedetest";

/// Pages by path; what is not here is not there.
#[derive(Clone, Default)]
struct Site {
    pages: HashMap<String, Answer>,
}

impl Site {
    /// A site that shows this of the account.
    fn showing(props: Value) -> Self {
        Self::default().with(PAGE, Answer::page(200, &html(&props)))
    }

    fn with(mut self, path: &str, answer: Answer) -> Self {
        self.pages.insert(path.to_owned(), answer);
        self
    }

    async fn start(self) -> Server {
        Server::start(move |asked| match self.pages.get(asked.path()) {
            Some(answer) => answer.clone(),
            None if asked.path() == "/robots.txt" => Answer::page(404, ""),
            None => Answer::page(404, &html(&json!({"pageType": 0}))),
        })
        .await
    }
}

/// A page drawn from these data.
fn html(props: &Value) -> String {
    let data = json!({"props": {"pageProps": props}, "page": "/[profile]", "query": {}});
    format!(
        "<!DOCTYPE html><html><head><title>{CANARY} 1 < 2</title></head><body><div>{CANARY}</div>\
         <script id=\"__NEXT_DATA__\" type=\"application/json\">{data}</script></body></html>"
    )
}

/// A public profile with these subscribers.
fn profile(subscribers: Value) -> Value {
    json!({
        "pageType": 18, "pageLinks": {"canonicalUrl": "https://www.snapchat.com/@villedetest"},
        "userProfile": {"$case": "publicProfileInfo", "publicProfileInfo": {
            "username": "VilleDeTest", "title": CANARY, "subscriberCount": subscribers,
            "bio": format!("{CANARY} <3"), "websiteUrl": "https://www.ville.test", "badge": 0,
            "hasStory": true, "businessProfileId": "b1c2"}},
        "story": {"snapList": [{"snapId": {"value": "s1"},
            "timestampInSec": {"value": "1772442000"}}]},
    })
}

fn request(handle: &str) -> MeasureRequest {
    let page = format!("https://www.snapchat.com/@{handle}");
    recorded::request(Platform::Snapchat, handle, &page)
}

fn settings(server: &Server) -> SnapchatSettings {
    SnapchatSettings {
        enabled: true,
        base_url: server.root(),
        interval: Duration::ZERO,
        ..SnapchatSettings::default()
    }
}

/// A connector with the polite client, hurried, towards one server.
fn connector(server: &Server, settings: SnapchatSettings) -> SnapchatConnector {
    let client = FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: vec![server.authority()],
        host_interval: Duration::ZERO,
        group_interval: Duration::ZERO,
        retries: 0,
        ..FetchSettings::default()
    });
    SnapchatConnector::new(client.unwrap(), settings)
}

/// Measures, and looks whether anything is kept that must not be.
async fn measure(connector: &SnapchatConnector, batch: &[MeasureRequest]) -> Vec<Measured> {
    measure_hiding(connector, &another(connector), batch, &[CANARY]).await
}

async fn visit(site: Site) -> Measured {
    let server = site.start().await;
    let connector = connector(&server, settings(&server));
    measure(&connector, &[request(NAME)]).await.remove(0)
}

async fn outcome(site: Site) -> Outcome {
    visit(site).await.measurement.outcome
}

/// A connector without history and secret, for what is archived.
fn another(connector: &SnapchatConnector) -> SnapchatConnector {
    SnapchatConnector::new(connector.client.clone(), connector.settings.clone())
}
