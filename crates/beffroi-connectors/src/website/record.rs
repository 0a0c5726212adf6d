//! A site observation as JSON: what the one-shot command prints and what the next visit is handed.
//!
//! Rule: a figure that is missing is `null`, with its reason in `unavailable`.

use std::collections::BTreeMap;

use beffroi_model::{
    Failed, FeedKind, Figure, FigureName, MissingReason, PublicationSource, SiteObservation,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A [`SiteObservation`], written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "documented at `SiteObservation`")]
pub struct SiteRecord {
    pub reachable: bool,
    pub https: bool,
    pub certificate_problem: Option<Failed>,
    pub final_url: Option<String>,
    pub redirected_to_domain: Option<String>,
    pub home_status: Option<u16>,
    pub home_bytes: Option<u64>,
    pub cms: Option<String>,
    pub charset: Option<String>,
    pub feed_url: Option<String>,
    pub feed_kind: Option<FeedKind>,
    pub sitemap: Option<bool>,
    pub publication_source: Option<PublicationSource>,
    pub posts_28d: Option<u32>,
    pub last_published_at: Option<Timestamp>,
    pub legal_notice_url: Option<String>,
    pub newsletter: Option<bool>,
    pub contact: Option<bool>,
    /// Why a figure is `null`.
    pub unavailable: BTreeMap<FigureName, MissingReason>,
}

impl From<&SiteObservation> for SiteRecord {
    fn from(site: &SiteObservation) -> Self {
        Self {
            reachable: site.reachable,
            https: site.https,
            certificate_problem: site.certificate_problem,
            final_url: site.final_url.clone(),
            redirected_to_domain: site.redirected_to_domain.clone(),
            home_status: site.home_status,
            home_bytes: site.home_bytes,
            cms: site.cms.clone(),
            charset: site.charset.clone(),
            feed_url: site.feed_url.clone(),
            feed_kind: site.feed_kind,
            sitemap: site.sitemap,
            publication_source: site.publication_source,
            posts_28d: site.posts_28d.known(),
            last_published_at: site.last_published_at.known(),
            legal_notice_url: site.legal_notice_url.clone(),
            newsletter: site.newsletter,
            contact: site.contact,
            unavailable: unavailable(site),
        }
    }
}

impl From<SiteRecord> for SiteObservation {
    fn from(record: SiteRecord) -> Self {
        let reason = |name: FigureName| {
            record
                .unavailable
                .get(&name)
                .copied()
                .unwrap_or(MissingReason::NotInAnswer)
        };
        Self {
            posts_28d: Figure::from_option(record.posts_28d, reason(FigureName::Posts28d)),
            last_published_at: Figure::from_option(
                record.last_published_at,
                reason(FigureName::LastPublishedAt),
            ),
            reachable: record.reachable,
            https: record.https,
            certificate_problem: record.certificate_problem,
            final_url: record.final_url,
            redirected_to_domain: record.redirected_to_domain,
            home_status: record.home_status,
            home_bytes: record.home_bytes,
            cms: record.cms,
            charset: record.charset,
            feed_url: record.feed_url,
            feed_kind: record.feed_kind,
            sitemap: record.sitemap,
            publication_source: record.publication_source,
            legal_notice_url: record.legal_notice_url,
            newsletter: record.newsletter,
            contact: record.contact,
        }
    }
}

/// The figures of a site that are missing, and why.
pub(super) fn unavailable(site: &SiteObservation) -> BTreeMap<FigureName, MissingReason> {
    [
        (FigureName::Posts28d, site.posts_28d.missing()),
        (
            FigureName::LastPublishedAt,
            site.last_published_at.missing(),
        ),
    ]
    .into_iter()
    .filter_map(|(name, reason)| Some((name, reason?)))
    .collect()
}

/// A site of which nothing could be seen.
pub(super) fn unseen() -> SiteObservation {
    SiteObservation {
        reachable: false,
        https: false,
        certificate_problem: None,
        final_url: None,
        redirected_to_domain: None,
        home_status: None,
        home_bytes: None,
        cms: None,
        charset: None,
        feed_url: None,
        feed_kind: None,
        sitemap: None,
        publication_source: None,
        posts_28d: Figure::Missing(MissingReason::NotMeasured),
        last_published_at: Figure::Missing(MissingReason::NotMeasured),
        legal_notice_url: None,
        newsletter: None,
        contact: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_reads_back_as_the_same_observation() {
        let mut site = unseen();
        site.posts_28d = Figure::Missing(MissingReason::Truncated);
        site.last_published_at = Figure::Known("2026-11-20T00:00:00Z".parse().unwrap());
        site.certificate_problem = Some(Failed::TlsExpired);
        site.feed_kind = Some(FeedKind::Atom);
        let json = serde_json::to_string(&SiteRecord::from(&site)).unwrap();
        assert!(json.contains(r#""posts_28d":null"#), "{json}");
        assert!(
            json.contains(r#""unavailable":{"posts_28d":"truncated"}"#),
            "{json}"
        );
        let record: SiteRecord = serde_json::from_str(&json).unwrap();
        assert_eq!(SiteObservation::from(record), site);
    }
}
