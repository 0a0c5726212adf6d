//! From the HTTP library's error to the name of what happened.
//!
//! Causes are told apart by type, never by their text. I/O errors hide what they wrap from
//! `source()`, so the walk looks inside them.

use std::{error::Error, io};

use beffroi_model::Failed;
use rustls::CertificateError;

use crate::pins::NotPinned;

/// Where in the exchange it happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Before the head of the answer was there.
    Head,
    /// While the body came.
    Body,
}

/// Names the failure of an exchange.
pub(crate) fn class_of(error: &reqwest::Error, phase: Phase) -> Failed {
    let is_connect = error.is_connect();
    if error.is_timeout() {
        return if is_connect {
            Failed::TcpTimeout
        } else {
            Failed::ReadTimeout
        };
    }
    let causes: Vec<&(dyn Error + 'static)> = causes(error).collect();
    if causes.iter().any(|cause| cause.is::<NotPinned>()) {
        return Failed::Internal;
    }
    if let Some(tls) = causes
        .iter()
        .find_map(|cause| cause.downcast_ref::<rustls::Error>())
    {
        return class_of_tls(tls);
    }
    let io = causes
        .iter()
        .filter_map(|cause| cause.downcast_ref::<io::Error>());
    let is_https = error.url().is_some_and(|url| url.scheme() == "https");
    if is_connect && is_https && io.clone().any(|io| is_cut(io.kind())) {
        // Whoever answers there does not speak our TLS. Whether the cut arrives as an end or as a
        // reset depends on what the server's system had received by then, and says nothing.
        return Failed::TlsProtocol;
    }
    if let Some(class) = io.clone().find_map(|io| class_of_io(io.kind(), is_connect)) {
        return class;
    }
    if is_connect {
        return Failed::TcpTimeout;
    }
    let hyper = causes
        .iter()
        .find_map(|cause| cause.downcast_ref::<hyper::Error>());
    match (hyper, phase) {
        (Some(error), _) if error.is_parse_too_large() => Failed::HeadersTooLarge,
        (Some(error), _) if error.is_parse() => Failed::MalformedResponse,
        // Closed without a word: as good as a reset. Closed in the middle: cut short.
        (Some(error), Phase::Head) if error.is_incomplete_message() => Failed::ConnectionReset,
        (Some(error), Phase::Body) if error.is_incomplete_message() => Failed::MalformedResponse,
        (Some(_), Phase::Body) if io.clone().next().is_some() => Failed::MalformedResponse,
        (Some(_), _) => Failed::ConnectionReset,
        (None, _) => Failed::MalformedResponse,
    }
}

/// An error and all that caused it, also what I/O errors wrap.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause| {
        let cause: &'a (dyn Error + 'static) = *cause;
        match cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        }
    })
}

/// Whether the other side ended the connection in the middle.
fn is_cut(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        kind,
        Kind::UnexpectedEof | Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe
    )
}

fn class_of_io(kind: io::ErrorKind, is_connect: bool) -> Option<Failed> {
    use io::ErrorKind as Kind;
    match kind {
        Kind::ConnectionRefused => Some(Failed::TcpRefused),
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => {
            Some(Failed::ConnectionReset)
        }
        Kind::TimedOut if !is_connect => Some(Failed::ReadTimeout),
        Kind::TimedOut
        | Kind::HostUnreachable
        | Kind::NetworkUnreachable
        | Kind::AddrNotAvailable => Some(Failed::TcpTimeout),
        _ => None,
    }
}

fn class_of_tls(error: &rustls::Error) -> Failed {
    match error {
        rustls::Error::InvalidCertificate(certificate) => class_of_certificate(certificate),
        rustls::Error::InvalidCertRevocationList(_) | rustls::Error::General(_) => Failed::TlsOther,
        _ => Failed::TlsProtocol,
    }
}

fn class_of_certificate(error: &CertificateError) -> Failed {
    use CertificateError as Certificate;
    match error {
        Certificate::Expired
        | Certificate::ExpiredContext { .. }
        | Certificate::NotValidYet
        | Certificate::NotValidYetContext { .. } => Failed::TlsExpired,
        Certificate::NotValidForName | Certificate::NotValidForNameContext { .. } => {
            Failed::TlsNameMismatch
        }
        Certificate::UnknownIssuer | Certificate::BadSignature => Failed::TlsUntrustedChain,
        Certificate::Other(other) => match other.0.downcast_ref::<webpki::Error>() {
            // A server that presents an authority's own certificate: the usual self-signed one.
            Some(webpki::Error::CaUsedAsEndEntity | webpki::Error::EndEntityUsedAsCa) => {
                Failed::TlsUntrustedChain
            }
            _ => Failed::TlsOther,
        },
        _ => Failed::TlsOther,
    }
}

/// Whether the same exchange, tried again within seconds, may well succeed.
pub(crate) fn is_worth_retrying(class: Failed) -> bool {
    matches!(
        class,
        Failed::TcpTimeout | Failed::ConnectionReset | Failed::ReadTimeout | Failed::TotalTimeout
    )
}

/// Whether the job, tried again later, may succeed.
pub(crate) fn is_transient(class: Failed) -> bool {
    is_worth_retrying(class) || class == Failed::MalformedResponse
}

/// Whether it tells against the host's connection rather than against one document.
pub(crate) fn is_transport(class: Failed) -> bool {
    is_worth_retrying(class) || class == Failed::TcpRefused
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn a_cause_inside_an_io_error_is_seen() {
        let tls = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let outer = io::Error::other(io::Error::new(io::ErrorKind::InvalidData, tls));
        let found = causes(&outer).find_map(|cause| cause.downcast_ref::<rustls::Error>());
        assert_eq!(found.map(class_of_tls), Some(Failed::TlsUntrustedChain));
    }

    #[test]
    fn a_certificate_of_an_authority_used_by_a_server_is_an_untrusted_chain() {
        let other = rustls::OtherError(Arc::new(webpki::Error::CaUsedAsEndEntity));
        let class = class_of_certificate(&CertificateError::Other(other));
        assert_eq!(class, Failed::TlsUntrustedChain);
        assert_eq!(
            class_of_certificate(&CertificateError::Revoked),
            Failed::TlsOther
        );
    }

    #[test]
    fn certificates_and_missing_names_are_not_worth_a_retry() {
        assert!(!is_worth_retrying(Failed::TlsExpired));
        assert!(!is_worth_retrying(Failed::TcpRefused));
        assert!(is_transport(Failed::TcpRefused));
        assert!(is_worth_retrying(Failed::ConnectionReset));
    }
}
