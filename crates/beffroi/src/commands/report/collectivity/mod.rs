//! `beffroi report collectivity`: one collectivity's own page, as text, data or HTML to be printed.

mod chart;
mod facts;
mod overall;
mod page;
mod says;

use anyhow::bail;
use beffroi_model::{Collectivity, fold_name};
use beffroi_registry::Index;
use beffroi_store::reports;

use self::facts::Facts;
use super::{
    Desk, RunOf,
    asked::Asked,
    columns::Dictionary,
    export,
    kind::Kind,
    run::objects,
    table::{
        self,
        Cell::{Interval, Number, Percent, Ranks, Text, Word},
    },
};
use crate::{
    cli::{Period, ReportArgs, ReportFormat},
    gate::{Gate, Use},
    output::say,
    words::Lang,
};

/// Bodies of one name that an error lists.
const MAX_LISTED: usize = 12;

/// Days before the night with which the index is compared.
const CHANGE_DAYS: i64 = 28;

/// A row an account.
pub(super) const KIND: Kind = Kind {
    name: "collectivity",
    sql: reports::COLLECTIVITY,
    gated: &[
        "followers",
        "posts_per_week",
        "e",
        "interactions",
        "reply_rate",
        "audience_score",
        "activity_score",
        "engagement_score",
        "dialogue_score",
        "total",
    ],
    used: Use::EachAccount,
    nights: RunOf::OneNight,
    cells: &[
        Text("platform"),
        Text("account"),
        Word("state"),
        Number("followers"),
        Number("closed_posts"),
        Number("e"),
        Percent("reply_rate"),
        Interval("audience_score"),
        Interval("activity_score"),
        Interval("engagement_score"),
        Interval("dialogue_score"),
        Interval("total"),
        Ranks("rank_from", "rank_to", "ranked_of"),
        Text("peers"),
        Word("flags"),
    ],
    title: ("Collectivité", "Collectivity"),
    note: (
        "indicateurs : centiles parmi les pairs, intervalle de 90 % ; rangs ex æquo",
        "indicators: percentiles among peers, interval of 90 %; tie ranks",
    ),
    nothing: (
        "aucun compte ni site connu cette nuit-là",
        "no account and no website known that night",
    ),
};

pub(super) async fn report(desk: &Desk<'_>, query: &str, args: &ReportArgs) -> anyhow::Result<()> {
    let lang = Lang::of(args.out.lang);
    if args.out.dictionary {
        let more = [("collectivity", String::new())];
        return super::dictionary::hand_on(desk, &KIND, args, &more).await;
    }
    let body = find(desk, query).await?;
    let asked = Asked::of(desk, args, &Period::default(), KIND.nights).await?;
    let gate = desk.gate(&KIND, &asked).await?;
    let mut parameters = asked.parameters(&gate.parameter(lang));
    let id = body.collectivity_id.to_string();
    parameters.push(("collectivity", id));
    let before = asked
        .night
        .night
        .checked_sub(jiff::Span::new().days(CHANGE_DAYS))?;
    let before = earlier_night(desk, before, &asked).await?;
    for (name, value) in &mut parameters {
        if let ("before", Some(before)) = (*name, before) {
            *value = before.to_string();
        }
    }
    match args.out.format {
        ReportFormat::Csv | ReportFormat::Parquet => {
            desk.export(KIND.sql, &parameters, &args.out, &[]).await
        }
        ReportFormat::Json => {
            let facts = Facts::read(desk, &body, &asked, before, &parameters).await?;
            let document = serde_json::json!({
                "report": super::about(&KIND, &asked, lang),
                "policy": gate,
                "collectivity": body,
                "stratum": body.stratum(),
                "index": objects(&facts.total),
                "figures": objects(&facts.figures),
                "accounts": objects(&facts.accounts),
                "weeks": objects(&facts.weeks),
                "events": objects(&facts.events),
                "says": says::all(&facts, lang),
            });
            export::write_text(&format!("{document}\n"), args.out.output.as_deref())
        }
        ReportFormat::Html => {
            let facts = Facts::read(desk, &body, &asked, before, &parameters).await?;
            let page = page::write(&facts, &own_footnotes(&facts, &gate, lang), &gate, lang);
            export::write_text(&page, args.out.output.as_deref())
        }
        ReportFormat::Table => {
            let facts = Facts::read(desk, &body, &asked, before, &parameters).await?;
            print(&facts, &gate, lang)
        }
    }
}

/// What is said of the platforms on which the body is, and of no other.
fn own_footnotes(facts: &Facts, gate: &Gate, lang: Lang) -> Vec<String> {
    let platforms: Vec<String> = table::Row::all(&facts.accounts)
        .map(|row| row.text("platform"))
        .collect();
    let is_own = |line: &String| platforms.iter().any(|it| line.starts_with(it.as_str()));
    gate.footnotes(lang).into_iter().filter(is_own).collect()
}

fn print(facts: &Facts, gate: &Gate, lang: Lang) -> anyhow::Result<()> {
    let body = &facts.body;
    say!(
        "{} ({}, SIREN {}), {}, {} {}",
        body.name,
        body.category,
        body.collectivity_id,
        lang.of_count(
            body.population.into(),
            lang.pick("habitant", "inhabitant"),
            lang.pick("habitants", "inhabitants")
        ),
        lang.pick("nuit du", "night of"),
        facts.night
    )?;
    for line in overall::lines(facts, lang) {
        say!("{line}")?;
    }
    if facts.accounts.data.is_empty() {
        say!("{}", lang.pick(KIND.nothing.0, KIND.nothing.1))?;
    } else {
        table::print(&facts.accounts, KIND.cells, &Dictionary::shipped(), lang)?;
    }
    for (title, lines) in says::all(facts, lang) {
        if !lines.is_empty() {
            say!("\n{title}")?;
        }
        for line in lines {
            say!("- {line}")?;
        }
    }
    say!("\n{}", lang.pick(KIND.note.0, KIND.note.1))?;
    if let Some(line) = table::reasons(&facts.accounts, KIND.cells, gate, lang) {
        say!("{line}")?;
    }
    for line in table::legend(&facts.accounts, lang) {
        say!("{line}")?;
    }
    for footnote in own_footnotes(facts, gate, lang) {
        say!("* {footnote}")?;
    }
    Ok(())
}

/// The collectivity that is meant: the only one found, or the only one of exactly that name; else they are listed.
async fn find(desk: &Desk<'_>, query: &str) -> anyhow::Result<Collectivity> {
    let index = Index::new(desk.store.collectivities().await?);
    let found = index.find(query);
    match found.as_slice() {
        [] => bail!("no collectivity has the SIREN, the INSEE code or the name `{query}`"),
        [body] => Ok((*body).clone()),
        several => {
            let name = fold_name(query);
            let mut exact = several.iter().filter(|it| fold_name(&it.name) == name);
            if let (Some(body), None) = (exact.next(), exact.next()) {
                return Ok((*body).clone());
            }
            let listed: Vec<String> = several
                .iter()
                .take(MAX_LISTED)
                .map(|body| {
                    format!(
                        "{} {} ({}, département {})",
                        body.collectivity_id, body.name, body.category, body.department_code
                    )
                })
                .collect();
            bail!(
                "{} collectivities have `{query}` in their names; ask by SIREN: {}",
                several.len(),
                listed.join("; ")
            )
        }
    }
}

/// The latest judged night at a day or before it.
async fn earlier_night(
    desk: &Desk<'_>,
    day: jiff::civil::Date,
    asked: &Asked,
) -> anyhow::Result<Option<jiff::civil::Date>> {
    let nights = super::asked::judged_nights(desk.store).await?;
    let mut before = nights
        .iter()
        .map(|it| it.night)
        .filter(|it| *it < asked.night.night);
    Ok(before.find(|it| *it <= day))
}
