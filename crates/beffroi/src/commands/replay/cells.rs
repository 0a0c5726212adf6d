//! Observations of one account in one run as cells, to be compared one by one.

use std::{collections::BTreeMap, fmt};

use beffroi_store::{JobRows, Store, replay};
use serde::{Deserialize, Serialize};

/// A row within an account and a run, by its table and key.
pub(super) type RowKey = (&'static str, String);

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum Cell {
    /// A figure.
    Number(u64),
    /// What a post shows.
    Word(String),
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Word(word) => word.fmt(f),
        }
    }
}

/// The cells of a row by their columns; `None` is a missing figure.
pub(super) type Cells = BTreeMap<&'static str, Option<Cell>>;

/// Observations by row, with the time of each in milliseconds.
pub(super) type Seen = BTreeMap<RowKey, (Cells, i64)>;

pub(super) const ACCOUNT: &str = "account_observation";
pub(super) const POST: &str = "post_observation";
/// What a post shows, which is told of it once and not by each run.
pub(super) const KIND: &str = "post";
pub(super) const THREAD: &str = "dialogue";

#[derive(Deserialize)]
struct AccountRow {
    followers: Option<u64>,
    following: Option<u64>,
    posts_total: Option<u64>,
    threads_opened: Option<u64>,
    threads_answered: Option<u64>,
    observed_at: i64,
}

#[derive(Deserialize)]
struct PostRow {
    post_id: String,
    reactions: Option<u64>,
    comments: Option<u64>,
    shares: Option<u64>,
    views: Option<u64>,
    observed_at: i64,
}

#[derive(Deserialize)]
struct KindRow {
    post_id: String,
    kind: String,
    seen_at: i64,
}

#[derive(Deserialize)]
struct ThreadRow {
    post_id: String,
    opened_at: i64,
    rank: u16,
    replied_at: Option<u64>,
    observed_at: i64,
}

/// How a thread is told from its neighbours.
pub(super) fn thread_key(post_id: &str, opened_at: i64, rank: u16) -> String {
    format!("{post_id} {opened_at} {rank}")
}

/// What is stored.
pub(super) async fn stored(
    store: &Store,
    account: &str,
    run: &str,
    night: &str,
) -> anyhow::Result<Seen> {
    let parameters = [("account", account), ("run", run), ("night", night)];
    let (accounts, posts, kinds, threads) = tokio::try_join!(
        store.json_rows::<AccountRow>(replay::ACCOUNT, &parameters),
        store.json_rows::<PostRow>(replay::POSTS, &parameters),
        store.json_rows::<KindRow>(replay::KINDS, &parameters),
        store.json_rows::<ThreadRow>(replay::THREADS, &parameters),
    )?;
    let mut seen = Seen::new();
    for row in accounts {
        let cells = of_account([
            row.followers,
            row.following,
            row.posts_total,
            row.threads_opened,
            row.threads_answered,
        ]);
        seen.insert((ACCOUNT, String::new()), (cells, row.observed_at));
    }
    for row in posts {
        let cells = of_post([row.reactions, row.comments, row.shares, row.views]);
        seen.insert((POST, row.post_id), (cells, row.observed_at));
    }
    for row in kinds {
        seen.insert((KIND, row.post_id), (of_kind(row.kind), row.seen_at));
    }
    for row in threads {
        let key = thread_key(&row.post_id, row.opened_at, row.rank);
        let cells = numbers([("replied_at", row.replied_at)]);
        seen.insert((THREAD, key), (cells, row.observed_at));
    }
    Ok(seen)
}

/// What was read again. What posts show is compared where it is stored for this very run: a later one told it
/// anew, and archives from before it was read lack what tells it.
pub(super) fn of_rows(rows: &JobRows, stored: &Seen) -> Seen {
    let mut seen = Seen::new();
    for row in &rows.account_observations {
        let cells = of_account([
            row.followers,
            row.following,
            row.posts_total,
            row.threads_opened.map(u64::from),
            row.threads_answered.map(u64::from),
        ]);
        seen.insert((ACCOUNT, String::new()), (cells, row.observed_at.0));
    }
    for row in &rows.post_observations {
        let cells = of_post([row.reactions, row.comments, row.shares, row.views]);
        seen.insert((POST, row.post_id.clone()), (cells, row.observed_at.0));
    }
    for row in &rows.posts {
        let key = (KIND, row.post_id.clone());
        if stored.contains_key(&key) {
            seen.insert(key, (of_kind(row.kind.clone()), row.seen_at.0));
        }
    }
    for row in &rows.dialogues {
        let key = thread_key(&row.post_id, row.opened_at.0, row.rank);
        let replied_at = row.replied_at.and_then(|at| u64::try_from(at.0).ok());
        let cells = numbers([("replied_at", replied_at)]);
        seen.insert((THREAD, key), (cells, row.observed_at.0));
    }
    seen
}

fn of_account(values: [Option<u64>; 5]) -> Cells {
    let names = [
        "followers",
        "following",
        "posts_total",
        "threads_opened",
        "threads_answered",
    ];
    numbers(names.into_iter().zip(values))
}

fn of_post(values: [Option<u64>; 4]) -> Cells {
    let names = ["reactions", "comments", "shares", "views"];
    numbers(names.into_iter().zip(values))
}

/// Empty: not told.
fn of_kind(kind: String) -> Cells {
    Cells::from([("kind", (!kind.is_empty()).then_some(Cell::Word(kind)))])
}

fn numbers(cells: impl IntoIterator<Item = (&'static str, Option<u64>)>) -> Cells {
    let cell = |(name, value): (&'static str, Option<u64>)| (name, value.map(Cell::Number));
    cells.into_iter().map(cell).collect()
}

/// A cell that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) row: RowKey,
    pub(super) column: &'static str,
    pub(super) old: Option<Cell>,
    pub(super) new: Option<Cell>,
}

/// What differs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    pub(super) equal: u64,
    /// In rows that are there both times, and in those that are only read now (from nothing).
    pub(super) changed: Vec<Difference>,
    /// Rows that are stored and not read any more.
    pub(super) gone: Vec<RowKey>,
}

pub(super) fn compare(stored: &Seen, read: &Seen) -> Differences {
    let mut differences = Differences::default();
    for (row, (new, _)) in read {
        let old = stored.get(row).map(|(cells, _)| cells);
        for (column, new) in new {
            let before = old.and_then(|cells| cells.get(column).cloned());
            if before.as_ref() == Some(new) {
                differences.equal += 1;
            } else {
                differences.changed.push(Difference {
                    row: row.clone(),
                    column,
                    old: before.flatten(),
                    new: new.clone(),
                });
            }
        }
    }
    let gone = stored.keys().filter(|row| !read.contains_key(*row));
    differences.gone.extend(gone.cloned());
    differences
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(id: &str, reactions: Option<u64>) -> (RowKey, (Cells, i64)) {
        let cells = numbers([("reactions", reactions)]);
        ((POST, id.to_owned()), (cells, 7))
    }

    #[test]
    fn equal_changed_new_and_gone_are_told_apart_and_missing_is_no_zero() {
        let stored = Seen::from([post("a", Some(1)), post("b", None), post("c", Some(3))]);
        let read = Seen::from([post("a", Some(1)), post("b", Some(0)), post("d", None)]);
        let found = compare(&stored, &read);
        assert_eq!(found.equal, 1);
        let changed: Vec<_> = found
            .changed
            .iter()
            .map(|it| (it.row.1.as_str(), it.old.clone(), it.new.clone()))
            .collect();
        assert_eq!(
            changed,
            [("b", None, Some(Cell::Number(0))), ("d", None, None)]
        );
        assert_eq!(found.gone, [(POST, "c".to_owned())]);
    }
}
