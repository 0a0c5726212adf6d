//! Certificates: every defect has its name, and none is ever ignored.

use std::{net::SocketAddr, path::PathBuf, sync::Arc};

use beffroi_fetch::{DnsSettings, Document, FetchClient, FetchSettings, Request};
use beffroi_model::{Failed, Outcome};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tempfile::TempDir;
use tokio::{io::AsyncReadExt, net::TcpListener};
use tokio_rustls::TlsAcceptor;

use crate::server::{Reply, Server, settings};

const HOST: &str = "mairie.example";

/// An authority, known to the client through `extra_ca`.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// A server's certificate, after `change`.
    fn acceptor(&self, host: &str, change: impl FnOnce(&mut CertificateParams)) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new([host.to_owned()]).unwrap();
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        acceptor(certificate.der().clone(), &key)
    }
}

fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

async fn outcome(tls: Option<TlsAcceptor>, authority: &Authority) -> Outcome {
    let server = Server::start_tls(tls, |seen| match seen.path.as_str() {
        "/robots.txt" => Reply::not_found(),
        _ => Reply::page("x"),
    })
    .await;
    outcome_at(server.address, authority).await
}

async fn outcome_at(address: SocketAddr, authority: &Authority) -> Outcome {
    let settings = FetchSettings {
        extra_ca: vec![authority.file()],
        dns: DnsSettings {
            server: None,
            hosts: [(HOST.to_owned(), vec!["127.0.0.1".to_owned()])].into(),
        },
        allow_addresses: vec![address.to_string()],
        ..settings(&[])
    };
    let url = format!("https://{HOST}:{}/", address.port())
        .parse()
        .unwrap();
    let client = FetchClient::try_new(settings).unwrap();
    match client.get(Request::site(url, Document::Page)).await {
        Ok(fetched) => {
            assert_eq!(&fetched.body[..], b"x");
            Outcome::Measured
        }
        Err(error) => {
            assert_eq!(error.records.len(), 1, "a certificate is not tried again");
            assert!(!error.is_transient);
            error.outcome
        }
    }
}

#[tokio::test]
async fn a_site_with_a_good_certificate_is_read() {
    let authority = Authority::new();
    let tls = authority.acceptor(HOST, |_| {});
    assert_eq!(outcome(Some(tls), &authority).await, Outcome::Measured);
}

#[tokio::test]
async fn defects_of_certificates_are_named() {
    let authority = Authority::new();
    let expired = authority.acceptor(HOST, |params| {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    });
    let not_yet = authority.acceptor(HOST, |params| {
        params.not_before = date_time_ymd(4000, 1, 1);
    });
    let other_name = authority.acceptor("hebergeur.example", |_| {});
    let stranger = Authority::new().acceptor(HOST, |_| {});
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new([HOST.to_owned()]).unwrap();
    let self_signed = acceptor(params.self_signed(&key).unwrap().der().clone(), &key);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let self_signed_authority = acceptor(params.self_signed(&key).unwrap().der().clone(), &key);
    for (tls, expected) in [
        (Some(expired), Failed::TlsExpired),
        (Some(not_yet), Failed::TlsExpired),
        (Some(other_name), Failed::TlsNameMismatch),
        (Some(stranger), Failed::TlsUntrustedChain),
        (Some(self_signed), Failed::TlsUntrustedChain),
        (Some(self_signed_authority), Failed::TlsUntrustedChain),
        (None, Failed::TlsProtocol),
    ] {
        assert_eq!(outcome(tls, &authority).await, Outcome::Failed(expected));
    }
}

#[tokio::test]
async fn a_handshake_that_is_cut_has_one_name_however_it_is_cut() {
    #[derive(Debug, Clone, Copy)]
    enum Cut {
        /// An end or a reset, as the race wants it.
        AtOnce,
        /// A reset: what came is left unread.
        Unread,
        /// An end.
        Read,
    }
    let authority = Authority::new();
    for cut in [Cut::AtOnce, Cut::Unread, Cut::Read] {
        for _ in 0..5 {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let server = tokio::spawn(async move {
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    match cut {
                        Cut::AtOnce => {}
                        Cut::Unread => stream.readable().await.unwrap(),
                        Cut::Read => drop(stream.read(&mut [0; 16 * 1024]).await.unwrap()),
                    }
                }
            });
            let outcome = outcome_at(address, &authority).await;
            server.abort();
            assert_eq!(outcome, Outcome::Failed(Failed::TlsProtocol), "{cut:?}");
        }
    }
}
