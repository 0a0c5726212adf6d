//! A small France and a plain HTTP client that goes to the hosts' own addresses.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part")]

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};

use beffroi_sim::{RunningSim, SimSettings, TruthLine, serve};
use hickory_proto::{
    op::{Message, MessageType, OpCode, Query},
    rr::{Name, RData, RecordType},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, UdpSocket},
};

/// A France of 400 bodies on free ports.
pub async fn small_france() -> RunningSim {
    france(SimSettings {
        limit: Some(400),
        ..quiet()
    })
    .await
}

/// Settings for tests: free ports, a fixed moment.
pub fn quiet() -> SimSettings {
    SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        as_of: Some("2026-11-23T05:00:00Z".parse().unwrap()),
        ..SimSettings::default()
    }
}

pub async fn france(settings: SimSettings) -> RunningSim {
    serve(settings, beffroi_registry::shipped().collectivities)
        .await
        .unwrap()
}

pub fn truth(sim: &RunningSim) -> Vec<TruthLine> {
    (0..sim.world().len())
        .map(|index| sim.world().truth(index))
        .collect()
}

/// An answer as it came.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Asks the simulator's name server.
pub async fn ask(sim: &RunningSim, name: &str, kind: RecordType) -> Message {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let mut query = Message::new(7, MessageType::Query, OpCode::Query);
    query.metadata.recursion_desired = true;
    query.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    let query = query.to_vec().unwrap();
    let server = (Ipv4Addr::LOCALHOST, sim.dns_port);
    let mut buffer = [0; 2048];
    // A datagram may be lost when hundreds ask at once: it is sent again, as resolvers do.
    for _ in 0..20 {
        socket.send_to(&query, server).await.unwrap();
        let reply = socket.recv(&mut buffer);
        if let Ok(length) = tokio::time::timeout(Duration::from_millis(500), reply).await {
            return Message::from_vec(&buffer[..length.unwrap()]).unwrap();
        }
    }
    panic!("the name server does not answer for {name}");
}

/// The address of a name, when it has one.
pub async fn address(sim: &RunningSim, name: &str) -> Option<IpAddr> {
    let reply = ask(sim, name, RecordType::A).await;
    reply.answers.iter().find_map(|record| match &record.data {
        RData::A(address) => Some(IpAddr::V4(address.0)),
        _ => None,
    })
}

/// GET in plain HTTP, on a connection of its own. Redirects are not followed.
pub async fn get(sim: &RunningSim, url: &str) -> Response {
    get_with(sim, url, "").await
}

/// The same with further header lines, each ended by CRLF.
pub async fn get_with(sim: &RunningSim, url: &str, headers: &str) -> Response {
    exchange(sim, "GET", url, headers, "").await
}

/// POST, with header lines as above.
pub async fn post(sim: &RunningSim, url: &str, headers: &str, body: &str) -> Response {
    let headers = format!("Content-Length: {}\r\n{headers}", body.len());
    exchange(sim, "POST", url, &headers, body).await
}

async fn exchange(
    sim: &RunningSim,
    method: &str,
    url: &str,
    headers: &str,
    body: &str,
) -> Response {
    let url: url::Url = url.parse().unwrap();
    let host = url.host_str().unwrap();
    let ip = match host.parse::<IpAddr>() {
        Ok(ip) => ip,
        Err(_) => address(sim, host)
            .await
            .unwrap_or_else(|| panic!("no address of {host}")),
    };
    let port = url.port().unwrap();
    let mut stream = TcpStream::connect(SocketAddr::new(ip, port)).await.unwrap();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n{headers}\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut raw = Vec::new();
    let read = stream.read_to_end(&mut raw);
    tokio::time::timeout(Duration::from_secs(90), read)
        .await
        .unwrap()
        .unwrap();
    parse(&raw)
}

/// Takes an answer apart; bodies are never chunked here.
pub fn parse(raw: &[u8]) -> Response {
    let end = raw
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap();
    let head = std::str::from_utf8(&raw[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    Response {
        status,
        headers,
        body: raw[end + 4..].to_vec(),
    }
}
