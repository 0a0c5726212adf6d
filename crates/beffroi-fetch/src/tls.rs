//! Whom we trust: the web's public roots, the machine's, and those of `fetch.extra_ca`.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};

use crate::{BuildError, FetchSettings};

/// The TLS configuration of every connection. Certificate errors are never ignored.
pub(crate) fn client_config(settings: &FetchSettings) -> Result<ClientConfig, BuildError> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let native = rustls_native_certs::load_native_certs();
    for error in &native.errors {
        tracing::debug!(%error, "a certificate authority of this machine cannot be read");
    }
    roots.add_parsable_certificates(native.certs);
    for path in &settings.extra_ca {
        add_file(&mut roots, path)?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the ring provider supports TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), BuildError> {
    let pem = std::fs::read(path).map_err(|source| BuildError::ExtraCa {
        path: path.to_owned(),
        source,
    })?;
    let unusable = |problem: String| BuildError::Setting {
        key: "extra_ca",
        problem: format!(
            "`{}` {problem}, expected certificates of authorities in PEM form",
            path.display()
        ),
    };
    let certificates = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| unusable(format!("cannot be parsed ({error})")))?;
    if certificates.is_empty() {
        return Err(unusable("holds no certificate".to_owned()));
    }
    for certificate in certificates {
        roots
            .add(certificate)
            .map_err(|error| unusable(format!("holds a certificate of no use ({error})")))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_or_empty_authority_file_is_told_by_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing.pem");
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "no certificate here").unwrap();
        for path in [missing, empty] {
            let settings = FetchSettings {
                extra_ca: vec![path.clone()],
                ..FetchSettings::default()
            };
            let error = client_config(&settings).unwrap_err().to_string();
            assert!(error.contains("extra_ca"), "{error}");
            assert!(error.contains(path.to_str().unwrap()), "{error}");
        }
    }
}
