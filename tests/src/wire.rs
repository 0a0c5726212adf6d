//! A wire to a server: bytes go through it until it is stalled, slowed or cut, and again once it is
//! healed. The server may die and come back at another port.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    sync::{Arc, LazyLock, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

/// Carries the bytes of every wire of this process.
static CARRIER: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).thread_name("wires").enable_all();
    builder.build().unwrap()
});

/// Bytes that are carried in one piece.
const PIECE_BYTES: usize = 16 * 1024;

/// What a wire does with bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Carrying,
    /// Both sides keep their sockets, and nothing moves.
    Stalled,
    /// Each piece is this late.
    Slow(Duration),
    /// Connections are reset, old and new ones.
    Cut,
}

/// A TCP proxy with an address of its own; it ends, with its connections, when it is dropped.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    target: Arc<Mutex<SocketAddr>>,
    mode: watch::Sender<Mode>,
    accepting: JoinHandle<()>,
}

impl Wire {
    /// A wire to that address.
    pub fn to(target: SocketAddr) -> Self {
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let target = Arc::new(Mutex::new(target));
        let (mode, seen) = watch::channel(Mode::Carrying);
        let accepting = CARRIER.spawn(accept(listener, target.clone(), seen));
        Self {
            address,
            target,
            mode,
            accepting,
        }
    }

    /// Its own address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Leads new connections to another address.
    pub fn lead_to(&self, target: SocketAddr) {
        *self.target.lock().unwrap() = target;
    }

    /// Half-open: both sides keep their sockets, and nothing moves, not even the end of a connection.
    /// New connections are taken and lead nowhere.
    pub fn stall(&self) {
        self.mode.send_replace(Mode::Stalled);
    }

    /// Resets all connections, and new ones at once.
    pub fn cut(&self) {
        self.mode.send_replace(Mode::Cut);
    }

    /// Everything is late by so much, each way.
    pub fn slow(&self, by: Duration) {
        self.mode.send_replace(Mode::Slow(by));
    }

    /// Bytes go through again. What a stalled wire held back arrives now.
    pub fn heal(&self) {
        self.mode.send_replace(Mode::Carrying);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        // Its connections are tasks of this task, and end with it.
        self.accepting.abort();
    }
}

async fn accept(
    listener: StdListener,
    target: Arc<Mutex<SocketAddr>>,
    mode: watch::Receiver<Mode>,
) {
    let listener = TcpListener::from_std(listener).unwrap();
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // Out of file descriptors, at worst: the next try is not far.
        let Ok((client, _)) = listener.accept().await else {
            sleep(Duration::from_millis(20)).await;
            continue;
        };
        let (target, mode) = (target.clone(), mode.clone());
        connections.spawn(async move { connect(client, &target, mode).await });
    }
}

/// Carries a connection to its end. Nobody there: the client's connection is closed, which it sees.
async fn connect(
    mut client: TcpStream,
    target: &Mutex<SocketAddr>,
    mut mode: watch::Receiver<Mode>,
) -> Option<()> {
    if *moving(&mut mode).await? == Mode::Cut {
        return client.set_zero_linger().ok();
    }
    let target = *target.lock().unwrap();
    let mut server = TcpStream::connect(target).await.ok()?;
    client.set_nodelay(true).ok()?;
    server.set_nodelay(true).ok()?;
    let (mut there, mut back, mut cut) = (mode.clone(), mode.clone(), mode);
    let is_cut = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let both = async {
            tokio::try_join!(
                carry(from_client, to_server, &mut there),
                carry(from_server, to_client, &mut back),
            )
        };
        tokio::select! {
            _ = both => false,
            _ = cut.wait_for(|mode| *mode == Mode::Cut) => true,
        }
    };
    if is_cut {
        client.set_zero_linger().ok()?;
        server.set_zero_linger().ok()?;
    }
    Some(())
}

/// Waits until the wire is not stalled.
async fn moving(mode: &mut watch::Receiver<Mode>) -> Option<watch::Ref<'_, Mode>> {
    mode.wait_for(|mode| *mode != Mode::Stalled).await.ok()
}

/// Carries bytes one way, to the end of the connection.
async fn carry(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    mode: &mut watch::Receiver<Mode>,
) -> io::Result<()> {
    let gone = || io::Error::other("the wire is gone");
    let mut piece = vec![0; PIECE_BYTES];
    loop {
        drop(moving(mode).await.ok_or_else(gone)?);
        let length = tokio::select! {
            length = from.read(&mut piece) => length?,
            changed = mode.changed() => {
                changed.map_err(io::Error::other)?;
                continue;
            }
        };
        let late = match *mode.borrow() {
            Mode::Slow(by) => by,
            Mode::Carrying | Mode::Stalled | Mode::Cut => Duration::ZERO,
        };
        sleep(late).await;
        // It may have been stalled just now, also for what was on its way.
        drop(moving(mode).await.ok_or_else(gone)?);
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&piece[..length]).await?;
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{ErrorKind, Read, Write},
        net::{TcpListener, TcpStream},
        thread,
    };

    use super::*;
    use crate::PATIENCE;

    /// Long enough for bytes that must not come; they would come within a millisecond.
    const SILENCE: Duration = Duration::from_millis(200);

    /// A server that sends back what it gets, and a wire to it.
    fn echo() -> Wire {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let wire = Wire::to(listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, mut piece) = (stream.unwrap(), [0; 64]);
                thread::spawn(move || {
                    while let Ok(length @ 1..) = stream.read(&mut piece) {
                        if stream.write_all(&piece[..length]).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        wire
    }

    fn client(wire: &Wire) -> TcpStream {
        let stream = TcpStream::connect(wire.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    fn said(stream: &mut TcpStream, text: &str) {
        stream.write_all(text.as_bytes()).unwrap();
        hears(stream, text);
    }

    fn hears(stream: &mut TcpStream, text: &str) {
        let mut heard = vec![0; text.len()];
        stream.read_exact(&mut heard).unwrap();
        assert_eq!(heard, text.as_bytes());
    }

    #[test]
    fn a_stalled_wire_keeps_its_sockets_and_delivers_when_it_is_healed() {
        let wire = echo();
        let mut stream = client(&wire);
        said(&mut stream, "before");
        wire.stall();
        stream.write_all(b"while").unwrap();
        let mut late = client(&wire);
        late.write_all(b"late").unwrap();
        for stream in [&mut stream, &mut late] {
            stream.set_read_timeout(Some(SILENCE)).unwrap();
            let error = stream.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock, "open, and silent");
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
        }
        wire.heal();
        hears(&mut stream, "while");
        hears(&mut late, "late");
    }

    #[test]
    fn a_cut_wire_resets_what_there_is_and_what_comes_until_it_is_healed() {
        let wire = echo();
        let mut stream = client(&wire);
        said(&mut stream, "before");
        wire.cut();
        for mut stream in [stream, client(&wire)] {
            let error = stream.read(&mut [0]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionReset);
        }
        wire.heal();
        said(&mut client(&wire), "after");
    }

    #[test]
    fn a_slow_wire_is_late_each_way() {
        let wire = echo();
        let mut stream = client(&wire);
        wire.slow(SILENCE);
        let begin = std::time::Instant::now();
        said(&mut stream, "late");
        assert!(begin.elapsed() >= 2 * SILENCE, "{:?}", begin.elapsed());
    }
}
