//! A request and its answer, without cleverness: one connection each.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use crate::PATIENCE;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

/// Asks for a document.
pub fn get(url: &str) -> Reply {
    send("GET", url, "", "")
}

/// Sends a body with these header lines, each ended by CRLF.
pub fn post(url: &str, headers: &str, body: &str) -> Reply {
    send("POST", url, headers, body)
}

fn send(method: &str, url: &str, headers: &str, body: &str) -> Reply {
    let rest = url.strip_prefix("http://").expect("a plain http address");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let mut stream = TcpStream::connect(host).unwrap_or_else(|error| panic!("{url}: {error}"));
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let length = body.len();
    // HTTP/1.0, so that no answer comes in chunks.
    let request = format!(
        "{method} /{path} HTTP/1.0\r\nHost: {host}\r\n{headers}Content-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer
        .split_once("\r\n\r\n")
        .expect("an answer with a head");
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|text| text.parse().ok());
    Reply {
        status: status.expect("a status"),
        body: body.to_owned(),
    }
}
