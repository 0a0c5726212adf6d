//! `beffroi fetch|measure|discover`: one look, no store, no queue.

use std::process::ExitCode;

use anyhow::{Context, bail};
use beffroi_budget::Ledger;
use beffroi_connectors::{
    MEASURABLE, MeasureRequest, Report,
    accounts::{self, Parsed},
    website,
};
use beffroi_fetch::{Document, FetchError, Fetched, Request, TextKind, decode_whole};
use beffroi_model::{
    Absent, AccountRef, Category, CollectivityId, Failed, Forbidden, Outcome, OutcomeKind,
    Platform, Subject,
};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    address,
    config::Config,
    output::{self, say},
    services,
};

#[derive(Serialize)]
struct FetchReport<'a> {
    url: &'a str,
    final_url: Option<String>,
    status: Option<u16>,
    outcome: &'static str,
    error_class: Option<&'static str>,
    redirects: Vec<String>,
    bytes: u64,
    duration_ms: u64,
    content_type: Option<String>,
    charset: Option<String>,
}

pub(crate) async fn fetch(config: &Config, url: &str, json: bool) -> anyhow::Result<ExitCode> {
    let address = match address::parse(url) {
        Ok(address) => address,
        Err(error) => {
            // Whoever reads JSON gets a line for each address, as `refused_url` when it is none.
            if json {
                output::print_json(&of_no_address(url))?;
            }
            return Err(error.into());
        }
    };
    let client = services::client(config)?;
    let begin = std::time::Instant::now();
    let result = client.get(Request::site(address, Document::Page)).await;
    let report = match &result {
        Ok(fetched) => of_answer(url, fetched, begin),
        Err(error) => of_error(url, error, begin),
    };
    if json {
        output::print_json(&report)?;
    } else {
        let reason = report
            .error_class
            .map_or(String::new(), |class| format!(" ({class})"));
        say!("{}{reason}", report.outcome)?;
        say!(
            "  url           {}",
            report.final_url.as_deref().unwrap_or(url)
        )?;
        if let Some(status) = report.status {
            say!("  status        {status}")?;
        }
        for redirect in &report.redirects {
            say!("  redirected by {redirect}")?;
        }
        say!("  bytes         {}", output::thousands(report.bytes))?;
        say!("  duration      {} ms", report.duration_ms)?;
        say!(
            "  content type  {}",
            report.content_type.as_deref().unwrap_or(output::MISSING)
        )?;
        say!(
            "  charset       {}",
            report.charset.as_deref().unwrap_or(output::MISSING)
        )?;
    }
    let is_success = report.error_class.is_none();
    Ok(if is_success {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn of_answer<'a>(url: &'a str, fetched: &Fetched, begin: std::time::Instant) -> FetchReport<'a> {
    let outcome = outcome_of_status(fetched.head.status);
    let is_text = fetched
        .head
        .media_type()
        .is_none_or(|it| it.starts_with("text/") || it.ends_with("xml") || it.ends_with("json"));
    let charset = is_text.then(|| {
        let declared = fetched.head.charset();
        let (_, encoding) = decode_whole(&fetched.body, declared.as_deref(), TextKind::Html);
        encoding.name().to_lowercase()
    });
    FetchReport {
        url,
        final_url: Some(fetched.head.url.to_string()),
        status: Some(fetched.head.status),
        outcome: outcome.kind().as_str(),
        error_class: outcome.reason(),
        redirects: fetched.redirects.iter().map(ToString::to_string).collect(),
        bytes: fetched.body_bytes,
        duration_ms: begin.elapsed().as_millis() as u64,
        content_type: fetched.head.header("content-type").map(str::to_owned),
        charset,
    }
}

/// What a status says of a document that was asked for once, without validators.
fn outcome_of_status(status: u16) -> Outcome {
    match status {
        200..=299 => Outcome::Measured,
        404 => Outcome::Absent(Absent::NotFound),
        410 => Outcome::Absent(Absent::Gone),
        401 | 403 | 451 => Outcome::Forbidden(Forbidden::Blocked),
        300..=399 => Outcome::Failed(Failed::BadRedirect),
        _ => Outcome::Failed(Failed::Http4xx),
    }
}

fn of_error<'a>(url: &'a str, error: &FetchError, begin: std::time::Instant) -> FetchReport<'a> {
    FetchReport {
        url,
        final_url: Some(error.url.to_string()),
        status: error.status,
        outcome: error.outcome.kind().as_str(),
        error_class: error.outcome.reason(),
        redirects: error.redirects.iter().map(ToString::to_string).collect(),
        bytes: error.records.last().map_or(0, |record| record.body_bytes),
        duration_ms: begin.elapsed().as_millis() as u64,
        content_type: error
            .head
            .as_ref()
            .and_then(|head| head.header("content-type"))
            .map(str::to_owned),
        charset: None,
    }
}

fn of_no_address(url: &str) -> FetchReport<'_> {
    let outcome = Outcome::Forbidden(Forbidden::RefusedUrl);
    FetchReport {
        url,
        final_url: None,
        status: None,
        outcome: outcome.kind().as_str(),
        error_class: outcome.reason(),
        redirects: Vec::new(),
        bytes: 0,
        duration_ms: 0,
        content_type: None,
        charset: None,
    }
}

pub(crate) async fn measure(config: &Config, url: &str, json: bool) -> anyhow::Result<ExitCode> {
    let parsed = parse_account(url);
    let Some(account) = parsed.account() else {
        let reason = parsed.reason.unwrap_or("no platform is known by it");
        bail!(
            "`{url}` is no account's address ({}: {reason}); `beffroi account parse` says more, and \
             websites are read by `beffroi discover`",
            parsed.kind
        );
    };
    let client = services::client(config)?;
    // What one look spends is not written down: there is no store here.
    let ledger = Ledger::in_memory();
    let connector = match account.platform {
        Platform::Website => None,
        platform => {
            let credential = services::credential_of(config, &account)?;
            services::connector(config, &client, &ledger, platform, credential)
        }
    };
    let Some(connector) = connector else {
        let known: Vec<String> = MEASURABLE[1..].iter().map(Platform::to_string).collect();
        bail!(
            "accounts of {} are recorded as presence and never measured; those of {} can be",
            account.platform,
            known.join(", ")
        );
    };
    let measured = connector
        .measure(&[one_look(account)])
        .await
        .pop()
        .context("the connector said nothing")?;
    let outcome = measured.measurement.outcome;
    let report = Report::new(measured.measurement);
    if json {
        output::print_json(&report)?;
    } else {
        say!("{}", serde_json::to_string_pretty(&report)?)?;
    }
    Ok(exit_code(outcome.kind() == OutcomeKind::Measured))
}

/// What a text is taken for where an account is asked for. Elsewhere `user@host` is an e-mail
/// address; here it is a handle, as our own reports write it, with or without a port.
fn parse_account(text: &str) -> Parsed {
    let parsed = accounts::parse(text);
    if parsed.account().is_some() || text.contains('/') {
        return parsed;
    }
    let mention = accounts::parse(&format!("@{}", text.trim()));
    match mention.account() {
        Some(account) if account.platform == Platform::Mastodon => mention,
        _ => parsed,
    }
}

/// The request for an account of which nothing is known but its name.
///
/// A connector hands the accounts that it finds, such as a successor, to those whose the account
/// is. Nobody is known here, so somebody without a name stands for them; the report tells the
/// accounts alone.
fn one_look(account: AccountRef) -> MeasureRequest {
    MeasureRequest {
        account,
        subjects: vec![Subject {
            collectivity_id: CollectivityId::from_stored(String::new()),
            name: String::new(),
            category: Category::Commune,
            insee_code: None,
            postal_codes: Vec::new(),
        }],
        as_of: Timestamp::now(),
        previous_state: None,
        carried: None,
    }
}

pub(crate) async fn discover(config: &Config, url: &str, json: bool) -> anyhow::Result<ExitCode> {
    let address = address::parse(url)?;
    let client = services::client(config)?;
    let report = website::discover(&client, &config.platforms.website, &address).await;
    if json {
        output::print_json(&report)?;
    } else {
        say!("{}", serde_json::to_string_pretty(&report)?)?;
    }
    Ok(exit_code(report.outcome == OutcomeKind::Measured.as_str()))
}

fn exit_code(is_measured: bool) -> ExitCode {
    if is_measured {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_is_measured_with_or_without_its_first_sign() {
        for text in [
            "mairie@127.0.0.1:9000",
            "@mairie@127.0.0.1:9000",
            "acct:mairie@127.0.0.1:9000",
            " Mairie@127.0.0.1:9000",
        ] {
            let account = parse_account(text).account().unwrap();
            assert_eq!(account.platform, Platform::Mastodon, "{text}");
            assert_eq!(account.handle, "mairie@127.0.0.1:9000", "{text}");
        }
        let account = parse_account("mairie@social.example").account().unwrap();
        assert_eq!(account.handle, "mairie@social.example");
    }

    #[test]
    fn there_is_somebody_for_whom_accounts_are_found() {
        let account = parse_account("mairie@social.example").account().unwrap();
        let request = one_look(account.clone());
        assert_eq!(request.account, account);
        assert_eq!(request.subjects.len(), 1);
    }

    #[test]
    fn what_is_no_handle_is_not_made_one() {
        for text in [
            "mairie",
            "mailto:mairie@exemple.fr",
            "exemple.fr",
            "",
            "a b@c",
        ] {
            assert_eq!(parse_account(text), accounts::parse(text), "{text}");
        }
    }
}
