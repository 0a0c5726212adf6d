//! From a handle to the account's home server and the account there.
//!
//! WebFinger tells the home server, which need not be the handle's domain; `lookup` tells the
//! account. Both are remembered by the state, so that most visits begin with the account's id.

use beffroi_model::{Absent, Failed, Forbidden, Outcome};
use url::Url;

use super::{
    address::{Handle, authority, root},
    requests,
    software::{Software, SoftwareCache, software},
    visit::Asker,
    wire::{Account, WebFinger},
};
use crate::api::{Reply, Setback};

/// Where an account is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Home {
    /// Root of its home server's API.
    pub(super) root: Url,
    /// The handle it bears by its own server.
    pub(super) handle: Handle,
    /// What WebFinger said of it.
    pub(super) standing: Standing,
}

/// What WebFinger says of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// It exists.
    Known,
    /// It was deleted or suspended for good.
    Gone,
    /// There is none of that name.
    Unknown,
    /// Nothing: no WebFinger there.
    Silent,
    /// Nothing, since it is out of order in this way.
    Broken(Setback),
}

/// Asks WebFinger where the account of `handle` lives. A subject that differs is asked once more
/// on its own domain, and believed only if that domain confirms it.
///
/// Where WebFinger is out of order, the account is looked for on the handle's own domain, which is
/// its home server more often than not.
pub(super) async fn find_home(
    asker: &mut Asker<'_>,
    handle: &Handle,
    scheme: &str,
) -> Result<Home, Setback> {
    let no_address = || Setback::absent(Absent::NotAnAccount);
    let domain_root = root(scheme, &handle.domain).ok_or_else(no_address)?;
    let at_domain = |standing| Home {
        root: domain_root.clone(),
        handle: handle.clone(),
        standing,
    };
    let reply = match asker.get(requests::webfinger(&domain_root, handle)).await {
        Ok(reply) => reply,
        Err(setback) if concerns_one_path(setback) => {
            return Ok(at_domain(Standing::Broken(setback)));
        }
        Err(setback) => return Err(setback),
    };
    let Some((subject, api_root)) = actor(&reply, scheme) else {
        return Ok(at_domain(match reply.status() {
            404 => Standing::Unknown,
            410 => Standing::Gone,
            _ => Standing::Silent,
        }));
    };
    let mut home = Home {
        root: api_root,
        handle: handle.clone(),
        standing: Standing::Known,
    };
    if let Some(subject) = subject.filter(|subject| subject != handle)
        && let Some(subject_root) = root(scheme, &subject.domain)
        && let Ok(reply) = asker
            .get(requests::webfinger(&subject_root, &subject))
            .await
        && let Some((Some(confirmed), confirmed_root)) = actor(&reply, scheme)
        && confirmed == subject
    {
        home.root = confirmed_root;
        home.handle = subject;
    }
    Ok(home)
}

/// Whether the server answered, if badly, so that another of its paths may do better. One that
/// cannot be reached or wants to be left alone is not asked again.
fn concerns_one_path(setback: Setback) -> bool {
    matches!(
        setback.outcome,
        Outcome::Failed(
            Failed::Http5xx
                | Failed::BadRedirect
                | Failed::TooManyRedirects
                | Failed::TooLarge
                | Failed::HeadersTooLarge
                | Failed::MalformedResponse
                | Failed::BadEncoding
        )
    )
}

/// The subject and the home server of a WebFinger answer. A server that we know by https is not
/// asked by http because a document says so.
fn actor(reply: &Reply, scheme: &str) -> Option<(Option<Handle>, Url)> {
    let document: WebFinger = (reply.status() == 200).then(|| reply.json())??;
    let is_self = |rel: &Option<String>| rel.as_deref() == Some("self");
    let link = document.links.into_iter().find(|link| is_self(&link.rel))?;
    let actor = Url::parse(link.href.as_deref()?).ok()?;
    let is_http = matches!(actor.scheme(), "http" | "https");
    let scheme = if scheme == "http" {
        actor.scheme()
    } else {
        "https"
    };
    let api_root = root(scheme, &authority(&actor).filter(|_| is_http)?)?;
    let subject = document.subject.as_deref().and_then(Handle::parse);
    Some((subject, api_root))
}

/// The account of a home's user, from its own server.
pub(super) async fn look_up(
    asker: &mut Asker<'_>,
    cache: &SoftwareCache,
    home: &Home,
) -> Result<Account, Setback> {
    let reply = asker
        .get(requests::lookup(&home.root, &home.handle.user))
        .await?;
    match (read_account(&reply), home.standing) {
        (Ok(Some(account)), _) => Ok(account),
        // Whether this was the right server at all is not known.
        (Ok(None), Standing::Broken(setback)) => Err(setback),
        (Ok(None), _) => Err(doubt(asker, cache, home, &reply).await),
        (Err(refused), _) => Err(gone_all_the_same(asker, cache, home, refused).await),
    }
}

/// The account of an id that was remembered; `None` when its server does not know it any more.
pub(super) async fn recall(
    asker: &mut Asker<'_>,
    root: &Url,
    id: &str,
) -> Result<Option<Account>, Setback> {
    let reply = asker.get(requests::account(root, id)).await?;
    if matches!(reply.status(), 404 | 410) {
        return Ok(None);
    }
    match read_account(&reply)? {
        Some(account) => Ok(Some(account)),
        None => Err(reply.setback()),
    }
}

/// `None` when the answer leaves doubt whether this is a server of the kind that we know.
fn read_account(reply: &Reply) -> Result<Option<Account>, Setback> {
    match reply.status() {
        200 if reply.is_wall() => Err(reply.setback()),
        200 => Ok(reply
            .json()
            .filter(|account: &Account| account.id.is_some())),
        404 => Ok(None),
        _ => Err(refusal(reply)),
    }
}

/// What an answer means that is neither the account nor "not found". A server that answers only
/// to those who log in says 401, older and forked ones 403 or 422; a page with 403 is a wall.
pub(super) fn refusal(reply: &Reply) -> Setback {
    match reply.status() {
        401 | 422 => Setback::forbidden(Forbidden::LoginRequired),
        403 if !reply.is_page() => Setback::forbidden(Forbidden::LoginRequired),
        _ => reply.setback(),
    }
}

/// What it means that a lookup did not bring an account: no such account, or no such software.
async fn doubt(
    asker: &mut Asker<'_>,
    cache: &SoftwareCache,
    home: &Home,
    reply: &Reply,
) -> Setback {
    let is_not_found = reply.status() == 404;
    match (software(asker, cache, &home.root).await, home.standing) {
        (Software::Other, _) => Setback::absent(Absent::NotThisPlatform),
        (_, Standing::Gone) if is_not_found => Setback::absent(Absent::Gone),
        (Software::Unknown, Standing::Silent | Standing::Unknown) if reply.is_page() => {
            Setback::absent(Absent::NotThisPlatform)
        }
        (Software::MastodonLike | Software::Unknown, _) => reply.setback(),
    }
}

/// A server that asks for a login tells by WebFinger, to anybody, whom it has: what that denied is
/// absent, and not merely forbidden. A "not found" is believed only of a server that speaks for
/// itself, since any web server says it of a path that it does not know.
async fn gone_all_the_same(
    asker: &mut Asker<'_>,
    cache: &SoftwareCache,
    home: &Home,
    refused: Setback,
) -> Setback {
    if refused != Setback::forbidden(Forbidden::LoginRequired) {
        return refused;
    }
    match home.standing {
        Standing::Known | Standing::Silent | Standing::Broken(_) => refused,
        Standing::Gone => Setback::absent(Absent::Gone),
        Standing::Unknown => match software(asker, cache, &home.root).await {
            Software::MastodonLike => Setback::absent(Absent::NotFound),
            Software::Other | Software::Unknown => refused,
        },
    }
}
