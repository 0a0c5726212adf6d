//! Pages to be read again and again, kept in memory.

use std::sync::LazyLock;

use beffroi_fetch::{TextKind, decode_whole};
use beffroi_sim::{SimSettings, serve};
use futures::{StreamExt as _, future, stream};
use url::Url;

use crate::{pages, plain, simulator};

/// Collectivities of the simulated France whose home pages are taken.
const SIMULATED_BODIES: usize = 400;

/// Home pages asked for at once.
const IN_FLIGHT: usize = 16;

/// A page as a server sent it.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Its address.
    pub url: Url,
    /// Charset of its `Content-Type`.
    pub charset: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The same, decoded.
    pub text: String,
}

impl Sample {
    fn new(url: Url, charset: Option<String>, bytes: Vec<u8>) -> Self {
        let text = decode_whole(&bytes, charset.as_deref(), TextKind::Html)
            .0
            .into_owned();
        Self {
            url,
            charset,
            bytes,
            text,
        }
    }
}

/// Pages of eight towns, 50 KB each.
pub fn wordpress() -> &'static [Sample] {
    static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
        let sample = |number: usize| {
            let url = format!("http://127.1.0.{number}/")
                .parse()
                .expect("a plain address");
            let html = pages::page(&format!("ville-{number}"), "Accueil");
            Sample::new(url, Some("utf-8".to_owned()), html.into_bytes())
        };
        (1..=8).map(sample).collect()
    });
    &SAMPLES
}

/// Home pages of a simulated France: whatever answers 200 and is no redirect.
pub fn simulated() -> &'static [Sample] {
    static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
        let runtime = tokio::runtime::Runtime::new().expect("threads can be started");
        runtime
            .block_on(fetch_simulated())
            .expect("the simulator answers on loopback")
    });
    &SAMPLES
}

async fn fetch_simulated() -> anyhow::Result<Vec<Sample>> {
    let settings = SimSettings {
        http_port: 0,
        https_port: 0,
        dns_port: 0,
        https_share: 0.0,
        limit: Some(SIMULATED_BODIES),
        ..SimSettings::default()
    };
    let sim = serve(settings, beffroi_registry::shipped().collectivities).await?;
    let client = plain::client()?;
    let homes = simulator::homes(&sim.world().registry_csv());
    let answers = stream::iter(homes)
        .map(|url| simulated_home(&client, sim.http_port, url))
        .buffered(IN_FLIGHT);
    let samples = answers.filter_map(future::ready).collect().await;
    sim.stop().await;
    Ok(samples)
}

/// A home page; `None` for a site that does not show one.
async fn simulated_home(client: &reqwest::Client, port: u16, url: Url) -> Option<Sample> {
    let answer = simulator::get(client, port, &url).send().await.ok()?;
    if answer.status() != 200 {
        return None;
    }
    let charset = answer
        .headers()
        .get("content-type")
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once("charset="))
        .map(|(_, charset)| charset.trim_matches('"').to_owned());
    let bytes = answer.bytes().await.ok()?;
    Some(Sample::new(url, charset, bytes.to_vec()))
}
