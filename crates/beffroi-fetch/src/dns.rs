//! From a host's name to its addresses: the table of the settings first, then the one resolver.
//!
//! Asked once for each hop; what it answers is checked by the guard and then pinned for the
//! connection, so that no second answer can differ from the one that was checked.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use beffroi_model::{Absent, Failed, Outcome};
use hickory_resolver::{
    TokioResolver,
    config::{
        ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
        ResolverOpts,
    },
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{op::ResponseCode, rr::Name},
};

use crate::{BuildError, DnsSettings};

/// Answers kept by the resolver: a site is asked for a handful of times within minutes, so a few
/// thousand answers (a few MB) serve a whole night.
const CACHED_ANSWERS: u64 = 8192;

/// How long a name server may take for one try, and how often it is asked.
const TRY_TIMEOUT: Duration = Duration::from_secs(3);
const TRIES: usize = 2;

/// Turns names into addresses.
pub(crate) struct NameSource {
    overrides: HashMap<String, Vec<IpAddr>>,
    /// `None` where the system has no usable configuration: names then fail, addresses work.
    resolver: Option<TokioResolver>,
}

/// A name without usable addresses.
#[derive(Debug, thiserror::Error)]
#[error("`{host}` has no address")]
pub(crate) struct NameError {
    host: String,
    pub(crate) outcome: Outcome,
    #[source]
    source: Option<NetError>,
}

#[cfg(test)]
impl NameError {
    pub(crate) fn for_testing(outcome: Outcome) -> Self {
        Self {
            host: "mairie.example".to_owned(),
            outcome,
            source: None,
        }
    }
}

impl NameSource {
    pub(crate) fn try_new(settings: &DnsSettings) -> Result<Self, BuildError> {
        let mut overrides = HashMap::new();
        for (host, addresses) in &settings.hosts {
            let parsed = addresses
                .iter()
                .map(|address| {
                    address
                        .parse()
                        .map_err(|_| bad_dns(address, "an IP address"))
                })
                .collect::<Result<Vec<IpAddr>, _>>()?;
            if parsed.is_empty() {
                return Err(bad_dns(host, "at least one address for the name"));
            }
            overrides.insert(fold_host(host), parsed);
        }
        let resolver = match &settings.server {
            Some(server) => Some(only_server(server)?),
            None => system_resolver(),
        };
        Ok(Self {
            overrides,
            resolver,
        })
    }

    /// The addresses of a name, IPv4 first, in ascending order: hosts behind the same set of
    /// addresses then share the same first one, by which their pace is kept.
    pub(crate) async fn addresses(&self, host: &str) -> Result<Vec<IpAddr>, NameError> {
        let folded = fold_host(host);
        if let Some(addresses) = self.overrides.get(&folded) {
            return Ok(addresses.clone());
        }
        let fail = |outcome, source| NameError {
            host: folded.clone(),
            outcome,
            source,
        };
        let Some(resolver) = &self.resolver else {
            return Err(fail(Outcome::Failed(Failed::DnsServfail), None));
        };
        let not_found = Outcome::Absent(Absent::DnsNxdomain);
        let Ok(mut name) = Name::from_ascii(&folded) else {
            return Err(fail(not_found, None));
        };
        name.set_fqdn(true); // never through the search list of the machine
        let answer = match resolver.lookup_ip(name).await {
            Ok(answer) => answer,
            Err(error) => return Err(fail(outcome_of(&error), Some(error))),
        };
        let mut addresses: Vec<IpAddr> = answer.iter().collect();
        addresses.sort_unstable();
        addresses.dedup();
        if addresses.is_empty() {
            return Err(fail(not_found, None));
        }
        Ok(addresses)
    }
}

/// The form under which a name is looked up in the table.
fn fold_host(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn bad_dns(found: &str, expected: &str) -> BuildError {
    BuildError::Setting {
        key: "dns",
        problem: format!("`{found}` found, expected {expected}"),
    }
}

/// A resolver that asks this server and nobody else.
fn only_server(server: &str) -> Result<TokioResolver, BuildError> {
    let bare = server
        .parse()
        .map(|address: IpAddr| SocketAddr::new(address, 53));
    let server: SocketAddr = bare.or_else(|_| server.parse()).map_err(|_| {
        bad_dns(
            server,
            "`system`, a name server as `ip` or `ip:port`, or a table of names",
        )
    })?;
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()]
        .map(|mut connection| {
            connection.port = server.port();
            connection
        })
        .to_vec();
    let server = NameServerConfig::new(server.ip(), true, connections);
    let config = ResolverConfig::from_name_servers(vec![server]);
    let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
    set_options(builder.options_mut());
    builder.options_mut().use_hosts_file = ResolveHosts::Never;
    builder
        .build()
        .map_err(|error| bad_dns(&error.to_string(), "a usable name server"))
}

fn system_resolver() -> Option<TokioResolver> {
    let built = TokioResolver::builder_tokio().and_then(|mut builder| {
        set_options(builder.options_mut());
        builder.build()
    });
    match built {
        Ok(resolver) => Some(resolver),
        Err(error) => {
            tracing::warn!(%error, "no name server is configured on this machine: names will fail");
            None
        }
    }
}

fn set_options(options: &mut ResolverOpts) {
    options.timeout = TRY_TIMEOUT;
    options.attempts = TRIES;
    options.cache_size = CACHED_ANSWERS;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
}

fn outcome_of(error: &NetError) -> Outcome {
    let by_code = |code| match code {
        // No such name, or a name without addresses.
        ResponseCode::NXDomain | ResponseCode::NoError => Outcome::Absent(Absent::DnsNxdomain),
        _ => Outcome::Failed(Failed::DnsServfail),
    };
    match error {
        NetError::Dns(DnsError::NoRecordsFound(answer)) => by_code(answer.response_code),
        NetError::Dns(DnsError::ResponseCode(code)) => by_code(*code),
        NetError::Timeout | NetError::NoConnections | NetError::Busy | NetError::Io(_) => {
            Outcome::Failed(Failed::DnsTimeout)
        }
        _ => Outcome::Failed(Failed::DnsServfail),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FetchSettings;

    fn source(toml: &str) -> Result<NameSource, BuildError> {
        NameSource::try_new(&toml::from_str::<FetchSettings>(toml).unwrap().dns)
    }

    #[tokio::test]
    async fn the_table_comes_before_the_resolver_whatever_the_spelling() {
        let source = source("dns = { 'Mairie.example.' = ['127.0.0.2', '::1'] }").unwrap();
        let addresses = source.addresses("mairie.EXAMPLE").await.unwrap();
        assert_eq!(
            addresses,
            [
                "127.0.0.2".parse::<IpAddr>().unwrap(),
                "::1".parse().unwrap()
            ]
        );
    }

    #[tokio::test]
    async fn a_name_that_cannot_exist_does_not_exist() {
        let source = source("dns = '127.0.0.1:1'").unwrap();
        let label = "x".repeat(64);
        let error = source
            .addresses(&format!("{label}.example"))
            .await
            .unwrap_err();
        assert_eq!(error.outcome, Outcome::Absent(Absent::DnsNxdomain));
    }

    #[test]
    fn silence_and_refusal_of_the_name_server_are_failures_and_not_absence() {
        let refused = NetError::Dns(DnsError::ResponseCode(ResponseCode::Refused));
        assert_eq!(
            outcome_of(&NetError::Timeout),
            Outcome::Failed(Failed::DnsTimeout)
        );
        assert_eq!(
            outcome_of(&NetError::NoConnections),
            Outcome::Failed(Failed::DnsTimeout)
        );
        assert_eq!(outcome_of(&refused), Outcome::Failed(Failed::DnsServfail));
    }

    #[tokio::test]
    async fn settings_that_are_no_addresses_are_refused_with_what_was_expected() {
        for toml in [
            "dns = 'resolver.example'",
            "dns = { 'a.example' = 'b.example' }",
        ] {
            let error = source(toml).err().unwrap().to_string();
            assert!(
                error.contains("`fetch.dns`") && error.contains("expected"),
                "{error}"
            );
        }
        assert!(source("dns = { 'a.example' = [] }").is_err());
    }
}
