//! From the page's data to observations. Plain functions.

use beffroi_model::{Figure, Figures, Identity, MissingReason};

use super::wire::PublicProfile;

/// Counters of the account; the page is not asked for at every visit.
pub(super) fn figures(profile: Option<&PublicProfile>) -> Figures {
    let not_asked = Figure::Missing(MissingReason::NotAsked);
    let not_given = Figure::Missing(MissingReason::NotGivenByPlatform);
    Figures {
        followers: profile.map_or(not_asked, |profile| profile.subscriber_count.figure()),
        following: not_given,
        posts_total: not_given,
    }
}

/// Who the account is: there is no permanent id.
pub(super) fn identity(profile: &PublicProfile, asked: &str) -> Identity {
    let today = profile.username.to_lowercase();
    let site = profile.website_url.as_deref().map(str::trim);
    let is_web = |link: &&str| link.starts_with("https://") || link.starts_with("http://");
    Identity {
        renamed_to: (today != asked).then_some(today),
        profile_links: site
            .filter(is_web)
            .map(|link| (link.to_owned(), false))
            .into_iter()
            .collect(),
        ..Identity::default()
    }
}
