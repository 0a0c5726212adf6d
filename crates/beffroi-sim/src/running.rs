//! Starting and stopping the simulator, and the configuration that a crawler needs for it.

use std::{net::Ipv4Addr, path::PathBuf, sync::Arc, time::Duration};

use beffroi_model::{Collectivity, Platform};
use jiff::{Timestamp, ToSpan as _};
use tokio::{
    net::{TcpListener, UdpSocket},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    RefereeReport, SimSettings, World, WorldSettings,
    apis::{APIS, SocialIndex, bluesky, mastodon, network::NetworkIndex},
    arrivals::Arrivals,
    dns,
    meters::{Meters, MetersReport},
    referee::{Expectation, Referee},
    server::{self, Door, Site},
    tls::Certificates,
    weather::Weather,
};

/// Why the simulator cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A port is taken or refused.
    #[error("the simulator cannot listen on port `{port}` ({what})")]
    Listen {
        /// What for.
        what: &'static str,
        /// The port asked for.
        port: u16,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The certificate authority could not be made.
    #[error("the simulator's certificates could not be made")]
    Certificates(#[source] rcgen::Error),
    /// TLS could not be set up.
    #[error("the simulator's TLS could not be set up")]
    Tls(#[source] rustls::Error),
    /// The authority's file could not be written.
    #[error("`{path}` could not be written")]
    Authority {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A simulator at work. It stops when it is dropped or told to.
#[derive(Debug)]
pub struct RunningSim {
    /// Port of plain HTTP.
    pub http_port: u16,
    /// Port of HTTPS.
    pub https_port: u16,
    /// UDP port of the name server.
    pub dns_port: u16,
    /// The authority's certificate.
    pub authority: PathBuf,
    /// The moment up to which the world has published.
    pub as_of: Timestamp,
    settings: SimSettings,
    world: Arc<World>,
    referee: Arc<Referee>,
    meters: Arc<Meters>,
    tasks: JoinSet<()>,
}

/// Makes the world and serves it.
pub async fn serve(
    settings: SimSettings,
    collectivities: Vec<Collectivity>,
) -> Result<RunningSim, SimError> {
    let http = listen("HTTP", settings.http_port).await?;
    let https = listen("HTTPS", settings.https_port).await?;
    let failed = |source| SimError::Listen {
        what: "DNS",
        port: settings.dns_port,
        source,
    };
    let dns_socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, settings.dns_port))
        .await
        .map_err(failed)?;
    let dns_port = dns_socket.local_addr().map_err(failed)?.port();
    let ((http, http_port), (https, https_port)) = (http, https);
    let as_of = settings.as_of.unwrap_or_else(present_hour);
    let world_settings = WorldSettings {
        seed: settings.seed,
        population: settings.population,
        as_of,
        https_share: settings.https_share,
        http_port,
        https_port,
        limit: settings.limit,
    };
    // Drawing all of France takes a second of computing.
    let world =
        tokio::task::spawn_blocking(move || World::generate(&collectivities, world_settings))
            .await
            .expect("drawing a world does not panic");
    let world = Arc::new(world);
    let certificates =
        Arc::new(Certificates::try_new(world.clone()).map_err(SimError::Certificates)?);
    let authority = settings
        .out
        .clone()
        .unwrap_or_else(std::env::temp_dir)
        .join(format!("beffroi-sim-ca-{https_port}.pem"));
    tokio::fs::write(&authority, certificates.authority_pem())
        .await
        .map_err(|source| SimError::Authority {
            path: authority.clone(),
            source,
        })?;
    let tls = TlsAcceptor::from(Arc::new(
        certificates.server_config().map_err(SimError::Tls)?,
    ));
    let referee = Arc::new(Referee::new(
        world.hosts.len() * 2,
        world.addresses as usize,
        Expectation {
            group_interval_ms: settings.group_interval.as_secs_f64() * 1000.0,
            group_concurrency: settings.group_concurrency,
        },
    ));
    let meters = Arc::new(Meters::default());
    let site = Arc::new(Site {
        networks: NetworkIndex::new(&world),
        meters: meters.clone(),
        settings: settings.clone(),
        social: SocialIndex::new(&world),
        mastodon: world
            .instances
            .iter()
            .map(|_| mastodon::Limits::default())
            .collect(),
        bluesky: bluesky::Limits::new(settings.bluesky_requests_per_second),
        world: world.clone(),
        referee: referee.clone(),
        arrivals: settings.record_arrivals.then(Arrivals::default),
        weather: Weather::default(),
        host_interval: settings.host_interval,
        bluesky_requests_per_second: settings.bluesky_requests_per_second,
    });
    let mut tasks = JoinSet::new();
    tasks.spawn(server::accept(http, Door::Http, site.clone(), tls.clone()));
    tasks.spawn(server::accept(https, Door::Https, site, tls));
    tasks.spawn(dns::serve(dns_socket, world.clone()));
    Ok(RunningSim {
        http_port,
        https_port,
        dns_port,
        authority,
        as_of,
        settings,
        world,
        referee,
        meters,
        tasks,
    })
}

/// Listens at every address: a socket bound to 127.0.0.1 alone would not hear 127.16.0.1. What
/// does not come by loopback is dropped at once.
async fn listen(what: &'static str, port: u16) -> Result<(TcpListener, u16), SimError> {
    let failed = |source| SimError::Listen { what, port, source };
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))
        .await
        .map_err(failed)?;
    let port = listener.local_addr().map_err(failed)?.port();
    Ok((listener, port))
}

fn present_hour() -> Timestamp {
    let now = Timestamp::now();
    let into_hour = now.as_second().rem_euclid(3_600);
    let hour = now.checked_sub(into_hour.seconds()).unwrap_or(now);
    Timestamp::from_second(hour.as_second()).unwrap_or(hour)
}

impl RunningSim {
    /// The world that is served.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the referee has seen so far.
    pub fn referee(&self) -> RefereeReport {
        self.referee.report()
    }

    /// Forgets the referee's counts.
    pub fn reset_referee(&self) {
        self.referee.reset();
    }

    /// What the credentials of the networks' APIs have used so far.
    pub fn meters(&self) -> MetersReport {
        self.meters.report()
    }

    /// Forgets the meters' counts; what is spent stays spent.
    pub fn reset_meters(&self) {
        self.meters.reset();
    }

    /// Base of the control endpoints: `http://127.0.0.1:8480/_sim`.
    pub fn control_url(&self) -> String {
        format!("http://127.0.0.1:{}/_sim", self.http_port)
    }

    /// Ends all connections and frees the ports.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

impl Drop for RunningSim {
    /// Takes the authority's file away where nobody asked for it to be kept.
    fn drop(&mut self) {
        if self.settings.out.is_none() {
            // Missing already, or the folder is gone: nothing is left behind either way.
            let _ = std::fs::remove_file(&self.authority);
        }
    }
}

/// The platforms whose accounts the simulated world answers for, websites among them.
pub fn served_platforms() -> Vec<Platform> {
    let known = [Platform::Website, Platform::Mastodon, Platform::Bluesky];
    let networks = APIS.iter().flat_map(|api| api.platforms());
    known.into_iter().chain(networks.copied()).collect()
}

/// The configuration, in TOML, with which a crawler meets the simulated world.
pub fn crawler_config(sim: &RunningSim) -> String {
    let duration = |value: Duration| {
        let millis = value.as_millis();
        format!("\"{millis}ms\"")
    };
    let SimSettings {
        host_interval,
        group_interval,
        group_concurrency,
        bluesky_requests_per_second,
        ..
    } = &sim.settings;
    let RunningSim {
        http_port,
        https_port,
        dns_port,
        ..
    } = sim;
    // A JSON string is a TOML basic string.
    let authority = serde_json::Value::from(sim.authority.display().to_string());
    let mut config = format!(
        "# Written by `beffroi sim`: for the simulated France alone.\n\
[fetch]\n\
contact = \"https://observatoire.test/robot\"\n\
allow_addresses = [\"127.0.0.0/8:{http_port}\", \"127.0.0.0/8:{https_port}\"]\n\
dns = \"127.0.0.1:{dns_port}\"\n\
extra_ca = [{authority}]\n\
host_interval = {}\n\
group_interval = {}\n\
group_concurrency = {group_concurrency}\n\
# A simulated server is not in trouble for as long as a real one.\n\
backoff_base = \"5s\"\n\
\n\
[platforms.bluesky]\n\
base_url = \"http://api.bsky.test:{http_port}\"\n\
requests_per_second = {bluesky_requests_per_second}\n",
        duration(*host_interval),
        duration(*group_interval),
    );
    for api in APIS {
        config.push('\n');
        config.push_str(&api.configuration(&sim.settings, *http_port));
    }
    config
}
