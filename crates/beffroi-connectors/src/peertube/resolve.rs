//! From a handle to the channel or account on its home instance, and what it means when there is
//! none: the paths of PeerTube are other sites' as well.

use beffroi_model::Absent;
use url::Url;

use super::{
    address::Handle,
    requests,
    visit::Asker,
    wire::{Actor, Problem},
};
use crate::{
    api::{Reply, Setback},
    fediverse::{NodeInfo, NodeInfoIndex},
};

/// Asks for the actor of `handle`.
pub(super) async fn find_actor(
    asker: &mut Asker,
    root: &Url,
    handle: &Handle,
) -> Result<Actor, Setback> {
    let reply = asker.get(requests::actor(root, handle)).await?;
    match reply.status() {
        200 if reply.is_wall() => Err(reply.setback()),
        200 => match reply.json() {
            Some(actor) => Ok(actor),
            None => Err(doubt(asker, root, &reply).await),
        },
        404 if is_peertubes_own(&reply) => Err(Setback::absent(Absent::NotFound)),
        404 => Err(doubt(asker, root, &reply).await),
        _ => Err(reply.setback()),
    }
}

/// Whether a "not found" is in the words of PeerTube, which no other software uses.
fn is_peertubes_own(reply: &Reply) -> bool {
    let Some(problem) = reply.json::<Problem>() else {
        return false;
    };
    let says = |text: &Option<String>, words: &str| {
        let text = text.as_deref().unwrap_or_default();
        text.to_ascii_lowercase().contains(words)
    };
    says(&problem.docs, "joinpeertube.org")
        || [&problem.detail, &problem.error]
            .into_iter()
            .any(|text| says(text, "video channel not found"))
}

/// What runs on a host.
enum Software {
    Peertube,
    Other,
    /// It does not say.
    Unknown,
}

/// What it means that an answer did not bring an actor: no such actor, or no such software.
async fn doubt(asker: &mut Asker, root: &Url, reply: &Reply) -> Setback {
    match software(asker, root).await {
        Software::Other => Setback::absent(Absent::NotThisPlatform),
        Software::Unknown if reply.is_page() => Setback::absent(Absent::NotThisPlatform),
        Software::Peertube | Software::Unknown => reply.setback(),
    }
}

async fn software(asker: &mut Asker, root: &Url) -> Software {
    match software_name(asker, root).await {
        Some(name) if name.eq_ignore_ascii_case("peertube") => Software::Peertube,
        Some(_) => Software::Other,
        None => Software::Unknown,
    }
}

/// The name of the software by nodeinfo. Not remembered: a host where it is asked is one where
/// nothing else is.
async fn software_name(asker: &mut Asker, root: &Url) -> Option<String> {
    let reply = asker.get(requests::nodeinfo(root)).await.ok()?;
    let index: NodeInfoIndex = reply.json()?;
    let url = index.document(root)?;
    let document: NodeInfo = asker.get(url).await.ok()?.json()?;
    Some(document.software.name)
}
