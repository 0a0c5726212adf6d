//! A municipal site on loopback: documents by path, conditional answers, a log of what was asked.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use beffroi_fetch::{DnsSettings, FetchClient, FetchSettings};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, UdpSocket},
    task::JoinHandle,
};
use url::Url;

/// A document.
#[derive(Debug, Clone)]
pub(super) struct Doc {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Doc {
    pub(super) fn html(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
        }
        .header("content-type", "text/html")
    }

    pub(super) fn xml(body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            body: body.into(),
        }
        .header("content-type", "application/xml")
    }

    /// The server hangs up instead of answering.
    pub(super) fn hung_up() -> Self {
        Self::html("").status(HUNG_UP)
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self.headers.push((name, value.into()));
        self
    }
}

/// No status: there is no answer.
const HUNG_UP: u16 = 0;

type Docs = HashMap<String, Doc>;

/// The server; it stops when dropped. Its documents are found by `host path?query`, else by path.
pub(super) struct Site {
    pub(super) address: SocketAddr,
    docs: Arc<Mutex<Docs>>,
    asked: Arc<Mutex<Vec<String>>>,
    serving: JoinHandle<()>,
    pub(super) name_server: SocketAddr,
    naming: JoinHandle<()>,
}

impl Site {
    pub(super) async fn start(docs: &[(&str, Doc)]) -> Self {
        Self::start_at("127.0.0.1", docs).await
    }

    /// The same at another address of this machine.
    pub(super) async fn start_at(address: &str, docs: &[(&str, Doc)]) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let docs: Docs = docs
            .iter()
            .map(|(path, doc)| ((*path).to_owned(), doc.clone()))
            .collect();
        let docs = Arc::new(Mutex::new(docs));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (shared_docs, shared_asked) = (Arc::clone(&docs), Arc::clone(&asked));
        let serving = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (docs, asked) = (Arc::clone(&shared_docs), Arc::clone(&shared_asked));
                let answer = service_fn(move |request: Request<Incoming>| {
                    let response = respond(&request, &docs, &asked);
                    // An error of the service is a connection that ends without an answer.
                    async move { response.ok_or("nobody answers") }
                });
                connections
                    .spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
            }
        });
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let name_server = socket.local_addr().unwrap();
        let naming = tokio::spawn(deny_names(socket));
        Self {
            address,
            docs,
            asked,
            serving,
            name_server,
            naming,
        }
    }

    pub(super) fn url(&self, host: &str, path: &str) -> Url {
        format!("http://{host}:{}{path}", self.address.port())
            .parse()
            .unwrap()
    }

    pub(super) fn put(&self, path: &str, doc: Doc) {
        self.docs.lock().unwrap().insert(path.to_owned(), doc);
    }

    /// The paths asked so far, robots.txt apart, then forgotten.
    pub(super) fn take_asked(&self) -> Vec<String> {
        let asked = std::mem::take(&mut *self.asked.lock().unwrap());
        asked
            .into_iter()
            .filter(|path| path != "/robots.txt")
            .collect()
    }

    /// A client for which these names are at the server, and no others exist.
    pub(super) fn client(&self, hosts: &[&str]) -> FetchClient {
        let here = vec!["127.0.0.1".to_owned()];
        let dns = DnsSettings {
            server: Some(self.name_server.to_string()),
            hosts: hosts
                .iter()
                .map(|host| ((*host).to_owned(), here.clone()))
                .collect(),
        };
        FetchClient::try_new(FetchSettings {
            contact: "mailto:observatory@example.org".to_owned(),
            allow_addresses: vec![self.address.to_string()],
            host_interval: Duration::ZERO,
            group_interval: Duration::ZERO,
            retries: 0,
            dns,
            ..FetchSettings::default()
        })
        .unwrap()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.abort();
        self.naming.abort();
    }
}

/// A name server that knows no name.
async fn deny_names(socket: UdpSocket) {
    let mut query = [0_u8; 512];
    while let Ok((length, from)) = socket.recv_from(&mut query).await {
        if length < 12 {
            continue;
        }
        // Only the header and the question go back: end of the name, then type and class.
        let name = query[12..length]
            .iter()
            .position(|byte| *byte == 0)
            .unwrap_or(0);
        let mut answer = query[..(12 + name + 5).min(length)].to_vec();
        answer[2..12].copy_from_slice(&[0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0]);
        let _ = socket.send_to(&answer, from).await;
    }
}

fn respond(
    request: &Request<Incoming>,
    docs: &Mutex<Docs>,
    asked: &Mutex<Vec<String>>,
) -> Option<Response<Full<Bytes>>> {
    let path = request.uri().to_string();
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let host = header("host")
        .unwrap_or_default()
        .split(':')
        .next()
        .unwrap_or_default();
    let docs = docs.lock().unwrap();
    let doc = docs
        .get(&format!("{host} {path}"))
        .or_else(|| docs.get(&path));
    asked.lock().unwrap().push(path);
    let Some(doc) = doc else {
        let not_found = Response::builder().status(404).body(Full::default());
        return Some(not_found.unwrap());
    };
    if doc.status == HUNG_UP {
        return None;
    }
    let etag = doc
        .headers
        .iter()
        .find(|(name, _)| *name == "etag")
        .map(|(_, value)| value.as_str());
    let is_known = etag.is_some() && header("if-none-match") == etag;
    let mut response = Response::builder().status(if is_known { 304 } else { doc.status });
    for (name, value) in &doc.headers {
        response = response.header(*name, value);
    }
    let body = if is_known {
        Bytes::new()
    } else {
        Bytes::from(doc.body.clone())
    };
    Some(response.body(Full::new(body)).unwrap())
}
