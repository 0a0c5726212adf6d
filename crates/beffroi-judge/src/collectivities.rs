//! From the accounts' scores to the collectivities', as far as the platforms' terms allow.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use beffroi_index::{
    engagement::dispersion,
    index::{
        AccountTotal, CollectivityTotal, Contender, IndexVersion, Indicator, Judgement, Place,
        collectivity_places, collectivity_totals,
    },
    score::Belief,
};
use beffroi_model::{CollectivityId, Platform};
use beffroi_policy::{Metric, Policies};
use beffroi_store::{CollectivityScoreRow, JudgedNight, ProfileRow};

/// An account of the night's plan with its judgement, if its body is in the registry.
pub(crate) struct Judged<'a> {
    pub(crate) account: &'a ProfileRow,
    pub(crate) judgement: Option<&'a Judgement>,
}

/// One row for each collectivity with an account in the plan, in the order of their keys.
pub(crate) fn rows(
    night: &JudgedNight,
    version: &IndexVersion,
    accounts: &[Judged<'_>],
    names: &HashMap<String, String>,
    policies: &Policies,
) -> Vec<CollectivityScoreRow> {
    let totals: Vec<AccountTotal> = accounts
        .iter()
        .filter_map(|account| total(account, policies))
        .collect();
    let has_ranked: BTreeSet<&str> = totals
        .iter()
        .map(|total| total.collectivity_id.as_str())
        .collect();
    let totals_of: BTreeMap<String, CollectivityTotal> = collectivity_totals(&totals)
        .into_iter()
        .map(|total| (total.collectivity_id.as_str().to_owned(), total))
        .collect();
    let mut bodies: BTreeMap<&str, Vec<&Judged<'_>>> = BTreeMap::new();
    for account in accounts {
        let key = account.account.collectivity_id.as_str();
        bodies.entry(key).or_default().push(account);
    }
    bodies.remove("");
    let places = places(&bodies, &totals_of, version);
    bodies
        .into_iter()
        .map(|(key, own)| {
            let total = totals_of.get(key);
            let place = places.get(key);
            let first = own[0].account;
            let mut networks: Vec<&str> = own
                .iter()
                .map(|one| one.account.platform.as_str())
                .collect();
            networks.sort_unstable();
            networks.dedup();
            let spread = Spread::of(&own, policies);
            let platforms_of = |ids: Option<&Vec<String>>| -> Vec<String> {
                let platform_of = |id: &String| {
                    own.iter()
                        .find(|one| one.account.account_id.to_string() == *id)
                        .map(|one| one.account.platform.clone())
                };
                let mut platforms: Vec<String> =
                    ids.into_iter().flatten().filter_map(platform_of).collect();
                platforms.sort_unstable();
                platforms
            };
            let mut not_combined = spread.not_combined;
            not_combined.extend(platforms_of(total.map(|total| &total.not_combined)));
            not_combined.sort_unstable();
            not_combined.dedup();
            let counted: Vec<&&Judged<'_>> = own
                .iter()
                .filter(|one| {
                    let id = one.account.account_id.to_string();
                    total.is_none_or(|total| total.accounts.contains(&id))
                })
                .collect();
            CollectivityScoreRow {
                night: night.night,
                run_id: night.run_id.clone(),
                index_version: version.name.clone(),
                collectivity_id: key.to_owned(),
                name: names.get(key).cloned().unwrap_or_default(),
                category: first.category.clone(),
                stratum: first.stratum.clone(),
                population: first.population,
                department_code: first.department_code.clone(),
                region_code: first.region_code.clone(),
                total: total.map(|total| total.value),
                total_sd: total.map(|total| total.sd),
                accounts: total.map_or(0, |total| count(total.accounts.len())),
                networks: count(networks.len()),
                not_combined,
                effective_networks: spread.effective_networks,
                dispersion_evenness: spread.evenness,
                is_covered: counted.iter().all(|one| one.account.is_covered != 0).into(),
                total_platforms: platforms_of(total.map(|total| &total.accounts)),
                dispersion_platforms: spread.networks,
                rank_from: place.map(|place| rank(place.rank.from)),
                rank_to: place.map(|place| rank(place.rank.to)),
                ranked_of: place.map(|place| rank(place.rank.of)),
                peers: place.map_or(String::new(), |place| place.peers.group.to_string()),
                widened: place.is_some_and(|place| place.peers.is_widened).into(),
                top_ten: place.map(|place| place.top_ten),
                why: match (total, place) {
                    (Some(_), Some(_)) => "",
                    (Some(_), None) => "too_few_peers",
                    (None, _) if has_ranked.contains(key) => "not_to_be_combined",
                    (None, _) => "no_ranked_account",
                }
                .to_owned(),
            }
        })
        .collect()
}

/// The places of the bodies that have a total.
fn places(
    bodies: &BTreeMap<&str, Vec<&Judged<'_>>>,
    totals: &BTreeMap<String, CollectivityTotal>,
    version: &IndexVersion,
) -> BTreeMap<String, Place> {
    let contender = |(key, own): (&&str, &Vec<&Judged<'_>>)| {
        let total = totals.get(*key)?;
        let account = own[0].account;
        Some(Contender {
            key: (*key).to_owned(),
            category: account.category.parse().ok()?,
            population: account.population,
            total: Belief {
                mean: total.value,
                sd: total.sd,
            },
        })
    };
    let contenders: Vec<Contender> = bodies.iter().filter_map(contender).collect();
    collectivity_places(&contenders, version)
}

fn rank(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn count(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The total of a ranked account, and whether it may be combined: every metric that is in it has to allow
/// that.
fn total(account: &Judged<'_>, policies: &Policies) -> Option<AccountTotal> {
    let judgement = account.judgement?;
    let total = judgement.total.as_ref().ok()?;
    total.rank?;
    let platform: Platform = account.account.platform.parse().ok()?;
    let metrics: Vec<Metric> = total
        .parts
        .iter()
        .flat_map(|part| metrics(part.indicator, &account.account.components))
        .collect();
    Some(AccountTotal {
        collectivity_id: CollectivityId::from_stored(account.account.collectivity_id.clone()),
        key: judgement.key.clone(),
        platform,
        value: total.value,
        sd: total.sd,
        may_be_combined: policies.refuses_to_combine(platform, &metrics).is_none(),
    })
    .filter(|total| !total.collectivity_id.as_str().is_empty())
}

/// The metrics that an indicator is made of.
fn metrics(indicator: Indicator, components: &str) -> Vec<Metric> {
    match indicator {
        Indicator::Audience => vec![Metric::Followers],
        Indicator::Activity => vec![Metric::Posts],
        Indicator::Engagement => {
            let mut metrics = interactions(components);
            metrics.push(Metric::Followers);
            metrics
        }
        Indicator::Dialogue => vec![Metric::Dialogue],
    }
}

fn interactions(components: &str) -> Vec<Metric> {
    [
        ('R', Metric::Reactions),
        ('K', Metric::Comments),
        ('S', Metric::Shares),
    ]
    .into_iter()
    .filter_map(|(letter, metric)| components.contains(letter).then_some(metric))
    .collect()
}

/// How a collectivity's interactions lie over its networks.
#[derive(Default)]
struct Spread {
    effective_networks: Option<f64>,
    evenness: Option<f64>,
    /// Those that it is over.
    networks: Vec<String>,
    not_combined: Vec<String>,
}

impl Spread {
    /// Over the networks whose interactions are known and may be combined; one alone needs no leave.
    fn of(own: &[&Judged<'_>], policies: &Policies) -> Self {
        let mut networks: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
        for one in own {
            let account = one.account;
            let Some(interactions_known) = account.interactions else {
                continue;
            };
            let Ok(platform) = account.platform.parse::<Platform>() else {
                continue;
            };
            let metrics = interactions(&account.components);
            let may = policies.refuses_to_combine(platform, &metrics).is_none();
            let (sum, all_may) = networks.entry(&account.platform).or_insert((0, true));
            // Counts: interactions with weights of 1.
            *sum += interactions_known.max(0.0).round() as u64;
            *all_may &= may;
        }
        let is_alone = networks.len() == 1;
        let (mut counted, mut over, mut not_combined) = (Vec::new(), Vec::new(), Vec::new());
        for (platform, (sum, may)) in networks {
            if may || is_alone {
                counted.push(sum);
                over.push(platform.to_owned());
            } else {
                not_combined.push(platform.to_owned());
            }
        }
        let found = dispersion(&counted);
        Self {
            effective_networks: found.effective_networks.known(),
            evenness: found.evenness.known(),
            networks: over,
            not_combined,
        }
    }
}

#[cfg(test)]
mod tests;
