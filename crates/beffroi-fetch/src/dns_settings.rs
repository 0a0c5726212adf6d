//! `dns` of `[fetch]`: who turns names into addresses, in each form in which it may be written.

use std::collections::BTreeMap;

/// Who turns names into addresses: `"system"`, a name server `"ip"` or `"ip:port"` (then the only
/// one), a table of names and addresses that come before the system's, or both as
/// `{ server = "…", hosts = { … } }`.
#[derive(Debug, Clone, PartialEq, Default, serde::Deserialize, serde::Serialize)]
#[serde(try_from = "Written", into = "Shown")]
pub struct DnsSettings {
    /// The only name server, `ip` or `ip:port`; `None` is the system's configuration.
    pub server: Option<String>,
    /// Names that are not asked for: name to addresses.
    pub hosts: BTreeMap<String, Vec<String>>,
}

const SYSTEM: &str = "system";

/// What may be written. A table is of names, unless one of the two words stands in it.
#[derive(serde::Deserialize)]
#[serde(
    untagged,
    expecting = "expected `system`, a name server, a table of names and their addresses, or a \
                 table of `server` and `hosts`"
)]
enum Written {
    Server(String),
    Table(BTreeMap<String, Entry>),
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Entry {
    Addresses(OneOrMany),
    Hosts(BTreeMap<String, OneOrMany>),
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// How settings are shown.
#[derive(serde::Serialize)]
#[serde(untagged)]
enum Shown {
    Server(String),
    Both {
        #[serde(skip_serializing_if = "Option::is_none")]
        server: Option<String>,
        hosts: BTreeMap<String, Vec<String>>,
    },
}

impl From<OneOrMany> for Vec<String> {
    fn from(addresses: OneOrMany) -> Self {
        match addresses {
            OneOrMany::One(address) => vec![address],
            OneOrMany::Many(addresses) => addresses,
        }
    }
}

impl TryFrom<Written> for DnsSettings {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let named = |server: String| Some(server).filter(|server| server != SYSTEM);
        let mut table = match written {
            Written::Server(server) => {
                return Ok(Self {
                    server: named(server),
                    hosts: BTreeMap::new(),
                });
            }
            Written::Table(table) => table,
        };
        let (server, hosts) = (table.remove("server"), table.remove("hosts"));
        if server.is_none() && hosts.is_none() {
            return Ok(Self {
                server: None,
                hosts: table.into_iter().map(host).collect::<Result<_, _>>()?,
            });
        }
        if let Some(name) = table.keys().next() {
            let word = if server.is_some() { "server" } else { "hosts" };
            return Err(format!(
                "`{name}` stands beside `{word}`; names and their addresses belong into the table \
                 `hosts`, here `[fetch.dns.hosts]`"
            ));
        }
        let server = match server {
            None => None,
            Some(Entry::Addresses(OneOrMany::One(server))) => named(server),
            Some(_) => {
                return Err("`server` is not one address, expected `ip` or `ip:port`".to_owned());
            }
        };
        let hosts = match hosts {
            None => BTreeMap::new(),
            Some(Entry::Hosts(hosts)) => hosts
                .into_iter()
                .map(|(name, addresses)| (name, addresses.into()))
                .collect(),
            Some(Entry::Addresses(_)) => {
                return Err("`hosts` is not a table, expected names and their addresses".to_owned());
            }
        };
        Ok(Self { server, hosts })
    }
}

fn host((name, entry): (String, Entry)) -> Result<(String, Vec<String>), String> {
    match entry {
        Entry::Addresses(addresses) => Ok((name, addresses.into())),
        Entry::Hosts(_) => Err(format!(
            "`{name}` is a table, expected an address or a list of them; a name with dots is \
             written in quotes"
        )),
    }
}

impl From<DnsSettings> for Shown {
    fn from(settings: DnsSettings) -> Self {
        if settings.hosts.is_empty() {
            return Self::Server(settings.server.unwrap_or_else(|| SYSTEM.to_owned()));
        }
        Self::Both {
            server: settings.server,
            hosts: settings.hosts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FetchSettings;

    fn read(text: &str) -> Result<DnsSettings, String> {
        toml::from_str::<FetchSettings>(text)
            .map(|settings| settings.dns)
            .map_err(|error| error.to_string())
    }

    fn dns(text: &str) -> DnsSettings {
        read(text).unwrap()
    }

    #[test]
    fn dns_is_a_server_a_table_or_both() {
        assert_eq!(dns("dns = 'system'"), DnsSettings::default());
        assert_eq!(
            dns("dns = '127.0.0.1:5353'").server.as_deref(),
            Some("127.0.0.1:5353")
        );
        let hosts = dns("dns = { 'a.example' = '127.0.0.1', 'b.example' = ['::1', '127.0.0.2'] }");
        assert_eq!(hosts.server, None);
        assert_eq!(hosts.hosts["b.example"], ["::1", "127.0.0.2"]);
        let both = dns("dns = { server = '127.0.0.1', hosts = { 'a.example' = '127.0.0.1' } }");
        assert_eq!(both.server.as_deref(), Some("127.0.0.1"));
        assert_eq!(both.hosts["a.example"], ["127.0.0.1"]);
        let settings = FetchSettings {
            dns: both,
            ..FetchSettings::default()
        };
        let text = toml::to_string(&settings).unwrap();
        assert_eq!(toml::from_str::<FetchSettings>(&text).unwrap(), settings);
    }

    #[test]
    fn a_server_among_names_is_refused_with_the_remedy() {
        for (text, key, remedy) in [
            (
                "[dns]\nserver = '127.0.0.1'\n'a.fr' = '127.0.0.2'",
                "`a.fr` stands beside `server`",
                "[fetch.dns.hosts]",
            ),
            (
                "[dns]\n'a.fr' = '127.0.0.2'\n[dns.hosts]\n'b.fr' = '::1'",
                "`a.fr` stands beside `hosts`",
                "[fetch.dns.hosts]",
            ),
            ("dns = { server = ['::1'] }", "`server`", "`ip:port`"),
            ("dns = { hosts = '::1' }", "`hosts`", "names and their"),
            ("dns = { a.fr = '::1' }", "`a`", "in quotes"),
            ("dns = { 'a.fr' = 5 }", "", "names and their addresses"),
            ("dns = 5", "", "a name server"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(key) && error.contains(remedy), "{error}");
        }
    }
}
