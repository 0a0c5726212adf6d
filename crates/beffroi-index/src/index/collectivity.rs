//! From accounts to collectivities: the mean of the totals of its accounts, where the platforms'
//! terms allow to combine them. Percentiles within one platform's peers can be averaged over
//! platforms; the rates behind them cannot.

use std::collections::BTreeMap;

use beffroi_model::{CollectivityId, Platform};

/// A ranked account's total, with what it is needed to combine it.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountTotal {
    /// Its collectivity.
    pub collectivity_id: CollectivityId,
    /// Its key.
    pub key: String,
    /// Where it is.
    pub platform: Platform,
    /// Its total, 0 to 100.
    pub value: f64,
    /// The total's standard deviation.
    pub sd: f64,
    /// Whether the platform's terms allow to combine it, made as it is of these metrics, with others'.
    pub may_be_combined: bool,
}

/// The index of a collectivity over its accounts.
#[derive(Debug, Clone, PartialEq)]
pub struct CollectivityTotal {
    /// Whose.
    pub collectivity_id: CollectivityId,
    /// Plain mean of its accounts' totals: weighted by fans it would be the fans' contest again.
    pub value: f64,
    /// Its standard deviation, the accounts being independent.
    pub sd: f64,
    /// The accounts in it.
    pub accounts: Vec<String>,
    /// Accounts whose platform does not allow to be combined with others, left out.
    pub not_combined: Vec<String>,
}

/// The collectivities' totals, in the order of their keys. A collectivity whose only account may not be combined keeps that account's total:
/// nothing is combined there. One with several such accounts and no other has no total.
pub fn collectivity_totals(accounts: &[AccountTotal]) -> Vec<CollectivityTotal> {
    let mut by_collectivity: BTreeMap<&CollectivityId, BTreeMap<&str, &AccountTotal>> =
        BTreeMap::new();
    for account in accounts {
        let own = by_collectivity.entry(&account.collectivity_id).or_default();
        own.insert(&account.key, account);
    }
    by_collectivity
        .into_iter()
        .filter_map(|(collectivity_id, own)| {
            let is_alone = own.len() == 1;
            let (combined, left): (Vec<&AccountTotal>, Vec<&AccountTotal>) = own
                .into_values()
                .partition(|account| is_alone || account.may_be_combined);
            let count = combined.len() as f64;
            let keys = |accounts: &[&AccountTotal]| {
                accounts.iter().map(|account| account.key.clone()).collect()
            };
            (count > 0.0).then(|| CollectivityTotal {
                collectivity_id: collectivity_id.clone(),
                value: combined.iter().map(|account| account.value).sum::<f64>() / count,
                sd: combined.iter().map(|a| a.sd.powi(2)).sum::<f64>().sqrt() / count,
                accounts: keys(&combined),
                not_combined: keys(&left),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(collectivity: &str, platform: Platform, value: f64) -> AccountTotal {
        AccountTotal {
            collectivity_id: CollectivityId::from_stored(collectivity.to_owned()),
            key: format!("{collectivity}-{platform}"),
            platform,
            value,
            sd: 3.0,
            may_be_combined: platform != Platform::Youtube,
        }
    }

    #[test]
    fn what_may_not_be_combined_is_left_out_and_told() {
        let accounts = [
            account("b", Platform::Youtube, 90.0),
            account("a", Platform::Facebook, 40.0),
            account("a", Platform::Youtube, 90.0),
            account("a", Platform::Mastodon, 60.0),
            account("a", Platform::Facebook, 40.0),
        ];
        let totals = collectivity_totals(&accounts);
        assert_eq!(totals.len(), 2);
        assert_eq!(totals[0].value, 50.0);
        assert!((totals[0].sd - 18.0_f64.sqrt() / 2.0).abs() < 1e-12);
        assert_eq!(totals[0].accounts, ["a-facebook", "a-mastodon"]);
        assert_eq!(totals[0].not_combined, ["a-youtube"]);
        assert_eq!((totals[1].value, totals[1].not_combined.len()), (90.0, 0));
    }
}
