//! `beffroi credentials check`: which credentials work, for what, until when, and what is missing.

use std::process::ExitCode;

use anyhow::bail;
use beffroi_budget::Ledger;
use beffroi_connectors::{CredentialCheck, MEASURABLE};
use beffroi_fetch::FetchClient;
use beffroi_model::Platform;
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::Serialize;

use crate::{
    config::Config,
    output::{self, say},
    services,
};

/// One credential of the configuration.
#[derive(Debug, Serialize)]
struct Checked {
    platform: Platform,
    credential: String,
    #[serde(flatten)]
    check: CredentialCheck,
}

pub(crate) async fn check(
    config: &Config,
    platforms: &[String],
    json: bool,
) -> anyhow::Result<ExitCode> {
    let wanted = wanted(config, platforms)?;
    let client = services::client(config)?;
    let mut checked = Vec::new();
    for platform in wanted {
        checked.extend(of_platform(config, &client, platform).await?);
    }
    let is_well = checked
        .iter()
        .all(|it| it.check.works && it.check.missing.is_empty());
    if json {
        output::print_json(&checked)?;
    } else {
        print(&checked)?;
    }
    Ok(match is_well {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The platforms whose credentials are to be tried.
fn wanted(config: &Config, platforms: &[String]) -> anyhow::Result<Vec<Platform>> {
    let credentials = |platform: &Platform| config.platforms.of(*platform)?.credentials();
    let asks: Vec<Platform> = MEASURABLE
        .iter()
        .copied()
        .filter(|platform| credentials(platform).is_some())
        .collect();
    let words = |platforms: &[Platform]| {
        let words: Vec<String> = platforms.iter().map(Platform::to_string).collect();
        words.join(", ")
    };
    let mut named = Vec::new();
    for word in platforms {
        let platform = word.parse::<Platform>();
        match platform {
            Ok(platform) if asks.contains(&platform) => named.push(platform),
            Ok(platform) => bail!(
                "{platform} asks for no credential; those that do: {}",
                words(&asks)
            ),
            Err(_) => bail!("`{word}` is no platform; expected any of {}", words(&asks)),
        }
    }
    let named = if named.is_empty() { asks } else { named };
    let configured: Vec<Platform> = named
        .iter()
        .copied()
        .filter(|platform| credentials(platform).is_some_and(|it| !it.is_empty()))
        .collect();
    if configured.is_empty() {
        bail!(
            "no credential is configured for {}; give one as `secret_file` of \
             `[platforms.{}.credentials.NAME]`",
            words(&named),
            named[0]
        );
    }
    Ok(configured)
}

async fn of_platform(
    config: &Config,
    client: &FetchClient,
    platform: Platform,
) -> anyhow::Result<Vec<Checked>> {
    // A check is a call or two: it is not worth a store.
    let ledger = Ledger::in_memory();
    let mut checked = Vec::new();
    for credential in services::credentials(config, platform)?
        .into_iter()
        .flatten()
    {
        let name = credential.name.clone();
        let connector = services::connector(config, client, &ledger, platform, Some(credential));
        let check = match connector {
            Some(connector) => connector.check_credential().await,
            None => None,
        };
        let declared = config
            .platforms
            .of(platform)
            .and_then(|settings| settings.credentials()?.get(&name)?.expires);
        // Nothing was asked: the credential lacks what belongs to it.
        let check = check.unwrap_or_else(|| CredentialCheck {
            works: false,
            can: Vec::new(),
            expires_at: None,
            missing: vec!["its `id`, without which it cannot be shown".to_owned()],
            calls: 0,
            told: None,
        });
        let check = CredentialCheck {
            expires_at: check.expires_at.or_else(|| end_of(declared?)),
            ..check
        };
        checked.push(Checked {
            platform,
            credential: name,
            check,
        });
    }
    Ok(checked)
}

fn print(checked: &[Checked]) -> anyhow::Result<()> {
    for Checked {
        platform,
        credential,
        check,
    } in checked
    {
        let verdict = match (check.works, check.missing.is_empty()) {
            (true, true) => "works",
            (true, false) => "works in part",
            (false, false) => "does not work",
            (false, true) => "could not be tried",
        };
        say!("{platform}.{credential}: {verdict}")?;
        if !check.can.is_empty() {
            say!("  reads     {}", check.can.join("; "))?;
        }
        if let Some(expires_at) = check.expires_at {
            say!("  until     {}", until(expires_at))?;
        }
        for missing in &check.missing {
            say!("  missing   {missing}")?;
        }
        if let Some(told) = &check.told {
            say!("  answered  {told}")?;
        }
    }
    Ok(())
}

/// The last moment of a day.
fn end_of(day: Date) -> Option<Timestamp> {
    let end = day.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok()?;
    Some(end.timestamp())
}

fn until(at: Timestamp) -> String {
    let days = at.duration_since(Timestamp::now()).as_hours() / 24;
    let date = at.strftime("%F");
    match days {
        ..0 => format!("{date}, which is past: a new one is needed"),
        0..14 => format!("{date}, in {days} days: have it renewed"),
        _ => format!("{date}, in {days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_credential_is_told_before_it_comes() {
        let in_days = |days: i64| {
            let hours = jiff::SignedDuration::from_hours(24 * days + 1);
            until(Timestamp::now() + hours)
        };
        assert!(in_days(60).ends_with("in 60 days"), "{}", in_days(60));
        assert!(in_days(3).ends_with("in 3 days: have it renewed"));
        assert!(in_days(-2).contains("is past"));
        let end = end_of(Date::constant(2027, 1, 20)).unwrap();
        assert_eq!(end.to_string(), "2027-01-20T23:59:59Z");
    }
}
