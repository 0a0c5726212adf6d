//! The reports of presence name the networks that they know: as many as the model does.

use beffroi_model::Platform;
use strum::IntoEnumIterator;

const REPORTS: [(&str, &str); 2] = [
    (
        "presence.sql",
        include_str!("../src/queries/reports/presence.sql"),
    ),
    (
        "published.sql",
        include_str!("../src/queries/reports/published.sql"),
    ),
];

#[test]
fn every_network_of_the_model_is_known_to_the_reports_of_presence() {
    let networks = Platform::iter()
        .filter(|platform| *platform != Platform::Website && !platform.is_presence_only());
    for network in networks {
        for (name, sql) in REPORTS {
            let end = sql.find("AS networks_known").expect("the list is there");
            let begin = sql[..end].rfind('[').expect("it is a list");
            let word = format!("'{network}'");
            assert!(sql[begin..end].contains(&word), "{name} lacks {word}");
        }
    }
}
