//! `beffroi report presence`: one statement in long form, which a terminal sees as a matrix, with the
//! published figures beside it; over time as a matrix too, a line for each month and a column for each
//! platform.

use std::collections::BTreeMap;

use beffroi_store::ReportRows;

use super::{
    Desk, about,
    asked::Asked,
    columns::{Dictionary, word},
    dictionary, kind, print_title,
    table::{self, Row},
};
use crate::{
    cli::{Period, ReportArgs, ReportFormat},
    output::{self, MISSING, say},
    words::Lang,
};

/// The lines that a terminal has room for, as columns, in their order.
const SHOWN: [&str; 12] = [
    "website",
    "any_network",
    "one_network",
    "facebook",
    "instagram",
    "x",
    "youtube",
    "linkedin",
    "mastodon",
    "bluesky",
    "alert_app",
    "website_https",
];

/// The mark of a share whose stratum was not covered.
const NOT_COVERED: &str = "?";

pub(super) async fn report(desk: &Desk<'_>, args: &ReportArgs) -> anyhow::Result<()> {
    let kind = &kind::PRESENCE;
    let lang = Lang::of(args.out.lang);
    if args.out.dictionary {
        return dictionary::hand_on(desk, kind, args, &[]).await;
    }
    let mut asked = Asked::of(desk, args, &Period::default(), kind.nights).await?;
    if args.limit.is_none() {
        // A matrix is read whole.
        asked.limit = u32::MAX;
    }
    let parameters = asked.parameters("{}");
    if args.out.format != ReportFormat::Table {
        let fields = [("report", about(kind, &asked, lang))];
        return desk.export(kind.sql, &parameters, &args.out, &fields).await;
    }
    let rows = desk.rows(kind.sql, &parameters).await?;
    print_title(kind, &asked, lang)?;
    if rows.data.is_empty() {
        return say!("{}", lang.pick(kind.nothing.0, kind.nothing.1));
    }
    print_matrix(&rows, lang)?;
    print_legend(&rows, lang)?;
    print_error_bars(&rows, lang)?;
    say!("{}", lang.pick(kind.note.0, kind.note.1))?;
    if asked.is_filtered() {
        return Ok(());
    }
    say!("")?;
    published(desk, args).await
}

/// The published figures beside ours, whole: they are few.
pub(super) async fn published(desk: &Desk<'_>, args: &ReportArgs) -> anyhow::Result<()> {
    let kind = Lang::of(args.out.lang).pick(&kind::PUBLISHED_FR, &kind::PUBLISHED);
    let args = ReportArgs {
        limit: args.limit.or(Some(u32::MAX)),
        ..args.clone()
    };
    desk.tabular(kind, &args, &Period::default()).await
}

/// Presence in the last judged night of each month. A terminal sees shares; of one platform alone, asked for
/// by `--platform`, the whole lines, active and dormant bodies too.
pub(super) async fn over_time(
    desk: &Desk<'_>,
    args: &ReportArgs,
    period: &Period,
) -> anyhow::Result<()> {
    let kind = &kind::OVER_TIME;
    let lang = Lang::of(args.out.lang);
    let is_matrix = args.platform.is_none()
        && args.limit.is_none()
        && args.out.format == ReportFormat::Table
        && !args.out.dictionary;
    if !is_matrix {
        return desk.tabular(kind, args, period).await;
    }
    let mut asked = Asked::of(desk, args, period, kind.nights).await?;
    asked.limit = u32::MAX;
    let rows = desk.rows(kind.sql, &asked.parameters("{}")).await?;
    print_title(kind, &asked, lang)?;
    if rows.data.is_empty() {
        return say!("{}", lang.pick(kind.nothing.0, kind.nothing.1));
    }
    print_months(&rows, lang)?;
    print_legend(&rows, lang)?;
    let shares = lang.pick(
        "part (%) des collectivités ; --platform RÉSEAU montre aussi les actives et les dormantes",
        "share (%) of the bodies; --platform NAME shows the active and the dormant ones too",
    );
    say!("{shares}")?;
    say!("{}", lang.pick(kind.note.0, kind.note.1))
}

/// A share, with a mark where too little of its stratum was measured.
fn marked(share: f64, row: &Row<'_>, lang: Lang) -> String {
    let mark = if row.has("flags", "not_covered") {
        NOT_COVERED
    } else {
        ""
    };
    format!("{}{mark}", lang.percent(share))
}

/// What the mark means, where there is one, and the other flags.
fn print_legend(rows: &ReportRows, lang: Lang) -> anyhow::Result<()> {
    for line in table::legend(rows, lang) {
        say!("{NOT_COVERED} {line}")?;
    }
    Ok(())
}

/// A line for each night, a column for each platform on which there is anybody.
fn print_months(rows: &ReportRows, lang: Lang) -> anyhow::Result<()> {
    let mut nights: BTreeMap<String, (f64, BTreeMap<String, String>)> = BTreeMap::new();
    let mut best: BTreeMap<String, f64> = BTreeMap::new();
    for row in Row::all(rows) {
        let (platform, share) = (row.text("platform"), row.number("share").unwrap_or(0.0));
        let widest = best.entry(platform.clone()).or_default();
        *widest = widest.max(share);
        let (bodies, shares) = nights.entry(row.text("night")).or_default();
        *bodies = row.number("bodies").unwrap_or(0.0);
        shares.insert(platform, marked(share, &row, lang));
    }
    // The most widespread, as many as a terminal has room for, in the order of their size.
    let mut platforms: Vec<(String, f64)> = best.into_iter().collect();
    platforms.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let hidden = platforms.split_off(platforms.len().min(SHOWN.len()));
    let dictionary = Dictionary::shipped();
    let head = ["night", "bodies"].map(|it| dictionary.heading(it, lang));
    let columns = platforms.iter().map(|(platform, _)| word(platform, lang));
    let mut table = output::table(head.into_iter().chain(columns), 1);
    for (night, (bodies, shares)) in nights {
        let cells = platforms.iter().map(|(platform, _)| {
            // Known, and nobody was there.
            let share = shares.get(platform).cloned();
            share.unwrap_or_else(|| lang.percent(0.0))
        });
        let head = [night, lang.number(bodies, 0)];
        table.add_row(head.into_iter().chain(cells));
    }
    say!("{table}")?;
    if hidden.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = hidden.iter().map(|(it, _)| word(it, lang)).collect();
    let title = lang.pick(
        "Sans colonne, moins répandus :",
        "Without a column, less widespread:",
    );
    say!("{title} {}", names.join(", "))
}

/// A line for each category and stratum, a column for each platform.
fn print_matrix(rows: &ReportRows, lang: Lang) -> anyhow::Result<()> {
    let mut order: Vec<(String, String)> = Vec::new();
    let mut shares: BTreeMap<((String, String), String), String> = BTreeMap::new();
    let mut sizes: BTreeMap<(String, String), (f64, Option<f64>)> = BTreeMap::new();
    for row in Row::all(rows) {
        let key = (row.text("category"), row.text("stratum"));
        if order.last() != Some(&key) {
            order.push(key.clone());
        }
        let bodies = row.number("bodies").unwrap_or(0.0);
        sizes.insert(key.clone(), (bodies, row.number("networks_mean")));
        if let Some(share) = row.number("share") {
            shares.insert((key, row.text("platform")), marked(share, &row, lang));
        }
    }
    let dictionary = Dictionary::shipped();
    let columns = ["category", "stratum", "bodies"].map(|it| dictionary.heading(it, lang));
    let last = dictionary.heading("networks_mean", lang);
    let headings = columns.into_iter().chain(SHOWN.map(|it| word(it, lang)));
    let mut table = output::table(headings.chain([last]), 2);
    for key in order {
        let (bodies, networks) = sizes[&key];
        let cells = SHOWN.map(|platform| {
            let share = shares.get(&(key.clone(), platform.to_owned()));
            share.cloned().unwrap_or_else(|| MISSING.to_owned())
        });
        let networks = networks.map_or_else(|| MISSING.to_owned(), |it| lang.number(it, 2));
        let (category, stratum) = key;
        let head = [category, stratum, lang.number(bodies, 0)];
        table.add_row(head.into_iter().chain(cells).chain([networks]));
    }
    say!("{table}")
}

/// The recall of discovery, where it was estimated: one figure a platform, over the widest line.
fn print_error_bars(rows: &ReportRows, lang: Lang) -> anyhow::Result<()> {
    let mut recalls = BTreeMap::new();
    for row in Row::all(rows) {
        let recall = ["", "_low", "_high"].map(|end| row.number(&format!("discovery_recall{end}")));
        if let [Some(recall), Some(low), Some(high)] = recall {
            recalls.insert(row.text("platform"), (recall, low, high));
        }
    }
    if recalls.is_empty() {
        return Ok(());
    }
    let bars: Vec<String> = recalls
        .iter()
        .map(|(platform, (recall, low, high))| {
            let [recall, low, high] = [*recall, *low, *high].map(|it| lang.percent(it));
            format!("{platform} {recall} [{low}–{high}]")
        })
        .collect();
    let title = lang.pick(
        "Rappel de la découverte (%, capture-recapture, 95 %)",
        "Recall of discovery (%, capture-recapture, 95 %)",
    );
    say!("{title}: {}", bars.join(", "))
}
