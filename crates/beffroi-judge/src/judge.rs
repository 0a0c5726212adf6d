//! A night's judgement, from first to last.

use std::{collections::BTreeMap, time::Instant};

use beffroi_index::index::{Conflict, IndexVersion, Judgement, judge};
use beffroi_policy::Policies;
use beffroi_store::{
    AccountScoreRow, CollectivityScoreRow, InteractionWeights, JudgedNight, ProfileRow, Store,
    StoreError,
};
use jiff::civil::Date;
use serde::Serialize;

use crate::{
    JudgeError, alerts,
    collectivities::{self, Judged},
    profile, recall, scores,
};

/// What a judgement came to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JudgeReport {
    /// The night.
    pub night: Date,
    /// Its run.
    pub run_id: String,
    /// By version of the index.
    pub versions: Vec<VersionReport>,
    /// Alerts, by kind.
    pub alerts: BTreeMap<String, u64>,
    /// Estimates of recall, one for each platform and each stratum with enough.
    pub recalls: u64,
    /// Seconds it took.
    pub seconds: f64,
}

/// What one version of the index came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionReport {
    /// Its name.
    pub version: String,
    /// Accounts of the plan, websites apart.
    pub accounts: u64,
    /// Of these, with a total.
    pub with_total: u64,
    /// Of these, ranked.
    pub ranked: u64,
    /// Collectivities with an account in the plan.
    pub collectivities: u64,
    /// Posts that a raid sets apart.
    pub posts_set_apart: u64,
}

/// Judges a night that has figures, by each of the versions, and replaces what was judged of it before.
/// What other versions gave stays. Asked again, it gives the same; cut off, it leaves each table either as
/// it was or whole. Only one may be under way on a store.
pub async fn judge_night(
    store: &Store,
    policies: &Policies,
    night: Date,
    run_id: &str,
    versions: &[IndexVersion],
) -> Result<JudgeReport, JudgeError> {
    let began = Instant::now();
    let failed = |source| JudgeError::Store { night, source };
    let found = store
        .nights_with_figures(night, night)
        .await
        .map_err(failed)?;
    let Some(judged) = found.into_iter().next() else {
        return Err(JudgeError::NoFigures { night });
    };
    if judged.run_id != run_id {
        return Err(JudgeError::OtherRun {
            night,
            found: judged.run_id,
            run_id: run_id.to_owned(),
        });
    }
    // First, since raids set posts apart from the scores.
    let alerts = write_alerts(store, &judged).await.map_err(failed)?;
    let recalls = write_recall(store, &judged).await.map_err(failed)?;
    let versions = write_scores(store, policies, &judged, versions).await?;
    Ok(JudgeReport {
        night,
        run_id: judged.run_id,
        versions,
        alerts,
        recalls,
        seconds: began.elapsed().as_secs_f64(),
    })
}

async fn write_alerts(
    store: &Store,
    night: &JudgedNight,
) -> Result<BTreeMap<String, u64>, StoreError> {
    let (rows, trends) = alerts::rows(store, night).await?;
    store.replace_night(night.night, &rows).await?;
    store.replace_night(night.night, &trends).await?;
    let mut by_kind = BTreeMap::new();
    for row in rows {
        *by_kind.entry(row.kind).or_default() += 1;
    }
    Ok(by_kind)
}

async fn write_recall(store: &Store, night: &JudgedNight) -> Result<u64, StoreError> {
    let rows = recall::rows(night, &store.discovery_routes(night).await?);
    store.replace_night(night.night, &rows).await?;
    Ok(rows.len() as u64)
}

async fn write_scores(
    store: &Store,
    policies: &Policies,
    night: &JudgedNight,
    versions: &[IndexVersion],
) -> Result<Vec<VersionReport>, JudgeError> {
    let date = night.night.date();
    let failed = |source| JudgeError::Store {
        night: date,
        source,
    };
    let names = store.collectivity_names().await.map_err(failed)?;
    let begin = store.begin_replacement::<AccountScoreRow>(night.night);
    let account_scores = begin.await.map_err(failed)?;
    let begin = store.begin_replacement::<CollectivityScoreRow>(night.night);
    let collectivity_scores = begin.await.map_err(failed)?;
    let judged: Vec<&str> = versions
        .iter()
        .map(|version| version.name.as_str())
        .collect();
    let keep = account_scores.keep_other_versions(&judged);
    keep.await.map_err(failed)?;
    let keep = collectivity_scores.keep_other_versions(&judged);
    keep.await.map_err(failed)?;
    let mut reports = Vec::with_capacity(versions.len());
    for version in versions {
        let weights = InteractionWeights {
            reactions: version.interactions.reactions,
            comments: version.interactions.comments,
            shares: version.interactions.shares,
        };
        let read = store.profiles(night, version.window_days, weights);
        let profiles = read.await.map_err(failed)?;
        let (profiles, judgements) = in_thread(profiles, version.clone(), date).await?;
        let all = joined(&profiles, &judgements);
        let rows: Vec<AccountScoreRow> = all
            .iter()
            .map(|one| scores::row(night, &version.name, one.account, one.judgement))
            .collect();
        account_scores.add(&rows).await.map_err(failed)?;
        let bodies = collectivities::rows(night, version, &all, &names, policies);
        collectivity_scores.add(&bodies).await.map_err(failed)?;
        reports.push(VersionReport {
            version: version.name.clone(),
            accounts: rows.len() as u64,
            with_total: rows.iter().filter(|row| row.total.is_some()).count() as u64,
            ranked: rows.iter().filter(|row| row.rank_from.is_some()).count() as u64,
            collectivities: bodies.len() as u64,
            posts_set_apart: profiles
                .iter()
                .map(|row| u64::from(row.posts_set_apart))
                .sum(),
        });
        tracing::info!(
            judge.night = %date,
            judge.version = version.name,
            judge.accounts = rows.len(),
            "judged"
        );
    }
    account_scores.commit().await.map_err(failed)?;
    collectivity_scores.commit().await.map_err(failed)?;
    Ok(reports)
}

/// Judges away from the async threads: it takes seconds.
async fn in_thread(
    profiles: Vec<ProfileRow>,
    version: IndexVersion,
    night: Date,
) -> Result<(Vec<ProfileRow>, Vec<Judgement>), JudgeError> {
    let work = move || -> Result<(Vec<ProfileRow>, Vec<Judgement>), Conflict> {
        let known: Vec<_> = profiles.iter().filter_map(profile::profile).collect();
        let judgements = judge(&known, &version)?;
        Ok((profiles, judgements))
    };
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|source| JudgeError::Panicked { night, source })?
        .map_err(|source| JudgeError::Conflict { night, source })
}

/// Each account with its judgement, in the order of ids.
fn joined<'a>(profiles: &'a [ProfileRow], judgements: &'a [Judgement]) -> Vec<Judged<'a>> {
    let mut all: Vec<Judged<'a>> = profiles
        .iter()
        .map(|account| {
            let key = account.account_id.to_string();
            let found = judgements.binary_search_by(|judgement| judgement.key.cmp(&key));
            Judged {
                account,
                judgement: found.ok().map(|index| &judgements[index]),
            }
        })
        .collect();
    all.sort_by_key(|one| one.account.account_id);
    all
}
