//! `beffroi policy show|check|apply`.

use std::{path::Path, process::ExitCode};

use beffroi_model::Platform;
use beffroi_policy::{Metric, Policies, Policy, Source};
use beffroi_store::Removed;
use serde::Serialize;

use crate::{
    cli::PolicyCommand,
    config::{Config, ConfigError},
    output::{self, say},
    policies,
    services::StoreService,
};

#[derive(Serialize)]
struct Line<'a> {
    platform: Platform,
    metric: Metric,
    #[serde(flatten)]
    policy: &'a Policy,
}

pub(crate) async fn policy(config: &Config, command: PolicyCommand) -> anyhow::Result<ExitCode> {
    match command {
        PolicyCommand::Show { platform, json } => show(config, platform, json)?,
        PolicyCommand::Check { file, json } => return check(&file, json),
        PolicyCommand::Apply { json } => {
            // A wrong file should be told before an engine is started.
            let policies = policies::load(config)?;
            let service = StoreService::open(config).await?;
            let removed = policies::apply(&service.store, &policies).await;
            service.close().await?;
            print_removed(&removed?, json)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(config: &Config, platform: Option<Platform>, json: bool) -> anyhow::Result<()> {
    let policies = policies::load(config)?;
    if let Some(platform) = platform.filter(|platform| platform.is_presence_only()) {
        let problem = format!("`--platform {platform}`: only its presence is recorded, no figure");
        return Err(ConfigError::Wrong(problem).into());
    }
    let is_asked = |other: Platform| platform.is_none_or(|platform| platform == other);
    if json {
        let lines: Vec<Line<'_>> = policies
            .iter()
            .filter(|(platform, ..)| is_asked(*platform))
            .map(|(platform, metric, policy)| Line {
                platform,
                metric,
                policy,
            })
            .collect();
        return output::print_json(&serde_json::json!({
            "file": config.policies.file,
            "policies": lines,
            "amendments": policies.amendments(),
        }));
    }
    let groups = groups(&policies, is_asked);
    let headings = ["platform", "metrics", "stored", "combined", "published"];
    let mut table = output::table(headings, headings.len());
    for (platform, metrics, policy) in &groups {
        let combined = if policy.combine.is.allowed {
            "yes"
        } else {
            "no"
        };
        table.add_row([
            platform.to_string(),
            metrics.clone(),
            policy.store.is.days.to_string(),
            combined.to_owned(),
            policy.publish.is.how.to_string(),
        ]);
    }
    say!("{table}")?;
    if platform.is_some() {
        for (_, metrics, policy) in &groups {
            say!("\n{metrics}")?;
            print_source("stored", &policy.store.source)?;
            print_source("combined", &policy.combine.source)?;
            print_source("published", &policy.publish.source)?;
            if !policy.publish.is.notice.is_empty() {
                say!("  shown beside: {}", policy.publish.is.notice)?;
                say!("  in French:    {}", policy.publish.is.notice_fr)?;
            }
        }
    } else {
        say!("(`--platform NAME` and `--json` have the sources)")?;
    }
    for amendment in policies.amendments() {
        say!(
            "amendment of {}: {}, signed on {}",
            amendment.platform,
            amendment.document,
            amendment.signed
        )?;
    }
    Ok(())
}

fn print_source(what: &str, source: &Source) -> anyhow::Result<()> {
    let note = match source.note.as_str() {
        "" => String::new(),
        note => format!("; {note}"),
    };
    say!("  {what}: {} (read {}){note}", source.source, source.read)
}

/// The metrics of each platform that are ruled alike, in one line.
fn groups(
    policies: &Policies,
    is_asked: impl Fn(Platform) -> bool,
) -> Vec<(Platform, String, &Policy)> {
    let mut groups: Vec<(Platform, Vec<Metric>, &Policy)> = Vec::new();
    for (platform, metric, policy) in policies.iter().filter(|it| is_asked(it.0)) {
        let alike = groups
            .iter_mut()
            .find(|(other, _, rules)| *other == platform && *rules == policy);
        match alike {
            Some((_, metrics, _)) => metrics.push(metric),
            None => groups.push((platform, vec![metric], policy)),
        }
    }
    let named = |(platform, metrics, policy): (Platform, Vec<Metric>, _)| {
        let is_all = metrics.len() == Metric::of(platform).count();
        let words: Vec<&str> = metrics.into_iter().map(Metric::as_str).collect();
        let words = if is_all {
            "all".to_owned()
        } else {
            words.join(", ")
        };
        (platform, words, policy)
    };
    groups.into_iter().map(named).collect()
}

fn check(file: &Path, json: bool) -> anyhow::Result<ExitCode> {
    let (problems, amendments) = match policies::read(file)? {
        Ok(policies) => (Vec::new(), policies.amendments().len()),
        Err(wrong) => (wrong.0, 0),
    };
    if json {
        output::print_json(&serde_json::json!({
            "file": file, "valid": problems.is_empty(), "problems": problems,
        }))?;
    } else if problems.is_empty() {
        say!(
            "{}: can be used over the shipped rules ({amendments} amendments)",
            file.display()
        )?;
    } else {
        for problem in &problems {
            say!("{}, {problem}", file.display())?;
        }
    }
    Ok(if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(output::USAGE)
    })
}

fn print_removed(removed: &[Removed], json: bool) -> anyhow::Result<()> {
    if json {
        return output::print_json(&serde_json::json!({ "removed": removed }));
    }
    if removed.is_empty() {
        return say!("nothing is older than the policies allow");
    }
    for it in removed {
        let what = if it.deleted {
            "rows deleted"
        } else {
            "rows emptied of figures"
        };
        say!(
            "{}: {} {what} in {} ({})",
            it.platform,
            output::thousands(it.rows),
            it.table,
            it.metrics.join(", ")
        )?;
    }
    Ok(())
}
