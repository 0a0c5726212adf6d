//! The profiles of a batch: one request for those whose ids are known, one for the names.
//!
//! A hundred users cost one request, but each is billed for itself: $0.010, once in a UTC day. Users
//! who are not there are not billed.

use std::collections::HashMap;

use beffroi_model::FetchRecord;
use url::Url;

use super::{
    asker::Asker,
    name::Whom,
    refusal, requests,
    visit::Visit,
    wire::{Answer, User},
};
use crate::api::Setback;

/// Reads the profiles of all accounts whose turn it is. An id that X does not know any more is
/// followed by the name, which may have gone to the body's next account.
pub(super) async fn read(asker: &Asker<'_>, visits: &mut [Visit<'_>]) {
    let base = &asker.settings.base_url;
    let ids = wanted(visits, |whom| match whom {
        Whom::Id(id) => Some(id.to_owned()),
        Whom::Name(_) => None,
    });
    for ids in ids.chunks(requests::USERS_PER_CALL) {
        let found = Found::ask(
            asker,
            requests::users_by_id(base, &borrowed(ids)),
            ids.len(),
        )
        .await;
        for visit in &mut *visits {
            if let Some(Whom::Id(id)) = visit.whom()
                && ids.iter().any(|asked| asked == id)
            {
                let user = found.of(id);
                visit.records.extend_from_slice(&found.records);
                visit.meet(user);
            }
        }
    }
    let names = wanted(visits, |whom| match whom {
        Whom::Name(name) => Some(name.to_ascii_lowercase()),
        Whom::Id(_) => None,
    });
    for names in names.chunks(requests::USERS_PER_CALL) {
        let found = Found::ask(
            asker,
            requests::users_by_name(base, &borrowed(names)),
            names.len(),
        )
        .await;
        for visit in &mut *visits {
            let name = match visit.whom() {
                Some(Whom::Name(name)) => name.to_ascii_lowercase(),
                Some(Whom::Id(_)) | None => continue,
            };
            if names.contains(&name) {
                let user = found.of(&name);
                visit.records.extend_from_slice(&found.records);
                visit.meet(user);
            }
        }
    }
}

/// Whom the visits want of one kind, each once.
fn wanted(visits: &[Visit<'_>], of_kind: impl Fn(Whom<'_>) -> Option<String>) -> Vec<String> {
    let whom = visits.iter().filter_map(|visit| of_kind(visit.whom()?));
    let mut wanted: Vec<String> = whom.collect();
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// What one request said of many users.
struct Found {
    records: Vec<FetchRecord>,
    answer: Result<Known, Setback>,
}

/// Those who are there and why others are not, by id and by name in lower case. The two do not meet
/// in one request.
struct Known {
    users: HashMap<String, User>,
    setbacks: HashMap<String, Setback>,
}

impl Found {
    async fn ask(asker: &Asker<'_>, url: Url, users: usize) -> Self {
        let budget = asker.settings.user_budget();
        let is_by_name = url.path().ends_with("/by");
        let mut records = Vec::new();
        let answer = asker.ask::<User>(url, budget, users, &mut records).await;
        Self {
            records,
            answer: answer.map(|answer| Known::new(answer, is_by_name)),
        }
    }

    /// The user who was asked for. One of whom nothing is said at all is a changed layout: X names
    /// those who are not there.
    fn of(&self, asked: &str) -> Result<&User, Setback> {
        let known = self.answer.as_ref().map_err(|setback| *setback)?;
        known.users.get(asked).ok_or_else(|| {
            let setback = known.setbacks.get(asked);
            setback.copied().unwrap_or_else(Setback::layout)
        })
    }
}

impl Known {
    /// Answers come in any order and are told by what was asked for.
    fn new(mut answer: Answer<User>, is_by_name: bool) -> Self {
        let mut setbacks = HashMap::new();
        for problem in std::mem::take(&mut answer.errors) {
            let Some(setback) = refusal::of_account(&problem) else {
                continue;
            };
            for asked in [problem.value, problem.resource_id].into_iter().flatten() {
                setbacks
                    .entry(asked.to_ascii_lowercase())
                    .or_insert(setback);
            }
        }
        let mut users = HashMap::new();
        for user in answer.into_items() {
            let key = if is_by_name {
                user.username.to_ascii_lowercase()
            } else {
                user.id.clone()
            };
            users.insert(key, user);
        }
        Self { users, setbacks }
    }
}
