//! A web server of which every byte is the test's, and which notes what it was asked and when.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use beffroi_fetch::{Document, FetchClient, FetchError, FetchSettings, Fetched, Request};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::TlsAcceptor;
use url::Url;

/// A request as the server saw it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    /// How many requests for this path came before.
    pub(crate) earlier: usize,
}

/// What the server does in return, part by part; then it waits for the next request or closes.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    parts: Vec<Part>,
    closes: bool,
}

#[derive(Debug, Clone)]
enum Part {
    Bytes(Vec<u8>),
    Pause(Duration),
    /// The bytes again and again, until the client has had enough.
    Endless(Vec<u8>),
}

/// Longer than any test waits.
const FOREVER: Duration = Duration::from_secs(120);

impl Reply {
    /// A complete answer with its length.
    pub(crate) fn new(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += "\r\n";
        Self::raw([head.as_bytes(), body].concat()).kept_open()
    }

    pub(crate) fn page(body: impl AsRef<[u8]>) -> Self {
        Self::new(200, &[("content-type", "text/html")], body)
    }

    pub(crate) fn redirect(location: &str) -> Self {
        Self::new(302, &[("location", location)], "")
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, &[], "nothing here")
    }

    /// Exactly these bytes, then the connection is closed.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            parts: vec![Part::Bytes(bytes.into())],
            closes: true,
        }
    }

    pub(crate) fn kept_open(mut self) -> Self {
        self.closes = false;
        self
    }

    pub(crate) fn then(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.parts.push(Part::Bytes(bytes.into()));
        self
    }

    pub(crate) fn then_endless(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.parts.push(Part::Endless(bytes.into()));
        self
    }

    pub(crate) fn then_pause(mut self, pause: Duration) -> Self {
        self.parts.push(Part::Pause(pause));
        self
    }

    pub(crate) fn then_silence(self) -> Self {
        self.then_pause(FOREVER)
    }

    pub(crate) fn after(mut self, pause: Duration) -> Self {
        self.parts.insert(0, Part::Pause(pause));
        self
    }
}

type Handler = Arc<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// The server; it stops when it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Answers every path but `/robots.txt`, which it does not have.
    pub(crate) async fn start(handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start_whole(move |seen| match seen.path.as_str() {
            "/robots.txt" => Reply::not_found(),
            _ => handler(seen),
        })
        .await
    }

    /// Answers every path.
    pub(crate) async fn start_whole(
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_tls(None, handler).await
    }

    /// Answers every path, at another address of this machine.
    pub(crate) async fn start_at(
        address: &str,
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_on(address, None, handler).await
    }

    /// Answers every path, over TLS when there is an acceptor.
    pub(crate) async fn start_tls(
        tls: Option<TlsAcceptor>,
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start_on("127.0.0.1", tls, handler).await
    }

    async fn start_on(
        address: &str,
        tls: Option<TlsAcceptor>,
        handler: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let handler: Handler = Arc::new(handler);
        let notes = seen.clone();
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                connections.spawn(welcome(stream, tls.clone(), handler.clone(), notes.clone()));
            }
        });
        Self {
            address,
            seen,
            task,
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn paths(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.path).collect()
    }

    /// Times between one request and the next, in milliseconds.
    pub(crate) fn gaps_ms(&self) -> Vec<u128> {
        let seen = self.seen();
        seen.windows(2)
            .map(|two| (two[1].at - two[0].at).as_millis())
            .collect()
    }
}

async fn welcome(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    handler: Handler,
    notes: Arc<Mutex<Vec<Seen>>>,
) {
    match tls {
        None => drop(serve(stream, handler, notes).await),
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                drop(serve(stream, handler, notes).await);
            }
        }
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    handler: Handler,
    notes: Arc<Mutex<Vec<Seen>>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let at = Instant::now();
        let method = line.split(' ').next().unwrap_or_default().to_owned();
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut headers = HashMap::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.split_once(':') else {
                break;
            };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length");
        let length = length.map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let seen = {
            let mut notes = notes.lock().unwrap();
            let earlier = notes.iter().filter(|seen| seen.path == path).count();
            notes.push(Seen {
                at,
                method,
                path,
                headers,
                body,
                earlier,
            });
            notes.last().unwrap().clone()
        };
        let reply = handler(&seen);
        for part in reply.parts {
            match part {
                Part::Bytes(bytes) => stream.write_all(&bytes).await?,
                Part::Pause(pause) => tokio::time::sleep(pause).await,
                Part::Endless(bytes) => loop {
                    stream.write_all(&bytes).await?;
                },
            }
            stream.flush().await?;
        }
        if reply.closes {
            return stream.shutdown().await;
        }
    }
}

/// Settings for tests: quick paces, and holes exactly for these servers.
pub(crate) fn settings(servers: &[&Server]) -> FetchSettings {
    FetchSettings {
        contact: "https://beffroi.example/test".to_owned(),
        host_interval: Duration::from_millis(1),
        group_interval: Duration::ZERO,
        retry_base: Duration::from_millis(5),
        allow_addresses: servers
            .iter()
            .map(|server| server.address.to_string())
            .collect(),
        ..FetchSettings::default()
    }
}

pub(crate) fn client(servers: &[&Server]) -> FetchClient {
    FetchClient::try_new(settings(servers)).unwrap()
}

/// Fetches a page of a server with a client of its own.
pub(crate) async fn fetch(server: &Server, path: &str) -> Result<Fetched, FetchError> {
    client(&[server]).get(page(server, path)).await
}

pub(crate) fn page(server: &Server, path: &str) -> Request {
    Request::site(server.url(path), Document::Page)
}
