//! Recorded answers of platforms, served on loopback to the real client: for tests.

mod archive;

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use beffroi_fetch::{FetchClient, FetchSettings};
use beffroi_model::{AccountRef, Platform};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response, body::Incoming, server::conn::http1, service::service_fn,
};
use hyper_util::rt::TokioIo;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

use crate::{Connector, MeasureRequest, Measured};

pub(crate) use archive::measure_archived;

/// What a server was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The whole address.
    pub(crate) url: Url,
    /// `GET` or `POST`.
    pub(crate) method: String,
    /// The body, as sent.
    pub(crate) body: String,
    /// `Authorization`, as sent.
    pub(crate) authorization: Option<String>,
    headers: HeaderMap,
}

impl Asked {
    pub(crate) fn path(&self) -> &str {
        self.url.path()
    }

    /// The values of a query parameter, in order.
    pub(crate) fn query(&self, name: &str) -> Vec<String> {
        let pairs = self.url.query_pairs().filter(|(key, _)| key == name);
        pairs.map(|(_, value)| value.into_owned()).collect()
    }

    /// `host:port` of the server.
    pub(crate) fn authority(&self) -> &str {
        self.url.authority()
    }

    /// A header, as sent.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What it answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Answer {
    pub(crate) fn json(body: Value) -> Self {
        Self::with(200, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn page(status: u16, body: &str) -> Self {
        Self::with(status, "text/html; charset=utf-8", body.to_owned())
    }

    pub(crate) fn error(status: u16, error: &str) -> Self {
        Self::json(serde_json::json!({ "error": error })).status(status)
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn with(status: u16, media_type: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![("content-type", media_type.to_owned())],
            body,
        }
    }
}

type Answering = dyn Fn(&Asked) -> Answer + Send + Sync;

/// A server on loopback; it stops when dropped.
pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    serving: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer: Arc<Answering> = Arc::new(answer);
        let serving = tokio::spawn(serve(listener, Arc::clone(&asked), answer));
        Self {
            address,
            asked,
            serving,
        }
    }

    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn root(&self) -> Url {
        format!("http://{}/", self.address).parse().unwrap()
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The paths asked so far, then forgotten.
    pub(crate) fn take_paths(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked.iter().map(|asked| asked.path().to_owned()).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, asked: Arc<Mutex<Vec<Asked>>>, answer: Arc<Answering>) {
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
        let respond = service_fn(move |request: Request<Incoming>| {
            let (asked, answer) = (Arc::clone(&asked), Arc::clone(&answer));
            async move { Ok::<_, Infallible>(respond(request, &asked, &*answer).await) }
        });
        connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), respond));
    }
}

async fn respond(
    request: Request<Incoming>,
    asked: &Mutex<Vec<Asked>>,
    answer: &Answering,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| head.headers.get(name)?.to_str().ok();
    let host = header("host").unwrap();
    let question = Asked {
        url: format!("http://{host}{}", head.uri).parse().unwrap(),
        method: head.method.to_string(),
        body: String::from_utf8(body.to_vec()).unwrap(),
        authorization: header("authorization").map(str::to_owned),
        headers: head.headers.clone(),
    };
    let answer = answer(&question);
    asked.lock().unwrap().push(question);
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(answer.body))).unwrap()
}

/// The polite client, allowed to go to these servers alone, and without patience for retries.
pub(crate) fn client(servers: &[&Server]) -> FetchClient {
    FetchClient::try_new(FetchSettings {
        contact: "mailto:observatory@example.org".to_owned(),
        allow_addresses: servers.iter().map(|server| server.authority()).collect(),
        retries: 0,
        ..FetchSettings::default()
    })
    .unwrap()
}

/// End of the window of the first night.
pub(crate) fn as_of() -> Timestamp {
    "2026-11-23T00:00:00Z".parse().unwrap()
}

/// The same so many nights later.
pub(crate) fn nights_later(nights: i64) -> Timestamp {
    as_of() + SignedDuration::from_hours(24 * nights)
}

/// A first visit to an account, whose page is at this address.
pub(crate) fn request(platform: Platform, handle: &str, page: &str) -> MeasureRequest {
    MeasureRequest {
        account: AccountRef {
            platform,
            handle: handle.to_owned(),
            url: page.parse().unwrap(),
        },
        subjects: Vec::new(),
        as_of: as_of(),
        previous_state: None,
        carried: None,
    }
}

/// Whether the client left the server alone by itself: a minute, and up to a quarter more.
pub(crate) fn is_in_a_minute(measured: &Measured) -> bool {
    let not_before = measured.retry.unwrap().not_before.unwrap();
    (30..=75).contains(&not_before.duration_since(Timestamp::now()).as_secs())
}

/// Measures, and makes sure that each account is answered, in order, and that nothing which is to be
/// hidden shows in what is brought back, in the connector itself or in the archive, from which another
/// connector reads the same.
pub(crate) async fn measure_hiding(
    connector: &(impl Connector + std::fmt::Debug),
    another: &dyn Connector,
    batch: &[MeasureRequest],
    hidden: &[&str],
) -> Vec<Measured> {
    let measured = measure_archived(connector, another, batch, hidden).await;
    let shown = format!("{connector:?} {measured:?}");
    for hidden in hidden {
        assert!(!shown.contains(hidden), "{hidden} is kept: {shown}");
    }
    let asked: Vec<_> = batch.iter().map(|request| &request.account).collect();
    let answered: Vec<_> = measured
        .iter()
        .map(|measured| &measured.measurement.account)
        .collect();
    assert_eq!(asked, answered, "one for each, in order");
    measured
}
