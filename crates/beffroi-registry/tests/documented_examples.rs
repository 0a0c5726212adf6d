//! The examples of `docs/registry.md` are read as the page says.

use beffroi_registry::{
    DirectorySettings, Index, Resolved, SourceKind, import_reader, resolve, shipped,
};

const PAGE: &str = include_str!("../../../docs/registry.md");

fn examples() -> Vec<Resolved> {
    let known = Index::new(shipped().collectivities);
    PAGE.split("```csv\n")
        .skip(1)
        .map(|block| {
            let csv = block.split("```").next().expect("a split has a first part");
            let import = import_reader("example", csv.as_bytes(), &DirectorySettings::default());
            resolve(&import.expect("memory can be read"), &known)
        })
        .collect()
}

#[test]
fn every_example_is_read_without_an_issue() {
    let examples = examples();
    let kinds: Vec<SourceKind> = examples.iter().map(|example| example.source.kind).collect();
    assert_eq!(
        kinds,
        [
            SourceKind::Corrections,
            SourceKind::Collectivities,
            SourceKind::Websites
        ]
    );
    for example in examples {
        assert_eq!(example.issues, []);
    }
}

#[test]
fn the_message_shown_is_the_message_given() {
    let text =
        "collectivity,field,value\n01004,website,\n01005,website,\n01004,population,12 000\n";
    let settings = DirectorySettings::default();
    let import = import_reader("corrections.csv", text.as_bytes(), &settings);
    let message = import.expect("memory can be read").issues[0].to_string();
    assert!(PAGE.contains(&message), "{message}");
}
