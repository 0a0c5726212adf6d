//! `beffroi report account`: the figures of one account, and their history.

use anyhow::bail;
use beffroi_connectors::accounts;
use beffroi_index::catalogue::{Catalogue, Level};
use beffroi_model::{AccountId, Platform};
use beffroi_store::reports;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Desk, about,
    asked::Asked,
    columns::word,
    dictionary, kind,
    table::{self, Row},
    units::unit,
};
use crate::{
    cli::{Period, ReportArgs, ReportFormat},
    gate::{Gate, Use},
    output::{self, say},
    words::Lang,
};

pub(super) async fn report(
    desk: &Desk<'_>,
    account: &str,
    args: &ReportArgs,
    period: &Period,
) -> anyhow::Result<()> {
    let kind = &kind::ACCOUNT;
    let lang = Lang::of(args.out.lang);
    let id = account_id(account)?;
    let mut more = vec![("account", id.as_uuid().to_string())];
    if args.out.dictionary {
        return dictionary::hand_on(desk, kind, args, &more).await;
    }
    let asked = Asked::of(desk, args, period, kind.nights).await?;
    let mut parameters = asked.parameters("{}");
    parameters.append(&mut more);
    let figures = desk.rows(reports::ACCOUNT_FIGURES, &parameters).await?;
    let Some(latest) = Row::all(&figures).next() else {
        bail!(
            "the account `{account}` has no figures in the judged nights from {} to {}; \
             `beffroi registry show` lists the accounts of a collectivity",
            asked.since,
            asked.until
        );
    };
    let platform: Platform = latest.text("platform").parse()?;
    let gate = Gate::new(desk.policies, &[platform], kind.gated, Use::EachAccount);
    let policy = gate.parameter(lang);
    for (name, value) in &mut parameters {
        if *name == "policy" {
            value.clone_from(&policy);
        }
    }
    if args.out.format != ReportFormat::Table {
        let fields = [
            ("report", about(kind, &asked, lang)),
            ("policy", serde_json::to_value(&gate)?),
        ];
        return desk.export(kind.sql, &parameters, &args.out, &fields).await;
    }
    say!(
        "{} {}, {}, {} {} {} {}",
        latest.text("platform"),
        latest.text("handle"),
        latest.text("night"),
        args.window,
        lang.pick("jours, indice", "days, index"),
        asked.index,
        latest.text("url")
    )?;
    print_figures(&latest, desk, platform, lang)?;
    for line in table::legend(&figures, lang) {
        say!("{line}")?;
    }
    let rows = desk.rows(kind.sql, &parameters).await?;
    say!("")?;
    desk.print(kind, &rows, &gate, lang)
}

/// Every metric of the catalogue, with its value or the reason why it is missing.
fn print_figures(
    row: &Row<'_>,
    desk: &Desk<'_>,
    platform: Platform,
    lang: Lang,
) -> anyhow::Result<()> {
    let headings = lang.pick(["chiffre", "unité", "valeur"], ["figure", "unit", "value"]);
    let mut table = output::table(headings, 2);
    for metric in Catalogue::shipped().iter() {
        if !metric.levels.contains(&Level::Account) || !row.is_column(&metric.name) {
            continue;
        }
        let refused = desk
            .policies
            .refuses_to_show(platform, &crate::gate::metrics_needed(&metric.needs));
        let value = match (row.number(&metric.name), refused) {
            (_, Some(_)) => word("not_publishable", lang),
            (Some(value), None) => lang.figure(value),
            (None, None) => {
                let why = row
                    .get("unavailable")
                    .get(&metric.name)
                    .and_then(Value::as_str);
                format!(
                    "{} ({})",
                    output::MISSING,
                    word(why.unwrap_or("no_data"), lang)
                )
            }
        };
        let title = lang.pick(&metric.title.fr, &metric.title.en);
        table.add_row([title.as_str(), unit(&metric.unit, lang), value.as_str()]);
    }
    say!("{table}")
}

/// The account that is meant: its id, `platform:handle`, or its address.
fn account_id(text: &str) -> anyhow::Result<AccountId> {
    if let Ok(id) = text.parse::<Uuid>() {
        return Ok(AccountId::from_uuid(id));
    }
    if let Some((platform, handle)) = text.split_once(':')
        && let Ok(platform) = platform.parse::<Platform>()
    {
        return Ok(AccountId::new(platform, handle));
    }
    match accounts::parse(text).account() {
        Some(account) => Ok(account.account_id()),
        None => bail!(
            "`{text}` is no account; expected `platform:handle`, an address or an account's id"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_named_by_handle_address_or_id() {
        let id = AccountId::new(Platform::Bluesky, "mairie.test");
        for text in [
            "bluesky:mairie.test".to_owned(),
            "https://bsky.app/profile/mairie.test".to_owned(),
            id.as_uuid().to_string(),
        ] {
            assert_eq!(account_id(&text).unwrap(), id, "{text}");
        }
        let told = account_id("https://www.exemple.fr/une-page").map(|_| ());
        assert!(told.is_ok() || told.unwrap_err().to_string().contains("platform:handle"));
        assert!(
            account_id("mairie")
                .unwrap_err()
                .to_string()
                .contains("no account")
        );
    }
}
