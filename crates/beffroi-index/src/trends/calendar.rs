//! Periods that explain a change: August, elections. Data, from `config/calendar.toml`.

use jiff::civil::{Date, date};
use serde::Deserialize;

use crate::problem::{InvalidFile, Problem, toml_date};

/// A period that comes once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Its name; several periods may share one.
    pub name: String,
    /// Its first day.
    #[serde(deserialize_with = "toml_date")]
    pub from: Date,
    /// Its last day.
    #[serde(deserialize_with = "toml_date")]
    pub to: Date,
    /// Where the dates come from, and whether that was read.
    pub source: String,
}

/// A period that comes every year.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Yearly {
    name: String,
    from_month: i8,
    from_day: i8,
    to_month: i8,
    to_day: i8,
}

/// The periods that are marked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    #[serde(default)]
    yearly: Vec<Yearly>,
    #[serde(default)]
    periods: Vec<Period>,
}

impl Calendar {
    /// Reads a file, and tells all that is wrong with it.
    pub fn parse(text: &str) -> Result<Self, InvalidFile> {
        let calendar: Self = toml::from_str(text)?;
        let mut problems = Vec::new();
        for yearly in &calendar.yearly {
            // 2023: a year without 29 February, so that the days exist in every year.
            let from = Date::new(2023, yearly.from_month, yearly.from_day);
            let to = Date::new(2023, yearly.to_month, yearly.to_day);
            if !matches!((from, to), (Ok(from), Ok(to)) if from <= to) {
                let key = format!("yearly.{}", yearly.name);
                let expected =
                    "expected a first and a last day that exist, in this order, within one year";
                problems.push(Problem::new(key, expected));
            }
        }
        for period in &calendar.periods {
            if period.from > period.to {
                let key = format!("periods.{}", period.name);
                problems.push(Problem::new(
                    key,
                    "ends before it begins, expected `from` <= `to`",
                ));
            }
        }
        InvalidFile::unless(problems, calendar)
    }

    /// The shipped calendar.
    pub fn shipped() -> Self {
        Self::parse(crate::CALENDAR_FILE).expect("the shipped file is tested")
    }

    /// Names of the periods that touch the days from `first` to `last`, each once, sorted.
    pub fn marks(&self, first: Date, last: Date) -> Vec<&str> {
        let yearly = self.yearly.iter().filter(|yearly| {
            (first.year()..=last.year()).any(|year| {
                let from = date(year, yearly.from_month, yearly.from_day);
                let to = date(year, yearly.to_month, yearly.to_day);
                from <= last && first <= to
            })
        });
        let once = self
            .periods
            .iter()
            .filter(|period| period.from <= last && first <= period.to);
        let mut names: Vec<&str> = yearly
            .map(|yearly| yearly.name.as_str())
            .chain(once.map(|period| period.name.as_str()))
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_calendar_knows_august_and_the_municipal_elections() {
        let calendar = Calendar::shipped();
        let on = |day| calendar.marks(day, day);
        assert_eq!(on(date(2027, 8, 15)), ["august"]);
        assert_eq!(on(date(2026, 3, 15)), ["election_municipal"]);
        assert!(on(date(2026, 11, 26)).is_empty());
        for (day, election) in [
            (date(2019, 5, 26), "election_european"),
            (date(2021, 6, 20), "election_departmental_regional"),
            (date(2022, 4, 10), "election_presidential"),
            (date(2022, 6, 12), "election_legislative"),
            (date(2024, 6, 9), "election_european"),
            (date(2024, 6, 30), "election_legislative"),
        ] {
            assert_eq!(on(day), [election], "{day}");
        }
        // A week that touches August is marked.
        assert_eq!(
            calendar.marks(date(2026, 7, 27), date(2026, 8, 2)),
            ["august"]
        );
        assert_eq!(
            calendar.marks(date(2019, 12, 30), date(2020, 3, 20)),
            ["election_municipal"]
        );
    }

    #[test]
    fn impossible_periods_are_refused_by_name() {
        let text = "[[yearly]]\nname = \"leap\"\nfrom_month = 2\nfrom_day = 29\nto_month = 3\nto_day = 1\n\
                    [[periods]]\nname = \"back\"\nfrom = 2026-02-01\nto = 2026-01-01\nsource = \"x\"\n";
        let told = Calendar::parse(text).unwrap_err().to_string();
        assert!(told.contains("`yearly.leap`"), "{told}");
        assert!(
            told.contains("`periods.back`: ends before it begins"),
            "{told}"
        );
        assert!(Calendar::parse("[[periods]]\nnom = \"x\"\n").is_err());
        let quoted = text.replace("from = 2026-02-01", "from = \"2026-02-01\"");
        assert!(matches!(
            Calendar::parse(&quoted),
            Err(InvalidFile::Unreadable(_))
        ));
        let with_time = text.replace("from = 2026-02-01", "from = 2026-02-01T10:00:00Z");
        assert!(matches!(
            Calendar::parse(&with_time),
            Err(InvalidFile::Unreadable(_))
        ));
    }
}
