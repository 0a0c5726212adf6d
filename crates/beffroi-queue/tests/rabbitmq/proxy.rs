//! A wire that can be cut, or swallow what is sent over it: a proxy before the broker.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::{self, AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinHandle,
};

pub(crate) struct Proxy {
    address: SocketAddr,
    cuts: watch::Sender<u32>,
    orphans: watch::Sender<u32>,
    swallows: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Proxy {
    pub(crate) async fn to(broker_url: &str) -> Self {
        let port: u16 = broker_url
            .rsplit([':', '/'])
            .nth(1)
            .unwrap()
            .parse()
            .unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (cuts, cut) = watch::channel(0);
        let (orphans, orphaned) = watch::channel(0);
        let (swallows, swallowing) = watch::channel(false);
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (mut cut, mut orphaned) = (cut.clone(), orphaned.clone());
                cut.mark_unchanged();
                orphaned.mark_unchanged();
                let swallowing = swallowing.clone();
                tokio::spawn(async move {
                    let broker = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                        .await
                        .unwrap();
                    let (mut from_client, mut to_client) = client.into_split();
                    let (mut from_broker, mut to_broker) = broker.into_split();
                    tokio::select! {
                        _ = forward(&mut from_client, &mut to_broker, swallowing.clone()) => {}
                        _ = forward(&mut from_broker, &mut to_client, swallowing) => {}
                        _ = cut.changed() => {}
                        _ = orphaned.changed() => {
                            drop((from_broker, to_broker));
                            let _ = cut.changed().await;
                        }
                    }
                });
            }
        });
        Self {
            address,
            cuts,
            orphans,
            swallows,
            task,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("amqp://guest:guest@{}/%2f", self.address)
    }

    /// All connections stay, new ones are accepted, and nothing comes through: to either side, the other
    /// has vanished without a word.
    pub(crate) fn swallow(&self) {
        self.swallows.send_replace(true);
    }

    /// To the broker all present connections end; to the client they stay, and are silent.
    pub(crate) fn orphan(&self) {
        self.orphans.send_modify(|orphans| *orphans += 1);
    }

    /// Forwards again. What was swallowed is gone, so the old connections are cut.
    pub(crate) fn heal(&self) {
        self.swallows.send_replace(false);
        self.cut();
    }

    /// Cuts all connections; new ones may be made at once.
    pub(crate) fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

async fn forward(
    from: &mut OwnedReadHalf,
    to: &mut OwnedWriteHalf,
    swallowing: watch::Receiver<bool>,
) -> io::Result<()> {
    let mut buffer = vec![0; 65_536];
    loop {
        let read = from.read(&mut buffer).await?;
        if *swallowing.borrow() {
            if read == 0 {
                // Not even the end comes through.
                std::future::pending::<()>().await;
            }
            continue;
        }
        if read == 0 {
            return Ok(());
        }
        to.write_all(&buffer[..read]).await?;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}
