//! The policies that hold here: the shipped ones, with the operator's file over them, and what they
//! mean for the store.

use std::path::Path;

use beffroi_model::Platform;
use beffroi_plan::Scope;
use beffroi_policy::{Metric, Policies, Storage, Wrong};
use beffroi_store::{Day, Millis, PolicyRow, Removed, Store, StoreError, TooOld};
use jiff::civil::Date;

use crate::{
    commands::plan,
    config::{Config, ConfigError},
};

/// Reads the policies. What is wrong with the file is told line by line.
pub(crate) fn load(config: &Config) -> Result<Policies, ConfigError> {
    match &config.policies.file {
        Some(file) => read(file)?.map_err(|wrong| {
            let lines = wrong.0.iter();
            let lines: Vec<String> = lines
                .map(|problem| format!("{}, {problem}", file.display()))
                .collect();
            ConfigError::Wrong(lines.join("\n"))
        }),
        None => Ok(Policies::default()),
    }
}

/// Reads a file of rules over the shipped ones.
pub(crate) fn read(file: &Path) -> Result<Result<Policies, Wrong>, ConfigError> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        ConfigError::Wrong(format!(
            "the policies `{}` cannot be read: {error}",
            file.display()
        ))
    })?;
    Ok(Policies::with_file(&text))
}

/// Writes down what is allowed: statements read it there.
pub(crate) async fn write_down(store: &Store, policies: &Policies) -> Result<(), StoreError> {
    store.write_policies(&rows(policies)).await
}

/// Deletes from the raw tables what is older than allowed, and writes down what is allowed.
pub(crate) async fn apply(store: &Store, policies: &Policies) -> Result<Vec<Removed>, StoreError> {
    write_down(store, policies).await?;
    let expiries = policies.expiries(today_in_france());
    let figures: Vec<TooOld<'_>> = expiries
        .iter()
        .map(|expiry| TooOld {
            platform: expiry.platform,
            metric: expiry.metric.as_str(),
            up_to: Day::from(expiry.up_to),
        })
        .collect();
    store.remove_too_old(&figures).await
}

fn today_in_france() -> Date {
    plan::run_id(None, &Scope::default()).date()
}

fn rows(policies: &Policies) -> Vec<PolicyRow> {
    let written_at = Millis::now();
    let row = |(platform, metric, policy): (Platform, Metric, &beffroi_policy::Policy)| PolicyRow {
        platform: platform.to_string(),
        metric: metric.to_string(),
        store_days: match policy.store.is.days {
            Storage::Days(days) => Some(days),
            Storage::Unbounded => None,
        },
        store_source: policy.store.source.source.clone(),
        combine: policy.combine.is.allowed.into(),
        combine_source: policy.combine.source.source.clone(),
        publish: policy.publish.is.how.to_string(),
        notice: policy.publish.is.notice.clone(),
        publish_source: policy.publish.source.source.clone(),
        written_at,
    };
    policies.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn the_store_knows_every_metric_by_its_word() {
        for metric in Metric::iter() {
            assert!(
                beffroi_store::retention_knows(metric.as_str()),
                "{metric} would never expire"
            );
        }
    }
}
