//! From answers to observations. Plain functions: what is known of an organisation and its posts.

use beffroi_model::{Figure, Figures, Identity, MissingReason, Post};

use super::{
    name::{self, Name},
    requests,
    state::State,
    wire::{self, Organization, SocialMetadata},
};

/// Counters of the organisation. LinkedIn gives the number of those who follow it, and no other.
pub(super) fn figures(followers: Figure<u64>) -> Figures {
    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    Figures {
        followers,
        following: not_given,
        posts_total: not_given,
    }
}

/// Who the organisation is, as far as it was ever described; `website` comes with a description.
pub(super) fn identity(state: &State, asked: Name<'_>, website: Option<&str>) -> Identity {
    let is_renamed = |name: &&str| *name != asked.text && asked.number().is_none();
    let is_web = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
    Identity {
        permanent_id: Some(name::urn(&state.id, state.is_brand)),
        renamed_to: state
            .name
            .as_deref()
            .filter(is_renamed)
            .map(|name| asked.kind.handle(name)),
        profile_links: website
            .map(str::trim)
            .filter(is_web)
            .map(|link| (link.to_owned(), false))
            .into_iter()
            .collect(),
        ..Identity::default()
    }
}

/// Whether a description is that of a part of an organisation.
pub(super) fn is_brand(organization: &Organization) -> bool {
    organization.primary_organization_type.as_deref() == Some("BRAND")
}

/// A post, with its counters or why they are missing.
pub(super) fn post(post: &wire::Post, counters: Result<&SocialMetadata, MissingReason>) -> Post {
    let not_asked = Figure::Missing(MissingReason::NotAsked);
    let of = |read: fn(&SocialMetadata) -> Figure<u64>| counters.map_or_else(Figure::Missing, read);
    Post {
        post_id: post.urn.clone(),
        url: Some(requests::post(&post.urn)),
        published_at: post.published_at,
        kind: post.kind,
        reactions: of(|counters| counters.reactions().figure()),
        comments: of(|counters| counters.comments().figure()),
        shares: not_asked,
        views: not_asked,
    }
}
