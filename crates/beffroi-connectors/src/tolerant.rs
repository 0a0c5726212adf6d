//! Values of JSON as servers of many kinds and ages write them: numbers as strings, `null` for
//! nothing, -1 for hidden. A value that makes no sense is read as absent, never as zero, and does
//! not spoil the rest of the answer.

use beffroi_model::{Figure, MissingReason};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A counter of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Count {
    /// The number.
    Given(u64),
    /// A negative number: several servers say -1 when the owner hides the counter.
    Hidden,
    /// Not in the answer, `null`, or no number.
    #[default]
    Absent,
}

impl Count {
    /// The counter as a figure.
    pub(crate) fn figure(self) -> Figure<u64> {
        match self {
            Self::Given(number) => Figure::Known(number),
            Self::Hidden => Figure::Missing(MissingReason::HiddenByOwner),
            Self::Absent => Figure::Missing(MissingReason::NotInAnswer),
        }
    }

    /// The number, where it is given.
    pub(crate) fn given(self) -> Option<u64> {
        self.figure().known()
    }

    /// The sum with a counter that only newer servers give: where that one is not given, this one
    /// stands alone; where this one is missing, so is the sum.
    pub(crate) fn plus_if_given(self, newer: Self) -> Figure<u64> {
        match (self, newer) {
            (Self::Given(one), Self::Given(other)) => Figure::Known(one.saturating_add(other)),
            (count, _) => count.figure(),
        }
    }

    fn from_signed(number: i64) -> Self {
        u64::try_from(number).map_or(Self::Hidden, Self::Given)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let count = match Value::deserialize(deserializer)? {
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => Self::Given(number),
                (_, Some(number), _) => Self::from_signed(number),
                // A whole number that was written as `12.0`; `as` saturates.
                (_, _, Some(number)) if number.fract() == 0.0 => Self::from_signed(number as i64),
                _ => Self::Absent,
            },
            Value::String(text) => text.trim().parse().map_or(Self::Absent, Self::from_signed),
            _ => Self::Absent,
        };
        Ok(count)
    }
}

/// Reads a moment; `None` when it is absent or no moment.
pub(crate) fn moment<'de, D>(deserializer: D) -> Result<Option<Timestamp>, D::Error>
where
    D: Deserializer<'de>,
{
    let value = Value::deserialize(deserializer)?;
    Ok(value.as_str().and_then(|text| text.parse().ok()))
}

/// Reads an identifier, which may be written as a number; `None` when it is absent or empty.
pub(crate) fn id<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    let id = match Value::deserialize(deserializer)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    Ok((!id.is_empty()).then_some(id))
}

/// Reads a text; `None` when it is absent or something else.
pub(crate) fn text<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(Some(text)),
        _ => Ok(None),
    }
}

/// Reads a flag; everything but `true` is no.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(Value::deserialize(deserializer)? == Value::Bool(true))
}

/// Reads a list; `null` is an empty one.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Sample {
        #[serde(default)]
        count: Count,
        #[serde(default, deserialize_with = "moment")]
        at: Option<Timestamp>,
        #[serde(default, deserialize_with = "id")]
        id: Option<String>,
        #[serde(default, deserialize_with = "flag")]
        flag: bool,
        #[serde(default, deserialize_with = "list")]
        list: Vec<u8>,
    }

    fn sample(json: &str) -> Sample {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_counter_is_read_however_it_is_written_and_never_invented() {
        for (json, expected) in [
            ("12", Count::Given(12)),
            ("\"12\"", Count::Given(12)),
            ("12.0", Count::Given(12)),
            ("0", Count::Given(0)),
            ("-1", Count::Hidden),
            ("\"-1\"", Count::Hidden),
            ("-1.0", Count::Hidden),
            ("null", Count::Absent),
            ("\"many\"", Count::Absent),
            ("1.5", Count::Absent),
            ("true", Count::Absent),
            ("[1]", Count::Absent),
        ] {
            let read = sample(&format!("{{\"count\":{json}}}")).count;
            assert_eq!(read, expected, "{json}");
        }
        assert_eq!(sample("{}").count, Count::Absent);
    }

    #[test]
    fn a_sum_keeps_the_reason_of_its_first_part() {
        let (three, four) = (Count::Given(3), Count::Given(4));
        assert_eq!(three.plus_if_given(four), Figure::Known(7));
        assert_eq!(three.plus_if_given(Count::Absent), Figure::Known(3));
        let missing = Figure::Missing(MissingReason::NotInAnswer);
        assert_eq!(Count::Absent.plus_if_given(four), missing);
    }

    #[test]
    fn what_makes_no_sense_is_absent_and_spoils_nothing() {
        let sample = sample(r#"{"at":"yesterday","id":7,"flag":"yes","list":null}"#);
        assert_eq!(sample.at, None);
        assert_eq!(sample.id.as_deref(), Some("7"));
        assert!(!sample.flag);
        assert!(sample.list.is_empty());
    }

    #[test]
    fn moments_keep_their_milliseconds() {
        let at = sample(r#"{"at":"2026-11-21T09:15:02.123Z"}"#).at.unwrap();
        assert_eq!(at.as_millisecond() % 1000, 123);
    }
}
