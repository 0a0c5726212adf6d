//! Objects and lists of objects, of which one that cannot be read does not spoil the others.
//!
//! What an object needs is the matter of its type, which fails where it is not there. The rest of
//! the object is then passed over, so that the reading goes on behind it; nothing is read twice
//! nor kept in between. This holds as long as every member has a tolerant reader of its own: one
//! that fails does so behind its value, never within.

use std::marker::PhantomData;

use jiff::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, value::MapAccessDeserializer},
};

use super::{AnyValue, Reader, Scalar, id, moment};

/// Reads an identifier without which its object is of no use.
pub(crate) fn needed_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    id(deserializer)?.ok_or_else(|| D::Error::custom("no identifier"))
}

/// Reads a moment without which its object is of no use.
pub(crate) fn needed_moment<'de, D>(deserializer: D) -> Result<Timestamp, D::Error>
where
    D: Deserializer<'de>,
{
    moment(deserializer)?.ok_or_else(|| D::Error::custom("no moment"))
}

/// Reads an object without which the one around it is of no use.
pub(crate) fn needed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    object(deserializer)?.ok_or_else(|| D::Error::custom("no object"))
}

/// Reads an object; `None` when it is absent, something else, or cannot be read.
pub(crate) fn object<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(match Found::deserialize(deserializer)? {
        Found::Object(object) => Some(object),
        Found::Nothing | Found::Unreadable => None,
    })
}

/// Reads an object that need not be there, but must be readable where it is.
pub(crate) fn object_or_nothing<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    match Found::deserialize(deserializer)? {
        Found::Object(object) => Ok(Some(object)),
        Found::Nothing => Ok(None),
        Found::Unreadable => Err(D::Error::custom("no readable object")),
    }
}

/// What stands where an object may stand.
#[derive(Default)]
pub(crate) enum Found<T> {
    /// The object.
    Object(T),
    /// `null`, or no such member.
    #[default]
    Nothing,
    /// Something else, or an object without what its type needs.
    Unreadable,
}

impl<T> Found<T> {
    /// Whether something stands there, readable or not.
    pub(crate) fn is_something(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// The object, if it is one.
    pub(crate) fn as_object(&self) -> Option<&T> {
        match self {
            Self::Object(object) => Some(object),
            Self::Nothing | Self::Unreadable => None,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Found<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue(ObjectReader(PhantomData)))
    }
}

struct ObjectReader<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Reader<'de> for ObjectReader<T> {
    type Output = Found<T>;

    fn scalar(self, value: Scalar<'_>) -> Found<T> {
        match value {
            Scalar::Null => Found::Nothing,
            _ => Found::Unreadable,
        }
    }

    fn object<A: MapAccess<'de>>(self, members: A) -> Result<Found<T>, A::Error> {
        let mut members = Members {
            members,
            is_value_due: false,
        };
        match T::deserialize(MapAccessDeserializer::new(&mut members)) {
            Ok(object) => Ok(Found::Object(object)),
            // Where the answer itself is broken, passing over the rest fails as well.
            Err(_) => members.pass_over().map(|()| Found::Unreadable),
        }
    }
}

/// The members of an object, and whether their reading stopped between a name and its value.
struct Members<A> {
    members: A,
    is_value_due: bool,
}

impl<'de, A: MapAccess<'de>> Members<A> {
    fn pass_over(mut self) -> Result<(), A::Error> {
        if self.is_value_due {
            self.members.next_value::<IgnoredAny>()?;
        }
        while let Some(_member) = self.members.next_entry::<IgnoredAny, IgnoredAny>()? {}
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        let name = self.members.next_key_seed(seed)?;
        self.is_value_due = name.is_some();
        Ok(name)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.is_value_due = false;
        self.members.next_value_seed(seed)
    }
}

/// A list of objects: those that can be read, and how many cannot. What is no list is an error.
pub(crate) struct Items<T> {
    /// Those that can be read, in their order.
    pub(crate) read: Vec<T>,
    /// How many cannot.
    pub(crate) unreadable: usize,
}

impl<T> Items<T> {
    /// Whether there is something of which nothing can be read: the layout has changed, which is
    /// not to be taken for an empty list.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.read.is_empty() && self.unreadable > 0
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self {
            read: Vec::new(),
            unreadable: 0,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Items<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = deserializer.deserialize_any(AnyValue(ListReader(PhantomData)))?;
        items.ok_or_else(|| D::Error::custom("no list"))
    }
}

/// Reads a list of objects; `null` is an empty one.
pub(crate) fn items<'de, D, T>(deserializer: D) -> Result<Items<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// Reads a list of objects of which any part may be missing, and the whole as well.
pub(crate) fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let items = deserializer.deserialize_any(AnyValue(ListReader(PhantomData)))?;
    Ok(items.unwrap_or_default().read)
}

/// Reads a list of objects; `None` where there is none.
pub(crate) fn items_if_any<'de, D, T>(deserializer: D) -> Result<Option<Items<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_any(AnyValue(ListReader(PhantomData)))
}

/// Reads a list of identifiers without those that are none; what is no list is an empty one.
pub(crate) fn ids<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    deserializer.deserialize_any(AnyValue(IdsReader))
}

struct IdsReader;

impl<'de> Reader<'de> for IdsReader {
    type Output = Vec<String>;

    fn scalar(self, _: Scalar<'_>) -> Vec<String> {
        Vec::new()
    }

    fn list<A: SeqAccess<'de>>(self, mut values: A) -> Result<Vec<String>, A::Error> {
        let mut ids = Vec::new();
        while let Some(MaybeId(id)) = values.next_element()? {
            ids.extend(id);
        }
        Ok(ids)
    }
}

struct MaybeId(Option<String>);

impl<'de> Deserialize<'de> for MaybeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        id(deserializer).map(Self)
    }
}

/// Reads a list; `None` when it is none.
struct ListReader<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Reader<'de> for ListReader<T> {
    type Output = Option<Items<T>>;

    fn scalar(self, _: Scalar<'_>) -> Option<Items<T>> {
        None
    }

    fn list<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self::Output, A::Error> {
        let mut items = Items::default();
        while let Some(found) = values.next_element()? {
            match found {
                Found::Object(item) => items.read.push(item),
                Found::Nothing | Found::Unreadable => items.unreadable += 1,
            }
        }
        Ok(Some(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tolerant::Count;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Item {
        #[serde(deserialize_with = "needed_id")]
        id: String,
        #[serde(default)]
        count: Count,
        #[serde(default, deserialize_with = "inner")]
        inner: Option<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        #[serde(deserialize_with = "needed_moment")]
        at: Timestamp,
    }

    fn inner<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Inner>, D::Error> {
        object(deserializer)
    }

    fn read(json: &str) -> Items<Item> {
        serde_json::from_str(json).unwrap()
    }

    fn ids(items: &Items<Item>) -> Vec<&str> {
        items.read.iter().map(|item| item.id.as_str()).collect()
    }

    #[test]
    fn what_cannot_be_read_is_left_out_wherever_its_reading_stops() {
        for broken in [
            "null",
            "7",
            "-7",
            "1.5",
            "true",
            "\"text\"",
            "[]",
            "[{\"id\":1},[2]]",
            "{}",
            "{\"count\":3}",
            "{\"id\":null,\"count\":3}",
            "{\"id\":{\"of\":[1]},\"inner\":{\"at\":\"x\"}}",
            "{\"count\":1,\"count\":{\"a\":[2]},\"id\":\"twice\"}",
        ] {
            let found = read(&format!("[{{\"id\":\"a\"}},{broken},{{\"id\":\"b\"}}]"));
            assert_eq!(ids(&found), ["a", "b"], "{broken}");
            assert_eq!(found.unreadable, 1, "{broken}");
            assert!(!found.is_unreadable());
            assert!(read(&format!("[{broken}]")).is_unreadable(), "{broken}");
        }
    }

    #[test]
    fn an_inner_object_that_cannot_be_read_is_absent_and_its_surroundings_stand() {
        for broken in [
            "3",
            "[1]",
            "{}",
            "{\"at\":1,\"x\":{\"y\":[]}}",
            "{\"at\":null}",
        ] {
            let found = read(&format!(
                "[{{\"id\":\"a\",\"inner\":{broken},\"count\":4}}]"
            ));
            assert_eq!(found.read[0].inner, None, "{broken}");
            assert_eq!(found.read[0].count, Count::Given(4), "{broken}");
        }
    }

    #[derive(Deserialize)]
    struct Lists {
        #[serde(default, deserialize_with = "items")]
        optional: Items<Item>,
        #[serde(default, deserialize_with = "list")]
        lenient: Vec<Item>,
        after: u8,
    }

    #[test]
    fn an_empty_list_is_no_changed_layout_and_what_is_no_list_is_no_empty_one() {
        assert!(!read("[]").is_unreadable());
        for other in ["null", "{\"items\":[{\"id\":1}]}", "\"none\"", "0"] {
            assert!(
                serde_json::from_str::<Items<Item>>(other).is_err(),
                "{other}"
            );
            let lists = |name: &str| format!("{{\"{name}\":{other},\"after\":7}}");
            let lenient: Lists = serde_json::from_str(&lists("lenient")).unwrap();
            assert!(lenient.lenient.is_empty());
            assert_eq!(lenient.after, 7);
            let optional: Option<Lists> = serde_json::from_str(&lists("optional")).ok();
            assert_eq!(optional.is_some(), other == "null", "{other}");
            assert!(optional.is_none_or(|lists| !lists.optional.is_unreadable()));
        }
    }

    #[derive(Deserialize)]
    struct Ids {
        #[serde(default, deserialize_with = "super::ids")]
        ids: Vec<String>,
        after: u8,
    }

    #[test]
    fn of_a_list_of_identifiers_those_that_are_some_are_read() {
        for (json, expected) in [
            (r#"["1",2,null,{"id":"3"},["4"],""]"#, &["1", "2"][..]),
            ("[]", &[]),
            ("null", &[]),
            (r#""1""#, &[]),
            (r#"{"id":["1"]}"#, &[]),
        ] {
            let read: Ids =
                serde_json::from_str(&format!(r#"{{"ids":{json},"after":7}}"#)).unwrap();
            assert_eq!(read.ids, expected, "{json}");
            assert_eq!(read.after, 7, "{json}");
        }
    }

    #[test]
    fn an_answer_that_is_broken_or_cut_is_no_list() {
        let whole = r#"[{"count":[1],"inner":{"at":"x"}},{"id":"a","count":"12"}]"#;
        read(whole);
        for end in 0..whole.len() {
            let cut = serde_json::from_str::<Items<Item>>(&whole[..end]);
            assert!(cut.is_err(), "{}", &whole[..end]);
        }
        let deep = "[{\"inner\":".repeat(10_000);
        assert!(serde_json::from_str::<Items<Item>>(&deep).is_err());
    }

    proptest! {
        #[test]
        fn no_value_among_the_items_spoils_the_others(
            values in prop::collection::vec(crate::tolerant::tests::any_value(), 0..6),
        ) {
            let mut list: Vec<Value> = Vec::new();
            for value in &values {
                list.push(value.clone());
                list.push(json!({"inner": value, "count": value, "id": "good"}));
            }
            let found = read(&Value::from(list).to_string());
            let good = found.read.iter().filter(|item| item.id == "good").count();
            prop_assert_eq!(good, values.len());
            prop_assert_eq!(found.read.len() + found.unreadable, 2 * values.len());
        }
    }
}
