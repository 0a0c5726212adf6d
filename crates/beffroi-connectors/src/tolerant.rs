//! Values of JSON as servers of many kinds and ages write them: numbers as strings, `null` for
//! nothing, -1 for hidden. A value that makes no sense is read as absent, never as zero, and does
//! not spoil the rest of the answer.
//!
//! Every reader takes its value whole, whatever it is, and straight from the bytes: answers are
//! many and hold far more than is kept of them.

mod items;

use std::fmt;

use beffroi_model::{Figure, MissingReason};
use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

pub(crate) use items::{
    Found, Items, ids, items, items_if_any, list, needed, needed_id, needed_moment, object,
    object_or_nothing,
};

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

    /// The sum with a counter that always stands beside this one: missing where either is, since a part
    /// of a sum is no sum.
    pub(crate) fn plus(self, other: Self) -> Figure<u64> {
        match self.figure() {
            Figure::Known(_) if other.given().is_none() => other.figure(),
            _ => self.plus_if_given(other),
        }
    }

    fn from_signed(number: i64) -> Self {
        u64::try_from(number).map_or(Self::Hidden, Self::Given)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read(deserializer, |value| match value {
            Scalar::Unsigned(number) => Self::Given(number),
            Scalar::Signed(number) => Self::from_signed(number),
            // A whole number that was written as `12.0`; `as` saturates.
            Scalar::Float(number) if number.fract() == 0.0 => Self::from_signed(number as i64),
            Scalar::Text(text) => text.trim().parse().map_or(Self::Absent, Self::from_signed),
            Scalar::Float(_) | Scalar::Null | Scalar::Flag(_) | Scalar::Compound => Self::Absent,
        })
    }
}

/// Reads a moment; `None` when it is absent or no moment.
pub(crate) fn moment<'de, D>(deserializer: D) -> Result<Option<Timestamp>, D::Error>
where
    D: Deserializer<'de>,
{
    read(deserializer, |value| value.text()?.parse().ok())
}

/// Reads an identifier, which may be written as a number; `None` when it is absent or empty.
pub(crate) fn id<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    read(deserializer, |value| match value {
        Scalar::Text(text) => (!text.is_empty()).then(|| text.to_owned()),
        Scalar::Unsigned(number) => Some(number.to_string()),
        Scalar::Signed(number) => Some(number.to_string()),
        Scalar::Float(number) => Some(serde_json::Number::from_f64(number)?.to_string()),
        Scalar::Null | Scalar::Flag(_) | Scalar::Compound => None,
    })
}

/// Reads a text; `None` when it is absent or something else.
pub(crate) fn text<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    read(deserializer, |value| value.text().map(str::to_owned))
}

/// Reads a flag; everything but `true` is no.
pub(crate) fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    read(deserializer, |value| matches!(value, Scalar::Flag(true)))
}

/// A value as it stands in the answer.
#[derive(Clone, Copy)]
pub(crate) enum Scalar<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number from zero on.
    Unsigned(u64),
    /// A whole number below zero.
    Signed(i64),
    /// Any other number.
    Float(f64),
    /// A text.
    Text(&'a str),
    /// No scalar: a list or an object, whose contents were passed over.
    Compound,
}

impl<'a> Scalar<'a> {
    /// The text, if it is one.
    pub(crate) fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads whatever value there is as `meaning` understands it.
pub(crate) fn read<'de, D, T>(
    deserializer: D,
    meaning: impl FnOnce(Scalar<'_>) -> T,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(AnyValue(meaning))
}

/// What is made of a value. Lists and objects are passed over unless a reader wants them.
trait Reader<'de>: Sized {
    type Output;

    fn scalar(self, value: Scalar<'_>) -> Self::Output;

    fn list<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Output, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.scalar(Scalar::Compound))
    }

    fn object<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Output, A::Error> {
        while members.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(self.scalar(Scalar::Compound))
    }
}

impl<T, F: FnOnce(Scalar<'_>) -> T> Reader<'_> for F {
    type Output = T;

    fn scalar(self, value: Scalar<'_>) -> T {
        self(value)
    }
}

/// Accepts every value, on behalf of a reader.
struct AnyValue<R>(R);

impl<'de, R: Reader<'de>> Visitor<'de> for AnyValue<R> {
    type Value = R::Output;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<R::Output, E> {
        Ok(self.0.scalar(Scalar::Null))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<R::Output, E> {
        Ok(self.0.scalar(Scalar::Flag(flag)))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<R::Output, E> {
        Ok(self.0.scalar(Scalar::Unsigned(number)))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<R::Output, E> {
        Ok(self.0.scalar(Scalar::Signed(number)))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<R::Output, E> {
        Ok(self.0.scalar(Scalar::Float(number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<R::Output, E> {
        Ok(self.0.scalar(Scalar::Text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<R::Output, A::Error> {
        self.0.list(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<R::Output, A::Error> {
        self.0.object(members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{Value, json};

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
        assert_eq!(three.plus(four), Figure::Known(7));
        assert_eq!(three.plus(Count::Absent), missing);
        assert_eq!(Count::Absent.plus(four), missing);
    }

    #[test]
    fn what_makes_no_sense_is_absent_and_spoils_nothing() {
        let sample = sample(r#"{"at":"yesterday","id":7,"flag":"yes"}"#);
        assert_eq!(sample.at, None);
        assert_eq!(sample.id.as_deref(), Some("7"));
        assert!(!sample.flag);
    }

    #[test]
    fn moments_keep_their_milliseconds() {
        let at = sample(r#"{"at":"2026-11-21T09:15:02.123Z"}"#).at.unwrap();
        assert_eq!(at.as_millisecond() % 1000, 123);
    }

    /// What each reader is to read, the long way round: through a tree of the value.
    fn by_tree(
        value: &Value,
    ) -> (
        Count,
        Option<Timestamp>,
        Option<String>,
        Option<String>,
        bool,
    ) {
        let count = match value {
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => Count::Given(number),
                (_, Some(number), _) => Count::from_signed(number),
                (_, _, Some(number)) if number.fract() == 0.0 => Count::from_signed(number as i64),
                _ => Count::Absent,
            },
            Value::String(text) => text
                .trim()
                .parse()
                .map_or(Count::Absent, Count::from_signed),
            _ => Count::Absent,
        };
        let id = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        (
            count,
            value.as_str().and_then(|text| text.parse().ok()),
            (!id.is_empty()).then_some(id),
            value.as_str().map(str::to_owned),
            *value == Value::Bool(true),
        )
    }

    #[derive(Deserialize)]
    struct Readings {
        count: Count,
        #[serde(deserialize_with = "moment")]
        at: Option<Timestamp>,
        #[serde(deserialize_with = "id")]
        id: Option<String>,
        #[serde(deserialize_with = "text")]
        text: Option<String>,
        #[serde(deserialize_with = "flag")]
        flag: bool,
        after: u8,
    }

    pub(super) fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i32>().prop_map(|whole| Value::from(f64::from(whole))),
            any::<i64>().prop_map(|number| Value::from(number.to_string())),
            "[ \\t]?-?[0-9]{1,21} ?".prop_map(Value::from),
            "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5]0:00(\\.[0-9]{1,3})?(Z|\\+01:00)?"
                .prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
            ]
        })
    }

    proptest! {
        #[test]
        fn readers_read_any_value_as_by_its_tree_and_read_it_whole(value in any_value()) {
            let json = json!({
                "count": value, "at": value, "id": value, "text": value, "flag": value, "after": 7,
            });
            let json = json.to_string();
            let tree: Value = serde_json::from_str(&json).unwrap();
            let read: Readings = serde_json::from_str(&json).unwrap();
            let all = (read.count, read.at, read.id, read.text, read.flag);
            prop_assert_eq!(all, by_tree(&tree["count"]));
            prop_assert_eq!(read.after, 7);
        }
    }
}
