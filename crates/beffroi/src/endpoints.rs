//! What a process that works answers to those who watch it: `GET /livez`, `/readyz` and `/metrics`, at
//! `worker.listen`.
//!
//! They have a thread and a runtime of their own, so that a process whose runtime is stuck still says
//! so. Few connections at a time, one request each, bounded in time; nothing here can be changed.

use std::{
    convert::Infallible,
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread,
    time::Duration,
};

use anyhow::Context;
use beffroi_fetch::FetchClient;
use beffroi_store::Store;
use beffroi_worker::{Health, METRICS_CONTENT_TYPE, Metrics};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request, Response, StatusCode, body::Incoming, header, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::{net::TcpStream, runtime::Handle, sync::Semaphore, time};
use tokio_util::sync::CancellationToken;

/// Connections served at once; further ones wait. A scrape and two probes need three.
const MAX_CONNECTIONS: usize = 16;

/// The longest time of a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long the store may take to answer a probe.
const STORE_PATIENCE: Duration = Duration::from_secs(2);

/// The longest head of a request, bytes; hyper wants at least 8 KiB.
const MAX_HEAD_BYTES: usize = 8 * 1024;

/// The endpoints at work; they end when this is dropped.
#[derive(Debug)]
pub(crate) struct Endpoints {
    address: SocketAddr,
    stop: CancellationToken,
    thread: Option<thread::JoinHandle<()>>,
}

/// Whom the endpoints tell of.
struct Watched {
    metrics: Metrics,
    health: Health,
    store: Store,
    /// Where the process works.
    runtime: Handle,
}

impl Endpoints {
    /// Listens where the settings say; `None` when they name no place. To be called in the runtime
    /// that works.
    pub(crate) fn start(
        listen: Option<SocketAddr>,
        metrics: &Metrics,
        health: &Health,
        client: &FetchClient,
        store: &Store,
    ) -> anyhow::Result<Option<Self>> {
        let Some(listen) = listen else {
            return Ok(None);
        };
        let failed = || {
            format!(
                "cannot listen at `{listen}` (`worker.listen`, `--listen`); is another process there?"
            )
        };
        let listener = TcpListener::bind(listen).with_context(failed)?;
        listener.set_nonblocking(true).with_context(failed)?;
        let address = listener.local_addr().with_context(failed)?;
        let client = client.clone();
        metrics.before_reading(move |metrics| metrics.fetched(&client.counters()));
        let watched = Arc::new(Watched {
            metrics: metrics.clone(),
            health: health.clone(),
            store: store.clone(),
            runtime: Handle::current(),
        });
        let stop = CancellationToken::new();
        tokio::spawn(
            stop.clone()
                .run_until_cancelled_owned(health.clone().tick()),
        );
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("could not start the runtime of the endpoints")?;
        let told = stop.clone();
        let serve = async move {
            match tokio::net::TcpListener::from_std(listener) {
                Ok(listener) => {
                    told.run_until_cancelled(accept(listener, watched)).await;
                }
                Err(error) => tracing::error!(%error, "the endpoints could not be served"),
            }
        };
        let thread = thread::Builder::new()
            .name("endpoints".to_owned())
            .spawn(move || runtime.block_on(serve))
            .context("could not start the thread of the endpoints")?;
        let endpoints = Self {
            address,
            stop,
            thread: Some(thread),
        };
        let address = endpoints.address();
        tracing::info!(%address, "answering /metrics, /livez and /readyz");
        Ok(Some(endpoints))
    }

    /// Where they are.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Endpoints {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            // It panicked, if it did, with a message of its own.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, watched: Arc<Watched>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let place = Arc::clone(&places).acquire_owned().await;
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, mostly: others must end first.
                tracing::warn!(%error, "a connection could not be accepted");
                time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let watched = Arc::clone(&watched);
        connections.spawn(async move {
            let _place = place;
            // Who is slower than that is let go of.
            let _ = time::timeout(PATIENCE, serve(stream, watched)).await;
        });
    }
}

async fn serve(stream: TcpStream, watched: Arc<Watched>) {
    let service = service_fn(move |request| {
        let watched = Arc::clone(&watched);
        async move { Ok::<_, Infallible>(watched.answer(&request).await) }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .keep_alive(false)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a connection to the endpoints ended early");
    }
}

impl Watched {
    async fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if request.method() != Method::GET {
            let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "only GET\n");
            let get = header::HeaderValue::from_static("GET");
            answer.headers_mut().insert(header::ALLOW, get);
            return answer;
        }
        match request.uri().path() {
            "/livez" => {
                let is_alive = self.health.is_alive();
                json_answer(is_alive, &json!({ "alive": is_alive }))
            }
            "/readyz" => {
                let reasons = self.not_ready_because().await;
                let is_ready = reasons.is_empty();
                json_answer(is_ready, &json!({ "ready": is_ready, "reasons": reasons }))
            }
            "/metrics" => answer(StatusCode::OK, METRICS_CONTENT_TYPE, self.metrics.render()),
            _ => text(
                StatusCode::NOT_FOUND,
                "there are /metrics, /livez and /readyz\n",
            ),
        }
    }

    async fn not_ready_because(&self) -> Vec<&'static str> {
        let mut reasons = self.health.reasons();
        if !self.health.is_alive() {
            reasons.push("the process has not turned for ten seconds");
        }
        // Asked where the process works: its connections belong to that runtime.
        let store = self.store.clone();
        let asked = self.runtime.spawn(async move {
            let one = store.json_rows::<serde_json::Value>("SELECT 1 AS one", &[]);
            time::timeout(STORE_PATIENCE, one).await
        });
        match time::timeout(STORE_PATIENCE, asked).await {
            Ok(Ok(Ok(Ok(_)))) => {}
            _ => reasons.push("the store does not answer"),
        }
        reasons
    }
}

fn json_answer(is_good: bool, value: &serde_json::Value) -> Response<Full<Bytes>> {
    let status = match is_good {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    answer(status, "application/json", format!("{value}\n"))
}

fn text(status: StatusCode, body: &str) -> Response<Full<Bytes>> {
    answer(status, "text/plain; charset=utf-8", body.to_owned())
}

fn answer(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let kind = header::HeaderValue::from_static(kind);
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    response
}

#[cfg(test)]
mod tests;
