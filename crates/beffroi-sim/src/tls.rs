//! Certificates: an authority of our own, and for each host the certificate, good or bad, that it
//! shows. Made at the first handshake and kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    date_time_ymd,
};
use rustls::{
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};

use crate::world::{World, host::CertificateKind};

/// Certificates kept; a night meets some two thousand https hosts.
const KEPT: usize = 4_096;

/// Makes and keeps the hosts' certificates.
pub(crate) struct Certificates {
    world: Arc<World>,
    key: KeyPair,
    key_der: PrivateKeyDer<'static>,
    authority: Issuer<'static, KeyPair>,
    authority_pem: String,
    unknown_authority: Issuer<'static, KeyPair>,
    provider: Arc<rustls::crypto::CryptoProvider>,
    made: Mutex<HashMap<Box<str>, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl Certificates {
    pub(crate) fn try_new(world: Arc<World>) -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate()?;
        let key_der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let (authority, authority_pem) = authority("beffroi simulated authority")?;
        let (unknown_authority, _) = authority_of_nobody()?;
        Ok(Self {
            world,
            key,
            key_der,
            authority,
            authority_pem,
            unknown_authority,
            provider: Arc::new(rustls::crypto::ring::default_provider()),
            made: Mutex::default(),
        })
    }

    /// The authority's certificate, for crawlers that are to trust it.
    pub(crate) fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// A server configuration that shows these certificates.
    pub(crate) fn server_config(self: Arc<Self>) -> Result<rustls::ServerConfig, rustls::Error> {
        let mut config = rustls::ServerConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_cert_resolver(self);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }

    fn of_host(&self, name: &str) -> Option<Arc<CertifiedKey>> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(certificate) = made.get(name) {
            return Some(certificate.clone());
        }
        let kind = self
            .world
            .host_index(name)
            .map_or(CertificateKind::Good, |index| {
                self.world.hosts[index as usize].certificate
            });
        let certificate = Arc::new(self.make(name, kind)?);
        if made.len() < KEPT {
            made.insert(name.into(), certificate.clone());
        }
        Some(certificate)
    }

    fn make(&self, name: &str, kind: CertificateKind) -> Option<CertifiedKey> {
        let subject = match kind {
            CertificateKind::WrongName => "hebergement-mutualise.test",
            _ => name,
        };
        let mut params = CertificateParams::new(vec![subject.to_owned()]).ok()?;
        params.distinguished_name.push(DnType::CommonName, subject);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = match kind {
            CertificateKind::Expired => date_time_ymd(2021, 1, 1),
            _ => date_time_ymd(2040, 1, 1),
        };
        let certificate = match kind {
            CertificateKind::SelfSigned => params.self_signed(&self.key),
            CertificateKind::UnknownAuthority => {
                params.signed_by(&self.key, &self.unknown_authority)
            }
            CertificateKind::Good | CertificateKind::Expired | CertificateKind::WrongName => {
                params.signed_by(&self.key, &self.authority)
            }
        };
        let signing_key = self
            .provider
            .key_provider
            .load_private_key(self.key_der.clone_key())
            .ok()?;
        Some(CertifiedKey::new(
            vec![certificate.ok()?.der().clone()],
            signing_key,
        ))
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.of_host(hello.server_name()?)
    }
}

fn authority(name: &str) -> Result<(Issuer<'static, KeyPair>, String), rcgen::Error> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    let key = KeyPair::generate()?;
    let pem = params.self_signed(&key)?.pem();
    Ok((Issuer::new(params, key), pem))
}

fn authority_of_nobody() -> Result<(Issuer<'static, KeyPair>, String), rcgen::Error> {
    authority("authority that nobody knows")
}
