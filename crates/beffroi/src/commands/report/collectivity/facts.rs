//! What is known of one collectivity in a judged night.

use beffroi_index::index::Indicator;
use beffroi_model::Collectivity;
use beffroi_store::{ReportRows, reports};
use jiff::civil::Date;

use super::super::{Desk, Parameters, asked::Asked, table::Row};

/// Weeks of history.
const WEEKS: i64 = 52;

/// Days of events.
const EVENT_DAYS: i64 = 90;

/// Events and alerts shown.
const EVENTS: &str = "6";

/// Accounts of one body: there is no body with more.
const ACCOUNTS: &str = "200";

/// All that the page says, read once.
pub(super) struct Facts {
    pub(super) body: Collectivity,
    pub(super) night: Date,
    pub(super) run_id: String,
    pub(super) before: Option<Date>,
    pub(super) window: String,
    pub(super) index: String,
    /// A row an account, that of which most is known first.
    pub(super) accounts: ReportRows,
    /// Weeks of the first account.
    pub(super) weeks: ReportRows,
    pub(super) events: ReportRows,
    /// The figures over all accounts that may be combined: a row, or none.
    pub(super) figures: ReportRows,
    /// The index over all accounts: a row, or none.
    pub(super) total: ReportRows,
}

/// An indicator of an account, with its interval and rank.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Score {
    pub(super) indicator: Indicator,
    /// Percentile with its interval; `None`: no score.
    pub(super) value: Option<(f64, f64, f64)>,
    /// First and last rank, and of how many.
    pub(super) rank: Option<(f64, f64, f64)>,
    pub(super) peers: String,
}

/// A week of the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Week {
    pub(super) monday: Date,
    pub(super) followers: Option<f64>,
    pub(super) e: Option<f64>,
    /// Whether enough of the account's stratum was measured; true also where nothing is known.
    pub(super) is_covered: bool,
}

impl Facts {
    pub(super) async fn read(
        desk: &Desk<'_>,
        body: &Collectivity,
        asked: &Asked,
        before: Option<Date>,
        parameters: &Parameters,
    ) -> anyhow::Result<Self> {
        let night = asked.night.night;
        let accounts = desk
            .rows(
                reports::COLLECTIVITY,
                &with(parameters, &[("limit", ACCOUNTS)]),
            )
            .await?;
        let lead = Row::all(&accounts).next().map(|row| row.text("account_id"));
        // Of an account whose figures are withheld there is no history either.
        let is_shown = Row::all(&accounts)
            .next()
            .is_some_and(|row| row.number("followers").is_some() || row.number("e").is_some());
        let since = night
            .checked_sub(jiff::Span::new().weeks(WEEKS))?
            .to_string();
        let until = night.to_string();
        let nobody = "00000000-0000-0000-0000-000000000000".to_owned();
        let lead = lead.filter(|_| is_shown).unwrap_or(nobody);
        let period = [("since", since.as_str()), ("until", until.as_str())];
        let mut weekly = with(parameters, &period);
        weekly.push(("account", lead));
        let weeks = desk.rows(reports::COLLECTIVITY_WEEKS, &weekly).await?;
        let since = night
            .checked_sub(jiff::Span::new().days(EVENT_DAYS))?
            .to_string();
        let recent = [
            ("since", since.as_str()),
            ("until", until.as_str()),
            ("limit", EVENTS),
        ];
        let events = desk
            .rows(reports::COLLECTIVITY_EVENTS, &with(parameters, &recent))
            .await?;
        let figures = desk
            .rows(
                reports::ENGAGEMENT_OF_COLLECTIVITIES,
                &with(
                    parameters,
                    &[("body", body.collectivity_id.to_string().as_str())],
                ),
            )
            .await?;
        let total = desk.rows(reports::COLLECTIVITY_TOTAL, parameters).await?;
        Ok(Self {
            body: body.clone(),
            night,
            run_id: asked.night.run_id.clone(),
            before,
            window: asked.window.clone(),
            index: asked.index.clone(),
            accounts,
            weeks,
            events,
            figures,
            total,
        })
    }

    /// The account of which most is known; `None` where there is none with a score.
    pub(super) fn lead(&self) -> Option<Row<'_>> {
        let first = Row::all(&self.accounts).next();
        first.filter(|row| scores(row).iter().any(|it| it.value.is_some()))
    }

    /// The weeks of its history, from the first known to the last, those of which nothing is known
    /// included.
    pub(super) fn history(&self) -> Vec<Week> {
        let week = |row: Row<'_>| {
            Some(Week {
                monday: row.text("week").parse().ok()?,
                followers: row.number("followers"),
                e: row.number("e"),
                is_covered: row.number("is_covered") != Some(0.0),
            })
        };
        with_gaps(Row::all(&self.weeks).filter_map(week))
    }
}

/// Puts a week without figures where there is none.
fn with_gaps(weeks: impl Iterator<Item = Week>) -> Vec<Week> {
    let mut all: Vec<Week> = Vec::new();
    for week in weeks {
        while let Some(last) = all.last() {
            let Ok(next) = last.monday.checked_add(jiff::Span::new().days(7)) else {
                break;
            };
            if next >= week.monday {
                break;
            }
            all.push(Week {
                monday: next,
                followers: None,
                e: None,
                is_covered: true,
            });
        }
        all.push(week);
    }
    all
}

/// The four indicators of an account.
pub(super) fn scores(row: &Row<'_>) -> Vec<Score> {
    let of = |indicator: Indicator| {
        let numbers = |ends: [&str; 3]| {
            let [a, b, c] = ends.map(|end| row.number(&format!("{indicator}_{end}")));
            Some((a?, b?, c?))
        };
        Score {
            indicator,
            value: numbers(["score", "low", "high"]),
            rank: numbers(["rank_from", "rank_to", "of"]),
            peers: row.text(&format!("{indicator}_peers")),
        }
    };
    Indicator::ALL.map(of).to_vec()
}

fn with(parameters: &Parameters, others: &[(&'static str, &str)]) -> Parameters {
    let is_other = |name: &str| others.iter().any(|(other, _)| *other == name);
    let kept = parameters
        .iter()
        .filter(|(name, _)| !is_other(name))
        .cloned();
    let others = others
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    kept.chain(others).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_week_of_which_nothing_is_known_is_there() {
        let week = |day| Week {
            monday: date(2026, 6, day),
            followers: Some(1.0),
            e: None,
            is_covered: true,
        };
        let weeks = with_gaps([week(1), week(8), week(29)].into_iter());
        let days: Vec<i8> = weeks.iter().map(|it| it.monday.day()).collect();
        assert_eq!(days, [1, 8, 15, 22, 29]);
        assert_eq!(weeks[2].followers, None);
    }
}
