//! Whether something answers as ClickHouse on a loopback port.
//!
//! One request of fixed bytes to our own child, so an HTTP library would be more to read than this.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// A living engine answers `/ping` in a millisecond; a stopped process (SIGSTOP) never does.
const PATIENCE: Duration = Duration::from_secs(2);

/// Longer answers are not ClickHouse's.
const MAX_ANSWER_BYTES: u64 = 4096;

/// Whether `/ping` on the port is answered `Ok.`
pub(crate) fn answers(port: u16) -> bool {
    ask(port).is_ok_and(|answer| {
        let status_ok = answer.split_whitespace().nth(1) == Some("200");
        status_ok && answer.trim_end().ends_with("Ok.")
    })
}

fn ask(port: u16) -> std::io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    // Version 1.0: the server closes the connection at the end of its answer.
    stream.write_all(b"GET /ping HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(MAX_ANSWER_BYTES).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    fn pinged(answer: &'static str) -> bool {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 22];
            stream.read_exact(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let answers = answers(port);
        server.join().unwrap();
        answers
    }

    #[test]
    fn only_clickhouse_answers_ping_with_ok() {
        assert!(pinged("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nOk.\n"));
        assert!(!pinged("HTTP/1.0 200 OK\r\n\r\n<html>hello</html>"));
        assert!(!pinged("HTTP/1.0 503 Busy\r\n\r\nOk.\n"));
        assert!(!pinged(""));
    }

    #[test]
    fn a_closed_port_does_not_answer() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        assert!(!answers(port));
    }
}
