//! The descriptions of a batch: one call for all organisations whose turn has come, which tells
//! whether they are still there and what they are called today.

use super::{
    LinkedinConnector,
    ask::{Asker, Kind},
    requests,
    visit::Visit,
    wire::{Batch, Organization},
};

/// Reads the descriptions of all organisations whose turn it is. A call that fails leaves what was
/// known; what else is asked will tell whether the failure lasts.
pub(super) async fn read(connector: &LinkedinConnector, visits: &mut [Visit<'_>]) {
    let due = visits.iter().filter_map(Visit::id_to_describe);
    let mut ids: Vec<String> = due.map(str::to_owned).collect();
    ids.sort_unstable();
    ids.dedup();
    for ids in ids.chunks(requests::IDS_PER_CALL) {
        let mut asker = Asker::new(connector);
        let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
        let url = requests::lookup(&connector.settings.base_url, &asked);
        let answer: Option<Batch<Organization>> = asker.ask(Kind::Lookup, url).await.ok();
        let records = asker.into_records();
        for visit in &mut *visits {
            let Some(id) = visit.id_to_describe().filter(|id| asked.contains(id)) else {
                continue;
            };
            let id = id.to_owned();
            visit.records.extend_from_slice(&records);
            let Some(batch) = &answer else { continue };
            match batch.results.get(&id).and_then(|found| found.as_object()) {
                Some(organization) if organization.id == id => visit.describe(organization),
                _ if batch.is_absent(&id) => visit.lose(),
                // Nothing is said of it that can be read.
                _ => {}
            }
        }
    }
}
