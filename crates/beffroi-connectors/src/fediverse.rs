//! What servers of the fediverse have in common: how they tell which software they run (nodeinfo,
//! nodeinfo.diaspora.software), and addresses below their root.

use serde::Deserialize;
use url::Url;

use crate::{kept::Keep, tolerant};

/// What the archive may keep of nodeinfo's index.
pub(crate) const NODEINFO_INDEX: Keep = Keep::Object(&[("links", LINKS)]);

/// What it may keep of the document.
pub(crate) const NODEINFO: Keep =
    Keep::Object(&[("software", Keep::Object(&[("name", Keep::Value)]))]);

/// Links to documents of the server.
pub(crate) const LINKS: Keep = Keep::List(&Keep::Object(&[
    ("rel", Keep::Value),
    ("href", Keep::Value),
    ("type", Keep::Value),
]));

/// `/.well-known/nodeinfo`.
#[derive(Deserialize)]
pub(crate) struct NodeInfoIndex {
    #[serde(default, deserialize_with = "tolerant::list")]
    pub(crate) links: Vec<Link>,
}

/// A link of it, or of an answer of WebFinger.
#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(crate) rel: Option<String>,
    #[serde(default, deserialize_with = "tolerant::text")]
    pub(crate) href: Option<String>,
}

impl NodeInfoIndex {
    /// Where the document of the highest schema is; their names differ in the last number alone.
    pub(crate) fn document(&self, root: &Url) -> Option<Url> {
        let schemas = self.links.iter().filter(|link| {
            let rel = link.rel.as_deref().unwrap_or_default();
            rel.contains("nodeinfo.diaspora.software/ns/schema/")
        });
        let highest = schemas.max_by(|a, b| a.rel.cmp(&b.rel))?;
        root.join(highest.href.as_deref()?).ok()
    }
}

/// A nodeinfo document.
#[derive(Deserialize)]
pub(crate) struct NodeInfo {
    pub(crate) software: SoftwareName,
}

/// Its `software` member.
#[derive(Deserialize)]
pub(crate) struct SoftwareName {
    pub(crate) name: String,
}

/// An address of a server. Segments are encoded, so that an id cannot lead to another address.
pub(crate) fn below(root: &Url, segments: &[&str]) -> Url {
    let mut url = root.clone();
    url.path_segments_mut()
        .expect("roots are http addresses, which have a path")
        .clear()
        .extend(segments);
    url
}
