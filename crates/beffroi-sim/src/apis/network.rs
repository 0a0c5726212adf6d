//! What the API of a network is to the simulator. A new platform is one file beside this one and
//! one line in [`super::APIS`].

use std::{collections::HashMap, fmt};

use beffroi_model::Platform;
use bytes::Bytes;
use hyper::{
    Method,
    header::{self, HeaderMap},
};
use jiff::Timestamp;

use super::tokens::{self, Token};
use crate::{
    SimSettings, SocialTruth,
    answer::Answer,
    meters::{Meters, Quota, Standing},
    referee::RequestKind,
    world::{World, network::NetworkAccount},
};

/// The API (or the public pages) of one network, or of several that share a host.
pub(crate) trait NetworkApi: Sync {
    /// The networks whose accounts it serves.
    fn platforms(&self) -> &'static [Platform];

    /// Names of its hosts; each gets an address of its own.
    fn hosts(&self) -> Vec<String>;

    /// By what its clients ask for an account: names and ids, in the spelling that
    /// [`Service::find`] is asked with. Sad accounts have names too: the answer tells their fate.
    fn names(&self, world: &World, account: &NetworkAccount) -> Vec<String>;

    /// The number or text by which the platform knows an account for ever, whatever became of it;
    /// nothing where it tells none.
    fn permanent_id(&self, _account: &NetworkAccount) -> Option<String> {
        None
    }

    /// What a right crawler should store of an account.
    fn truth(&self, world: &World, account: &NetworkAccount) -> SocialTruth;

    /// Answers a call. Everything that is counted is counted here.
    fn answer(&self, service: &Service<'_>, call: &Call<'_>) -> Answer;

    /// TOML with which a crawler meets it: tables of `[platforms]`.
    fn configuration(&self, settings: &SimSettings, http_port: u16) -> String;

    /// By which manners the referee judges a call. By default by none: the meters do.
    fn manners(&self, _path: &str) -> RequestKind {
        RequestKind::Api {
            requests: u32::MAX,
            window_ms: 1_000,
        }
    }
}

impl fmt::Debug for dyn NetworkApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NetworkApi")
            .field(&self.platforms())
            .finish()
    }
}

/// A call as it came.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The host asked, without port.
    pub(crate) host: &'a str,
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    /// The query as it came.
    pub(crate) query: &'a str,
    /// The parameters of the query, decoded.
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) headers: &'a HeaderMap,
    /// At most [`MAX_BODY_BYTES`].
    pub(crate) body: Bytes,
    pub(crate) now: Timestamp,
}

/// Bodies of calls are queries: none comes near. A longer one is answered with 413.
pub(crate) const MAX_BODY_BYTES: usize = 256 * 1024;

impl Call<'_> {
    /// A parameter of the query.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        super::parameter(&self.parameters, name)
    }

    /// A header, where it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What stands behind `Bearer` in the authorization.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let value = self.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
        value.strip_prefix("Bearer ")
    }

    /// The path in pieces, decoded, without empty ones.
    pub(crate) fn segments(&self) -> Vec<String> {
        self.path
            .split('/')
            .filter(|segment| !segment.is_empty())
            // In a path a plus is a plus.
            .map(|segment| segment.replace('+', "%2B"))
            .filter_map(|segment| {
                let pair = format!("x={segment}");
                let mut pairs = url::form_urlencoded::parse(pair.as_bytes());
                pairs.next().map(|(_, value)| value.into_owned())
            })
            .collect()
    }
}

/// What an API works with.
pub(crate) struct Service<'a> {
    pub(crate) world: &'a World,
    pub(crate) index: &'a NetworkIndex,
    pub(crate) meters: &'a Meters,
    pub(crate) settings: &'a SimSettings,
}

impl<'a> Service<'a> {
    /// The account that answers to that name or id.
    pub(crate) fn find(&self, platform: Platform, name: &str) -> Option<&'a NetworkAccount> {
        let index = self.index.names.get(&platform)?.get(name)?;
        Some(&self.world.networks.accounts[*index as usize])
    }

    /// Counts a request and tells whose secret this is.
    pub(crate) fn judge(&self, platform: Platform, secret: &str) -> Token {
        let token = tokens::judge(platform, secret);
        self.meters.request(platform, &token.name);
        token
    }

    /// Takes units from a quota; a refusal is counted under the quota's name.
    pub(crate) fn spend(
        &self,
        platform: Platform,
        credential: &str,
        quota: Quota,
        units: u64,
        now: Timestamp,
    ) -> Standing {
        let standing = self.meters.spend(platform, credential, quota, units, now);
        if standing.is_spent {
            self.meters.refuse(platform, credential, quota.bucket);
        }
        standing
    }
}

/// Finds network accounts by what APIs are asked for.
#[derive(Debug, Default)]
pub(crate) struct NetworkIndex {
    names: HashMap<Platform, HashMap<Box<str>, u32>>,
}

impl NetworkIndex {
    pub(crate) fn new(world: &World) -> Self {
        let mut index = Self::default();
        for account in &world.networks.accounts {
            let Some(api) = super::api_of(account.platform) else {
                continue;
            };
            let names = index.names.entry(account.platform).or_default();
            for name in api.names(world, account) {
                names.entry(name.into()).or_insert(account.index);
            }
        }
        index
    }
}
