use std::{
    io::{Read as _, Write as _},
    net::TcpStream as StdStream,
};

use beffroi_store::StoreSettings;

use super::*;
use crate::{config::Config, services};

/// Endpoints of a process that works, whose store is a server that answers `1` to everything.
struct Process {
    endpoints: Endpoints,
    metrics: Metrics,
    health: Health,
    store: Option<FakeStore>,
}

/// Answers every request with a row, like a ClickHouse that is asked for one.
struct FakeStore {
    address: SocketAddr,
    task: tokio::task::JoinHandle<()>,
}

impl FakeStore {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let row = |_| async {
                Ok::<_, Infallible>(answer(
                    StatusCode::OK,
                    "text/plain",
                    "{\"one\":1}\n".to_owned(),
                ))
            };
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let served = hyper::server::conn::http1::Builder::new()
                    .keep_alive(false)
                    .serve_connection(TokioIo::new(stream), service_fn(row));
                let _ = served.await;
            }
        });
        Self { address, task }
    }
}

async fn process() -> Process {
    rustls_for_testing();
    let store = FakeStore::start().await;
    let settings = StoreSettings {
        url: format!("http://{}", store.address),
        ..StoreSettings::default()
    };
    let (metrics, health) = (Metrics::new(), Health::new());
    let endpoints = Endpoints::start(
        Some("127.0.0.1:0".parse().unwrap()),
        &metrics,
        &health,
        &services::client(&Config::default()).unwrap(),
        &Store::try_new(settings).unwrap(),
    );
    Process {
        endpoints: endpoints.unwrap().unwrap(),
        metrics,
        health,
        store: Some(store),
    }
}

fn rustls_for_testing() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Sends a request and reads the whole answer: its status, and all of it.
fn ask_at(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = StdStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let status = answer.split(' ').nth(1).unwrap_or_default();
    (status.parse().unwrap(), answer)
}

async fn ask(process: &Process, line: &str) -> (u16, String) {
    let address = process.endpoints.address();
    let request = format!("{line} HTTP/1.1\r\nHost: here\r\n\r\n");
    let asked = tokio::task::spawn_blocking(move || ask_at(address, &request));
    asked.await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_is_ready_once_all_answer() {
    let mut process = process().await;
    let (status, answer) = ask(&process, "GET /readyz").await;
    assert_eq!(status, 503, "{answer}");
    assert!(
        answer.contains(r#"{"ready":false,"reasons":["no heartbeat has gone out yet"]}"#),
        "{answer}"
    );

    process.health.announced();
    let (status, answer) = ask(&process, "GET /readyz").await;
    assert_eq!(status, 200, "{answer}");

    let store = process.store.take().unwrap();
    store.task.abort();
    let _ = store.task.await;
    let (status, answer) = ask(&process, "GET /readyz").await;
    assert_eq!(status, 503, "{answer}");
    assert!(answer.contains("the store does not answer"), "{answer}");

    process.health.leaving();
    assert!(ask(&process, "GET /readyz").await.1.contains("leaving"));
    // Alive all the while: starting it anew would mend nothing.
    assert_eq!(ask(&process, "GET /livez").await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_counted_is_served() {
    let process = process().await;
    process.metrics.workers_known(3);
    let (status, answer) = ask(&process, "GET /metrics").await;
    assert_eq!(status, 200);
    assert!(
        answer.contains("content-type: text/plain; version=0.0.4"),
        "{answer}"
    );
    assert!(answer.contains("\nbeffroi_workers_known 3\n"), "{answer}");
    assert!(
        answer.contains("\nbeffroi_fetch_requests_total 0\n"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_nothing_else_and_nothing_can_be_changed() {
    let process = process().await;
    assert_eq!(ask(&process, "GET /").await.0, 404);
    assert_eq!(ask(&process, "GET /metrics/../../etc/passwd").await.0, 404);
    for method in ["POST", "PUT", "DELETE", "HEAD"] {
        assert_eq!(ask(&process, &format!("{method} /metrics")).await.0, 405);
    }
    let long = format!("GET /metrics?{}", "x".repeat(64 * 1024));
    let (status, _) = ask(&process, &long).await;
    assert!([414, 431, 400].contains(&status), "{status}");
}

/// The runtime that works is held up: the endpoints answer all the same, and say so.
#[test]
fn a_process_that_does_not_turn_says_so() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    // Nobody drives this runtime after the start.
    let process = runtime.block_on(process());
    let address = process.endpoints.address();
    let request = "GET /livez HTTP/1.1\r\nHost: here\r\n\r\n";
    assert_eq!(ask_at(address, request).0, 200);
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while ask_at(address, request).0 == 200 {
        assert!(std::time::Instant::now() < deadline, "it was never noticed");
        thread::sleep(Duration::from_millis(200));
    }
    let (status, answer) = ask_at(address, request);
    assert_eq!(status, 503, "{answer}");
    let (status, answer) = ask_at(address, "GET /readyz HTTP/1.1\r\nHost: here\r\n\r\n");
    assert_eq!(status, 503);
    assert!(
        answer.contains("has not turned for ten seconds"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_that_is_taken_is_told_with_its_setting() {
    let process = process().await;
    let taken = process.endpoints.address();
    let store = Store::try_new(StoreSettings {
        url: "http://127.0.0.1:9".to_owned(),
        ..StoreSettings::default()
    });
    let client = services::client(&Config::default()).unwrap();
    let refused = Endpoints::start(
        Some(taken),
        &Metrics::new(),
        &Health::new(),
        &client,
        &store.unwrap(),
    );
    let error = refused.unwrap_err().to_string();
    assert!(
        error.contains(&format!("`{taken}` (`worker.listen`")),
        "{error}"
    );

    // Once it ended the place is free again.
    drop(process);
    std::net::TcpListener::bind(taken).unwrap();
}
