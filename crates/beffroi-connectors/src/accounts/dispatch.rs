//! From a host to the rules that judge its URLs.

use beffroi_model::Platform;

use super::hosts::lookup;

/// The platform that owns a host.
pub(super) fn platform_of_host(host: &str) -> Option<Platform> {
    lookup(&[("facebook.com", Platform::Facebook)], host)
}
