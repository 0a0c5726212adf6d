//! Which account is meant: `platform:handle`, an address, or an id.

use anyhow::bail;
use beffroi_connectors::accounts;
use beffroi_model::{AccountId, Platform};
use beffroi_store::{Store, explain};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::read::row;

/// An account by its words.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Named {
    pub(super) account_id: String,
    pub(super) platform: Option<Platform>,
    pub(super) handle: Option<String>,
}

/// What a text on the command line may mean, the likeliest first.
fn candidates(text: &str) -> Vec<Named> {
    let text = text.trim();
    if let Ok(id) = text.parse::<Uuid>() {
        return vec![Named {
            account_id: id.to_string(),
            platform: None,
            handle: None,
        }];
    }
    if let Some((platform, handle)) = text.split_once(':')
        && !handle.starts_with("//")
        && let Ok(platform) = platform.parse::<Platform>()
    {
        let handle = handle.trim_start_matches('@');
        let lower = handle.to_lowercase();
        let mut named = vec![of(platform, handle)];
        if lower != handle {
            named.push(of(platform, &lower));
        }
        return named;
    }
    if let Some(account) = accounts::parse(text).account() {
        return vec![of(account.platform, &account.handle)];
    }
    // An address of no network is a website's: its handle is its host, with the path on a shared host.
    match crate::address::parse(text) {
        Ok(url) => {
            let host = url.host_str().unwrap_or_default();
            let port = url.port().map_or(String::new(), |port| format!(":{port}"));
            let path = url.path().trim_end_matches('/');
            let whole = format!("{host}{port}{path}");
            let mut named = vec![of(Platform::Website, &whole)];
            let bare = format!("{host}{port}");
            if bare != whole {
                named.push(of(Platform::Website, &bare));
            }
            named
        }
        Err(_) => Vec::new(),
    }
}

fn of(platform: Platform, handle: &str) -> Named {
    Named {
        account_id: AccountId::new(platform, handle).to_string(),
        platform: Some(platform),
        handle: Some(handle.to_owned()),
    }
}

#[derive(Deserialize)]
struct Near {
    platform: Platform,
    handle: String,
}

/// The account that is meant, as the night's plan knows it.
pub(super) async fn find(store: &Store, text: &str, night: Date) -> anyhow::Result<Named> {
    let candidates = candidates(text);
    if candidates.is_empty() {
        bail!(
            "`{text}` is no account; give `platform:handle` as in `facebook:ville.rennes`, its \
             address, or its id"
        );
    }
    for named in &candidates {
        if is_in(store, &named.account_id, night).await? {
            return Ok(named.clone());
        }
    }
    let first = &candidates[0];
    #[derive(Deserialize)]
    struct Known {
        platform: Platform,
        handle: String,
    }
    for named in &candidates {
        let parameters = [("account", named.account_id.as_str())];
        if let Some(known) = row::<Known>(store, explain::ACCOUNT, &parameters).await? {
            bail!(
                "{}:{} was not in the plan of the night {night}: it has no figures of that night",
                known.platform,
                known.handle
            );
        }
    }
    let Some(handle) = &first.handle else {
        bail!("no account has the id {}", first.account_id);
    };
    let platform = first.platform.map_or("", |platform| platform.as_str());
    let parameters = [("platform", platform), ("handle", handle.as_str())];
    let near: Vec<Near> = store.json_rows(explain::NEAREST, &parameters).await?;
    let near: Vec<String> = near
        .iter()
        .map(|near| format!("{}:{}", near.platform, near.handle))
        .collect();
    if near.is_empty() {
        bail!("there is no account {platform}:{handle}, nor any other on {platform}");
    }
    bail!(
        "there is no account {platform}:{handle}; the nearest are: {}",
        near.join(", ")
    )
}

/// Whether the night has a row of figures for it.
async fn is_in(store: &Store, account_id: &str, night: Date) -> anyhow::Result<bool> {
    let night = night.to_string();
    let parameters = [
        ("night", night.as_str()),
        ("window", "7"),
        ("account", account_id),
    ];
    let found: Option<serde_json::Value> = row(store, explain::FIGURE, &parameters).await?;
    Ok(found.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handles(text: &str) -> Vec<String> {
        let shown = |it: &Named| {
            let platform = it.platform.map_or("?", |platform| platform.as_str());
            format!("{platform}:{}", it.handle.as_deref().unwrap_or("?"))
        };
        candidates(text).iter().map(shown).collect()
    }

    #[test]
    fn an_account_is_named_by_handle_address_or_id() {
        assert_eq!(
            handles("facebook:Ville.Rennes"),
            ["facebook:Ville.Rennes", "facebook:ville.rennes"]
        );
        assert_eq!(
            handles("https://social.example/@mairie"),
            ["mastodon:mairie@social.example"]
        );
        assert_eq!(
            handles("mastodon:@mairie@social.example"),
            ["mastodon:mairie@social.example"]
        );
        assert_eq!(
            handles("https://www.exemple.fr/accueil/"),
            ["website:www.exemple.fr/accueil", "website:www.exemple.fr"]
        );
        let id = AccountId::new(Platform::Bluesky, "exemple.fr").to_string();
        assert_eq!(candidates(&id)[0].account_id, id);
        assert_eq!(handles("no account"), Vec::<String>::new());
    }
}
