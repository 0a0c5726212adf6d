//! A file of rules to rules. It is walked key by key, so that everything wrong is told at once, each
//! with its line, its key and what was expected.

mod keys;
mod layered;
mod place;

use std::collections::BTreeMap;

use beffroi_model::Platform;
use strum::IntoEnumIterator as _;
use toml::de::{DeTable, DeValue};

pub use place::{Problem, Wrong};

use crate::{Amendment, Metric, Policies, Policy, Rule, Source};
use keys::{Reader, Table};
use layered::LayeredRules;

/// What one file says.
#[derive(Default)]
struct Layer {
    platforms: BTreeMap<Platform, BTreeMap<Metric, Policy>>,
    amendments: Vec<Amendment>,
    /// Where each platform's rules begin.
    lines: BTreeMap<Platform, usize>,
}

/// A file that has rules for every platform.
pub(crate) fn whole(text: &str) -> Result<Policies, Wrong> {
    let mut reader = Reader::new(text);
    let layer = layer(&mut reader);
    let missing = Platform::iter()
        .find(|platform| !platform.is_presence_only() && !layer.platforms.contains_key(platform));
    if let Some(platform) = missing {
        let key = format!("platforms.{platform}");
        reader.wrong_at(1, &key, "missing, expected the rules of every platform");
    }
    finish(reader, layer, BTreeMap::new())
}

/// A file over the shipped one.
pub(crate) fn over_default(text: &str) -> Result<Policies, Wrong> {
    let mut reader = Reader::new(text);
    let layer = layer(&mut reader);
    finish(reader, layer, Policies::default().rules)
}

/// Puts the layer over the rules below it, then the amendments over both.
fn finish(
    mut reader: Reader<'_>,
    layer: Layer,
    mut rules: BTreeMap<(Platform, Metric), Policy>,
) -> Result<Policies, Wrong> {
    for (platform, metrics) in layer.platforms {
        rules.extend(
            metrics
                .into_iter()
                .map(|(metric, policy)| ((platform, metric), policy)),
        );
    }
    for amendment in &layer.amendments {
        for ((_, _), policy) in rules.iter_mut().filter(|((platform, metric), _)| {
            *platform == amendment.platform
                && (amendment.metrics.is_empty() || amendment.metrics.contains(metric))
        }) {
            amend(policy, amendment);
        }
    }
    let policies = Policies {
        rules,
        amendments: layer.amendments,
    };
    for (platform, line) in layer.lines {
        if let Some((metric, holder)) = policies.orphan(platform) {
            let problem = format!(
                "`{metric}` is stored for longer than `{holder}`, without which it means nothing; \
                 expected at most as long"
            );
            reader.wrong_at(line, &format!("platforms.{platform}.store"), &problem);
        }
    }
    match reader.into_problems() {
        problems if problems.is_empty() => Ok(policies),
        problems => Err(Wrong(problems)),
    }
}

/// What the platform consented to takes the place of what its terms say.
fn amend(policy: &mut Policy, amendment: &Amendment) {
    let source = || Source {
        source: amendment.document.clone(),
        read: amendment.signed,
        note: "amendment declared by the operator".to_owned(),
    };
    if let Some(allowed) = amendment.combine {
        policy.combine = Rule {
            is: crate::Combination { allowed },
            source: source(),
        };
    }
    if let Some(days) = amendment.store_days {
        policy.store = Rule {
            is: crate::Stored { days },
            source: source(),
        };
    }
}

fn layer(reader: &mut Reader<'_>) -> Layer {
    let mut layer = Layer::default();
    let document = match DeTable::parse(reader.text()) {
        Ok(document) => document,
        Err(error) => {
            reader.wrong_syntax(&error);
            return layer;
        }
    };
    let document = Table::new(document.get_ref(), String::new(), 1);
    reader.known_keys(&document, &["platforms", "amendments"]);
    if let Some(platforms) = reader.table(&document, "platforms") {
        for (name, value) in platforms.entries() {
            let Some(platform) = reader.platform(&platforms, name) else {
                continue;
            };
            let Some(table) = reader.as_table(&platforms, name, value) else {
                continue;
            };
            layer.lines.insert(platform, table.line);
            let metrics = platform_rules(reader, platform, &table);
            layer.platforms.insert(platform, metrics);
        }
    }
    if let Some(value) = document.get("amendments") {
        let DeValue::Array(items) = value.get_ref() else {
            reader.wrong(&document, "amendments", "expected tables, `[[amendments]]`");
            return layer;
        };
        for (index, item) in items.iter().enumerate() {
            let name = format!("amendments.{}", index + 1);
            let line = reader.line(item.span().start);
            let DeValue::Table(table) = item.get_ref() else {
                reader.wrong_at(line, &name, "expected a table, `[[amendments]]`");
                continue;
            };
            let table = Table::new(table, name, line);
            if let Some(amendment) = amendment(reader, &table) {
                layer.lines.entry(amendment.platform).or_insert(line);
                layer.amendments.push(amendment);
            }
        }
    }
    layer
}

/// The rules of a platform: those for all its metrics, and over them those for single ones.
fn platform_rules(
    reader: &mut Reader<'_>,
    platform: Platform,
    table: &Table<'_>,
) -> BTreeMap<Metric, Policy> {
    reader.known_keys(table, &["store", "combine", "publish", "metrics"]);
    let general = LayeredRules::read(reader, table);
    for (key, is_there) in general.present(table) {
        if !is_there {
            reader.wrong_at(
                table.line,
                &table.path(key),
                "missing; a platform that is named needs `store`, `combine` and `publish`",
            );
        }
    }
    let mut special = BTreeMap::new();
    if let Some(metrics) = reader.table(table, "metrics") {
        for (name, value) in metrics.entries() {
            let Some(metric) = reader.metric(&metrics, name, platform) else {
                continue;
            };
            if let Some(table) = reader.as_table(&metrics, name, value) {
                reader.known_keys(&table, &["store", "combine", "publish"]);
                special.insert(metric, LayeredRules::read(reader, &table));
            }
        }
    }
    Metric::of(platform)
        .filter_map(|metric| {
            let own = special.remove(&metric).unwrap_or_default();
            Some((metric, own.over(&general)?))
        })
        .collect()
}

fn amendment(reader: &mut Reader<'_>, table: &Table<'_>) -> Option<Amendment> {
    let keys = [
        "platform",
        "metrics",
        "combine",
        "store_days",
        "document",
        "signed",
    ];
    reader.known_keys(table, &keys);
    let platform = reader.text_of(table, "platform").and_then(|name| {
        let known = reader.platform_named(&name);
        if known.is_none() {
            reader.wrong(table, "platform", &reader.expected_platform(&name));
        }
        known
    });
    let metrics = match (table.get("metrics"), platform) {
        (Some(value), Some(platform)) => reader.metrics(table, value.get_ref(), platform),
        _ => Vec::new(),
    };
    let combine = table
        .get("combine")
        .and_then(|_| reader.boolean(table, "combine"));
    let store_days = table
        .get("store_days")
        .and_then(|_| reader.days(table, "store_days"));
    if table.get("combine").is_none() && table.get("store_days").is_none() {
        let problem = "consents to nothing; expected `combine = true` or `store_days = …`";
        reader.wrong_at(table.line, &table.name, problem);
    }
    let document = reader.text_of(table, "document");
    let signed = reader.date(table, "signed");
    Some(Amendment {
        platform: platform?,
        metrics,
        combine,
        store_days,
        document: document?,
        signed: signed?,
    })
}
