//! What the pipeline is held against: a loop that downloads with reqwest and does nothing else.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use url::Url;

/// Longer than any answer on loopback takes.
const TIMEOUT: Duration = Duration::from_secs(30);

/// How long a connection is kept for its host's next page.
const IDLE: Duration = Duration::from_secs(3);

/// A client as anybody would make it.
pub fn client() -> anyhow::Result<reqwest::Client> {
    choose_cryptography();
    reqwest::Client::builder()
        .no_proxy()
        .timeout(TIMEOUT)
        .pool_idle_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .context("the plain client could not be made")
}

/// Names the cryptography of this process. With the `spider` crate built in there are two to choose
/// from, and whoever does not name one fails.
pub fn choose_cryptography() {
    // Refused when it is chosen already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Downloads lists of addresses: those of a list one after the other, `in_flight` lists at a time.
/// Gives the number of requests and the bytes of their bodies.
pub async fn download(lists: Vec<Vec<Url>>, in_flight: usize) -> anyhow::Result<(u64, u64)> {
    let client = Arc::new(client()?);
    stream::iter(lists)
        .map(|list| {
            let client = Arc::clone(&client);
            // A task each, so that both programs may use all of their threads.
            tokio::spawn(async move { download_list(&client, list).await })
        })
        .buffer_unordered(in_flight)
        .map(|joined| joined.context("a download panicked")?)
        .try_fold((0, 0), async |(requests, bytes), (more, longer)| {
            Ok((requests + more, bytes + longer))
        })
        .await
}

async fn download_list(client: &reqwest::Client, list: Vec<Url>) -> anyhow::Result<(u64, u64)> {
    let mut bytes = 0;
    let requests = list.len() as u64;
    for url in list {
        let mut answer = client.get(url).send().await?;
        ensure!(
            answer.status() == 200,
            "`{}` answers {}",
            answer.url(),
            answer.status()
        );
        while let Some(chunk) = answer.chunk().await? {
            bytes += chunk.len() as u64;
        }
    }
    Ok((requests, bytes))
}
