//! `beffroi account reparse`: the present rules of account URLs on what older ones decided.

use std::{collections::BTreeMap, process::ExitCode};

use beffroi_connectors::accounts::{self, RULES_VERSION};
use beffroi_model::AccountId;
use beffroi_store::{OldFind, Reread, Store};
use serde::Serialize;

use crate::{
    commands::registry,
    config::Config,
    output::{self, say},
    services::StoreService,
};

/// Examples shown of each kind of change.
const EXAMPLES: usize = 10;

/// What the present rules change.
#[derive(Debug, Default, Serialize)]
struct Changes {
    rules_version: u32,
    dry_run: bool,
    /// Accounts found by older rules, each with an address.
    judged: u64,
    unchanged: u64,
    /// Now another account.
    renamed: u64,
    /// No account any more.
    dropped: u64,
    /// Rows of finds concerned.
    finds: u64,
    by_platform: BTreeMap<String, u64>,
    /// Whether the registry's declared accounts make a new version of it; not told of a dry run.
    registry_changed: Option<bool>,
    examples: Vec<Example>,
}

#[derive(Debug, Serialize)]
struct Example {
    url: String,
    was: String,
    /// `None`: no account, for the reason.
    is: Option<String>,
    reason: Option<&'static str>,
}

pub(crate) async fn reparse(
    config: &Config,
    dry_run: bool,
    json: bool,
) -> anyhow::Result<ExitCode> {
    let service = StoreService::open(config).await?;
    let result = on(&service.store, dry_run).await;
    service.close().await?;
    let changes = result?;
    if json {
        output::print_json(&changes)?;
    } else {
        changes.print()?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn on(store: &Store, dry_run: bool) -> anyhow::Result<Changes> {
    let mut changes = Changes {
        rules_version: RULES_VERSION,
        dry_run,
        ..Changes::default()
    };
    let mut reread = Vec::new();
    for find in store.old_finds(RULES_VERSION).await? {
        reread.extend(changes.judge(find));
    }
    if !dry_run {
        store.supersede_finds(&reread, RULES_VERSION).await?;
        // What the registry declares is kept as addresses, and is always computed by present rules.
        changes.registry_changed = Some(registry::recompute(store).await?);
    }
    Ok(changes)
}

impl Changes {
    /// Judges an address anew; what has to be rewritten, where that is another account or none.
    fn judge(&mut self, find: OldFind) -> Option<Reread> {
        self.judged += 1;
        let parsed = accounts::parse(&find.url);
        let account = parsed.account();
        let id = account
            .as_ref()
            .map(|account| account.account_id().as_uuid());
        if id == Some(find.account_id) {
            self.unchanged += 1;
            return None;
        }
        self.finds += find.finds;
        *self.by_platform.entry(find.platform.clone()).or_default() += 1;
        let is = account
            .as_ref()
            .map(|account| format!("{}:{}", account.platform, account.handle));
        let counted = if is.is_some() {
            &mut self.renamed
        } else {
            &mut self.dropped
        };
        *counted += 1;
        if *counted <= EXAMPLES as u64 {
            self.examples.push(Example {
                url: find.url.clone(),
                was: format!("{}:{}", find.platform, find.handle),
                is,
                reason: parsed.reason,
            });
        }
        let text = |of: fn(&beffroi_model::AccountRef) -> String| {
            account.as_ref().map(of).unwrap_or_default()
        };
        Some(Reread {
            account_id: find.account_id,
            url: find.url,
            new_platform: text(|account| account.platform.to_string()),
            new_account_id: account
                .as_ref()
                .map_or(find.account_id, |it| AccountId::as_uuid(it.account_id())),
            new_handle: text(|account| account.handle.clone()),
            new_url: text(|account| account.url.to_string()),
        })
    }

    fn print(&self) -> anyhow::Result<()> {
        let would = if self.dry_run { " would be" } else { "" };
        say!(
            "rules {}: {} accounts found by older rules; {} unchanged, {}{would} another account, {}{would} none \
             ({} finds)",
            self.rules_version,
            output::thousands(self.judged),
            output::thousands(self.unchanged),
            output::thousands(self.renamed),
            output::thousands(self.dropped),
            output::thousands(self.finds)
        )?;
        for (platform, accounts) in &self.by_platform {
            say!("  {platform}: {}", output::thousands(*accounts))?;
        }
        for example in &self.examples {
            let is = example.is.as_deref().unwrap_or("no account");
            let reason = example
                .reason
                .map_or(String::new(), |it| format!(" ({it})"));
            say!("  {}: {} → {is}{reason}", example.url, example.was)?;
        }
        match self.registry_changed {
            Some(true) => say!("the accounts that the registry declares have a new version"),
            Some(false) => say!("the accounts that the registry declares are as they were"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use beffroi_model::Platform;

    fn find(platform: Platform, handle: &str, url: &str) -> OldFind {
        OldFind {
            platform: platform.to_string(),
            account_id: AccountId::new(platform, handle).as_uuid(),
            handle: handle.to_owned(),
            url: url.to_owned(),
            finds: 3,
            bodies: 1,
        }
    }

    #[test]
    fn only_what_the_rules_read_otherwise_is_rewritten() {
        let mut changes = Changes::default();
        let same = find(Platform::X, "mairie", "https://x.com/mairie");
        assert_eq!(changes.judge(same), None);
        let spelt = find(Platform::X, "Mairie", "https://twitter.com/Mairie");
        let reread = changes.judge(spelt).unwrap();
        assert_eq!(reread.new_handle, "mairie");
        assert_eq!(
            reread.new_account_id,
            AccountId::new(Platform::X, "mairie").as_uuid()
        );
        let button = find(
            Platform::X,
            "intent",
            "https://twitter.com/intent/tweet?text=a",
        );
        let reread = changes.judge(button).unwrap();
        assert_eq!(reread.new_handle, "");
        assert_eq!(
            (
                changes.judged,
                changes.unchanged,
                changes.renamed,
                changes.dropped,
                changes.finds
            ),
            (3, 1, 1, 1, 6)
        );
        assert_eq!(changes.examples.len(), 2);
    }
}
