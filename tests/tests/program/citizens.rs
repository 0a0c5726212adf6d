//! No citizen is stored: whatever a visitor of the simulated networks wrote, is called or is known
//! by holds one word, which must be nowhere.

use beffroi_queue::{Queue, QueueSettings};
use beffroi_sim::CANARY;
use beffroi_tests::Installation;

/// Neither in a text column of any table, of any version of any row.
pub(crate) fn assert_none_is_stored(installation: &Installation) {
    // Proof that citizens were met: their threads have been counted.
    assert!(installation.number("SELECT toUInt32(count()) FROM dialogue") > 100);
    let found = columns_with(installation, CANARY);
    assert!(found.is_empty(), "{found:?}");
    // Proof that the search finds what is there, in plain columns, arrays and maps.
    let found = columns_with(installation, "a");
    for column in [
        "account_observation.platform",
        "account.evidence_how",
        "site_observation.unavailable",
    ] {
        assert!(
            found.iter().any(|it| it == column),
            "{column} is not in {found:?}"
        );
    }
}

/// The text columns, `table.column`, in which a word stands.
fn columns_with(installation: &Installation, word: &str) -> Vec<String> {
    let columns = installation.sql(
        "SELECT table, name FROM system.columns
         WHERE database = currentDatabase() AND type LIKE '%String%'
           AND table IN (SELECT name FROM system.tables
                         WHERE database = currentDatabase() AND engine LIKE '%MergeTree')",
    );
    let searches: Vec<String> = columns
        .iter()
        .map(|column| {
            let (table, name) = (column["table"].as_str().unwrap(), column["name"].as_str().unwrap());
            format!(
                "SELECT '{table}.{name}' AS place, countIf(toString({name}) ILIKE '%{word}%') AS rows \
                 FROM {table} HAVING rows > 0"
            )
        })
        .collect();
    let found = installation.sql(&searches.join(" UNION ALL "));
    found
        .iter()
        .map(|row| row["place"].as_str().unwrap().to_owned())
        .collect()
}

/// Nor in a log.
pub(crate) fn assert_none_is_in(log: &str) {
    assert!(log.contains("INFO"), "this is no log: {log}");
    let told: Vec<&str> = log.lines().filter(|line| line.contains(CANARY)).collect();
    assert!(told.is_empty(), "{told:#?}");
}

/// Nor in a message that stays in the queue.
pub(crate) fn assert_none_is_among_the_dead(broker: &str) {
    let settings = QueueSettings {
        url: broker.parse().unwrap(),
        ..QueueSettings::default()
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let letters = runtime.block_on(async {
        let queue = Queue::connect(&settings).await.unwrap();
        let mut pass = queue.dead_letters().await.unwrap();
        let mut letters = Vec::new();
        while let Some(letter) = pass.next().await.unwrap() {
            letters.push(letter);
        }
        pass.close().await.unwrap();
        queue.close().await;
        letters
    });
    assert!(!letters.is_empty(), "jobs whose tries are spent are buried");
    for letter in letters {
        let text = String::from_utf8_lossy(&letter.payload);
        assert!(
            !text.contains(CANARY) && !letter.reason.contains(CANARY),
            "{text}"
        );
    }
}
