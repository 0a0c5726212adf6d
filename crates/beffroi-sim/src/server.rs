//! The HTTP side: one listener for all addresses of 127.0.0.0/8, hosts told apart by the Host
//! header, every request judged by the referee before it is answered.

use std::{
    convert::Infallible,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::{
    Method, Request, Response,
    body::{Body, Frame, Incoming, SizeHint},
    header::{self, HeaderMap, HeaderValue},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::Timestamp;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsAcceptor;

use crate::{
    SimSettings,
    answer::Answer,
    apis::{
        APIS, SocialIndex, bluesky, mastodon,
        network::{Call, MAX_BODY_BYTES, NetworkIndex, Service},
        parameters, spoil,
    },
    arrivals::Arrivals,
    meters::Meters,
    pages,
    referee::{Referee, RequestKind, Rules, UnderWay},
    weather::{Fate, Weather},
    world::{
        World,
        host::{Host, Robots, Role},
        site::{Page, Sitemap, State},
    },
};

/// How long a hanging host keeps its visitor waiting.
const HANG: Duration = Duration::from_secs(60);
/// What a busy host asks for in Retry-After.
const BUSY_SECS: u64 = 2;
/// An idle connection is closed after this.
const IDLE: Duration = Duration::from_secs(30);
/// Handshakes and heads must come within this.
const HEAD: Duration = Duration::from_secs(10);

/// All that answers need; shared by every connection.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) world: Arc<World>,
    pub(crate) referee: Arc<Referee>,
    pub(crate) social: SocialIndex,
    pub(crate) mastodon: Vec<mastodon::Limits>,
    pub(crate) bluesky: bluesky::Limits,
    pub(crate) host_interval: Duration,
    pub(crate) bluesky_requests_per_second: u32,
    pub(crate) networks: NetworkIndex,
    pub(crate) meters: Arc<Meters>,
    pub(crate) settings: SimSettings,
    pub(crate) arrivals: Option<Arrivals>,
    pub(crate) weather: Weather,
}

/// Which of the two ports a connection came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Http,
    Https,
}

/// The server ends the connection and owes the answer.
#[derive(Debug, thiserror::Error)]
#[error("hung up")]
struct HungUp;

/// A body that keeps its request counted as under way until it is out.
pub(crate) struct JudgedBody {
    inner: Full<Bytes>,
    _under_way: Option<UnderWay>,
}

impl Body for JudgedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.inner).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

/// Accepts until its task ends. Connections live in `connections` and end with it.
pub(crate) async fn accept(listener: TcpListener, door: Door, site: Arc<Site>, tls: TlsAcceptor) {
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: others must end first.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            }
        };
        // The listener is bound to all addresses; only loopback is served.
        let is_loopback = stream.local_addr().is_ok_and(is_loopback);
        if is_loopback {
            connections.spawn(connection(stream, door, site.clone(), tls.clone()));
        }
    }
}

fn is_loopback(local: SocketAddr) -> bool {
    local.ip().is_loopback()
}

async fn connection(stream: TcpStream, door: Door, site: Arc<Site>, tls: TlsAcceptor) {
    // Nothing to do about a failure here: the answer then goes out a little later.
    let _ = stream.set_nodelay(true);
    if site.weather.resets() {
        // What is dropped now is reset and not closed.
        let _ = stream.set_zero_linger();
    }
    if door == Door::Http {
        return serve(stream, door, site).await;
    }
    // A crawler that gives up on a bad certificate comes back in plain HTTP.
    let mut first = [0u8; 1];
    const HANDSHAKE: u8 = 0x16;
    match tokio::time::timeout(HEAD, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first[0] == HANDSHAKE => {
            if let Ok(Ok(stream)) = tokio::time::timeout(HEAD, tls.accept(stream)).await {
                serve(stream, door, site).await;
            }
        }
        Ok(Ok(1)) => serve(stream, door, site).await,
        _ => {}
    }
}

async fn serve<S>(stream: S, door: Door, site: Arc<Site>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(move |request| {
        let site = site.clone();
        async move { site.respond(request, door).await.ok_or(HungUp) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::trace!(%error, "a connection ended early");
    }
}

impl Site {
    /// The answer; `None` where there is none and the connection ends.
    async fn respond(
        &self,
        request: Request<Incoming>,
        door: Door,
    ) -> Option<Response<JudgedBody>> {
        let host = request
            .headers()
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .or_else(|| request.uri().host())
            .unwrap_or_default()
            .to_owned();
        let name = host.split(':').next().unwrap_or_default();
        let path = request.uri().path();
        let is_head = request.method() == Method::HEAD;
        if path.starts_with("/_sim/") && is_control_name(name) {
            let query = request.uri().query().unwrap_or_default();
            return Some(response(self.control(path, query), is_head, None));
        }
        let Some(index) = self.world.host_index(name) else {
            let answer = Answer::html(421, "<h1>421 Misdirected Request</h1>");
            return Some(response(answer, is_head, None));
        };
        let host_record = &self.world.hosts[index as usize];
        let path_and_query = request
            .uri()
            .path_and_query()
            .map_or("/", |path_and_query| path_and_query.as_str());
        // Each host has a record for each of its two ports.
        let seat = index as usize * 2 + usize::from(door == Door::Https);
        let under_way = self.referee.arrival(Rules {
            host: seat,
            address: host_record.address_index as usize,
            name: &host,
            path: path_and_query,
            kind: self.request_kind(host_record, path),
        });
        if let Some(arrivals) = &self.arrivals {
            let agent = request.headers().get(header::USER_AGENT);
            let agent = agent.and_then(|agent| agent.to_str().ok());
            let address = host_record.address_index;
            arrivals.note(name, address, agent.unwrap_or_default());
        }
        if self.weather.endure().await == Fate::HungUp {
            return None;
        }
        if let Some(latency) = self.settings.latency {
            tokio::time::sleep(latency).await;
        }
        if let Role::Api(number) = host_record.role {
            let answer = self.api(number, name, request).await;
            return Some(response(answer, is_head, Some(under_way)));
        }
        let answer = self
            .answer(seat, host_record, &request, path_and_query, door)
            .await;
        if let Answered::Now(answer) = answer {
            return Some(response(answer, is_head, Some(under_way)));
        }
        tokio::time::sleep(HANG).await;
        Some(response(Answer::html(504, ""), is_head, Some(under_way)))
    }

    /// The answer of a network's API.
    async fn api(&self, number: u8, host: &str, request: Request<Incoming>) -> Answer {
        let (parts, body) = request.into_parts();
        let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
            return Answer::new(413, "text/plain", "");
        };
        let body = body.to_bytes();
        let query = parts.uri.query().unwrap_or_default();
        let asked = format!(
            "{} {host}{}?{query} {}",
            parts.method,
            parts.uri.path(),
            String::from_utf8_lossy(&body),
        );
        let call = Call {
            host,
            method: &parts.method,
            path: parts.uri.path(),
            query,
            parameters: parameters(query),
            headers: &parts.headers,
            body,
            now: Timestamp::now(),
        };
        let service = Service {
            world: &self.world,
            index: &self.networks,
            meters: &self.meters,
            settings: &self.settings,
        };
        let answer = APIS[usize::from(number)].answer(&service, &call);
        let share = self.settings.malformed_share;
        spoil(answer, share, self.settings.seed, &asked)
    }

    fn request_kind(&self, host: &Host, path: &str) -> RequestKind {
        let unreachable = host.robots == Robots::ServerError;
        match host.role {
            Role::Mastodon(_) => RequestKind::Api {
                requests: mastodon::API_REQUESTS,
                window_ms: mastodon::API_WINDOW_SECS as u64 * 1000,
            },
            Role::Bluesky => RequestKind::Api {
                requests: self.bluesky_requests_per_second * bluesky::WINDOW_SECS as u32,
                window_ms: bluesky::WINDOW_SECS as u64 * 1000,
            },
            Role::Api(number) => self.at_pace(APIS[usize::from(number)].manners(path)),
            Role::Sites(_) | Role::RedirectTo(_) if path == "/robots.txt" => {
                RequestKind::RobotsTxt { unreachable }
            }
            Role::Sites(_) | Role::RedirectTo(_) => RequestKind::Page {
                interval_ms: (self.host_interval.as_millis() as u64).max(host.robots.delay_ms()),
                allowed: host.robots.allows(path),
                unreachable,
            },
        }
    }

    /// Pages keep the pace of websites, whoever serves them.
    fn at_pace(&self, kind: RequestKind) -> RequestKind {
        match kind {
            RequestKind::Page {
                interval_ms,
                allowed,
                unreachable,
            } => RequestKind::Page {
                interval_ms: interval_ms.max(self.host_interval.as_millis() as u64),
                allowed,
                unreachable,
            },
            RequestKind::Api { .. } | RequestKind::RobotsTxt { .. } => kind,
        }
    }

    async fn answer(
        &self,
        seat: usize,
        host: &Host,
        request: &Request<Incoming>,
        path_and_query: &str,
        door: Door,
    ) -> Answered {
        let path = request.uri().path();
        let query = request.uri().query().unwrap_or_default();
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return Answered::Now(Answer::html(405, "<h1>405</h1>"));
        }
        let sites = match &host.role {
            Role::Mastodon(number) => {
                let authorization = request
                    .headers()
                    .get(header::AUTHORIZATION)
                    .and_then(|value| value.to_str().ok());
                let api = mastodon::Api {
                    world: &self.world,
                    index: &self.social,
                    number: *number,
                    limits: &self.mastodon[usize::from(*number)],
                };
                let call = mastodon::Call {
                    path,
                    query,
                    authorization,
                    now: Timestamp::now(),
                };
                return Answered::Now(self.bind(seat, api.answer(&call)));
            }
            Role::Bluesky => {
                let api = bluesky::Api {
                    world: &self.world,
                    index: &self.social,
                    limits: &self.bluesky,
                };
                return Answered::Now(self.bind(seat, api.answer(path, query, Timestamp::now())));
            }
            Role::RedirectTo(site) => {
                if path == "/robots.txt" {
                    return Answered::Now(Answer::not_found());
                }
                let site = &self.world.sites[*site as usize];
                let target = format!("{}{}", self.world.base(site), path_and_query);
                return Answered::Now(Answer::redirect(301, target));
            }
            Role::Sites(sites) => sites,
            // Answered before: its calls have bodies.
            Role::Api(_) => return Answered::Now(Answer::not_found()),
        };
        let has_own_latency = host.latency_ms > 0 && self.settings.latency.is_none();
        if has_own_latency && path != "/robots.txt" {
            tokio::time::sleep(Duration::from_millis(u64::from(host.latency_ms))).await;
        }
        if path == "/robots.txt" {
            return Answered::Now(self.robots(host, sites));
        }
        if host.https && door == Door::Http {
            let port = self.world.settings.https_port;
            let target = format!("https://{}:{port}{path_and_query}", host.name);
            return Answered::Now(Answer::redirect(301, target));
        }
        if host.busy_at_first && self.referee.requests_of(seat) == 2 {
            // The first page after robots.txt.
            self.referee.retry_after(seat, BUSY_SECS * 1000);
            let answer =
                Answer::html(429, "<h1>429</h1>").header("retry-after", BUSY_SECS.to_string());
            return Answered::Now(answer);
        }
        let Some(site) = self.world.site_of(sites, path) else {
            return Answered::Now(Answer::not_found());
        };
        let site = &self.world.sites[site as usize];
        if site.state == State::Hangs {
            return Answered::Never;
        }
        Answered::Now(page(
            &self.world,
            host,
            site,
            path_and_query,
            request.headers(),
        ))
    }

    /// Tells the referee of a wait that an API has just ordered.
    fn bind(&self, seat: usize, (answer, wait_ms): (Answer, Option<u64>)) -> Answer {
        if let Some(wait_ms) = wait_ms {
            self.referee.retry_after(seat, wait_ms);
        }
        answer
    }

    fn robots(&self, host: &Host, sites: &[u32]) -> Answer {
        let sitemap = sites.first().and_then(|site| {
            let site = &self.world.sites[*site as usize];
            (site.sitemap != Sitemap::None && site.folder.is_empty())
                .then(|| format!("{}{}", self.world.base(site), site.cms.path(Page::Sitemap)))
        });
        let (status, text) = host.robots.document(sitemap.as_deref());
        let is_page = matches!(host.robots, Robots::None | Robots::SoftNotFound);
        let content_type = if is_page {
            "text/html"
        } else {
            "text/plain; charset=utf-8"
        };
        Answer::new(status, content_type, text)
    }

    /// The simulator's own endpoints, at the names `127.0.0.1` and `localhost`.
    fn control(&self, path: &str, query: &str) -> Answer {
        match path {
            "/_sim/referee" => {
                let report = serde_json::to_value(self.referee.report());
                report.map_or_else(
                    |error| Answer::new(500, "text/plain", error.to_string()),
                    |report| Answer::json(200, &report),
                )
            }
            "/_sim/referee/reset" => {
                self.referee.reset();
                Answer::new(204, "text/plain", "")
            }
            "/_sim/places" => Answer::new(200, "application/x-ndjson", self.places()),
            "/_sim/meters" => {
                let report = serde_json::to_value(self.meters.report());
                report.map_or_else(
                    |error| Answer::new(500, "text/plain", error.to_string()),
                    |report| Answer::json(200, &report),
                )
            }
            "/_sim/meters/reset" => {
                self.meters.reset();
                Answer::new(204, "text/plain", "")
            }
            "/_sim/weather" => match self.weather.order(query) {
                Some(()) => Answer::new(204, "text/plain", ""),
                None => Answer::new(400, "text/plain", "kind=slow|silent|reset&ms=…"),
            },
            "/_sim/arrivals" => match &self.arrivals {
                Some(arrivals) => Answer::new(200, "application/x-ndjson", arrivals.lines()),
                None => Answer::not_found(),
            },
            "/_sim/registry.csv" => {
                Answer::new(200, "text/csv; charset=utf-8", self.world.registry_csv())
            }
            "/_sim/truth.ndjson" => Answer::new(200, "application/x-ndjson", self.truth()),
            _ => Answer::not_found(),
        }
    }

    /// A line for each address that has a host, asked or not.
    fn places(&self) -> Vec<u8> {
        let arrivals = self.arrivals.as_ref();
        let mut arrivals = arrivals.map(Arrivals::by_address).unwrap_or_default();
        let mut places: Vec<Option<Place<'_>>> = Vec::new();
        places.resize_with(self.world.addresses as usize, || None);
        for host in &self.world.hosts {
            let place = places[host.address_index as usize].get_or_insert_with(|| Place {
                address: host.address,
                hosts: Vec::new(),
                arrivals_ms: arrivals.remove(&host.address_index).unwrap_or_default(),
            });
            place.hosts.push(&host.name);
        }
        let mut lines = Vec::new();
        for place in places.into_iter().flatten() {
            serde_json::to_writer(&mut lines, &place).expect("a line holds plain values");
            lines.push(b'\n');
        }
        lines
    }

    fn truth(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        for index in 0..self.world.len() {
            let line = self.world.truth(index);
            serde_json::to_writer(&mut lines, &line).expect("a truth line holds plain values");
            lines.push(b'\n');
        }
        lines
    }
}

/// One address, and what came there.
#[derive(serde::Serialize)]
struct Place<'a> {
    address: Ipv4Addr,
    /// The names behind it.
    hosts: Vec<&'a str>,
    /// Moments, milliseconds since 1970; none unless they are kept.
    arrivals_ms: Vec<i64>,
}

enum Answered {
    Now(Answer),
    Never,
}

fn is_control_name(name: &str) -> bool {
    name == "127.0.0.1" || name == "localhost"
}

fn page(
    world: &World,
    host: &Host,
    site: &crate::world::site::Site,
    path_and_query: &str,
    headers: &HeaderMap,
) -> Answer {
    if host.validators {
        let etag = pages::etag(world, site, path_and_query);
        let known = headers
            .get(header::IF_NONE_MATCH)
            .and_then(|value| value.to_str().ok());
        if known == Some(&etag) && site.state == State::Alive {
            return Answer::new(304, "text/html", "").header("etag", etag);
        }
        let answer = pages::answer(world, site, path_and_query);
        return match answer.status {
            200 => compressed(host, answer.header("etag", etag), headers),
            _ => answer,
        };
    }
    compressed(host, pages::answer(world, site, path_and_query), headers)
}

/// Compresses a page of a host that does, for a client that can.
fn compressed(host: &Host, mut answer: Answer, headers: &HeaderMap) -> Answer {
    let accepts = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|codings| codings.contains("gzip"));
    if !host.gzip || !accepts || answer.body.len() < 512 {
        return answer;
    }
    let capacity = answer.body.len() / 3;
    let mut encoder =
        flate2::write::GzEncoder::new(Vec::with_capacity(capacity), flate2::Compression::fast());
    if encoder.write_all(&answer.body).is_ok()
        && let Ok(body) = encoder.finish()
    {
        answer.body = body.into();
        return answer
            .header("content-encoding", "gzip")
            .header("vary", "Accept-Encoding");
    }
    answer
}

fn response(answer: Answer, is_head: bool, under_way: Option<UnderWay>) -> Response<JudgedBody> {
    let length = answer.body.len();
    let head_only = is_head || answer.status == 304;
    let body = if head_only { Bytes::new() } else { answer.body };
    let mut response = Response::new(JudgedBody {
        inner: Full::new(body),
        _under_way: under_way,
    });
    *response.status_mut() = hyper::StatusCode::from_u16(answer.status)
        .expect("every status written here is between 200 and 599");
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(answer.content_type),
    );
    if is_head {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(name, value);
        }
    }
    response
}
