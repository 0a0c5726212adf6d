//! The methodology's tables of metrics are made of the catalogue, in both languages.

use std::{env, fmt::Write, fs, path::Path};

use beffroi_index::catalogue::{Catalogue, Metric, Status, french_unit};

const BEGIN: &str = "<!-- catalogue -->\n";
const END: &str = "<!-- /catalogue -->";

struct Language {
    file: &'static str,
    heading: &'static str,
    title: fn(&Metric) -> &str,
    formula: fn(&Metric) -> &str,
    unit: fn(&Metric) -> &str,
    status: fn(Status) -> &'static str,
}

const LANGUAGES: [Language; 2] = [
    Language {
        file: "methodology.md",
        heading: "| nom | mesure | formule | unité | source | statut |",
        title: |metric| &metric.title.fr,
        formula: Metric::french_formula,
        unit: |metric| french_unit(&metric.unit).unwrap_or(&metric.unit),
        status: |status| match status {
            Status::Verified => "vérifiée",
            Status::FromMemory => "de mémoire",
            Status::Ours => "nôtre",
        },
    },
    Language {
        file: "methodology.en.md",
        heading: "| name | metric | formula | unit | source | status |",
        title: |metric| &metric.title.en,
        formula: |metric| &metric.formula,
        unit: |metric| &metric.unit,
        status: |status| match status {
            Status::Verified => "verified",
            Status::FromMemory => "from memory",
            Status::Ours => "ours",
        },
    },
];

fn table(language: &Language) -> String {
    let mut table = format!(
        "\n{}\n| --- | --- | --- | --- | --- | --- |\n",
        language.heading
    );
    for metric in Catalogue::shipped().iter() {
        let cell = |text: &str| text.replace('|', "\\|");
        // Text takes all that is written to it.
        let _ = writeln!(
            table,
            "| `{}` | {} | {} | {} | {} | {} |",
            metric.name,
            cell((language.title)(metric)),
            cell((language.formula)(metric)),
            cell((language.unit)(metric)),
            cell(&metric.source),
            (language.status)(metric.status),
        );
    }
    table.push('\n');
    table
}

#[test]
fn the_tables_of_the_methodology_are_the_catalogue() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    for language in &LANGUAGES {
        let path = docs.join(language.file);
        let text = fs::read_to_string(&path).unwrap();
        let (head, rest) = text.split_once(BEGIN).unwrap();
        let (documented, tail) = rest.split_once(END).unwrap();
        let expected = table(language);
        if env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, format!("{head}{BEGIN}{expected}{END}{tail}")).unwrap();
            continue;
        }
        assert!(
            documented == expected,
            "docs/{} is not what config/metrics.toml says; make it anew with \
             `UPDATE_DOCS=1 cargo test -p beffroi-index --test methodology`",
            language.file
        );
    }
}
