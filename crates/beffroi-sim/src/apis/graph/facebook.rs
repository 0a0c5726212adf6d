//! Facebook pages: their names and numbers, what became of them, and what is true of them (fact
//! sheet `facebook`).

use beffroi_model::{Absent, Failed, MissingReason, Outcome, Platform, PostKind};

use super::{GraphError, comments};
use crate::{
    SocialTruth,
    truth::{DialogueMissing, FigureTruth, PostTruth, ThreadTruth, second},
    world::{
        World, kinds,
        network::{Fate, Life, NetworkAccount, Post},
    },
};

/// Posts of one page that lists ever reach (fact sheet, section 4).
const MAX_LISTED: usize = 600;

/// Post numbers hold the page's index and the time.
const TIMES: i64 = 10_000_000_000;

/// Whether pages link it by a number.
fn is_numbered(account: &NetworkAccount) -> bool {
    account.handle.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number that the Graph knows the page by today.
pub(super) fn page_id(account: &NetworkAccount) -> String {
    // The number of pages of the new kind may be another than that in their address.
    let is_kept =
        is_numbered(account) && account.fate != Fate::Merged && !account.is("another number", 0.4);
    match is_kept {
        true => account.handle.to_string(),
        false => account
            .number("page", 100_000_000_000, 999_999_999_999)
            .to_string(),
    }
}

/// The user name that the page bears today, as its owner writes it.
pub(super) fn user_name(world: &World, account: &NetworkAccount) -> Option<String> {
    if is_numbered(account) && account.is("no name", 0.6) {
        return None;
    }
    let slug = &world.bodies[account.body as usize].slug;
    let compact: String = slug.chars().filter(|c| *c != '-').take(28).collect();
    let name = match (account.fate, is_numbered(account)) {
        (Fate::Renamed, _) => format!("Commune.{compact}.officiel"),
        (Fate::Merged, _) => format!("Ville{compact}Page"),
        (_, true) => format!("Page.{compact}"),
        (_, false) => account.handle.to_string(),
    };
    // Capitals and dots are no part of a name.
    let mut name = name;
    if account.is("capital", 0.5)
        && let Some(first) = name.get_mut(..1)
    {
        first.make_ascii_uppercase();
    }
    if account.is("dot", 0.2) && name.len() > 8 && name.is_char_boundary(6) {
        name.insert(6, '.');
    }
    Some(name)
}

/// A name as it is compared.
pub(super) fn canonical(name: &str) -> String {
    name.to_lowercase().replace('.', "")
}

pub(super) fn names(world: &World, account: &NetworkAccount) -> Vec<String> {
    let mut names = vec![canonical(&account.handle), page_id(account)];
    names.extend(user_name(world, account).map(|name| canonical(&name)));
    names
}

/// Why a page is not shown to somebody who asks by this name; nothing where it is.
pub(super) fn refusal(world: &World, account: &NetworkAccount, asked: &str) -> Option<GraphError> {
    let by_number = asked.bytes().all(|byte| byte.is_ascii_digit());
    let is_former = canonical(asked) == *account.handle
        && asked != page_id(account)
        && user_name(world, account).is_none_or(|name| canonical(&name) != *account.handle);
    match account.fate {
        Fate::Sound => None,
        Fate::Renamed if is_former && !by_number => Some(unknown(asked)),
        Fate::Renamed => None,
        Fate::NotFound if by_number => Some(unseen(asked)),
        Fate::NotFound => Some(unknown(asked)),
        Fate::Restricted | Fate::Gone | Fate::Suspended => Some(unseen(asked)),
        Fate::Merged if is_former => {
            let former = account.number("former page", 100_000_000_000, 999_999_999_999);
            let message = format!(
                "(#21) Page ID {former} was migrated to page ID {}. Please update your API calls \
                 to the new ID",
                page_id(account)
            );
            Some(GraphError::new(400, 21, None, message))
        }
        Fate::Merged => None,
        Fate::Private => Some(GraphError::bad_parameter(
            "(#100) Tried accessing nonexisting field (fan_count) on node type (User)",
        )),
    }
}

/// A name that is nobody's.
pub(super) fn unknown(name: &str) -> GraphError {
    // Some say 404, some 400.
    let status = if name.len().is_multiple_of(3) {
        400
    } else {
        404
    };
    let message = format!("(#803) Some of the aliases you requested do not exist: {name}");
    GraphError::new(status, 803, None, message)
}

/// Unknown, unpublished, restricted or without permission: nobody can tell.
pub(super) fn unseen(id: &str) -> GraphError {
    GraphError {
        kind: "GraphMethodException",
        ..GraphError::new(
            400,
            100,
            Some(33),
            format!(
                "Unsupported get request. Object with ID '{id}' does not exist, cannot be loaded \
                 due to missing permissions, or does not support this operation."
            ),
        )
    }
}

/// The posts that lists reach, newest first.
pub(super) fn listed(life: &Life) -> impl Iterator<Item = &crate::world::network::Post> {
    life.posts.iter().rev().take(MAX_LISTED)
}

/// The number of a post, and the number with the page's before it.
pub(super) fn post_number(account: &NetworkAccount, at: i64) -> i64 {
    i64::from(account.index + 1) * TIMES + at
}

pub(super) fn post_id(account: &NetworkAccount, at: i64) -> String {
    format!("{}_{}", page_id(account), post_number(account, at))
}

/// Index of the account and time in a post's number.
pub(super) fn of_post_number(number: i64) -> Option<(usize, i64)> {
    let index = usize::try_from(number / TIMES).ok()?.checked_sub(1)?;
    Some((index, number % TIMES))
}

/// How a post of what it shows was published, in Facebook's words.
pub(super) fn status_type(post: &Post) -> &'static str {
    match kinds::kind(Platform::Facebook, post.at) {
        Some(PostKind::Image) => "added_photos",
        Some(PostKind::Video) => "added_video",
        Some(PostKind::Link) => "shared_story",
        Some(PostKind::Event) => "created_event",
        Some(PostKind::Text) => "mobile_status_update",
        _ => "published_story",
    }
}

pub(super) fn truth(world: &World, account: &NetworkAccount) -> SocialTruth {
    if let Some(outcome) = sad_outcome(account) {
        return SocialTruth::without_figures(outcome, account.case);
    }
    let life = account.life(world);
    let page_id = page_id(account);
    let name = user_name(world, account).map(|name| canonical(&name));
    let asked = &*account.handle;
    let renamed_to = match is_numbered(account) {
        true if asked == page_id => None,
        true => Some(name.unwrap_or_else(|| page_id.clone())),
        false => name.filter(|name| name != asked),
    };
    let permission = FigureTruth::Missing(MissingReason::PermissionMissing);
    let not_given = FigureTruth::Missing(MissingReason::NotGivenByPlatform);
    let (mut posts, mut threads) = (Vec::new(), Vec::new());
    let (mut commented, mut proofs) = (Vec::new(), Vec::new());
    for post in listed(&life) {
        let id = post_id(account, post.at);
        let total = comments::total(account, post, true);
        if total > 0 {
            commented.push(id.clone());
        }
        if comments::proves_authors(account, post) {
            proofs.push(id.clone());
        }
        threads.extend(post.threads.iter().map(|thread| ThreadTruth {
            post_id: id.clone(),
            root_id: id.clone(),
            opened_at: second(thread.opened_ms / 1000),
            replied_at: thread.replied_ms().map(|at_ms| second(at_ms / 1000)),
        }));
        posts.push(PostTruth {
            id,
            published_at: second(post.at),
            kind: kinds::kind(Platform::Facebook, post.at),
            reactions: FigureTruth::Known(post.reactions),
            comments: FigureTruth::Known(total),
            shares: FigureTruth::Known(post.shares),
            views: permission,
            continues: None,
        });
    }
    SocialTruth {
        permanent_id: Some(page_id),
        renamed_to,
        followers: FigureTruth::Known(life.followers),
        following: permission,
        posts_total: not_given,
        posts,
        threads,
        // As long as no author is seen at all, silence of the page's proves nothing.
        dialogue_missing: (!commented.is_empty()).then_some(DialogueMissing {
            reason: MissingReason::NotInAnswer,
            post_ids: commented,
            unless_post_ids: proofs,
        }),
        ..SocialTruth::without_figures(Outcome::Measured, account.case)
    }
}

/// How a first visit ends where the page is not shown.
fn sad_outcome(account: &NetworkAccount) -> Option<Outcome> {
    // A number that leads nowhere is not there today; whether it ever was nobody can tell.
    let unseen = Outcome::Failed(Failed::Http4xx);
    match account.fate {
        Fate::Sound | Fate::Merged => None,
        Fate::Renamed if is_numbered(account) => None,
        Fate::NotFound if is_numbered(account) => Some(unseen),
        Fate::Renamed | Fate::NotFound => Some(Outcome::Absent(Absent::NotFound)),
        Fate::Restricted | Fate::Gone | Fate::Suspended => Some(unseen),
        Fate::Private => Some(Outcome::Absent(Absent::NotAnAccount)),
    }
}

/// TOML with which a crawler meets it.
pub(super) fn configuration(host: &str, http_port: u16) -> String {
    let secret = crate::Credentials::of(Platform::Facebook).map_or("", |it| it.secret);
    format!(
        "[platforms.facebook]\n\
         base_url = \"http://{host}:{http_port}/\"\n\
         requests = 50\n\
         per = \"1s\"\n\
         max_pages = 30\n\
         \n\
         [platforms.facebook.credentials.simulated]\n\
         secret = \"{secret}\"\n"
    )
}
